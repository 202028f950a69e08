"""An endpoint while it is being composed: what fits it, and what does not and why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scaffold.catalogue.patterns import Catalogue, Pattern
from scaffold.errors import InvalidSpec
from scaffold.spec.check import REFUSED, Checker
from scaffold.spec.lines import REQUESTED, Endpoint, Model, endpoint_name
from scaffold.spec.models import traced, with_listed

WHERE = "endpoint"
"""How `scaffold.spec.check` calls the place of the endpoint that is being composed."""


@dataclass(frozen=True)
class Problem:
    """Why an endpoint can't be generated.

    Attributes:
        key: where, such as `headers[0].directives`; empty when another endpoint is concerned.
        text: the reason and what to do.
    """

    key: str
    text: str

    def is_inside(self, key: str) -> bool:
        """Say whether an option of the entry at a key is what is wrong."""
        return self.key.startswith(f"{key}.")


def as_problem(error: InvalidSpec) -> Problem:
    """Return an error of `scaffold.spec.check` in the terms of a form."""
    text = str(error).removeprefix(f"{error.field}: ")
    for where in (f"{WHERE}.", "endpoints[0]."):
        if error.field.startswith(where):
            return Problem(error.field.removeprefix(where), text)
    return Problem("", str(error))


@dataclass(frozen=True)
class Company:
    """What an endpoint stands beside, such as other endpoints, models and resources; read once."""

    endpoints: Sequence[Endpoint]
    application: Sequence[Any]
    catalogue: Catalogue
    listed: Sequence[Model] = ()
    resources: Sequence[Mapping[str, Any]] = ()

    @cached_property
    def answers(self) -> dict[str, Any]:
        """Return the other endpoints, with the models that they declare among the listed ones."""
        given = {"models": list(self.listed), "endpoints": list(self.endpoints)}
        names = [endpoint["name"] for endpoint in self.endpoints]
        try:
            return with_listed(given, names, self.catalogue)
        except InvalidSpec:
            return given  # What is wrong with them is told where all are listed.

    @property
    def models(self) -> list[Model]:
        """Return the models that the endpoint may name."""
        found: list[Model] = self.answers["models"]
        return found

    @cached_property
    def others(self) -> list[Any]:
        """Return the other endpoints as `scaffold.spec.check` reads them."""
        checker = self._checker(self.models)
        return [checker.endpoint(each, each["name"], REFUSED) for each in self.answers["endpoints"]]

    def below(self, endpoint: Endpoint) -> list[Endpoint]:
        """Return the endpoints below the path of one, to which its Location may lead."""
        path = str(endpoint.get("path", "")).rstrip("/")
        return [each for each in self.answers["endpoints"] if each["path"].startswith(f"{path}/")]

    def with_models(self, endpoint: Endpoint) -> dict[str, Any]:
        """Return an endpoint by itself, as answers in which its own model is listed, too.

        Raises:
            InvalidSpec: it declares a model that there is, with other fields.
        """
        alone = {
            "models": self.models,
            "resources": list(self.resources),
            "endpoints": [endpoint],
        }
        return with_listed(alone, [endpoint["name"]], self.catalogue)

    def problem(self, endpoint: Endpoint, *, alone: bool = False) -> Problem | None:
        """Return what is wrong with an endpoint beside the others, or by itself."""
        given = {"models": self.models, "endpoints": [endpoint]}
        listed = given
        try:
            listed = self.with_models(endpoint)
            checker = self._checker(listed["models"])
            itself = checker.endpoint(listed["endpoints"][0], WHERE)
            checker.together([itself] if alone else [*self.others, itself])
        except InvalidSpec as error:
            return as_problem(traced(error, given, listed, self.catalogue))
        return None

    def _checker(self, models: Sequence[Model]) -> Checker:
        """Return what checks endpoints in this application, with these models."""
        key = repr(models)
        if key not in self._checkers:
            self._checkers[key] = Checker(
                self.application,
                self.catalogue,
                models=list(models),
                resources=list(self.resources),
                new=False,
            )
        return self._checkers[key]

    @cached_property
    def _checkers(self) -> dict[str, Checker]:
        return {}

    def free_name(self, method: str, path: str) -> str:
        """Return a name for an endpoint that no other has and no module uses."""
        wanted = endpoint_name(method, path)
        names = {each["name"] for each in self.endpoints}
        reserved = self.catalogue.vocabulary.reserved
        tried = [wanted, f"{wanted}_endpoint"[-60:], *(f"{wanted[:57]}_{n}" for n in range(2, 100))]
        return next((name for name in tried if name not in names | reserved), wanted)


def alone(endpoint: Endpoint, company: Company) -> Problem | None:
    """Return what is wrong with an endpoint by itself."""
    return company.problem(endpoint, alone=True)


def reason(endpoint: Endpoint, key: str, company: Company) -> str:
    """Return why the entry at a key can't stand in an endpoint; nothing when it can.

    What is wrong with an option of the entry is no reason: its form comes later.
    """
    found = alone(endpoint, company)
    return found.text if found and not found.is_inside(key) else ""


def response_reason(endpoint: Endpoint, pattern_id: str, company: Company) -> str:
    """Return why a response pattern can't answer this method and path, with any status."""
    return reason(with_response(endpoint, pattern_id, company), "response", company)


