"""Errors that endpoints list: who is told what, in which order, by endpoints of either kind."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffold.catalogue.patterns import load
from scaffold.spec.check import check
from scaffold.spec.lines import parse_line, parse_model
from scaffold.template.macros import Macros
from tests.generated import matrix
from tests.generated.matrix import Spec
from tests.generated.project import Project, generate

MODELS = [parse_model("model Post(id=int, title=str)")]
ENDPOINTS = [
    parse_line(line)
    for line in (
        "GET /posts/{post_id:int} json-model(model=Post) errors(404) etag-conditional as get_post",
        "POST /posts body(title=str) json-model(model=Post) errors(409) status-fixed"
        " location-created as create_post",
        "PATCH /posts/{post_id:int} body(title=str) json-model(model=Post) errors(403, 404, 409)"
        " if-match cookie-session-host-prefix(action=read) as change_post",
        "DELETE /posts/{post_id:int} status-no-content errors(404, 410) if-match"
        " cookie-session-host-prefix(action=read) cookie-csrf-double-submit(action=check)"
        " as delete_post",
        "GET /users/{user_id:uuid}/posts/{id} json-direct(model=Post) errors(404, 410)"
        " etag-conditional www-authenticate as get_user_post",
        "GET /users/{user_id:uuid}/posts.csv csv-stream errors(404, 503) last-modified"
        " www-authenticate as export_posts",
        "GET /posts/{post_id:int}/events sse(model=Post) errors(404) as follow_post",
        "GET /posts/{post_id:int}/lines jsonl-stream(model=Post) errors(410) as post_lines",
        "GET /posts/{post_id:int}/print pdf errors(404, 451) as print_post",
        "POST /posts/{post_id:int}/imports multi-status errors(404) as import_posts",
        "POST /login json-model(model=Post) cookie-session-host-prefix(action=login) as log_in",
    )
]


def of_each_response() -> Iterator[Spec]:
    """Yield an endpoint of each kind, which looks something up, and may be refused besides."""
    for pattern in load().family("response"):
        if pattern.form == "handshake":
            continue
        method = pattern.example.get("method", "GET")
        spec = matrix.endpoint(f"x_{pattern.id.replace('-', '_')}", pattern.id, method)
        path = spec["path"] if "{" in spec["path"] else f"{spec['path']}/{{item_id:int}}"
        choices = ([404, 409, 423], [404, 423], [410, 423], [423])
        specs = ({**spec, "path": path, "errors": errors} for errors in choices)
        yield next(filter(matrix.is_valid, specs))


ORDER = '''
"""Who may not ask learns nothing about the resource; conditions are about what is there."""

from typing import Any

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient

from app.cookies.session import session
from app.endpoints.change_post import authorize, refuse
from app.http.application import Application
from app.http.authentication import client_of

USER = "00000000-0000-4000-8000-000000000001"


def status(client: TestClient, method: str, path: str, **headers: str) -> int:
    """Return the status of an answer to a request with a body that fits."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body: dict[str, Any] = {"json": {"title": "a"}} if method == "PATCH" else {}
    return client.request(method, path, headers=named, **body).status_code


def test_login_comes_first(client: TestClient) -> None:
    """Before the look-up, wherever the login stands in the endpoint."""
    for post in ("1", "2"):
        assert status(client, "PATCH", f"/posts/{post}") == 401
        assert status(client, "DELETE", f"/posts/{post}") == 401
    for user in (USER, USER[:-1] + "2"):
        assert status(client, "GET", f"/users/{user}/posts/example") == 401
        assert status(client, "GET", f"/users/{user}/posts.csv") == 401


def test_forgery_comes_before_the_look_up(app: Application, client: TestClient) -> None:
    """A page of another site cannot find out what there is."""
    app.dependency_overrides[session.user] = lambda: "ana"
    for post in ("1", "2"):
        assert status(client, "DELETE", f"/posts/{post}") == 403


def test_conditions_come_after_the_look_up(app: Application, client: TestClient) -> None:
    """They count only where the answer would be a success (RFC 9110, section 13.2.1)."""
    app.dependency_overrides[session.user] = lambda: "ana"
    assert status(client, "PATCH", "/posts/2") == 404
    assert status(client, "PATCH", "/posts/2", if_match='"other"') == 404
    assert status(client, "PATCH", "/posts/1") == 428
    assert status(client, "PATCH", "/posts/1", if_match='"other"') == 412
    assert status(client, "PATCH", "/posts/1", if_match='"1"') == 200
    assert status(client, "GET", "/posts/2", if_none_match='"1"') == 404
    assert status(client, "GET", "/posts/1", if_none_match='"1"') == 304


