"""Merge the answers of two branches by what they mean: endpoints and models by name, part by part.

What only one side has changed is taken from it. What both have changed in two ways is asked for,
and so is an endpoint that one side has removed and the other has worked on.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from scaffold.catalogue.patterns import Catalogue
from scaffold.errors import Refused, UsageMistake
from scaffold.project.state import Project
from scaffold.spec.lines import format_line, format_model
from scaffold.spec.models import listed_fields, naming, renamed_in, users, with_model_renamed
from scaffold.template.origin import Origin

Answers = dict[str, Any]
Endpoint = dict[str, Any]
Side = Literal["ours", "theirs"]
"""A side of a merge, in git's words: what git is at, and what it merges into that."""

VERSION = "_commit"
"""The name under which the template's version is decided: its key in the answers file."""

ENTRIES = ("headers", "cookies", "application", "resources")
"""Lists of patterns and of resources, which are sets: each side may add its own."""

WORDS = (
    "own_files",
    "response_patterns",
    "header_patterns",
    "cookie_patterns",
    "application_patterns",
)
"""Lists of words, which are sets as well."""

LISTS = ("models", "endpoints")
"""Answers whose items are decided by their names."""

HOW_TO_DECIDE = (
    "for each of them say --ours NAME or --theirs NAME, as in scaffold resolve --ours {name}; "
    "what shall be neither, change afterwards with scaffold edit, rename or update --data"
)

_ABSENT: Any = object()


class _Clash(Exception):
    """Both sides have changed a value, in two ways."""


@dataclass(frozen=True)
class Track:
    """One endpoint in all three versions, under whatever name; None where it is missing."""

    base: Endpoint | None
    ours: Endpoint | None
    theirs: Endpoint | None

    def names(self) -> set[str]:
        """Return the names that it has."""
        return {side["name"] for side in (self.base, self.ours, self.theirs) if side is not None}

    def name(self) -> str:
        """Return the name by which it is decided: the oldest one."""
        first = self.base or self.ours or self.theirs or {}
        return str(first["name"])


@dataclass(frozen=True)
class Versions:
    """The projects of the three commits that meet in a merge.

    Attributes:
        base: that from which both sides come; None where there is none.
        ours: that at which git is.
        theirs: that which is merged into it.
        ours_before: the endpoints of our side after each step on the way from `base`.
        theirs_before: those of their side.
    """

    base: Project | None
    ours: Project
    theirs: Project
    ours_before: Sequence[Sequence[Endpoint]] = ()
    theirs_before: Sequence[Sequence[Endpoint]] = ()

    def tracks(self) -> list[Track]:
        """Return every endpoint: those of our side in its order, then what theirs adds."""
        base = self.base.endpoints if self.base else []
        sides = (self.ours.endpoints, self.theirs.endpoints)
        befores = (self.ours_before, self.theirs_before)
        ours, theirs = (
            _followed_through(base, [*before, side])
            for before, side in zip(befores, sides, strict=True)
        )
        tracks = [Track(each, ours.get(each["name"]), theirs.get(each["name"])) for each in base]
        mine, other = (
            _by_name(each for each in side if each not in list(known.values()))
            for side, known in zip(sides, (ours, theirs), strict=True)
        )
        tracks += [Track(None, mine.get(name), other.get(name)) for name in {**mine, **other}]
        order = self.ours.names()
        return sorted(tracks, key=lambda track: _place(track, order))


@dataclass(frozen=True)
class Merged:
    """What a merge comes to.

    Attributes:
        answers: the answers of the merged project.
        origin: its version of the template.
        tracks: where each of its endpoints comes from.
    """

    answers: dict[str, Any]
    origin: Origin
    tracks: Sequence[Track]

    @classmethod
    def of(cls, project: Project, versions: Versions) -> "Merged":
        """Return what a person has decided on."""
        tracks = versions.tracks()
        found = [
            next((track for track in tracks if name in track.names()), Track(None, None, None))
            for name in project.names()
        ]
        return cls(project.answers, project.origin, found)


