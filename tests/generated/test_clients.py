"""Clients that others' generators make of the OpenAPI document work, and nothing warns.

openapi-python-client and openapi-typescript are what the how-to shows; both are installed in the
versions that `clients/` names, into the user's cache.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from jsonschema import Draft202012Validator
from platformdirs import user_cache_path

from scaffold.catalogue.patterns import template_root
from scaffold.spec.answers import presets
from scaffold.spec.check import check_new
from scaffold.system.yaml_files import read_yaml
from tests.docs.pages import commands
from tests.generated.calls import Call, calls
from tests.generated.project import Project, generate
from tests.generated.server import Answer, ask, serve
from tests.generated.tour import PASSWORD, SETTINGS, TOKEN, USER

pytestmark = pytest.mark.full

TOOLS = Path(__file__).parent / "clients"
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "generate-a-client.md"
CALLED = ["api", "web"]

UNKNOWN_TO_PYTHON = re.compile(r"(?!text/|application/(?:.*\+)?json$|application/octet-stream$)")
"""openapi-python-client takes other media types only when its settings say how to read them."""

Document = dict[str, Any]
Answers = list[dict[str, Any]]


def run(*command: str | Path, cwd: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program, and fail with what it says unless it succeeds."""
    ran = subprocess.run(
        [*map(str, command)], cwd=cwd, input=given, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"{command}\n{ran.stdout[-9000:]}\n{ran.stderr[-9000:]}"
    return ran


@contextmanager
def cached(name: str) -> Iterator[tuple[Path, bool]]:
    """Yield the folder of a tool in the cache, locked, and whether nothing is installed there."""
    files = [*sorted(TOOLS.glob("*.json")), TOOLS / "requirements.txt"]
    versions = b"".join(file.read_bytes() for file in files) + sys.version.encode()
    cache = user_cache_path("fastapi-response-scaffold-tests", appauthor=False)
    folder = cache / f"{name}-{hashlib.sha256(versions).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "installed"
    with FileLock(folder / "lock"):
        yield folder, not done.exists()
        done.touch()


@pytest.fixture(scope="session")
def python() -> Path:
    """Return a Python with openapi-python-client."""
    with cached("python") as (folder, is_empty):
        found = folder / "venv" / "bin" / "python"
        if is_empty:
            uv = [sys.executable, "-m", "uv"]
            run(*uv, "venv", "--clear", "--python", sys.executable, "venv", cwd=folder)
            wanted = ["--python", found, "--require-hashes", "-r", TOOLS / "requirements.txt"]
            run(*uv, "pip", "install", *wanted, cwd=folder)
    return found


@pytest.fixture(scope="session")
def node() -> Path:
    """Return a folder with openapi-typescript, openapi-fetch and TypeScript."""
    if not (shutil.which("npm") and shutil.which("node")):
        assert "CI" not in os.environ, "the full run needs nodejs and npm"
        pytest.skip("node and npm are not installed")
    with cached("node") as (folder, is_empty):
        if is_empty:
            for file in TOOLS.glob("*.json"):
                shutil.copy(file, folder)
            run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder)
    return folder


