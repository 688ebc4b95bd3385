"""How an operation is registered: its view, its group, that it needs a token, and what it may answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask_openapi.models.tag import Tag
from flask_openapi.openapi import OpenAPI

from app.api.gate import SECURITY
from app.api.responses import READ, WRITE, refusals

HOME = "/portfolios/<portfolio>"
OF_NUMBER = {"number": "$response.body#/id"}
OF_PORTFOLIO = {"portfolio": "$response.body#/portfolio"}


def add(  # noqa: PLR0917 - what an operation is, in the order it is said
    app: OpenAPI, tag: Tag, method: str, rule: str, view: Callable[..., Any], good: dict[int, Any],
    more: Sequence[int] = (),
) -> None:  # fmt: skip
    """Register a view; `good` are its answers, `more` the refusals besides those of every reading or writing."""
    bad = refusals(*(READ if method == "get" else WRITE), *more)
    name = view.__name__.removeprefix("_")
    register = getattr(app, method)
    register(rule, operation_id=name, tags=[tag], responses={**bad, **good}, security=SECURITY)(view)


def first(operation: str) -> dict[str, dict[str, str]]:
    """The link from a page to its first item."""
    return {operation: {"number": "$response.body#/items/0/id"}}
