"""Rules about a whole endpoint, and about all endpoints together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.catalogue import Pattern, Refusal, Vocabulary
from scaffold.conditions import holds
from scaffold.errors import InvalidSpec
from scaffold.names import (
    body_class,
    parameter_names,
    prefix,
    quoted,
    slug,
    without_parameters,
)
from scaffold.spec import Endpoint, Entry


def check_endpoint(endpoint: Endpoint, words: Vocabulary, *, new: bool) -> None:
    """Check what the entries of one endpoint mean together.

    Args:
        endpoint: the endpoint.
        words: the vocabulary.
        new: whether what is discouraged is refused; a project that has it keeps it.
    """
    _check_hidden_names(endpoint, words)
    for entry in (*endpoint.headers, *endpoint.cookies):
        _check_via(entry, endpoint.response.pattern.form or "", words)
    _check_header_names(endpoint, words)
    _check_cookie_names(endpoint, words)
    check_refusals(endpoint.entries(), endpoint.facts(), words, new=new)


def _check_hidden_names(endpoint: Endpoint, words: Vocabulary) -> None:
    """Refuse names of the endpoint that its own module gives to something else."""
    taken = set(_own_names(endpoint, words))
    if endpoint.name in taken:
        raise words.mistake("reserved", field=f"{endpoint.where}.name", given=endpoint.name)
    for name in parameter_names(endpoint.path):
        if name in taken:
            raise words.mistake("parameter", field=f"{endpoint.where}.path", given=quoted(name))
    classes = {*taken, *([body_class(endpoint.name)] if endpoint.has_body else [])}
    for entry in (endpoint.response, *endpoint.headers, *endpoint.cookies):
        for option in entry.pattern.options.values():
            if option.type != "class_name":
                continue
            given = entry.options[option.name]
            if given in classes:
                field = f"{entry.where}.{option.name}"
                valid = words.shapes["class_name"].valid
                raise words.mistake("value", field=field, given=quoted(given), valid=valid)
            classes.add(given)


def _own_names(endpoint: Endpoint, words: Vocabulary) -> Iterator[str]:
    """Yield what the endpoint's module takes from its patterns, or makes from their options."""
    for entry in endpoint.entries():
        yield from own_names(entry, words)


def own_names(entry: Entry, words: Vocabulary) -> Iterator[str]:
    """Yield what an entry's pattern defines or imports in the module of its endpoint."""
    name = entry.options.get("name", "")
    own = {"slug": slug(name, words), "prefix": prefix(name, words)}
    yield from (written.format(**own) for written in entry.pattern.names)


def check_refusals(
    entries: Iterable[Entry], facts: Mapping[str, Any], words: Vocabulary, *, new: bool
) -> None:
    """Raise for the first refusal of the catalogue that holds; see `check_endpoint`."""
    for rule, mistake in refusals(entries, facts, words):
        if new or not rule.discouraged:
            raise mistake


def refusals(
    entries: Iterable[Entry], facts: Mapping[str, Any], words: Vocabulary
) -> Iterator[tuple[Refusal, InvalidSpec]]:
    """Yield every refusal of the catalogue that holds, and what is said about it."""
    for entry in entries:
        for rule in entry.pattern.refusals:
            if holds(rule.when, entry.options, facts):
                field = f"{entry.where}.{rule.option}" if rule.option else entry.where
                yield (
                    rule,
                    words.mistake(
                        "refused", field=field, because=rule.because, instead=rule.instead
                    ),
                )


def check_all(
    endpoints: Sequence[Endpoint], application: Sequence[Entry], words: Vocabulary
) -> None:
    """Check the endpoints against each other, and their cookies against the application's."""
    _check_routes(endpoints, words)
    _check_cookies(endpoints, application, words)
    _check_tags(endpoints, words)


def _check_via(entry: Entry, form: str, words: Vocabulary) -> None:
    if not entry.via_given:
        return
    field = f"{entry.where}.via"
    if entry.via not in words.vias:
        raise words.mistake("via_unknown", field=field, given=quoted(entry.via))
    valid = allowed_vias(entry, form, words)
    if entry.via not in valid:
        raise words.mistake(
            "via",
            field=field,
            pattern=entry.pattern.id,
            given=entry.via,
            because=words.dropped[form],
            valid=" or ".join(valid),
        )


def allowed_vias(entry: Entry, form: str, words: Vocabulary) -> list[str]:
    """Return the ways that reach the wire; what is read from a request needs no answer in hand."""
    if not entry.reads():
        return list(words.forms[form])
    return [via for via in words.vias if via != "direct" or via in words.forms[form]]


def _check_header_names(endpoint: Endpoint, words: Vocabulary) -> None:
    deciding = [endpoint.response, *([endpoint.status] if endpoint.status else [])]
    seen = {name.lower() for entry in deciding for name in entry.pattern.sets}
    read: set[str] = set()
    for entry in endpoint.headers:
        for name in entry.header_names():
            if name.lower() in seen and name.lower() not in words.list_headers:
                raise words.mistake("header_twice", field=entry.where, given=name)
            seen.add(name.lower())
        if not entry.reads():
            continue
        given = entry.options.get(entry.pattern.repeatable or "", entry.pattern.id)
        if given.lower() in read:
            raise words.mistake("read_twice", field=entry.where, given=given)
        read.add(given.lower())


