"""The catalogue is complete, and what it says about itself is true."""

import re
from pathlib import Path

import pytest
import yaml

from scaffold.catalogue import FAMILIES, template_root

ROOT = template_root()
FOLDERS = sorted(path.parent for path in ROOT.glob("patterns/*/*/pattern.yml"))
NEEDED = {
    "response": {"stub.py.jinja", "test.py.jinja"},
    "header": {"policy.py.jinja", "apply.py.jinja", "test.py.jinja"},
    "cookie": set(),
    "status": set(),
    "app": {"middleware.py.jinja", "test.py.jinja"},
}


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    """Return the folder of one pattern."""
    path: Path = request.param
    return path


def test_folder_is_named_like_its_pattern(folder: Path) -> None:
    """`patterns/<family>/<id>/pattern.yml` says the same id and family."""
    data = yaml.safe_load((folder / "pattern.yml").read_text(encoding="utf-8"))
    assert (data["family"], data["id"]) == (folder.parent.name, folder.name)
    assert data["family"] in FAMILIES
    for key in ("title", "summary", "standard"):
        assert data[key].strip()
        assert len(data[key]) <= 100
        assert key != "summary" or data[key].endswith(".")


def test_folder_holds_what_its_family_needs(folder: Path) -> None:
    """A pattern comes with its code and its test."""
    data = yaml.safe_load((folder / "pattern.yml").read_text(encoding="utf-8"))
    needed = NEEDED[folder.parent.name]
    if data["family"] == "header" and "reads" in data:
        needed = {"parameter.py.jinja", "test.py.jinja"}
    if data["family"] == "header" and "guards" in data:  # it may do nothing but refuse
        needed = needed - {"apply.py.jinja"}
    assert needed <= {path.name for path in folder.iterdir()}


def test_page_is_complete(folder: Path) -> None:
    """`page.yml` says what the page of `scaffold patterns` needs, and names patterns that exist."""
    page = yaml.safe_load((folder / "page.yml").read_text(encoding="utf-8"))
    optional = [key for key in page if key in ("exchanges", "replace", "wire")]
    assert list(page) == ["use", "clients", "pitfalls", "neighbours", "words", *optional]
    for sentence in (page["use"], page["clients"], *page["pitfalls"]):
        assert re.fullmatch(r"\S.+[.]", sentence), sentence
    assert page["pitfalls"]
    assert page["words"]
    assert all(word == word.strip() for word in page["words"])
    neighbours = page["neighbours"]
    assert neighbours
    assert folder.name not in neighbours
    assert set(neighbours) <= {other.name for other in FOLDERS}
    for exchange in page.get("exchanges", []):
        assert exchange.keys() <= {
            *("title", "method", "path", "query", "headers", "body", "given", "before"),
        }


def test_fragments_hold_no_control_tags(folder: Path) -> None:
    """Fragments read as Python: expressions only."""
    for path in folder.glob("*.jinja"):
        assert not re.search(r"\{[%#]", path.read_text(encoding="utf-8")), path


def test_toolkit_modules_exist_and_are_tested(folder: Path) -> None:
    """What a pattern needs of the toolkit is there, with its tests."""
    data = yaml.safe_load((folder / "pattern.yml").read_text(encoding="utf-8"))
    for module in data.get("toolkit", []):
        assert (ROOT / f"template/app/http/{module}.py").is_file()
        assert (ROOT / f"template/tests/http/test_{module}.py").is_file()


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


def test_order_of_the_application_is_documented() -> None:
    """Each wrapper has a place of its own, and the decision lists them from the outside."""
    wrappers = [yaml.safe_load((folder / "pattern.yml").read_text("utf-8")) for folder in FOLDERS]
    places = {data["order"]: data["id"] for data in wrappers if "order" in data}
    assert len(places) == sum("order" in data for data in wrappers)
    decision = (ROOT / "docs/decisions/0007-application-patterns.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \|", decision, re.M) == [
        places[one] for one in sorted(places)
    ]


def test_every_toolkit_module_is_used() -> None:
    """No module of the toolkit is there for nobody."""
    always = {
        "__init__",
        "application",
        "cookie_header",
        "openapi",
        "private_answers",
        "root_path",
        "routing",
    }
    used = always.union(
        *(
            yaml.safe_load((folder / "pattern.yml").read_text(encoding="utf-8")).get("toolkit", [])
            for folder in FOLDERS
        )
    )
    assert {path.stem for path in (ROOT / "template/app/http").glob("*.py")} == used
