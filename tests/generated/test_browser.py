"""What a browser does with the preset `web`: headless Chromium, over https on this machine.

The preset is extended with endpoints whose effect only a browser shows: downloads, an event stream,
headers that another site's scripts may read. Names under `localhost` all lead to this machine, and
are sites of their own; those under `example.test` are hosts of one site.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Frame,
    Page,
    Route,
    expect,
)

from scaffold.catalogue.patterns import template_root
from scaffold.system.yaml_files import read_yaml
from tests.generated.browsers import chromium, needs_chromium
from tests.generated.project import Project, generate
from tests.generated.server import free_port, serve
from tests.generated.tour import PASSWORD, SETTINGS, USER

HOST, APP, FOREIGN = "service.localhost", "app.localhost", "foreign.service.localhost"
ACCOUNT, SIBLING = "account.example.test", "blog.example.test"
FILENAME = "Übersicht – 2026.pdf"

pytestmark = needs_chromium

MORE: list[dict[str, Any]] = [
    {
        "name": "report",
        "method": "GET",
        "path": "/report",
        "response": {"pattern": "download-bytes", "filename": FILENAME},
    },
    {
        "name": "table",
        "method": "GET",
        "path": "/table",
        "response": {"pattern": "csv-stream", "filename": "table.csv"},
    },
    {
        "name": "latest",
        "method": "GET",
        "path": "/latest",
        "response": {"pattern": "json-model", "fields": {"id": "int"}},
        "headers": [{"pattern": "header-set", "name": "Post-Kind", "value": "article"}],
    },
    {
        "name": "leave",
        "method": "POST",
        "path": "/leave",
        "response": {"pattern": "json-model", "fields": {"id": "int"}},
        "headers": [{"pattern": "clear-site-data", "directives": ["storage", "cookies"]}],
        "cookies": [{"pattern": "cookie-session-host-prefix", "action": "logout"}],
    },
    {"name": "news", "method": "GET", "path": "/news", "response": "sse"},
    {
        "name": "leaflet",
        "method": "GET",
        "path": "/leaflet",
        "response": {"pattern": "pdf", "filename": FILENAME},
    },
]
PROTECTED = {
    "name": "change_name",
    "method": "POST",
    "path": "/name",
    "response": {"pattern": "json-model", "fields": {"id": "int"}},
    "cookies": [
        {"pattern": "cookie-session-host-prefix", "action": "read"},
        {"pattern": "cookie-csrf-double-submit", "action": "check"},
    ],
}


@dataclass(frozen=True)
class Site:
    """A served project, and a browser that has never seen it."""

    port: int
    context: BrowserContext

    def url(self, path: str, host: str = HOST) -> str:
        """Return an address of the service, or of another site on this machine."""
        return f"https://{host}:{self.port}{path}"

    def open(self, host: str = HOST) -> Page:
        """Return an empty page of that site, whose scripts are those of the test."""
        page = self.context.new_page()
        page.route("**/empty", blank)
        page.goto(self.url("/empty", host))
        return page

    def log_in(self, page: Page) -> int:
        """Log in as a script of the service does, and return the status of where it leads."""
        fetched(page, "/login")
        kept = {one["name"]: one["value"] for one in self.context.cookies(page.url)}
        form = {"username": USER, "password": PASSWORD, "csrf_token": kept["__Host-csrf"]}
        status: int = fetched(page, "/login", method="POST", form=form)["status"]
        return status


def blank(route: Route) -> None:
    """Answer with a page without content."""
    route.fulfill(content_type="text/html", body="<!doctype html><title>Empty</title>")


def fetched(page: Page, url: str, **options: Any) -> dict[str, Any]:
    """Fetch an address with a script of the page: its status, and the headers that it can read."""
    answer: dict[str, Any] = page.evaluate(
        """async ([url, {form, json, ...options}]) => {
            const body = json ? JSON.stringify(json) : form && new URLSearchParams(form)
            const headers = json ? {"Content-Type": "application/json"} : {}
            const answer = await fetch(url, {headers, ...options, body})
            return {status: answer.status, headers: Object.fromEntries(answer.headers)}
        }""",
        [url, options],
    )
    return answer


def web(folder: Path, port: int) -> Project:
    """Generate the preset with the endpoints above, and let another site's scripts read it."""
    preset = read_yaml(template_root() / "presets" / "web.yml")
    endpoints = [*preset["endpoints"], *MORE, PROTECTED]
    others = [one for one in preset["application"] if one != "cors"]
    cors = {"pattern": "cors", "allow_origins": [f"https://{APP}:{port}"]}
    project = generate(folder, endpoints=endpoints, application=[*others, cors])
    news = project.folder / "app" / "endpoints" / "news.py"
    source = news.read_text(encoding="utf-8")
    # As if the connection broke after each event, which a browser then asks for at once.
    for right, wrong in (
        ("+ 1, LATEST + 1)", "+ 1, min(seen_until + 2, LATEST + 1))"),
        ("3_000", "50"),
    ):
        assert right in source
        source = source.replace(right, wrong)
    news.write_text(source, encoding="utf-8")
    return project


