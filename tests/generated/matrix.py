"""Endpoint lists that put every pattern beside every other one it may stand with."""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, wraps
from itertools import combinations, count, product
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from filelock import FileLock

from scaffold.catalogue.patterns import Pattern, documents_of, load, template_root
from scaffold.errors import InvalidSpec
from scaffold.spec.check import NEW, Checker

Spec = dict[str, Any]
Pair = tuple[str, str]

# Some headers belong to writing requests only, one to what was created, and some to a body.
REQUESTS: list[tuple[str, Spec]] = [
    ("GET", {}),
    ("POST", {}),
    ("POST", {"status": "status-fixed"}),
    ("POST", {"body": {"title": "str"}}),
    ("PATCH", {"body": {"title": "str"}}),
]

# A response of each form, on which headers and cookies meet.
HOSTS = ("json-model", "json-direct", "csv-stream")

MOST = 4
"""How many headers, and how many cookies, share an endpoint with each other."""


def endpoint(name: str, response: Any, method: str = "GET", **rest: Any) -> Spec:
    """Return a spec; an answer without content gets the status that it needs."""
    example = load().patterns[_mapping(response)["pattern"]].example
    path = _path(example.get("path", "/"), name)
    spec = {"name": name, "method": method, "path": path, "response": response, **rest}
    if response == "empty":
        spec["status"] = "status-no-content"
    return spec


def _path(example: str, name: str) -> str:
    """Return the path of an example, with a name for its last literal part."""
    literal, brace, parameters = example.partition("/{")
    return f"{literal.rpartition('/')[0]}/{name}{brace}{parameters}"


def _mapping(entry: Any) -> Spec:
    return {"pattern": entry} if isinstance(entry, str) else dict(entry)


def is_valid(spec: Spec, *application: str) -> bool:
    """Say whether the rules of the catalogue accept the endpoint, with what is around it."""
    try:
        _checker(application).endpoints([spec], NEW)
    except InvalidSpec:
        return False
    return True


def once(make: Callable[[], tuple[Spec, ...]]) -> Callable[[], tuple[Spec, ...]]:
    """Let the processes of a test run share what takes long to find, as they share templates."""

    @wraps(make)
    def made() -> tuple[Spec, ...]:
        if "COMPILED_TEMPLATES" not in os.environ:
            return make()
        file = Path(os.environ["COMPILED_TEMPLATES"], f"{make.__name__}.json")
        with FileLock(f"{file}.lock"):
            if not file.exists():
                file.write_text(json.dumps(make()), encoding="utf-8")
        return tuple(json.loads(file.read_text(encoding="utf-8")))

    return cache(made)


@cache
def _checker(application: tuple[str, ...]) -> Checker:
    return Checker(list(application))


@once
def pairs() -> tuple[Spec, ...]:
    """Return an endpoint for each valid pair of patterns, by each `via`.

    A header and a cookie meet on one response of each form, each by its default `via`.
    """
    catalogue = load()
    names = map("pair_{}".format, count())
    found: list[Spec] = []
    for response in catalogue.family("response"):
        for entry in (*_all_entries("header"), *_all_entries("cookie")):
            found += _first_valid(next(names), response.id, entry)
        for status in catalogue.family("status"):
            found += _with_status(next(names), response.id, status.id)
    for response_id in HOSTS:
        for header in _by_default("header"):
            for cookie in _by_default("cookie"):
                found += _first_valid(next(names), response_id, header, cookie)
    return tuple(found)


@once
def ways() -> tuple[Spec, ...]:
    """Return some of the pairs: each header and cookie, by each `via`, on a response of each form.

    Where it is for others, it is on the response of its example.
    """
    names = map("way_{}".format, count())
    found: list[Spec] = []
    for entry in (*_all_entries("header"), *_all_entries("cookie")):
        example = load().patterns[entry["pattern"]].example.get("response", HOSTS[0])
        for response in {**dict.fromkeys(HOSTS), _mapping(example)["pattern"]: None}:
            found += _first_valid(next(names), response, entry)
    return tuple(found)


@once
def together() -> tuple[Spec, ...]:
    """Return few endpoints that hold every valid pair: a response with several headers and cookies.

    Each comes by its default `via`.
    """
    catalogue = load()
    headers, cookies = _by_default("header"), _by_default("cookie")
    names = map("pair_{}".format, count())
    found: list[Spec] = []
    for turn, response in enumerate(catalogue.family("response")):
        # Each response begins with others, so that others come to stand beside each other.
        found += _packed(names, response.id, [*_turned(headers, turn), *_turned(cookies, 2 * turn)])
        for status in catalogue.family("status"):
            found += _with_status(next(names), response.id, status.id)[:1]
    seen = {pair for spec in found for pair in pairs_of(spec)}
    for header, host in product(headers, HOSTS):
        unseen = [cookie for cookie in cookies if (_key(header), _key(cookie)) not in seen]
        more = [*_packed(names, host, unseen, header)]
        seen |= {pair for spec in more for pair in pairs_of(spec)}
        found += more
    return tuple(found)


