"""Edit the endpoint list of a project's answers: pure functions from one list to the next."""

from collections.abc import Mapping, Sequence
from typing import Any

from scaffold.catalogue.suggestions import did_you_mean
from scaffold.errors import UsageMistake
from scaffold.spec.lines import format_line

Endpoint = dict[str, Any]
Answers = dict[str, Any]


def with_endpoints(answers: Answers, added: Sequence[Endpoint]) -> Answers:
    """Return answers with more endpoints; one that is there already in the same words stays.

    Raises:
        UsageMistake: there is another endpoint of that name.
    """
    endpoints = list(answers["endpoints"])
    for endpoint in added:
        found = _named(endpoints, endpoint.get("name"))
        if found is None:
            endpoints.append(endpoint)
        elif not same_endpoint(found, endpoint):
            name = endpoint["name"]
            raise UsageMistake(
                f"there is an endpoint {name} already: {format_line(found)}",
                "give the new one another name with `as NAME`, or change "
                f"the old one with `scaffold edit {name}`",
            )
    return {**answers, "endpoints": endpoints}


def with_application(answers: Answers, added: Sequence[Any]) -> Answers:
    """Return answers with more application patterns; one that is there already stays.

    Raises:
        UsageMistake: it is there with other options.
    """
    application = list(answers.get("application", []))
    for entry in added:
        found = [other for other in application if _pattern(other) == _pattern(entry)]
        if not found:
            application.append(entry)
        elif _options(found[0]) != _options(entry):
            raise UsageMistake(f"the application has {_pattern(entry)} already, with other options")
    return {**answers, "application": application}


def without_endpoints(answers: Answers, names: Sequence[str]) -> Answers:
    """Return answers without some endpoints.

    Raises:
        UsageMistake: there is none of that name.
    """
    for name in names:
        find(answers, name)
    kept = [endpoint for endpoint in answers["endpoints"] if endpoint["name"] not in names]
    return {**answers, "endpoints": kept}


def with_endpoint_changed(answers: Answers, name: str, wanted: Endpoint) -> Answers:
    """Return answers in which another endpoint stands in the place of one.

    Raises:
        UsageMistake: there is none of that name, or another one has the new name.
    """
    find(answers, name)
    if wanted["name"] != name and _named(answers["endpoints"], wanted["name"]) is not None:
        raise UsageMistake(f"there is an endpoint {wanted['name']} already", "choose another name")
    changed = [
        wanted if endpoint["name"] == name and not same_endpoint(endpoint, wanted) else endpoint
        for endpoint in answers["endpoints"]
    ]
    return {**answers, "endpoints": changed}


def find(answers: Mapping[str, Any], name: str) -> Endpoint:
    """Return the endpoint of a name.

    Raises:
        UsageMistake: there is none; the message suggests the nearest ones.
    """
    found = _named(answers["endpoints"], name)
    if found is None:
        names = [endpoint["name"] for endpoint in answers["endpoints"]]
        names += [model["name"] for model in answers.get("models") or ()]
        hint = did_you_mean(name, names, "`scaffold list` shows them")
        kind = "model" if name[:1].isupper() else "endpoint"
        raise UsageMistake(f"there is no {kind} {name}", hint)
    return found


def same_endpoint(one: Endpoint, other: Endpoint) -> bool:
    """Say whether two endpoints are the same in other words, such as an id and its mapping."""
    try:
        return one == other or format_line(one) == format_line(other)
    except (KeyError, TypeError, AttributeError):
        return False


def _named(endpoints: Sequence[Endpoint], name: object) -> Endpoint | None:
    return next((endpoint for endpoint in endpoints if endpoint["name"] == name), None)


def _pattern(entry: Any) -> Any:
    return entry.get("pattern") if isinstance(entry, dict) else entry


def _options(entry: Any) -> dict[str, Any]:
    options = entry if isinstance(entry, dict) else {}
    return {name: value for name, value in options.items() if name != "pattern"}