@contextmanager
def answering(*lines: bytes) -> Iterator[int]:
    """Yield the port of a host that answers every request over https with these header lines."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(SIBLING).configure_cert(context)
    head = b"\r\n".join((b"HTTP/1.1 204 No Content", b"Connection: close", *lines, b"", b""))

    def answer() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            # A browser may open connections that it does not use, or does not trust.
            connection.settimeout(1)
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
                if secure.recv(65536):
                    secure.sendall(head)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve the project over https, with a certificate that was made for it."""
    folder = tmp_path_factory.mktemp("browser")
    number = free_port()
    project = web(folder / "service", number)
    certificate = trustme.CA().issue_cert(HOST, APP, FOREIGN)
    key, chain = folder / "key.pem", folder / "chain.pem"
    certificate.private_key_pem.write_to_path(key)
    for part in certificate.cert_chain_pems:
        part.write_to_path(chain, append=True)
    options = ["--ssl-keyfile", str(key), "--ssl-certfile", str(chain)]
    command = ["uvicorn", "app.main:app", *options]
    with serve(project, *command, settings=SETTINGS, port=number):
        yield number


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def site(browser: Browser, port: int) -> Iterator[Site]:
    """Yield the service as a browser without cookies sees it."""
    context = browser.new_context(ignore_https_errors=True, accept_downloads=True)
    # The empty pages come from nowhere, and Chromium asks before such a page may call this machine.
    context.grant_permissions(["local-network-access"])
    yield Site(port, context)
    context.close()


@pytest.fixture
def scriptless(browser: Browser, port: int) -> Iterator[Site]:
    """Yield the service as a browser sees it that runs no scripts."""
    context = browser.new_context(ignore_https_errors=True, java_script_enabled=False)
    yield Site(port, context)
    context.close()


def send_login(page: Page, password: str = PASSWORD) -> int:
    """Fill in the form on the page, send it, and return the status of what is shown then."""
    page.get_by_label("User name").fill(USER)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation() as navigation:
        page.get_by_role("button", name="Log in").click()
    assert navigation.value is not None
    return navigation.value.status


def send_form(page: Page, url: str, fields: dict[str, str]) -> int:
    """Send a form of the page's own, as anybody can write one, and return the status."""
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    form = f'<!doctype html><form method="post" action="{url}">{inputs}<button>Go</button></form>'
    page.route("**/form", lambda route: route.fulfill(content_type="text/html", body=form))
    page.goto(page.url.replace("/empty", "/form"))
    with page.expect_navigation() as navigation:
        page.get_by_role("button").click()
    assert navigation.value is not None
    return navigation.value.status


def cookies(site: Site) -> dict[str, Any]:
    """Return what the browser keeps, by name."""
    return {cookie["name"]: cookie for cookie in site.context.cookies()}


def test_session_is_stored_hidden_and_removed(site: Site) -> None:
    """The `__Host-` cookie opens the account until the logout, and no script reads it."""
    page = site.open()
    assert fetched(page, "/account")["status"] == 401
    assert site.log_in(page) == 200
    session = cookies(site)["__Host-session"]
    kept = {key: session[key] for key in ("domain", "path", "secure", "httpOnly", "sameSite")}
    assert kept == {
        "domain": HOST,
        "path": "/",
        "secure": True,
        "httpOnly": True,
        "sameSite": "Lax",
    }
    assert "__Host-session" not in page.evaluate("document.cookie")
    assert fetched(page, "/account")["status"] == 200
    headers = {"X-CSRF-Token": cookies(site)["__Host-csrf"]["value"]}
    assert fetched(page, "/logout", method="POST", headers=headers)["status"] == 200
    assert "__Host-session" not in cookies(site)
    assert fetched(page, "/account")["status"] == 401


