"""`scaffold explain`: what it says is what the recorded answers of a real server say."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from scaffold.catalogue.guides import wire
from scaffold.catalogue.patterns import Pattern, documents_of, load, template_root
from scaffold.errors import InvalidSpec
from scaffold.explain.explanation import Explanation, OtherAnswer, explain
from scaffold.shown.explanation import explanation_page
from scaffold.shown.pattern import example_endpoint
from scaffold.spec.lines import parse_line, parse_model
from tests.conftest import Run

LINE = "GET /x json-model cache-control cookie-set(name=a, max_age=2592000)"
PATTERNS = [pattern for pattern in load().patterns.values() if pattern.family != "app"]
RECORDED = [
    pattern
    for pattern in PATTERNS
    if (template_root() / f"patterns/{pattern.family}/{pattern.id}/example/wire.http").exists()
]
NOT_REACHED = {"proxy-stream": "the service behind it is not there while it is recorded"}

Lines = list[tuple[str, str]]


def explained(spec: Mapping[str, Any]) -> Explanation:
    """Return the explanation of an endpoint as a data file holds it."""
    return explain(spec, load())


def recorded(pattern: Pattern) -> Iterator[tuple[str, str, int, Lines]]:
    """Yield method, path, status and header lines of each recorded answer."""
    folder = template_root() / f"patterns/{pattern.family}/{pattern.id}/example"
    text = (folder / "wire.http").read_text(encoding="utf-8")
    for exchange in re.split(r"^(?=(?:GET|POST|PUT|PATCH|DELETE) /)", text, flags=re.M)[1:]:
        method, path = exchange.split(" ", 2)[:2]
        head = re.search(r"^HTTP/1\.1 (\d{3}).*\n((?:[\w-]+: .*\n?)*)", exchange, re.M)
        assert head
        lines = [tuple(line.split(": ", 1)) for line in head[2].splitlines()]
        yield method, path.partition("?")[0], int(head[1]), lines  # type: ignore[misc]


def specs(pattern: Pattern) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return the endpoints that the recorded requests may be for, by method and path."""
    data = documents_of(template_root())[f"patterns/{pattern.family}/{pattern.id}/pattern.yml"]
    endpoints = [*data.get("brings", []), example_endpoint(pattern)]
    return {(one["method"], one["path"]): one for one in endpoints}


def fits(said: str, sent: str, unknown: str = ".+") -> bool:
    """Say whether a value is what was announced: `<...>` stands for what `unknown` matches."""
    parts = re.split(r"<[^<>]*>", said) if not said.startswith(("</", "<?")) else [said]
    return re.fullmatch(unknown.join(map(re.escape, parts)), sent) is not None


def in_it(said: Lines, sent: Lines) -> bool:
    """Say whether each announced line is among the ones that were sent."""
    return all(
        any(
            name.lower() == key.lower()
            and fits(value, real, "[^;]+" if name == "Set-Cookie" else ".+")
            for key, real in sent
        )
        for name, value in said
    )


@pytest.mark.parametrize("pattern", RECORDED, ids=lambda pattern: pattern.id)
def test_the_wire_is_as_explained(pattern: Pattern) -> None:
    """The usual answer holds exactly the lines that are announced, another one at least them."""
    known = specs(pattern)
    usual = 0
    for method, path, status, sent in recorded(pattern):
        spec = known.get((method, path)) or example_endpoint(pattern)
        found = explained(spec)
        said = [(line.name, line.value) for line in found.headers]
        others = [other for other in found.others if other.status == status]
        if status == found.status and in_it(said, sent):
            names = sorted(name.lower() for name, _ in sent)
            if names == sorted(name.lower() for name, _ in said):
                usual += 1
                continue
        assert any(in_it(other.headers, sent) for other in others), (status, sent, said)
    assert usual or pattern.id in NOT_REACHED


COOKIES = {
    "domain": [None, "example.com"],
    "expires": [None, "2027-01-31T12:00:00Z", "2099-01-31T12:00:00Z"],
    "httponly": [True, False],
    "max_age": [None, 60],
    "path": ["/", "/a"],
    "samesite": ["lax", "none"],
    "secure": [True, False],
    "partitioned": [False, True],
}
TOOLKIT = """
import json, sys
from datetime import datetime
from fastapi import Response
from app.http.cookies import CookiePolicy
for declared in json.load(sys.stdin):
    expires = declared["expires"] and datetime.fromisoformat(declared["expires"])
    policy, response = CookiePolicy(**{**declared, "expires": expires}), Response()
    policy.set(response, "example")
    policy.delete(response)
    print(json.dumps(response.headers.getlist("set-cookie")))
"""
"""Sets and deletes cookies with the module that projects get."""