def _followed_through(
    base: Sequence[Endpoint], steps: Sequence[Sequence[Endpoint]]
) -> dict[str, Endpoint]:
    """Return what became of endpoints, by their names in `base`, step by step."""
    followed = _by_name(base)
    for step in steps:
        found = _followed(list(followed.values()), step)
        followed = {
            name: found[endpoint["name"]]
            for name, endpoint in followed.items()
            if endpoint["name"] in found
        }
    taken = [endpoint["name"] for endpoint in followed.values()]
    again = [endpoint for endpoint in steps[-1] if endpoint["name"] not in taken]
    lost = [endpoint for endpoint in base if endpoint["name"] not in followed]
    return {**followed, **_followed(lost, again)}


def _followed(base: Sequence[Endpoint], side: Sequence[Endpoint]) -> dict[str, Endpoint]:
    """Return what became of endpoints; one that has another name still serves its path."""
    names = _by_name(base)
    found = {endpoint["name"]: endpoint for endpoint in side if endpoint["name"] in names}
    new = {_route(endpoint): endpoint for endpoint in side if endpoint["name"] not in names}
    gone = [endpoint for endpoint in base if endpoint["name"] not in found]
    return found | {each["name"]: new[_route(each)] for each in gone if _route(each) in new}


def _by_name(endpoints: Any) -> dict[str, Endpoint]:
    return {endpoint["name"]: endpoint for endpoint in endpoints}


def _route(endpoint: Endpoint) -> tuple[str, str]:
    return str(endpoint.get("method")), str(endpoint.get("path"))


def _place(track: Track, order: Sequence[str]) -> int:
    return order.index(track.ours["name"]) if track.ours else len(order)


def named_alike(versions: Versions, catalogue: Catalogue) -> tuple[Versions, list[dict[str, str]]]:
    """Return three versions in which each model has the name that a side has given it.

    Args:
        versions: the versions as they are.
        catalogue: the patterns, in whose options models are named.

    Returns:
        The versions, and of base, ours and theirs the names of models that are others now.
    """
    base, sides = versions.base, (versions.ours, versions.theirs)
    renames: dict[str, str] = {}
    for side in reversed(sides):
        renames |= _renames(base, side) if base else {}
    answers: list[Answers] = []
    done: list[dict[str, str]] = []
    for project in (base, *sides):
        known = _fields(project)
        mine = {old: new for old, new in renames.items() if old in known and new not in known}
        now = project.answers if project else {}
        for old, new in mine.items():
            now = with_model_renamed(now, old, new, catalogue)
        answers.append(now)
        done.append(mine)
    alike = replace(
        versions,
        base=base and replace(base, answers=answers[0]),
        ours=replace(versions.ours, answers=answers[1]),
        theirs=replace(versions.theirs, answers=answers[2]),
    )
    return alike, done


def listed_alike(versions: Versions, catalogue: Catalogue) -> Versions:
    """Return three versions in which no stub declares what a side lists with the same fields.

    A model is listed as soon as a second endpoint names it; nobody has changed the first one then.
    """
    listed = _fields(versions.theirs) | _fields(versions.ours)

    def alike(project: Project) -> Project:
        endpoints = naming(project.endpoints, listed, catalogue)
        return replace(project, answers={**project.answers, "endpoints": endpoints})

    return replace(
        versions,
        base=versions.base and alike(versions.base),
        ours=alike(versions.ours),
        theirs=alike(versions.theirs),
    )


def _renames(base: Project, side: Project) -> dict[str, str]:
    """Return which models of a side have the fields of one that is gone there."""
    before, after = (_fields(project) for project in (base, side))
    new = {name: fields for name, fields in after.items() if name not in before}
    renames: dict[str, str] = {}
    for old in before.keys() - after.keys():
        for name, fields in new.items():
            as_new = {key: renamed_in(str(type_), old, name) for key, type_ in before[old].items()}
            if fields == as_new and name not in renames.values():
                renames.setdefault(old, name)
    return renames


def _fields(project: Project | None) -> dict[str, Any]:
    """Return the fields of each model by its name."""
    return listed_fields(project.answers) if project else {}


