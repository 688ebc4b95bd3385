"""The reference of the API: its OpenAPI document, and a page made from it that needs no other host."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_openapi.openapi import OpenAPI

METHODS = ("get", "post", "put", "patch", "delete")


def attach(app: OpenAPI) -> None:
    """The document and the page; neither is an operation of its own."""
    app.add_url_rule("/openapi.json", "openapi_document", lambda: app.api_doc)
    app.add_url_rule("/", "reference", lambda: _page(app.api_doc))


def _page(document: dict[str, Any]) -> str:
    tags = {tag["name"]: tag.get("description", "") for tag in document["tags"]}
    sections: dict[str, list[dict[str, Any]]] = {tag: [] for tag in tags}
    for path, item in document["paths"].items():
        for method in METHODS:
            if operation := item.get(method):
                sections[operation["tags"][0]].append({**operation, "path": path, "method": method.upper()})
    return render_template(
        "api.html", info=document["info"], tags=tags, sections=sections, schemas=document["components"]["schemas"],
        schemes=document["components"]["securitySchemes"], root=request.script_root, kind=_kind, shown=_shown,
    )  # fmt: skip


def _kind(schema: dict[str, Any]) -> str:
    """A type in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " or ".join(_kind(one) for one in schema[word])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    low, high = schema.get("minimum"), schema.get("maximum")
    limits = "".join([f" ≥ {low:g}" if low is not None else "", f" ≤ {high:g}" if high is not None else ""])
    return str(schema.get("format") or schema.get("const") or schema.get("type", "any")) + limits


def _shown(schema: dict[str, Any]) -> list[tuple[str, str, bool, str, Any]]:
    """The properties of a model: name, type, whether it is needed, meaning, example."""
    needed = set(schema.get("required", ()))
    return [
        (name, _kind(one), name in needed, _meaning(one), next(iter(_examples(one)), ""))
        for name, one in schema.get("properties", {}).items()
    ]


def _meaning(schema: dict[str, Any]) -> str:
    parts = [schema, *schema.get("anyOf", ())]
    return next((str(part["description"]) for part in parts if part.get("description")), "")


def _examples(schema: dict[str, Any]) -> list[Any]:
    return next((part["examples"] for part in [schema, *schema.get("anyOf", ())] if part.get("examples")), [])
