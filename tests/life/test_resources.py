"""Resources in the commands on a project: they come, change and go, and edits stay."""

from pathlib import Path

from tests.generated.project import Project
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
    assert "  as generated  table of Note, unique(title)" in run("list").stdout
    assert run("add", NOTES).stderr == "Nothing to do: it is there already.\n"
    done = run("remove", "notes")
    assert done.status == 0, done.stderr
    assert "nothing else names these models, which go as well: NewNote, Note" in done.stderr
    assert tree(project) == before


def test_a_model_goes_with_the_last_that_names_it(project: Path) -> None:
    """Not one that an endpoint or a model which stays leads to, nor one that is its owner's."""
    place, trips = "model Place(city=str)", "resource /trips Trip(places=list[Place])"
    assert run("add", place, trips, "GET /a json-model(model=Place) as place").status == 0
    kept = text(project, "app/models/place.py")
    assert run("remove", "create_trip", "replace_trip").status == 0
    assert [one["name"] for one in answers(project)["models"]][-2:] == ["Trip", "NewTrip"]
    done = run("remove", "change_trip")
    assert "which go as well: NewTrip\n" in done.stderr
    assert run("add", "model Diary(trips=list[Trip])").status == 0
    assert "go as well" not in run("remove", "trips").stderr
    assert run("remove", "Diary").status == 0
    assert run("remove", "Trip").status == 0
    assert text(project, "app/models/place.py") == kept


def test_an_edited_model_is_not_deleted(project: Path) -> None:
    assert run("add", NOTES).status == 0
    replace(project / "app/models/note.py", "    title: str\n", "    title: str  # mine\n")
    done = run("remove", "notes")
    assert done.status == 0, done.stderr
    assert "which go as well: NewNote\n" in done.stderr
    assert "which stay, since you have edited them: Note\n" in done.stderr
    assert "# mine" in text(project, "app/models/note.py")
    assert not (project / TABLE).exists()
    assert run("remove", "Note").status == 4
    assert run("remove", "Note", "--force").status == 0


def test_endpoints_go_one_by_one_and_the_table_with_the_last(project: Path) -> None:
    before = tree(project)
    assert run("add", NOTES).status == 0
    for name in ("export_notes", "delete_note"):
        assert run("remove", name).status == 0
    assert "def every" not in text(project, TABLE)
    assert "def remove" not in text(project, TABLE)
    assert run("remove", *ENDPOINTS[1:]).status == 0
    assert "def page" in text(project, TABLE)
    assert run("remove", ENDPOINTS[0]).status == 0
    assert tree(project) == before


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
    """In what is answered and in what is sent, in one step."""
    assert run("add", NOTES).status == 0
    replace(project / TABLE, "    row.title = new.title\n", "    row.title = new.title.strip()\n")
    replace(project / TABLE, '"""One note, as it is stored."""', '"""Mine."""')
    done = run("edit", "Note", "model Note(id=int, title='str(max_length=99)', at=datetime)")
    assert (done.status, done.stderr.count("alembic")) == (0, 2), done.stderr
    sent = {"name": "NewNote", "fields": {"title": "str(max_length=99)", "at": "datetime"}}
    assert sent in answers(project)["models"]
    listing = "GET /notes data(notes) query(title='str | None') json-model(model=list[Note])"
    assert run("edit", "list_notes", f"{listing} link-pagination").status == 0
    module = text(project, TABLE)
    assert '"""Mine."""' in module
    assert "    row.title = new.title.strip()\n    row.at = new.at\n" in module
    assert "    at: Mapped[datetime]\n" in module
    assert "mapped_column(String(99), unique=True)" in module
    assert "title: str | None" in module


def test_alembic_says_which_column_no_migration_brings(project: Path) -> None:
    """After an edit of the fields; the migrations that there are stay as they are."""
    assert run("add", NOTES).status == 0
    service = Project(project)
    service.must("alembic", "revision", "--autogenerate", "-m", "First")
    service.must("alembic", "upgrade", "head")
    service.must("alembic", "check")
    [first] = (project / "migrations/versions").glob("*.py")
    written = first.read_bytes()
    assert run("edit", "Note", "model Note(id=int, title=int, at='datetime | None')").status == 0
    checked = service.run("alembic", "check")
    assert checked.returncode != 0
    said = checked.stdout + checked.stderr
    assert "add_column" in said
    assert "'at'" in said
    assert "modify_type" in said
    assert [*(project / "migrations/versions").glob("*.py")] == [first]
    assert first.read_bytes() == written


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
        (("edit", "NewNote", "model NewNote(title=int)"), "what is sent becomes a row"),
        (("edit", "Note", "model Note(title=str)"), "has no id of its own"),
        (("edit", "get_note", "GET /n/{a} data(notes) json-model(model=Note)"), "by its id alone"),
        (("add", "resource /other Note(text=str)"), "there is a model Note already"),
    ):
        done = run(*command)
        assert (done.status, said in done.stderr) == (2, True), done.stderr
        assert done.stderr.count("\n") == 1
        assert tree(project) == before


def test_resources_that_lead_to_each_other_come_and_go(project: Path) -> None:
    """One by one, and the one that others need goes last; a migration is its owner's."""
    before = tree(project)
    assert run("add", NOTES).status == 0
    migration = project / "migrations/versions/1_first.py"
    migration.write_text('"""Mine."""\n')
    only_notes = tree(project)
    lines = [
        "model Line(note=Note, count=int)",
        "resource /lists List(lines=list[Line], last=Note)",
    ]
    done = run("add", *lines)
    assert (done.status, "the tables have changed" in done.stderr) == (0, True), done.stderr
    assert run("add", *lines).stderr == "Nothing to do: it is there already.\n"
    assert "It is needed by" in text(project, "tests/endpoints/test_delete_note.py")

    whole = tree(project)
    done = run("remove", "notes")
    assert (done.status, done.stderr.count("\n"), tree(project)) == (2, 1, whole)
    assert "List.last is a model without a table of its own" in done.stderr

    changed = "model Line(note='Note | None', count=int, text=str)"
    assert run("edit", "Line", changed).status == 0
    sent = {"name": "NewLine", "fields": {"note_id": "int | None", "count": "int", "text": "str"}}
    assert sent in answers(project)["models"]
    assert run("rename", "Note", "Memo").status == 0
    assert "note: Mapped[MemoRow | None]" in text(project, "app/resources/lists.py")
    assert run("rename", "Memo", "Note").status == 0

    assert run("remove", "lists").status == 0
    assert tree(project) == only_notes
    assert run("remove", "notes").status == 0
    assert migration.read_text() == '"""Mine."""\n'
    migration.unlink()
    assert tree(project) == before
