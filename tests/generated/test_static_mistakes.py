"""Mistakes that can be seen without running the code are in no generated module.

What a spec could make wrong is refused (`tests/composition.yml`); this is about what the fragments
and the toolkit could make wrong.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.generated.project import generate

Functions = ast.FunctionDef | ast.AsyncFunctionDef

FORBIDDEN = {
    "a tag from hash(), which differs in each process": (
        r"(?<![\w.])hash\(",
        "etag = str(hash(content))",
    ),
    "a token that can be guessed": (
        r"(?<!secrets\.)\brandom\.|import random",
        "token = random.randbytes(32)",
    ),
    "a secret that is compared character by character": (
        r"(token|signature|secret|password)\w*(\(\))? [=!]= (?!None)",
        "return api_token == sent",
    ),
    "a time without a time zone": (
        r"utcnow\(|datetime\.now\(\)|fromtimestamp\([^,()]*\)",
        "expires = datetime.now() + hour",
    ),
    "the flag that Starlette refuses before Python 3.14": (
        r"set_cookie\([^)]*partitioned=",
        "response.set_cookie(name, value, partitioned=True)",
    ),
    "a temporary file of a fixed name": (r"[\"']/tmp/", 'FileResponse("/tmp/posts.csv")'),
    "middleware of the slow kind": (
        r"BaseHTTPMiddleware|\.middleware\(\"http\"\)",
        '@app.middleware("http")',
    ),
    "middleware within the handler of errors": (r"add_middleware\(", "app.add_middleware(A)"),
    "a class that FastAPI deprecates": (r"(ORJSON|UJSON)Response", "return ORJSONResponse(data)"),
    "the old signature of a template": (
        r"TemplateResponse\(\s*[\"']",
        'templates.TemplateResponse("a.html", {})',
    ),
    "a file whose path is pasted together": (
        r"FileResponse\(f[\"']",
        'return FileResponse(f"files/{name}")',
    ),
    "rows that are pasted together": (r"yield f[\"'].*\{.*\},", 'yield f"{post.id},{post.title}"'),
    "lines of a binary file as chunks": (
        r"yield from (open|file|source)\b",
        "    yield from file",
    ),
    "a media type or length on the injected Response": (
        r"(?i)response\.headers\[\"content-(type|length)\"\] =",
        'response.headers["Content-Length"] = "1"',
    ),
    "a Set-Cookie line that erases the others": (
        r"(?i)headers\[\"set-cookie\"\] =",
        'response.headers["Set-Cookie"] = "a=b"',
    ),
    "CORS headers by hand": (
        r"(?i)response\.headers\[\"access-control-",
        'response.headers["Access-Control-Allow-Origin"] = "*"',
    ),
    "a dependency that is closed before a stream": (
        r"scope=\"function\"",
        'Depends(session, scope="function")',
    ),
    "a model of headers that refuses all others": (
        r"extra=\"forbid\"",
        'model_config = ConfigDict(extra="forbid")',
    ),
    "a tuple of content and status": (r"^ +return .+, [1-5]\d\d$", "    return post, 201"),
    "a response class that every stream would inherit": (
        r"default_response_class",
        "APIRouter(default_response_class=JSONResponse)",
    ),
}
"""Each mistake: how it is seen, and an example of it."""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the modules of a project with every pattern, by path."""
    project = generate(tmp_path_factory.mktemp("mistakes") / "service", preset="tour").folder
    return {
        path.relative_to(project).as_posix(): path.read_text("utf-8")
        for path in Path(project, "app").rglob("*.py")
    }


def functions(modules: dict[str, str]) -> Iterator[tuple[str, Functions]]:
    """Yield every function, with where it stands."""
    for path, source in modules.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, Functions):
                yield f"{path}:{node.lineno} {node.name}", node


def yields(function: Functions) -> bool:
    """Say whether calling a function gives a generator."""
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))


def route(function: Functions) -> str:
    """Return the decorator that makes a function an endpoint, or nothing."""
    texts = map(ast.unparse, function.decorator_list)
    return next((text for text in texts if text.startswith("router.")), "")


@pytest.mark.parametrize("mistake", FORBIDDEN)
def test_text(mistake: str, modules: dict[str, str]) -> None:
    pattern, example = FORBIDDEN[mistake]
    assert re.search(pattern, example)
    for path, source in modules.items():
        found = re.search(pattern, source, re.MULTILINE)
        assert found is None, f"{path}: {found}"


def test_streams_touch_no_response_and_raise_nothing(modules: dict[str, str]) -> None:
    """What a stream sets comes too late, and what it raises only breaks the connection."""
    streams = [(at, it) for at, it in functions(modules) if route(it) and yields(it)]
    assert streams
    for at, stream in streams:
        assert "response: Response" not in ast.unparse(stream.args), at
        assert not any(isinstance(node, ast.Raise) for node in ast.walk(stream)), at
        awaits = isinstance(stream, ast.AsyncFunctionDef)
        assert not (awaits and re.search(r"\bopen\(|time\.sleep\(", ast.unparse(stream))), at


def test_dependencies_that_set_headers_are_async(modules: dict[str, str]) -> None:
    """A plain `def` is run in a thread, which costs more than the header."""
    for at, function in functions(modules):
        if function.name == "__call__" or function.name.startswith("set_"):
            assert isinstance(function, ast.AsyncFunctionDef), at


def test_endpoints_say_what_they_return(modules: dict[str, str]) -> None:
    """Without it FastAPI converts without a model, and documents nothing."""
    for at, function in functions(modules):
        assert not route(function) or function.returns is not None, at


def test_a_204_has_a_class_without_a_media_type(modules: dict[str, str]) -> None:
    for at, function in functions(modules):
        if "status_code=204" in route(function):
            assert "response_class=Response" in route(function), at


def test_a_response_in_hand_has_the_decorators_status(modules: dict[str, str]) -> None:
    """The status of the decorator does not reach a Response that is returned."""
    for at, function in functions(modules):
        status = re.search(r"status_code=2\d\d", route(function))
        returned = ast.unparse(function.returns) if function.returns else ""
        if status and returned.endswith("Response"):
            assert status[0] in "".join(map(ast.unparse, function.body)), at
