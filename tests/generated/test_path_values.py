"""File names and addresses that name parameters of the path."""

import json
from pathlib import Path

import pytest

from scaffold.catalogue.patterns import load
from scaffold.errors import InvalidSpec
from scaffold.spec.check import check
from scaffold.spec.lines import parse_line
from tests.generated.project import generate
from tests.generated.server import ask, serve

LINES = (
    "GET /a/{report_id}.csv csv(filename=report-{report_id}.csv) as a_table",
    "GET /b/{report_id} csv-stream(filename=report-{report_id}.csv) cache-control as a_stream",
    "GET /c/{number:int}/{part} pdf(filename='{part}-{number}.pdf') as a_pdf",
    "GET /d/{number:int} zip-stream(filename='{number}-{}.zip') as a_zip",
    "GET /e/{rest:path} file-conditional(filename='{rest}.png') as a_file",
    "GET /old/{slug} redirect(url='/posts/{slug}') as moved",
    "GET /older/{rest:path} redirect(url='/{rest}') as moved_rest",
    "GET /oldest/{number:int} redirect(url='/posts/{number}') as moved_number",
    "GET /f/{blog}/posts/{post_id:int} json-model(model=Post) as read_post",
    "POST /f/{blog}/posts json-model(model=Post) status-fixed location-created as create_post",
    "PUT /g/{rest:path} json-direct(model=Post) status-fixed(status_code=201)"
    " location-created(location='/g/{rest}?at={id}') errors(404) as put_post",
    "PUT /h/{number:int} json-model status-fixed(status_code=201)"
    " location-created(location='/h/{number}') as put_number",
    "GET /i/{day} csv(filename='{day}.csv') errors(404) as a_day",
)
WRONG = {
    "GET /a/{id} redirect(url='/posts/{slug}')": "the path has no parameter slug",
    "GET /a/{id} redirect(url='https://{id}/')": "use a URL, or a path starting with one slash",
    "GET /a/{id} redirect(url='//{id}')": "use a URL, or a path starting with one slash",
    "GET /a/{id} pdf(filename='{ids}.pdf')": "the path has no parameter ids; name one that it has",
}


@pytest.mark.parametrize("line", WRONG)
def test_other_names_are_refused(line: str) -> None:
    """In one line."""
    with pytest.raises(InvalidSpec, match=WRONG[line]) as refused:
        check({"endpoints": [parse_line(line, load())]})
    assert "\n" not in str(refused.value)


def test_values_arrive_and_lead_nowhere_else(tmp_path: Path) -> None:
    """RFC 6266 and 8187 for names, escaped segments for addresses; in the generated tests too."""
    endpoints = [parse_line(line, load()) for line in LINES]
    project = generate(tmp_path / "service", endpoints=endpoints, toolkit_tests=False)
    project.test("tests")
    with serve(project, "uvicorn", "app.main:app", "--root-path", "/api", settings={}) as port:
        names = {
            "/a/1.csv": b'attachment; filename="report-1.csv"',
            "/b/%C3%A9%22%0D%0Aa": (
                b"attachment; filename=\"report-__a.csv\"; filename*=UTF-8''report-%C3%A9_a.csv"
            ),
            "/c/7/x": b'inline; filename="x-7.pdf"',
            "/i/example": b'attachment; filename="example.csv"',
            "/d/7": b'attachment; filename="7-{}.zip"',
        }
        for path, expected in names.items():
            answer = ask(port, f"GET {path}")
            assert answer.all(b"content-disposition") == [expected], path
        places = {
            "GET /old/a%20b%3Fc": [b"307", b"/api/posts/a%20b%3Fc"],
            "GET /old/%5C%5Cevil.example": [b"307", b"/api/posts/%5C%5Cevil.example"],
            "GET /older/a/b": [b"307", b"/api/a/b"],
            "GET /older//evil.example": [b"404"],
            "GET /older/a/%2e%2e/b": [b"404"],
            "POST /f/my%20own/posts": [b"201", b"/api/f/my%20own/posts/1"],
            "POST /f/%2e%2e/posts": [b"404"],
            "PUT /g/folder/example": [b"201", b"/api/g/folder/example?at=1"],
            "PUT /g/folder/%2e%2e/example": [b"404"],
            "PUT /h/7": [b"201", b"/api/h/7"],
        }
        document = json.loads(ask(port, "GET /openapi.json").body)["paths"]
        elsewhere = {
            f"{method.upper()} {path}"
            for path, methods in document.items()
            for method, operation in methods.items()
            if "404" in operation["responses"]
        }
        assert elsewhere == {
            "GET /e/{rest}",
            "GET /i/{day}",
            "GET /old/{slug}",
            "GET /older/{rest}",
            "POST /f/{blog}/posts",
            "PUT /g/{rest}",
        }
        for request, expected_place in places.items():
            answer = ask(port, request)
            found = [answer.status_line.split()[1], *answer.all(b"location")]
            assert found == expected_place, request
