"""The steps without a terminal: what is asked, what fits, and what comes of it."""

import itertools

import pytest

from scaffold.spec.answers import preset_answers, presets
from scaffold.spec.check import check
from scaffold.wizard import compose_endpoints
from scaffold.wizard.bench import Bench
from scaffold.wizard.draft import Draft
from scaffold.wizard.endpoint import (
    alone,
    entry_reasons,
    response_reason,
    settled,
    suggested_model,
    with_entries,
)
from scaffold.wizard.endpoint_steps import ENDPOINT_STEPS, parameter_notes
from scaffold.wizard.journey import State, pasted, started
from scaffold.wizard.project_steps import EndpointsStep, opened_new, whole_problem
from scaffold.wizard.questions import Form, Menu
from scaffold.wizard.resource_step import ResourceStep
from scaffold.wizard.step import DONE
from scaffold.wizard.view import screen
from tests.wizard.conftest import go

ENDPOINT = {"name": "get_post", "method": "GET", "path": "/posts/{post_id:int}"}


def to_step(state: State, name: str) -> State:
    """Return the state at a step, reached with the answers that are there already."""
    for _ in range(20):
        if state.place.step == name:
            return state
        state = go(state, "enter")
        assert not state.message, state.message
    raise AssertionError(name)


def reason_of(state: State, value: str) -> str:
    """Return why an item of the current menu can't be chosen."""
    assert isinstance(state.question, Menu)
    return next(item.reason for item in state.question.items if item.value == value)


def test_enter_alone_composes_an_endpoint(composing: State) -> None:
    state = to_step(composing, "endpoints")
    assert [each["name"] for each in state.draft.endpoints] == ["get_items_item_id"]
    check({"endpoints": list(state.draft.endpoints)})
    assert go(state, "enter").finished


def test_the_parameters_of_a_path_are_recognised(composing: State) -> None:
    state = go(composing, "/a/{b}/{c:uuid}/{d:path}")
    assert isinstance(state.question, Form)
    assert state.question.notes == (
        "b: text without a slash",
        "c: a UUID",
        "d: the rest of the path",
    )
    assert parameter_notes("/a") == []


def test_a_name_follows_method_and_path_until_it_is_given(composing: State) -> None:
    state = go(composing, "/posts", "enter", "post")
    assert state.draft.current["name"] == "post_posts"
    state = to_step(state, "options")
    state = go(state, "write_post")
    while state.place.step != "path":
        state = go(state, "escape")
    state = go(state, "/articles")
    assert state.draft.current["name"] == "write_post"


def test_a_name_is_free(bench: Bench) -> None:
    first = opened_new(bench, Draft()).stored()
    second = opened_new(bench, first)
    assert second.current["name"] == "get_items_item_id_endpoint"
    assert bench.company(second).free_name("GET", "/other") == "get_other"


def test_a_method_that_another_endpoint_answers_is_off(bench: Bench) -> None:
    steps = [step(bench) for step in ENDPOINT_STEPS]
    had = ({**ENDPOINT, "response": "json-model"},)
    state = started(steps, opened_new(bench, Draft(endpoints=had, kept=1)))
    state = go(state, "/posts/{id:int}", "enter")
    assert "is already answered by the endpoint get_post" in reason_of(state, "GET")
    assert reason_of(state, "DELETE") == ""
    assert state.draft.current["method"] == "POST"


def test_what_does_not_fit_is_off_with_the_reason(composing: State) -> None:
    state = to_step(go(composing, "/a", "enter", "get"), "headers")
    assert "use if-match for writes" not in reason_of(state, "etag-conditional")
    assert reason_of(state, "location-created").endswith("add status-fixed")
    state = go(state, "location-created", " ")
    assert "headers" not in state.draft.current
    state = go(state, "escape", "cache-control", " ", "enter")
    assert state.draft.current["headers"] == ["cache-control"]


def test_what_is_picked_and_does_not_fit_any_more_holds_back(bench: Bench) -> None:
    endpoint = {**ENDPOINT, "response": "json-model", "headers": ["location-created"]}
    patterns = bench.catalogue.family("header")
    reasons = entry_reasons(endpoint, "headers", patterns, bench.company(Draft()))
    assert reasons["location-created"]


