"""Behind a proxy that takes a prefix off, every address that the service sends leads somewhere.

A request for `/api/posts` arrives as `/posts`. Servers hand the path over with the prefix in front,
as uvicorn does, or without it, as Hypercorn and Granian do.
"""

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import trustme
from websockets import Origin
from websockets.sync.client import connect

from tests.generated.browsers import chromium, needs_chromium
from tests.generated.project import Project, generate
from tests.generated.server import ask, free_port, serve, wait_for
from tests.generated.test_browser import fetched
from tests.generated.tour import PASSWORD, USER

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
HOST = "localhost"
SERVERS = {
    "uvicorn": "uvicorn app.main:app --root-path /api",
    "hypercorn": "hypercorn app.main:app --bind 127.0.0.1:{port} --root-path /api",
    "granian": "granian --interface asgi --url-path-prefix /api app.main:app",
}
SETTINGS = {"APP_LOGIN_PASSWORD": PASSWORD}
JSON = "Content-Type: application/json"
LOGIN = {"username": USER, "password": PASSWORD}


def json_model(method: str, path: str, name: str, **more: Any) -> dict[str, Any]:
    """Return the spec of an endpoint that answers with a model."""
    model = {"pattern": "json-model", "fields": {"id": "int", "title": "str"}}
    return {"name": name, "method": method, "path": path, "response": model, **more}


def redirect(path: str, name: str, **response: Any) -> dict[str, Any]:
    """Return the spec of an endpoint that redirects."""
    return {"name": name, "method": "GET", "path": path, "response": response}


def refresh(action: str, **more: Any) -> dict[str, Any]:
    """Return the spec of an endpoint of the refresh token, whose cookie is for `/auth`."""
    cookie = {"pattern": "cookie-refresh-rotation", "action": action}
    return json_model("POST", f"/auth/{action}", f"token_{action}", cookies=[cookie], **more)


ENDPOINTS = [
    {
        **json_model("GET", "/posts", "posts", headers=["link-pagination"]),
        "response": {"pattern": "json-model", "model": "list[Item]", "fields": {"id": "int"}},
    },
    json_model(
        "POST",
        "/posts",
        "create_post",
        status="status-fixed",
        headers=[{"pattern": "location-created", "location": "/posts/{id}"}],
    ),
    json_model("GET", "/posts/{post_id:int}", "post"),
    json_model("GET", "/jobs/{job_name}", "job"),
    json_model("POST", "/prints", "print_post", status="status-accepted-polling"),
    json_model(
        "GET",
        "/old",
        "old",
        headers=[{"pattern": "deprecation-sunset", "link": "/docs", "successor": "/posts"}],
    ),
    json_model(
        "GET",
        "/own",
        "own",
        headers=[{"pattern": "header-set", "name": "Content-Location", "value": "/posts/1"}],
        cookies=[{"pattern": "cookie-set", "name": "place", "path": "/own"}],
    ),
    redirect("/first", "first", pattern="redirect", url="/posts/1"),
    redirect("/elsewhere", "elsewhere", pattern="redirect", url="https://other.example/posts"),
    redirect("/go", "go", pattern="redirect-safe", fallback="/posts"),
    refresh("login"),
    refresh("refresh"),
    refresh("logout"),
    {
        "name": "form",
        "method": "GET",
        "path": "/form",
        "response": {"pattern": "html-template", "title": "Form"},
    },
    {
        "name": "save",
        "method": "POST",
        "path": "/save",
        "response": {"pattern": "redirect", "url": "/saved", "status_code": 303},
        "cookies": [{"pattern": "cookie-flash", "action": "set"}],
    },
    json_model("GET", "/saved", "saved", cookies=["cookie-flash"]),
    {
        "name": "talk",
        "method": "GET",
        "path": "/talk",
        "response": "websocket",
        "cookies": [{"pattern": "cookie-set", "name": "talked", "path": "/talk"}],
    },
]
FORM = """\
<form method="post" action="{{ with_root_path('/save') }}"><button>Save</button></form>
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that sends addresses in every way, with a form in a page."""
    folder = tmp_path_factory.mktemp("prefix") / "service"
    project = generate(folder, endpoints=ENDPOINTS, application=["problem-details"])
    page = project.folder / "app" / "templates" / "form.html"
    source = page.read_text(encoding="utf-8")
    assert "</h1>\n" in source
    page.write_text(source.replace("</h1>\n", f"</h1>\n{FORM}"), encoding="utf-8")
    return project


