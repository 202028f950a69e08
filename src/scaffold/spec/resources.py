"""Resources: a table, and the endpoints over its rows, said in one line.

    resource /posts Post(title='str(max_length=200)', price=decimal | None) unique(title)

becomes two models, a resource and endpoints, which from then on are like all others. A data file
may hold the same as a mapping with a `path`:

    resources:
    - {path: /posts, model: Post, fields: {title: str, price: decimal | None}, unique: [title]}
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.catalogue.patterns import Catalogue
from scaffold.errors import InvalidSpec, UsageMistake
from scaffold.spec.check import check
from scaffold.spec.lines import parse_line, quoted

Answers = dict[str, Any]
Short = Mapping[str, Any]

KEYS = ("path", "name", "model", "fields", "unique", "order", "operations")
SHORT = "write {path: /posts, model: Post, fields: {title: str}}"

OPERATIONS = {
    "list": "GET {path}{query} {many} link-pagination as list_{name}",
    "read": "GET {one} errors(404) {answer} etag-conditional as get_{noun}",
    "create": "POST {path} {body}{taken} {answer} status-fixed {location} as create_{noun}",
    "replace": "PUT {one} errors(404{or_taken}) {body} {answer} if-match as replace_{noun}",
    "change": "PATCH {one} errors(404{or_taken}) {body} {answer} if-match as change_{noun}",
    "delete": "DELETE {one} errors(404) status-no-content as delete_{noun}",
    "export": "GET {path}/export {stream} as export_{name}",
}
"""The endpoint of each operation, as a line."""

_WRITES = ("create", "replace", "change")
_NESTED = re.compile(r"\s*(list|dict|any|[A-Z]|[a-z_][a-z0-9_.]*:)")
"""How types begin of which no cell of a table holds a value."""


@dataclass(frozen=True)
class _Resource:
    """One of them, and how messages call its place."""

    given: Short
    where: str

    def mistake(self, reason: str, suggestion: str) -> InvalidSpec:
        return InvalidSpec("resources", reason, suggestion, where=self.where)

    def words(self, key: str, valid: Sequence[str]) -> list[str]:
        """Return a list of words among some that are valid; nothing where the key is missing."""
        found = self.given.get(key) or []
        if not isinstance(found, list):
            raise self.mistake(f"{key} is a list", f"choose among {', '.join(valid)}")
        for word in found:
            if word not in valid:
                reason = f"there is no {word} for {key} to name"
                raise self.mistake(reason, f"choose among {', '.join(valid)}")
        return found

    def check(self) -> None:
        """Check what the rest takes for granted."""
        for key in self.given:
            if key not in KEYS:
                reason = f"there is no {key} of a resource"
                raise self.mistake(reason, f"it has {', '.join(KEYS)}")
        path, name = self.given["path"], self.given.get("name", "")
        if not isinstance(path, str) or not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", path):
            reason = "the path of a resource has no parameters, and no slash at its end"
            raise self.mistake(reason, SHORT)
        model, fields = self.given.get("model"), self.given.get("fields")
        if not isinstance(fields, Mapping) or not isinstance(name, str):
            raise self.mistake("a model and its fields are needed", SHORT)
        if not isinstance(model, str) or not re.fullmatch(r"[A-Z][A-Za-z0-9]{0,56}", model):
            reason = "the name of a model has a capital first, and letters and digits behind it"
            raise self.mistake(reason, "call it Post or BlogPost")

    def expanded(self, catalogue: Catalogue) -> Answers:
        """Return the models, the resource and the endpoints."""
        fields = dict(self.given["fields"])
        row = fields if "id" in fields else {"id": "int", **fields}
        sent = {name: type_ for name, type_ in row.items() if name != "id"}
        unique = self.words("unique", list(sent))
        order = self.words("order", list(row))
        operations = self.words("operations", list(OPERATIONS)) or list(OPERATIONS)
        words = self._words(row, [name for name in order if name != "id"], bool(unique))
        lines = [OPERATIONS[name].format(**words) for name in OPERATIONS if name in operations]
        endpoints = [{**parse_line(line, catalogue), "data": words["name"]} for line in lines]
        models = [{"name": words["model"], "fields": row}]
        if sent and any(name in operations for name in _WRITES):
            models.append({"name": f"New{words['model']}", "fields": sent})
        resource = {"name": words["name"], "model": words["model"]}
        known = {**resource, "unique": unique} if unique else resource
        return {"models": models, "resources": [known], "endpoints": endpoints}

    def _words(self, row: Short, order: Sequence[str], is_unique: bool) -> dict[str, str]:
        """Return what the lines leave open."""
        path, model = self.given["path"], self.given["model"]
        name = re.sub(r"[^a-z0-9]+", "_", path.rpartition("/")[2].lower()).strip("_")
        name = self.given.get("name") or name
        noun = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", model).lower()
        sorts = ", ".join(f'{field}, "-{field}"' for field in ("id", *order))
        is_flat = not any(_NESTED.match(str(type_)) for type_ in row.values())
        table = f"csv-stream(model={model}, filename={name.replace('_', '-')}.csv)"
        return {
            "path": path,
            "one": f"{path}/{{{noun}_id:{row['id']}}}",
            "location": f"location-created(location='{path}/{{{noun}_id}}')",
            "many": f"json-model(model=list[{model}])",
            "answer": f"json-model(model={model})",
            "body": f"body(New{model})",
            "name": name,
            "model": model,
            "noun": noun,
            "query": f" query(sort='enum({sorts}) = id')" if order else "",
            "taken": " errors(409)" if is_unique else "",
            "or_taken": ", 409" if is_unique else "",
            "stream": table if is_flat else f"jsonl-stream(model={model})",
        }


def expanded(answers: Answers, lines: Sequence[str], catalogue: Catalogue) -> Answers:
    """Return answers in which models and endpoints stand for each resource that has a path.

    Args:
        answers: answers of which not everything needs to be well formed.
        lines: the last of those resources as lines, by which their mistakes are named.
        catalogue: that of the template.

    Raises:
        InvalidSpec: one of them cannot be generated.
    """
    given = answers.get("resources")
    if not isinstance(given, list) or not any(map(_is_short, given)):
        return answers
    found = {name: answers.get(name) or [] for name in ("models", "endpoints")}
    found["resources"] = []
    for index, one in enumerate(given):
        at = index - len(given) + len(lines)
        where = f"resource line {quoted(lines[at])}" if at >= 0 else f"resources[{index}]"
        whole = {"resources": [one]}
        if _is_short(one):
            whole = _checked(_Resource(one, where), found["models"], catalogue)
        found = {name: [*items, *whole.get(name, ())] for name, items in found.items()}
    return {**answers, **found}


def _is_short(one: Any) -> bool:
    return isinstance(one, Mapping) and "path" in one


def _checked(resource: _Resource, models: Any, catalogue: Catalogue) -> Answers:
    """Return one that is valid beside some models."""
    resource.check()
    whole = resource.expanded(catalogue)
    others = [one for one in models if one not in whole["models"]]
    try:
        check({**whole, "models": [*whole["models"], *others]}, catalogue)
    except InvalidSpec as error:
        inside = re.sub(r"^\w+\[\d+\]\.(fields\.)?", "", error.field)
        where = f"{resource.where}: {inside}"
        raise InvalidSpec("resources", error.reason, error.suggestion, where=where) from error
    return whole


def with_resources(answers: Answers, added: Sequence[Short]) -> Answers:
    """Return answers with more resources; one that is there already stays.

    Raises:
        UsageMistake: there is another one of that name.
    """
    found = list(answers.get("resources") or ())
    for one in added:
        same = [other for other in found if other.get("name") == one.get("name")]
        if not same:
            found.append(one)
        elif same[0] != one:
            name = one["name"]
            raise UsageMistake(f"there is a resource {name} already", "call the new one otherwise")
    return {**answers, "resources": found} if found else answers


def without_idle(answers: Answers) -> Answers:
    """Return answers without the resources that no endpoint asks anything of."""
    used = [each.get("data") for each in answers["endpoints"]]
    kept = [one for one in answers.get("resources") or () if one["name"] in used]
    rest = {name: value for name, value in answers.items() if name != "resources"}
    return {**rest, "resources": kept} if kept else rest


def endpoints_of(answers: Answers, names: Sequence[str]) -> list[str]:
    """Return names of endpoints, in which the name of a resource stands for all of its own."""
    resources = [one["name"] for one in answers.get("resources") or ()]
    found: list[str] = []
    for name in names:
        mine = [each["name"] for each in answers["endpoints"] if each.get("data") == name]
        found += mine if name in resources else [name]
    return list(dict.fromkeys(found))


def tables(answers: Mapping[str, Any]) -> list[tuple[Short, Any]]:
    """Return the resources, each with the fields of its model."""
    fields = {model["name"]: model["fields"] for model in answers.get("models") or ()}
    return [(one, fields.get(one["model"])) for one in answers.get("resources") or ()]
