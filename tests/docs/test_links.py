"""Links in the documents lead somewhere, in the repository and in the site."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from pkgutil import resolve_name
from posixpath import dirname, join, normpath

import pytest
from markdown_it import MarkdownIt

from scaffold.catalogue.patterns import load
from tests.conftest import ROOT
from tests.docs.pages import DOCUMENTS, links, named, tokens
from tools.site.configuration import configuration, leaves, to_toml
from tools.site.sources import COMMANDS, PATTERNS, for_site, pages, repository_url


def anchor(heading: str) -> str:
    """Return the anchor that GitHub and the site give to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def anchors(document: Path) -> set[str]:
    found = list(tokens(document))
    return {
        anchor(re.sub(r"[`*]", "", after.content))
        for token, after in pairwise(found)
        if token.type == "heading_open"
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_to_files_and_headings(document: Path) -> None:
    for target in links(document):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, heading = target.partition("#")
        place = (document.parent / file).resolve() if file else document
        assert place.exists(), target
        assert not heading or heading in anchors(place), target


CODE = [
    ROOT / "copier.yml",
    *(path for folder in ("src", "compose") for path in (ROOT / folder).rglob("*.*")),
]


NAMES = {
    "file": re.compile(r"\b(?:docs|compose)/[\w/.-]+\.(?:md|jinja|yml)\b"),
    "module": re.compile(r"`(scaffold(?:\.\w+)+)`"),
}


@pytest.mark.parametrize("kind", NAMES)
def test_what_code_names_is_there(kind: str) -> None:
    """Documents and templates, modules and what is in them, in comments and docstrings."""
    found = [
        (path, name)
        for path in CODE
        if path.suffix in (".py", ".jinja", ".yml")
        for name in NAMES[kind].findall(path.read_text(encoding="utf-8"))
    ]
    assert len(found) > 5
    there = is_importable if kind == "module" else lambda name: (ROOT / name).is_file()
    assert [(path, name) for path, name in found if not there(name)] == []


def is_importable(name: str) -> bool:
    """Say whether there is a module of this name, or something in one."""
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def test_links_of_the_site_lead_to_its_pages() -> None:
    site = pages()
    pictures = {path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.svg")}
    for path, text in site.items():
        for token in MarkdownIt().enable("table").parse(text):
            for child in token.children or ():
                target = str(child.attrGet("href") or child.attrGet("src") or "")
                if target and not re.match(r"[a-z]+:|#", target):
                    page = normpath(join(dirname(path), target.partition("#")[0]))
                    assert page in site or page in pictures, (path, target)


def test_links_out_of_the_documents_lead_to_the_repository() -> None:
    catalogue = load()
    shown = for_site("decisions/x.md", "[a](../../tasks.py) [b](../seeds.md#c)", catalogue)
    assert shown == f"[a]({repository_url()}/tasks.py) [b](../seeds.md#c)"


def test_names_of_patterns_are_links_outside_of_code() -> None:
    forms = pages()["explanations/forms.md"]
    assert f"[`csv-stream`](../{PATTERNS}/csv-stream.md)" in forms
    assert "pattern: cache-control," in forms


def test_every_page_is_in_the_navigation_once() -> None:
    listed = leaves(configuration()["project"]["nav"])
    assert sorted(listed) == sorted(pages())
    assert COMMANDS in listed


def test_the_configuration_that_is_written_says_the_same() -> None:
    assert tomllib.loads(to_toml(configuration())) == configuration()
