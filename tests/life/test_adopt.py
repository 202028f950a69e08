"""A project that was not generated takes generated endpoints, and nothing of it is overwritten."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scaffold.life.entry_point import with_endpoints
from tests.life.conftest import run
from tests.life.projects import tree
from tests.programs import commit, copier, git

MAIN = '''"""Mine."""

from fastapi import FastAPI

app = FastAPI(title="Mine")


@app.get("/mine")
def mine() -> str:
    return "mine"
'''
ADOPTED = '''"""Mine."""

from fastapi import FastAPI
from app.endpoints import routers
from app.http.application import Application
from app.middleware import middleware

app = Application(title="Mine", outermost=middleware)
app.include_endpoints(routers)


@app.get("/mine")
def mine() -> str:
    return "mine"
'''
GUARDED = '''"""Mine."""

from fastapi import Depends, FastAPI, Response
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer


async def invalid(request: object, error: Exception) -> Response:
    return Response(status_code=418)


app = FastAPI(
    dependencies=[Depends(HTTPBearer())],
    exception_handlers={RequestValidationError: invalid},
)
'''
CREATE_APP = '''

def create_app() -> Application:
    """Return the application; the tests of endpoints ask for it here."""
    return app
'''
PYPROJECT = '[project]\nname = "My_Thing"\nversion = "1"\nrequires-python = ">=3.12"\n'


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project that nobody generated."""
    folder = tmp_path / "foreign"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "__init__.py").touch()
    (folder / "app" / "main.py").write_text(MAIN)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "README.md").write_text("Mine.\n")
    monkeypatch.chdir(folder)
    return folder