def merge_answers(
    versions: Versions,
    worked_on: Mapping[Side, Collection[str]],
    decided: Mapping[str, Side],
    catalogue: Catalogue,
) -> Merged:
    """Return the answers of the merged project, and its version of the template.

    Args:
        versions: the projects of the three commits.
        worked_on: the names of what has files that were edited on a side since `base`.
        decided: whose version of an endpoint, a model, or another answer is taken; by its name.
        catalogue: the patterns, in whose options models are named.

    Raises:
        Refused: there is something left to decide; the message says how.
        UsageMistake: something is decided that is the same on both sides.
    """
    tracks = versions.tracks()
    values = dict(_values(versions))
    models = dict(_models(versions))
    _refuse_idle(tracks, values | models, decided)
    asked: dict[str, str] = {}
    found = [(_endpoint(track, worked_on, decided, asked), track) for track in tracks]
    kept = [(endpoint, track) for endpoint, track in found if endpoint is not None]
    endpoints = [endpoint for endpoint, _ in kept]
    names = [endpoint["name"] for endpoint in endpoints]
    for name in sorted({name for name in names if names.count(name) > 1} - decided.keys()):
        asked.setdefault(name, f"two endpoints would be called {name}")
    listed = {
        name: _model(name, sides, worked_on, decided, asked) for name, sides in models.items()
    }
    kept_models = [
        {"name": name, "fields": fields} for name, fields in listed.items() if fields is not _ABSENT
    ]
    for name in listed.keys() - {model["name"] for model in kept_models} - asked.keys():
        by = users({"endpoints": endpoints, "models": kept_models}, name, catalogue)
        if by:
            asked[name] = f"one side has removed the model {name}, and {by[0]} names it"
    answers = {name: _value(name, *sides, decided, asked) for name, sides in values.items()}
    if asked:
        raise Refused("; ".join(asked.values()), HOW_TO_DECIDE.format(name=next(iter(asked))))
    origin = answers.pop(VERSION)
    known = {name: value for name, value in answers.items() if value is not _ABSENT}
    if kept_models:
        known["models"] = kept_models
    return Merged({**known, "endpoints": endpoints}, origin, [track for _, track in kept])


def differing(versions: Versions) -> list[str]:
    """Return the names of what is not the same on both sides, and so can be decided."""
    endpoints = [t.name() for t in versions.tracks() if not _same(t.ours, t.theirs)]
    values = [*_models(versions), *_values(versions)]
    others = [name for name, (_, one, other) in values if not _same(one, other)]
    return [*endpoints, *others]


def _models(versions: Versions) -> Iterator[tuple[str, tuple[Any, Any, Any]]]:
    """Yield the models by their names, each with the fields of the three versions."""
    base, ours, theirs = map(_fields, (versions.base, versions.ours, versions.theirs))
    for name in {**ours, **theirs, **base}:
        yield name, (base.get(name, _ABSENT), ours.get(name, _ABSENT), theirs.get(name, _ABSENT))


def _values(versions: Versions) -> Iterator[tuple[str, tuple[Any, Any, Any]]]:
    """Yield the answers but these lists, each with its three values, and the version."""
    sides = (versions.base, versions.ours, versions.theirs)
    answers = [side.answers if side else {} for side in sides]
    for name in {**answers[1], **answers[2]}:
        if name not in LISTS:
            base, ours, theirs = (side.get(name, _ABSENT) for side in answers)
            yield name, (base, ours, theirs)
    base, ours, theirs = (side.origin if side else _ABSENT for side in sides)
    yield VERSION, (base, ours, theirs)


def _refuse_idle(
    tracks: Sequence[Track], values: Mapping[str, Any], decided: Mapping[str, Side]
) -> None:
    can_be = {
        name for track in tracks if not _same(track.ours, track.theirs) for name in track.names()
    }
    can_be |= {name for name, (_, ours, theirs) in values.items() if not _same(ours, theirs)}
    for name in decided:
        if name not in can_be:
            differ = f"the sides differ in {', '.join(sorted(can_be))}" if can_be else None
            raise UsageMistake(f"there is nothing to decide about {name}", differ)


