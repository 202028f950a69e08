"""What the site is built from: the pages of `docs/`, and the generated ones.

The pages in `docs/` are written for reading in the repository. On the way to the site each name of
a pattern becomes a link to its page, and each link out of `docs/` one to the repository.
"""

import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from scaffold.catalogue.patterns import Catalogue, load
from scaffold.checker import rules
from tools.site.commands import commands_page
from tools.site.patterns import index_page, pattern_page
from tools.site.rules import rule_page, rules_page

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
COMMANDS = "reference/commands.md"
PATTERNS = "reference/patterns"
RULES = "reference/rules"

CODE = re.compile(r"^ *```.*?^ *```|``.+?``|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def write_sources(folder: Path) -> None:
    """Write the pages, the pictures in them and what the theme lacks into a folder, anew."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in pages().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for file in sorted(path for path in DOCS.rglob("*") if path.suffix in (".css", ".js", ".svg")):
        target = folder / file.relative_to(DOCS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def pages() -> Mapping[str, str]:
    """Return every page of the site, by its path."""
    catalogue = load()
    written = {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(DOCS.rglob("*.md"))
    }
    linked = {path: for_site(path, text, catalogue) for path, text in written.items()}
    return linked | dict(generated(catalogue))


def generated(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Yield the pages that nobody writes, with their paths."""
    yield COMMANDS, commands_page()
    yield f"{PATTERNS}/index.md", index_page(catalogue)
    for pattern in catalogue.patterns.values():
        yield f"{PATTERNS}/{pattern.id}.md", pattern_page(pattern, catalogue)
    yield f"{RULES}/index.md", rules_page()
    for rule in rules.RULES:
        yield f"{RULES}/{rule.name}.md", rule_page(rule)


def for_site(path: str, text: str, catalogue: Catalogue) -> str:
    """Return a page of `docs/` with the links that it has in the site."""
    up = "../" * path.count("/")

    def code(found: re.Match[str]) -> str:
        before = found.string[found.start() - 1 : found.start()]
        if found[1] in catalogue.patterns and before != "[":
            return f"[{found[0]}]({up}{PATTERNS}/{found[1]}.md)"
        return found[0]

    def link(found: re.Match[str]) -> str:
        outside = outside_docs(path, found[1])
        return f"]({repository_url()}/{outside})" if outside else found[0]

    return CODE.sub(code, LINK.sub(link, text))


def outside_docs(path: str, target: str) -> str | None:
    """Return where in the repository a link leads that leaves `docs/`, or that no page answers."""
    if re.match(r"[a-z]+:|#", target):
        return None
    file = target.partition("#")[0]
    place = (DOCS / PurePosixPath(path).parent / file).resolve()
    if place.is_relative_to(DOCS) and place.suffix in (".md", ".svg"):
        return None
    return place.relative_to(ROOT).as_posix()


def repository_url() -> str:
    """Return the address under which the files of the repository can be read."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{project['urls']['Template'].removesuffix('.git')}/blob/main"
