"""Models by their names: who names them, and those that endpoints declare beside a name.

An endpoint may say `model: Post, fields: {...}`, which is short; what `models` lists has a
module of its own in `app/models/`. The command always lists the models of new endpoints, so that
one that two endpoints name is one class, and one component of the OpenAPI document.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.catalogue.patterns import Catalogue
from scaffold.errors import InvalidSpec
from scaffold.spec.lines import REQUESTED

Answers = dict[str, Any]
Spec = dict[str, Any]
Change = Callable[[str], str]

_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[\w.:+-]+|\S")
"""The tokens of a type, see `compose/types.jinja`."""
_NAME = re.compile(r"(?!None\Z)[A-Z][A-Za-z0-9]*")


@dataclass(frozen=True)
class Declared:
    """A model that the response of an endpoint declares, or names.

    Attributes:
        endpoint: the name of the endpoint.
        name: that of the model.
        option: the option that names it.
        fields: its fields, or those of the pattern by default.
        entry: the response without fields, which names the model.
        stated: whether the endpoint says the fields itself.
    """

    endpoint: str
    name: str
    option: str
    fields: Mapping[str, str]
    entry: Spec
    stated: bool


def names_in(written: str) -> list[str]:
    """Return the models in a type such as `list[Post]`, each as often as it stands there.

    What stands in parentheses, or behind `=`, are values; an owner's class has a colon.
    """
    return [found[0] for found in _places(written)]


def renamed_in(written: str, old: str, new: str) -> str:
    """Return a type in which a model has another name."""
    for found in reversed(list(_places(written))):
        if found[0] == old:
            written = written[: found.start()] + new + written[found.end() :]
    return written


def _places(written: str) -> Iterator[re.Match[str]]:
    depth = 0
    for token in _TOKEN.finditer(written):
        depth += (token[0] == "(") - (token[0] == ")")
        if depth == 0 and token[0] == "=":
            return
        if depth == 0 and _NAME.fullmatch(token[0]):
            yield token


def named_by_fields(fields: Any) -> set[str]:
    """Return the models that fields name."""
    found: set[str] = set()
    _with_fields(fields, _collector(found))
    return found


def named_by_endpoint(endpoint: Mapping[str, Any], catalogue: Catalogue) -> set[str]:
    """Return the models that an endpoint names."""
    found: set[str] = set()
    _with_types(endpoint, _collector(found), catalogue)
    return found


def listed_fields(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of each model that is listed, by its name."""
    return {model["name"]: model["fields"] for model in answers.get("models") or ()}


def reached(names: Iterable[str], answers: Mapping[str, Any]) -> set[str]:
    """Return those models that are listed, with all that their fields lead to."""
    fields = listed_fields(answers)
    found, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name in fields and name not in found:
            found.add(name)
            waiting.extend(named_by_fields(fields[name]))
    return found


def users(answers: Answers, name: str, catalogue: Catalogue) -> list[str]:
    """Return who names a model, in words such as `the endpoint get_post`."""
    endpoints = [
        f"the endpoint {each['name']}"
        for each in answers["endpoints"]
        if name in named_by_endpoint(each, catalogue)
    ]
    models = [
        f"the model {model['name']}"
        for model in answers.get("models") or ()
        if model["name"] != name and name in named_by_fields(model["fields"])
    ]
    resources = [
        f"the resource {one['name']}"
        for one in answers.get("resources") or ()
        if one["model"] == name
    ]
    return [*endpoints, *resources, *models]


def with_model_renamed(answers: Answers, old: str, new: str, catalogue: Catalogue) -> Answers:
    """Return answers in which a model has another name, wherever it is named."""

    def change(written: str) -> str:
        return renamed_in(written, old, new)

    models = [
        {
            **model,
            "name": new if model["name"] == old else model["name"],
            "fields": _with_fields(model["fields"], change),
        }
        for model in answers.get("models") or ()
    ]
    endpoints = [_with_types(each, change, catalogue) for each in answers["endpoints"]]
    named = {**answers, "models": models, "endpoints": endpoints}
    if "resources" in answers:
        named["resources"] = [
            {**one, "model": new if one["model"] == old else one["model"]}
            for one in answers["resources"]
        ]
    return named


def with_listed(answers: Answers, new: Sequence[str], catalogue: Catalogue) -> Answers:
    """Return answers in which the models of new endpoints are listed.

    An endpoint that declares a listed model in its stub only names it from now on.

    Args:
        answers: answers that are lists, of which not everything needs to be well formed.
        new: the names of the endpoints that are new.
        catalogue: that of the template; the endpoints of an older one keep their models.

    Raises:
        InvalidSpec: two endpoints declare one model with different fields.
    """
    given = list(answers.get("models") or ())
    listed = {model["name"]: model["fields"] for model in given if _is_model(model)}
    known = set(listed)
    declared = list(_declared(answers["endpoints"], catalogue))
    wanted = known | {one.name for one in declared if one.endpoint in new}
    entries: dict[str, Spec] = {}
    for one in declared:
        if one.name in wanted:
            fields = listed.setdefault(one.name, dict(one.fields))
            if one.stated and fields != one.fields:
                raise _differing(one, answers)
            entries[one.endpoint] = one.entry
    if not entries:
        return answers
    endpoints = [_with_response(each, entries) for each in answers["endpoints"]]
    added = [{"name": name, "fields": listed[name]} for name in listed if name not in known]
    return {**answers, "models": [*given, *added], "endpoints": endpoints}


