"""`app.http.frontend`: pages, files that never change, and what is missing."""

from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from starlette.middleware import Middleware

from app.http.application import Application
from app.http.frontend import Frontend

PAGE = "<!doctype html><title>Built</title>"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
POLICY = "default-src 'self'"

router = APIRouter()


@router.get("/app/api/health")
async def health() -> str:
    """Answer below the path of the frontend."""
    return "OK"


@router.put("/app/settings")
async def change() -> str:
    """Take another method than GET below the path of the frontend."""
    return "changed"


frontend = Middleware(
    Frontend, routers=[router], path="/app", assets="assets", content_security_policy=POLICY
)
app = Application(outermost=[frontend])
app.include_router(router)
client = TestClient(app, follow_redirects=False)


@pytest.fixture(autouse=True)
def build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Put a build where the setting says, and a secret beside it."""
    folder = tmp_path / "build"
    Path(folder, "assets").mkdir(parents=True)
    Path(folder, "index.html").write_text(PAGE)
    Path(folder, "robots.txt").write_text("")
    Path(folder, "assets", "main-1a2b3c4d.js").write_text("main()")
    Path(tmp_path, "secret.txt").write_text("secret")
    monkeypatch.setenv("APP_FRONTEND_DIRECTORY", str(folder))
    return folder


@pytest.mark.parametrize("path", ["/app/", "/app/orders/1", "/app/orders/a.b/"])
def test_page(path: str) -> None:
    """Every address that a browser opens is the page."""
    response = client.get(path, headers=BROWSER)
    assert (response.status_code, response.text) == (200, PAGE)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["vary"] == "Accept"


def test_page_that_has_not_changed() -> None:
    """Asked for again, it is not sent again."""
    etag = client.get("/app/", headers=BROWSER).headers["etag"]
    response = client.get("/app/orders", headers={**BROWSER, "if-none-match": etag})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["cache-control"] == "no-cache"


def test_path_without_slash() -> None:
    """Leads to where relative addresses of the page work."""
    response = client.get("/app", headers=BROWSER)
    assert (response.status_code, response.headers["location"]) == (307, "http://testserver/app/")


def test_hashed_file() -> None:
    """Is kept for ever."""
    response = client.get("/app/assets/main-1a2b3c4d.js")
    assert (response.status_code, response.text) == (200, "main()")
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "vary" not in response.headers


def test_other_file() -> None:
    """Is asked for each time."""
    assert client.get("/app/robots.txt").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("headers", [{"accept": "*/*"}, BROWSER])
def test_hashed_file_that_is_missing(headers: dict[str, str]) -> None:
    """Is no page, which would be kept for ever, and no error that is kept."""
    response = client.get("/app/assets/old.js", headers=headers)
    assert (response.status_code, response.json()) == (404, {"detail": "Not Found"})
    assert response.headers["cache-control"] == "no-store"


def test_script_that_is_missing() -> None:
    """Is no page either."""
    assert client.get("/app/main.js", headers={"accept": "*/*"}).status_code == 404


@pytest.mark.parametrize("path", ["/app/..%2fsecret.txt", "/app/assets/..%2f..%2fsecret.txt"])
def test_nothing_beside_it_is_served(path: str) -> None:
    """Only what is in the folder."""
    assert client.get(path, headers={"accept": "*/*"}).status_code == 404


def test_head() -> None:
    """Asks for the headers only."""
    response = client.head("/app/robots.txt")
    assert (response.status_code, response.content) == (200, b"")


def test_endpoints_come_first() -> None:
    """By every method; the frontend takes no other than GET and HEAD."""
    assert client.get("/app/api/health", headers=BROWSER).json() == "OK"
    assert client.get("/app/settings", headers=BROWSER).status_code == 405
    assert client.post("/app/orders").status_code == 404


@pytest.mark.parametrize("path", ["/application", "/", "/docs/app/"])
def test_other_addresses_are_left_alone(path: str) -> None:
    """Those of the API answer as ever."""
    response = client.get(path, headers=BROWSER)
    assert response.status_code == 404
    assert "content-security-policy" not in response.headers


def test_behind_a_prefix() -> None:
    """What a proxy takes away does not count."""
    behind = TestClient(app, root_path="/service")
    assert behind.get("/service/app/orders", headers=BROWSER).text == PAGE


def test_build_has_a_default(monkeypatch: pytest.MonkeyPatch, build: Path) -> None:
    """It is below the folder in which the service is started."""
    monkeypatch.delenv("APP_FRONTEND_DIRECTORY")
    build.rename(build.parent / "dist")
    monkeypatch.chdir(build.parent)
    assert client.get("/app/", headers=BROWSER).text == PAGE


def test_before_it_is_built(monkeypatch: pytest.MonkeyPatch, build: Path) -> None:
    """There is nothing, and no error."""
    monkeypatch.setenv("APP_FRONTEND_DIRECTORY", str(build / "none"))
    assert client.get("/app/", headers=BROWSER).status_code == 404


def test_build_without_hashed_files(build: Path) -> None:
    """Its other files are served."""
    (build / "assets" / "main-1a2b3c4d.js").unlink()
    (build / "assets").rmdir()
    assert client.get("/app/assets/x.js", headers={"accept": "*/*"}).status_code == 404


def test_document_does_not_know_it() -> None:
    """OpenAPI describes the API."""
    assert set(app.openapi()["paths"]) == {"/app/api/health", "/app/settings"}
