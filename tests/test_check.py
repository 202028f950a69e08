"""What is refused before anything is written, and in which words."""

import json
import string
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scaffold.catalogue.patterns import FAMILIES, load, template_root
from scaffold.errors import InvalidSpec
from scaffold.shown.pattern import example
from scaffold.spec.answers import presets
from scaffold.spec.check import Checker, check, discouraged
from scaffold.spec.lines import parse_line
from scaffold.template.macros import MARK, Macros
from tests.conftest import HOSTILE_SPECS, command_says

GOOD = {"name": "get_post", "method": "GET", "path": "/posts", "response": "json-model"}


@pytest.mark.parametrize("spec", HOSTILE_SPECS, ids=[spec["id"] for spec in HOSTILE_SPECS])
def test_a_hostile_spec_is_refused_in_these_words(spec: dict[str, Any]) -> None:
    assert command_says(spec["data"]) == spec["error"]


def test_the_table_of_hostile_specs_is_large_and_without_repetition() -> None:
    assert len({spec["id"] for spec in HOSTILE_SPECS}) == len(HOSTILE_SPECS) >= 45
    assert all(spec["error"] and "\n" not in spec["error"] for spec in HOSTILE_SPECS)


def test_every_discouraged_rule_is_in_the_table() -> None:
    """Each holds for a spec that is marked so, which a project may have."""
    marked = [spec for spec in HOSTILE_SPECS if spec.get("discouraged")]
    for spec in marked:
        assert [str(mistake) for mistake in discouraged(spec["data"])] == [spec["error"]]
    told = "\n".join(spec["error"] for spec in marked)
    for pattern in load().patterns.values():
        for rule in pattern.refusals:
            assert not rule.discouraged or f"{rule.because}; {rule.instead}" in told, pattern.id


def test_every_message_of_the_vocabulary_is_in_the_table() -> None:
    """A sentence that no mistake leads to would be dead, or never tested."""
    for key, sentence in load().data["vocabulary"]["messages"].items():
        pieces = [literal for literal, *_ in string.Formatter().parse(sentence)]
        longest = max(pieces, key=len)
        assert any(longest in spec["error"] for spec in HOSTILE_SPECS), key


@pytest.mark.parametrize("preset", presets())
def test_every_preset_is_accepted(preset: str) -> None:
    assert check(read_preset(preset)) is not None


def read_preset(name: str) -> dict[str, Any]:
    """Return the answers of a preset."""
    text = (template_root() / "presets" / f"{name}.yml").read_text(encoding="utf-8")
    answers: dict[str, Any] = yaml.safe_load(text)
    return answers


def test_the_tour_shows_every_pattern_and_each_way() -> None:
    answers = read_preset("tour")
    endpoints = check(answers)
    used = {entry.pattern.id for endpoint in endpoints for entry in endpoint.entries()}
    used |= {
        entry if isinstance(entry, str) else entry["pattern"] for entry in answers["application"]
    }
    # If-Match rules out compression; the preset `exports` has it.
    assert used == set(load().patterns) - {"compressed"}
    for family in ("headers", "cookies"):
        vias = {entry.via for endpoint in endpoints for entry in getattr(endpoint, family)}
        assert {"parameter", "dependency", "direct"} <= vias


def test_the_presets_of_the_documentation_exist() -> None:
    assert presets() == ["api", "empty", "exports", "store", "tour", "web"]


