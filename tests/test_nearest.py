"""The valid lines that are suggested for one that is not."""

import pytest

from scaffold.catalogue.patterns import load
from scaffold.errors import UsageMistake
from scaffold.spec.check import check, check_new
from scaffold.spec.lines import format_line, parse_line
from scaffold.spec.nearest import nearest_lines
from tests.conftest import HOSTILE_SPECS


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("GET /a jsn-model as a", "GET /a json-model as a"),
        ("GET /a json-model cache-contrl as a", "GET /a json-model cache-control as a"),
        ("GET /a json-model cors as a", "GET /a json-model as a"),
        ("GET /a json-model vary(via=direct) as a", "GET /a json-model vary as a"),
        ("GET /a json-model cookie-set(nme=b) as a", "GET /a json-model cookie-set(name=b) as a"),
        (
            "GET /a json-model cookie-set(samesite=none, secure=false) as a",
            "GET /a json-model cookie-set(samesite=none, secure=true) as a",
        ),
        (
            "GET /a json-model cache-control(directives=public) cookie-set as a",
            "GET /a json-model cache-control(directives='private, no-cache') cookie-set as a",
        ),
        ("GET /a json-model if-match as a", "GET /a json-model etag-conditional as a"),
        ("GET /a json-model idempotency-key as a", "POST /a json-model idempotency-key as a"),
        ("GET /a body(b=int) json-model as a", "POST /a body(b=int) json-model as a"),
        ("GET a json-model as a", "GET /a json-model as a"),
        ("GET /a json-model as class", "GET /a json-model as get_a"),
        ("GET /a query(b=integer) json-model as a", "GET /a query(b=int) json-model as a"),
        (
            "GET /a query(b='lst[str]') json-model as a",
            "GET /a query(b=list[str]) json-model as a",
        ),
        (
            "POST /a body(Posts) json-model(model=Post) as a",
            "POST /a body(Post) json-model(model=Post) as a",
        ),
        (
            "GET /a json-model(model=A, fields={b: Pots}) as a",
            "GET /a json-model(model=A, fields={b: Post}) as a",
        ),
        ("POST /a form(b=str) body(Post) plain-text as a", "POST /a body(Post) plain-text as a"),
    ],
)
def test_the_nearest_line_changes_the_least(line: str, nearest: str) -> None:
    post = {"name": "Post", "fields": {"id": "int"}}
    assert nearest_lines(line, load(), [post])[0] == nearest


def test_what_is_suggested_is_valid(request: pytest.FixtureRequest) -> None:
    """Every suggestion for a refused endpoint is accepted, and nearly all get some.

    The default run sees every twelfth.
    """
    each = 4 if request.config.getoption("--full") else 12
    catalogue = load()
    answered = []
    for case in HOSTILE_SPECS[::each]:
        line = one_line(case["data"])
        if line is None:
            continue
        lines = nearest_lines(line, catalogue)
        for suggested in lines:
            check_new({"endpoints": [parse_line(suggested, catalogue)]}, catalogue)
        answered.append(bool(lines))
    assert sum(answered) >= 0.9 * len(answered)


def one_line(data: object) -> str | None:
    """Return the line of a data file with one endpoint that is refused for itself."""
    endpoints = data.get("endpoints") if isinstance(data, dict) else None
    is_alone = isinstance(data, dict) and "resources" not in data
    if not (is_alone and isinstance(endpoints, list) and len(endpoints) == 1):
        return None
    try:
        line = format_line(endpoints[0])
        parse_line(line)
        check({"endpoints": endpoints})
    except UsageMistake:
        return line if "\n" not in line else None
    except (KeyError, TypeError, AttributeError):
        return None
    return None
