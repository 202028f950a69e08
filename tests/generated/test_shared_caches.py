"""What one visitor gets, no other does: Squid, Apache and nginx as caches before a real server.

Each way to depend on a visitor stands beside each response pattern, with validators where they fit,
and none of the endpoints says anything about caching.
"""

import functools
import json
import os
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from scaffold.catalogue.patterns import load
from tests.generated.matrix import endpoint, is_valid
from tests.generated.project import Project, generate
from tests.generated.record import upstream
from tests.generated.server import Answer, ask, serve
from tests.generated.shared_caches import CACHES, cached
from tests.generated.tour import PASSWORD, SETTINGS, TOKEN, USER

pytestmark = pytest.mark.full

Spec = dict[str, Any]

FILE = "report.txt"
JSON = "Content-Type: application/json"
WAYS: dict[str, Spec] = {
    "session": {"cookies": ["cookie-session-host-prefix"]},
    "kept": {"cookies": ["cookie-session-server-side"]},
    "signed": {"cookies": ["cookie-signed"]},
    "flash": {"cookies": ["cookie-flash"]},
    "theme": {"cookies": ["cookie-read-param"]},
    "model": {"cookies": ["cookie-param-model"]},
    "set": {"cookies": ["cookie-set"]},
    "delete": {"cookies": ["cookie-delete"]},
    "error": {"cookies": ["cookie-on-error"]},
    "bearer": {"headers": ["www-authenticate"]},
}
"""How an answer depends on its visitor."""
MISSING = {"pattern": "file", "file": "missing.pdf"}
"""What is a 404, which a cache may store like a 200."""
VALIDATORS = ("last-modified", "etag-conditional")
LOGINS: list[Spec] = [
    {
        "name": name,
        "method": "POST",
        "path": f"/{name}",
        "status": "status-no-content",
        "cookies": [{"pattern": pattern, "action": "login"}],
    }
    for name, pattern in {
        "log_in": "cookie-session-host-prefix",
        "sign_in": "cookie-session-server-side",
    }.items()
]
PUBLIC: list[Spec] = [
    endpoint(
        "stated",
        "json-model",
        headers=[{"pattern": "cache-control", "directives": "public, max-age=600"}],
    ),
    endpoint("unstated", {"pattern": "json-model"}, headers=["last-modified"]),
]
"""What everybody may get from a cache: because it says so, and because it says nothing."""
OWN = """
from collections.abc import AsyncIterator

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from app.main import create_app

app = create_app()
PUBLIC = {"Cache-Control": "public, max-age=600", "CDN-Cache-Control": "max-age=600"}


@app.get("/own/untouched")
async def untouched() -> Response:
    return Response("everybody's", headers=PUBLIC)


@app.get("/own/reads")
async def reads(request: Request) -> Response:
    return Response(str(request.session.get("visits")), headers=PUBLIC)


@app.get("/own/writes")
async def writes(request: Request) -> Response:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return Response("counted", headers=PUBLIC)


@app.get("/own/reads-late")
async def reads_late(request: Request) -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        yield "begun"
        yield str(request.session.get("visits"))

    return StreamingResponse(lines(), headers=PUBLIC)


@app.get("/own/sets")
async def sets() -> Response:
    return Response("set", headers=PUBLIC | {"Set-Cookie": "visitor=1"})
"""
"""Endpoints of the owner, which say that their answers are public."""


def way(spec: Spec) -> str:
    """Return how the answer of an endpoint depends on its visitor."""
    return str(spec["name"]).partition("_")[0]