@pytest.fixture(scope="module", params=presets())
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project of a preset, as the command makes it, whose document both tools read."""
    return project_of(request.param, tmp_path_factory.mktemp(request.param))


def project_of(preset: str, folder: Path) -> Project:
    """Generate a project, with the answer for generators that read no OpenAPI 3.2."""
    answers = read_yaml(template_root() / "presets" / f"{preset}.yml")
    made = generate(folder / "service", **check_new(answers))
    main = made.folder / "app" / "main.py"
    source = main.read_text(encoding="utf-8")
    older = source.replace("Application(", 'Application(openapi_version="3.1.0", ')
    assert older != source
    main.write_text(older, encoding="utf-8")
    return made


def document_of(project: Project) -> Document:
    """Return the OpenAPI document, and write it beside the project."""
    code = "import json; from app.main import app; print(json.dumps(app.openapi()))"
    variables = {**os.environ, **SETTINGS}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.folder,
        env=variables,
        capture_output=True,
        check=True,
    )
    (project.folder.parent / "openapi.json").write_bytes(ran.stdout)
    document: Document = json.loads(ran.stdout)
    return document


def python_client(python: Path, project: Project) -> Path:
    """Generate the Python client, and return the folder of its package."""
    document, folder = document_of(project), project.folder.parent
    types = {
        media_type
        for path in document["paths"].values()
        for operation in path.values()
        for response in operation["responses"].values()
        for media_type in response.get("content", {})
    }
    settings = {
        "package_name_override": "generated_client",
        "project_name_override": "client",
        "content_type_overrides": {
            name: "application/octet-stream" for name in types if UNKNOWN_TO_PYTHON.match(name)
        },
    }
    (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    tool = [python.with_name("openapi-python-client"), "generate", "--fail-on-warning"]
    run(*tool, "--path", "openapi.json", "--config", "settings.json", cwd=folder)
    return folder / "client"


def typescript_client(node: Path, project: Project) -> Path:
    """Generate the types of the TypeScript client, and return its folder."""
    document_of(project)
    folder = project.folder.parent
    tool = node / "node_modules" / ".bin" / "openapi-typescript"
    ran = run(tool, "openapi.json", "--output", "typescript/api.d.ts", cwd=folder)
    assert ran.stderr == "", ran.stderr  # where it warns, with status 0
    return folder / "typescript"


def test_python_client_is_generated(python: Path, project: Project) -> None:
    """Each operation has a module, and each module is valid."""
    folder = python_client(python, project)
    names = {one.stem for one in folder.glob("generated_client/api/*/*.py")} - {"__init__"}
    operations = document_of(project)["paths"].values()
    assert len(names) == sum(map(len, operations))
    run(python, "-W", "error", "-m", "compileall", "-q", folder, cwd=folder)


def test_typescript_client_is_generated(node: Path, project: Project) -> None:
    folder = typescript_client(node, project)
    tsc = node / "node_modules" / ".bin" / "tsc"
    run(tsc, "--strict", "--noEmit", "api.d.ts", cwd=folder)


def logged_in(port: int) -> dict[str, str]:
    """Log in as a browser does, and return its cookies."""
    token = cookies_of(ask(port, "GET /login"))
    sent = f"Cookie: __Host-csrf={token['__Host-csrf']}"
    form = "Content-Type: application/x-www-form-urlencoded"
    body = f"username={USER}&password={PASSWORD}&csrf_token={token['__Host-csrf']}"
    return cookies_of(ask(port, "POST /login", sent, form, body=body.encode()))


def cookies_of(answer: Answer) -> dict[str, str]:
    """Return the cookies that an answer sets."""
    lines = [line.decode().partition(";")[0] for line in answer.all(b"set-cookie")]
    return dict(line.split("=", 1) for line in lines)


def good_calls(document: Document, port: int) -> list[Call]:
    """Return a request for each operation, with a login of its own where the document has one."""
    schemes = document.get("components", {}).get("securitySchemes", {}).values()
    count = sum(map(len, document["paths"].values()))
    made: list[Call] = []
    for number in range(count):
        cookies = logged_in(port) if any(one.get("in") == "cookie" for one in schemes) else {}
        bearer = any(one.get("scheme") == "bearer" for one in schemes)
        headers = {"Authorization": f"Bearer {TOKEN}"} if bearer else {}
        csrf = cookies.get("__Host-csrf")
        known = {
            "username": USER,
            "password": PASSWORD,
            "csrf_token": csrf,
            "X-CSRF-Token": csrf,
            "__Host-csrf": csrf,
            "if-match": "*",
            "cursor": None,  # is made by the service
            "next": "/account",
        }
        given = {"known": known, "cookies": cookies, "headers": headers}
        made.append([*calls(document, **given)][number])
    return made


def check_answers(document: Document, made: list[Call], answers: Answers) -> None:
    """Check that each operation has answered with a success, and with what the document says."""
    assert [one["operation_id"] for one in answers] == [call.operation_id for call in made]
    for call, answer in zip(made, answers, strict=True):
        assert str(answer["status"]) in call.answers, (call, answer)
        content = call.answers[str(answer["status"])]
        if content is None:
            assert answer["value"] is None, (call, answer)
        else:
            assert answer["value"] is not None, (call, answer)
            schema = {**content[1], "components": document["components"]}
            Draft202012Validator(schema).validate(answer["value"])


@pytest.mark.parametrize("preset", CALLED)
def test_python_client_calls_every_operation(python: Path, preset: str, tmp_path: Path) -> None:
    project = project_of(preset, tmp_path)
    folder, document = python_client(python, project), document_of(project)
    with serve(project, "uvicorn", "app.main:app", settings=SETTINGS) as port:
        made = good_calls(document, port)
        given = {"address": f"http://127.0.0.1:{port}", "calls": [*map(asdict, made)]}
        ran = run(python, TOOLS / "call.py", folder, cwd=folder, given=json.dumps(given))
    answers = json.loads(ran.stdout)
    check_answers(document, made, answers)
    models = {
        schema.rpartition("/")[2] for schema in re.findall(r'"(#/[^"]+)"', json.dumps(document))
    }
    for call, answer in zip(made, answers, strict=True):
        content = call.answers[str(answer["status"])]
        if content and "$ref" in content[1]:
            assert answer["type"] in models, answer


@pytest.mark.parametrize("preset", CALLED)
def test_typescript_client_calls_every_operation(node: Path, preset: str, tmp_path: Path) -> None:
    """Its types take what is sent, and what is answered has the documented status and content."""
    project = project_of(preset, tmp_path)
    folder, document = typescript_client(node, project), document_of(project)
    (folder / "node_modules").symlink_to(node / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    options = ["--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom"]
    with serve(project, "uvicorn", "app.main:app", settings=SETTINGS) as port:
        made = good_calls(document, port)
        source = program(f"http://127.0.0.1:{port}", made)
        (folder / "call.ts").write_text(source, encoding="utf-8")
        run(node / "node_modules" / ".bin" / "tsc", *options, "call.ts", cwd=folder)
        ran = run("node", "call.js", cwd=folder)
    check_answers(document, made, [json.loads(line) for line in ran.stdout.splitlines()])


def test_the_commands_of_the_page_work(python: Path, node: Path, tmp_path: Path) -> None:
    """As they stand there, but for the port, and with what is installed already."""
    tools = {"uvx": python.parent, "npx": node / "node_modules" / ".bin"}
    project = project_of("api", tmp_path)
    with serve(project, "uvicorn", "app.main:app", settings=SETTINGS) as port:
        for start, program, *words in commands(HOW_TO):
            arguments = [word.replace(":8000", f":{port}") for word in words]
            run(tools[start] / program, *arguments, cwd=tmp_path)
    made = {path.name for path in tmp_path.iterdir()}
    assert {"api.d.ts", "service-client"} <= made


def program(address: str, made: list[Call]) -> str:
    """Return a program that makes each call, and prints what it answered as a line of JSON."""
    lines = [
        'import createClient from "openapi-fetch";',
        'import type { paths } from "./api.js";',
        f'const client = createClient<paths>({{ baseUrl: "{address}", redirect: "manual" }});',
        "function report(operation_id: string, status: number, value: unknown = null): void {",
        "  console.log(JSON.stringify({ operation_id, status, value }));",
        "}",
    ]
    for call in made:
        contents = [content for content in call.answers.values() if content]
        cookies = "; ".join(f"{name}={value}" for name, value in call.cookies.items())
        headers = {**call.headers, "Cookie": cookies}
        if call.media_type:
            headers["Content-Type"] = call.media_type
        parameters = {place: values for place, values in call.parameters.items() if values}
        options: dict[str, Any] = {"params": parameters, "headers": headers}
        if call.media_type:
            options["body"] = call.body
        if contents and not contents[0][0].endswith("json"):
            options["parseAs"] = "text"
        given = f"{json.dumps(call.path)}, {json.dumps(options)}"
        name = json.dumps(call.operation_id)
        lines += [
            "{",
            f"  const answer = await client.{call.method}({given});",
            f"  report({name}, answer.response.status, answer.data);",
            "}",
        ]
    return "\n".join(lines) + "\n"
