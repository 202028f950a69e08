"""`app.http.cors`: which origins may read what."""

import re
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Security
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPBearer
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

from app.http.cors import CrossOrigin, exposed_headers, request_headers

ORIGIN = "https://app.example.com"
FOREIGN = [
    "https://evil.example",
    "http://app.example.com",
    "https://app.example.com.evil.example",
    "https://app.example.com:8443",
    "null",
]


def connect(**options: Any) -> TestClient:
    """Return a client of an application with these options."""
    app = FastAPI()

    @app.get("/")
    async def root() -> None:
        """Answer without headers."""

    app.add_middleware(CrossOrigin, **options)
    return TestClient(app)


def test_listed_origin_may_read() -> None:
    """Also the exposed headers, and with cookies where that is allowed."""
    client = connect(allow_origins=[ORIGIN], allow_credentials=True, expose_headers=["ETag"])
    headers = client.get("/", headers={"Origin": ORIGIN}).headers
    assert headers["access-control-allow-origin"] == "https://app.example.com"
    assert headers["access-control-allow-credentials"] == "true"
    assert headers["access-control-expose-headers"] == "ETag"
    assert headers["vary"] == "Origin"


def test_caches_know_that_answers_differ() -> None:
    """Also the answer to who sends no origin: a cache would give it to those who do."""
    client = connect(allow_origins=[ORIGIN])
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": ORIGIN}):
        assert client.get("/", headers=headers).headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", FOREIGN)
def test_foreign_origin_may_not_read(origin: str) -> None:
    """Nor one that looks similar."""
    response = connect(allow_origins=[ORIGIN]).get("/", headers={"Origin": origin})
    assert "access-control-allow-origin" not in response.headers


def test_preflight_of_a_listed_origin_passes() -> None:
    """With the methods that are allowed."""
    client = connect(allow_origins=[ORIGIN], allow_methods=["PUT"])
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT"}
    response = client.options("/", headers=asked)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "https://app.example.com"
    assert response.headers["access-control-allow-methods"] == "PUT"


@pytest.mark.parametrize(
    ("origin", "method"), [(ORIGIN, "DELETE"), *((origin, "PUT") for origin in FOREIGN)]
)
def test_other_preflight_is_refused(origin: str, method: str) -> None:
    """Of a foreign origin, or for another method."""
    client = connect(allow_origins=[ORIGIN], allow_methods=["PUT"])
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    assert client.options("/", headers=asked).status_code == 400


@pytest.mark.parametrize("option", ["allow_origins", "expose_headers"])
def test_no_asterisk_beside_credentials(option: str) -> None:
    """Every site could act with the visitor's cookies, or the asterisk would name a header."""
    reason = f'{option}: list them; "*" does not go with allow_credentials'
    with pytest.raises(ValueError, match=re.escape(reason) + r"\Z"):
        CrossOrigin(FastAPI(), allow_credentials=True, **{option: ["*"]})
    CrossOrigin(FastAPI(), allow_credentials=False, **{option: ["*"]})


def test_documented_headers_are_exposed() -> None:
    """Sorted, without those that scripts may read anyway or never."""
    names = [
        "Cache-Control",
        "Content-Language",
        "content-length",
        "Content-Type",
        "Expires",
        "Last-Modified",
        "Pragma",
        "Set-Cookie",
        "Vary",
        "Service-Version",
        "ETag",
    ]
    first, second = APIRouter(), APIRouter()
    described = {"headers": {name: {"schema": {"type": "string"}} for name in names}}

    @first.get("/first", responses={200: described, 404: {"description": "No headers"}})
    async def get_first() -> None:
        """Answer with headers."""

    link = {"headers": {"Link": {"schema": {"type": "string"}}, "ETag": {}}}

    @second.get("/second", responses={404: link})
    async def get_second() -> None:
        """Fail with headers."""

    second.mount("/mounted", FastAPI())
    inner, outer = APIRouter(), APIRouter()
    inner.add_api_route("/inner", get_second, responses={200: {"headers": {"Location": {}}}})
    outer.include_router(inner, prefix="/outer", responses={503: {"headers": {"Retry-After": {}}}})
    assert exposed_headers([outer]) == ["Location", "Retry-After"]
    assert exposed_headers([first, second]) == ["ETag", "Link", "Service-Version"]
    expected = ["ETag", "Link", "Service-Version", "X-Request-ID"]
    assert exposed_headers([first, second], "X-Request-ID", "ETag", "Vary") == expected


