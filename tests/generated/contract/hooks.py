"""What Schemathesis has to be told about the preset `tour`; see `schemathesis.toml`."""

from decimal import Decimal, InvalidOperation
from typing import Any

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
    """Leave out cookies that a semicolon would end, so that less arrives than was made."""
    return not any(";" in str(value) for value in (case.cookies or {}).values())


@schemathesis.hook("filter_case")
def unknown_headers_are_no_mistake(_: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """Leave out requests whose only mistake is a header that nobody knows."""
    return "x-schemathesis-unknown-property" not in (case.headers or {})