def own_tests(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the tests of the project, as its owner has been told to."""
    options = ["-q", "-p", "no:cacheprovider", "-o", "pythonpath=.", "--import-mode=importlib"]
    command = [sys.executable, "-B", "-m", "pytest", *options, "--rootdir", str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_endpoints_can_be_added_and_their_tests_pass(foreign: Path) -> None:
    before = tree(foreign)
    done = run("adopt", "--yes")
    assert done.status == 0, done.stderr
    assert "note: add to your dependencies: fastapi>=" in done.stderr
    after = tree(foreign)
    assert {path for path in before if after[path] != before[path]} == {"app/main.py"}
    assert (foreign / "app/main.py").read_text() == ADOPTED + CREATE_APP
    answers = yaml.safe_load((foreign / ".copier-answers.yml").read_text())
    assert (answers["project_name"], answers["python_version"]) == ("my-thing", "3.12")

    added = run("add", "GET /report msgpack cookie-set(name=seen) as get_report")
    assert added.status == 0, added.stderr
    assert "note: add to your dependencies: ormsgpack" in added.stderr
    tested = own_tests(foreign)
    assert tested.returncode == 0, tested.stdout
    assert run("remove", "get_report", "Item").status == 0
    assert tree(foreign) == after


def test_options_of_the_application_reach_generated_endpoints(foreign: Path) -> None:
    """What asks for a login everywhere asks for it there, too; the owner's error stays his."""
    main = foreign / "app/main.py"
    main.write_text(GUARDED)
    assert run("adopt", "--yes").status == 0
    assert run("add", "GET /report plain-text", "PUT /stock json-model body(count=int)").status == 0
    asked = (
        "from fastapi.testclient import TestClient; from app.main import app;"
        "ask = TestClient(app).request; known = {'Authorization': 'Bearer a'};"
        "print([ask('GET', '/report').status_code,"
        " ask('GET', '/report', headers=known).status_code,"
        " ask('PUT', '/stock', headers=known, json={}).status_code])"
    )
    command = [sys.executable, "-B", "-c", asked]
    ran = subprocess.run(command, cwd=foreign, capture_output=True, text=True, check=False)
    assert ran.stdout == "[401, 200, 418]\n", ran.stderr


def test_the_entry_point_is_changed_only_on_consent(foreign: Path) -> None:
    done = run("adopt")
    assert done.status == 0
    assert (foreign / "app/main.py").read_text() == MAIN
    assert '\n-app = FastAPI(title="Mine")\n' in done.stderr
    assert "note: app/main.py is as it was; make the change above" in done.stderr
    assert (foreign / "app/endpoints/__init__.py").is_file()


def test_a_dry_run_shows_everything(foreign: Path) -> None:
    before = tree(foreign)
    done = run("adopt", "--dry-run")
    assert done.status == 0
    assert "+app.include_endpoints(routers)\n" in done.stdout
    assert tree(foreign) == before


def test_tests_of_the_owner_keep_their_fixtures(foreign: Path) -> None:
    (foreign / "tests").mkdir()
    (foreign / "tests" / "conftest.py").write_text('"""Mine."""\n')
    before = tree(foreign)
    assert run("adopt", "--yes").status == 0
    assert run("add", "GET /x plain-text").status == 0
    after = tree(foreign)
    assert after["tests/conftest.py"] == before["tests/conftest.py"]
    tested = own_tests(foreign)
    assert "fixture 'client' not found" not in tested.stdout


def test_copier_leaves_own_files_alone(
    foreign: Path, monkeypatch: pytest.MonkeyPatch, template: Path
) -> None:
    """Their list is an answer of the template."""
    assert run("adopt", "--yes").status == 0
    path = foreign / ".copier-answers.yml"
    lines = path.read_text().splitlines(keepends=True)
    recorded = {"_commit": "v0.1.0", "_src_path": f"git+{template.as_uri()}"}
    path.write_text(
        "".join(
            f"{name}: {recorded[name]}\n" if (name := line.partition(":")[0]) in recorded else line
            for line in lines
        )
    )
    git(foreign, "init", "-q")
    commit(foreign)
    before = tree(foreign)
    monkeypatch.setenv("COPIER_CACHE_DIR", str(foreign.parent / "copier"))
    done = copier("update", "--defaults", "--quiet", "--vcs-ref", "v0.1.0", cwd=foreign)
    assert done.returncode == 0, done.stderr
    assert tree(foreign) == before


@pytest.mark.parametrize(
    ("name", "text", "status", "message"),
    [
        ("app.py", "x = 1\n", 4, "app.py hides the package app"),
        (".copier-answers.yml", "a: 1\n", 4, "is there already; use `scaffold add`"),
        (
            "other.py",
            "app = FastAPI()\n",
            2,
            "several modules make an application: app/main.py, other.py",
        ),
        ("app/main.py", "x = 1\n", 2, "no module in"),
    ],
)
def test_what_cannot_be_adopted_is_told(
    foreign: Path, name: str, text: str, status: int, message: str
) -> None:
    (foreign / name).write_text(text)
    before = tree(foreign)
    done = run("adopt", "--yes")
    assert done.status == status
    assert message in done.stderr
    assert tree(foreign) == before


def test_an_entry_point_is_named_or_declared(foreign: Path) -> None:
    (foreign / "other.py").write_text("import fastapi\n\nservice: object = fastapi.FastAPI()\n")
    assert run("adopt", "--entry", "nothing.py").status == 2
    shown = run("adopt", "--entry", "other.py", "--dry-run")
    assert "+service: object = Application(outermost=middleware)\n" in shown.stdout
    with (foreign / "pyproject.toml").open("a") as pyproject:
        pyproject.write('[tool.fastapi]\nentrypoint = "app.main:app"\n')
    assert "+++ b/app/main.py" in run("adopt", "--dry-run").stdout


@pytest.mark.parametrize(
    ("call", "becomes"),
    [
        ("app = FastAPI()", "app = Application(outermost=middleware)"),
        ("app = fastapi.FastAPI()", "app = Application(outermost=middleware)"),
        ("app = FastAPI(a=1)", "app = Application(a=1, outermost=middleware)"),
        (
            "app = FastAPI(\n    a=1,\n)",
            "app = Application(\n    a=1,\n    outermost=middleware,\n)",
        ),
        (
            "app = FastAPI(\n    a=1  # one\n)",
            "app = Application(\n    a=1,  # one\n    outermost=middleware,\n)",
        ),
        ("app = FastAPI(a=1,)", "app = Application(a=1, outermost=middleware)"),
        ("app = FastAPI(a=1  # one\n)", "app = Application(a=1, outermost=middleware  # one\n)"),
        ("app = FastAPI(  # none\n)", "app = Application(outermost=middleware  # none\n)"),
        ("app = FastAPI(); x = 1", "app = Application(outermost=middleware); x = 1"),
        ('app = FastAPI(title="é")', 'app = Application(title="é", outermost=middleware)'),
    ],
)
def test_ways_to_make_an_application(call: str, becomes: str) -> None:
    text = with_endpoints("main.py", f"{call}\n".encode(), tested=False).decode()
    assert f"{becomes}\napp.include_endpoints(routers)\n" in text
    ast.parse(text)


def test_endpoints_come_after_other_routers_in_a_factory() -> None:
    source = (
        "def make():\n    service = FastAPI()\n    service.include_router(a)\n"
        "    service.include_router(b)\n    return service\n"
    )
    text = with_endpoints("main.py", source.encode(), tested=True).decode()
    included = "    service.include_router(b)\n    service.include_endpoints(routers)\n"
    assert text.endswith(f"{included}    return service\n")
    assert with_endpoints("main.py", text.encode(), tested=True).decode() == text
