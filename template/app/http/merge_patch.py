"""JSON Merge Patch: what a client sends to change a part of a resource (RFC 7396)."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar, get_args

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from app.http.media_types import MediaTypeOnly

MERGE_PATCH = "application/merge-patch+json"
merge_patch_only = MediaTypeOnly("Accept-Patch", MERGE_PATCH)

Stored = TypeVar("Stored", bound=BaseModel)
Changed = TypeVar("Changed", bound=BaseModel)


class MergePatch(Generic[Changed]):
    """The body of a request that changes fields of a model, inside of nested ones too.

    What is absent stays, null removes, and a list is replaced as a whole. Names that the model does
    not declare are ignored.
    """

    def __init__(self, changes: Mapping[str, Any]) -> None:
        self.changes = changes

    def applied_to(self, stored: Stored) -> Stored:
        """Return a copy of `stored` with the changes. What is removed has its default, or None.

        Raises:
            RequestValidationError: the copy is not valid; it is answered with 422.
        """
        model = type(stored)
        values = dict(stored)
        for name, change in self.changes.items():
            if change is None and not model.model_fields[name].is_required():
                del values[name]
            else:
                before = stored.model_dump(mode="json", by_alias=True, include={name})
                values[name] = merged(next(iter(before.values()), None), change)
        try:
            return model.model_validate(values, by_name=True)
        except ValidationError as error:
            found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
            raise RequestValidationError(found) from None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Take any JSON object, and describe it by the model."""
        (model,) = get_args(source)

        def read(sent: dict[str, Any]) -> "MergePatch[Changed]":
            fields = {field.alias or name: name for name, field in model.model_fields.items()}
            return cls({fields[name]: sent[name] for name in sent if name in fields})

        # FastAPI validates what it has parsed; the schema of the model is there to be described.
        parsed = core_schema.no_info_after_validator_function(
            read, core_schema.dict_schema(core_schema.str_schema(), core_schema.any_schema())
        )
        return core_schema.json_or_python_schema(handler.generate_schema(model), parsed)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe a model of which every field may be left out, and one with a default null."""
        return _described(handler(schema), handler, ())


def merged(target: Any, patch: Any) -> Any:
    """Return what a patch makes of a JSON value (RFC 7396, section 2)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def _described(
    schema: dict[str, Any], handler: GetJsonSchemaHandler, inside: tuple[str, ...]
) -> dict[str, Any]:
    """Return the schema of what changes a value: that of a list is the list's own."""
    if "anyOf" in schema:
        ways = [_described(one, handler, inside) for one in schema["anyOf"]]
        return {**schema, "anyOf": ways}
    reference = schema.get("$ref", "")
    if reference in inside:
        return {"type": "object"}
    resolved = handler.resolve_ref_schema(schema)
    if resolved.get("type") != "object":
        return schema
    around = (*inside, reference) if reference else inside
    described: dict[str, Any] = {
        key: resolved[key] for key in ("type", "title", "description") if key in resolved
    }
    if reference and "title" in described:
        described["title"] += "Patch"  # the model itself has its name in the document
    for name, field in resolved.get("properties", {}).items():
        known = {key: value for key, value in field.items() if key != "default"}
        changed = _described(known, handler, around)
        needed = name in resolved.get("required", ())
        described.setdefault("properties", {})[name] = changed if needed else _nullable(changed)
    others = resolved.get("additionalProperties")
    if isinstance(others, dict):
        described["additionalProperties"] = _nullable(_described(others, handler, around))
    return described


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    ways = schema.get("anyOf", [schema])
    null = {"type": "null"}
    return schema if null in ways or not schema else {"anyOf": [*ways, null]}