def _check_cookie_names(endpoint: Endpoint, words: Vocabulary) -> None:
    seen: set[tuple[bool, str]] = set()
    for entry in endpoint.cookies:
        name = entry.options.get("name", entry.pattern.id)
        if (entry.reads(), name) in seen:
            message = "cookie_twice" if "name" in entry.options else "read_twice"
            raise words.mistake(message, field=entry.where, given=name)
        seen.add((entry.reads(), name))


def _check_routes(endpoints: Sequence[Endpoint], words: Vocabulary) -> None:
    names: set[str] = set()
    routes: dict[tuple[str, str], str] = {}
    for endpoint in endpoints:
        if endpoint.name in names:
            raise words.mistake("name_twice", field=f"{endpoint.where}.name", given=endpoint.name)
        names.add(endpoint.name)
        route = (endpoint.method, without_parameters(endpoint.path))
        if route in routes:
            raise words.mistake(
                "route_twice",
                field=f"{endpoint.where}.path",
                given=f"{endpoint.method} {endpoint.path}",
                other=routes[route],
            )
        routes[route] = endpoint.name


def _check_tags(endpoints: Sequence[Endpoint], words: Vocabulary) -> None:
    """Refuse a weak tag where clients send it back as If-Match."""
    matched = {
        without_parameters(endpoint.path): endpoint.name
        for endpoint in endpoints
        for entry in endpoint.headers
        if entry.pattern.id == "if-match"
    }
    for endpoint in endpoints:
        other = matched.get(without_parameters(endpoint.path))
        for entry in endpoint.headers:
            if other and entry.pattern.id == "etag-conditional" and entry.options["weak"]:
                raise words.mistake("weak_tag", field=f"{entry.where}.weak", other=other)


def _check_cookies(
    endpoints: Sequence[Endpoint], application: Sequence[Entry], words: Vocabulary
) -> None:
    modules: dict[str, str] = {}
    owners: dict[str, tuple[Pattern, str]] = {}
    for entry in application:
        if entry.pattern.names_cookie:
            name = entry.options["name"]
            modules[slug(name, words)] = name
            owners[name] = (entry.pattern, "the application")
    for endpoint in endpoints:
        for entry in endpoint.cookies:
            if "name" not in entry.options:
                continue
            name = entry.options["name"]
            _check_owner(entry, f"the endpoint {endpoint.name}", owners, words)
            owner = modules.setdefault(slug(name, words), name)
            if owner != name:
                field = f"{entry.where}.name"
                raise words.mistake("cookie_module", field=field, name=name, other=owner)
    _check_attributes(endpoints, words)


def _check_owner(
    entry: Entry, user: str, owners: dict[str, tuple[Pattern, str]], words: Vocabulary
) -> None:
    """Refuse a cookie that has another object beside it, or belongs to the application."""
    name = entry.options["name"]
    owner, first_user = owners.get(name, (entry.pattern, user))
    if entry.pattern.owns_cookie:
        owners.setdefault(name, (entry.pattern, user))
    if owner != entry.pattern and (entry.pattern.owns_cookie or owner.family == "app"):
        raise words.mistake(
            "cookie_kind",
            field=f"{entry.where}.name",
            name=name,
            pattern=owner.id,
            other=first_user,
        )


@dataclass(frozen=True)
class Declaration:
    """What a cookie's module declares, and the endpoint that says so.

    One entry declares it all: one of the pattern that the object beside the cookie belongs to, then
    one that defines the cookie, then the one that says most. So the order of the endpoints changes
    nothing. `weight` is that order.
    """

    policy: Mapping[str, Any]
    endpoint: str
    weight: tuple[bool, bool, int]


def _declarations(endpoints: Sequence[Endpoint], words: Vocabulary) -> dict[str, Declaration]:
    """Return what declares each cookie, by the cookie's name."""
    found: dict[str, Declaration] = {}
    for endpoint, entry in _users_of_cookies(endpoints):
        pattern, name = entry.pattern, entry.options["name"]
        said = dict(_said_of_cookie(entry, words))
        others = [key for key in said if said[key] != pattern.options[key].default]
        defines = holds(pattern.defines_cookie, entry.options, {})
        weight = (pattern.owns_cookie, defines, len(others))
        if name not in found or weight > found[name].weight:
            policy = {**words.cookie_attributes, **said, **pattern.cookie_attributes}
            found[name] = Declaration(policy, endpoint.name, weight)
    return found


def _check_attributes(endpoints: Sequence[Endpoint], words: Vocabulary) -> None:
    """Refuse what an entry says of a cookie, and the one that declares it says otherwise."""
    declared = _declarations(endpoints, words)
    for _, entry in _users_of_cookies(endpoints):
        name = entry.options["name"]
        for option, value in _said_of_cookie(entry, words):
            if option in entry.given and value != declared[name].policy[option]:
                raise words.mistake(
                    "cookie_differs",
                    field=f"{entry.where}.{option}",
                    name=name,
                    option=option,
                    other=declared[name].endpoint,
                )


def _users_of_cookies(endpoints: Sequence[Endpoint]) -> Iterator[tuple[Endpoint, Entry]]:
    for endpoint in endpoints:
        for entry in endpoint.cookies:
            if entry.pattern.names_cookie:
                yield endpoint, entry


def _said_of_cookie(entry: Entry, words: Vocabulary) -> Iterator[tuple[str, Any]]:
    """Yield the attributes and facts of a cookie that an entry has, by default or as given."""
    for option in (*words.cookie_attributes, *words.cookie_facts):
        value = entry.options.get(option)
        if value is not None:
            yield option, value
