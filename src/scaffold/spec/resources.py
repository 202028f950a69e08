"""Resources: a table, and the endpoints over its rows, said in one line.

    resource /posts Post(title='str(max_length=200)', price=decimal | None) unique(title)

becomes two models, a resource and endpoints, which from then on are like all others. A model of
another resource in a field is answered as a whole, and sent as its id. A data file may hold the
same as a mapping with a `path`:

    resources:
    - {path: /posts, model: Post, fields: {title: str, price: decimal | None}, unique: [title]}
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.catalogue.patterns import Catalogue
from scaffold.errors import InvalidSpec, UsageMistake
from scaffold.spec.check import check
from scaffold.spec.lines import is_resource, parse_line, quoted
from scaffold.spec.models import listed_fields

Answers = dict[str, Any]
Short = Mapping[str, Any]

KEYS = ("path", "name", "model", "fields", "unique", "order", "operations")
PATH = "(/[A-Za-z0-9._~-]+)+"
"""What the path of a resource is like: no parameters, and no slash at its end."""
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
_ITEMS = re.compile(r"(list\[\s*)([A-Z][A-Za-z0-9]*)(\s*\].*)")
"""A list of one model, which is rows of a table of their own."""
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
        if not isinstance(path, str) or not re.fullmatch(PATH, path):
            reason = "the path of a resource has no parameters, and no slash at its end"
            raise self.mistake(reason, SHORT)
        model, fields = self.given.get("model"), self.given.get("fields")
        if not isinstance(fields, Mapping) or not isinstance(name, str):
            raise self.mistake("a model and its fields are needed", SHORT)
        if not isinstance(model, str) or not re.fullmatch(r"[A-Z][A-Za-z0-9]{0,56}", model):
            reason = "the name of a model has a capital first, and letters and digits behind it"
            raise self.mistake(reason, "call it Post or BlogPost")
        if fields.get("id", "int") not in ("int", "uuid"):
            reason = f"{model} has no id of its own"
            raise self.mistake(reason, "give it a field id of type int or uuid")

    @property
    def row(self) -> Short:
        """Return the fields of its model."""
        fields = dict(self.given["fields"])
        return fields if "id" in fields else {"id": "int", **fields}

    def expanded(self, known: "_Known", catalogue: Catalogue) -> Answers:
        """Return the models, the resource and the endpoints."""
        row = self.row
        sent = known.sent({name: type_ for name, type_ in row.items() if name != "id"})
        columns = [name for name, type_ in row.items() if sent.fields.get(name, type_) == type_]
        unique = self.words("unique", [name for name in columns if name != "id"])
        order = self.words("order", columns)
        operations = self.words("operations", list(OPERATIONS)) or list(OPERATIONS)
        refused = bool(unique or known.refers(row))
        words = self._words(row, [name for name in order if name != "id"], refused)
        lines = [OPERATIONS[name].format(**words) for name in OPERATIONS if name in operations]
        endpoints = [{**parse_line(line, catalogue), "data": words["name"]} for line in lines]
        models = [{"name": words["model"], "fields": row}]
        if sent.fields and any(name in operations for name in _WRITES):
            models.append({"name": f"New{words['model']}", "fields": sent.fields})
            models.extend(sent.items)
        resource = {"name": words["name"], "model": words["model"]}
        whole = {**resource, "unique": unique} if unique else resource
        return {"models": models, "resources": [whole], "endpoints": endpoints}

    def _words(self, row: Short, order: Sequence[str], refused: bool) -> dict[str, str]:
        """Return what the lines leave open."""
        path, model = self.given["path"], self.given["model"]
        name = re.sub(r"[^a-z0-9]+", "_", path.rpartition("/")[2].lower()).strip("_")
        name = self.given.get("name") or name
        noun = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", model).lower()
        sorts = ", ".join(f'{field}, "-{field}"' for field in ("id", *order))
        is_flat = not any(_NESTED.match(str(type_)) for type_ in row.values())
        table = f"csv-stream(model={model}, filename='{name.replace('_', '-')}.csv')"
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
            "taken": " errors(409)" if refused else "",
            "or_taken": ", 409" if refused else "",
            "stream": table if is_flat else f"jsonl-stream(model={model})",
        }


_Part = tuple[_Resource, Answers]
"""A model, a resource or an endpoint, and the one that it is of."""


@dataclass(frozen=True)
class _Sent:
    """What is sent for some fields, and the models of the items of their lists."""

    fields: Answers
    items: list[Answers]


@dataclass(frozen=True)
class _Known:
    """What fields lead to.

    Attributes:
        keys: the types of the ids of those models that are rows of a resource.
        models: the fields of all models.
    """

    keys: Mapping[str, str]
    models: Mapping[str, Short]

    @classmethod
    def of(cls, resources: Sequence[_Resource], answers: Answers) -> "_Known":
        """Return what there is in answers, and what becomes of resources beside them."""
        models = {
            one["name"]: one["fields"]
            for one in answers["models"]
            if isinstance(one, Mapping) and isinstance(one.get("fields"), Mapping)
        }
        kept = [str(one.get("model")) for one in answers["resources"] if isinstance(one, Mapping)]
        models |= {one.given["model"]: one.row for one in resources}
        kept += [one.given["model"] for one in resources]
        keys = {name: str(models[name].get("id", "int")) for name in kept if name in models}
        return cls(keys, models)

    def types(self) -> Iterator[Any]:
        """Yield the types of all fields of rows."""
        for name in self.keys:
            yield from self.models[name].values()

    def item_of(self, type_: Any) -> str:
        """Return the model of a list that has rows of its own, which lead to others; or nothing."""
        found = self._item(type_)
        return found[1] if found else ""

    def refers(self, row: Short) -> bool:
        """Say whether rows need rows of another table."""
        return any(self._key(type_) or self._item(type_) for type_ in row.values())

    def sent(self, fields: Short) -> _Sent:
        """Return what is sent: the id of what is in another table, and so in the items of lists."""
        found = _Sent({}, [])
        for name, type_ in fields.items():
            item, key = self._item(type_), self._key(type_)
            if key:
                found.fields[f"{name}Id" if re.search("[a-z][A-Z]", name) else f"{name}_id"] = key
            elif item:
                before, model, behind = item
                found.fields[name] = f"{before}New{model}{behind}"
                inside = self.sent(self.models[model]).fields
                found.items.append({"name": f"New{model}", "fields": inside})
            else:
                found.fields[name] = type_
        return found

    def _key(self, type_: Any) -> str:
        """Return the type of the id of what is in another table, or nothing."""
        words = str(type_).replace(" ", "").split("|")
        named = [word for word in words if word != "None"]
        if len(named) != 1 or named[0] not in self.keys:
            return ""
        return self.keys[named[0]] + (" | None" if "None" in words else "")

    def _item(self, type_: Any) -> tuple[str, str, str] | None:
        """Return a type that is a list of models that have rows of other tables, in parts."""
        found = _ITEMS.fullmatch(str(type_).strip())
        if found is None or found[2] in self.keys or found[2] not in self.models:
            return None
        has_rows = any(map(self._key, self.models[found[2]].values()))
        return (found[1], found[2], found[3]) if has_rows else None


def expanded(
    answers: Answers, lines: Sequence[str], catalogue: Catalogue, project: Short | None = None
) -> Answers:
    """Return answers in which models and endpoints stand for each resource that has a path.

    Args:
        answers: answers of which not everything needs to be well formed.
        lines: lines, by which mistakes in the last of those resources are named.
        catalogue: that of the template.
        project: the answers of the project that these are added to.

    Raises:
        InvalidSpec: one of them cannot be generated.
    """
    given = answers.get("resources")
    if not isinstance(given, list) or not any(map(_is_short, given)):
        return answers
    mine = [line for line in lines if is_resource(line)]
    short: list[_Resource] = []
    for index, one in enumerate(given):
        at = index - len(given) + len(mine)
        where = f"resource line {quoted(mine[at])}" if at >= 0 else f"resources[{index}]"
        if _is_short(one):
            short.append(_Resource(one, where))
            short[-1].check()
    beside = {name: answers.get(name) or [] for name in ("models", "endpoints")}
    beside["resources"] = [one for one in given if not _is_short(one)]
    there = project or {}
    known = {name: [*beside[name], *(there.get(name) or ())] for name in ("models", "resources")}
    kinds = _Known.of(short, known)
    coming = _together((one, one.expanded(kinds, catalogue)) for one in short)
    _check(coming, known, catalogue)
    found: Answers = {}
    for name, items in beside.items():
        new = [one for _, one in coming[name]]
        found[name] = [*items, *(one for one in new if name != "models" or one not in items)]
    return {**answers, **found}


def _is_short(one: Any) -> bool:
    return isinstance(one, Mapping) and "path" in one


def _together(wholes: Iterable[tuple[_Resource, Answers]]) -> dict[str, list[_Part]]:
    """Return what becomes of resources, each part with the first that it is of."""
    found: dict[str, list[_Part]] = {"models": [], "resources": [], "endpoints": []}
    for resource, whole in wholes:
        for name, items in whole.items():
            known = [one for _, one in found[name]]
            new = [one for one in items if name != "models" or one not in known]
            found[name] += [(resource, one) for one in new]
    return found


def _check(coming: Mapping[str, Sequence[_Part]], known: Answers, catalogue: Catalogue) -> None:
    """Check resources together, beside what is known; a mistake names the one that it is in.

    What is wrong with the rest is found when all of it is checked.
    """
    found: Answers = {name: [one for _, one in parts] for name, parts in coming.items()}
    for name, items in known.items():
        names = [one["name"] for one in found[name]]
        found[name] = [*found[name], *(one for one in items if _name(one) not in names)]
    try:
        check(found, catalogue)
    except InvalidSpec as error:
        at = re.match(r"(\w+)\[(\d+)\]\.?(fields\.)?", error.field)
        if at is None or int(at[2]) >= len(coming[at[1]]):
            return
        resource, _ = coming[at[1]][int(at[2])]
        where = f"{resource.where}: {error.field[at.end() :]}"
        raise InvalidSpec("resources", error.reason, error.suggestion, where=where) from error


def _name(one: Any) -> Any:
    return one.get("name") if isinstance(one, Mapping) else None


def with_sent_model(answers: Answers, before: Answers, name: str, new: str) -> Answers:
    """Return answers in which what is sent for rows has changed as what is answered has.

    A model that is sent stays what the command makes of the other one, if it was that.

    Args:
        answers: the answers, in which a model has changed.
        before: the answers before.
        name: the name that the model had.
        new: the name that it has.
    """
    lists = ("models", "resources")
    was, now = (
        _Known.of((), {key: each.get(key) or [] for key in lists}) for each in (before, answers)
    )
    own = ("id",) if name in was.keys else ()
    if not own and not any(was.item_of(type_) == name for type_ in was.types()):
        return answers
    made, makes = (
        known.sent({key: type_ for key, type_ in known.models[it].items() if key not in own}).fields
        for known, it in ((was, name), (now, new))
    )
    models = [
        {**model, "fields": makes}
        if model["name"] == f"New{name}" and model["fields"] == made
        else model
        for model in answers["models"]
    ]
    return {**answers, "models": models}


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
    fields = listed_fields(answers)
    return [(one, fields.get(one["model"])) for one in answers.get("resources") or ()]