def _turned(entries: Sequence[Spec], turn: int) -> list[Spec]:
    """Return the same entries in the same order, but beginning elsewhere."""
    first = turn % len(entries)
    return [*entries[first:], *entries[:first]]


def _packed(
    names: Iterator[str], response: str, entries: Iterable[Spec], *always: Spec
) -> Iterator[Spec]:
    """Yield endpoints with a response that hold every entry which is valid there.

    Each holds as many as go together, but no more than `MOST`, beside what it always holds.
    """
    alone = [(entry, _first_valid(next(names), response, *always, entry)) for entry in entries]
    waiting = [(entry, specs[0]) for entry, specs in alone if specs]
    while waiting:
        _, spec = waiting[0]
        for one in waiting[1:]:
            entry, _ = one
            if _is_room(spec, entry) and is_valid(more := _beside(spec, entry)):
                spec = more
                waiting.remove(one)
        del waiting[0]
        yield spec


def _is_room(spec: Spec, entry: Spec) -> bool:
    """Say whether an endpoint can hold an entry more."""
    return len(spec.get(_place(entry), [])) < MOST


def pairs_of(spec: Spec) -> set[Pair]:
    """Return which patterns meet in an endpoint of the matrix, without how they get there."""
    response = _mapping(spec["response"])["pattern"]
    entries = [*spec.get("headers", []), *spec.get("cookies", [])]
    if not entries:
        return {(response, spec["status"])}
    return set(combinations([response, *map(_key, map(_mapping, entries))], 2))


def via_of(spec: Spec) -> str | None:
    """Return the way that an endpoint of the pairs names, or None."""
    places = [*spec.get("headers", []), *spec.get("cookies", [])]
    return places[-1].get("via") if places else None


def _key(entry: Spec) -> str:
    return " ".join(entry[part] for part in ("pattern", "action") if part in entry)


def _first_valid(name: str, response: str, *entries: Spec) -> list[Spec]:
    """Return an endpoint with the first method that is valid for it, or nothing.

    Where a header wants a list, the response answers with one.
    """
    for answer, (method, status) in product(answers(response), REQUESTS):
        spec = endpoint(name, answer, method, **status)
        for entry in entries:
            spec = _beside(spec, entry)
        if is_valid(spec):
            return [spec]
    return []


def _place(entry: Spec) -> str:
    """Return where an endpoint lists a header or cookie."""
    return load().vocabulary.places[load().patterns[entry["pattern"]].family]


def answers(response: str) -> Iterator[Any]:
    """Yield a response by its id, and with a list of its model if it takes one."""
    yield response
    pattern = load().patterns[response]
    if "model" in pattern.options and _declared(pattern)["model"].get("lists"):
        root = {"root": "items"} if "root" in pattern.options else {}
        yield {"pattern": response, "model": "list[Item]", **root}


def _beside(spec: Spec, entry: Spec) -> Spec:
    """Add a header or cookie to an endpoint, behind what its example says that it needs.

    A cookie may also need a path below its own.
    """
    pattern = load().patterns[entry["pattern"]]
    place = _place(entry)
    via = {"via": entry["via"]} if "via" in entry else {}
    needed = [{**_mapping(one), **via} for one in example_of_options(entry).get(place, [])]
    example = pattern.example.get("path", "/")
    folder = example.rpartition("/")[0] if pattern.family == "cookie" else ""
    path = spec["path"] if spec["path"].startswith(f"{folder}/") else folder + spec["path"]
    more = [*spec.get(place, []), *needed, entry]
    return {**spec, "path": path, place: more}


def example_of_options(entry: Spec) -> Spec:
    """Return the parts of an endpoint that an entry's other values need around it."""
    declared = _declared(load().patterns[entry["pattern"]])
    found: Spec = {}
    for option, value in entry.items():
        if option in declared and value == declared[option].get("other"):
            found |= declared[option].get("example", {})
    return found


def _declared(pattern: Pattern) -> Spec:
    """Return the options of a pattern, as `pattern.yml` declares them."""
    path = f"patterns/{pattern.family}/{pattern.id}/pattern.yml"
    options: Spec = documents_of(template_root())[path].get("options", {})
    return options


def other_value(pattern: Pattern, option: str) -> Any:
    """Return another value of an option than its default.

    Raises:
        LookupError: `pattern.yml` names none.
    """
    declared = _declared(pattern)[option]
    if "other" in declared:
        return declared["other"]
    if declared["type"] == "fields":
        types = zip(ascii_lowercase, load().vocabulary.field_types, strict=False)
        return {letter: f"{name} | None" if letter in "bh" else name for letter, name in types}
    if declared["type"] in ("class_name", "model"):
        return f"Other{declared['default']}"
    path = f"patterns/{pattern.family}/{pattern.id}/pattern.yml"
    raise LookupError(f"{path}: the option {option} needs a second value, as `other`")


def beside(pattern: Pattern, option: str) -> Spec:
    """Return the other options that the second value of an option needs."""
    found: Spec = _declared(pattern)[option].get("beside", {})
    return found


