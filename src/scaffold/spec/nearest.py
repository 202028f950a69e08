"""The valid lines that are nearest to one that is not.

Small changes of the line are tried, those first that change the least of what was meant; what
`scaffold.spec.check` accepts is shown. So a suggestion is always a line that can be generated.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from heapq import heappop, heappush
from itertools import count
from typing import Any

from scaffold.catalogue.patterns import Catalogue, Option
from scaffold.errors import InvalidSpec, UsageMistake
from scaffold.spec.check import check_new
from scaffold.spec.lines import REQUESTED, endpoint_name, format_line, parse_line
from scaffold.spec.models import declared_by

MOST = 3
"""How many lines are shown."""
TRIED = 400
"""How many changed lines are checked, at most."""
LIKENESS = 0.5

Spec = Mapping[str, Any]
Change = tuple[float, Spec]
"""A changed endpoint, and how much the change costs."""

_WORD = re.compile(r"(?<= )[A-Za-z][A-Za-z0-9-]*(?=[ (]|$)")
_QUOTED = re.compile(r'"([^"]+)"')


def nearest_lines(
    line: str, catalogue: Catalogue, models: Sequence[Mapping[str, Any]] = ()
) -> list[str]:
    """Return valid lines like an invalid one, the nearest first; none when none was found.

    Args:
        line: the line of an endpoint.
        catalogue: the patterns.
        models: those that it may name.
    """
    found: list[str] = []
    for spec in _readings(line, catalogue):
        for near in _nearest(spec, catalogue, models):
            text = format_line(near)
            if text not in found:
                found.append(text)
            if len(found) == MOST:
                return found
    return found


def _readings(line: str, catalogue: Catalogue) -> Iterator[Spec]:
    """Yield the endpoint that a line names, or those that it names when typos are corrected."""
    try:
        yield parse_line(line, catalogue)
    except UsageMistake:
        for corrected in _corrected(line, catalogue):
            try:
                yield parse_line(corrected, catalogue)
            except UsageMistake:
                continue


def _corrected(line: str, catalogue: Catalogue) -> Iterator[str]:
    """Yield the line with the patterns that its unknown words may stand for."""
    head, arrow, name = line.partition(" as ")
    parts = head.split(" ", 2)
    if len(parts) < 3:
        return
    known = [one.id for one in catalogue.patterns.values() if one.family != "app"]
    terms = f" {parts[2]}"
    taken = [*known, *REQUESTED, "tags"]
    unknown = [found for found in _WORD.finditer(terms) if found[0] not in taken]
    for rank in range(MOST):
        text, meant = terms, True
        for found in reversed(unknown):
            close = get_close_matches(found[0].lower(), known, n=MOST, cutoff=LIKENESS)
            if found[0] in catalogue.patterns:  # it stands around the application, not here
                close = [""]
            if not close:
                meant = False
                break
            pattern = close[min(rank, len(close) - 1)]
            text = text[: found.start()] + pattern + text[found.end() :]
        if meant and unknown:
            yield f"{parts[0]} {parts[1]}{text}{arrow}{name}"


def _nearest(
    spec: Spec, catalogue: Catalogue, models: Sequence[Mapping[str, Any]]
) -> Iterator[Spec]:
    """Yield valid endpoints by rising cost: one change, then changes of the changed."""
    order = count()
    waiting: list[tuple[float, int, Spec]] = [(0.0, next(order), spec)]
    seen: set[str] = set()
    for _ in range(TRIED):
        if not waiting:
            return
        cost, _number, tried = heappop(waiting)
        mistake = _mistake(tried, catalogue, models)
        if mistake is None:
            yield tried
            continue
        names = [str(model["name"]) for model in models] + _declared_names(tried, catalogue)
        for price, changed in _changes(tried, mistake, catalogue, names):
            key = repr(changed)
            if key not in seen:
                seen.add(key)
                heappush(waiting, (cost + price, next(order), changed))


def _mistake(
    spec: Spec, catalogue: Catalogue, models: Sequence[Mapping[str, Any]]
) -> InvalidSpec | None:
    try:
        check_new({"models": list(models), "endpoints": [dict(spec)]}, catalogue)
    except InvalidSpec as mistake:
        return mistake
    return None


def _declared_names(spec: Spec, catalogue: Catalogue) -> list[str]:
    name = declared_by(spec, catalogue)
    return [] if name is None else [name]


def _changes(
    spec: Spec, mistake: InvalidSpec, catalogue: Catalogue, models: Sequence[str]
) -> Iterator[Change]:
    """Yield the endpoint with one thing changed.

    What the mistake names is changed first, then what may stand in its way.
    """
    field = mistake.field.removeprefix("endpoints[0]").lstrip(".")
    yield from _other_types(spec, field, mistake, catalogue, models)
    if "response" not in spec:
        yield from _other_responses(spec, catalogue)
        return
    for place, index in _places(spec):
        here = f"{place}[{index}]" if index is not None else place
        blamed = field == here or field.startswith(f"{here}.")
        option = field.removeprefix(here).lstrip(".") if blamed else ""
        for price, entry in _other_entries(spec, place, index, option, mistake, catalogue):
            yield price + (0 if blamed else 0.5), _with(spec, place, index, entry)
    requested = field.partition(".")[0] in REQUESTED
    yield from _other_methods(spec, catalogue, blamed=field == "method" or requested)
    yield from _other_responses(spec, catalogue)
    if field in ("name", "path"):
        yield from _other_words(spec, field)


def _other_types(
    spec: Spec, field: str, mistake: InvalidSpec, catalogue: Catalogue, models: Sequence[str]
) -> Iterator[Change]:
    """Yield the endpoint with other words in the type that a mistake is about, and without it."""
    keys = field.split(".")
    value: Any = spec
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, str) or not _is_type(spec, keys, catalogue):
        return
    known = [*catalogue.vocabulary.field_types, *models, "any", "list", "dict", "enum"]
    for word in dict.fromkeys(re.findall(r"[A-Za-z]\w*", value)):
        alike = {each.lower(): each for each in known if each != word}
        close = get_close_matches(word.lower(), alike, n=2, cutoff=LIKENESS)
        for rank, meant in enumerate(close):
            changed = re.sub(rf"\b{word}\b", alike[meant], value)
            yield 0.4 + rank / 10, _with_value(spec, keys, changed)
    if len(keys) > 1 and field.count(".") == 1 and keys[0] in REQUESTED:
        yield 1.3, _with_value(spec, keys, "str")


def _is_type(spec: Spec, keys: Sequence[str], catalogue: Catalogue) -> bool:
    """Say whether a type stands at the end of these keys."""
    if keys[0] != "response":
        return keys[0] in REQUESTED
    pattern = catalogue.patterns[_entry(spec, "response", None)["pattern"]]
    option = pattern.options.get(keys[1]) if len(keys) > 1 else None
    return option is not None and option.type in ("model", "fields")


def _with_value(spec: Spec, keys: Sequence[str], value: Any) -> Spec:
    """Return a mapping with another value in it, at the end of these keys."""
    first, *rest = keys
    return {**spec, first: _with_value(spec[first], rest, value) if rest else value}


def _places(spec: Spec) -> Iterator[tuple[str, int | None]]:
    for place in ("headers", "cookies"):
        yield from ((place, index) for index in range(len(spec.get(place) or ())))
    yield from ((place, None) for place in ("status", "response") if spec.get(place) is not None)


def _entry(spec: Spec, place: str, index: int | None) -> dict[str, Any]:
    value = spec[place] if index is None else spec[place][index]
    return {"pattern": value} if isinstance(value, str) else dict(value)


def _with(spec: Spec, place: str, index: int | None, entry: Spec | None) -> Spec:
    """Return the endpoint with another entry, or without it."""
    value: Any = None if entry is None else dict(entry)
    if value is not None and len(value) == 1:
        value = value["pattern"]
    if index is None:
        changed = {**spec, place: value}
    else:
        items = list(spec[place])
        items[index : index + 1] = [] if value is None else [value]
        changed = {**spec, place: items}
    return {key: each for key, each in changed.items() if each not in (None, [])}


def _other_entries(
    spec: Spec,
    place: str,
    index: int | None,
    option: str,
    mistake: InvalidSpec,
    catalogue: Catalogue,
) -> Iterator[tuple[float, Spec | None]]:
    entry = _entry(spec, place, index)
    pattern = catalogue.patterns[entry["pattern"]]
    if "via" in entry:
        yield 0.8, {name: value for name, value in entry.items() if name != "via"}
    for name in entry.keys() - {"pattern", "via", *pattern.options}:
        # Not an option of this pattern: it may be misspelt.
        rest = {key: value for key, value in entry.items() if key != name}
        for meant in get_close_matches(name, pattern.options, n=1, cutoff=LIKENESS):
            yield 0.5, {**rest, meant: entry[name]}
        yield 1.2, rest
    for name, declared in pattern.options.items():
        price = 0.6 if name == option.partition("[")[0] else 1.4
        for value in _values(declared, mistake if price < 1 else None):
            if value != entry.get(name, declared.default):
                yield price, {**entry, name: value}
        if name in entry:
            yield price + 0.1, {key: value for key, value in entry.items() if key != name}
    for named in re.findall(r"[a-z]+(?:-[a-z]+)+", mistake.suggestion or ""):
        other = catalogue.patterns.get(named)
        if other is not None and other.family == pattern.family:
            yield 0.9, {"pattern": named}
    if place != "response":
        yield 2.6, None


def _values(option: Option, mistake: InvalidSpec | None) -> Iterator[Any]:
    """Yield what an option might rather be: first what the mistake recommends."""
    if mistake is not None and option.type == "str" and not option.choices:
        yield from _QUOTED.findall(mistake.suggestion or "")
    if option.type == "bool":
        yield from (True, False)
    yield from option.choices
    if mistake is not None and option.type == "int":
        yield from (one for one in (option.minimum, option.maximum) if one is not None)


def _other_methods(spec: Spec, catalogue: Catalogue, *, blamed: bool) -> Iterator[Change]:
    for method in catalogue.vocabulary.methods:
        if method != spec["method"]:
            derived = spec["name"] == endpoint_name(spec["method"], spec["path"])
            name = endpoint_name(method, spec["path"]) if derived else spec["name"]
            price = 1.0 if blamed else 1.9 if method in _usual_methods(spec, catalogue) else 2.2
            yield price, {**spec, "name": name, "method": method}
    for place in REQUESTED:
        if place in spec:
            yield 1.5, {key: value for key, value in spec.items() if key != place}


def _usual_methods(spec: Spec, catalogue: Catalogue) -> set[str]:
    """Return the methods that the examples of the endpoint's patterns have."""
    patterns = [_entry(spec, place, index)["pattern"] for place, index in _places(spec)]
    examples = (catalogue.patterns[each].example for each in patterns)
    return {example["method"] for example in examples if "method" in example}