class Sent(BaseModel):
    """Headers that are read together."""

    client_level: int = 0
    named: int = Field(0, alias="X_Named")


def test_headers_that_endpoints_read_may_be_sent() -> None:
    """Also those that their dependencies read, and in which credentials are."""

    async def depend(if_match: Annotated[str, Header()] = "") -> None:
        """Read a header."""

    async def read(
        sent: Annotated[Sent, Header()],
        token: Annotated[str, Header(alias="X-CSRF_Token")] = "",
        page: Annotated[int, Query()] = 1,
    ) -> None:
        """Read headers."""

    async def plain() -> None:
        """Read nothing."""

    inner, outer = APIRouter(), APIRouter()
    inner.add_api_route("/read", read, dependencies=[Depends(depend)])
    outer.include_router(inner, dependencies=[Security(HTTPBearer())])
    assert request_headers([outer], "Own", "If-Match") == [
        *("Own", "If-Match", "authorization", "client-level", "x-csrf_token", "x_named"),
    ]
    header, cookie = Depends(APIKeyHeader(name="X-Key")), Depends(APIKeyCookie(name="key"))
    keys = APIRouter(dependencies=[header, cookie])
    keys.add_api_route("/plain", plain)
    keys.mount("/mounted", FastAPI())
    assert request_headers([keys]) == ["x-key"]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"allow_origins": [ORIGIN]}, ["Access-Control-Allow-Origin", "Vary"]),
        (
            {"allow_origins": [ORIGIN], "allow_credentials": True, "expose_headers": ["ETag"]},
            [
                "Access-Control-Allow-Credentials",
                "Access-Control-Allow-Origin",
                "Access-Control-Expose-Headers",
                "Vary",
            ],
        ),
    ],
)
def test_headers_are_described(options: dict[str, Any], names: list[str]) -> None:
    """None of them is on every answer."""
    described = CrossOrigin(FastAPI(), **options).openapi_headers()
    assert list(described) == names
    assert described["Vary"] == {
        "description": "Depends on the Origin of the request.",
        "required": False,
        "schema": {"type": "string"},
    }
    assert not any(header["required"] for header in described.values())


def test_sites_by_a_pattern() -> None:
    """The whole origin has to fit."""
    pattern = r"https://[a-z0-9-]+\.preview\.example\.com"
    client = TestClient(CrossOrigin(FastAPI(), allow_origin_regex=pattern))
    for origin, is_allowed in (
        ("https://a-1.preview.example.com", True),
        ("https://preview.example.com", False),
        ("https://a.b.preview.example.com", False),
        ("https://a.previewxexample.com", False),
        ("https://a.preview.example.com.evil.example", False),
        ("https://evil.example/a.preview.example.com", False),
        ("http://a.preview.example.com", False),
        ("null", False),
    ):
        headers = client.get("/", headers={"Origin": origin}).headers
        assert headers.get("access-control-allow-origin") == (origin if is_allowed else None)
        assert not is_allowed or "Origin" in headers["vary"]


@pytest.mark.parametrize("pattern", [".*", "https://.*", "https?://[a-z.]+", ".+|x", "null"])
def test_pattern_that_any_site_fits_is_refused(pattern: str) -> None:
    """With cookies or without."""
    with pytest.raises(ValueError, match=r"\Aallow_origin_regex: it matches any site\Z"):
        CrossOrigin(FastAPI(), allow_origin_regex=pattern)


@pytest.mark.parametrize(
    ("methods", "status"), [(["GET"], 200), (["GET", "HEAD"], 200), (["POST"], 400)]
)
def test_preflight_for_head(methods: list[str], status: int) -> None:
    """A script that may GET may send HEAD, with headers of its own."""
    options: dict[str, Any] = {"allow_origins": [ORIGIN], "allow_methods": methods}
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "HEAD"}
    answer = TestClient(CrossOrigin(FastAPI(), **options)).options("/", headers=asked)
    assert answer.status_code == status
    assert answer.headers["access-control-allow-methods"].count("HEAD") == (status == 200)