@functools.cache
def personal() -> list[Spec]:
    """Return an endpoint for each way and response pattern that go together, with validators."""
    responses = [one.id for one in load().family("response") if one.form != "handshake"]
    found: list[Spec] = []
    for how, parts in WAYS.items():
        for response in [*responses, MISSING]:
            name = f"{how}_{response if response in responses else 'missing'}".replace("-", "_")
            spec = endpoint(name, response, **parts)
            for validator in VALIDATORS:
                more = spec | {"headers": [*spec.get("headers", []), validator]}
                spec = more if is_valid(more) else spec
            found += [spec] if is_valid(spec) else []
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with all of these endpoints, and those of the owner."""
    made = generate(
        tmp_path_factory.mktemp("caches") / "service",
        endpoints=[*LOGINS, *PUBLIC, *personal()],
        application=["request-id", "session-middleware"],
    )
    (made.folder / "own.py").write_text(OWN, encoding="utf-8")
    for name in ("report.pdf", "logo.png", FILE):
        file = made.folder / "files" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"0123456789")
        os.utime(file, (0, time.time() - 100 * 86_400))
    return made


@pytest.fixture(scope="module")
def origin(project: Project) -> Iterator[int]:
    """Serve the project, and yield its port."""
    with upstream() as address:
        settings = {**SETTINGS, "APP_UPSTREAM_URL": address}
        with serve(project, "uvicorn", "own:app", settings=settings) as port:
            yield port


@pytest.fixture(scope="module", params=CACHES)
def cache(request: pytest.FixtureRequest, origin: int) -> Iterator[int]:
    """Run a cache in front of the service, and yield its port."""
    chosen = CACHES[request.param]
    if chosen.path() is None and "CI" not in os.environ:
        pytest.skip(f"no {chosen.program} is installed here")
    with cached(chosen, origin) as port:
        yield port


def visitor(origin: int) -> str:
    """Return the Cookie header of a visitor who has everything."""
    body = json.dumps({"username": USER, "password": PASSWORD}).encode()
    answers = [ask(origin, f"POST {one['path']}", JSON, body=body) for one in LOGINS]
    pairs = [line.split(b";")[0].decode() for one in answers for line in one.all(b"set-cookie")]
    assert len(pairs) == len(LOGINS)
    return "; ".join(["Cookie: theme=dark", "font_size=12", "__Host-notice=Saved", *pairs])


def told(answer: Answer) -> bytes:
    """Return the id of the request that the service answered so."""
    (found,) = answer.all(b"x-request-id")
    return found


def is_from_cache(first: Answer, second: Answer) -> bool:
    """Say whether the second visitor got what the service had told the first one."""
    said = b" ".join(second.all(b"x-cache"))
    return told(first) == told(second) or b"HIT" in said or b"REVALIDATE" in said


def test_personal_answers_are_not_kept(origin: int, cache: int) -> None:
    """Neither for a visitor without anything, nor for another one who may see the same."""
    first, second = visitor(origin), visitor(origin)
    leaked = []
    for spec in personal():
        path = re.sub(r"{.*}", FILE, spec["path"])
        token = [f"Authorization: Bearer {TOKEN}"] if "headers" in WAYS[way(spec)] else []
        seen = ask(cache, f"GET {path}", first, *token)
        assert seen.status_line.split()[1] < b"400" or path.endswith("_missing"), (path, seen)
        for who in ([], [second, *token]):
            answer = ask(cache, f"GET {path}", *who)
            if is_from_cache(seen, answer):
                leaked.append(f"{path}: {answer.status_line.decode()}")
    assert leaked == []


def test_public_answers_are_kept(cache: int) -> None:
    """Or nothing would be shown here: by what they say, and by the guess of the cache."""
    for spec in PUBLIC:
        first, second = (ask(cache, f"GET {spec['path']}") for _ in range(2))
        assert is_from_cache(first, second), spec["name"]


def test_owners_answers(cache: int) -> None:
    """An answer that says it is public is kept, unless it has to do with a visitor."""
    kept = []
    for name in ("untouched", "reads", "writes", "reads-late", "sets"):
        first, second = (ask(cache, f"GET /own/{name}") for _ in range(2))
        kept += [name] if is_from_cache(first, second) else []
    assert kept == ["untouched"]
