"""Check the answers that say what is generated, before anything is written.

The checks are macros of the template, `compose/check.jinja`, which plain Copier evaluates too: what
they find wrong is raised, and what they find right comes back with everything filled in.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scaffold.catalogue.patterns import Catalogue, load, template_root
from scaffold.errors import InvalidSpec
from scaffold.spec.models import traced, with_listed
from scaffold.spec.plan import Endpoint, Plan
from scaffold.template.kept_parts import KeptPart, KeptParts
from scaffold.template.macros import MARK, Macros

REFUSED = ("refuse",)
"""The rules that hold for what a project has."""
NEW = ("refuse", "discourage")
"""The rules that hold for what is new."""
FORM = ()
"""No rules: endpoints need only be well formed."""
RECENT = 4
"""How many checkers are kept, since a command reads the same answers several times."""


def check(
    answers: Mapping[str, Any], catalogue: Catalogue | None = None, *, new: bool = True
) -> list[Endpoint]:
    """Check `application`, `models`, `resources` and `endpoints`, each of which may be left out.

    Args:
        answers: the answers as a data file holds them; any other key is ignored.
        catalogue: the catalogue to check against; the command's own when None.
        new: whether what is discouraged is refused; a project that has it keeps it.

    Returns:
        The endpoints, with everything filled in.

    Raises:
        InvalidSpec: for the first mistake, with the field, the reason and what would be valid.
    """
    checker = Checker.of(answers, catalogue, new=new)
    return checker.endpoints(answers.get("endpoints", []), NEW if new else REFUSED)


def check_new(answers: dict[str, Any], catalogue: Catalogue | None = None) -> dict[str, Any]:
    """Return answers that are all new, with the models of their endpoints listed, once checked.

    Args:
        answers: as for `check`.
        catalogue: as for `check`.

    Raises:
        InvalidSpec: for the first mistake.
    """
    catalogue = catalogue or load()
    endpoints = answers.get("endpoints")
    listed = answers
    if isinstance(endpoints, list) and isinstance(answers.get("models", []), list):
        named = [each for each in endpoints if isinstance(each, Mapping)]
        listed = with_listed(answers, [str(each.get("name")) for each in named], catalogue)
    try:
        check(listed, catalogue)
    except InvalidSpec as error:
        raise traced(error, answers, listed, catalogue) from error
    return listed


def read(answers: Mapping[str, Any], catalogue: Catalogue | None = None) -> list[Endpoint]:
    """Return the endpoints of answers that are well formed, whatever they mean together.

    Raises:
        InvalidSpec: something is not well formed.
    """
    checker = Checker.of(answers, catalogue, new=False)
    return checker.endpoints(answers.get("endpoints", []), FORM)


def discouraged(
    answers: Mapping[str, Any], catalogue: Catalogue | None = None
) -> Iterator[InvalidSpec]:
    """Yield what should not be done in well-formed answers, which a project records.

    Args:
        answers: the answers.
        catalogue: the catalogue to check against; the command's own when None.
    """
    checker = Checker.of(answers, catalogue, new=False)
    endpoints = checker.endpoints(answers.get("endpoints", []), FORM)
    yield from checker.discouraged(endpoints)


class Checker:
    """Checks endpoints one by one, or all together, in an application."""

    def __init__(
        self,
        application: Any,
        catalogue: Catalogue | None = None,
        *,
        models: Any = (),
        resources: Any = (),
        new: bool = True,
    ) -> None:
        """Check the application and the models.

        Args:
            application: the patterns around it, as a data file holds them.
            catalogue: the catalogue to check against; the command's own when None.
            models: the models that endpoints can name, as a data file holds them.
            resources: the resources that they can name, in the same way.
            new: whether these patterns are new; see `check`.

        Raises:
            InvalidSpec: for the first mistake in the application, the models or the resources.
        """
        self._catalogue = catalogue or load()
        self._models = list(models) if isinstance(models, tuple) else models
        self._resources = list(resources) if isinstance(resources, tuple) else resources
        self.macros = Macros(self._catalogue, application, self._models, self._resources)
        self._answer = application
        self._application: list[Any] = []
        self._last: tuple[str, set[str]] = ("", set())
        self._complete: list[Endpoint] = []
        self.known: KeptPart | None = None
        kinds = NEW if new else REFUSED
        self._refuse("check_application", self._application, application, kinds)
        if self._models != []:
            self._refuse("check_models", [], self._models)
        if self._resources != []:
            self._refuse("check_resources", [], self._resources)

    @classmethod
    def of(
        cls, answers: Mapping[str, Any], catalogue: Catalogue | None = None, *, new: bool = True
    ) -> "Checker":
        """Return what checks endpoints in the application, with models and resources, of some."""
        application, models = answers.get("application", []), answers.get("models", [])
        resources = answers.get("resources", [])
        others = {name: value for name, value in answers.items() if name != "endpoints"}
        is_recorded = not new and "project_name" in answers and catalogue in (None, load())
        catalogue = catalogue or load()
        key = (id(catalogue), repr(application), repr(models), repr(resources), new)
        if key not in _recent:
            checker = cls(application, catalogue, models=models, resources=resources, new=new)
            if is_recorded:
                kept = KeptParts(template_root())
                checker.known = kept.of("checked", str(answers["project_name"]), repr(others))
            while len(_recent) >= RECENT:
                del _recent[next(iter(_recent))]
            _recent[key] = checker
        return _recent[key]

    def endpoints(self, value: Any, kinds: Sequence[str]) -> list[Endpoint]:
        """Return the endpoints of a list, which hold to the rules of these kinds.

        Raises:
            InvalidSpec: for the first mistake.
        """
        known, held = self._last
        written = repr(value)
        if known != written or not {*kinds} <= held:
            self._complete = self._all(self._checked(value, kinds))
            self._last = (written, {*kinds})
        return list(self._complete)

    def _checked(self, value: Any, kinds: Sequence[str]) -> list[dict[str, Any]]:
        """Return the endpoints of a list, of which those that are known are not checked again."""
        found: list[dict[str, Any]] = []
        if self.known is None or kinds != REFUSED or not isinstance(value, list):
            self._refuse("check_endpoints", found, value, kinds)
            return found
        for index, written in enumerate(value):
            own = repr(written)
            known = self.known.get(own)
            if known is None:
                self._refuse("check_endpoint", found, written, f"endpoints[{index}]", kinds)
                self.known.put(own, json.dumps(found[-1]))
            else:
                found.append(json.loads(known))
        self._refuse("check_together", found)
        self.known.write()
        return found

    def endpoint(self, value: Any, where: str, kinds: Sequence[str] = NEW) -> Endpoint:
        """Return an endpoint that fits by itself; messages call its place `where`.

        Raises:
            InvalidSpec: for the first mistake.
        """
        found: list[dict[str, Any]] = []
        self._refuse("check_endpoint", found, value, where, kinds)
        return self._read(found[0], where)

    def together(self, endpoints: Sequence[Endpoint]) -> None:
        """Check endpoints against each other and against the application.

        Raises:
            InvalidSpec: for the first mistake, in the words of the endpoint's own place.
        """
        try:
            self._refuse("check_together", [endpoint.data for endpoint in endpoints])
        except InvalidSpec as error:
            place, _, inside = error.field.partition("]")
            where = endpoints[int(place.partition("[")[2])].where
            raise InvalidSpec(f"{where}{inside}", error.reason, error.suggestion) from error

    def path(self, value: str) -> None:
        """Check a path by itself.

        Raises:
            InvalidSpec: for the first mistake, in the field `path`.
        """
        self._refuse("check_path", value, "path")

    def vias(self, entry: Any, form: str) -> list[str]:
        """Return the ways that a header or cookie can take to an answer of a form."""
        found: list[str] = json.loads(self.macros.spec.complete_entry(entry, form))["vias"]
        return found

    def discouraged(self, endpoints: Sequence[Endpoint]) -> Iterator[InvalidSpec]:
        """Yield what should not be done in these endpoints, and around them."""
        mistakes: list[str] = []
        found = [endpoint.data for endpoint in endpoints]
        self.macros.check.check_discouraged(mistakes, self._application, found)
        yield from map(_mistake, mistakes)

    def plan(self, endpoints: Sequence[Any]) -> Plan:
        """Return what the files of valid endpoints are written from."""
        planned = json.loads(
            self.macros.plan.plan(endpoints, self._answer, self._models, self._resources)
        )
        return Plan(planned, self._all(planned["endpoints"]))

    def _refuse(self, macro: str, *arguments: Any) -> None:
        """Raise for the first mistake that a macro finds."""
        mistakes: list[str] = []
        getattr(self.macros.check, macro)(mistakes, *arguments)
        if mistakes:
            raise _mistake(mistakes[0])

    def _all(self, found: Sequence[dict[str, Any]]) -> list[Endpoint]:
        return [self._read(data, f"endpoints[{index}]") for index, data in enumerate(found)]

    def _read(self, data: dict[str, Any], where: str) -> Endpoint:
        return Endpoint(where, data, self._catalogue.patterns)


_recent: dict[tuple[int, str, str, str, bool], Checker] = {}


def _mistake(line: str) -> InvalidSpec:
    return InvalidSpec(*line.split(MARK, 2))
