"""What the owner's code imports of generated modules stays, is followed, or is asked for."""

from pathlib import Path

import pytest

from scaffold.life.own_imports import Importer, followed
from scaffold.merge.trees import Move
from scaffold.project.files import File
from scaffold.project.layout import Layout
from scaffold.project.state import Project
from scaffold.template.origin import Origin
from tests.life.conftest import replace, run

STUB = "app/endpoints/get_post.py"
PLAIN = "GET /posts/{post_id:int} json-model(model=Post)"
WITH_TAG = f"{PLAIN} etag-conditional"


def write(path: Path, text: str) -> None:
    """Write a module of the owner's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/own.py", "from app.http.caching import CacheControl\n"),
        ("app/own.py", "from app.http import caching as own\n"),
        ("app/own/deep.py", "def use():\n    from ..http import caching\n"),
        ("scripts/own.py", "import app.http.caching\n"),
        (
            "tests/test_own.py",
            "def test(m):\n    m.patch('app.http.caching.CacheControl')\n",
        ),
    ],
)
def test_a_module_of_the_toolkit_stays_while_the_owner_imports_it(
    project: Path, path: str, text: str
) -> None:
    write(project / path, text)
    done = run("edit", "get_post", PLAIN)
    assert done.status == 0, done.stderr
    assert f"app/http/caching.py stays, and is yours now: {path} imports it" in done.stderr
    assert (project / "app/http/caching.py").exists()
    again = run("edit", "get_post", f"{PLAIN} cache-control")
    assert again.status == 0, again.stderr


def test_what_a_module_that_stays_imports_stays_too(project: Path) -> None:
    assert run("edit", "get_post", WITH_TAG).status == 0
    write(project / "app/own.py", "from app.http.conditional import EntityTag\n")
    done = run("remove", "get_post")
    assert done.status == 0, done.stderr
    assert "app/http/conditional.py stays" in done.stderr
    assert "app/http/bodiless.py stays, and is yours now: app/http/conditional.py" in done.stderr
    assert not (project / "app/http/caching.py").exists()


def test_a_stub_in_which_an_import_is_used_keeps_its_module(project: Path) -> None:
    replace(
        project / STUB,
        "router = APIRouter()",
        'router = APIRouter()\nown = CacheControl("no-store")',
    )
    assert run("edit", "get_post", PLAIN).status == 0
    assert "from app.http.caching import CacheControl" in (project / STUB).read_text()
    assert (project / "app/http/caching.py").exists()


def test_an_endpoint_that_is_imported_goes_only_when_told_to(project: Path) -> None:
    write(project / "app/own.py", "from app.endpoints.get_post import Post\n")
    done = run("remove", "get_post")
    assert done.status == 4
    assert f"{STUB} would be deleted, but app/own.py imports it" in done.stderr
    assert (project / STUB).exists()
    assert run("remove", "get_post", "--force").status == 0
    assert not (project / STUB).exists()


def test_rename_changes_the_imports_of_other_modules(project: Path) -> None:
    write(project / "app/own.py", "from app.endpoints.get_post import Post\n\nget_post = Post\n")
    done = run("rename", "get_post", "show_post")
    assert done.status == 0, done.stderr
    expected = "from app.endpoints.show_post import Post\n\nget_post = Post\n"
    assert (project / "app/own.py").read_text() == expected
    assert "app/own.py" in done.stdout


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("app/own.py", "import app.endpoints.old", "import app.endpoints.new"),
        ("app/own.py", "print(app.endpoints.old.x)", "print(app.endpoints.new.x)"),
        ("own.py", "from app.endpoints import old", "from app.endpoints import new as old"),
        ("own.py", "from app.endpoints import old as x", "from app.endpoints import new as x"),
        ("app/own.py", "from .endpoints.old import x", "from .endpoints.new import x"),
        ("app/own.py", "from .endpoints import old", "from .endpoints import new as old"),
        ("app/endpoints/own.py", "from . import old", "from . import new as old"),
        ("app/endpoints/own.py", "from .old import x", "from .new import x"),
        ("own.py", "from app.other import old; old = app.old.old", None),
        ("own.py", "from app.endpoints.older import old", None),
        ("app/own.py", "from .old import x; from . import old", None),
        ("own.py", "x = 'é'; import app.endpoints.old", "x = 'é'; import app.endpoints.new"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_imports_are_followed(
    tmp_path: Path, path: str, before: str, after: str | None, encoding: str
) -> None:
    own = Project(tmp_path, {}, Origin("", None))
    move = Move("app/endpoints/old.py", "app/endpoints/new.py", {"old": "new"})
    coding = f"# -*- coding: {encoding} -*-\n"
    importer = Importer(path, File((coding + before).encode(encoding)), Layout())
    made = [change.after for change in followed([move], [importer], own)]
    expected = [coding + after] if after else []
    assert [file.content.decode(encoding) for file in made if file] == expected


def test_a_stub_that_is_a_package_now_is_not_changed(project: Path) -> None:
    write(project / "app/endpoints/get_post/__init__.py", (project / STUB).read_text())
    (project / STUB).unlink()
    for command in (["edit", "get_post", PLAIN], ["rename", "get_post", "show_post"]):
        done = run(*command)
        assert done.status == 4
        assert "app/endpoints/get_post/ is a package of yours" in done.stderr
    update = run("update", "--to", "v0.2.0")
    assert (
        "note: app/endpoints/get_post/ is a package of yours, and stays as it is" in update.stderr
    )


def test_a_package_that_was_moved_gets_no_second_one(project: Path) -> None:
    (project / "src").mkdir()
    (project / "app").rename(project / "src/app")
    for command in (
        ["add", "GET /x plain-text"],
        ["update", "--to", "v0.2.0"],
        ["remove", "export"],
    ):
        done = run(*command)
        assert done.status == 4
        assert "the package app stands in src/, and what is generated stands in app/" in done.stderr
        assert not (project / "app").exists()


def test_settings_go_when_nobody_has_any(project: Path) -> None:
    write(project / "app/own.py", "from app.settings import Settings\n")
    done = run("update", "--data", "toolkit_tests=false", "--yes")
    assert done.status == 0, done.stderr
    assert "app/settings.py stays, and is yours now: app/own.py imports it" in done.stderr
    (project / "app/own.py").unlink()
    (project / "app/settings.py").unlink()
    assert "pydantic-settings" not in (project / "pyproject.toml").read_text()
    assert "Settings" not in (project / "tests/conftest.py").read_text()
    added = run("add", "GET /files/{name:path} file-safe-path as get_file")
    assert added.status == 0, added.stderr
    assert (project / "app/settings.py").exists()
    assert "CheckedSettings" in (project / "app/http/wrappers.py").read_text()
    assert "pydantic-settings" in (project / "pyproject.toml").read_text()
