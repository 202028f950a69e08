"""An application that was not generated serves generated endpoints, and stays what it is."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from scaffold.life.entry_point import find_entry_point
from scaffold.life.included import with_endpoints
from scaffold.life.places import layout_of
from scaffold.project.layout import Layout
from tests.generated.project import TYPES, Project
from tests.generated.server import ask_raw, serve
from tests.life.conftest import Done, run
from tests.life.projects import tree
from tests.programs import commit, copier, git

MAIN = '"""Mine."""\n\nfrom fastapi import FastAPI\n\napp = FastAPI(title="Mine")\n'
FACTORY = '''"""Mine."""

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer

from shop.base import Service
from shop.settings import NAME


async def invalid(request: Request, error: Exception) -> Response:
    return Response(status_code=418)


def make(name: str = NAME) -> Service:
    """Return it."""
    service = Service(
        title=name,
        dependencies=[Depends(HTTPBearer())],
        exception_handlers={RequestValidationError: invalid}  # mine
    )
    middleware = routers = endpoints = include_endpoints = service

    @service.put("/mine")
    def mine(count: int) -> int:
        return count

    @service.post("/upload")
    async def upload(request: Request) -> int:
        return len(await request.body())

    @service.get("/{rest:path}")
    def rest(rest: str) -> str:
        return rest

    return service
'''
SHOP = {
    "pyproject.toml": (
        '[project]\nname = "My_Shop"\nversion = "1"\nrequires-python = ">=3.12"\n'
        'dependencies = ["fastapi>=0.165", "httpx2", "pydantic-settings"]\n[tool.uv]\n'
        '[tool.pytest.ini_options]\npythonpath = ["src"]\ntestpaths = ["tests"]\n'
    ),
    "README.md": "Mine.\n",
    "src/shop/__init__.py": "",
    "src/shop/base.py": "import fastapi as web\n\n\nclass Service(web.FastAPI):\n    pass\n",
    "src/shop/settings.py": 'NAME = "Mine"\n',
    "src/shop/main.py": FACTORY,
    "tests/conftest.py": (
        "import pytest\nfrom shop.main import make\n\n\n"
        '@pytest.fixture\ndef app():\n    return make("Tested")\n\n\n'
        "@pytest.fixture\ndef settings():\n    return 1\n"
    ),
    "tests/test_mine.py": (
        "from fastapi.testclient import TestClient\n\n\n"
        "def test_mine(app, settings):\n"
        '    client = TestClient(app, headers={"authorization": "Bearer a"})\n'
        '    assert (app.title, settings) == ("Tested", 1)\n'
        '    assert client.put("/mine").status_code == 418\n'
        '    assert client.post("/upload", content=bytes(3 * 2**20)).json() == 3 * 2**20\n'
        '    assert client.get("/other").headers.keys() == {"content-length", "content-type"}\n'
        '    assert set(app.openapi()["paths"]["/mine"]["put"]["responses"]) == {"200", "422"}\n'
    ),
}
"""A `src/` layout, and a factory that makes a subclass of FastAPI."""

Make = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Return what makes a project that nobody generated, and goes there."""

    def make(files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / "foreign"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        monkeypatch.chdir(folder)
        return folder

    return make


def suites(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a project, the owner's and the generated ones, as its owner does."""
    options = ["-q", "-p", "no:cacheprovider", "-W", "error", "--rootdir", str(folder)]
    command = [sys.executable, "-B", "-m", "pytest", *options, *arguments]
    own = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, check=False)


def adopted(*arguments: str) -> Done:
    """Adopt the project, which must succeed."""
    done = run("adopt", "--yes", *arguments)
    assert done.status == 0, done.stderr
    return done


def layout(folder: Path) -> dict[str, str]:
    """Return where the answers file says that generated code stands."""
    recorded = yaml.safe_load((folder / ".copier-answers.yml").read_text())
    found: dict[str, str] = recorded["layout"]
    return found


def test_both_suites_pass_and_removing_restores(foreign: Make) -> None:
    """The application is a subclass, made by a factory, in `src/`; a login is asked everywhere."""
    folder = foreign(SHOP)
    before = tree(folder)
    done = adopted()
    assert "note: run uv add --dev 'pytest>=9.0.1'\n" in done.stderr
    assert "uv add 'fastapi" not in done.stderr
    after = tree(folder)
    assert {path for path in before if after[path] != before[path]} == {"src/shop/main.py"}
    new = {path for path in after if path not in before}
    generated = ("src/shop/generated/", "tests/generated_shop/", ".copier-answers.yml")
    assert all(path.startswith(generated) for path in new)
    assert layout(folder)["application"] == "shop.main:make()"
    main = (folder / "src/shop/main.py").read_text()
    assert main.endswith("\n\n    include_endpoints_(service)\n\n    return service\n")

    lines = ["GET /o.csv csv-stream as export", "GET /o/{id:int} json-model(model=Order) as order"]
    rows = "resource /parts Part(name=str) operations(list, create)"
    added = run("add", *lines, "GET /events sse as events", rows)
    assert added.status == 0, added.stderr
    asked = (
        "from fastapi.testclient import TestClient; from shop.main import make;"
        "ask = TestClient(make(), headers={'authorization': 'Bearer a'}).get;"
        "plain = TestClient(make()).get;"
        "print(plain('/o.csv').status_code, ask('/o.csv').status_code, ask('/o/a').status_code)"
    )
    own = os.environ | {"PYTHONPATH": "src"}
    command = [sys.executable, "-B", "-c", asked]
    ran = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
    assert ran.stdout == "401 200 418\n", ran.stderr
    assert suites(folder, "tests/test_mine.py").returncode == 0
    assert run("rename", "order", "one_order").status == 0
    assert run("edit", "export", "GET /orders.csv csv-stream").status == 0
    assert run("list").stdout.count("as generated") == 10
    mine = ("export", "one_order", "events", "parts", "Order", "Item", "Part", "NewPart")
    assert run("remove", *mine).status == 0
    assert tree(folder) == after


def test_generated_tests_ask_what_is_served(foreign: Make) -> None:
    """With the owner's pytest, whose tests go first; and they fail where his route takes a path."""
    files = {path: text for path, text in SHOP.items() if path != "src/shop/main.py"}
    open_factory = FACTORY.replace("        dependencies=[Depends(HTTPBearer())],\n", "").replace(
        "        exception_handlers={RequestValidationError: invalid}  # mine\n", ""
    )
    folder = foreign({**files, "src/shop/main.py": open_factory})
    own = "tests/test_mine.py"
    (folder / own).write_text(SHOP[own].replace('client.put("/mine").status_code == 418', "client"))
    adopted()
    lines = ["GET /o.csv csv-stream as export", "GET /p etag-conditional plain-text as page"]
    assert run("add", *lines, "resource /parts Part(name=str) operations(read)").status == 0
    passed = suites(folder, "-v")
    assert passed.returncode == 0, passed.stdout
    assert passed.stdout.index("test_mine") < passed.stdout.index("generated_shop")
    main = folder / "src/shop/main.py"
    taken = main.read_text().replace('put("/mine")', 'get("/o.csv")')
    main.write_text(taken)
    failed = suites(folder, "tests/generated_shop")
    assert failed.returncode == 1, failed.stdout


SERVICE = """from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse


@asynccontextmanager
async def begin(app):
    yield {"word": "mine"}


def frontend(web):
    web.mount("/", PlainTextResponse("page"))


app = FastAPI(lifespan=begin)


@app.get("/mine")
def mine():
    return 1


@app.middleware("http")
async def tell(request: Request, call_next):
    response = await call_next(request)
    response.headers["word"] = request.state.word
    return response


frontend(app)
"""


@pytest.mark.full
def test_served_behind_a_prefix(foreign: Make) -> None:
    """Its own lifespan, what takes every path, and a pattern around all: on the wire."""
    folder = foreign({"main.py": SERVICE, "pyproject.toml": SHOP["pyproject.toml"]})
    adopted()
    line = "POST /things json-model(model=Thing) location-created status-fixed as make_thing"
    assert run("add", line, "GET /things/{id:int} json-model(model=Thing) as get_thing").status == 0
    data = folder.parent / "hosts.yml"
    data.write_text("application: [trusted-hosts]\n")
    assert run("add", "--data-file", data).status == 0
    mypy = ["mypy", "--strict", "--cache-dir", TYPES.name, "--follow-imports=silent"]
    Project(folder).must(*mypy, "generated", "tests")
    settings = {"APP_TRUSTED_HOSTS": "shop.example"}
    command = ("uvicorn", "main:app", "--root-path", "/api")
    with serve(Project(folder), *command, settings=settings) as port:

        def asked(request: str, host: str = "shop.example") -> tuple[bytes, bytes, list[bytes]]:
            head = f"{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            answer = ask_raw(port, head.encode())
            status = answer.status_line.split()[1]
            return status, answer.body, [*answer.all(b"location"), *answer.all(b"word")]

        assert asked("POST /things")[0::2] == (b"201", [b"/api/things/1", b"mine"])
        assert asked("GET /things/1")[0::2] == (b"200", [b"mine"])
        assert asked("GET /else")[:2] == (b"200", b"page")
        assert asked("GET /mine")[:2] == (b"200", b"1")
        assert asked("GET /things/1", "evil.example") == (b"421", b"Another host is meant", [])


APP = 'app = FastAPI(title="Mine")'
SERVED = {
    "one module": ({"main.py": MAIN}, "generated", "generated", "main:app"),
    "fastapi-new": (
        {
            "main.py": 'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/")\ndef '
            'main():\n    return {"message": "Hello World"}\n',
            "pyproject.toml": '[project]\nname = "demo"\ndependencies = ["fastapi[standard]"]\n',
        },
        "generated",
        "generated",
        "main:app",
    ),
    "app.py": ({"app.py": MAIN}, "generated", "generated", "app:app"),
    "flat": (
        {"shop/__init__.py": "", "shop/web/__init__.py": "", "shop/web/main.py": MAIN},
        "shop.generated",
        "shop/generated",
        "shop.web.main:app",
    ),
    "a package called app": (
        {
            "app/__init__.py": "",
            "app/main.py": MAIN,
            "app/settings.py": "",
            "app/middleware.py": "",
        },
        "app.generated",
        "app/generated",
        "app.main:app",
    ),
    "src without init": (
        {"src/main.py": f"from src.users import x\n{MAIN}", "src/users.py": "x = 1\n"},
        "src.generated",
        "src/generated",
        "src.main:app",
    ),
    "run inside of its folder": (
        {"backend/main.py": f"from routers import x\n{MAIN}", "backend/routers/x.py": ""},
        "generated",
        "backend/generated",
        "main:app",
    ),
    "in the package itself": (
        {"src/shop/__init__.py": MAIN},
        "shop.generated",
        "src/shop/generated",
        "shop:app",
    ),
    "tests behind doctests": (
        {
            "pyproject.toml": '[tool.pytest]\ntestpaths = ["docs", "src", "tests"]\n',
            "docs/conf.py": "",
            "src/shop/__init__.py": "",
            "src/shop/main.py": MAIN,
            "tests/unit/test_mine.py": "from shop.main import app\n",
        },
        "shop.generated",
        "src/shop/generated",
        "shop.main:app",
    ),
    "in a namespace": (
        {
            "acme/shop/__init__.py": "",
            "acme/shop/web/main.py": f"from acme.shop import x\nfrom acme.core import y\n{MAIN}",
        },
        "acme.shop.generated",
        "acme/shop/generated",
        "acme.shop.web.main:app",
    ),
    "two names": (
        {
            "src/__init__.py": "",
            "src/app/__init__.py": "",
            "src/app/x.py": "",
            "src/app/main.py": f"from .x import y\n{MAIN}",
            "src/migrate.py": "from app.x import y\n",
            "tests/test_mine.py": "from src.app.main import app\n",
        },
        "src.app.generated",
        "src/app/generated",
        "src.app.main:app",
    ),
    "declared": (
        {
            "pyproject.toml": '[tool.fastapi]\nentrypoint = "one.main:app"\n',
            "one/main.py": MAIN,
            "two/main.py": MAIN,
        },
        "one.generated",
        "one/generated",
        "one.main:app",
    ),
    "made by a factory elsewhere": (
        {
            "shop/__init__.py": "",
            "shop/factory.py": "from fastapi import FastAPI\n\n\ndef build(a, *, b):\n    "
            "web: FastAPI = (FastAPI() if a else FastAPI(debug=True))\n    return web\n",
            "shop/asgi.py": "from shop.factory import build\n\nserved = build(1, b=2)\n",
        },
        "shop.generated",
        "shop/generated",
        "shop.asgi:served",
    ),
}


@pytest.mark.parametrize("shape", SERVED)
def test_places(foreign: Make, shape: str) -> None:
    """Generated code goes into the owner's package."""
    files, package, inside, application = SERVED[shape]
    folder = foreign(files)
    found = layout_of(folder, find_entry_point(folder))
    assert (found.package, found.folder, found.application) == (package, inside, application)
    assert found.tests.startswith("tests/generated_")
    assert Layout.of({"layout": found.answer()}) == found


def test_no_other_app_comes(foreign: Make) -> None:
    """A project of `uvx fastapi-new` is taken in one go."""
    folder = foreign(SERVED["fastapi-new"][0])
    adopted()
    assert {path.name for path in folder.iterdir()} == {
        *(".copier-answers.yml", "generated", "main.py", "pyproject.toml", "tests")
    }
    assert (folder / "main.py").read_text().endswith('World"}\n\n\ninclude_endpoints(app)\n')
    assert run("add", "GET /x csv-stream as x").status == 0
    stub = (folder / "generated/endpoints/x.py").read_text()
    assert "\nfrom ..http.csv_rows import" in stub
    assert run("list").stdout.startswith("x  as generated")


def test_members_of_a_workspace_do_not_meet(foreign: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are tested at once, and the package of one is called as the template's is."""
    files = {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["app", "web"]\n'}
    for name in ("app", "web"):
        files |= {f"{name}/pyproject.toml": f'[project]\nname = "{name}"\nversion = "1"\n'}
        files |= {f"{name}/src/{name}/__init__.py": "", f"{name}/src/{name}/main.py": MAIN}
    folder = foreign(files)
    for name in ("app", "web"):
        monkeypatch.chdir(folder / name)
        adopted()
        assert run("add", f"GET /{name} json-model(model=Own) as x").status == 0
    ran = suites(folder, "-o", "pythonpath=app/src web/src")
    assert ran.returncode == 0, ran.stdout


CHANGED = {
    "comment behind the last argument": ("app = FastAPI(\n    title='x'  # mine\n)\n", ""),
    "comma": ("app = FastAPI(title='x',)\n", ""),
    "semicolon": ("app = FastAPI(); x = 1\n", ""),
    "tabs": ("if True:\n\tapp = FastAPI()\n\tapp.x = 1\n", ""),
    "an import below": ("app = FastAPI()\nimport os\n", ""),
    "run as a script": ("app = FastAPI()\nif __name__ == '__main__':\n    print(app)\n", ""),
    "another thing of that name": ("app = FastAPI()\napp.x = 1\napp = dict(app=app)\n", ""),
    "mounted": ("app = FastAPI()\napp.x = 1\napp.mount('/', app)\n", ""),
    "a name that is taken": ("app = FastAPI()\ninclude_endpoints = middleware = 1\n", "_"),
    "no line behind it": ("app = FastAPI()", ""),
    "carriage returns": ("app = FastAPI()\r\napp.x = 1\r\n", ""),
    "form feed": ("x = 1\n\x0c\napp = FastAPI()\n", ""),
}


ABOVE = (
    b"",
    b"\xef\xbb\xbf",
    b"# -*- coding: latin-1 -*-\n# \xe9\n",
    b'"""Mine."""\nfrom os import *\n',
)


@pytest.mark.parametrize("shape", CHANGED)
def test_ways_to_make_an_application(foreign: Make, shape: str) -> None:
    """Two lines come, and all others stay as they are, byte by byte."""
    body, suffix = CHANGED[shape]
    imports = b"import fastapi\nfrom fastapi import FastAPI\n"
    called = f"include_endpoints{suffix}(app)"
    alias = " as include_endpoints_" if suffix else ""
    added = {f"from generated.include import include_endpoints{alias}", called}
    for above in ABOVE:
        source = above + imports + body.encode("latin-1")
        made = with_endpoints(
            find_entry_point(foreign({"main.py": source})).made, source, "generated"
        )
        compile(made, "main.py", "exec")
        lines = made.decode("latin-1").splitlines()
        kept = [line for line in lines if line.strip() not in added]
        assert kept == source.decode("latin-1").splitlines()
        at = next(n for n, line in enumerate(lines) if line.strip() == called)
        later = "\n".join(lines[at + 1 :])
        assert "FastAPI()" not in later
        assert "app.x" not in later
        behind = [word for word in ("print(app)", "dict(app") if word in body]
        assert all(word in later for word in behind)


REFUSED = {
    "adopted": ({".copier-answers.yml": "endpoints: []\n"}, 4, "is there already; use `sc"),
    "generated by another template": (
        {".copier-answers.yml": "_src_path: gh:a/b\n", "main.py": MAIN},
        4,
        "another template's; rename it to .copier-answers.other.yml, which `copier update",
    ),
    "none": ({"main.py": "x = 1\n"}, 2, "no module in"),
    "two": (
        {"main.py": MAIN, "other.py": MAIN},
        2,
        "several applications are made: main.py:app, other.py:app; name one with --entry",
    ),
    "two in one": (
        {"main.py": f"{MAIN}admin = FastAPI()\n"},
        2,
        "several applications are made: main.py:admin, main.py:app; name one with --entry",
    ),
    "one line": (
        {"main.py": "import fastapi; app = fastapi.FastAPI()\n"},
        4,
        "main.py cannot be changed, because an import and the application stand on one line",
    ),
    "not Python": (
        {"main.py": f"{MAIN}def f(:\n"},
        4,
        "main.py cannot be changed, because it does",
    ),
    "on a line of its function": (
        {"main.py": "from fastapi import FastAPI\ndef f(): app = FastAPI(); return app\n"},
        4,
        "the application in main.py cannot be tested, because f does not return it",
    ),
    "not returned": (
        {"main.py": "import fastapi\ndef run():\n    a = fastapi.FastAPI()\n    print(a)\n"},
        4,
        "the application in main.py cannot be tested, because run does not return it",
    ),
    "coroutine": (
        {"main.py": "import fastapi\nasync def f():\n    a = fastapi.FastAPI()\n    return a\n"},
        4,
        "because f is a coroutine",
    ),
    "places taken": (
        {
            "main.py": MAIN,
            **{f"{name}.py": "" for name in ("generated", "generated_endpoints")},
            "scaffold_generated/x": "",
        },
        4,
        "generated is there already, and generated files need a folder of their own",
    ),
}


@pytest.mark.parametrize("shape", REFUSED)
def test_what_cannot_be_adopted_is_told(foreign: Make, shape: str) -> None:
    """In one line, and nothing is written."""
    files, status, message = REFUSED[shape]
    folder = foreign(files)
    before = tree(folder)
    done = run("adopt", "--yes")
    assert (done.status, len(done.stderr.splitlines())) == (status, 1)
    assert message in done.stderr
    assert tree(folder) == before


@pytest.mark.parametrize("entry", ["other.py", "other", "other.py:admin", "other:admin"])
def test_an_entry_point_is_named(foreign: Make, entry: str) -> None:
    """As a file or a module, with what it makes or without."""
    folder = foreign({"main.py": MAIN, "other.py": MAIN.replace("app =", "admin =")})
    adopted("--entry", entry)
    assert layout(folder)["application"] == "other:admin"
    assert "include_endpoints(admin)" in (folder / "other.py").read_text()


HANDLERS = {
    "@app.exception_handler(RequestValidationError)\ndef invalid(*_): ...\n": True,
    "app.add_exception_handler(\n    RequestValidationError, print)\n": True,
    "app.exception_handlers |= {\n    RequestValidationError: print}\n": True,
    "try:\n    ...\nexcept RequestValidationError:\n    ...\n": False,
    "@app.exception_handler(KeyError)\ndef missing(*_): ...\n": False,
}


@pytest.mark.parametrize(("handler", "is_told"), HANDLERS.items())
def test_a_handler_of_invalid_requests_is_told(foreign: Make, handler: str, is_told: bool) -> None:
    """Generated tests and the document know of 422 only."""
    imported = "from fastapi.exceptions import RequestValidationError\n"
    foreign({"main.py": imported + MAIN + handler})
    assert ("your handler of RequestValidationError answers" in adopted().stderr) is is_told


def test_a_factory_with_arguments_is_told(foreign: Make) -> None:
    """Where the generated tests call it is a module that their owner may change."""
    factory = "from fastapi import FastAPI\ndef build(name):\n    app = FastAPI()\n    return app\n"
    folder = foreign({"main.py": factory})
    done = adopted()
    place = f"{layout(folder)['tests']}/application.py"
    assert f"build takes arguments: write in {place} what" in done.stderr
    assert "from main import build as served\n" in (folder / place).read_text()


def test_nothing_is_written_without_consent(foreign: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody to ask, somebody who says no, and a dry run."""
    folder = foreign({"main.py": MAIN})
    before = tree(folder)
    done = run("adopt")
    assert done.status == 4
    assert "+include_endpoints(app)\n" in done.stdout
    assert "new      generated/include.py" in done.stdout
    assert "nothing was written, as there is nobody to ask; use --yes" in done.stderr
    monkeypatch.setattr("scaffold.cli.project.can_answer", lambda: True)
    assert run("adopt", given="n\n").status != 0
    shown = run("adopt", "--dry-run")
    assert shown.status == 0
    assert "+++ b/generated/include.py" in shown.stdout
    assert tree(folder) == before
    assert run("adopt", given="y\n").status == 0
    assert "include_endpoints(app)" in (folder / "main.py").read_text()


DEPENDENCIES = {
    "poetry": (
        {"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "^0.110"\n'},
        "run poetry add 'fastapi>=0.165'\n",
    ),
    "poetry with what is needed": (
        {
            "pyproject.toml": "[tool.poetry.dependencies]\npydantic_settings = {version = '^2.1'}\n"
            'fastapi = "^0.165"\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n'
            'httpx2 = "*"\n'
        },
        "",
    ),
    "requirements.txt": (
        {"requirements.txt": "fastapi==0.115.0\n", "requirements-dev.txt": "httpx2\n"},
        "add to requirements.txt: fastapi>=0.165\nnote: add to requirements-dev.txt: pytest>=9.0.1",
    ),
    "newer ones than are needed": (
        {
            "requirements.in": "fastapi\npydantic-settings\n",
            "requirements.txt": "fastapi==0.170.1 \\\n    --hash=sha256:ab\n"
            "starlette>=1.10,<2\npydantic~=2.12\npydantic-settings==2.14.*\n",
            "test-requirements.in": "pytest>9.1,!=9.2.0,<10\n",
        },
        "add to test-requirements.in: httpx2>=2.0\n",
    ),
    "compiled too old": (
        {
            "requirements.in": "fastapi\npydantic-settings\n",
            "requirements.txt": "fastapi==0.138.1\npydantic-settings==2.14.2\n",
            "test-requirements.in": "fastapi\nhttpx2\npytest\n",
        },
        "add to requirements.in: fastapi>=0.165\n",
    ),
    "locked too old": (
        {
            "pyproject.toml": '[project]\ndependencies = ["fastapi[standard]"]\n',
            "uv.lock": '[[package]]\nname = "fastapi"\nversion = "0.120.0"\n',
        },
        "run uv add 'fastapi>=0.165'\n",
    ),
    "starlette locked too old": (
        {
            "pyproject.toml": '[project]\ndependencies = ["fastapi[standard]"]\n',
            "uv.lock": '[[package]]\nname = "starlette"\nversion = "1.6.0"\n',
        },
        "run uv add 'starlette>=1.9'\n",
    ),
    "neither": (
        {},
        "add to your dependencies: fastapi>=0.165, pydantic>=2.11, starlette>=1.9\n",
    ),
}


@pytest.mark.parametrize("shape", DEPENDENCIES)
def test_dependencies_are_told_where_they_are_missing(foreign: Make, shape: str) -> None:
    """In the words of what manages them."""
    files, said = DEPENDENCIES[shape]
    foreign({**files, "main.py": MAIN})
    notes = adopted().stderr
    assert f"note: {said}" in notes if said else "add" not in notes


def test_paths_of_the_documentation_are_refused(foreign: Make) -> None:
    """Where FastAPI has it, and where the owner has moved it; other methods are free."""
    moved = MAIN.replace('title="Mine"', 'docs_url="/manual", redoc_url=None')
    folder = foreign({"main.py": moved})
    adopted()
    before = tree(folder)
    done = run("add", "GET /manual plain-text")
    assert done.status == 2
    assert "/manual is where the application has its documentation (docs_url)" in done.stderr
    done = run("add", "GET /openapi.json json-direct")
    assert done.status == 2
    assert "FastAPI serves /openapi.json itself" in done.stderr
    assert tree(folder) == before
    assert run("add", "POST /manual plain-text as ask").status == 0


def test_findings_are_told(foreign: Make) -> None:
    """What `scaffold check` finds in the code that was there."""
    wrong = 'from fastapi.responses import Response\n\n\n@app.get("/a", status_code=204)\n'
    foreign({"main.py": f"{MAIN}{wrong}def a():\n    return {{'a': 1}}\n"})
    done = adopted()
    assert "`scaffold check` shows each" in done.stderr
    assert "1  RSP" in done.stdout


def test_an_open_env_file_is_told(foreign: Make) -> None:
    """When the first setting comes, and not to who has none."""
    folder = foreign({"main.py": MAIN})
    git(folder, "init", "-q")
    told = ".env, which git does not ignore here: add it to .gitignore"
    assert told not in adopted().stderr
    assert told not in run("add", "GET /a plain-text").stderr
    line = "GET /files/{name:path} file-safe-path"
    assert told in run("add", line, "--dry-run").stderr
    (folder / ".gitignore").write_text(".env\n")
    assert told not in run("add", line).stderr


def test_a_database_that_git_would_take_is_told(foreign: Make) -> None:
    """Once, when the first table comes, unless it is ignored."""
    folder = foreign({"main.py": MAIN})
    git(folder, "init", "-q")
    adopted()
    told = "add app.db* to .gitignore"
    assert told in run("add", "resource /a A(b=str)", "--dry-run").stderr
    (folder / ".gitignore").write_text("*.db\n")
    assert told not in run("add", "resource /a A(b=str)").stderr
    (folder / ".gitignore").unlink()
    assert told not in run("add", "resource /c C(d=str)").stderr


def test_plain_copier_leaves_it_to_the_command(
    foreign: Make, monkeypatch: pytest.MonkeyPatch, template: Path
) -> None:
    """In one line, and nothing changes; the command updates it."""
    folder = foreign({"main.py": MAIN})
    adopted()
    path = folder / ".copier-answers.yml"
    origin = f"_commit: v0.1.0\n_src_path: git+{template.as_uri()}\n"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(origin + "".join(one for one in lines if not one.startswith(("_", "#"))))
    git(folder, "init", "-q")
    commit(folder)
    before = tree(folder)
    monkeypatch.setenv("COPIER_CACHE_DIR", str(folder.parent / "copier"))
    for command in (["recopy"], ["update", "--skip-answered"]):
        done = copier(*command, "--defaults", "--quiet", cwd=folder)
        assert done.returncode != 0
        assert "generated code stands in generated here" in done.stderr
        assert "use `scaffold update`" in done.stderr
        assert tree(folder) == before
    assert run("update", "--to", "v0.2.0", "--yes").status == 0
    assert "v0.2.0" in path.read_text()


def test_its_place_is_not_asked_for(foreign: Make) -> None:
    """A mapping that a person has written is refused where it is not what `adopt` records."""
    folder = foreign({"main.py": MAIN})
    adopted()
    path = folder / ".copier-answers.yml"
    path.write_text(path.read_text().replace("folder: generated", "folder: ../outside"))
    before = tree(folder)
    done = run("add", "GET /x plain-text")
    assert done.status == 4
    assert "layout: a mapping of package, folder, tests and application" in done.stderr
    assert tree(folder) == before


def test_every_generated_module_parses(foreign: Make) -> None:
    """Long imports are broken as Ruff breaks them; what the tests import stands beside them."""
    name = "a_package_with_a_name_that_is_long_enough_to_break_lines"
    folder = foreign({f"{name}/__init__.py": "", f"{name}/main.py": MAIN})
    adopted()
    line = "POST /login empty status-no-content cookie-session-server-side(action=login) as log_in"
    assert run("add", "GET /o.csv csv-stream", "GET /p sse", line).status == 0
    generated = [*folder.glob(f"{name}/generated/**/*.py"), *folder.glob("tests/**/*.py")]
    assert len(generated) > 30
    for path in generated:
        ast.parse(path.read_text())
    command = [sys.executable, "-m", "ruff", "format", "--check", "--no-cache", "--line-length=100"]
    formatted = subprocess.run(
        [*command, *map(str, generated)], capture_output=True, text=True, check=False
    )
    assert formatted.returncode == 0, formatted.stdout
