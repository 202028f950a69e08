"""The endpoint spec as objects: what the template's macros return for valid answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scaffold.catalogue.patterns import Pattern


@dataclass(frozen=True)
class Entry:
    """A pattern that an endpoint uses.

    Attributes:
        options: every option, defaults filled in.
        via: how it reaches the answer.
        reads: whether it reads from the request, instead of writing to the answer.
        slug: what the code calls the cookie or header that its options name; else empty.
        prefix: what tells the objects of a second such cookie from those of the first.
    """

    pattern: Pattern
    options: Mapping[str, Any]
    via: str
    reads: bool
    slug: str
    prefix: str


@dataclass(frozen=True)
class Endpoint:
    """One endpoint.

    Attributes:
        where: its place in the spec, such as `endpoints[0]`.
        data: what `complete_endpoint` in `compose/spec.jinja` says of it, or the plan.
        patterns: the catalogue's, by id.
    """

    where: str
    data: Mapping[str, Any]
    patterns: Mapping[str, Pattern]

    @property
    def name(self) -> str:
        """Return the name of the function, its module and the operation."""
        return str(self.data["name"])

    @property
    def method(self) -> str:
        """Return the method of the request."""
        return str(self.data["method"])

    @property
    def path(self) -> str:
        """Return the path, with parameters."""
        return str(self.data["path"])

    @property
    def form(self) -> str:
        """Return how the response pattern hands its answer to FastAPI."""
        return str(self.data["form"])

    @property
    def status_code(self) -> int:
        """Return the status of the usual answer; only the plan knows it."""
        return int(self.data["status_code"])

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return what conditions can ask about the endpoint."""
        found: Mapping[str, Any] = self.data["facts"]
        return found

    @cached_property
    def response(self) -> Entry:
        """Return the response pattern."""
        return self._entry(self.data["response"])

    @cached_property
    def status(self) -> Entry | None:
        """Return the status pattern, if there is one."""
        status = self.data["status"]
        return self._entry(status) if status else None

    @cached_property
    def headers(self) -> tuple[Entry, ...]:
        """Return the header patterns."""
        return tuple(map(self._entry, self.data["headers"]))

    @cached_property
    def cookies(self) -> tuple[Entry, ...]:
        """Return the cookie patterns."""
        return tuple(map(self._entry, self.data["cookies"]))

    def entries(self) -> Iterator[Entry]:
        """Yield the entries in the order in which rules look at them."""
        yield self.response
        if self.status:
            yield self.status
        yield from self.headers
        yield from self.cookies

    def _entry(self, data: Mapping[str, Any]) -> Entry:
        return Entry(
            pattern=self.patterns[data["pattern"]],
            options=data["o"],
            via=data["via"],
            reads=data["reads"],
            slug=data["slug"],
            prefix=data["prefix"],
        )


@dataclass(frozen=True)
class Plan:
    """What the files of a project are written from.

    Attributes:
        data: what `plan` in `compose/plan.jinja` says.
        endpoints: its endpoints.
    """

    data: Mapping[str, Any]
    endpoints: Sequence[Endpoint]

    @property
    def patterns(self) -> list[str]:
        """Return the ids of all patterns in use, and of the application patterns they need."""
        return list(self.data["patterns"])

    @property
    def cookies(self) -> Sequence[Mapping[str, Any]]:
        """Return the cookies that have a module, with their attributes."""
        return list(self.data["cookies"])

    @property
    def toolkit(self) -> list[str]:
        """Return the modules of `app/http/`."""
        return list(self.data["toolkit"])

    @property
    def dependencies(self) -> list[str]:
        """Return the packages beside FastAPI's own."""
        return list(self.data["dependencies"])

    @property
    def settings(self) -> dict[str, str]:
        """Return what is read from the environment, and what it means."""
        return {name: setting["means"] for name, setting in self.data["settings"].items()}
