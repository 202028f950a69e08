"""What every answer must keep: the rules of HTTP and the promises of the OpenAPI document.

The test client accepts answers that servers, caches and browsers refuse or drop.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Request, Response
from starlette.testclient import WebSocketDenialResponse, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

SINGLE = (
    *("access-control-allow-origin", "content-disposition", "content-length", "content-type"),
    *("etag", "last-modified", "location", "retry-after", "strict-transport-security"),
)
REQUIRED = dict.fromkeys((301, 302, 303, 307, 308), "location") | {
    401: "www-authenticate",
    405: "allow",
    407: "proxy-authenticate",
    416: "content-range",
    426: "upgrade",
}
IMPLICIT = {"content-length", "content-type"}
CACHEABLE = {200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501}
"""Statuses of answers that may be stored although they do not say so (RFC 9110, section 15.1)."""

_OF_OTHERS = re.compile(r"(header|cookie) \S+ of status \d+ is not documented")


def violations(response: Response) -> list[str]:
    """Return how the answer breaks RFC 9110, RFC 9111 or RFC 6265bis."""
    return [*_broken_status(response), *_broken_headers(response), *_broken_cookies(response)]


def check_every_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make each test client fail for an answer with violations: redirects and WebSockets too.

    The class is patched, so that a client that a test makes for itself checks as well.
    """
    send, enter = TestClient.send, WebSocketTestSession.__enter__

    def check(what: str, wrong: list[str]) -> None:
        assert wrong == [], f"{what}: {wrong}"

    def checked_send(client: TestClient, *arguments: Any, **options: Any) -> Response:
        response = send(client, *arguments, **options)
        for answer in (*response.history, response):
            check(f"{answer.request.method} {answer.request.url}", violations(answer))
        return response

    def checked_enter(session: WebSocketTestSession) -> WebSocketTestSession:
        what = f"WebSocket {session.scope['path']}"
        request = Request("GET", f"wss://testserver{session.scope['path']}")
        try:
            entered = enter(session)
        except WebSocketDenialResponse as refused:
            refused.request = request
            check(what, violations(refused))
            raise
        try:
            opened = Response(101, headers=session.extra_headers, request=request)
            check(what, [*_broken_headers(opened), *_broken_cookies(opened)])
        except AssertionError:
            session.__exit__(None, None, None)  # or its thread would never end
            raise
        return entered

    monkeypatch.setattr(TestClient, "send", checked_send)
    monkeypatch.setattr(WebSocketTestSession, "__enter__", checked_enter)


def undocumented(
    response: Response, document: dict[str, Any], *, complete: bool = True
) -> list[str]:
    """Return how the answer differs from what the OpenAPI document says about it.

    Paths that it does not describe, and errors of the framework itself, are not compared; nor are
    headers and cookies that it does not describe where it is not complete.
    """
    operation = _operation(response, document)
    if operation is None:
        return []
    described = _described(response, operation, document)
    if described is None:
        unknown = f"status {response.status_code} is not documented"
        return [] if _from_framework(response) else [unknown]
    headers = {
        name.lower(): _resolved(header, document)
        for name, header in described.get("headers", {}).items()
    }
    found = [
        *_other_content(response, described.get("content", {})),
        *_other_headers(response, headers),
        *_other_cookies(response, headers.get("set-cookie", {}).get("schema", {})),
    ]
    return found if complete else [one for one in found if not _OF_OTHERS.match(one)]


def exposed(response: Response, document: dict[str, Any]) -> list[str]:
    """Return what others may get of the answer, when it depends on who asks.

    It does so where the OpenAPI document says that the endpoint reads a cookie or credentials.
    """
    operation = _operation(response, document) or {}
    reads = "security" in operation or any(
        parameter["in"] == "cookie" or parameter["name"].lower() in ("authorization", "cookie")
        for parameter in operation.get("parameters", [])
    )
    found = "shared caches may store what depends on who asks"
    return [found] if reads and _is_shared(response) else []


def described_content(response: Response, document: dict[str, Any]) -> dict[str, Any]:
    """Return what the OpenAPI document says about the answer's content, by media type."""
    operation = _operation(response, document) or {"responses": {}}
    described = _described(response, operation, document) or {}
    content: dict[str, Any] = described.get("content", {})
    return content


def set_cookie(response: Response, name: str) -> list[str]:
    """Return the parts of the one Set-Cookie line for `name`: `name=value`, `HttpOnly`, ..."""
    lines = response.headers.get_list("set-cookie")
    found = [line for line in lines if line.partition("=")[0] == name]
    assert len(found) == 1, f"{len(found)} Set-Cookie lines for {name} among {lines}"
    return found[0].split("; ")


