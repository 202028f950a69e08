"""OpenAPI descriptions of what FastAPI cannot infer: headers, cookies, media types, errors."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

INVALID = {"type": "object", "properties": {"detail": {"type": "array"}}}
"""The error of a request that does not fit, as `HTTPValidationError` has it."""

STRING = {"type": "string"}

NEEDED = {"x-required": True}
"""For `Header(json_schema_extra=NEEDED)`: without it a request is refused, though not with 422.

`Application` turns it into OpenAPI's `required`.
"""

Documented = type[BaseModel] | type[list[Any]]
"""What FastAPI describes: a model, or a list of one such as `list[Post]`."""


class Described(Protocol):
    """Anything that can say which headers it puts on a response."""

    def openapi_headers(self) -> dict[str, Any]:
        """Return OpenAPI Header Objects by header name."""
        ...


@dataclass(frozen=True, slots=True)
class HeaderDescription:
    """A header that something else sends, such as a response class."""

    name: str
    description: str
    required: bool = True

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {self.name: header(self.description, required=self.required)}


class Problem(BaseModel):
    """The body of an error that an endpoint raises as `HTTPException`."""

    detail: str


PROBLEM = Problem.model_json_schema()


def header(description: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    """Return an OpenAPI 3.1 Header Object; `schema` defaults to a string."""
    return {
        "description": description,
        "required": required,
        "schema": schema or STRING,
    }


def documented(
    status_code: int,
    *described: Described,
    description: str | None = None,
    media_type: str | None = None,
    model: Documented | None = None,
) -> dict[int | str, dict[str, Any]]:
    """Return a `responses=` entry for one status code (OpenAPI 3.1 Responses Object).

    Several cookies share the one `Set-Cookie` entry that OpenAPI allows: see `merged`.
    """
    response: dict[str, Any] = {}
    headers: dict[str, Any] = {}
    for one in described:
        for name, new in one.openapi_headers().items():
            headers[name] = merged(headers[name], new) if name in headers else new
    if headers:
        response["headers"] = headers
    if description is not None:
        response["description"] = description
    if media_type is not None:
        binary = {"type": "string", "contentMediaType": media_type}
        text = media_type.startswith("text/")
        response["content"] = {media_type: {"schema": STRING if text else binary}}
    if model is not None:
        response["model"] = model
    return {status_code: response}


def merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return one Header Object for two: its lines are of either kind.

    `x-required` says which kinds are always there, which OpenAPI has no word for.
    """
    alike = first["schema"] == second["schema"]
    either = {"anyOf": [*_kinds(first), *_kinds(second)]}
    return {
        "description": f"{first['description']} {second['description']}",
        "required": first["required"] or second["required"],
        "schema": first["schema"] if alike else either,
    }


def documented_error(
    status_code: int, description: str, *described: Described
) -> dict[int | str, dict[str, Any]]:
    """Return a `responses=` entry for an error that is raised as `HTTPException`.

    FastAPI documents a `model=` under the media type of the route's response class; errors
    are JSON whatever that class is.
    """
    entry = documented(status_code, *described, description=description)
    entry[status_code]["content"] = {"application/json": {"schema": PROBLEM}}
    return entry


def component(document: dict[str, Any], name: str, schema: dict[str, Any]) -> dict[str, str]:
    """Add a schema to a document, and return the reference to it.

    What has the name already, such as a model of the owner's, keeps it.
    """
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    while schemas.setdefault(name, schema) != schema:
        name += "_"
    return {"$ref": f"#/components/schemas/{name}"}


def share_problems(document: dict[str, Any]) -> None:
    """Describe `Problem` once in a document, in place of a copy for each error."""
    for response in responses_in(document):
        for content in response.get("content", {}).values():
            schema = content.get("schema", {})
            if schema == PROBLEM:
                content["schema"] = component(document, "Problem", schema)
            elif PROBLEM in schema.get("anyOf", []):
                reference = component(document, "Problem", PROBLEM)
                schema["anyOf"] = [reference if one == PROBLEM else one for one in schema["anyOf"]]


def drop_unused_schemas(document: dict[str, Any]) -> None:
    """Remove the schemas that nothing in a document refers to any more.

    FastAPI lists a model before its description, or that of an error, is replaced by another.
    """
    components = document.get("components", {})
    schemas = components.get("schemas", {})
    used: set[str] = set()
    found = _references({**document, "components": {**components, "schemas": {}}})
    while found:
        used |= found
        found = _references([schemas[name] for name in found & schemas.keys()]) - used
    for name in schemas.keys() - used:
        del schemas[name]


def list_tags(document: dict[str, Any]) -> None:
    """List the tags of all operations in a document, behind those that it describes itself."""
    listed = document.get("tags", [])
    names = dict.fromkeys(name for one in operations(document) for name in one.get("tags", []))
    for tag in listed:
        names.pop(tag["name"], None)
    if names:
        document["tags"] = [*listed, *({"name": name} for name in names)]


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the Operation Objects of an OpenAPI document."""
    for path in document["paths"].values():
        yield from path.values()


def responses_in(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the Response Objects of all operations of an OpenAPI document."""
    for operation in operations(document):
        yield from operation["responses"].values()


def _references(part: Any) -> set[str]:
    """Return the names of the schemas that a part of a document refers to."""
    return set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(part)))


def _kinds(one: dict[str, Any]) -> list[dict[str, Any]]:
    only = {**one["schema"], "x-required": one["required"]}
    kinds: list[dict[str, Any]] = one["schema"].get("anyOf", [only])
    return kinds
