"""`app.http.security`: every header literally, and who may override it."""

import pytest
from fastapi import FastAPI, HTTPException, Response, WebSocket
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse

from app.http.security import SecurityHeaders

app = FastAPI()
app.add_middleware(SecurityHeaders, hsts_max_age=31_536_000)
COMMON = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
DOCS_POLICY = (
    "default-src 'self'; "
    "script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; "
    "style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net https://fonts.googleapis.com; "
    "font-src https://fonts.gstatic.com; "
    "img-src 'self' data: https://fastapi.tiangolo.com https://cdn.redoc.ly; "
    "worker-src blob:; "
    "frame-ancestors 'none'"
)


@app.get("/")
async def root() -> None:
    """Answer without headers."""


@app.get("/own")
async def own(response: Response) -> None:
    """Answer with headers of its own."""
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Content-Security-Policy"] = "default-src 'self'"


@app.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    """Greet."""
    await websocket.accept()
    await websocket.send_text("hello")


@app.websocket("/refused")
async def refused(websocket: WebSocket) -> None:
    """Let nobody in."""
    raise HTTPException(403, "Not you")


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/missing", 404)])
def test_headers_are_on_every_answer(path: str, status: int) -> None:
    """Over https with HSTS."""
    response = TestClient(app, base_url="https://testserver").get(path)
    assert response.status_code == status
    assert dict(response.headers.items()) == {
        **COMMON,
        "content-security-policy": API_POLICY,
        "strict-transport-security": "max-age=31536000; includeSubDomains",
        "content-length": response.headers["content-length"],
        "content-type": "application/json",
    }


def test_hsts_is_not_sent_over_http() -> None:
    """Browsers must ignore it there (RFC 6797, section 7.2)."""
    response = TestClient(app, base_url="http://testserver").get("/")
    assert "strict-transport-security" not in response.headers
    assert COMMON.items() <= dict(response.headers.items()).items()


def test_endpoint_may_override() -> None:
    """Its own value is sent, once; the others stay."""
    response = TestClient(app).get("/own")
    assert response.headers.get_list("x-frame-options") == ["SAMEORIGIN"]
    assert response.headers.get_list("content-security-policy") == ["default-src 'self'"]
    assert response.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/docs", "/docs/oauth2-redirect", "/redoc"])
def test_documentation_may_load_its_scripts(path: str) -> None:
    """Only there."""
    response = TestClient(app).get(path)
    assert response.status_code == 200
    assert response.headers["content-security-policy"] == DOCS_POLICY
    assert COMMON.items() <= dict(response.headers.items()).items()


def test_documentation_works_below_a_prefix() -> None:
    """As behind a proxy that passes the whole path on."""
    response = TestClient(app, root_path="/v1").get("/v1/docs")
    assert response.headers["content-security-policy"] == DOCS_POLICY


def test_policy_is_an_option() -> None:
    """For every path but the documentation."""
    pages = FastAPI()
    policy = "default-src 'self'"
    pages.add_middleware(SecurityHeaders, hsts_max_age=0, content_security_policy=policy)
    client = TestClient(pages, base_url="https://testserver")
    assert client.get("/missing").headers["content-security-policy"] == "default-src 'self'"
    assert client.get("/docs").headers["content-security-policy"] == DOCS_POLICY
    hsts = client.get("/missing").headers["strict-transport-security"]
    assert hsts == "max-age=0; includeSubDomains"


def test_websockets_pass() -> None:
    """They have no response headers to add to."""
    with TestClient(app).websocket_connect("/socket") as connection:
        assert connection.receive_text() == "hello"


@pytest.mark.parametrize(("scheme", "is_secure"), [("wss", True), ("ws", False)])
def test_refused_handshakes_have_them(scheme: str, is_secure: bool) -> None:
    """They are answers like others."""
    connection = TestClient(app).websocket_connect(f"{scheme}://testserver/refused")
    with pytest.raises(WebSocketDenialResponse) as answer:
        connection.__enter__()
    assert answer.value.headers["x-frame-options"] == "DENY"
    assert ("strict-transport-security" in answer.value.headers) is is_secure


def test_lifespan_passes() -> None:
    """It has no answer."""
    with TestClient(app) as client:
        assert client.get("/").status_code == 200


def test_headers_are_described() -> None:
    """All but HSTS are always there."""
    described = SecurityHeaders(app, hsts_max_age=1).openapi_headers()
    assert {name: header["required"] for name, header in described.items()} == {
        "Content-Security-Policy": True,
        "Cross-Origin-Opener-Policy": True,
        "Cross-Origin-Resource-Policy": True,
        "Permissions-Policy": True,
        "Referrer-Policy": True,
        "Strict-Transport-Security": False,
        "X-Content-Type-Options": True,
        "X-Frame-Options": True,
    }
    assert described["Referrer-Policy"]["description"] == "The same for every answer."
