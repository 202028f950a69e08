"""`app.http.cookies`: each attribute literally, and the combinations that browsers refuse."""

import re
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Response
from fastapi.testclient import TestClient

from app.http.application import Application
from app.http.cookies import CookiePolicy
from app.http.root_path import RootPath
from tests.wire import set_cookie

FLAGS: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}


def declared(**options: Any) -> CookiePolicy:
    """Return a policy with flags that browsers accept, except for `options`."""
    return CookiePolicy(**{"name": "a", **FLAGS, **options})


def sent(policy: CookiePolicy, *, deleted: bool = False, root_path: str = "") -> list[str]:
    """Return the parts of the cookie's line, as an endpoint sends it."""
    app = Application()

    @app.get("/")
    async def endpoint(response: Response) -> None:
        if deleted:
            policy.delete(response)
        else:
            policy.set(response, "value")

    client = TestClient(RootPath(app), base_url="https://testserver", root_path=root_path)
    return set_cookie(client.get("/"), policy.name)


LINE = ["a=value", "HttpOnly", "Path=/", "SameSite=lax", "Secure"]
EPOCH = "Thu, 01 Jan 1970 00:00:00 GMT"
JANUARY = datetime(2027, 1, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({}, LINE),
        ({"max_age": 60}, ["a=value", "HttpOnly", "Max-Age=60", *LINE[2:]]),
        ({"expires": JANUARY}, ["a=value", "expires=Sun, 31 Jan 2027 12:00:00 GMT", *LINE[1:]]),
        ({"path": "/b"}, ["a=value", "HttpOnly", "Path=/b", "SameSite=lax", "Secure"]),
        ({"domain": "example.com"}, ["a=value", "Domain=example.com", *LINE[1:]]),
        ({"secure": False}, LINE[:4]),
        ({"httponly": False}, ["a=value", *LINE[2:]]),
        ({"samesite": "strict"}, ["a=value", "HttpOnly", "Path=/", "SameSite=strict", "Secure"]),
        ({"samesite": "none"}, ["a=value", "HttpOnly", "Path=/", "SameSite=none", "Secure"]),
        (
            {"partitioned": True, "samesite": "none"},
            ["a=value", "HttpOnly", "Path=/", "SameSite=none", "Secure", "Partitioned"],
        ),
    ],
)
def test_attributes_are_sent(options: dict[str, Any], parts: list[str]) -> None:
    """The declared ones, nothing else."""
    assert sorted(sent(declared(**options))) == sorted(parts)


@pytest.mark.parametrize(
    ("days", "date"),
    [(399, "Sun, 05 Mar 2028 00:00:00 GMT"), (401, "Mon, 06 Mar 2028 00:00:00 GMT")],
)
def test_expires_is_at_most_400_days_ahead(
    monkeypatch: pytest.MonkeyPatch, days: int, date: str
) -> None:
    """As browsers would keep it, whenever the service runs."""
    today = datetime(2027, 1, 31, tzinfo=UTC)
    late = datetime(2027, 1, 31, 23, 59, 58, 7, tzinfo=UTC)
    clock = SimpleNamespace(now=late.astimezone, combine=datetime.combine)
    monkeypatch.setattr("app.http.cookies.datetime", clock)
    response = Response()
    declared(expires=today + timedelta(days=days)).set(response, "value")
    assert f"; expires={date}; " in response.headers["set-cookie"]


def test_cookie_of_the_past_is_sent() -> None:
    """A service goes on when the point in time has passed."""
    parts = sent(declared(expires=datetime(2020, 1, 31, 12, 0, tzinfo=UTC)))
    assert "expires=Fri, 31 Jan 2020 12:00:00 GMT" in parts


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"path": "/b"}, "Path=/my%20api/b"),
        ({"path": "/my%20api"}, "Path=/my%20api/my%20api"),
        ({}, "Path=/"),
        ({"name": "__Host-a"}, "Path=/"),
    ],
)
@pytest.mark.parametrize("deleted", [False, True])
def test_path_behind_a_proxy(options: dict[str, Any], path: str, deleted: bool) -> None:
    """The one that browsers see, or they never send the cookie (RFC 6265bis, section 5.1.4)."""
    policy = declared(**options)
    assert path in sent(policy, deleted=deleted, root_path="/my api")
    assert path not in sent(policy, deleted=deleted) or policy.path == "/"


