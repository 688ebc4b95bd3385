"""Logs are lines of JSON with what they belong to, and never hold a secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app import logs
from app.config import Settings

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(capsys: Captured) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_json_with_its_request(capsys: Captured) -> None:
    logs.configure(Settings(log="json"))
    structlog.contextvars.bind_contextvars(request="r-1")
    structlog.get_logger("codered.test").info("answered", status=200)
    (line,) = lines(capsys)
    assert (line["event"], line["status"], line["request"], line["level"]) == ("answered", 200, "r-1", "info")


def test_the_libraries_write_the_same_lines(capsys: Captured) -> None:
    logs.configure(Settings(log="json"))
    logging.getLogger("gunicorn.error").warning("worker %s is slow", 7)
    (line,) = lines(capsys)
    assert (line["event"], line["logger"]) == ("worker 7 is slow", "gunicorn.error")


def test_an_error_carries_its_trace_in_one_line(capsys: Captured) -> None:
    logs.configure(Settings(log="json"))
    try:
        raise ArithmeticError("a defect")
    except ArithmeticError:
        structlog.get_logger("codered.test").exception("job failed", job=3)
    (line,) = lines(capsys)
    assert line["job"] == 3
    assert "ArithmeticError: a defect" in str(line["exception"])


@pytest.mark.parametrize("name", ["password", "api_token", "Authorization", "secret_key", "cookie"])
def test_a_secret_is_never_written(capsys: Captured, name: str) -> None:
    logs.configure(Settings(log="json"))
    structlog.get_logger("codered.test").info("signed in", **{name: "hunter2"})
    text = capsys.readouterr().err
    assert "hunter2" not in text
    assert logs.HIDDEN in text


def test_what_is_below_the_level_is_not_written(capsys: Captured) -> None:
    logs.configure(Settings(log="json", log_level="warning"))
    structlog.get_logger("codered.test").info("answered")
    assert lines(capsys) == []


def test_a_terminal_gets_readable_lines(capsys: Captured) -> None:
    logs.configure(Settings(log="console"))
    structlog.get_logger("codered.test").info("answered", status=200)
    text = capsys.readouterr().err
    assert "answered" in text
    assert "status=200" in text
    assert not text.startswith("{")
