"""The steps that compose one endpoint, in the order in which they are asked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from scaffold.catalogue.patterns import Option, Pattern
from scaffold.errors import InvalidSpec
from scaffold.spec.lines import REQUESTED
from scaffold.wizard import fields
from scaffold.wizard.bench import Preview
from scaffold.wizard.draft import Draft
from scaffold.wizard.endpoint import (
    Problem,
    alone,
    as_entry,
    entry_reasons,
    options,
    pattern_id,
    reason,
    response_reason,
    settled,
    suggested_model,
    with_entries,
)
from scaffold.wizard.questions import Field, Form, Item, Menu, Question
from scaffold.wizard.step import Step, chosen

CONVERTORS = {
    "str": "text without a slash",
    "int": "a whole number",
    "float": "a number",
    "uuid": "a UUID",
    "path": "the rest of the path",
}
METHODS = {
    "GET": ("read something", "Changes nothing. Caches may keep the answer."),
    "POST": ("create or do something", "Twice is not the same as once; it carries a body."),
    "PUT": (
        "create or replace what the path names",
        "Twice is the same as once; it carries a body.",
    ),
    "PATCH": ("change a part of what the path names", "It carries a body."),
    "DELETE": ("remove what the path names", "Twice is the same as once; it carries no body."),
}
"""What each method is for, and what it promises (RFC 9110 section 9)."""
PLACES = (
    ("query", "Query", "q: str | None, limit: int = 20"),
    ("body", "Body", "title: str, price: decimal | None"),
)
"""What a request may carry: the key of the endpoint, its label, and an example."""
USUAL = "usual"
"""The choice of no status pattern."""


class EndpointStep(Step):
    """A step about the endpoint that is being composed; its stub is the preview."""

    following: ClassVar[str]

    def after(self, draft: Draft, question: Question) -> str:
        """Return the step that follows."""
        return self.following

    def preview(self, draft: Draft, question: Question) -> Preview | None:
        """Return the stub as it would be written."""
        return self.bench.stub(draft)

    def changed(self, draft: Draft, **parts: Any) -> Draft:
        """Return the draft with parts of its endpoint changed, and what no longer fits dropped."""
        endpoint = {**draft.current, **parts}
        return replace(draft, current=settled(endpoint, self.bench.company(draft)))


class PathStep(EndpointStep):
    """Ask for the path, and show the parameters in it."""

    name = "path"
    crumb = "path"
    following = "method"

    def ask(self, draft: Draft) -> Form:
        """Return a form of one field."""
        field = Field("path", "Path", draft.current["path"], self._help())
        return self.renewed(draft, Form("Which path does it answer?", (field,)))

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with the path, and with the name that follows from it."""
        assert isinstance(question, Form)
        return self._named(draft, draft.current["method"], question.values()["path"])

    def renewed(self, draft: Draft, question: Question) -> Form:
        """Return the form with what is wrong with the path, or with its parameters."""
        assert isinstance(question, Form)
        path = question.values()["path"]
        problem = self._problem(path)
        if problem:
            return replace(question, problems={"path": problem}, notes=())
        return replace(question, problems={}, notes=tuple(parameter_notes(path)))

    def _problem(self, path: str) -> str:
        try:
            self.bench.checker.path(path)
        except InvalidSpec as error:
            return str(error).removeprefix("path: ")
        return ""

    def _help(self) -> str:
        return "Start with a slash. {name} takes part of the path, {name:int} only a whole number."

    def _named(self, draft: Draft, method: str, path: str) -> Draft:
        """Return the draft with a method and a path; a name that was derived follows them."""
        company = self.bench.company(draft)
        now = draft.current
        derived = now["name"] == company.free_name(now["method"], now["path"])
        name = company.free_name(method, path) if derived else now["name"]
        if self._problem(path):
            return replace(draft, current={**now, "path": path, "name": name})
        return self.changed(draft, name=name, method=method, path=path)


def parameter_notes(path: str) -> list[str]:
    """Return a line for each parameter of a valid path."""
    found = [part.partition(":") for part in path.replace("}", "{").split("{")[1::2]]
    return [f"{name}: {CONVERTORS[type_ or 'str']}" for name, _, type_ in found]


