"""What Schemathesis has to be told about the preset `store`; see the two files of settings."""

from typing import Any

import hooks
import schemathesis


@schemathesis.hook("before_call").apply_to(method="POST", path="/payments/events")
def sign(_: schemathesis.HookContext, __: schemathesis.Case, sent: dict[str, Any]) -> None:
    """Let the payment service sign what is sent, once its bytes are known."""
    sent["auth"] = hooks.signed


@schemathesis.hook("map_case")
def price_is_a_number(_: schemathesis.HookContext, case: schemathesis.Case) -> schemathesis.Case:
    """Send a price in good requests: Pydantic describes digits and a limit as any text."""
    is_good = case.meta is not None and case.meta.generation.mode.is_positive
    if is_good and isinstance(case.body, dict) and "price" in case.body:
        case.body["price"] = "12.50"
    return case