@pytest.mark.parametrize("missing", ["path", "secure", "httponly", "samesite"])
def test_flags_have_no_default(missing: str) -> None:
    """Whoever declares a cookie decides on each of them."""
    flags = {name: value for name, value in FLAGS.items() if name != missing}
    with pytest.raises(TypeError, match=missing):
        CookiePolicy(name="a", **flags)


def test_partitioned_cookie_stands_beside_others() -> None:
    """Only its own line says so."""
    response = Response("x")
    declared().set(response, "value")
    declared(name="b", partitioned=True, samesite="none").set(response, "value")
    lines = response.headers.getlist("set-cookie")
    assert [line.endswith("; Partitioned") for line in lines] == [False, True]


def test_delete_repeats_the_attributes() -> None:
    """Browsers only drop the cookie with the same name, domain and path, and keep the rules."""
    policy = declared(
        name="__Secure-a",
        max_age=60,
        path="/b",
        domain="example.com",
        secure=True,
        httponly=False,
        samesite="none",
        partitioned=True,
    )
    assert sorted(sent(policy, deleted=True)) == [
        "Domain=example.com",
        "Max-Age=0",
        "Partitioned",
        "Path=/b",
        "SameSite=none",
        "Secure",
        '__Secure-a=""',
        "expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ]


def test_each_line_has_its_own_attributes() -> None:
    """What was sent before, by this cookie or by another one, does not come back."""
    response = Response()
    for policy in (declared(max_age=60), declared(name="b", path="/b")):
        policy.set(response, "1")
        policy.delete(response)
        policy.set(response, "2")
    assert response.headers.getlist("set-cookie") == [
        "a=1; HttpOnly; Max-Age=60; Path=/; SameSite=lax; Secure",
        f'a=""; expires={EPOCH}; HttpOnly; Max-Age=0; Path=/; SameSite=lax; Secure',
        "a=2; HttpOnly; Max-Age=60; Path=/; SameSite=lax; Secure",
        "b=1; HttpOnly; Path=/b; SameSite=lax; Secure",
        f'b=""; expires={EPOCH}; HttpOnly; Max-Age=0; Path=/b; SameSite=lax; Secure',
        "b=2; HttpOnly; Path=/b; SameSite=lax; Secure",
    ]


def test_browser_forgets_a_deleted_cookie() -> None:
    """Set, sent back, deleted, gone."""
    policy = declared(name="__Host-a", max_age=60)
    app = Application()

    @app.get("/set")
    async def set_it(response: Response) -> None:
        policy.set(response, "value")

    @app.get("/delete")
    async def delete_it(response: Response) -> None:
        policy.delete(response)

    with TestClient(app, base_url="https://testserver") as client:
        client.get("/set")
        assert client.cookies.get("__Host-a") == "value"
        client.get("/delete")
        assert "__Host-a" not in client.cookies


@pytest.mark.parametrize("value", ["", "a/b=c", "!#$%&'()*+-.:<=>?@[]^_`{|}~", "%E6%97%A5"])
def test_value_arrives_as_it_is(value: str) -> None:
    """At scripts as well as here, where quotes around it would be another value."""
    response = Response()
    declared().set(response, value)
    assert response.headers["set-cookie"].startswith(f"a={value}; HttpOnly;")


@pytest.mark.parametrize(
    "value",
    [
        "日本",
        "é",
        "a,b",
        "a b",
        '"a"',
        "a\\b",
        'b; Domain="evil.example"',
        "b\r\nX: y",
        "\x7f",
        "a\n",
    ],
)
def test_value_that_would_not_arrive_is_refused(value: str) -> None:
    """Nothing adds an attribute or a header, or is something else to scripts."""
    response = Response()
    with pytest.raises(
        ValueError, match=r"\Aa: a value is printable ASCII .*; encode it"
    ) as refused:
        declared().set(response, value)
    assert value not in str(refused.value)
    assert "set-cookie" not in response.headers


HOST = '__Host- cookie needs Secure, Path "/" and no Domain'
TOKEN = "the name is a token of RFC 9110, or it could not be read back"
ASCII = 'path and domain are ASCII without ";" or line breaks'


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"name": "__Host-a", "secure": False}, HOST),
        ({"name": "__Host-a", "path": "/b"}, HOST),
        ({"name": "__Host-a", "domain": "example.com"}, HOST),
        ({"name": "__host-a", "domain": "example.com"}, HOST),
        ({"name": "__Secure-a", "secure": False}, "__Secure- cookie needs Secure"),
        ({"name": "__secure-a", "secure": False}, "__Secure- cookie needs Secure"),
        ({"name": "__Http-a", "secure": False}, "__Http- cookie needs Secure and HttpOnly"),
        ({"name": "__Http-a", "httponly": False}, "__Http- cookie needs Secure and HttpOnly"),
        ({"name": "__Host-Http-a", "httponly": False}, "__Http- cookie needs Secure and HttpOnly"),
        ({"name": ""}, TOKEN),
        ({"name": "a="}, TOKEN),
        ({"name": " a"}, TOKEN),
        ({"name": "a\n"}, TOKEN),
        ({"name": "a; Domain=evil.example"}, TOKEN),
        ({"name": "\xa0__Host-a"}, TOKEN),
        ({"samesite": "none", "secure": False}, "SameSite=None needs Secure"),
        ({"partitioned": True, "samesite": "lax"}, "Partitioned needs Secure and SameSite=None"),
        ({"partitioned": True, "samesite": "strict"}, "Partitioned needs Secure and SameSite=None"),
        ({"max_age": 0}, "max_age is between one second and 400 days"),
        ({"max_age": 34_560_001}, "max_age is between one second and 400 days"),
        ({"max_age": 60, "expires": JANUARY}, "browsers ignore expires beside max_age"),
        ({"path": "/; Domain=evil.example"}, ASCII),
        ({"path": "/\r\nSet-Cookie: b=c"}, ASCII),
        ({"path": "/ä"}, ASCII),
        ({"domain": "example.com\n"}, ASCII),
        ({"expires": JANUARY.replace(tzinfo=None)}, "expires must be in UTC"),
        ({"expires": JANUARY.astimezone(timezone(timedelta(hours=1)))}, "expires must be in UTC"),
    ],
)
def test_broken_declaration_is_refused(options: dict[str, Any], reason: str) -> None:
    """When it is declared, not when the first browser drops it."""
    with pytest.raises(ValueError, match=rf": (a )?{re.escape(reason)}\Z"):
        declared(**options)


