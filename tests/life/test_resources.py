"""Resources in the commands on a project: they come, change and go, and edits stay."""

from pathlib import Path

from tests.life.conftest import replace, run
from tests.life.projects import tree
from tests.life.test_models import answers, text

NOTES = "resource /notes Note(title=str) unique(title)"
TABLE = "app/resources/notes.py"
ENDPOINTS = ["list_notes", "get_note", "create_note", "replace_note", "change_note"]
"""Those that stay when the others are removed one by one."""


def test_a_resource_comes_and_goes(project: Path) -> None:
    before = tree(project)
    done = run("add", NOTES)
    assert done.status == 0, done.stderr
    assert "the tables have changed; run alembic revision --autogenerate" in done.stderr
    assert (project / "alembic.ini").is_file()
    assert run("add", NOTES).stderr == "Nothing to do: it is there already.\n"
    assert run("remove", "notes", "Note", "NewNote").status == 0
    assert tree(project) == before


def test_endpoints_go_one_by_one_and_the_table_with_the_last(project: Path) -> None:
    assert run("add", NOTES).status == 0
    for name in ("export_notes", "delete_note"):
        assert run("remove", name).status == 0
    assert "def every" not in text(project, TABLE)
    assert "def remove" not in text(project, TABLE)
    assert run("remove", *ENDPOINTS[1:]).status == 0
    assert "def page" in text(project, TABLE)
    assert run("remove", ENDPOINTS[0]).status == 0
    assert "resources" not in answers(project)
    assert not (project / TABLE).exists()


def test_the_owners_own_health_check_takes_the_place_of_the_toolkits(project: Path) -> None:
    assert run("add", NOTES).status == 0
    wrappers = "app/http/wrappers.py"
    assert "[health.router]" in text(project, wrappers)
    assert run("add", "GET /health/ready plain-text as health_ready").status == 0
    assert "ROUTERS: list[APIRouter] = []" in text(project, wrappers)


def test_an_edited_table_is_not_deleted(project: Path) -> None:
    assert run("add", NOTES).status == 0
    replace(project / TABLE, '"""One note, as it is stored."""', '"""Mine."""')
    done = run("remove", "notes")
    assert (done.status, f"{TABLE} would be deleted" in done.stderr) == (4, True)
    assert (project / TABLE).is_file()


def test_a_field_and_a_filter_come_beside_edits(project: Path) -> None:
    """One that may be left out first in what is answered, then in what is sent."""
    assert run("add", NOTES).status == 0
    replace(project / TABLE, "    row.title = new.title\n", "    row.title = new.title.strip()\n")
    replace(project / TABLE, '"""One note, as it is stored."""', '"""Mine."""')
    for line in (
        "model Note(id=int, title=str, at=datetime | None)",
        "model NewNote(title=str, at=datetime | None)",
    ):
        name = line.split()[1].partition("(")[0]
        done = run("edit", name, line)
        assert (done.status, done.stderr.count("alembic")) == (0, 2 if name == "Note" else 0)
    listing = "GET /notes data(notes) query(title='str | None') json-model(model=list[Note])"
    assert run("edit", "list_notes", f"{listing} link-pagination").status == 0
    module = text(project, TABLE)
    assert '"""Mine."""' in module
    assert "    row.title = new.title.strip()\n    row.at = new.at\n" in module
    assert "    at: Mapped[datetime | None]\n" in module
    assert "title: str | None" in module


def test_a_model_and_an_endpoint_take_other_names(project: Path) -> None:
    assert run("add", NOTES).status == 0
    assert run("rename", "get_note", "read_note").status == 0
    assert run("rename", "Note", "Memo").status == 0
    assert answers(project)["resources"] == [
        {"name": "notes", "model": "Memo", "unique": ["title"]}
    ]
    assert "class MemoRow(Versioned):" in text(project, TABLE)
    assert run("remove", "Memo").status == 4


def test_what_a_table_cannot_become_is_refused(project: Path) -> None:
    assert run("add", NOTES).status == 0
    before = tree(project)
    for command, said in (
        (("edit", "Note", "model Note(id=int, title=int)"), "what is sent becomes a row"),
        (("edit", "Note", "model Note(title=str)"), "has no id of its own"),
        (("edit", "get_note", "GET /n/{a} data(notes) json-model(model=Note)"), "by its id alone"),
        (("add", "resource /other Note(text=str)"), "there is a model Note already"),
    ):
        done = run(*command)
        assert (done.status, said in done.stderr) == (2, True), done.stderr
        assert done.stderr.count("\n") == 1
        assert tree(project) == before
