"""Endpoints whose paths could be taken for each other."""

from pathlib import Path

from scaffold.catalogue.patterns import load
from scaffold.spec.lines import parse_line
from tests.generated.project import generate
from tests.generated.server import ask, serve

LINES = (
    "GET /items/example plain-text as a_literal",
    "GET /items/{name} json-direct errors(404, 410) as beside_it",
    "GET /numbers/1 plain-text as a_number",
    "GET /numbers/{number:int} json-direct as numbers",
    "GET /pairs/{first}/example plain-text as ends_alike",
    "GET /pairs/{first}/{second} json-direct as pairs",
    "GET /files/{path:path} json-direct as rest_of_the_path",
    "GET /files/{folder}/{name} plain-text as two_parts",
    "GET /posts/featured plain-text as featured",
    "GET /posts/{post_id:int} json-direct as get_post",
    "PUT /posts/{post_id:int} json-direct if-match as put_post",
    "GET /{first:uuid}/{second:float} json-direct as two_types",
    "POST /others/1.5 json-direct as no_uuid",
)


def test_each_answers_for_itself(tmp_path: Path) -> None:
    """Its tests ask for it and for no other; a resource has the methods of its own path only."""
    endpoints = [parse_line(line, load()) for line in LINES]
    project = generate(tmp_path / "service", endpoints=endpoints, toolkit_tests=False)
    project.test("tests/endpoints")
    with serve(project, "uvicorn", "app.main:app", settings={}) as port:
        allowed = {
            ("PUT", "/posts/featured"): [b"405", b"GET, HEAD, OPTIONS"],
            ("DELETE", "/posts/1"): [b"405", b"GET, HEAD, PUT, OPTIONS"],
            ("GET", "/others/1.5"): [b"405", b"POST, OPTIONS"],
            ("PUT", "/posts/1"): [b"428"],
            ("GET", "/posts/other"): [b"422"],
        }
        for asked, expected in allowed.items():
            answer = ask(port, " ".join(asked))
            found = [answer.status_line.split()[1], *answer.all(b"allow")]
            assert found == expected, asked