def test_another_response_drops_what_it_cannot_carry(bench: Bench) -> None:
    endpoint = {
        **ENDPOINT,
        "response": "json-direct",
        "headers": ["content-digest", "cache-control"],
        "body": {"title": "str"},
    }
    kept = settled({**endpoint, "response": "json-model"}, bench.company(Draft()))
    assert kept == {**ENDPOINT, "response": "json-model", "headers": ["cache-control"]}


def test_a_response_that_needs_a_status_brings_it(bench: Bench) -> None:
    endpoint = {"name": "delete_post", "method": "DELETE", "path": "/posts/{post_id:int}"}
    kept = settled({**endpoint, "response": "empty"}, bench.company(Draft()))
    assert kept["status"] == "status-no-content"


@pytest.mark.parametrize(("method", "path"), [("GET", "/a/{b:path}"), ("POST", "/a/b")])
def test_whatever_is_not_off_can_be_generated(bench: Bench, method: str, path: str) -> None:
    """Every response on offer, with its first options, is one that the checks let through."""
    bare = {"name": "a", "method": method, "path": path}
    company = bench.company(Draft())
    for pattern in bench.catalogue.family("response"):
        if response_reason(bare, pattern.id, company):
            continue
        found = alone(settled({**bare, "response": pattern.id}, company), company)
        assert found is None or found.key.startswith("response."), pattern.id


def test_a_pattern_that_is_picked_again_gets_a_name_of_its_own(bench: Bench) -> None:
    endpoint = {**ENDPOINT, "response": "json-model"}
    endpoint = with_entries(endpoint, "cookies", ["cookie-set"] * 3, bench.catalogue)
    assert endpoint["cookies"] == [
        "cookie-set",
        {"pattern": "cookie-set", "name": "visitor_2"},
        {"pattern": "cookie-set", "name": "visitor_3"},
    ]
    assert alone(endpoint, bench.company(Draft())) is None
    fewer = with_entries(endpoint, "cookies", ["cookie-set"], bench.catalogue)
    assert fewer["cookies"] == ["cookie-set"]
    assert "cookies" not in with_entries(endpoint, "cookies", [], bench.catalogue)


def test_an_option_is_checked_as_it_is_typed(composing: State) -> None:
    state = to_step(go(composing, "/a", "enter", "get"), "headers")
    state = go(state, "cache-control", " ", "enter")
    state = to_step(state, "options")
    assert isinstance(state.question, Form)
    at = [field.key for field in state.question.fields].index("headers[0].directives")
    state = go(state, *["down"] * at, "public, private")
    assert isinstance(state.question, Form)
    assert list(state.question.problems) == ["headers[0].directives"]
    assert state.preview.stale
    held = go(state, "home", "enter")
    assert held.place.step == "options"
    assert "public and private contradict each other" in held.message
    state = go(state, "c-u", "no-store")
    assert not state.preview.stale
    assert 'CacheControl("no-store")' in state.preview.text
    state = go(state, "enter")
    entry = {"pattern": "cache-control", "directives": "no-store"}
    assert state.draft.endpoints[0]["headers"] == [entry]


def test_going_back_and_forth_changes_nothing(composing: State) -> None:
    state = to_step(go(composing, "/posts", "enter", "post"), "headers")
    state = to_step(go(state, "cache-control", " ", "enter"), "options")
    there = state.draft
    for _ in range(7):
        state = go(state, "escape")
    assert state.place.step == "path"
    assert to_step(state, "options").draft == there


def test_the_first_step_has_none_before_it(composing: State) -> None:
    state = go(composing, "escape")
    assert state.place == composing.place
    assert "first step" in state.message


def test_a_body_is_asked_for_only_where_there_is_one(composing: State) -> None:
    read = to_step(go(composing, "/a", "enter", "get"), "request")
    assert isinstance(read.question, Form)
    assert list(read.question.values()) == ["query"]
    state = to_step(go(composing, "/a", "enter", "post"), "request")
    state = go(state, "tab", "title: text")
    assert "is no field type" in go(state, "enter").message
    state = go(state, "c-u", "title: str | None")
    assert state.draft.current["body"] == {"title": "str | None"}
    assert "class PostABody(BaseModel):" in state.preview.text
    assert "body" not in go(state, "c-u").draft.current


