"""What an endpoint takes and answers: status, headers and cookies, why each is set there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scaffold.catalogue.guides import guide
from scaffold.catalogue.patterns import Catalogue, Vocabulary
from scaffold.explain.browser import deeds
from scaffold.explain.request import Taken, taken
from scaffold.explain.wire import Part, Wire
from scaffold.spec.check import Checker, check_new
from scaffold.spec.plan import Endpoint, Entry

WHY = {
    ("value", "parameter"): "the endpoint returns data, so FastAPI copies what is set on the "
    "Response that it injects as a parameter",
    ("value", "dependency"): "the endpoint returns data, so FastAPI copies what a dependency sets "
    "on the injected Response",
    ("stream", "dependency"): "a dependency sets it before the stream begins, as {dropped}",
    ("returned", "direct"): "it is set on the Response that the endpoint returns, as {dropped}",
    ("handshake", "direct"): "the WebSocket is accepted with it, as {dropped}",
}
"""Why an answer's header or cookie sits where it does, by form and via."""
READ = "it is read from the request before the endpoint runs"
OWN = "it belongs to the response pattern itself"
DECIDED = "the status pattern sets it beside the status"
SAYS_SO = "your code says so"
FOR_ONE = "the answer depends on who asks, so the application keeps it out of shared caches"


@dataclass(frozen=True)
class Line:
    """One header line of an answer.

    Attributes:
        name: the header.
        value: its value; `<...>` stands for what only the running service knows.
        pattern: the pattern that sets it, or because of which the application does so.
        via: `parameter`, `dependency` or `direct`; None where the answer brings it along.
        why: why it is set there.
        browser: what a browser does with a cookie.
    """

    name: str
    value: str
    pattern: str
    via: str | None
    why: str
    browser: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class OtherAnswer:
    """An answer that the endpoint gives in another case than the usual one."""

    status: int
    condition: str
    pattern: str
    headers: list[tuple[str, str]]


@dataclass(frozen=True)
class Use:
    """A pattern of the endpoint that may write no line of the usual answer.

    Attributes:
        pattern: its id.
        via: how it reaches the answer; None for the response and the status.
        why: why it sits there.
        clients: what browsers, caches and other clients do with it.
    """

    pattern: str
    via: str | None
    why: str
    clients: str


@dataclass(frozen=True)
class Explanation:
    """What a valid endpoint will answer, and what it brings into a project.

    Attributes:
        takes: what it takes from the request.
        tags: under which the document lists it.
        status: the usual one.
        headers: the lines of the usual answer.
        others: answers in other cases, as far as patterns of the endpoint give them.
        uses: the endpoint's patterns.
        toolkit: the modules of `app/http/`.
        dependencies: packages beside FastAPI's own.
        settings: what is read from the environment, and what it means.
        application: patterns around the whole application that come with it.
    """

    endpoint: Endpoint
    takes: list[Taken]
    tags: list[str]
    status: int
    headers: list[Line]
    others: list[OtherAnswer]
    uses: list[Use]
    toolkit: list[str]
    dependencies: list[str]
    settings: Mapping[str, str]
    application: list[str]

    @property
    def media_type(self) -> str | None:
        """Return the media type of the usual answer; None without content."""
        values = (line.value for line in self.headers if line.name == "Content-Type")
        return next(values, None)


def explain(
    spec: Mapping[str, Any],
    catalogue: Catalogue,
    models: Sequence[Mapping[str, Any]] = (),
    resources: Sequence[Mapping[str, Any]] = (),
) -> Explanation:
    """Say what an endpoint of a data file will answer.

    Args:
        spec: the endpoint.
        catalogue: the patterns.
        models: those that it may name; its response declares its own as it would in a project.
        resources: those that it may name, whose models are among these.

    Raises:
        InvalidSpec: it is not valid.
    """
    known = {"resources": list(resources)} if resources else {}
    answers = check_new({"models": list(models), **known, "endpoints": [spec]}, catalogue)
    checker = Checker.of(answers, catalogue)
    plan = checker.plan(answers["endpoints"])
    (endpoint,) = plan.endpoints
    wire, words = Wire(checker.macros, plan), catalogue.vocabulary
    found = [(entry, part) for entry in endpoint.entries() for part in wire.parts(endpoint, entry)]
    usual = _joined(
        line
        for entry, part in found
        if part.status is None
        for line in _lines(endpoint, entry, part, words)
    )
    return Explanation(
        endpoint=endpoint,
        takes=list(taken(endpoint)),
        tags=list(endpoint.data["tags"]),
        status=endpoint.status_code,
        headers=_private(endpoint, usual, wire),
        others=[
            OtherAnswer(part.status, part.condition, entry.pattern.id, list(part.headers))
            for entry, part in found
            if part.status is not None
        ]
        + [
            OtherAnswer(each, SAYS_SO, "errors", []) for each in endpoint.data["errors"]["statuses"]
        ],
        uses=[
            Use(
                entry.pattern.id,
                _via(entry),
                _why(endpoint, entry, words),
                guide(entry.pattern).clients,
            )
            for entry in endpoint.entries()
        ],
        toolkit=plan.toolkit,
        dependencies=plan.dependencies,
        settings=plan.settings,
        application=sorted(
            each for each in plan.patterns if catalogue.patterns[each].family == "app"
        ),
    )


def _via(entry: Entry) -> str | None:
    """Return how a header or cookie reaches the answer; None for what is the answer itself."""
    return None if entry.pattern.family in ("response", "status") else entry.via


def _lines(endpoint: Endpoint, entry: Entry, part: Part, words: Vocabulary) -> Iterator[Line]:
    why = _why(endpoint, entry, words)
    for name, value in part.headers:
        browser = deeds(value) if name == "Set-Cookie" else []
        yield Line(name, value, entry.pattern.id, _via(entry), why, browser)


def _why(endpoint: Endpoint, entry: Entry, words: Vocabulary) -> str:
    if entry.pattern.family == "response":
        return OWN
    if entry.pattern.family == "status":
        return DECIDED
    if entry.reads:
        return READ
    dropped = words.dropped[endpoint.form]
    return WHY[endpoint.form, entry.via].format(dropped=dropped)


def _joined(lines: Iterable[Line]) -> list[Line]:
    """Return the lines with the names of all Vary headers in one, as the server sends them."""
    joined: list[Line] = []
    for line in lines:
        before = next((one for one in joined if one.name == line.name == "Vary"), None)
        if before is None:
            joined.append(line)
        elif line.value not in before.value.split(", "):
            merged = replace(before, value=f"{before.value}, {line.value}")
            joined[joined.index(before)] = merged
    return joined


def _private(endpoint: Endpoint, lines: list[Line], wire: Wire) -> list[Line]:
    """Return the lines with the Cache-Control that the application gives an answer for one."""
    said = [line for line in lines if line.name == "Cache-Control"]
    before = ", ".join(line.value for line in said)
    sent = wire.cache_control(endpoint, before)
    if sent == before or endpoint.form == "handshake":
        return lines
    cause = _asks_who(endpoint)
    private = Line("Cache-Control", sent, cause.pattern.id, None, FOR_ONE)
    return [*(line for line in lines if line not in said), private]


def _asks_who(endpoint: Endpoint) -> Entry:
    """Return the entry that makes an answer depend on who asks."""
    tokens = (one for one in endpoint.headers if one.pattern.id == "www-authenticate")
    return next(iter((*endpoint.cookies, *tokens)))