@pytest.mark.parametrize(
    "options",
    [
        {"name": "__Host-a"},
        {"name": "__Host-Http-a"},
        {"name": "__Http-a", "domain": "example.com"},
        {"name": "__Secure-a", "domain": "example.com", "path": "/b"},
        {"name": "__Host-a", "samesite": "none", "partitioned": True},
        {"name": "a!#$%&'*+-.^_`|~Z9"},
        {"name": "a", "max_age": 1},
        {"name": "a", "max_age": 34_560_000},
    ],
)
def test_declaration_is_accepted(options: dict[str, Any]) -> None:
    """What keeps the rules of the prefixes, and of lifetimes."""
    assert declared(**options).name == options["name"]


def test_longest_value() -> None:
    """Browsers drop what is longer, so that nobody can find out why it is missing."""
    response = Response()
    declared().set(response, "x" * 4095)
    assert len(response.headers["set-cookie"].partition(";")[0]) == 4097  # with the "="
    with pytest.raises(ValueError, match=r"\Aa: browsers drop a cookie of more than 4096 bytes\Z"):
        declared().set(response, "x" * 4096)


def test_set_cookie_is_described() -> None:
    """OpenAPI has one entry, whatever the cookie is called: the schema knows it by its start."""
    assert declared().openapi_headers() == {
        "Set-Cookie": {
            "description": "The cookie `a`.",
            "required": True,
            "schema": {"type": "string", "pattern": "^a="},
        }
    }


def test_described_name_is_literal() -> None:
    """Names may have signs that mean something in a pattern."""
    name = "a!#$%&'*+-.^_`|~"
    described = declared(name=name).described("Sometimes.", required=False)["Set-Cookie"]
    assert described["schema"]["pattern"] == r"^a!#\$%&'\*\+-\.\^_`\|~="
    assert re.match(described["schema"]["pattern"], f"{name}=1")
    assert described["required"] is False
