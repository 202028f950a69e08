"""503 Service Unavailable with Retry-After (RFC 9110, sections 15.6.4 and 10.2.3)."""

from typing import Any

from fastapi import HTTPException

from app.http.openapi import HeaderDescription, documented_error, header


class _RetryAfter:
    def openapi_headers(self) -> dict[str, Any]:
        described = "In how many seconds to come back."
        return {"Retry-After": header(described, type="integer", minimum=1)}


NOT_AVAILABLE = documented_error(
    503,
    "Unavailable for now",
    _RetryAfter(),
    HeaderDescription("Cache-Control", "Always `no-store`."),
)


def unavailable(*, retry_after: int) -> HTTPException:
    """Return the error to raise: clients come back after `retry_after` seconds.

    No cache may keep it, or it would outlast the outage.
    """
    if retry_after < 1:
        raise ValueError(f"{retry_after} is no number of seconds to wait")
    headers = {"Retry-After": str(retry_after), "Cache-Control": "no-store"}
    return HTTPException(503, "Unavailable for now", headers)
