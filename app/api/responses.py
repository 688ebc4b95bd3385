"""What an operation may answer, as the reference says it: answers and refusals, with their headers and links."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask_openapi.models.schema import Schema
from flask_openapi.openapi import OpenAPI
from pydantic import BaseModel

JSON = "application/json"
PROBLEM = "application/problem+json"
READ = (400, 401, 403, 404, 422, 429, 503)
WRITE = (*READ, 409, 413, 415)
VERSIONED = (412, 428)
"""Besides: of what takes If-Match."""
Links = Mapping[str, Mapping[str, Any]]
REFERENCE = "#/components/schemas/{model}"


def _header(description: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind, **more}}


REQUEST = {"X-Request-ID": {**_header("the id of the request in the logs"), "required": True}}
ETAG = {"ETag": {**_header("the version", pattern='^"[0-9]+"$', examples=['"7"']), "required": True}}
LOCATION = {"Location": {**_header("the address of what was made"), "required": True}}
REPLAYED = {"Idempotent-Replayed": _header("`true`: the answer to an earlier request with the same key", enum=["true"])}
OF_STATUS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {**_header("how to sign in"), "required": True}},
    429: {"Retry-After": {**_header("seconds until the next request is answered", "integer"), "required": True}},
}


def refusals(*statuses: int) -> dict[Any, Any]:
    """What an operation may be refused with."""
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    return {
        status: {
            "description": HTTPStatus(status).phrase, "content": content,
            "headers": {**REQUEST, **OF_STATUS.get(status, {})},
        }
        for status in sorted(statuses)
    }  # fmt: skip


def answer(
    schema: str | dict[str, Any],
    description: str = "OK",
    headers: Mapping[str, Any] | None = None,
    links: Links | None = None,
) -> dict[str, Any]:
    """A JSON answer: the name of its model (or a schema), and links to what can be done next.

    A link is the id of an operation and where each of its parameters comes from.
    """
    shape = {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema
    made: dict[str, Any] = {
        "description": description, "content": {JSON: {"schema": shape}}, "headers": {**REQUEST, **(headers or {})},
    }  # fmt: skip
    if links:
        made["links"] = {name: _link(name, where) for name, where in links.items()}
    return made


def _link(operation: str, where: Mapping[str, Any]) -> dict[str, Any]:
    """A link; what stands under `body` is the body of the request."""
    parameters = {name: source for name, source in where.items() if name != "body"}
    made: dict[str, Any] = {"operationId": operation, "parameters": parameters}
    return {**made, "requestBody": where["body"]} if "body" in where else made


def declare(app: OpenAPI, *models: type[BaseModel]) -> None:
    """Put models of answers into the reference, with the models that they name."""
    for model in models:
        schema = model.model_json_schema(ref_template=REFERENCE, mode="serialization")
        for name, one in {**schema.pop("$defs", {}), model.__name__: schema}.items():
            app.components_schemas.setdefault(name, Schema(**one))


def nothing(description: str, headers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An answer without a body."""
    return {"description": description, "headers": {**REQUEST, **(headers or {})}}