def test_person_logs_in_without_scripts(scriptless: Site) -> None:
    """On the way to a page, comes back there, is told once, and logs out by a button."""
    page = scriptless.context.new_page()
    page.goto(scriptless.url("/account?tab=2"))
    assert page.url == scriptless.url("/login?next=/account%3Ftab%3D2")
    assert send_login(page, "wrong") == 401
    expect(page.get_by_role("heading")).to_have_text("Wrong user name or password")
    assert send_login(page) == 200
    assert page.url == scriptless.url("/account?tab=2")
    expect(page.get_by_role("status")).to_have_text("You are logged in")
    page.reload()
    expect(page.get_by_role("heading")).to_have_text("Your account")
    expect(page.get_by_role("status")).to_have_count(0)
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(scriptless.url("/"))
    expect(page.get_by_role("heading")).to_have_text("Welcome")
    page.goto(scriptless.url("/account"))
    assert page.url == scriptless.url("/login?next=/account")


def test_forms_of_other_sites_log_nobody_in_or_out(scriptless: Site) -> None:
    """Neither those of a neighbour nor those of strangers, whatever token they make up."""
    page = scriptless.context.new_page()
    page.goto(scriptless.url("/login"))
    for host in (FOREIGN, APP):
        foreign = scriptless.open(host)
        fields = {"username": USER, "password": PASSWORD, "csrf_token": "0" * 64}
        assert send_form(foreign, scriptless.url("/login"), fields) == 403
    assert send_login(page) == 200
    for host in (FOREIGN, APP):
        foreign = scriptless.open(host)
        assert send_form(foreign, scriptless.url("/logout"), {"csrf_token": "0" * 64}) == 403
    page.goto(scriptless.url("/account"))
    assert page.url == scriptless.url("/account")


def test_other_sites_wipe_nothing(site: Site) -> None:
    """A logout that nothing protects, and that clears all, is for pages of its own site only."""
    page = site.open()
    assert site.log_in(page) == 200
    page.evaluate("localStorage.kept = 'yes'")
    assert send_form(site.open(APP), site.url("/leave"), {}) == 200
    assert fetched(page, "/account")["status"] == 200
    assert page.evaluate("localStorage.kept") == "yes"
    assert fetched(page, "/leave", method="POST")["status"] == 200
    assert page.evaluate("localStorage.kept === undefined")
    assert site.context.cookies(site.url("/")) == []


def test_login_leads_to_no_other_site(scriptless: Site) -> None:
    """However it is written where to go: what a browser takes for another host is not used."""
    page = scriptless.context.new_page()
    elsewhere = scriptless.url("/robots.txt", FOREIGN).removeprefix("https:")
    for target in (
        elsewhere,
        f"https:{elsewhere}",
        elsewhere.replace("//", "/%5C", 1),
        elsewhere.replace("//", "%5C/", 1),
        elsewhere.replace("//", "/%09/", 1),
        elsewhere.replace("//", "%09//", 1),
        elsewhere.replace("//", "///", 1),
        elsewhere.replace("//", "https:", 1),
        "javascript:alert(1)",
    ):
        page.goto(scriptless.url(f"/login?next={target}"))
        assert send_login(page) == 200, target
        assert page.url == scriptless.url("/account"), target


def test_session_stays_with_its_host(site: Site) -> None:
    """A host below it is sent nothing, and cannot set the cookie for it."""
    site.log_in(site.open())
    page = site.open(FOREIGN)
    page.evaluate("document.cookie = '__Host-session=x; Secure; Path=/; Domain=service.localhost'")
    assert fetched(page, "/account")["status"] == 401
    assert [one["domain"] for one in site.context.cookies() if "session" in one["name"]] == [HOST]


