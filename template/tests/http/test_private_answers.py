"""`app.http.private_answers`: what one visitor gets stays out of shared caches."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Cookie, Depends, FastAPI, Header, HTTPException, Query, Response
from fastapi.responses import PlainTextResponse, StreamingResponse
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.testclient import TestClient
from openapi_spec_validator import validate
from pydantic import BaseModel
from starlette.datastructures import MutableHeaders
from starlette.responses import Response as StarletteResponse
from starlette.routing import Route

from app.http.application import Answered, Application
from app.http.openapi import HeaderDescription, documented, documented_error, header
from app.http.private_answers import make_private
from tests.wire import exposed, undocumented

PUBLIC = {"Cache-Control": "public, max-age=600"}
LAST_MODIFIED = {"Last-Modified": "Sat, 31 Jan 2026 12:00:00 GMT"}
bearer = HTTPBearer(auto_error=False)
session = APIKeyCookie(name="session", auto_error=False)


class Credentials(BaseModel):
    """Headers that are read together."""

    authorization: str = ""


class Preferences(BaseModel):
    """Cookies that are read together."""

    theme: str = ""


async def by_cookie(theme: Annotated[str, Cookie()] = "") -> None:
    """Read a cookie."""


async def by_model(preferences: Annotated[Preferences, Cookie()]) -> None:
    """Read cookies."""


async def by_session(token: Annotated[str | None, Depends(session)]) -> None:
    """Read a session."""


async def by_token(token: Annotated[Any, Depends(bearer)]) -> None:
    """Read a token."""


async def by_header(authorization: Annotated[str, Header()] = "") -> None:
    """Read credentials by hand."""


async def by_headers(credentials: Annotated[Credentials, Header()]) -> None:
    """Read credentials in a model."""


async def by_raw_cookies(given: Annotated[str, Header(alias="Cookie")] = "") -> None:
    """Read all cookies at once."""


async def by_none(
    accept_language: Annotated[str, Header()] = "", q: Annotated[str, Query()] = ""
) -> None:
    """Read what does not say who asks."""


READERS = [by_cookie, by_model, by_session, by_token, by_header, by_headers, by_raw_cookies]


def create_app(*dependencies: Any) -> Application:
    """Return an application whose endpoints have these dependencies, in each form."""
    app = Application()
    router = APIRouter(dependencies=[Depends(one) for one in dependencies])

    @router.get("/value")
    async def value(response: Response) -> str:
        response.headers.update(LAST_MODIFIED)
        return "value"

    @router.get("/public")
    async def public(response: Response) -> None:
        response.headers.update(PUBLIC | {"CDN-Cache-Control": "max-age=600"})

    @router.get("/stored")
    async def stored(response: Response, said: str) -> None:
        response.headers["Cache-Control"] = said

    @router.get("/stream")
    async def stream() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            yield "line"

        return StreamingResponse(lines(), headers=PUBLIC)

    @router.get("/unchanged")
    async def unchanged() -> None:
        raise Answered(Response(status_code=304, headers={"ETag": '"1"'}))

    @router.get("/moved")
    async def moved() -> None:
        raise HTTPException(308, headers={"Location": "/"})

    @router.get("/missing")
    async def missing() -> None:
        raise HTTPException(404, headers=PUBLIC)

    @router.get("/failing")
    async def fail() -> None:
        raise RuntimeError

    @router.post("/changed")
    async def change(number: int) -> None: ...

    app.include_endpoints([router])
    return app


ANSWERS = {
    "/value": 200,
    "/public": 200,
    "/stream": 200,
    "/stored?said=no-cache": 200,
    "/unchanged": 304,
    "/moved": 308,
    "/missing": 404,
    "/stored": 422,
    "/failing": 500,
}


def connect(app: FastAPI) -> TestClient:
    """Return a client that sees the answer 500, and follows nothing."""
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


@pytest.mark.parametrize("reader", READERS)
def test_answers_that_depend_on_the_visitor_are_private(reader: Any) -> None:
    """In each form, with each status, whatever else they say, for whoever has nothing to send."""
    client = connect(create_app(reader))
    for path, status in ANSWERS.items():
        response = client.get(path)
        assert response.status_code == status
        assert response.headers.get_list("cache-control") == ["private, no-cache"]
        assert response.headers.get("cdn-cache-control", "no-store") == "no-store"
    assert client.post("/changed").headers["cache-control"] == "private, no-cache"


def test_other_answers_stay() -> None:
    """Where nobody asks who the visitor is, even if they say it."""
    client = connect(create_app(by_none))
    sent = {"Cookie": "session=1", "Authorization": "Bearer 1"}
    said = {path: client.get(path, headers=sent).headers.get("cache-control") for path in ANSWERS}
    public = dict.fromkeys(("/public", "/stream", "/missing"), PUBLIC["Cache-Control"])
    assert said == dict.fromkeys(ANSWERS) | public | {"/stored?said=no-cache": "no-cache"}
    assert client.get("/public").headers["cdn-cache-control"] == "max-age=600"
    assert connect(create_app(by_cookie)).get("/nothing").headers.get("cache-control") is None


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("private", "private"),
        ("no-store", "no-store"),
        ("Private, max-age=60", "Private, max-age=60"),
        ("max-age=60,no-store", "max-age=60,no-store"),
        ("no-cache", "private, no-cache"),
        ("max-age=60, must-revalidate", "private, no-cache"),
        ("s-maxage=60", "private, no-cache"),
        ("public, No-Transform", "private, no-cache, no-transform"),
        ('private="Set-Cookie", max-age=60', "private, no-cache"),
        ('no-cache="a, private, b"', "private, no-cache"),
        ("privat", "private, no-cache"),
    ],
)
def test_what_the_endpoint_says_itself(said: str, sent: str) -> None:
    """It stays where no shared cache may store any part of the answer."""
    response = connect(create_app(by_cookie)).get("/stored", params={"said": said})
    assert response.headers.get_list("cache-control") == [sent]


def test_lines_of_one_header_are_one() -> None:
    """Of two, each may say a part of it."""
    headers = MutableHeaders(
        raw=[(b"cache-control", b"max-age=60"), (b"cache-control", b"private")]
    )
    make_private(headers)
    assert headers.getlist("cache-control") == ["max-age=60", "private"]
    other = MutableHeaders(raw=[(b"cache-control", b"public"), (b"cache-control", b"max-age=60")])
    make_private(other)
    assert other.getlist("cache-control") == ["private, no-cache"]


@pytest.mark.parametrize("name", ["CDN-Cache-Control", "Edge-Cache-Control", "Surrogate-Control"])
def test_fields_for_certain_caches_are_replaced(name: str) -> None:
    """Where they are there, Cache-Control does not count."""
    headers = MutableHeaders({"Cache-Control": "private", name: "max-age=60"})
    make_private(headers)
    assert headers.items() == [("cache-control", "private"), (name.lower(), "no-store")]


def test_cookies_make_an_answer_private() -> None:
    """Also where nothing announced it: a route without FastAPI, and an error of an endpoint."""
    app = Application()

    async def plain(request: Any) -> StarletteResponse:
        return PlainTextResponse("", headers=PUBLIC | {"Set-Cookie": "a=1"})

    async def refuse() -> None:
        raise HTTPException(404, headers={"Set-Cookie": "a=1"})

    app.router.routes.append(Route("/plain", plain))
    app.add_api_route("/refused", refuse)
    for path in ("/plain", "/refused"):
        assert connect(app).get(path).headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("status", [200, 403])
def test_documented_cookies_make_all_answers_private(status: int) -> None:
    """Which of them sets it depends on the visitor, and so does which of them comes."""
    app = Application()
    cookie = HeaderDescription("Set-Cookie", "A cookie.", required=False)

    @app.get("/", responses=documented(status, cookie))
    async def get() -> None: ...

    assert connect(app).get("/").headers["cache-control"] == "private, no-cache"


def test_what_a_router_adds_counts() -> None:
    """The same route answers for everybody where it is included without it."""
    app, router = Application(), APIRouter()

    @router.get("/page")
    async def page() -> None: ...

    app.include_router(router, prefix="/own", dependencies=[Depends(by_session)])
    app.include_router(router, prefix="/open")
    client = connect(app)
    assert client.get("/own/page").headers["cache-control"] == "private, no-cache"
    assert "cache-control" not in client.get("/open/page").headers
    assert undocumented(client.get("/own/page"), app.openapi()) == []


@pytest.mark.parametrize("reader", READERS)
def test_answers_are_described(reader: Any) -> None:
    """The header is on each answer of the document, and the tests of a project look for it."""
    app = create_app(reader)
    document = app.openapi()
    validate(document)
    for path in ("/stored", "/stored?said=public", "/stored?said=private"):
        response = connect(app).get(path)
        assert undocumented(response, document) == []
        assert exposed(response, document) == []
        del response.headers["cache-control"]
        missing = f"status {response.status_code} lacks the documented header cache-control"
        assert undocumented(response, document) == [missing]


def test_own_descriptions_stay() -> None:
    """Of an answer that says something else, and of endpoints that have to do with nobody."""
    app = Application()
    store = HeaderDescription("Cache-Control", "Always `no-store`.")
    cookie = HeaderDescription("Set-Cookie", "A cookie.")

    @app.get("/", responses=documented(200, cookie) | documented_error(403, "Refused", store))
    async def get() -> None: ...

    @app.get("/open", dependencies=[Depends(by_none)])
    async def open_() -> None: ...

    document = app.openapi()["paths"]
    responses = document["/"]["get"]["responses"]
    described = header("Who may store this; `private, no-cache` unless something stricter is said.")
    assert responses["200"]["headers"] == {"Cache-Control": described, **cookie.openapi_headers()}
    assert responses["403"]["headers"] == store.openapi_headers()
    assert "headers" not in document["/open"]["get"]["responses"]["200"]
