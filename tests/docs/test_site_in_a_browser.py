"""The site in Chromium: on phones, tablets and desks, in light and dark, by keyboard alone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import ROOT
from tests.generated.browsers import chromium, needs_chromium

pytestmark = [
    pytest.mark.full,
    needs_chromium,
]

WIDTHS = (360, 768, 1280)
SCHEMES = ("light", "dark")
KINDS = (
    "",
    "tutorial/",
    "how-to/update/",
    "quality/",
    "composition/",
    "decisions/0001-composition/",
    "reference/commands/",
    "reference/patterns/",
    "reference/patterns/cookie-set/",
    "reference/rules/",
)
"""A page of each kind."""
AXE = "4.14"
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site."""
    folder = tmp_path_factory.mktemp("docs")
    subprocess.run([sys.executable, "-m", "tools.site", str(folder)], cwd=ROOT, check=True)
    return folder / "site"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Serve the site, and yield its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the script that checks a page."""
    if which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("axe")
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock")
    subprocess.run(["npm", "install", *options, f"axe-core@{AXE}"], cwd=folder, check=True)
    return (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def opened(browser: Browser, width: int, scheme: Any = "light") -> Page:
    """Return a tab of a window."""
    return browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_scrolled_sideways(
    browser: Browser, site: Path, address: str, width: int
) -> None:
    """On a phone that goes for every page: tables and code scroll in themselves."""
    every = sorted(f"{page.parent.relative_to(site)}/" for page in site.rglob("index.html"))
    page = opened(browser, width)
    wide = {}
    for path in every if width == min(WIDTHS) else KINDS:
        page.goto(address + path, wait_until="load")
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            wide[path] = over
    page.close()
    assert wide == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_everybody_can_read_it(browser: Browser, address: str, axe: str, scheme: str) -> None:
    """Nothing serious is found, contrast included; SITE_SCREENSHOTS names a folder for pictures."""
    found = []
    for width in (WIDTHS[0], WIDTHS[-1]):
        page = opened(browser, width, scheme)
        for path in KINDS:
            page.goto(address + path)
            page.evaluate(axe)
            result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            for it in result["violations"]:
                if it["impact"] in SERIOUS:
                    found.append((width, path, it["id"], it["nodes"][0]["html"][:200]))
            if folder := os.environ.get("SITE_SCREENSHOTS"):
                name = f"{scheme}-{width}-{path.strip('/').replace('/', '-') or 'start'}.png"
                page.screenshot(path=Path(folder, name))
        page.close()
    assert found == []


def test_keys_reach_everything(browser: Browser, address: str) -> None:
    """The first key skips to the content, each stop is seen, and every link of the page is one."""
    page = opened(browser, WIDTHS[-1])
    page.goto(address + "tutorial/")
    wanted = page.locator("article a[href]:visible").count()
    assert wanted > 5
    reached, hidden = 0, []
    for number in range(400):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const it = document.activeElement
              // The switch of colours is outlined around its label, which follows it.
              const drawn = it.matches("input.md-option") ? it.nextElementSibling : it
              const box = drawn.getBoundingClientRect()
              const shown = getComputedStyle(drawn).visibility === "visible"
              return {
                text: it.textContent.trim().slice(0, 40),
                inArticle: it.matches("article a[href]"),
                isEnd: it === document.body,
                isSeen: box.width > 0 && box.height > 0 && shown,
              }
            }"""
        )
        if number == 0:
            assert stop["text"].startswith("Skip to content")
        if stop["isEnd"]:
            break
        reached += stop["inArticle"]
        if not stop["isSeen"]:
            hidden.append(stop["text"])
    page.close()
    assert reached == wanted
    assert hidden == []
