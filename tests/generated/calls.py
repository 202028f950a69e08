"""A good request for each operation of an OpenAPI document, made of what the document says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

FORMATS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "uuid": "8c7bb1b2-92c7-4b0f-9d7c-6a4f0f8b0d52",
    "email": "ada@example.com",
    "uri": "https://example.com/",
}
PLACES = ("path", "query", "header", "cookie")


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes:
        operation_id: which operation of the document it is of.
        method: in capital letters.
        path: as the document has it, with its parameters in braces.
        parameters: values by place and name.
        media_type: that of the body, or nothing without one.
        body: a value of its schema.
        cookies: what a browser would send besides.
        headers: what logs the client in, where that is a header.
        answers: the schema of each success, by status and media type; `None` for no content.
    """

    operation_id: str
    method: str
    path: str
    parameters: dict[str, dict[str, Any]]
    media_type: str | None
    body: Any
    cookies: dict[str, str]
    headers: dict[str, str]
    answers: dict[str, tuple[str, Schema] | None]


def calls(
    document: dict[str, Any],
    *,
    known: Mapping[str, Any],
    cookies: Mapping[str, str],
    headers: Mapping[str, str],
) -> Iterator[Call]:
    """Yield a request for each operation.

    Args:
        document: an OpenAPI document of version 3.1.
        known: values that no schema has, such as a password, by the name of parameter or field.
        cookies: those that the client has.
        headers: those that log a client in.
    """
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parameters: dict[str, dict[str, Any]] = {place: {} for place in PLACES}
            for one in operation.get("parameters", []):
                one = resolved(one, document)
                name, place = one["name"], one["in"]
                if name in known or one.get("required") or place == "query":
                    value = known.get(name, sample(one["schema"], document))
                    if value is not None:
                        parameters[place][name] = value
            contents = operation.get("requestBody", {}).get("content", {})
            media_type = next(iter(contents), None)
            body = sample(contents[media_type]["schema"], document) if media_type else None
            if isinstance(body, dict):
                body = {name: known.get(name, value) for name, value in body.items()}
            yield Call(
                operation["operationId"],
                method.upper(),
                path,
                parameters,
                media_type,
                body,
                dict(cookies),
                dict(headers),
                {
                    status: next(iter(_contents(response)), None)
                    for status, response in operation["responses"].items()
                    if status[0] in "23"
                },
            )


def _contents(response: dict[str, Any]) -> Iterator[tuple[str, Schema]]:
    for media_type, content in response.get("content", {}).items():
        yield media_type, content["schema"]


def resolved(part: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Return what a part of a document refers to, or itself."""
    while "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def sample(schema: Schema, document: dict[str, Any], inside: tuple[str, ...] = ()) -> Any:
    """Return a value of a schema: its example, or the simplest one that is not empty.

    Raises:
        LookupError: there is a kind of schema in the document that this does not know.
    """
    inside = (*inside, schema["$ref"]) if "$ref" in schema else inside
    schema = resolved(schema, document)
    for values in (schema.get("examples"), [schema["const"]] if "const" in schema else None):
        if values:
            return values[0]
    if "enum" in schema:
        return schema["enum"][0]
    if "allOf" in schema:
        return {k: v for one in schema["allOf"] for k, v in sample(one, document, inside).items()}
    for ways in (schema.get("anyOf"), schema.get("oneOf")):
        if ways:
            return sample(ways[0], document, inside)
    match schema.get("type", "any"):
        case "object":
            needed = schema.get("required", [])
            return {
                name: sample(one, document, inside)
                for name, one in schema.get("properties", {}).items()
                if name in needed or not _leads_to(one, inside)
            }
        case "array":
            count = max(1, schema.get("minItems", 1))
            return [sample(schema.get("items", {}), document, inside)] * count
        case "string":
            text = FORMATS.get(schema.get("format", ""), "example")
            return text.ljust(schema.get("minLength", 0), "e")[: schema.get("maxLength")]
        case "integer" | "number":
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            return min(max(1, least), schema.get("maximum", schema.get("exclusiveMaximum", 2) - 1))
        case "boolean":
            return True
        case "null":
            return None
        case "any":
            return "example"
    raise LookupError(f"no value is known for {schema}")


def _leads_to(schema: Schema, inside: tuple[str, ...]) -> bool:
    """Say whether an optional property goes round in a circle."""
    return any(f"'{reference}'" in str(schema) for reference in inside)