@pytest.mark.parametrize("name", [b"\xa0__Host-session", b"\x85__Host-session"])
def test_sibling_cannot_set_the_session(site: Site, name: bytes) -> None:
    """A name that begins with what Python takes for white space is another one to browsers.

    Chromium lets a sibling set it, and the `__Host-` cookie of this host is neither replaced by it
    nor made up.
    """
    attacker = site.open(ACCOUNT)
    site.log_in(attacker)
    theirs = site.context.cookies(site.url("/", ACCOUNT))
    token = next(one["value"] for one in theirs if one["name"] == "__Host-session")
    site.context.clear_cookies()
    line = b"Set-Cookie: %s=%s; Secure; Path=/; Domain=example.test" % (name, token.encode())
    with answering(line) as number:
        page = site.open(ACCOUNT)
        page.evaluate(
            "url => fetch(url, {mode: 'no-cors', credentials: 'include'})",
            f"https://{SIBLING}:{number}/",
        )
    assert len(site.context.cookies(site.url("/", ACCOUNT))) == 1, "the browser keeps it"
    assert fetched(page, "/account")["status"] == 401
    assert site.log_in(page) == 200
    headers = {"X-CSRF-Token": cookies(site)["__Host-csrf"]["value"]}
    assert fetched(page, "/account")["status"] == 200
    assert fetched(page, "/logout", method="POST", headers=headers)["status"] == 200
    assert fetched(page, "/account")["status"] == 401


def test_form_of_another_site_is_refused(site: Site) -> None:
    """Not even the cookies of a same-site neighbour's form are enough."""
    page = site.open()
    site.log_in(page)
    token = cookies(site)["__Host-csrf"]["value"]
    assert token in page.evaluate("document.cookie")
    assert fetched(page, "/name", method="POST", headers={"X-CSRF-Token": token})["status"] == 200
    assert fetched(page, "/name", method="POST")["status"] == 403
    for host, status in ((FOREIGN, 403), (APP, 401)):
        foreign = site.open(host)
        with foreign.expect_navigation() as navigation:
            foreign.evaluate(
                """url => {
                    const form = document.createElement("form")
                    form.method = "POST"
                    form.action = url
                    document.body.append(form)
                    form.submit()
                }""",
                site.url("/name"),
            )
        answer = navigation.value
        assert answer is not None
        assert answer.status == status, host


def test_listed_site_reads_exposed_headers_only(site: Site) -> None:
    """Its scripts see what endpoints document, and nothing else that was sent."""
    page = site.open(APP)
    latest = fetched(page, site.url("/latest"))
    assert latest["headers"]["post-kind"] == "article"
    assert not {"referrer-policy", "x-frame-options", "server", "date"} & latest["headers"].keys()
    table = fetched(page, site.url("/table"))
    assert table["headers"]["content-disposition"] == 'attachment; filename="table.csv"'


def test_other_site_reads_nothing(site: Site) -> None:
    """What it fetches, the browser keeps from its scripts."""
    page = site.open(FOREIGN)
    with page.expect_console_message() as message:
        outcome = page.evaluate(
            "url => fetch(url).then(() => 'read', error => error.name)", site.url("/latest")
        )
    assert outcome == "TypeError"
    assert "No 'Access-Control-Allow-Origin' header is present" in message.value.text


def test_events_are_received_and_resumed(site: Site) -> None:
    """After each broken connection the browser asks for what follows, and gets it once."""
    received = site.open().evaluate(
        """() => new Promise(resolve => {
            const events = []
            const source = new EventSource("/news")
            source.addEventListener("update", event => {
                events.push([event.lastEventId, JSON.parse(event.data).title])
                if (events.length === 3) { source.close(); resolve(events) }
            })
        })"""
    )
    assert received == [["1", "example"], ["2", "example"], ["3", "example"]]


@pytest.mark.parametrize(("path", "name"), [("/report", FILENAME), ("/table", "table.csv")])
def test_download_has_its_name(site: Site, path: str, name: str) -> None:
    """Which need not be ASCII."""
    page = site.open()
    with page.expect_download() as started:
        page.evaluate("path => { location.href = path }", path)
    assert started.value.suggested_filename == name
    assert Path(started.value.path()).stat().st_size > 0


@pytest.mark.full
def test_pdf_is_shown(site: Site) -> None:
    """The browser's own viewer finds its page, and saves it under its name."""
    page = site.open()
    with page.expect_event("framenavigated", lambda it: it.url.startswith("chrome-")) as shown:
        page.goto(site.url("/leaflet"))
    viewer: Frame = shown.value
    expect(viewer.locator("viewer-toolbar #title")).to_have_text(FILENAME)
    expect(viewer.locator("viewer-toolbar #pagelength")).to_have_text("1")