@pytest.mark.parametrize("server", SERVERS)
def test_servers_are_told_the_prefix(project: Project, server: str) -> None:
    """Each in its own words; and what they hand over differs, but not what is answered."""
    with serve(project, *SERVERS[server].split(), settings=SETTINGS) as port:
        body = b'{"username": "%s", "password": "%s"}' % (USER.encode(), PASSWORD.encode())
        login = ask(port, "POST /auth/login", JSON, body=body)
        asked = {
            "POST /posts": (b"location", [b"/api/posts/1"]),
            "POST /prints": (b"location", [b"/api/jobs/1"]),
            "GET /first": (b"location", [b"/api/posts/1"]),
            "GET /elsewhere": (b"location", [b"https://other.example/posts"]),
            "GET /go": (b"location", [b"/api/posts"]),
            "GET /go?next=/jobs/1": (b"location", [b"/api/jobs/1"]),
            "GET /go?next=/api/jobs/1": (b"location", [b"/api/jobs/1"]),
            "GET /posts/?a=b": (b"location", [b"http://localhost/api/posts?a=b"]),
            "GET /own": (b"content-location", [b"/api/posts/1"]),
            "GET /old": (
                b"link",
                [
                    b'</api/docs>; rel="deprecation"; type="text/html"',
                    b'</api/posts>; rel="successor-version"',
                ],
            ),
        }
        got = {line: ask(port, line).all(header) for line, (header, _) in asked.items()}
        assert got == {line: values for line, (_, values) in asked.items()}
        places = [
            re.findall(b"Path=([^;]*)", line)
            for answer in (login, ask(port, "GET /own"), ask(port, "POST /save"))
            for line in answer.all(b"set-cookie")
        ]
        assert places == [[b"/api/auth"], [b"/api/own"], [b"/"]]
        assert b'"instance":"/api/missing"' in ask(port, "GET /missing").body
        assert b'"servers":[{"url":"/api"}]' in ask(port, "GET /openapi.json").body
        assert b"url: '/api/openapi.json'" in ask(port, "GET /docs").body
        assert b'action="/api/save"' in ask(port, "GET /form").body


@dataclass(frozen=True)
class Site:
    """A project behind nginx, which answers below `/api` over https."""

    port: int
    authority: trustme.CA

    def trusted(self) -> ssl.SSLContext:
        """Return what trusts the certificate."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    def client(self) -> httpx2.Client:
        """Return a client that knows the service by its address only."""
        address = f"https://{HOST}:{self.port}/api/"
        return httpx2.Client(base_url=address, verify=self.trusted(), follow_redirects=True)


CONFIGURATION = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/chain.pem;
        ssl_certificate_key {folder}/key.pem;
{location}
        location / {{
            return 404 "nothing of the service";
        }}
    }}
}}
"""


def location_of(readme: str, upstream: int) -> str:
    """Return what the project's README tells nginx, for a service on another port."""
    (example,) = re.findall(r"```nginx\n(.*?)```", readme, re.S)
    assert "http://127.0.0.1:8000/;" in example
    return str(example).replace(":8000", f":{upstream}")