def set_cookie(pattern: str, options: Mapping[str, Any]) -> str:
    """Return the Set-Cookie line that is explained for one cookie."""
    cookie = {"pattern": pattern, **options}
    path = f"{options['path'].rstrip('/')}/x"
    endpoint = {"name": "x", "method": "GET", "path": path, "response": "json-model"}
    found = explained({**endpoint, "cookies": [cookie]})
    (line,) = [each.value for each in found.headers if each.name == "Set-Cookie"]
    return line


def test_a_cookie_is_as_the_toolkit_sends_it() -> None:
    """With all of its attributes, in the order in which they are sent, set and deleted."""
    declared, said = [], []
    for values in product(*COOKIES.values()):
        attributes = {"name": "a", **dict(zip(COOKIES, values, strict=True))}
        kept = {name: attributes[name] for name in attributes.keys() - {"expires", "max_age"}}
        try:
            lines = [set_cookie("cookie-set", attributes), set_cookie("cookie-delete", kept)]
        except InvalidSpec:
            continue
        said.append(lines)
        declared.append(attributes)
    assert len(said) > 50
    environment = {**os.environ, "PYTHONPATH": str(template_root() / "template")}
    done = subprocess.run(
        [sys.executable, "-c", TOOLKIT],
        input=json.dumps(declared),
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert [json.loads(line) for line in done.stdout.splitlines()] == said


def test_every_pattern_says_what_it_sends() -> None:
    """Each header of `sets` is announced somewhere, so that none is forgotten."""
    pages = documents_of(template_root())
    for pattern in PATTERNS:
        assert "wire" in pages[f"patterns/{pattern.family}/{pattern.id}/page.yml"], pattern.id
        keys = {name.lower() for item in wire(pattern) for name in item}
        assert {name.lower() for name in pattern.sets} <= keys, pattern.id


def test_every_pattern_has_an_explanation() -> None:
    for pattern in PATTERNS:
        found = explained(example_endpoint(pattern))
        assert not re.search(r"[{}]|None", repr([line.value for line in found.headers])), pattern.id


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("GET /x file cookie-read-param", ("private, no-cache", "cookie-read-param")),
        ("GET /x json-direct www-authenticate", ("private, no-cache", "www-authenticate")),
        ("POST /x json-model cookie-set", ("private, no-cache", "cookie-set")),
        ("GET /x sse cookie-set", ("private, no-cache", "cookie-set")),
        ("GET /x json-model cache-control cookie-set", ("private, no-cache", "cache-control")),
        (
            "GET /x json-model cache-control(directives=no-store) cookie-set",
            ("no-store", "cache-control"),
        ),
        ("GET /x html csp-nonce cookie-set", ("no-store", "csp-nonce")),
        ("GET /x sse", ("no-cache", "sse")),
        ("GET /x file", None),
        ("GET /x websocket cookie-set", None),
    ],
)
def test_an_answer_for_one_visitor_is_private(line: str, said: tuple[str, str] | None) -> None:
    """What the application says where the endpoint says nothing; once, with its reason."""
    found = explained(parse_line(line))
    lines = [one for one in found.headers if one.name == "Cache-Control"]
    assert [(one.value, one.pattern) for one in lines] == ([said] if said else [])
    by_application = [one for one in lines if one.via is None and one.pattern != "sse"]
    page = " ".join(explanation_page(found).split())
    reason = f"Cache-Control, because of {said[1] if said else ''}: the answer depends on who asks"
    assert (reason in page) == bool(by_application)