@pytest.mark.parametrize(
    "endpoint",
    [
        GOOD,
        GOOD | {"path": "/"},
        # What only other patterns use is free, and stays so when patterns are added.
        GOOD | {"name": "download", "path": "/{rows}"},
        GOOD | {"path": f"/{'a' * 199}"},
        GOOD | {"response": {"pattern": "plain-text", "text": "a" * 200}},
        GOOD | {"cookies": [{"pattern": "cookie-set", "max_age": 1}]},
        GOOD | {"cookies": [{"pattern": "cookie-set", "max_age": 34560000}]},
        GOOD | {"cookies": [{"pattern": "cookie-set", "expires": "2028-02-29T12:00:00Z"}]},
        GOOD | {"path": "/posts/{post_id:int}.pdf"},
        GOOD | {"path": "/files/{rest:path}"},
        GOOD | {"headers": None, "cookies": None, "body": None, "status": None},
        GOOD
        | {"response": {"pattern": "json-model", "fields": {"id": "uuid", "at": "date | None"}}},
        GOOD | {"method": "DELETE", "response": None, "status": "status-no-content"},
        GOOD
        | {"method": "DELETE", "response": "empty", "status": {"pattern": "status-no-content"}},
        GOOD | {"cookies": [{"pattern": "cookie-set", "max_age": None, "expires": None}]},
        GOOD | {"cookies": [{"pattern": "cookie-read-param", "via": "dependency"}]},
        GOOD
        | {
            "response": "json-direct",
            "cookies": [{"pattern": "cookie-read-param", "via": "direct"}],
        },
        GOOD
        | {
            "headers": [
                {"pattern": "header-set", "name": "A"},
                {"pattern": "header-set", "name": "B"},
            ]
        },
    ],
)
def test_a_valid_endpoint_is_accepted(endpoint: dict[str, Any]) -> None:
    assert command_says({"endpoints": [endpoint]}) == ""


def test_a_mistake_has_parts() -> None:
    """The field, the reason and the advice, whatever signs the value has."""
    with pytest.raises(InvalidSpec) as caught:
        check({"endpoints": [GOOD | {"name": "a; b: c"}]})
    mistake = caught.value
    assert mistake.field == "endpoints[0].name"
    assert mistake.reason == '"a; b: c" is no usable name'
    assert mistake.suggestion is not None
    assert mistake.suggestion.startswith("use snake_case of at most 60 letters")
    assert MARK not in str(mistake)


def test_endpoints_are_named_by_their_places() -> None:
    """Also where they are checked together, one by one before."""
    checker = Checker([])
    endpoints = [checker.endpoint(GOOD, place) for place in ("first", "second")]
    with pytest.raises(InvalidSpec, match=r"second\.name: another endpoint is already called"):
        checker.together(endpoints)


def test_the_same_path_with_another_method_is_another_route() -> None:
    post = GOOD | {"name": "create_post", "method": "POST"}
    assert command_says({"endpoints": [GOOD, post]}) == ""


def test_a_fixed_path_after_a_parameter_is_ordered_and_not_refused() -> None:
    by_id = GOOD | {"path": "/posts/{post_id}"}
    latest = GOOD | {"name": "latest", "path": "/posts/latest"}
    assert command_says({"endpoints": [by_id, latest]}) == ""


def test_a_deletion_takes_over_the_attributes_of_a_later_declaration() -> None:
    delete = GOOD | {"cookies": [{"pattern": "cookie-delete", "name": "seen"}]}
    cookie = {"pattern": "cookie-set", "name": "seen", "path": "/a", "samesite": "strict"}
    declare = GOOD | {"name": "other", "path": "/other", "cookies": [cookie]}
    assert command_says({"endpoints": [delete, declare]}) == ""


def test_answers_that_are_not_there_are_not_checked() -> None:
    assert check({}) == []
    assert check({"project_name": object()}) == []


