"""The endpoint spec as objects: what `scaffold.check` has read and found well formed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scaffold.catalogue import Pattern
from scaffold.conditions import holds


@dataclass(frozen=True)
class Entry:
    """A pattern that an endpoint or the application uses.

    Attributes:
        where: its place in the spec, such as `endpoints[0].headers[1]`.
        options: every option, defaults filled in.
        given: the names of the options that the spec itself gives.
        via: what the spec says under `via`, unchecked.
        via_given: whether it says anything there.
    """

    where: str
    pattern: Pattern
    options: Mapping[str, Any]
    given: frozenset[str]
    via: Any
    via_given: bool

    def reads(self) -> bool:
        """Say whether it reads from the request, instead of writing to the answer."""
        return holds(self.pattern.reads, self.options, {})

    def header_names(self) -> tuple[str, ...]:
        """Return the response headers that it sets."""
        if self.reads():
            return ()
        if self.pattern.repeatable:
            return (self.options[self.pattern.repeatable],)
        return self.pattern.sets


@dataclass(frozen=True)
class Endpoint:
    """One endpoint.

    Attributes:
        where: its place in the spec, such as `endpoints[0]`.
        application: the ids of the patterns that wrap the whole application.
    """

    where: str
    name: str
    method: str
    path: str
    has_body: bool
    response: Entry
    status: Entry | None
    headers: tuple[Entry, ...]
    cookies: tuple[Entry, ...]
    application: tuple[str, ...]

    def entries(self) -> Iterator[Entry]:
        """Yield the entries in the order in which rules look at them."""
        yield self.response
        if self.status:
            yield self.status
        yield from self.headers
        yield from self.cookies

    def asks_who(self) -> Entry | None:
        """Return an entry that makes the answer depend on who asks, if there is one."""
        tokens = [one for one in self.headers if one.pattern.id == "www-authenticate"]
        return next(iter((*self.cookies, *tokens)), None)

    def facts(self) -> dict[str, Any]:
        """Return what conditions can ask about the endpoint."""
        return {
            "form": self.response.pattern.form,
            "method": self.method,
            "response": self.response.pattern.id,
            "status": self.status.pattern.id if self.status else "none",
            "sets_cookie": not all(cookie.reads() for cookie in self.cookies),
            "reads_cookie": any(cookie.reads() for cookie in self.cookies),
            "own_status": self.response.pattern.own_status,
            "has_body": self.has_body or self.response.pattern.takes_body,
            "body_fields": self.has_body,
            "takes_rest": self.path.endswith(":path}"),
            "headers": " ".join(header.pattern.id for header in self.headers),
            "is_for_one": self.asks_who() is not None,
            "path": self.path,
            "actions": " ".join(
                cookie.options["action"] for cookie in self.cookies if "action" in cookie.options
            ),
            "logins": " ".join(
                cookie.options["name"]
                for cookie in self.cookies
                if cookie.options.get("action") == "login"
            ),
            "application": " ".join(self.application),
            "cookies": " ".join(cookie.pattern.id for cookie in self.cookies),
        }
