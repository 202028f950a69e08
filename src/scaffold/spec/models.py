"""Models that endpoints declare beside their names, listed where every endpoint can name them.

An endpoint may say `model: Post, fields: {...}`, which is short; what `models` lists has a
module of its own in `app/models/`. The command always lists the models of new endpoints, so that
one that two endpoints name is one class, and one component of the OpenAPI document.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.catalogue.patterns import Catalogue
from scaffold.errors import InvalidSpec

Answers = dict[str, Any]
Spec = dict[str, Any]

_NAME = re.compile(r"(?<![\w:.])[A-Z][A-Za-z0-9]*(?![\w:])")
"""The name of a model in a type such as `list[Post]`; that of an owner's class has a colon."""


@dataclass(frozen=True)
class Declared:
    """A model that the response of an endpoint declares.

    Attributes:
        endpoint: the name of the endpoint.
        name: that of the model.
        fields: its fields, or those of the pattern by default.
        entry: the response without fields, which names the model.
        stated: whether the endpoint says the fields itself.
    """

    endpoint: str
    name: str
    fields: Mapping[str, str]
    entry: Spec
    stated: bool


def with_listed(answers: Answers, new: Sequence[str], catalogue: Catalogue) -> Answers:
    """Return answers in which the models of new endpoints are listed.

    Args:
        answers: answers that are well formed.
        new: the names of the endpoints that are new.
        catalogue: that of the template; the endpoints of an older one keep their models.

    Raises:
        InvalidSpec: two endpoints declare one model with different fields.
    """
    listed = {model["name"]: model["fields"] for model in answers.get("models") or ()}
    declared = list(_declared(answers["endpoints"], catalogue))
    wanted = {one.name for one in declared if one.endpoint in new}
    entries: dict[str, Spec] = {}
    for one in declared:
        if one.name in wanted:
            known = listed.setdefault(one.name, dict(one.fields))
            if one.stated and known != one.fields:
                raise _differing(one, answers)
            entries[one.endpoint] = one.entry
    if not entries:
        return answers
    endpoints = [
        {**each, "response": entries[each["name"]]} if each["name"] in entries else each
        for each in answers["endpoints"]
    ]
    models = [{"name": name, "fields": fields} for name, fields in listed.items()]
    return {**answers, "models": models, "endpoints": endpoints}


def _declared(endpoints: Sequence[Spec], catalogue: Catalogue) -> Iterator[Declared]:
    for endpoint in endpoints:
        given = endpoint.get("response")
        entry = {"pattern": given} if isinstance(given, str) else given
        pattern = catalogue.patterns.get(entry["pattern"]) if entry else None
        options = pattern.options if pattern else {}
        at = next((name for name, option in options.items() if option.type == "model"), None)
        if entry and at and "fields" in options:
            written = entry.get(at, options[at].default)
            found = _NAME.search(written or "")
            fields = entry.get("fields", options["fields"].default)
            if found and fields:
                short = {name: value for name, value in entry.items() if name != "fields"}
                whole = {**short, at: written}
                yield Declared(endpoint["name"], found[0], fields, whole, "fields" in entry)


def _differing(declared: Declared, answers: Answers) -> InvalidSpec:
    names = [endpoint["name"] for endpoint in answers["endpoints"]]
    return InvalidSpec(
        f"endpoints[{names.index(declared.endpoint)}].response.fields",
        f"there is a model {declared.name} with other fields",
        "leave the fields out here, or give the model another name",
    )