class MethodStep(PathStep):
    """Ask for the method; one that another endpoint answers on this path can't be chosen."""

    name = "method"
    crumb = "method"
    following = "response"

    def ask(self, draft: Draft) -> Menu:  # type: ignore[override]
        """Return a menu of the methods."""
        methods = self.bench.catalogue.vocabulary.methods
        items = tuple(Item(each, each, *METHODS[each]) for each in methods)
        items = tuple(replace(item, reason=self._taken(draft, item.value)) for item in items)
        free = [item.value for item in items if not item.reason]
        now = draft.current["method"]
        menu = Menu("Which method?", items)
        return menu.at_value(now if now in free or not free else free[0])

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with the method, and with the name that follows from it."""
        return self._named(draft, chosen(question), draft.current["path"])

    def renewed(self, draft: Draft, question: Question) -> Question:  # type: ignore[override]
        """Return the menu as it is."""
        return question

    def _taken(self, draft: Draft, method: str) -> str:
        endpoint = {**self._named(draft, method, draft.current["path"]).current}
        found = self.bench.company(draft).problem(endpoint)
        return found.text if found and found.key == "path" else ""


class PatternStep(EndpointStep):
    """A step that offers the patterns of one family."""

    def item(self, pattern: Pattern, why: str) -> Item:
        """Return a pattern as an item; the reason stands where its summary would."""
        help_ = f"{pattern.summary} ({pattern.standard})" if pattern.standard else pattern.summary
        return Item(pattern.id, pattern.id, pattern.title, help_, why, bool(pattern.repeatable))


class ResponseStep(PatternStep):
    """Ask for the response pattern."""

    name = "response"
    crumb = "response"
    following = "request"

    def ask(self, draft: Draft) -> Menu:
        """Return a menu of the response patterns."""
        company = self.bench.company(draft)
        items = tuple(
            self.item(pattern, response_reason(draft.current, pattern.id, company))
            for pattern in self.bench.catalogue.family("response")
        )
        now = pattern_id(draft.current["response"])
        return Menu("What does it answer with?", items).at_value(now)

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with the response; its model is called after the path."""
        picked = chosen(question) or pattern_id(draft.current["response"])
        now = draft.current["response"]
        response = now if pattern_id(now) == picked else picked
        draft = self.changed(draft, response=response)
        option = self.bench.catalogue.patterns[picked].options.get("model")
        if option is None or option.type != "model" or "model" in options(response):
            return draft
        model = suggested_model(draft.current["path"])
        tried = {**draft.current, "response": {"pattern": picked, "model": model}}
        found = alone(tried, self.bench.company(draft))
        return draft if found and found.key == "response.model" else replace(draft, current=tried)


class RequestStep(EndpointStep):
    """Ask for the fields of the query, and of the body where the method carries one."""

    name = "request"
    crumb = "request"
    following = "status"

    def applies(self, draft: Draft) -> bool:
        """Say whether there is a part of the request that the response does not take itself."""
        return bool(self._places(draft))

    def ask(self, draft: Draft) -> Form:
        """Return a form of one field for each part."""
        types = ", ".join(self.bench.catalogue.vocabulary.field_types)
        models = [model["name"] for model in self.bench.company(draft).models]
        named = f" Or a model: {', '.join(models[:3])}, list[{models[0]}]." if models else ""
        form = Form("What does the request carry?", ())
        for place, label, example in self._places(draft):
            help_ = f"Such as {example}.{named if place == 'body' else ''} Nothing means none. "
            help_ += f"Types: {types}, list[...], enum(...)."
            text = fields.requested_text(draft.current.get(place))
            form = replace(form, fields=(*form.fields, Field(place, label, text, help_)))
        return self.renewed(draft, form)

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with what the request carries."""
        assert isinstance(question, Form)
        current = dict(draft.current)
        for place, text in question.values().items():
            current.pop(place, None)
            if text.strip():
                current[place] = fields.parsed_requested(text.strip(), place)
        return replace(draft, current=current)

    def renewed(self, draft: Draft, question: Question) -> Form:
        """Return the form with what is wrong with the fields."""
        assert isinstance(question, Form)
        found = alone(self.take(draft, question).current, self.bench.company(draft))
        place = found.key.partition(".")[0] if found else ""
        wrong = found is not None and place in question.values()
        return replace(question, problems={place: found.text} if found and wrong else {})

    def _places(self, draft: Draft) -> list[tuple[str, str, str]]:
        """Return the parts that this request may have: the place, how it is called, an example."""
        company = self.bench.company(draft)
        bare = {key: value for key, value in draft.current.items() if key not in REQUESTED}
        bodied = bare["method"] in self.bench.catalogue.vocabulary.body_methods
        asked = PLACES if bodied else PLACES[:1]
        return [
            part for part in asked if not reason({**bare, part[0]: {"q": "str"}}, part[0], company)
        ]


class StatusStep(PatternStep):
    """Ask for the status pattern."""

    name = "status"
    crumb = "status"
    following = "headers"

    def ask(self, draft: Draft) -> Menu:
        """Return a menu of the status patterns, and of none."""
        company = self.bench.company(draft)
        endpoint = {key: value for key, value in draft.current.items() if key != "status"}
        usual = Item(
            USUAL,
            "as usual",
            "200, or what the response pattern says itself",
            "Add no status pattern: FastAPI or the response pattern decides.",
            reason(endpoint, "response", company),
        )
        items = tuple(
            self.item(pattern, reason({**endpoint, "status": pattern.id}, "status", company))
            for pattern in self.bench.catalogue.family("status")
        )
        now = draft.current.get("status")
        menu = Menu("Which status?", (usual, *items))
        return menu.at_value(pattern_id(now) if now is not None else USUAL)

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with the status, or without one."""
        picked = chosen(question) or USUAL
        now = draft.current.get("status")
        if picked == (pattern_id(now) if now is not None else USUAL):
            return draft
        return self.changed(draft, status=None if picked == USUAL else picked)


