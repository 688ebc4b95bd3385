"""What every operation stands on: the database, the settings, who is asking, and how an answer is tagged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, cast

from flask import Response as FlaskResponse
from flask import g, jsonify, request
from pydantic import AfterValidator, BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from werkzeug.exceptions import NotAcceptable

from app.actions.throttle import Throttle
from app.api.models import ID, Paging, Words
from app.api.problems import problem
from app.config import Settings
from app.db import Database
from app.roles import Account

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_GROUND = "codered.ground"


class Home(BaseModel):
    """Which portfolio."""

    portfolio: Annotated[str, Field(pattern=ID, description="id of the portfolio")]


class Numbered(BaseModel):
    """Which one, by its number."""

    number: Annotated[int, Field(ge=1, le=2**31 - 1, description="its number")]


_TAG = r'^(W/)?"[!#-~]{0,190}"$'


def _tag(text: str) -> str:
    if text != "*" and not re.search(_TAG, text):
        raise ValueError('is no ETag; right would be one that was read, in its quotes, such as "7", or *')
    return text


Tag = Annotated[
    str, Field(json_schema_extra={"anyOf": [{"enum": ["*"]}, {"pattern": _TAG}]}), AfterValidator(_tag)
]  # fmt: skip
_Key = Annotated[str, Field(pattern="^[!-~]{1,200}$", examples=["monday-1"])]
_KEY = Field(alias="Idempotency-Key", description="The same request again does nothing, and gets the same answer")
_VERSION = Field(alias="If-Match", examples=["*"], description="The ETag that was read, or * for any version")


class Once(Words):
    """The same request with the same key is done once."""

    key: Annotated[_Key | SkipJsonSchema[None], _KEY] = None


class OnceSince(Once):
    """The version that is written over, if it matters, once."""

    version: Annotated[Tag | SkipJsonSchema[None], _VERSION] = None


class Since(Words):
    """The version that a change is made to."""

    version: Annotated[Tag, _VERSION]


class MaySince(Words):
    """The version that is written over; needed where there is one."""

    version: Annotated[Tag | SkipJsonSchema[None], _VERSION] = None


class Known(Words):
    """What the client has already."""

    known: Annotated[
        str | SkipJsonSchema[None],
        Field(alias="If-None-Match", description="An ETag that is here already: 304 where it is the newest"),
    ] = None


@dataclass(frozen=True)
class Ground:
    """What the operations of one site stand on; `throttle` holds back accounts that ask too often."""

    db: Database
    settings: Settings
    throttle: Throttle


def standing_on(database: Database, settings: Settings, application: WSGIApplication) -> WSGIApplication:
    """An application whose requests are answered from a database."""
    ground = Ground(database, settings, Throttle(settings.api_limit))

    def door(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[_GROUND] = ground
        return application(environ, start_response)

    return door


def _ground() -> Ground:
    return cast(Ground, request.environ[_GROUND])


def db() -> Database:
    """The database."""
    return _ground().db


def settings() -> Settings:
    """How this installation is set up."""
    return _ground().settings


def throttle() -> Throttle:
    """What holds back accounts that ask too often."""
    return _ground().throttle


def account() -> Account:
    """Who the token speaks for, and the most that it may do."""
    return cast(Account, g.account)


def who() -> str:
    """The name of who is asking, for the audit trail."""
    return account().name


def tagged(body: Any, version: int, status: int = 200, location: str = "") -> FlaskResponse:
    """A JSON answer with its version as ETag; not sent again to who has it already."""
    answer = jsonify(body)
    answer.status_code = status
    answer.set_etag(str(version))
    if location:
        answer.headers["Location"] = request.script_root + location
    return cast(FlaskResponse, answer.make_conditional(request)) if status == 200 and _reads() else answer


def _reads() -> bool:
    return request.method in ("GET", "HEAD")


def names_version() -> bool:
    """Whether the client named the version that it read."""
    return bool(request.headers.get("If-Match", "").strip())


def version_asked(current: int) -> int | FlaskResponse:
    """The version that If-Match names, `current` for `*`; a refusal where it is missing or no version."""
    asked = request.headers.get("If-Match", "").strip()
    if not asked:
        return problem(428, "name the version you read in If-Match, or * for any")
    if asked == "*":
        return current
    number = asked.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return problem(412, "If-Match names no version of this record")
    return int(number)


def page_of(items: Sequence[Any], query: Paging) -> dict[str, Any]:
    """One page of a list."""
    end = query.offset + query.limit
    return {
        "items": list(items[query.offset : end]),
        "total": len(items),
        "next": end if end < len(items) else None,
    }


def wanted(*kinds: str) -> str:
    """The kind that the client accepts best, the first where it does not say. Raises NotAcceptable."""
    if not request.accept_mimetypes:
        return kinds[0]
    best = request.accept_mimetypes.best_match(kinds)
    if best is None:
        raise NotAcceptable(f"this can be had as {' or '.join(kinds)}")
    return best