def _endpoint(
    track: Track,
    worked_on: Mapping[Side, Collection[str]],
    decided: Mapping[str, Side],
    asked: dict[str, str],
) -> Endpoint | None:
    name = track.name()
    side = next((decided[each] for each in sorted(track.names()) if each in decided), None)
    if side is not None:
        return track.ours if side == "ours" else track.theirs
    if track.base is not None and (track.ours is None) != (track.theirs is None):
        kept, at = (track.theirs, "theirs") if track.ours is None else (track.ours, "ours")
        other = "ours" if at == "theirs" else "theirs"
        if not _same(kept, track.base) or name in worked_on[at]:  # type: ignore[index]
            asked[name] = f"{other} has removed {name}, and {at} has changed it"
            return None
    try:
        merged: Endpoint | None = _merge("endpoint", track.base, track.ours, track.theirs)
    except _Clash:
        lines = f"ours to {_line(track.ours)}, theirs to {_line(track.theirs)}"
        asked[name] = f"both sides have changed {name}: {lines}"
        return None
    return merged


def _model(
    name: str,
    sides: tuple[Any, Any, Any],
    worked_on: Mapping[Side, Collection[str]],
    decided: Mapping[str, Side],
    asked: dict[str, str],
) -> Any:
    """Return the fields of a model, or `_ABSENT` where it goes."""
    base, ours, theirs = sides
    if name in decided:
        return ours if decided[name] == "ours" else theirs
    if base is not _ABSENT and (ours is _ABSENT) != (theirs is _ABSENT):
        kept, at = (theirs, "theirs") if ours is _ABSENT else (ours, "ours")
        other = "ours" if at == "theirs" else "theirs"
        if not _same(kept, base) or name in worked_on[at]:  # type: ignore[index]
            asked[name] = f"{other} has removed the model {name}, and {at} has changed it"
        return _ABSENT
    try:
        return _merge("fields", base, ours, theirs)
    except _Clash:
        lines = [format_model({"name": name, "fields": fields}) for fields in (ours, theirs)]
        asked[name] = f"both sides have changed the model {name}: ours to {lines[0]}, "
        asked[name] += f"theirs to {lines[1]}"
        return ours


def _value(
    name: str,
    base: Any,
    ours: Any,
    theirs: Any,
    decided: Mapping[str, Side],
    asked: dict[str, str],
) -> Any:
    if name in decided:
        return ours if decided[name] == "ours" else theirs
    try:
        return _merge(name, base, ours, theirs)
    except _Clash:
        one, other = (side.commit if isinstance(side, Origin) else side for side in (ours, theirs))
        asked[name] = f"both sides have changed {name}: ours to {one}, theirs to {other}"
        return ours


def _merge(key: str, base: Any, ours: Any, theirs: Any) -> Any:
    """Return a value in which the changes of both sides are; raise `_Clash` where they meet."""
    if _same(ours, theirs) or _same(theirs, base):
        return ours
    if _same(ours, base):
        return theirs
    sides = [base, ours, theirs]
    if key in ENTRIES + WORDS and all(isinstance(side, list) for side in sides):
        return list(_merged_items(*({_identity(item): item for item in side} for side in sides)))
    if any(isinstance(side, dict) for side in sides):
        base, ours, theirs = sides = [_mapping(side) for side in sides]
    patterns = [side.get("pattern") for side in sides if isinstance(side, dict)]
    if len(patterns) < len(sides) or len(set(patterns)) > 1:
        raise _Clash
    return {
        name: value
        for name in {**ours, **theirs}
        if (value := _merge(name, *(side.get(name, _ABSENT) for side in sides))) is not _ABSENT
    }


def _merged_items(base: Any, ours: Any, theirs: Any) -> Iterator[Any]:
    for identity in {**ours, **theirs}:
        item = _merge("item", *(side.get(identity, _ABSENT) for side in (base, ours, theirs)))
        if item is not _ABSENT:
            yield item


def _identity(item: Any) -> tuple[Any, Any]:
    """Return what tells an item of a list from the others: a pattern and a name."""
    entry = _mapping(item)
    return (entry.get("pattern"), entry.get("name")) if isinstance(entry, dict) else (item, None)


def _same(one: Any, other: Any) -> bool:
    """Say whether two values mean the same: an id, and its mapping without options, do."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other or _mapping(one) == _mapping(other))


def _mapping(entry: Any) -> Any:
    return {"pattern": entry} if isinstance(entry, str) else entry


def _line(endpoint: Endpoint | None) -> str:
    try:
        return "nothing" if endpoint is None else format_line(endpoint)
    except (KeyError, TypeError, AttributeError):
        return "what cannot be read"
