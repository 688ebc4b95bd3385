"""Requests to typed addresses reach what is outside or allowed, the IP that was checked, and end in time."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from typing import Any

import pytest

from app import outbound
from app.outbound import NoAnswer, NotOutside, checked, may_be_called, post, target
from tests.app.receiver import HERE, receiver

INSIDE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "fec0::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::", "2001:db8::1",
)  # fmt: skip
OUTSIDE = ("93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")


@pytest.mark.parametrize("text", INSIDE)
def test_what_is_inside_is_not_called(text: str) -> None:
    assert not may_be_called(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", OUTSIDE)
def test_what_is_outside_may_be_called(text: str) -> None:
    assert may_be_called(ipaddress.ip_address(text))


def test_a_network_inside_may_be_allowed_and_only_that_one() -> None:
    allowed = [ipaddress.ip_network("10.1.0.0/16")]
    assert may_be_called(ipaddress.ip_address("10.1.2.3"), allowed)
    assert may_be_called(ipaddress.ip_address("::ffff:10.1.2.3"), allowed)
    assert not may_be_called(ipaddress.ip_address("10.2.0.1"), allowed)
    assert not may_be_called(ipaddress.ip_address("::1"), allowed)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "file:///etc/passwd", "https://", "//example.com", "example.com", "http://[::1", "",
        "https://ann:secret@example.com/", "https://exa mple.com/", "https://example.com:99999/",
        "http://e.com/\r\nX: y", "https://exämple.com/", "https://example.com/" + "x" * 2000,
        "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_address_to_call_is_refused_with_what_would_be_right(url: str) -> None:
    with pytest.raises(NotOutside, match=r"right would be one such as https://"):
        target(url)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "localhost", "[::ffff:127.0.0.1]"])
def test_other_ways_to_write_this_machine_are_refused_too(host: str) -> None:
    with pytest.raises(NotOutside, match="CODERED_WEBHOOK_NETWORKS"):
        checked(target(f"http://{host}/"))


def test_one_ip_inside_among_those_of_a_name_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(NotOutside):
        checked(target("https://hooks.example.com/"))


def test_a_name_that_nobody_knows_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise socket.gaierror("no")

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    with pytest.raises(NoAnswer, match="is not known"):
        checked(target("https://hooks.example.com/"))


def test_it_goes_to_the_ip_that_was_checked_and_says_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as there:
        port = target(there.address).port
        answers(monkeypatch, "127.0.0.1")
        assert post(f"http://hooks.example.com:{port}/in?a=1", b"{}", {"X-One": "1"}, HERE) == 204
        (headers, body), *_ = there.got
    assert (headers["host"], headers["x-one"], body) == (f"hooks.example.com:{port}", "1", b"{}")
    assert "user-agent" in headers


def test_an_ip_that_is_not_reached_is_passed_over_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as there:
        port = target(there.address).port
        answers(monkeypatch, "127.0.0.2", "127.0.0.1")
        monkeypatch.setattr(outbound, "_connection", first_refused(outbound._connection))
        assert post(f"http://hooks.example.com:{port}/", b"{}", {}, HERE) == 204
        assert len(there.got) == 1


def test_redirects_are_not_followed_and_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    with receiver() as there:
        there.answers = [302]
        assert post(there.address, b"{}", {}, HERE) == 302
        assert len(there.got) == 1


def test_who_answers_byte_by_byte_is_cut_off_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "SECONDS", 0.4)
    with receiver() as there:
        there.slowly = threading.Event()
        began = time.monotonic()
        with pytest.raises(NoAnswer, match="no answer within"):
            post(there.address, b"{}", {}, HERE)
        assert time.monotonic() - began < 3
        there.slowly.set()


def test_nobody_there_and_no_secure_connection_are_told_apart() -> None:
    with receiver() as there:
        with pytest.raises(NoAnswer, match="no secure connection"):
            post(there.address.replace("http:", "https:"), b"{}", {}, HERE)
        gone = there.address
    with pytest.raises(NoAnswer, match="no connection"):
        post(gone, b"{}", {}, HERE)


def answers(monkeypatch: pytest.MonkeyPatch, *ips: str) -> None:
    """Have every name mean these IPs; an IP means itself."""
    real = socket.getaddrinfo

    def found(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host != "hooks.example.com":
            return real(host, port, *more, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]

    monkeypatch.setattr(socket, "getaddrinfo", found)


def first_refused(made: Any) -> Any:
    """127.0.0.2 stands for an IP on which nobody listens."""

    def connection(wanted: outbound.Target, ip: str) -> Any:
        return made(wanted, ip) if ip == "127.0.0.1" else made(outbound.Target("http", ip, 9, "/"), ip)

    return connection