def test_types_are_those_of_lines(composing: State) -> None:
    state = to_step(go(composing, "/a", "enter", "get"), "request")
    state = go(state, "state: enum(draft, live) | None, n: int(ge=1) = 5, strict: true")
    assert state.draft.current["query"] == {
        "state": "enum(draft, live) | None",
        "n": "int(ge=1) = 5",
        "strict": True,
    }
    assert "GetAQuery" in state.preview.text
    assert "no value fits" in go(state, "c-u", "n: int(ge=5, le=1)", "enter").message
    assert "query" not in to_step(go(state, "c-u"), "endpoints").draft.endpoints[0]


def test_a_model_that_exists_can_be_named(bench: Bench) -> None:
    """One that the project lists, that another endpoint declares, or this one's response."""
    listed = ({"name": "Author", "fields": {"name": "str"}},)
    noted = {"pattern": "json-model", "model": "Note", "fields": {"text": "str"}}
    had = ({**ENDPOINT, "response": noted},)
    steps = [step(bench) for step in ENDPOINT_STEPS]
    state = started(steps, opened_new(bench, Draft(models=listed, endpoints=had, kept=1)))
    state = to_step(go(state, "/posts", "enter", "post"), "request")
    assert isinstance(state.question, Form)
    assert "Or a model: Author, Note, list[Author]." in state.question.fields[1].help
    for given in ("Author", "list[Note]", "Post"):
        named = go(state, "tab", given)
        assert named.draft.current["body"] == given
        assert not named.question.problems  # type: ignore[union-attr]
        assert f"body: {given}" in named.preview.text
    assert "there is no model Nobody" in go(state, "tab", "Nobody", "enter").message
    options = to_step(go(state, "tab", "Author"), "options")
    assert options.draft.current["response"]["model"] == "Post"
    helps = {field.key: field.help for field in options.question.fields}  # type: ignore[union-attr]
    assert "There are Author, Note without fields" in helps["response.model"]


def test_an_endpoint_can_be_changed_and_removed(composing: State) -> None:
    state = to_step(go(composing, "/a", "enter", "get"), "endpoints")
    state = to_step(go(state, "down", "enter", "/b", "enter", "get"), "endpoints")
    assert [each["path"] for each in state.draft.endpoints] == ["/a", "/b"]
    state = to_step(go(state, "get_a", "enter", "/c", "enter", "get"), "endpoints")
    assert [each["path"] for each in state.draft.endpoints] == ["/c", "/b"]
    state = go(state, "get_b", "delete")
    assert [each["path"] for each in state.draft.endpoints] == ["/c"]


def test_endpoints_that_the_project_has_are_left_alone(bench: Bench) -> None:
    steps = [*(step(bench) for step in ENDPOINT_STEPS)]
    steps.append(EndpointsStep(bench, done="Done", about="", following=DONE))
    had = ({**ENDPOINT, "response": "json-model"},)
    state = to_step(started(steps, opened_new(bench, Draft(endpoints=had, kept=1))), "endpoints")
    assert isinstance(state.question, Menu)
    values = [item.value for item in state.question.items]
    assert values == ["write", "add", "resource", "", "1"]
    assert state.draft.endpoints[0] == had[0]


def test_pasted_text_names_no_key(composing: State) -> None:
    state = pasted(composing, "/delete")
    assert state.draft.current["path"] == "/delete"
    state = pasted(go(state, "enter"), "delete")
    assert isinstance(state.question, Menu)
    assert state.question.typed == "delete"


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/posts/{post_id:int}", "Post"),
        ("/categories", "Category"),
        ("/exports/orders.csv", "Order"),
        ("/address", "Address"),
        ("/", ""),
        ("/{id}", ""),
    ],
)
def test_a_model_is_called_after_the_path(path: str, model: str) -> None:
    assert suggested_model(path) == model