class EntriesStep(PatternStep):
    """Ask for any number of patterns of one family."""

    place: ClassVar[str]
    family: ClassVar[str]
    question: ClassVar[str]

    def ask(self, draft: Draft) -> Menu:
        """Return a menu to pick from."""
        items = tuple(self.item(each, "") for each in self.bench.catalogue.family(self.family))
        picked = tuple(pattern_id(entry) for entry in draft.current.get(self.place) or ())
        menu = Menu(self.question, items, picked=picked)
        return self.renewed(draft, menu).moved(0)

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with what is picked."""
        assert isinstance(question, Menu)
        picked = question.picked or ()
        endpoint = with_entries(draft.current, self.place, picked, self.bench.catalogue)
        return replace(draft, current=endpoint)

    def renewed(self, draft: Draft, question: Question) -> Menu:
        """Return the menu with the reasons of what can't be picked now."""
        assert isinstance(question, Menu)
        patterns = self.bench.catalogue.family(self.family)
        endpoint = self.take(draft, question).current
        reasons = entry_reasons(endpoint, self.place, patterns, self.bench.company(draft))
        items = tuple(replace(item, reason=reasons[item.value]) for item in question.items)
        return replace(question, items=items)


class HeadersStep(EntriesStep):
    """Ask for the headers."""

    name = crumb = place = "headers"
    family = "header"
    following = "cookies"
    question = "Which headers?"


class CookiesStep(EntriesStep):
    """Ask for the cookies."""

    name = crumb = place = "cookies"
    family = "cookie"
    following = "options"
    question = "Which cookies?"


class OptionsStep(EndpointStep):
    """Ask for the endpoint's name and all options of its patterns, on one page."""

    name = "options"
    crumb = "options"
    following = "endpoints"

    def ask(self, draft: Draft) -> Form:
        """Return a form of every option, with its default."""
        help_ = "The function, the module and the operation in OpenAPI are called so."
        name = Field("name", "name", draft.current["name"], help_, "endpoint")
        entries = [(key, self._entry(draft, key)) for key in entry_keys(draft.current)]
        models = [model["name"] for model in self.bench.company(draft).models]
        found = [
            name,
            *(field for key, entry in entries for field in entry_fields(key, entry, models)),
        ]
        return self.renewed(draft, Form("Which options? The defaults suit most.", tuple(found)))

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with the options that are not the defaults."""
        assert isinstance(question, Form)
        values = question.values()
        endpoint = {**draft.current, "name": values["name"].strip()}
        for key in entry_keys(draft.current):
            put_entry(endpoint, key, self._taken(draft, key, values))
        return replace(draft, current=endpoint)

    def renewed(self, draft: Draft, question: Question) -> Form:
        """Return the form with what is wrong, at the field that it concerns."""
        assert isinstance(question, Form)
        found = self.bench.company(draft).problem(self.take(draft, question).current)
        return replace(question, problems=placed(found, question) if found else {})

    def stored(self, draft: Draft) -> Draft:
        """Return the draft with the endpoint among the complete ones."""
        return draft.stored()

    def after(self, draft: Draft, question: Question) -> str:
        """Return the list of endpoints."""
        return "endpoints"

    def _entry(self, draft: Draft, key: str) -> tuple[Pattern, dict[str, Any], list[str]]:
        """Return an entry's pattern, what it gives, and the ways that it can take."""
        raw = get_entry(draft.current, key)
        pattern = self.bench.catalogue.patterns[pattern_id(raw)]
        given = options(raw)
        if pattern.family not in ("header", "cookie"):
            return pattern, given, []
        form = self.bench.catalogue.patterns[pattern_id(draft.current["response"])].form or ""
        return pattern, given, self.bench.checker.vias(raw, form)

    def _taken(self, draft: Draft, key: str, values: dict[str, str]) -> Any:
        pattern, _, vias = self._entry(draft, key)
        given = {
            name: fields.parsed(option, values[f"{key}.{name}"])
            for name, option in pattern.options.items()
        }
        via = values.get(f"{key}.via", vias[0] if vias else "")
        return as_entry(pattern, {**given, **({"via": via} if via and via != vias[0] else {})})