def test_defaults_are_filled_in() -> None:
    [endpoint] = check({"endpoints": [GOOD | {"cookies": ["cookie-set"]}]})
    [cookie] = endpoint.cookies
    assert cookie.options["samesite"] == "lax"
    assert cookie.via == "parameter"
    assert endpoint.facts["sets_cookie"] is True
    assert endpoint.facts["form"] == endpoint.form == "value"


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("last_viewed_post", "last_viewed_post"),
        ("__Host-session", "session"),
        ("__SECURE-Token", "token"),
        ("Last.Post", "last_post"),
        ("2fa", "cookie_2fa"),
        ("!!!", "cookie_"),
        ("class", "class_"),
    ],
)
def test_a_cookie_has_a_module_that_can_be_imported(name: str, module: str) -> None:
    entry = Macros(load()).spec.complete_entry({"pattern": "cookie-set", "name": name})
    assert json.loads(entry)["slug"] == module
    assert module.isidentifier()


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({}, True),
        (True, True),
        (False, False),
        ({"name": "a"}, True),
        ({"name": "b"}, False),
        ({"name": ["a", "b"]}, True),
        ({"name": ["b"]}, False),
        ({"name": {"matches": "^A"}}, False),
        ({"name": {"matches": "(?i)^A"}}, True),
        ({"name": {"not": "a"}}, False),
        ({"name": {"not": ["b"]}}, True),
        ({"name": {"not": {"matches": "a"}}}, False),
        ({"missing": None}, True),
        ({"missing": {"matches": ""}}, False),
        ({"missing": {"not": None}}, False),
        ({"endpoint.form": "value"}, True),
        ({"endpoint.form": "stream", "name": "a"}, False),
        ({"age": {"matches": "^1$"}}, True),
    ],
)
def test_a_condition_holds_when_every_key_does(when: Any, expected: bool) -> None:
    holds = Macros(load()).conditions.holds
    said = holds(when, {"name": "a", "age": 1, "missing": None}, {"form": "value"})
    assert said == ("yes" if expected else "")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=10)
    | st.dates()
    | st.sampled_from(["json-model", "cookie-set", "cache-control", "GET", "/a", "direct"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.integers() | st.dates(), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = ["name", "method", "path", "body", "response", "status", "headers", "cookies"]


@settings(max_examples=300)
@given(st.sampled_from(KEYS), JSON, st.sampled_from(["options", "whole", "item"]))
def test_a_value_of_any_type_gives_one_line_or_is_accepted(key: str, value: Any, how: str) -> None:
    if how == "item":
        value = [value]
    if how == "options":
        patterns = {"response": "csv", "status": "status-fixed", "headers": "content-language"}
        pattern = patterns.get(key, "cookie-set")
        entry = {"pattern": pattern, "columns": value, "others": value, "max_age": value}
        allowed = {"pattern", *load().patterns[pattern].options}
        entry = {name: given for name, given in entry.items() if name in allowed}
        value = [entry] if key in ("headers", "cookies") else entry
    assert "\n" not in command_says({"endpoints": [GOOD | {"method": "POST", key: value}]})


@given(JSON)
def test_anything_at_all_as_the_endpoints_or_the_application(value: Any) -> None:
    for name in ("endpoints", "application"):
        assert len(command_says({name: value}).splitlines()) <= 1
        assert len(command_says({name: [value]}).splitlines()) <= 1


def test_a_list_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert command_says({"endpoints": [GOOD | {"name": loop}]}).startswith(
        "endpoints[0].name: this value"
    )


@pytest.mark.parametrize("pattern", load().patterns.values(), ids=lambda pattern: pattern.id)
def test_the_catalogue_is_sound(pattern: Any) -> None:
    """Types and defaults fit, refusals name options that exist, and the example is valid."""
    words = load().vocabulary
    assert pattern.family in FAMILIES
    for option in pattern.options.values():
        assert option.type in {"bool", "int", "str", "strings", "fields", *words.shapes}
        assert not option.matches or option.valid
    if pattern.family == "app":
        check({"application": [{"pattern": pattern.id, **pattern.defaults()}]})
    for refusal in pattern.refusals:
        keys = [] if isinstance(refusal.when, bool) else list(refusal.when)
        assert all(key.startswith("endpoint.") or key in pattern.options for key in keys)
        assert refusal.option is None or refusal.option in pattern.options
        assert refusal.because
        assert refusal.instead
    if "cookie" in load().data["patterns"][pattern.id]:
        assert "name" in pattern.options
    if pattern.family != "app":
        check({"endpoints": [parse_line(example(pattern))]})


def test_a_type_has_an_end() -> None:
    """What nobody writes is not read, however it goes on."""
    for written in ("int | " * 1000 + "int", "list[" * 2000 + "str" + "]" * 2000):
        said = command_says({"models": [{"name": "Post", "fields": {"a": written}}]})
        assert said.startswith("models[0].fields.a: ")
        assert "is no field type; use str" in said