def with_response(endpoint: Endpoint, response: Any, company: Company) -> Endpoint:
    """Return an endpoint with a response and, where the response needs one, with a status."""
    bare = {key: value for key, value in endpoint.items() if key in ("name", "method", "path")}
    bare["response"] = response
    if not reason(bare, "response", company):
        return bare
    for status in company.catalogue.family("status"):
        tried = {**bare, "status": status.id}
        if not alone(tried, company):
            return tried
    return bare


def settled(endpoint: Endpoint, company: Company) -> Endpoint:
    """Return an endpoint without the parts that do not fit its method and response any more."""
    kept = with_response(endpoint, endpoint["response"], company)
    for key in (*REQUESTED, "tags", "status"):
        value = endpoint.get(key)
        if value is not None and not reason({**kept, key: value}, key, company):
            kept = {**kept, key: value}
    for place in ("headers", "cookies"):
        for entry in endpoint.get(place, ()):
            entries = [*kept.get(place, ()), entry]
            tried = {**kept, place: entries}
            if not reason(tried, f"{place}[{len(entries) - 1}]", company):
                kept = tried
    return kept


def entry_reasons(
    endpoint: Endpoint, place: str, patterns: Sequence[Pattern], company: Company
) -> dict[str, str]:
    """Return for each header or cookie pattern why it can't be added, or can't stay."""
    entries = list(endpoint.get(place) or ())
    picked = [pattern_id(entry) for entry in entries]
    now = alone(endpoint, company)
    reasons = {}
    for pattern in patterns:
        if pattern.id in picked:
            key = f"{place}[{picked.index(pattern.id)}]"
            reasons[pattern.id] = now.text if now and now.key == key else ""
        else:
            tried = {**endpoint, place: [*entries, pattern.id]}
            found = alone(tried, company)
            fixable = found is not None and found.is_inside(f"{place}[{len(entries)}]")
            reasons[pattern.id] = "" if not found or fixable or found == now else found.text
    return reasons


def with_entries(
    endpoint: Endpoint, place: str, picked: Sequence[str], catalogue: Catalogue
) -> Endpoint:
    """Return an endpoint with the picked patterns; those that it had keep their options.

    A pattern that is picked again gets a name of its own.
    """
    had: dict[str, list[Any]] = {}
    for entry in endpoint.get(place) or ():
        had.setdefault(pattern_id(entry), []).append(entry)
    entries: list[Any] = []
    counts: dict[str, int] = {}
    for each in picked:
        count = counts[each] = counts.get(each, 0) + 1
        known = had.get(each, [])
        entries.append(
            known[count - 1] if count <= len(known) else _another(each, count, catalogue)
        )
    rest = {key: value for key, value in endpoint.items() if key != place}
    return {**rest, place: entries} if entries else rest


def _another(each: str, count: int, catalogue: Catalogue) -> Any:
    pattern = catalogue.patterns[each]
    if count == 1 or pattern.repeatable is None:
        return each
    name = pattern.options[pattern.repeatable].default
    sign = "_" if pattern.family == "cookie" else "-"
    return {"pattern": each, pattern.repeatable: f"{name}{sign}{count}"}


def pattern_id(entry: Any) -> str:
    """Return the id of an entry in either notation."""
    return str(entry["pattern"] if isinstance(entry, Mapping) else entry)


def options(entry: Any) -> dict[str, Any]:
    """Return what an entry gives besides its pattern."""
    given = entry if isinstance(entry, Mapping) else {}
    return {name: value for name, value in given.items() if name != "pattern"}


def as_entry(pattern: Pattern, given: Mapping[str, Any]) -> Any:
    """Return an entry in the shortest notation: what equals the default is left out."""
    defaults = pattern.defaults()
    said = {name: value for name, value in given.items() if _differs(name, value, defaults)}
    return {"pattern": pattern.id, **said} if said else pattern.id


def _differs(name: str, value: Any, defaults: Mapping[str, Any]) -> bool:
    return (
        name not in defaults or value != defaults[name] or type(value) is not type(defaults[name])
    )


def suggested_model(path: str) -> str:
    """Return the class that a path seems to speak of: `Post` for `/posts/{post_id:int}`."""
    words = re.findall(r"[a-z]+", re.sub(r"\{[^{}]*\}|\.[a-z]+$", "", path.lower()))
    if not words:
        return ""
    singular = re.sub(r"(?<=[^s])s$", "", re.sub(r"ies$", "y", words[-1]))
    return singular.capitalize()