@pytest.mark.parametrize(
    ("term", "line"),
    [
        ("cache-control(directives=no-store)", ("Cache-Control", "no-store")),
        ("content-language(others=[de])", ("Vary", "Accept-Language")),
        (
            "deprecation-sunset(successor='/new')",
            ("Link", '</new>; rel="successor-version"'),
        ),
        ("etag-conditional(weak=true)", ("ETag", 'W/"1"')),
        ("last-modified(modified='2026-02-01T00:00:00Z')", None),
        (
            "cookie-set(name=a, domain='example.com', samesite=none, partitioned=true, path='/a')",
            (
                "Set-Cookie",
                "a=example; Domain=example.com; HttpOnly; Path=/a; SameSite=none; Secure; "
                "Partitioned",
            ),
        ),
        (
            "cookie-set(name=a, expires='2027-01-31T12:00:00Z', httponly=false)",
            (
                "Set-Cookie",
                "a=example; expires=Sun, 31 Jan 2027 12:00:00 GMT; Path=/; SameSite=lax; Secure",
            ),
        ),
    ],
)
def test_options_are_in_the_lines(term: str, line: tuple[str, str] | None) -> None:
    found = explained(parse_line(f"GET /x json-model {term}"))
    lines = [(each.name, each.value) for each in found.headers]
    assert (line or ("Last-Modified", "Sun, 01 Feb 2026 00:00:00 GMT")) in lines


def test_a_cookie_ends_in_400_days_at_the_latest() -> None:
    found = explained(parse_line("GET /x json-model cookie-set(expires='2099-01-31T12:00:00Z')"))
    (line,) = [each.value for each in found.headers if each.name == "Set-Cookie"]
    assert "GMT" in line
    assert "2099" not in line


def test_names_in_vary_are_one_line() -> None:
    found = explained(
        parse_line("GET /x json-model vary content-language(others=[de]) api-version")
    )
    values = [line.value for line in found.headers if line.name == "Vary"]
    assert values == ["Accept-Language, API-Version"]


@pytest.mark.parametrize(
    ("line", "via", "why"),
    [
        ("GET /x json-model vary", "parameter", "as a parameter"),
        ("GET /x json-model vary(via=dependency)", "dependency", "what a dependency sets"),
        ("GET /x csv-stream vary", "dependency", "the body of a stream runs after its headers"),
        ("GET /x json-direct vary", "direct", "FastAPI drops what is set on the injected"),
    ],
)
def test_it_says_why_a_header_is_set_there(line: str, via: str, why: str) -> None:
    use = explained(parse_line(line)).uses[-1]
    assert use.via == via
    assert why in use.why


def test_a_page_holds_it_all(scaffold: Run) -> None:
    done = scaffold("explain", LINE)
    assert (done.returncode, done.stderr) == (0, "")
    for part in (
        "HTTP/1.1 200 OK\n  Content-Type: application/json\n",
        "  Set-Cookie: a=example; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax; Secure\n",
        "- cache-control (Cache-Control), via parameter: ",
        "- keeps it for 30 days\n",
        "- toolkit: app/http/caching.py, app/http/cookie_header.py, app/http/cookies.py,\n",
    ):
        assert part in done.stdout
    assert all(len(line) <= 96 for line in done.stdout.splitlines())


def test_what_it_brings() -> None:
    found = explained(parse_line("GET /x json-model rate-limit www-authenticate"))
    assert "state" in found.toolkit
    assert found.application == ["state-store"]
    assert {"APP_STATE_URL", "APP_API_TOKEN"} <= set(found.settings)
    assert any(one.startswith("limits") for one in found.dependencies)
    assert (
        OtherAnswer(
            401,
            "the client sends no token that fits",
            "www-authenticate",
            [("WWW-Authenticate", 'Bearer realm="api"'), ("Cache-Control", "no-store")],
        )
        in found.others
    )


def test_wrong_lines_are_answered_with_valid_ones(scaffold: Run) -> None:
    line = "GET /x csv-stream cache-control(via=parameter)"
    done = scaffold("explain", line)
    assert done.returncode == 2
    where = f'endpoint line "{line}": cache-control via'
    assert done.stderr.startswith(f"error: {where}: cache-control via parameter ")
    assert done.stdout.splitlines()[:2] == [
        "Nearest valid lines",
        "  GET /x csv-stream cache-control as get_x",
    ]


def test_wrong_lines_as_json(scaffold: Run) -> None:
    done = scaffold("explain", "GET /x json-modl", "--json")
    data = json.loads(done.stdout)
    assert done.returncode == data["error"]["status"] == 2
    assert data["error"]["suggestion"].startswith("did you mean json-model")
    assert data["nearest"][0] == "GET /x json-model as get_x"


