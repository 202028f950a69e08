"""The catalogue is complete, and what it says about itself is true."""

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from scaffold.catalogue.patterns import load, template_root
from scaffold.system.yaml_files import read_yaml
from tests.pattern_files import problems

ROOT = template_root()
FOLDERS = sorted(path.parent for path in ROOT.glob("patterns/*/*/pattern.yml"))
ALWAYS = {"__init__", "application", "openapi", "routing"}
"""The modules of the toolkit that every project has."""
ADOPTED = {"inclusion"}
"""Those of adopted projects only."""
OF_REQUESTS = {
    module
    for need in load().data["vocabulary"]["requests"].values()
    for module in need.get("toolkit", ())
} | {*load().data["vocabulary"]["rows"]["toolkit"]}
"""Those that come with what an endpoint reads from the request, or with rows."""


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    """Return the folder of one pattern."""
    path: Path = request.param
    return path


def test_files_say_what_can_be_said(folder: Path) -> None:
    """`patterns/schema.yml` has every key, and what is named there is there."""
    assert list(problems(folder)) == []


MISTAKES = {
    "a key that nobody knows": (
        *("header/vary", "pattern.yml", "toolkit: [vary]", "tolkit: [vary]"),
        "pattern.yml: Unevaluated properties are not allowed ('tolkit' was unexpected)",
    ),
    "a key of another family": (
        *("header/vary", "pattern.yml", "toolkit: [vary]", "toolkit: [vary]\nform: value"),
        "pattern.yml: Unevaluated properties are not allowed ('form' was unexpected)",
    ),
    "a key that is missing": (
        *("app/cors", "pattern.yml", "order: 20\n", ""),
        "pattern.yml: 'order' is a required property",
    ),
    "a text that YAML takes apart": (
        *(
            "app/compressed",
            "pattern.yml",
            '"1 is fastest, 9 is smallest"',
            "1 is fastest, 9 is small",
        ),
        "pattern.yml: options.level: Additional properties are not allowed ('9 is small' was",
    ),
    "another id": (
        *("header/vary", "pattern.yml", "id: vary", "id: varies"),
        "pattern.yml: id: it must be the name of the folder, and family that of the folder above",
    ),
    "no second value": (
        *(
            "header/vary",
            "pattern.yml",
            "    other: [Accept, Accept-Language, Service-Region]\n",
            "",
        ),
        "pattern.yml: options.field_names: 'other' is a required property",
    ),
    "the default as second value": (
        *("header/server-timing", "pattern.yml", "other: db-time", "other: endpoint"),
        "pattern.yml: options.metric.other: it is the default",
    ),
    "an unknown type": (
        *("header/server-timing", "pattern.yml", "type: str", "type: string"),
        "pattern.yml: options.metric.type: 'string' is not one of",
    ),
    "a pattern that is none": (
        *("header/server-timing", "pattern.yml", "'[a-z][a-z0-9_-]{0,39}'", "'[a-z'"),
        "pattern.yml: options.metric.matches: '[a-z' is not a 'regex'",
    ),
    "a fact that is none": (
        *("header/prefer", "pattern.yml", "endpoint.method: GET", "endpoint.methods: GET"),
        "pattern.yml: refuse.0.when: 'endpoint.methods'",
    ),
    "a condition on no option": (
        *("header/vary", "pattern.yml", "when: {field_names:", "when: {names:"),
        "pattern.yml: refuse.0.when: there is no option names",
    ),
    "a comparison with no option": (
        *("header/deprecation-sunset", "pattern.yml", "before: deprecation", "before: deprecated"),
        "pattern.yml: refuse.0.when: there is no option deprecated",
    ),
    "a way to compare that is none": (
        *("header/deprecation-sunset", "pattern.yml", "before: deprecation", "after: deprecation"),
        "pattern.yml: refuse.0.when.sunset: ",
    ),
    "a refusal of no option": (
        *("header/vary", "pattern.yml", "option: field_names", "option: names"),
        "pattern.yml: refuse.0.option: there is no option names",
    ),
    "a key of no rule": (
        *(
            "header/cache-control",
            "pattern.yml",
            "  instead: leave private",
            "  insted: leave private",
        ),
        "pattern.yml: discourage.4: 'instead' is a required property",
    ),
    "a discouraged option that is none": (
        *(
            "header/header-set",
            "pattern.yml",
            "-cache-control|surrogate-control)$'}}\n  option: name",
            "-cache-control|surrogate-control)$'}}\n  option: names",
        ),
        "pattern.yml: discourage.0.option: there is no option names",
    ),
    "company of no option": (
        *("cookie/cookie-flash", "pattern.yml", "beside: {action", "beside: {actions"),
        "pattern.yml: options.message.beside: there is no option actions",
    ),
    "a module that is missing": (
        *("header/vary", "pattern.yml", "toolkit: [vary]", "toolkit: [varies]"),
        "pattern.yml: toolkit: there is no template/app/http/varies.py",
    ),
    "no application pattern": (
        *("header/rate-limit", "pattern.yml", "needs: [state-store]", "needs: [vary]"),
        "pattern.yml: needs: there is no application pattern vary",
    ),
    "content that nobody knows": (
        *("response/csv", "pattern.yml", "media_type: text/csv\n", ""),
        "pattern.yml: 'media_type' is needed, as neither a model nor",
    ),
    "a key of no page": (
        *("header/vary", "page.yml", "clients: ", "client: "),
        "page.yml: Additional properties are not allowed ('client' was unexpected)",
    ),
    "no sentence": (
        *("header/vary", "page.yml", "useless for caches.", "useless for caches"),
        "page.yml: clients: ",
    ),
    "a key of no exchange": (
        *("header/prefer", "page.yml", "- title: ", "- titel: "),
        "page.yml: exchanges.0: Additional properties are not allowed ('titel' was unexpected)",
    ),
    "no neighbour": (
        *("header/vary", "page.yml", "neighbours: [cache-control,", "neighbours: [vary,"),
        "page.yml: neighbours: there is no other pattern vary",
    ),
    "a place that is none": (
        *("header/vary", "stub.py.jinja", "#: answer", "#: answers"),
        "stub.py.jinja: #: answers: there is no such place; there are router, ",
    ),
    "a head that is none": (
        *("header/vary", "stub.py.jinja", "#: answer", "#: Answer!"),
        "stub.py.jinja: #: Answer!: there is no such place",
    ),
    "a case that is none": (
        *("header/if-match", "stub.py.jinja", "[via=dependency]", "[dependency]"),
        "stub.py.jinja: #: functions [dependency]: dependency is no option",
    ),
    "a case that never holds": (
        *("cookie/cookie-flash", "test.py.jinja", "[action=read]", "[action=reads]"),
        "test.py.jinja: #: arrange [action=reads]: action=reads never holds; there are set, read",
    ),
    "a file that nothing reads": (
        *("header/vary", "stubs.py.jinja", "", "#: answer\n"),
        "stubs.py.jinja: nothing reads it",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named(mistake: str, tmp_path: Path) -> None:
    """With the file and the key."""
    pattern, name, right, wrong, message = MISTAKES[mistake]
    folder = tmp_path / pattern
    shutil.copytree(ROOT / "patterns" / pattern, folder)
    text = (folder / name).read_text(encoding="utf-8") if right else ""
    assert right in text
    (folder / name).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    assert any(found.startswith(message) for found in problems(folder)), list(problems(folder))


@pytest.mark.parametrize("name", ["endpoint.py.jinja", "test.py.jinja", "page.yml", "example"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "response/html"
    shutil.copytree(ROOT / "patterns/response/html", folder)
    (folder / name).rename(tmp_path / name)
    assert any(it.startswith(f"{name}: it is missing") for it in problems(folder))


def test_fragments_hold_no_control_tags(folder: Path) -> None:
    """Fragments read as Python: expressions only."""
    for path in folder.glob("*.jinja"):
        assert not re.search(r"\{[%#]", path.read_text(encoding="utf-8")), path


def test_python_in_the_template_is_plain() -> None:
    """`.py` files hold no template syntax, and `.py.jinja` files at most one tag."""
    for path in (ROOT / "template").rglob("*.py"):
        assert not re.search(r"\{%|\{\{ ", path.read_text(encoding="utf-8")), path
    for path in (ROOT / "template").rglob("*.py.jinja"):
        tags = re.findall(r"\{%", path.read_text(encoding="utf-8"))
        assert len(tags) <= 1, path


def test_errors_are_known_by_their_detail(folder: Path) -> None:
    """Not by their whole body, which problem-details makes another one."""
    for path in folder.glob("*test.py.jinja"):
        assert '{"detail"' not in path.read_text(encoding="utf-8"), path


def test_places_of_sections_are_documented() -> None:
    """The decision explains each place of a stub, in the order of the vocabulary."""
    words = read_yaml(ROOT / "compose" / "vocabulary.yml")
    decision = (ROOT / "docs/decisions/0001-composition.md").read_text(encoding="utf-8")
    table = decision.partition("| place | holds |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z ]+)` \|", table, re.M) == list(words["stub_places"])
    for place in words["test_places"]:
        assert f"`{place}`" in decision


def test_modules_of_python_are_known() -> None:
    """Those of every supported Python, by which imports are sorted."""
    known = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    odd = {"antigravity", "idlelib", "nturl2path", "pydoc_data", "this"}
    words = read_yaml(ROOT / "compose" / "vocabulary.yml")
    assert known - odd <= set(words["standard_library"])


def test_order_of_the_application_is_documented() -> None:
    """Each wrapper has a place of its own, and the decision lists them from the outside."""
    wrappers = [read_yaml(folder / "pattern.yml") for folder in FOLDERS]
    places = {data["order"]: data["id"] for data in wrappers if "order" in data}
    assert len(places) == sum("order" in data for data in wrappers)
    decision = (ROOT / "docs/decisions/0007-application-patterns.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \|", decision, re.M) == [
        places[one] for one in sorted(places)
    ]


def toolkit(pattern: dict[str, Any]) -> list[str]:
    """Return the toolkit modules that a pattern may bring."""
    parts = [pattern, *pattern.get("also", [])]
    return [module for part in parts for module in part.get("toolkit", [])]


def test_every_toolkit_module_is_used() -> None:
    """No module of the toolkit is there for nobody."""
    used = ALWAYS.union(*(toolkit(read_yaml(folder / "pattern.yml")) for folder in FOLDERS))
    modules = {path.stem for path in (ROOT / "template/app/http").glob("*.py")}
    assert modules == used | OF_REQUESTS | ADOPTED


def test_toolkit_modules_bring_what_they_import(folder: Path) -> None:
    """A project has a module when a pattern lists it, so patterns list all that theirs import."""
    data = read_yaml(folder / "pattern.yml")
    needed = [read_yaml(ROOT / f"patterns/app/{one}/pattern.yml") for one in data.get("needs", [])]
    listed = ALWAYS.union(*(toolkit(one) for one in (data, *needed)))
    imported = {
        name
        for module in toolkit(data)
        for name in re.findall(
            r"^from app\.http\.(\w+)",
            (ROOT / f"template/app/http/{module}.py").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    }
    assert imported <= listed