def expires(date: str) -> str:
    """Return the attribute of a cookie that ends then, or in 400 days if that is sooner."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    sooner = min(parsedate_to_datetime(date), today + timedelta(days=400))
    return f"expires={format_datetime(sooner, usegmt=True)}"


def handshake(client: TestClient, path: str, origin: str | None = "https://testserver") -> Response:
    """Return the answer to a WebSocket handshake: 101, or why there is no WebSocket."""
    headers = {} if origin is None else {"origin": origin}
    try:
        with client.websocket_connect(f"wss://testserver{path}", headers=headers) as socket:
            return Response(101, headers=socket.extra_headers)
    except WebSocketDenialResponse as refused:
        return Response(refused.status_code, headers=refused.headers, content=refused.content)
    except WebSocketDisconnect:  # servers answer 403 when a WebSocket is closed before it opens
        return Response(403)


def _broken_headers(response: Response) -> Iterator[str]:
    for name, value in response.headers.multi_items():
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
            yield f"{name} contains a control character"
        if not value.isascii():
            yield f"{name} contains a character outside ASCII"
    for name in SINGLE:
        if len(response.headers.get_list(name)) > 1:
            yield f"{name} is sent more than once"


def _broken_status(response: Response) -> Iterator[str]:
    status, headers = response.status_code, response.headers
    if status not in range(200, 600):
        yield f"status {status} is none of a final answer"
    if status in REQUIRED and REQUIRED[status] not in headers:
        yield f"status {status} needs {REQUIRED[status]}"
    several_parts = headers.get("content-type", "").startswith("multipart/byteranges")
    if status == 206 and several_parts == ("content-range" in headers):
        yield "status 206 needs either content-range or multipart/byteranges"
    if status in (204, 304) and (response.read() or IMPLICIT & headers.keys()):
        yield f"status {status} has content, or headers that describe it"


def _broken_cookies(response: Response) -> Iterator[str]:
    names: set[str] = set()
    for line in response.headers.get_list("set-cookie"):
        pair, *rest = line.split(";")
        name = pair.partition("=")[0]
        attributes = {
            key.strip().lower(): value for key, _, value in (part.partition("=") for part in rest)
        }
        secure = "secure" in attributes
        host_only = "domain" not in attributes and attributes.get("path") == "/"
        if name in names:
            yield f"cookie {name} is set twice"
        names.add(name)
        if name.lower().startswith("__host-") and not (secure and host_only):
            yield f'cookie {name} needs Secure, Path "/" and no Domain'
        if name.lower().startswith("__secure-") and not secure:
            yield f"cookie {name} needs Secure"
        if attributes.get("samesite", "").lower() == "none" and not secure:
            yield f"cookie {name} with SameSite=None needs Secure"
        if "partitioned" in attributes and not secure:
            yield f"cookie {name} with Partitioned needs Secure"
        if len(line.encode()) > 4096:
            yield f"cookie {name} is longer than 4096 bytes"
    if names and _is_shared(response):
        yield "shared caches may store a cookie"


def _is_shared(response: Response) -> bool:
    """Say whether a shared cache may store the answer (RFC 9111, section 3).

    An answer that says nothing may be stored for as long as the cache thinks right.
    """
    headers = response.headers
    field = re.sub(r'"[^"]*"', '""', headers.get("cache-control", "").lower())
    directives = {part.strip().partition("=")[0]: part.strip() for part in field.split(",")}
    targeted = {
        headers[name]
        for name in headers
        if name.endswith("-cache-control") or name == "surrogate-control"
    }
    if targeted - {"no-store"} or "public" in directives or "s-maxage" in directives:
        return True
    if any(directives.get(name) == name for name in ("private", "no-store")):
        return False
    by_default = response.status_code in CACHEABLE and response.request.method in ("GET", "HEAD")
    return by_default or "max-age" in directives or "expires" in headers


def _operation(response: Response, document: dict[str, Any]) -> dict[str, Any] | None:
    method, path = response.request.method.lower(), response.request.url.path
    literal_first = sorted(document["paths"], key=lambda template: template.count("{"))
    for parameter in ("[^/]+", ".*[^/]"):  # the second one is Starlette's {name:path}
        for template in literal_first:
            operations: dict[str, dict[str, Any]] = document["paths"][template]
            # HEAD is described by the GET whose headers it has.
            operation = operations.get(method) or operations.get("get" if method == "head" else "")
            if operation is not None and _pattern(template, parameter).fullmatch(path):
                return operation
    return None


@cache
def _pattern(template: str, parameter: str) -> re.Pattern[str]:
    return re.compile(parameter.join(map(re.escape, re.split(r"{[^}]+}", template))))


def _described(
    response: Response, operation: dict[str, Any], document: dict[str, Any]
) -> dict[str, Any] | None:
    status, responses = response.status_code, operation["responses"]
    keys = (str(status), f"{status // 100}XX", "default")
    described = next((responses[key] for key in keys if key in responses), None)
    return None if described is None else _resolved(described, document)


def _from_framework(response: Response) -> bool:
    unrouted = response.status_code == 404 and b'"detail":"Not Found"' in response.read()
    return unrouted or response.status_code in (405, 500)


def _resolved(described: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    target: dict[str, Any] = document
    if "$ref" not in described:
        return described
    for key in described["$ref"].removeprefix("#/").split("/"):
        target = target[key]
    return target


def _other_content(response: Response, content: dict[str, Any]) -> Iterator[str]:
    status = response.status_code
    sent = response.headers.get("content-type", "").partition(";")[0]
    if sent and sent not in content:
        yield f"media type {sent} of status {status} is not documented"
    if content and not sent:
        yield f"status {status} lacks the documented content"


def _other_headers(response: Response, described: dict[str, Any]) -> Iterator[str]:
    status = response.status_code
    for name in sorted(response.headers.keys() - described.keys() - IMPLICIT):
        yield f"header {name} of status {status} is not documented"
    for name, header in described.items():
        if header.get("required") and name not in response.headers:
            yield f"status {status} lacks the documented header {name}"


def _other_cookies(response: Response, described: dict[str, Any]) -> Iterator[str]:
    status, lines = response.status_code, response.headers.get_list("set-cookie")
    kinds = described.get("anyOf", [described])
    patterns = [kind.get("pattern", "") for kind in kinds]
    for line in lines:
        if not any(re.search(pattern, line) for pattern in patterns):
            yield f"cookie {line.partition('=')[0]} of status {status} is not documented"
    for kind, pattern in zip(kinds, patterns, strict=True):
        if kind.get("x-required") and not any(re.search(pattern, line) for line in lines):
            yield f"status {status} lacks the documented cookie {pattern}"
