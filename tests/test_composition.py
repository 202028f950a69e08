"""Every combination that goes wrong elsewhere is refused, adapted, or cannot be said."""

import re
from pathlib import Path
from typing import Any

import pytest

from scaffold.catalogue.patterns import load, template_root
from scaffold.errors import InvalidSpec
from scaffold.spec.check import check
from scaffold.spec.lines import parse_line
from tests import plain_copier
from tests.composition import COMBINATIONS, DOCUMENT, Row, is_here, page
from tests.generated.project import Project, generate
from tests.notation import wrong

HERE = [row for row in COMBINATIONS if is_here(row)]
NAMES = {row["what"]: f"e{number}" for number, row in enumerate(HERE)}
"""The endpoint of each combination."""

KEYS = {
    *("what", "needs", "application", "refused", "refused_application", "says", "is", "invalid"),
    *("line", "how", "file", "stub", "stub_lacks", "lacks", "holds", "streams"),
}
GENERATED = [
    path
    for pattern in ("template/app/**/*.py*", "patterns/*/*/*.py.jinja", "compose/*.py.jinja")
    for path in template_root().glob(pattern)
    if path.suffix != ".pyc"
]


def rows(*keys: str) -> Any:
    """Parametrize over the combinations that have one of the keys."""
    found = [row for row in HERE if any(key in row for key in keys)]
    return pytest.mark.parametrize("row", found, ids=[row["what"] for row in found])


def named(line: str, name: str) -> dict[str, Any]:
    """Return the endpoint of a line, under a name and a path of its own."""
    return {**parse_line(f"{line} as {name}"), "path": f"/{name}"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project of all combinations that are adapted."""
    endpoints = [named(row["line"], NAMES[row["what"]]) for row in HERE if "line" in row]
    return generate(tmp_path_factory.mktemp("adapted") / "service", endpoints=endpoints)


@pytest.mark.parametrize("row", COMBINATIONS, ids=lambda row: row["what"])
def test_row_says_what_happens(row: Row) -> None:
    assert row.keys() <= KEYS
    assert ("says" in row) == ("refused" in row or "refused_application" in row)
    assert ("how" in row) != ("says" in row)
    assert row.get("says") != ""
    assert row.get("is") in (None, "adapted", "not prevented")
    assert not {"is", "invalid"} & row.keys() or "says" not in row
    assert {"says", "stub", "stub_lacks", "lacks", "holds", "streams"} & row.keys()


@rows("refused", "refused_application")
def test_refused_with_the_reason(row: Row) -> None:
    """By the command and by plain Copier."""
    around = {"application": row["application"]} if "application" in row else {}
    answers: list[dict[str, Any]] = [
        {**around, "endpoints": [parse_line(f"{line} as a")]} for line in row.get("refused", ())
    ]
    answers += [{"application": [entry]} for entry in row.get("refused_application", ())]
    for answer in answers:
        with pytest.raises(InvalidSpec) as caught:
            check(answer)
        assert row["says"] in str(caught.value), answer
        assert plain_copier.problem(answer) == str(caught.value)


@rows("line")
def test_adapted_in_the_stub(row: Row, project: Project) -> None:
    file = row.get("file", f"app/endpoints/{NAMES[row['what']]}.py")
    source = Path(project.folder, file).read_text("utf-8")
    for text in row.get("stub", ()):
        assert text in source
    for text in row.get("stub_lacks", ()):
        assert text not in source


@rows("lacks")
def test_impossible_in_what_is_generated(row: Row) -> None:
    for path in GENERATED:
        assert row["lacks"] not in path.read_text("utf-8"), path


@rows("holds")
def test_what_proves_it_is_there(row: Row) -> None:
    assert [problem for problem in map(wrong, row["holds"]) if problem] == []


@rows("streams")
def test_streams_have_classes_that_stream(row: Row) -> None:
    """Each stream names one, but for JSON Lines, which FastAPI streams without any."""
    for pattern in load().family("response"):
        if pattern.form == "stream":
            example = template_root() / "patterns" / "response" / pattern.id / "example"
            used = re.findall(r"response_class=(\w+)", (example / "endpoint.py").read_text("utf-8"))
            assert len(used) == (pattern.id != "jsonl-stream")
            assert all(re.search(r"(Streaming|EventSource)Response$", it) for it in used)


def test_the_document_is_made_from_the_rules() -> None:
    """Else run `python3 tasks.py record`; the full run makes all rows."""
    written = DOCUMENT.read_text("utf-8").splitlines()
    assert [line for line in page(each=6).splitlines() if line not in written] == []


@pytest.mark.full
def test_the_document_is_all_that_the_rules_make() -> None:
    assert DOCUMENT.read_text("utf-8") == page()
