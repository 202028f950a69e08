"""The valid lines that are nearest to one that is not.

Small changes of the line are tried, those first that change the least of what was meant; what
`scaffold.spec.check` accepts is shown. So a suggestion is always a line that can be generated.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher, get_close_matches
from heapq import heappop, heappush
from itertools import count
from typing import Any

from scaffold.catalogue.patterns import Catalogue, Option
from scaffold.errors import InvalidSpec, UsageMistake
from scaffold.spec.check import NEW, Checker
from scaffold.spec.lines import endpoint_name, format_line, parse_line

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


def nearest_lines(line: str, catalogue: Catalogue) -> list[str]:
    """Return valid lines like an invalid one, the nearest first; none when none was found."""
    found: list[str] = []
    for spec in _readings(line, catalogue):
        for near in _nearest(spec, catalogue):
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
    unknown = [found for found in _WORD.finditer(terms) if found[0] not in [*known, "body"]]
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


def _nearest(spec: Spec, catalogue: Catalogue) -> Iterator[Spec]:
    """Yield valid endpoints by rising cost: one change, then changes of the changed."""
    checker, order = Checker([], catalogue), count()
    waiting: list[tuple[float, int, Spec]] = [(0.0, next(order), spec)]
    seen: set[str] = set()
    for _ in range(TRIED):
        if not waiting:
            return
        cost, _number, tried = heappop(waiting)
        mistake = _mistake(tried, checker)
        if mistake is None:
            yield tried
            continue
        for price, changed in _changes(tried, mistake, catalogue):
            key = repr(changed)
            if key not in seen:
                seen.add(key)
                heappush(waiting, (cost + price, next(order), changed))


def _mistake(spec: Spec, checker: Checker) -> InvalidSpec | None:
    try:
        checker.endpoints([spec], NEW)
    except InvalidSpec as mistake:
        return mistake
    return None


def _changes(spec: Spec, mistake: InvalidSpec, catalogue: Catalogue) -> Iterator[Change]:
    """Yield the endpoint with one thing changed.

    What the mistake names is changed first, then what may stand in its way.
    """
    field = mistake.field.removeprefix("endpoints[0]").lstrip(".")
    if "response" not in spec:
        yield from _other_responses(spec, catalogue)
        return
    for place, index in _places(spec):
        here = f"{place}[{index}]" if index is not None else place
        blamed = field == here or field.startswith(f"{here}.")
        option = field.removeprefix(here).lstrip(".") if blamed else ""
        for price, entry in _other_entries(spec, place, index, option, mistake, catalogue):
            yield price + (0 if blamed else 0.5), _with(spec, place, index, entry)
    yield from _other_methods(spec, catalogue, blamed=field in ("method", "body"))
    yield from _other_responses(spec, catalogue)
    if field in ("name", "path") or field.startswith("body"):
        yield from _other_words(spec, field)


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
    if "body" in spec:
        yield 1.5, {key: value for key, value in spec.items() if key != "body"}


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
    """Yield the endpoint with a name, path or body that is surely well formed."""
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