@pytest.fixture(scope="module")
def site(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the project behind nginx, configured as its README says."""
    if NGINX is None:
        pytest.skip("no nginx is installed here")
    folder, authority, upstream = tmp_path_factory.mktemp("nginx"), trustme.CA(), free_port()
    certificate = authority.issue_cert(HOST)
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "chain.pem", append=True)
    port = free_port()
    readme = (project.folder / "README.md").read_text(encoding="utf-8")
    text = CONFIGURATION.format(folder=folder, port=port, location=location_of(readme, upstream))
    (folder / "nginx.conf").write_text(text)
    command = ["uvicorn", "app.main:app", "--root-path", "/api"]
    with serve(project, *command, settings=SETTINGS, port=upstream):
        nginx = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "nginx.conf"])
        try:
            wait_for(port, nginx)
            yield Site(port, authority)
        finally:
            nginx.terminate()
            nginx.wait(10)


@pytest.mark.full
def test_a_client_finds_everything(site: Site) -> None:
    """It follows Location, Link and redirects, and keeps cookies by their path."""
    with site.client() as client:

        def follow(answer: httpx2.Response, reference: str) -> int:
            return client.get(answer.url.join(reference)).status_code

        for path in ("posts", "prints"):
            made = client.post(path)
            assert follow(made, made.headers["location"]) == 200, path
        assert client.post("save").json() == {"id": 1, "title": "example"}
        assert [*client.cookies] == []  # the message was shown
        for path in ("first", "go", "go?next=/jobs/1", "go?next=/api/jobs/1", "posts/", "docs"):
            answer = client.get(path)
            assert (answer.status_code, answer.url.scheme) == (200, "https"), path
        listed = [client.get("posts")]
        while "next" in listed[-1].links:
            listed.append(client.get(listed[-1].url.join(listed[-1].links["next"]["url"])))
        assert [answer.url.params.get("page") for answer in listed] == [None, "2", "3"]
        old, own = client.get("old"), client.get("own")
        assert follow(old, old.links["deprecation"]["url"]) == 200
        assert follow(old, old.links["successor-version"]["url"]) == 200
        assert follow(own, own.headers["content-location"]) == 200
        document = client.get("openapi.json")
        assert follow(document, f"{document.json()['servers'][0]['url']}/posts/1") == 200
        missing = client.get("missing")
        assert missing.url.path == missing.json()["instance"]


@pytest.mark.full
def test_a_refresh_cookie_comes_back(site: Site) -> None:
    """To the endpoints below its path, and to no others."""
    with site.client() as client:
        assert client.post("auth/login", json=LOGIN).status_code == 200
        assert [cookie.path for cookie in client.cookies.jar] == ["/api/auth"]
        assert "cookie" not in client.get("posts").request.headers
        for path, status in (("auth/refresh", 200), ("auth/refresh", 200), ("auth/logout", 200)):
            assert client.post(path).status_code == status
        assert [*client.cookies] == []
        assert client.post("auth/refresh").status_code == 401


@pytest.mark.full
def test_a_websocket_is_opened(site: Site) -> None:
    """By a page of the site; its cookie is for the address of the WebSocket."""
    page, trusted = f"https://{HOST}:{site.port}", site.trusted()
    address = f"wss://{HOST}:{site.port}/api/talk"
    with connect(address, ssl=trusted, origin=Origin(page), proxy=None) as socket:
        socket.send("hello")
        assert socket.recv() == "hello"
        assert socket.response is not None
        assert "Path=/api/talk;" in socket.response.headers["set-cookie"]


@pytest.mark.full
@needs_chromium
def test_a_browser_sends_forms_and_cookies(site: Site) -> None:
    """A form leads to the page that its redirect names; a refreshed login stays."""
    with chromium() as browser:
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.goto(f"https://{HOST}:{site.port}/api/form")
        with page.expect_navigation() as navigation:
            page.click("button")
        assert navigation.value is not None
        assert (navigation.value.status, page.url.partition("/api")[2]) == (200, "/saved")
        assert page.context.cookies() == []  # the message was shown
        assert fetched(page, "/api/auth/login", method="POST", json=LOGIN)["status"] == 200
        assert [cookie["path"] for cookie in page.context.cookies()] == ["/api/auth"]
        for action, status in (("refresh", 200), ("logout", 200), ("refresh", 401)):
            answer = fetched(page, f"/api/auth/{action}", method="POST")
            assert answer["status"] == status, action