def _other_responses(spec: Spec, catalogue: Catalogue) -> Iterator[Change]:
    """Yield the endpoint with other responses, those of a similar id first."""
    given = spec.get("response", "json-model")
    now = given if isinstance(given, str) else given["pattern"]
    for pattern in catalogue.family("response"):
        if pattern.id != now or "response" not in spec:
            unlike = 1 - SequenceMatcher(None, now, pattern.id).ratio()
            yield 1.8 + unlike, {**spec, "response": pattern.id}
    if "response" not in spec:
        yield 1.0, {**spec, "response": "empty", "status": "status-no-content", "method": "DELETE"}


def _other_words(spec: Spec, field: str) -> Iterator[Change]:
    """Yield the endpoint with a name or path that is surely well formed."""
    name, path = spec["name"], spec["path"]
    if field == "name":
        yield 0.5, {**spec, "name": endpoint_name("", name).lstrip("_") or "endpoint"}
        yield 0.8, {**spec, "name": endpoint_name(spec["method"], path)}
        yield 0.9, {**spec, "name": f"{name}_endpoint"}
    if field == "path":
        tidy = re.sub(r"/+", "/", f"/{re.sub(r'[^A-Za-z0-9._~/{}:-]', '-', path)}")
        yield 0.5, {**spec, "path": tidy.rstrip("/") or "/"}
        yield 1.0, {**spec, "path": re.sub(r"\{[^{}]*?(:path)?\}", _parameter, tidy)}


def _parameter(found: re.Match[str]) -> str:
    return "{path}" if found[1] else "{id}"