@pytest.mark.parametrize(
    "preset",
    [one if one == "store" else pytest.param(one, marks=pytest.mark.full) for one in presets()],
)
def test_the_preview_of_a_stub_is_what_is_written(bench: Bench, preset: str) -> None:
    answers = preset_answers(preset)
    endpoints = tuple(answers["endpoints"])
    draft = Draft(
        folder="service",
        endpoints=endpoints,
        models=tuple(answers.get("models", ())),
        resources=tuple(answers.get("resources", ())),
        application=tuple(answers["application"]),
    )
    files = bench.files(draft, {})
    for at in range(len(endpoints)):
        preview = bench.stub(draft.opened(at))
        assert preview is not None
        assert preview.text == files[preview.title].decode()


def test_every_screen_has_its_size(composing: State) -> None:
    states = [go(composing, *["enter"] * steps) for steps in (0, 1, 2, 5, 6, 7)]
    states.append(go(composing, "/\N{CJK UNIFIED IDEOGRAPH-8AAD}" * 60))
    sizes = itertools.product([20, 60, 80, 99, 100, 200], [5, 12, 24, 60])
    for state, (width, height) in itertools.product(states, sizes):
        lines = screen(state, width, height, "scaffold new")
        assert len(lines) == height, (width, height)
        for line in lines:
            text = "".join(text for _, text in line)
            assert len(text) <= width, (width, height)


def test_a_preview_follows_what_changes(composing: State) -> None:
    state = to_step(go(composing, "/a", "enter", "get"), "headers")
    state = go(state, "cache-control", " ")
    shown = state.preview.text.splitlines()[state.scroll :][:3]
    assert 'cache_control = CacheControl("private, no-cache")' in shown
    assert go(state, "pagedown").scroll > state.scroll
    assert go(state, *["pageup"] * 20).scroll == 0


def test_endpoints_for_a_project_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `scaffold add` without arguments asks for."""
    had = [{**ENDPOINT, "response": "json-model"}]

    def answer(state: State, head: str) -> State:
        assert head == "scaffold add"
        return go(to_step(go(state, "/notes", "enter", "get"), "endpoints"), "enter")

    monkeypatch.setattr("scaffold.wizard.terminal.run", answer)
    note = {"pattern": "json-model", "model": "Note"}
    composed = {"name": "get_notes", "method": "GET", "path": "/notes", "response": note}
    assert compose_endpoints(had) == {"models": [], "resources": [], "endpoints": [composed]}


def test_a_table_comes_with_models_and_endpoints(bench: Bench) -> None:
    """Each edit is taken instead of the one before, and what is not valid is none."""
    steps = [ResourceStep(bench), EndpointsStep(bench, done="", about="", following=DONE)]
    state = started(steps, Draft())
    assert [each["name"] for each in state.draft.table["resources"]] == ["posts"]
    state = go(state, "c-u", "/lines/")
    assert not state.draft.table
    assert "has no parameters" in go(state, "enter").message
    state = go(state, "c-u", "/orders", "tab", "c-u", "Order", "tab", "c-u", "lines=list[Line]")
    assert "there is no model Line" in go(state, "enter").message
    for _ in range(4):
        state = go(state, "tab")
    state = go(go(state, "Line(count=int)"), "enter")
    assert state.place.step == "endpoints"
    draft = state.draft
    assert [each["name"] for each in draft.models] == ["Line", "Order", "NewOrder"]
    assert draft.resources == ({"name": "orders", "model": "Order"},)
    assert len(draft.endpoints) == 7
    check(draft.answers())
    again = go(state, "escape", "c-u", "/orders", "tab", "c-u", "Order", "enter")
    assert "orders is there already" in again.message


def test_endpoints_that_contradict_each_other_hold_back(bench: Bench) -> None:
    """Two that were fine become wrong when a third one, which declared their cookie, goes."""
    endpoints = tuple(
        {
            "name": f"get_{name}",
            "method": "GET",
            "path": f"/{name}",
            "response": "json-model",
            "cookies": [{"pattern": "cookie-delete", "name": "seen", "path": path}],
        }
        for name, path in (("a", "/"), ("b", "/b"))
    )
    assert "is declared with another path" in whole_problem(
        Draft(endpoints=endpoints), bench.catalogue
    )
    assert whole_problem(Draft(endpoints=endpoints[:1]), bench.catalogue) == ""
