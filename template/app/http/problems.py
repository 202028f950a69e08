"""Problem Details: one form for all errors, which programs can read (RFC 9457)."""

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.openapi import INVALID, PROBLEM, component, operations

MEDIA_TYPE = "application/problem+json"
REWRITTEN = ("application/json", "text/plain")
TITLES = {status.value: status.phrase for status in HTTPStatus} | {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}
"""Those of RFC 9110, for which earlier versions of Python have other words."""

STRING = {"type": "string"}
SCHEMA = {
    "title": "ProblemDetails",
    "description": "An error (RFC 9457); a problem type of your own may have more members.",
    "type": "object",
    "required": ["type", "title", "status", "instance"],
    "properties": {
        "type": {**STRING, "format": "uri-reference", "description": "Names the kind of problem."},
        "title": {**STRING, "description": "Is the same for all problems of this type."},
        "status": {"type": "integer", "description": "The status code."},
        "detail": {**STRING, "description": "Explains what went wrong this time."},
        "instance": {**STRING, "format": "uri-reference", "description": "What was asked for."},
        "request_id": {**STRING, "description": "Names the request in the logs."},
        "errors": {
            "description": "What is wrong with the request, and where.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["loc", "msg", "type"],
                "properties": {
                    "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "msg": STRING,
                    "type": STRING,
                },
            },
        },
    },
}


class ProblemDetails:
    """ASGI middleware that gives every error the form of RFC 9457.

    It rewrites what FastAPI and Starlette answer: an `HTTPException`, an invalid request, an
    unknown path or method, a body that is too large, a refused handshake, an unhandled error.
    Status and headers stay, such as WWW-Authenticate, Retry-After, Allow and cookies. An error that
    has a form of its own passes as it is.

    `HTTPException(403, {"type": "https://example.com/no-credit", "balance": 30})` makes a problem
    type of your own: the mapping's members go into the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        held: Message | None = None

        async def send_problem(message: Message) -> None:
            nonlocal held
            kind = message["type"]  # that of a refused handshake begins with "websocket."
            if kind.endswith("http.response.start") and message["status"] >= 400:
                held = message
                return
            if held is not None and kind.endswith("http.response.body"):
                start, held = held, None
                content = message.get("body", b"")
                details = None if message.get("more_body") else _details(start, content)
                if details is not None:
                    message = {**message, "body": _body(scope, start["status"], details)}
                    start = _described(start, message["body"])
                await send(start)
            await send(message)

        await self.app(scope, receive, send_problem)

    def complete_openapi(self, document: dict[str, Any]) -> None:
        """Describe all errors in the document in this form, and the 500 of every operation."""
        content = {MEDIA_TYPE: {"schema": component(document, "ProblemDetails", SCHEMA)}}
        for operation in operations(document):
            responses = operation["responses"]
            for status, response in responses.items():
                said = response.get("content", {})
                if status[0] in "45" and _is_rewritten(said):
                    others = {name: said[name] for name in said if name not in REWRITTEN}
                    response["content"] = {**others, **content}
            responses.setdefault("500", {"description": "Unhandled error"})
            for status in ("400", "500") if "requestBody" in operation else ("500",):
                own = responses[status].get("content", {})
                responses[status]["content"] = {**own, **content}


def _details(start: Message, body: bytes) -> dict[str, Any] | None:
    """Return the members that an error's own content gives, or None when it keeps its form."""
    headers = Headers(raw=start["headers"])
    media_type = headers.get("content-type", "").partition(";")[0]
    if "content-encoding" in headers or not body:
        return None
    if media_type == "text/plain":
        return {"detail": body.decode(errors="replace")}
    if media_type != "application/json":
        return None
    match json.loads(body):
        case {"detail": str(detail), **others} if not others:
            return {"detail": detail}
        case {"detail": list(errors), **others} if not others:
            return {"detail": "The request is not valid", "errors": errors}
        case {"detail": dict(members), **others} if not others:
            return members
    return None


def _body(scope: Scope, status: int, details: dict[str, Any]) -> bytes:
    problem = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        # Two slashes would begin the name of a host.
        "instance": quote(f"/{scope['path'].lstrip('/')}"),
    }
    if "request_id" in scope.get("state", {}):
        problem["request_id"] = scope["state"]["request_id"]
    return json.dumps(problem | details, separators=(",", ":")).encode()


def _described(start: Message, body: bytes) -> Message:
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["Content-Type"] = MEDIA_TYPE
    headers["Content-Length"] = str(len(body))
    return {**start, "headers": headers.raw}


def _is_rewritten(content: dict[str, Any]) -> bool:
    """Say whether the document describes an error of FastAPI or Starlette here."""
    if "text/plain" in content:
        return True
    schema = content.get("application/json", {}).get("schema", {})
    invalid = {"$ref": "#/components/schemas/HTTPValidationError"}
    forms = schema.get("anyOf", [schema])
    return all(form in (PROBLEM, INVALID, invalid) for form in forms)