def entry_keys(endpoint: dict[str, Any]) -> list[str]:
    """Return the places of the patterns of an endpoint, such as `headers[0]`."""
    single = [key for key in ("response", "status") if endpoint.get(key) is not None]
    lists = [
        f"{place}[{at}]"
        for place in ("headers", "cookies")
        for at in range(len(endpoint.get(place) or ()))
    ]
    return [*single, *lists]


def get_entry(endpoint: dict[str, Any], key: str) -> Any:
    """Return the entry at a place."""
    place, _, index = key.rstrip("]").partition("[")
    return endpoint[place][int(index)] if index else endpoint[place]


def put_entry(endpoint: dict[str, Any], key: str, entry: Any) -> None:
    """Set the entry at a place; the lists of the endpoint are replaced, not changed."""
    place, _, index = key.rstrip("]").partition("[")
    if not index:
        endpoint[place] = entry
        return
    entries = list(endpoint[place])
    entries[int(index)] = entry
    endpoint[place] = entries


def entry_fields(
    key: str, entry: tuple[Pattern, dict[str, Any], list[str]], models: Sequence[str]
) -> list[Field]:
    """Return the fields of an entry: its options, and `via` where there is a choice.

    Args:
        key: its place.
        entry: its pattern, what it gives, and the ways that it can take.
        models: those that it can name.
    """
    pattern, given, vias = entry
    name_option = pattern.repeatable
    group = f"{pattern.id}: {given[name_option]}" if name_option in given else pattern.id
    found = [
        option_field(f"{key}.{name}", option, given.get(name, option.default), group, models)
        for name, option in pattern.options.items()
    ]
    if len(vias) > 1:
        help_ = "how it gets onto the answer; the first choice is the usual one"
        via = given.get("via", vias[0])
        found.append(Field(f"{key}.via", "via", via, help_, group, tuple(vias)))
    return found


def option_field(
    key: str, option: Option, value: Any, group: str, models: Sequence[str] = ()
) -> Field:
    """Return an option as a field; one that names a model says which there are."""
    text = fields.shown(option, value)
    few = fields.choices(option)
    any_of = f" Any of {', '.join(map(str, option.choices))}." if option.choices and not few else ""
    if option.type == "model" and models:
        any_of = f" There are {', '.join(models)} without fields of their own."
    help_ = f"{option.help[:1].upper()}{option.help[1:]}.{any_of}"
    return Field(key, option.name, text, help_, group, few)


def placed(problem: Problem, form: Form) -> dict[str, str]:
    """Return a problem under the key of the field that it is about, or else of the nearest."""
    keys = [field.key for field in form.fields]
    exact = [
        key for key in keys if problem.key == key or problem.key.startswith((f"{key}.", f"{key}["))
    ]
    entry = [key for key in keys if problem.key and key.startswith(f"{problem.key}.")]
    return {[*exact, *entry, keys[0] if keys else ""][0]: problem.text}


ENDPOINT_STEPS = (
    PathStep,
    MethodStep,
    ResponseStep,
    RequestStep,
    StatusStep,
    HeadersStep,
    CookiesStep,
    OptionsStep,
)
