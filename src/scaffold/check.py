"""Check the answers that say what is generated, before anything is written.

`check` reads the application patterns and the endpoints one after the other and raises for the
first mistake. `compose/check.jinja` does the same for people who run plain Copier, with the same
catalogue, order and sentences; tests hold both to the same text. What is said about one value is in
`scaffold.names` and `scaffold.values`, what concerns a whole endpoint or list in `scaffold.rules`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scaffold import rules
from scaffold.catalogue import Catalogue, Pattern, Vocabulary, load
from scaffold.errors import InvalidSpec
from scaffold.names import check_endpoint_name, check_fields, check_path, quoted
from scaffold.spec import Endpoint, Entry
from scaffold.values import check_option

NO_CONTENT = "status-no-content"


def check(
    answers: Mapping[str, Any], catalogue: Catalogue | None = None, *, new: bool = True
) -> list[Endpoint]:
    """Check `application` and `endpoints`, each of which may be left out.

    Args:
        answers: the answers as a data file holds them; any other key is ignored.
        catalogue: the catalogue to check against; the command's own when None.
        new: whether what is discouraged is refused; a project that has it keeps it.

    Returns:
        The endpoints, read.

    Raises:
        InvalidSpec: for the first mistake, with the field, the reason and what would be valid.
    """
    reading = reader(answers.get("application", []), catalogue, new=new)
    if "endpoints" not in answers:
        return []
    endpoints = reading.read_endpoints(answers["endpoints"], new=new)
    reading.check_together(endpoints)
    return endpoints


def read(answers: Mapping[str, Any], catalogue: Catalogue | None = None) -> list[Endpoint]:
    """Return the endpoints of answers that are well formed, whatever they mean together.

    Raises:
        InvalidSpec: something is not well formed.
    """
    reading = reader(answers.get("application", []), catalogue, new=False)
    return reading.well_formed(answers.get("endpoints", []))


def discouraged(
    answers: Mapping[str, Any], catalogue: Catalogue | None = None
) -> Iterator[InvalidSpec]:
    """Yield what should not be done in well-formed answers, which a project records.

    Args:
        answers: the answers.
        catalogue: the catalogue to check against; the command's own when None.
    """
    reading = reader(answers.get("application", []), catalogue, new=False)
    yield from reading.discouraged(reading.wrappers, {})
    for endpoint in reading.well_formed(answers.get("endpoints", [])):
        yield from reading.discouraged(endpoint.entries(), endpoint.facts())


def reader(
    application: Sequence[Any], catalogue: Catalogue | None = None, *, new: bool = True
) -> "Reader":
    """Return what checks endpoints one by one, in an application with these patterns around it.

    Args:
        application: its patterns, as a data file holds them.
        catalogue: the catalogue to check against; the command's own when None.
        new: whether these patterns are new; see `check`.

    Raises:
        InvalidSpec: for the first mistake in the application.
    """
    made = Reader(catalogue or load())
    made.wrappers = made.read_application(application, new=new)
    return made


class Reader:
    """Turns raw answers into objects, or raises for the first thing that is not well formed."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.patterns: Mapping[str, Pattern] = catalogue.patterns
        self.words: Vocabulary = catalogue.vocabulary
        self.application: tuple[str, ...] = ()
        self.wrappers: list[Entry] = []

    def read_application(self, value: Any, *, new: bool) -> list[Entry]:
        """Return the patterns around the application, each of which fits by itself."""
        entries: list[Entry] = []
        seen: set[str] = set()
        for where, item in self._items(value, "application", optional=False):
            entry = self._entry(item, where, "app")
            pattern_id = entry.pattern.id
            if pattern_id in seen:
                raise self.words.mistake("app_twice", field=where, given=pattern_id)
            seen.add(pattern_id)
            rules.check_refusals([entry], {}, self.words, new=new)
            self.application += (pattern_id,)
            entries.append(entry)
        return entries

    def well_formed(self, value: Any) -> list[Endpoint]:
        """Return the endpoints of a list, whatever the parts of each mean together."""
        items = self._items(value, "endpoints", optional=False)
        return [self._endpoint(item, where) for where, item in items]

    def read_endpoints(self, value: Any, *, new: bool) -> list[Endpoint]:
        """Return the endpoints of a list, each of which fits by itself."""
        endpoints = []
        for where, item in self._items(value, "endpoints", optional=False):
            endpoints.append(self.read_endpoint(item, where, new=new))
        return endpoints

    def read_endpoint(self, value: Any, where: str, *, new: bool = True) -> Endpoint:
        """Return an endpoint that fits by itself; messages call its place `where`."""
        endpoint = self._endpoint(value, where)
        rules.check_endpoint(endpoint, self.words, new=new)
        return endpoint

    def discouraged(
        self, entries: Iterable[Entry], facts: Mapping[str, Any]
    ) -> Iterator[InvalidSpec]:
        """Yield what should not be done in entries of an application or an endpoint."""
        found = rules.refusals(entries, facts, self.words)
        yield from (mistake for rule, mistake in found if rule.discouraged)

    def check_together(self, endpoints: Sequence[Endpoint]) -> None:
        """Check endpoints against each other and against the application."""
        rules.check_all(endpoints, self.wrappers, self.words)

    def _items(self, value: Any, field: str, *, optional: bool) -> list[tuple[str, Any]]:
        """Return the items of a list, each with the field that it is."""
        if value is None and optional:
            return []
        if not isinstance(value, list):
            raise self.words.mistake("list", field=field)
        return [(f"{field}[{index}]", item) for index, item in enumerate(value)]

    def _endpoint(self, value: Any, where: str) -> Endpoint:
        if not isinstance(value, dict):
            raise self.words.mistake("mapping", field=where)
        for key in value:
            if key not in self.words.endpoint_keys:
                raise self.words.mistake("unknown_key", field=where, given=quoted(key))
        self._check_required(value, where)
        method = value["method"]
        check_endpoint_name(value["name"], f"{where}.name", self.words)
        if method not in self.words.methods:
            raise self.words.mistake("method", field=f"{where}.method", given=quoted(method))
        check_path(value["path"], f"{where}.path", self.words)
        self._check_body(value.get("body"), method, f"{where}.body")
        response = self._entry(_response(value), f"{where}.response", "response")
        return Endpoint(
            where=where,
            name=value["name"],
            method=method,
            path=value["path"],
            has_body=value.get("body") is not None,
            response=response,
            status=self._optional(value.get("status"), f"{where}.status", "status"),
            headers=self._entries(value.get("headers"), f"{where}.headers", "header"),
            cookies=self._entries(value.get("cookies"), f"{where}.cookies", "cookie"),
            application=self.application,
        )

    def _check_required(self, value: dict[Any, Any], where: str) -> None:
        for key, valid in self.words.required.items():
            present = value.get(key) if key != "response" else _response(value)
            if present is None:
                raise self.words.mistake("missing", field=f"{where}.{key}", valid=valid)

    def _check_body(self, body: Any, method: str, field: str) -> None:
        if body is None:
            return
        if method not in self.words.body_methods:
            raise self.words.mistake("body_method", field=field, given=method)
        check_fields(body, field, self.words)

    def _optional(self, value: Any, where: str, family: str) -> Entry | None:
        return None if value is None else self._entry(value, where, family)

    def _entries(self, value: Any, field: str, family: str) -> tuple[Entry, ...]:
        items = self._items(value, field, optional=True)
        return tuple(self._entry(item, where, family) for where, item in items)

    def _entry(self, value: Any, where: str, family: str) -> Entry:
        pattern_id = _pattern_id(value)
        if pattern_id is None:
            raise self.words.mistake("entry", field=where)
        pattern = self._pattern(pattern_id, where, family)
        given = value if isinstance(value, dict) else {}
        self._check_option_names(given, pattern, where)
        for name, option in pattern.options.items():
            if name in given:
                check_option(given[name], option, f"{where}.{name}", self.words)
        named = {name: given[name] for name in pattern.options if name in given}
        return Entry(
            where=where,
            pattern=pattern,
            options={**pattern.defaults(), **named},
            given=frozenset(named),
            via=given.get("via"),
            via_given="via" in given,
        )

    def _pattern(self, pattern_id: str, where: str, family: str) -> Pattern:
        pattern = self.patterns.get(pattern_id)
        reader_word = "application" if family == "app" else family
        if pattern is None:
            given = quoted(pattern_id)
            raise self.words.mistake("pattern", field=where, family=reader_word, given=given)
        if pattern.family != family:
            raise self.words.mistake(
                "family",
                field=where,
                given=pattern_id,
                actual="application" if pattern.family == "app" else pattern.family,
                family=reader_word,
                place=self.words.places[pattern.family],
            )
        return pattern

    def _check_option_names(self, given: dict[Any, Any], pattern: Pattern, where: str) -> None:
        takes = [*pattern.options]
        if pattern.family in ("header", "cookie"):
            takes.append("via")
        for name in given:
            if name != "pattern" and name not in takes:
                raise self.words.mistake(
                    "option" if takes else "no_options",
                    field=where,
                    pattern=pattern.id,
                    given=quoted(name),
                    valid=", ".join(takes),
                )


def _pattern_id(value: Any) -> str | None:
    """Return the id of a pattern entry in either notation, or None where there is none."""
    pattern_id = value.get("pattern") if isinstance(value, dict) else value
    return pattern_id if isinstance(pattern_id, str) else None


def _response(endpoint: dict[Any, Any]) -> Any:
    """Return an endpoint's response entry; an answer without content needs not name one."""
    response = endpoint.get("response")
    if response is None and _pattern_id(endpoint.get("status")) == NO_CONTENT:
        return "empty"
    return response