def test_without_a_line_nothing_is_explained(scaffold: Run) -> None:
    done = scaffold("explain")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: an endpoint is needed; ")


POST = "model Post(id=int, title=str)"


@pytest.mark.parametrize(
    ("lines", "takes"),
    [
        (
            [
                POST,
                "GET /x tags(posts) query(state='enum(a, b) | None', n='int = 5')"
                " json-model(model=list[Post])",
            ],
            [
                "query: state (may be left out), n (5 when left out); others are ignored; 422 when "
                "a value does not fit",
                "tags: the OpenAPI document lists it under posts",
            ],
        ),
        (
            ["GET /x query(q=str, strict=true) json-model"],
            ["query: q; 422 with any other parameter; 422 when a value does not fit"],
        ),
        (
            ["PATCH /x body(Post) json-model(model=Post)"],
            [
                "body, as application/json: any of id, title; what is left out stays as it is; 422 "
                "when a value does not fit"
            ],
        ),
        (
            [POST, "POST /x body(list[Post]) plain-text"],
            [
                "body, as application/json: a list, each with id, title; 422 when a value does "
                "not fit"
            ],
        ),
        (
            ["POST /x form(user=str) plain-text"],
            [
                "form, as application/x-www-form-urlencoded or multipart/form-data: user; 422 when "
                "a value does not fit"
            ],
        ),
        (
            ["POST /x form(user=str) files(a={types: [image/png]}, b={max_files: 2}) plain-text"],
            [
                "form, as multipart/form-data: user, a file a (at most 5,000,000 bytes, "
                "image/png), at most 2 files b (at most 5,000,000 bytes); 422 when a value does "
                "not fit"
            ],
        ),
        (["GET /x plain-text"], []),
    ],
)
def test_what_an_endpoint_takes(lines: list[str], takes: list[str]) -> None:
    *models, line = lines
    found = explain(parse_line(line), load(), [parse_model(model) for model in models])
    page = explanation_page(found).replace("\n    ", " ")
    block = re.search(r"What it takes\n((?:  - .*\n)+)", page)
    said = block[1].removeprefix("  - ").rstrip("\n").split("\n  - ") if block else []
    assert said == takes


def test_models_stand_before_the_line(scaffold: Run) -> None:
    """And what is wrong with one names its own line."""
    done = scaffold("explain", POST, "GET /x json-model(model=list[Post])", "--json")
    assert json.loads(done.stdout)["takes"] == []
    done = scaffold("explain", "model Post(id=Nobody)", "GET /x json-model(model=list[Post])")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        'error: model line "model Post(id=Nobody)": id: there is no model'
    )


def test_listed_errors_are_other_answers() -> None:
    found = explained(parse_line("GET /x/{x_id:int} errors(404, 409) json-model"))
    others = [(other.status, other.pattern) for other in found.others]
    assert others == [(404, "errors"), (409, "errors")]
    assert "404 Not Found, when your code says so (errors)" in explanation_page(found)


def test_a_resource_is_explained(scaffold: Run) -> None:
    """Its tables, and what each endpoint answers and asks, as the generated project does."""
    lines = [
        "model Line(product=Product, count=int)",
        "resource /products Product(sku=str, tags=list[str]) unique(sku)",
        "resource /orders Order(lines=list[Line], note=str | None) "
        "operations(read, replace, delete)",
    ]
    found = json.loads(scaffold("explain", *lines, "--json").stdout)
    orders, items = found["tables"]
    assert [column["name"] for column in orders["columns"]] == ["id", "note", "version"]
    assert items["columns"][2] == {
        "name": "product_id",
        "type": "int",
        "remarks": ["refers to products.id"],
    }
    read, replace, delete = found["endpoints"]
    assert (read["status"], read["others"]) == (200, [304, 404, 422, 503])
    assert read["statements"] == "2 SELECTs"
    assert replace["others"] == [404, 409, 412, 422, 428, 503]
    assert (delete["status"], delete["statements"]) == (204, "1 DELETE")
    page = scaffold("explain", *lines[:2]).stdout
    assert "- sku str (unique)" in page
    assert "- tags json" in page
    one = scaffold("explain", *lines, "GET /o/{order_id:int} data(orders) json-model(model=Order)")
    assert one.stdout.startswith("GET /o/{order_id:int} as get_o_order_id")
    wrong = scaffold("explain", "resource /posts Post(title=string)")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
