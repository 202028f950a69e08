"""What Schemathesis has to be told about the preset `tour`; see `schemathesis.toml`."""

import hmac
import os
from base64 import b64decode, b64encode
from decimal import Decimal, InvalidOperation
from time import time
from typing import Any
from uuid import uuid4

import ormsgpack
import schemathesis
from hypothesis import strategies
from requests import PreparedRequest

# Files that are what their media type says: no schema says with which bytes they begin.
schemathesis.openapi.media_type("image/png", strategies.just(b"\x89PNG\r\n\x1a\n"))
schemathesis.openapi.media_type("image/jpeg", strategies.just(b"\xff\xd8\xff"))


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


@schemathesis.hook("before_call").apply_to(method="POST", path="/events")
def sign(_: schemathesis.HookContext, case: schemathesis.Case, sent: dict[str, Any]) -> None:
    """Let the webhooks' sender sign what is sent, once its bytes are known."""
    sent["auth"] = signed


def signed(request: PreparedRequest) -> PreparedRequest:
    """Add the headers of Standard Webhooks, as an authentication of the client."""
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    now = str(int(time()))
    key = b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
    digest = hmac.digest(key, b".".join([b"msg_1", now.encode(), body]), "sha256")
    request.headers["webhook-id"] = "msg_1"
    request.headers["webhook-timestamp"] = now
    request.headers["webhook-signature"] = f"v1,{b64encode(digest).decode()}"
    return request


@schemathesis.hook("filter_case")
def numbers_are_no_times(_: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """Leave out numbers for dates and times: Pydantic reads them as Unix time."""
    sent = case.body if isinstance(case.body, dict) else {}
    numbers = {name for name, value in sent.items() if isinstance(value, int | float)}
    schemas = [one.resolved_schema for one in case.operation.body]
    times = {
        name
        for schema in schemas
        if isinstance(schema, dict)
        for name, one in schema.get("properties", {}).items()
        if "'format': 'date" in str(one)
    }
    return not numbers & times
