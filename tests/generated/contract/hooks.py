"""What Schemathesis has to be told about the preset `tour`; see `schemathesis.toml`."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

import ormsgpack
import schemathesis


@schemathesis.deserializer("application/vnd.msgpack")
def unpack(_: Any, response: schemathesis.Response) -> Any:
    """Read MessagePack, so that its content is compared with the schema."""
    return ormsgpack.unpackb(response.content)


@schemathesis.hook("filter_case").apply_to(method="POST", path="/posts")
def price_is_a_number(_: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """Leave out prices that are no number: Pydantic describes a decimal as any text."""
    price = case.body.get("price") if isinstance(case.body, dict) else None
    if not isinstance(price, str):
        return True
    try:
        return Decimal(price).is_finite()
    except InvalidOperation:
        return False


@schemathesis.hook("filter_case")
def arrives_as_it_was_made(_: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """Leave out cookies that a semicolon would end, or of which quotes and spaces are taken off."""
    values = [str(value) for value in (case.cookies or {}).values()]
    return all(value == value.strip(' \t"') and ";" not in value for value in values)


@schemathesis.hook("filter_case")
def unknown_names_are_no_mistake(_: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """Leave out requests whose only mistake is a header or a cookie that nobody knows."""
    unknown = "x-schemathesis-unknown-property"
    return unknown not in (case.headers or {}) and unknown not in (case.cookies or {})


@schemathesis.hook("map_case").apply_to(method="POST", path="/orders")
def key_is_new(_: schemathesis.HookContext, case: schemathesis.Case) -> schemathesis.Case:
    """Give each good request a key of its own, as its client has to."""
    if case.meta is not None and case.meta.generation.mode.is_positive:
        case.headers["idempotency-key"] = str(uuid4())
    return case