def naming(endpoints: Sequence[Any], listed: Mapping[str, Any], catalogue: Catalogue) -> list[Any]:
    """Return endpoints that only name those models which are listed as they declare them.

    Args:
        endpoints: endpoints, not all of which need to be well formed.
        listed: the fields of each model that is listed, by its name.
        catalogue: the patterns, which declare models by default.
    """
    declared = _declared(endpoints, catalogue)
    entries = {one.endpoint: one.entry for one in declared if listed.get(one.name) == one.fields}
    return [_with_response(each, entries) for each in endpoints]


def _is_model(model: Any) -> bool:
    return isinstance(model, Mapping) and isinstance(model.get("name"), str) and "fields" in model


def _with_response(endpoint: Any, entries: Mapping[str, Spec]) -> Any:
    name = endpoint.get("name") if isinstance(endpoint, Mapping) else None
    return {**endpoint, "response": entries[name]} if name and name in entries else endpoint


def traced(
    error: InvalidSpec, before: Answers, after: Answers, catalogue: Catalogue
) -> InvalidSpec:
    """Return a mistake in a model that an endpoint declares as one in that endpoint.

    Args:
        error: the mistake.
        before: the answers as they were given.
        after: the answers as `with_listed` returns them.
        catalogue: that of the template.
    """
    found = re.match(r"models\[(\d+)\]\.(name|fields)(.*)", error.field)
    if found is None or int(found[1]) < len(before.get("models") or ()):
        return error
    name = after["models"][int(found[1])]["name"]
    one = next(each for each in _declared(before["endpoints"], catalogue) if each.name == name)
    place = f"endpoints[{_index(one, before)}].response"
    option = one.option if found[2] == "name" else "fields"
    return InvalidSpec(f"{place}.{option}{found[3]}", error.reason, error.suggestion)


def declared_by(endpoint: Mapping[str, Any], catalogue: Catalogue) -> str | None:
    """Return the model that the response of an endpoint declares, or names."""
    return next((one.name for one in _declared([endpoint], catalogue)), None)


def by_default(
    endpoints: Iterable[Mapping[str, Any]], answers: Answers, catalogue: Catalogue
) -> set[str]:
    """Return the listed models that patterns of these endpoints have brought, as they brought them.

    Their fields are those of the pattern by default: nobody has chosen them.
    """
    fields = listed_fields(answers)
    declared = _declared(list(endpoints), catalogue)
    return {one.name for one in declared if not one.stated and fields.get(one.name) == one.fields}


def _declared(endpoints: Sequence[Any], catalogue: Catalogue) -> Iterator[Declared]:
    """Yield what endpoints declare; of those that are not well formed, nothing."""
    for endpoint in endpoints:
        given = endpoint.get("response") if isinstance(endpoint, Mapping) else None
        entry = given if isinstance(given, Mapping) else {"pattern": given}
        pattern = catalogue.patterns.get(str(entry.get("pattern")))
        if given is None or not isinstance(endpoint.get("name"), str):
            continue
        options = pattern.options if pattern else {}
        at = next((name for name, option in options.items() if option.type == "model"), None)
        if at and "fields" in options:
            written = entry.get(at, options[at].default)
            found = names_in(written) if isinstance(written, str) else []
            fields = entry.get("fields", options["fields"].default)
            if found and isinstance(fields, Mapping) and fields:
                short = {name: value for name, value in entry.items() if name != "fields"}
                whole = {**short, at: written}
                yield Declared(endpoint["name"], found[0], at, fields, whole, "fields" in entry)


def _collector(found: set[str]) -> Change:
    def see(written: str) -> str:
        found.update(names_in(written))
        return written

    return see


def _with_types(endpoint: Mapping[str, Any], change: Change, catalogue: Catalogue) -> Spec:
    """Return an endpoint in which every type is changed."""
    found = dict(endpoint)
    for place in REQUESTED:
        given = found.get(place)
        if given is not None:
            found[place] = change(given) if isinstance(given, str) else _with_fields(given, change)
    for place in catalogue.vocabulary.places.values():
        given = found.get(place)
        if isinstance(given, list):
            found[place] = [_with_options(each, change, catalogue) for each in given]
        elif given is not None:
            found[place] = _with_options(given, change, catalogue)
    return found


def _with_options(value: Any, change: Change, catalogue: Catalogue) -> Any:
    """Return an entry of a pattern in which every type is changed."""
    entry = value if isinstance(value, Mapping) else {"pattern": value}
    pattern = catalogue.patterns.get(str(entry.get("pattern")))
    changed: Spec = {}
    for name, option in (pattern.options if pattern else {}).items():
        given = entry.get(name, option.default)
        if option.type == "model" and isinstance(given, str):
            changed[name] = change(given)
        elif option.type == "fields":
            changed[name] = _with_fields(given, change)
        if name in changed and changed[name] == given:
            del changed[name]
    return {**entry, **changed} if changed else value


def _with_fields(fields: Any, change: Change) -> Any:
    if not isinstance(fields, Mapping):
        return fields
    return {
        name: change(written) if isinstance(written, str) else written
        for name, written in fields.items()
    }


def _differing(declared: Declared, answers: Answers) -> InvalidSpec:
    return InvalidSpec(
        f"endpoints[{_index(declared, answers)}].response.fields",
        f"there is a model {declared.name} with other fields",
        "leave the fields out here, or give the model another name",
    )


def _index(declared: Declared, answers: Answers) -> int:
    """Return the number of the endpoint that declares a model."""
    named = (isinstance(each, Mapping) and each.get("name") for each in answers["endpoints"])
    return list(named).index(declared.endpoint)
