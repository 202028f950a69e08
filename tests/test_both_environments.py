"""The command and plain Copier evaluate the same checks, each in its own environment.

Copier has a sandbox, and filters of which `scaffold.template.jinja` has the few that are needed.
"""

import copy
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scaffold.catalogue.patterns import load
from tests import plain_copier
from tests.conftest import HOSTILE_SPECS, command_says
from tests.generated import matrix
from tests.sampling import some

PATTERNS = load().patterns
NAMES = {
    "name": ["__Host-x", "__Secure-x", "x", "X", "session_id", "Content-Type", "Post-Kind"],
    "directives": ["public, max-age=60", "public, private", "no-store, private", "x y"],
    "domain": ["Example.com", "localhost"],
}
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 500)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["/", "/a/{b}", "{", "class", "GET", "id", "json-model", "\n", "a\u2028", "é"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["pattern", "via", "name", "path", "x"]), inner)
    ),
    max_leaves=4,
)


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """Endpoint lists that are nearly right: valid ones with a few values replaced."""
    entries = {
        family: [p.id for p in PATTERNS.values() if p.family == family]
        for family in ("response", "header", "cookie", "status", "app")
    }

    def entry(family: str) -> Any:
        pattern = PATTERNS[draw(st.sampled_from(entries[family]))]
        options: dict[str, Any] = {}
        for name, option in pattern.options.items():
            if draw(st.integers(0, 4)) == 0:
                values = [option.default, *option.choices]
                other = matrix.other_value(pattern, name)
                options[name] = (
                    draw(st.sampled_from([*values, other, *NAMES.get(name, [])]))
                    if draw(st.integers(0, 5))
                    else draw(JUNK)
                )
        if family in ("header", "cookie") and draw(st.booleans()):
            options["via"] = draw(st.sampled_from(["parameter", "dependency", "direct", "x", None]))
        return {"pattern": pattern.id, **options} if options else pattern.id

    def mostly(right: list[Any], wrong: list[Any]) -> Any:
        return draw(st.sampled_from(right if draw(st.integers(0, 15)) else wrong))

    def endpoint(number: int) -> Any:
        spec: dict[str, Any] = {
            "name": mostly([f"get_{number}"], ["same", "class", "Upper", "cache_control"]),
            "method": mostly(["GET", "GET", "POST", "PUT", "DELETE"], ["get", "HEAD"]),
            "path": mostly(
                [f"/a{number}", f"/{number}/{{a}}", "/{b:path}", "/{c:int}", "/{d}"],
                ["/a//b", "/{a}/{a}", "/{a:x}", "/{a:path}/b", "/../a", "/{is_new}"],
            ),
            "response": entry("response"),
        }
        if draw(st.booleans()):
            spec["headers"] = [entry("header") for _ in range(draw(st.integers(0, 2)))]
        if draw(st.booleans()):
            spec["cookies"] = [entry("cookie") for _ in range(draw(st.integers(0, 2)))]
        if draw(st.integers(0, 3)) == 0:
            spec["status"] = entry("status")
        if draw(st.integers(0, 7)) == 0:
            spec["body"] = draw(st.sampled_from([{"a": "int"}, {}, {"a b": "int"}, {"a": "x"}]))
        if draw(st.integers(0, 15)) == 0:
            spec[draw(st.sampled_from([*spec, "other"]))] = draw(JUNK)
        return spec if draw(st.integers(0, 20)) else draw(JUNK)

    answers: dict[str, Any] = {"endpoints": [endpoint(n) for n in range(draw(st.integers(0, 3)))]}
    if draw(st.integers(0, 5)) == 0:
        answers["application"] = [entry("app") for _ in range(draw(st.integers(0, 2)))]
    return answers


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(specs())
def test_same_verdict_same_words(answers: dict[str, Any]) -> None:
    """Whatever is wrong, both say the same line; nothing wrong, both say nothing."""
    for new in (True, False):
        assert plain_copier.problem(copy.deepcopy(answers), new=new) == command_says(
            answers, new=new
        )


def test_same_about_what_is_discouraged() -> None:
    """Refused when it is new, and kept by a project that has it."""
    for case in HOSTILE_SPECS:
        kept = "" if case.get("discouraged") else case["error"]
        assert plain_copier.problem(case["data"]) == case["error"]
        assert plain_copier.problem(case["data"], new=False) == kept
        assert command_says(case["data"], new=False) == kept


@pytest.mark.parametrize(
    "endpoints",
    some([matrix.ways, matrix.together, matrix.paths, matrix.pairs], 2),
)
def test_accepted_by_both(endpoints: Callable[[], Iterable[dict[str, Any]]]) -> None:
    """What the command accepts, plain Copier accepts."""
    answers = {"endpoints": [*endpoints()]}
    assert command_says(answers) == ""
    assert plain_copier.problem(answers) == ""
