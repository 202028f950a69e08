"""Endpoints whose paths could be taken for each other."""

from pathlib import Path

from scaffold.catalogue.patterns import load
from scaffold.spec.lines import parse_line
from tests.generated.project import generate

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
    "GET /{first:uuid}/{second:float} json-direct as two_types",
)


def test_each_answers_for_itself(tmp_path: Path) -> None:
    """Its tests ask for it and for no other."""
    endpoints = [parse_line(line, load()) for line in LINES]
    project = generate(tmp_path / "service", endpoints=endpoints, toolkit_tests=False)
    project.test("tests/endpoints")