def _with_status(name: str, response: str, status: str) -> list[Spec]:
    """Return an endpoint with a status, or nothing."""
    for method in ("POST", "PUT"):
        spec = endpoint(name, response, method)
        spec |= {"body": {"title": "str"}, "status": status}
        if is_valid(spec):
            return [spec]
    return []


def entries(pattern: Pattern) -> Iterator[Spec]:
    """Yield a header or cookie pattern in each way, and with each action where it has several."""
    action = pattern.options.get("action")
    for via in ("parameter", "dependency", "direct"):
        for choice in action.choices if action else [None]:
            yield {"pattern": pattern.id, "via": via, **({"action": choice} if choice else {})}


def _all_entries(family: str) -> Iterator[Spec]:
    for pattern in load().family(family):
        yield from entries(pattern)


def _by_default(family: str) -> list[Spec]:
    """Return an entry for each action of each pattern, without `via`."""
    found: list[Spec] = []
    for entry in _all_entries(family):
        entry.pop("via")
        if entry not in found:
            found.append(entry)
    return found


def statuses() -> list[Spec]:
    """Return an endpoint for each response and status that go together."""
    catalogue = load()
    both = product(catalogue.family("response"), catalogue.family("status"))
    return [
        spec
        for number, (response, status) in enumerate(both)
        for spec in _with_status(f"status_{number}", response.id, status.id)
    ]


def application(*without: str) -> list[Spec]:
    """Return every application pattern, but for some."""
    patterns = [pattern for pattern in load().family("app") if pattern.id not in without]
    return [{"pattern": pattern.id} for pattern in patterns]


def application_options() -> list[Spec]:
    """Return every application pattern with other values than its defaults."""
    return [
        {"pattern": pattern.id, **{name: other_value(pattern, name) for name in pattern.options}}
        for pattern in load().family("app")
    ]


def alone() -> list[Spec]:
    """Return an endpoint for each response and status with nothing beside it."""
    catalogue = load()
    found: list[Spec] = []
    for pattern in [*catalogue.family("response"), *catalogue.family("status")]:
        for method, status in REQUESTS:
            name = f"alone_{len(found)}"
            response, given = (pattern.id, status)
            if pattern.family == "status":
                response, given = "json-model", {**pattern.example, "status": pattern.id}
            spec = endpoint(name, response, **{"method": method, **given})
            if is_valid(spec):
                found.append(spec)
                break
    return found


def of_each_form() -> list[Spec]:
    """Return those of `alone` with a host, or with the first or the last response of a form."""
    forms: dict[str | None, list[str]] = {}
    for pattern in load().family("response"):
        forms.setdefault(pattern.form, []).append(pattern.id)
    chosen = {*HOSTS, *(ids[end] for ids in forms.values() for end in (0, -1))}
    return [spec for spec in alone() if spec["response"] in chosen]


def options() -> list[Spec]:
    """Return an endpoint for each option of each pattern with another value than its default."""
    found: list[Spec] = []
    for pattern in load().patterns.values():
        for option in pattern.options if pattern.family != "app" else ():
            value = other_value(pattern, option)
            entry = {"pattern": pattern.id, **beside(pattern, option), option: value}
            specs = _around(f"option_{len(found)}", pattern, entry)
            found += [spec for spec in specs if is_valid(spec)][:1]
    return found


def _around(name: str, pattern: Pattern, entry: Spec) -> Iterator[Spec]:
    """Yield endpoints with an entry: first as its example wants it, then as others do."""
    example = {**pattern.example, **example_of_options(entry)}
    around = ("headers", "cookies") if pattern.family == "response" else ()
    needed = {key: example[key] for key in ("body", "status", *around) if key in example}
    for method, more in [(example.get("method", "GET"), needed), *REQUESTS]:
        rest: Spec = {**needed, **more}
        if pattern.family == "response":
            yield endpoint(name, entry, method, **rest)
        elif pattern.family == "status":
            yield endpoint(name, "json-model", method, **{**rest, "status": entry})
        else:
            spec = endpoint(name, example.get("response", "json-model"), method, **rest)
            yield _beside(spec, {**_own_name(name, pattern), **entry})


def _own_name(name: str, pattern: Pattern) -> Spec:
    """Return a cookie's name for each endpoint, since attributes are shared by name."""
    if pattern.family != "cookie" or "name" not in pattern.options:
        return {}
    prefix = re.match("(__(Host|Secure)-)?", pattern.options["name"].default)
    return {"name": f"{prefix[0] if prefix else ''}{name}"}


def paths() -> list[Spec]:
    """Return endpoints whose paths hold parameters of each type, and shadow each other."""
    written = [
        "/p/{key}",
        "/p/latest",
        "/p/{key}.csv",
        "/p/{key:int}/rows/{row_id:uuid}",
        "/p/{key:float}/share",
        "/p/{rest:path}",
        "/p/a/{b}/{rest:path}",
        "/p/~a.b_c-d",
    ]
    model = {"pattern": "json-model", "fields": {"id": "uuid", "key": "int", "rest": "str"}}
    return [
        {"name": f"path_{number}", "method": "GET", "path": path, "response": model}
        for number, path in enumerate(written)
    ]