def test_permission_comes_before_the_look_up(app: Application, client: TestClient) -> None:
    """And what the state of the resource forbids comes last."""

    def forbid() -> None:
        raise HTTPException(403, "No")

    def forbid_now() -> None:
        raise HTTPException(409, "Not now")

    app.dependency_overrides |= {session.user: lambda: "ana", refuse: forbid_now}
    assert status(client, "PATCH", "/posts/2", if_match='"1"') == 404
    assert status(client, "PATCH", "/posts/1", if_match='"other"') == 412
    assert status(client, "PATCH", "/posts/1", if_match='"1"') == 409
    app.dependency_overrides[authorize] = forbid
    assert status(client, "PATCH", "/posts/2") == 403


def test_streams_have_not_begun(monkeypatch: pytest.MonkeyPatch, client: TestClient) -> None:
    """And a date that would be that of a 304 counts only where there is something."""
    monkeypatch.setenv("APP_API_TOKEN", "token")
    assert client_of("token")
    known = {"authorization": "Bearer token", "if_modified_since": "Sat, 31 Jan 2026 12:00:00 GMT"}
    assert status(client, "GET", f"/users/{USER}/posts.csv", **known) == 304
    assert status(client, "GET", f"/users/{USER[:-1]}2/posts.csv", **known) == 404
    assert status(client, "GET", "/posts/2/events") == 404


def test_location_leads_to_what_was_created(client: TestClient) -> None:
    """It can be read there."""
    created = client.post("/posts", json={"title": "a"})
    read = client.get(created.headers["location"])
    assert (read.status_code, read.json()["id"]) == (200, created.json()["id"])
'''
DOCUMENTED = """
import json
from importlib import import_module
from pathlib import Path

found = {}
for path in sorted(Path("app/endpoints").glob("zz*.py")):
    (route,) = import_module(f"app.endpoints.{path.stem}").router.routes
    statuses = getattr(route, "responses", {})
    found[path.stem] = [int(status) for status in statuses if int(status) >= 400]
print(json.dumps(found))
"""


@pytest.fixture(scope="module", params=["async", pytest.param("sync", marks=pytest.mark.full)])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project of endpoints that list errors, of either kind."""
    made = generate(
        tmp_path_factory.mktemp(request.param) / "service",
        models=MODELS,
        endpoints=[*ENDPOINTS, *of_each_response()],
        application=["problem-details"],
        toolkit_tests=False,
        handlers=request.param,
    )
    (made.folder / "tests/test_order.py").write_text(ORDER.lstrip(), encoding="utf-8")
    return made


def test_errors_are_answered_in_their_order(project: Project) -> None:
    project.lint()
    project.test()


def test_handlers_are_of_one_kind(project: Project) -> None:
    """But for what awaits something itself."""
    is_async = project.folder.parent.name.startswith("async")
    stubs = {path.stem: path.read_text() for path in project.folder.glob("app/endpoints/*.py")}
    awaiting = {"import_posts", "x_multi_status", "x_proxy_stream"}
    found = {name for name, text in stubs.items() if f"async def {name}(" in text}
    assert found > awaiting if is_async else found == awaiting
    assert ("async def find_post(" in stubs["get_post"]) is is_async


@pytest.mark.full
def test_patterns_say_which_errors_they_answer_with(tmp_path: Path) -> None:
    """All that stubs document, so that no endpoint can list one of them again."""
    specs = [
        {**spec, "name": f"zz{number}", "path": spec["path"].replace(spec["name"], f"zz{number}")}
        for number, spec in enumerate((*matrix.alone(), *matrix.options()))
    ]
    project = generate(tmp_path / "service", endpoints=specs)
    (project.folder / "documented.py").write_text(DOCUMENTED, encoding="utf-8")
    documented = json.loads(project.must("documented"))
    macros, wrong = Macros(load()).check, []
    for endpoint in check({"endpoints": specs}):
        mistakes: list[str] = []
        listed = {**endpoint.data, "errors": {"statuses": [*range(400, 600)]}}
        macros.check_other_errors(mistakes, listed, "errors")
        found = {int(one.partition(" already answers ")[2][:3]) for one in mistakes}
        if found != {*documented[endpoint.name]}:
            wrong.append((specs[int(endpoint.name[2:])], found, documented[endpoint.name]))
    assert wrong == []
