"""The catalogue: every pattern, and the words that an endpoint spec is made of.

The data lives in the template (`patterns/*/*/pattern.yml` and `compose/vocabulary.yml`), where
Copier reads it too. This module turns it into frozen objects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scaffold.errors import InvalidSpec, UsageMistake
from scaffold.index import VOCABULARY, Documents, read_documents, read_files
from scaffold.suggestions import did_you_mean

FAMILIES = ("response", "header", "cookie", "status", "app")
"""The families of patterns, in the order in which they are listed."""

PLAIN_COOKIE = "cookie-set"
"""The pattern whose defaults say what a cookie is like where nobody says else."""

LIST_HEADERS = ("link", "set-cookie", "vary")
"""Headers that several patterns may add to, for templates up to 0.2.0, which do not list them."""

Condition = bool | Mapping[str, Any]
"""What must hold of an entry's options and its endpoint; see `scaffold.conditions`."""


@dataclass(frozen=True)
class Option:
    """One option of a pattern, as `pattern.yml` declares it."""

    name: str
    type: str
    default: Any
    help: str
    choices: tuple[str | int, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    matches: str | None = None
    valid: str = ""


@dataclass(frozen=True)
class Refusal:
    """A condition under which a pattern is not generated, the reason, and what to do instead.

    Attributes:
        discouraged: whether it could be generated, but should not be done: a project that has it
            keeps it.
        breaks: what the tests of that project would say about it.
    """

    when: Condition
    because: str
    instead: str
    option: str | None = None
    discouraged: bool = False
    breaks: str | None = None


@dataclass(frozen=True)
class Pattern:
    """One catalogued way to answer HTTP.

    Attributes:
        form: how a response pattern hands its answer to FastAPI; None in the other families.
        sets: the response headers that the pattern puts on the wire.
        repeatable: the option that names the header or cookie, of which there may be several.
        reads: when the pattern reads from the request instead of writing to the answer.
        names_cookie: whether the cookie that an entry names gets a module in `app/cookies/`.
        owns_cookie: whether it puts an object of its own beside the cookie in that module.
        defines_cookie: when an entry holds the attributes that the cookie's other users take over.
        cookie_attributes: the attributes that the pattern's cookies have in any case.
        own_status: whether a response pattern brings a status of its own.
        takes_body: whether a response pattern declares the request's body itself.
        example: the parts of an endpoint that the pattern needs around it, such as its method.
        unlisted: whether readers need not be shown it.
        names: what a stub with this pattern defines or imports, so that nothing else is called so;
            `{slug}` and `{prefix}` stand for what the entry's cookie or header is called there.
        status_code: the status of the answer, or the option that says it; None where it is usual.
        toolkit: the modules of `app/http/` that it needs.
        dependencies: the packages that it needs.
        needs: the application patterns that come with it.
    """

    id: str
    family: str
    title: str
    summary: str
    standard: str
    form: str | None
    options: Mapping[str, Option]
    sets: tuple[str, ...]
    repeatable: str | None
    reads: Condition
    names_cookie: bool
    owns_cookie: bool
    defines_cookie: Condition
    cookie_attributes: Mapping[str, Any]
    own_status: bool
    takes_body: bool
    example: Mapping[str, Any]
    unlisted: bool
    names: tuple[str, ...]
    status_code: int | Mapping[str, str] | None
    toolkit: tuple[str, ...]
    dependencies: tuple[str, ...]
    needs: tuple[str, ...]
    refusals: tuple[Refusal, ...]

    def defaults(self) -> dict[str, Any]:
        """Return every option with its default."""
        return {name: option.default for name, option in self.options.items()}


@dataclass(frozen=True)
class Shape:
    """An option type that is text of one shape: a regular expression, and how to say it."""

    matches: str
    valid: str


@dataclass(frozen=True)
class Vocabulary:
    """The words of `compose/vocabulary.yml`, and the sentences for each mistake.

    Attributes:
        cookie_attributes: the attributes of a cookie, with what they are unless somebody says else.
        cookie_facts: what a cookie's module declares besides.
    """

    methods: Sequence[str]
    body_methods: Sequence[str]
    vias: Sequence[str]
    forms: Mapping[str, Sequence[str]]
    dropped: Mapping[str, str]
    convertors: Mapping[str, Any]
    field_types: Mapping[str, Any]
    reserved: frozenset[str]
    reserved_parameters: frozenset[str]
    keywords: frozenset[str]
    module_names: frozenset[str]
    field_names: frozenset[str]
    cookie_attributes: Mapping[str, Any]
    cookie_facts: Sequence[str]
    list_headers: Sequence[str]
    required: Mapping[str, str]
    endpoint_keys: Sequence[str]
    places: Mapping[str, str]
    shapes: Mapping[str, Shape]
    settings: Mapping[str, Mapping[str, Mapping[str, str]]]
    messages: Mapping[str, str]

    def mistake(self, message: str, *, field: str, **words: object) -> InvalidSpec:
        """Return the error for a mistake in a spec.

        Args:
            message: the key of the sentence in `messages`.
            field: where the mistake is.
            words: what the sentence needs besides.
        """
        # What follows the first semicolon of a sentence says what to do.
        sentence = self.messages[message].removeprefix("{field}: ")
        reason, _, suggestion = sentence.partition("; ")
        given = (part.format(**words) for part in (reason, suggestion) if part)
        return InvalidSpec(field, *given)


@dataclass(frozen=True)
class Catalogue:
    """All patterns by id, in listing order, and the vocabulary."""

    patterns: Mapping[str, Pattern]
    vocabulary: Vocabulary

    def family(self, family: str) -> list[Pattern]:
        """Return the patterns of one family, sorted by id."""
        return [pattern for pattern in self.patterns.values() if pattern.family == family]

    def find(self, pattern_id: str) -> Pattern:
        """Return one pattern.

        Raises:
            UsageMistake: there is none of this id; the message suggests the nearest ones.
        """
        if pattern_id in self.patterns:
            return self.patterns[pattern_id]
        raise UsageMistake(f"there is no pattern {pattern_id}", suggestion(pattern_id, self))


def suggestion(pattern_id: str, catalogue: Catalogue) -> str:
    """Return what a reader who wrote an unknown id may have meant."""
    return did_you_mean(pattern_id.lower(), catalogue.patterns, "`scaffold patterns` lists them")


def template_root() -> Path:
    """Return the folder that holds `copier.yml`, `compose/`, `patterns/`, `presets/`, `template/`.

    In a checkout that is the repository, also for an editable install, whose copy in
    site-packages would be as old as the install. In a wheel it is part of the package.
    """
    package = Path(__file__).resolve().parent
    checkout = package.parents[1]
    if package.parent.name == "src" and (checkout / "compose" / "vocabulary.yml").is_file():
        return checkout
    return package / "_template"


@cache
def load(root: Path | None = None) -> Catalogue:
    """Read the catalogue.

    Args:
        root: the template's folder; the one that comes with this command when None.
    """
    documents = documents_of(root or template_root())
    found = [_pattern(data) for path, data in documents.items() if path.endswith("/pattern.yml")]
    found.sort(key=lambda pattern: (FAMILIES.index(pattern.family), pattern.id))
    patterns = {pattern.id: pattern for pattern in found}
    return Catalogue(patterns, _vocabulary(documents[VOCABULARY], patterns[PLAIN_COOKIE]))


@cache
def documents_of(root: Path) -> Documents:
    """Return what the catalogue's files in a template's folder hold, by their path in it."""
    # The index of another template would be what its author says that the files hold.
    return read_documents(root) if root == template_root() else read_files(root)


def _pattern(data: dict[str, Any]) -> Pattern:
    cookie = data.get("cookie") or {}
    options = data.get("options") or {}
    return Pattern(
        id=data["id"],
        family=data["family"],
        title=data["title"],
        summary=data["summary"],
        standard=data.get("standard", ""),
        form=data.get("form"),
        options={name: _option(name, option) for name, option in options.items()},
        sets=tuple(data.get("sets") or ()),
        repeatable="name" if "name" in options and data["family"] != "app" else None,
        reads=data.get("reads", False),
        names_cookie=bool(cookie),
        owns_cookie=bool(cookie) and not _is_plain(cookie),
        defines_cookie=cookie.get("defines", False),
        cookie_attributes=cookie.get("attributes") or {},
        own_status=bool(data.get("own_status", False)),
        takes_body=bool(data.get("takes_body", False)),
        example=data.get("example") or {},
        unlisted=bool(data.get("unlisted", False)),
        names=tuple(data.get("names") or ()),
        status_code=data.get("status_code"),
        toolkit=tuple(data.get("toolkit") or ()),
        dependencies=tuple(data.get("dependencies") or ()),
        needs=tuple(data.get("needs") or ()),
        refusals=(
            *(Refusal(**rule) for rule in data.get("refuse") or ()),
            *(Refusal(**rule, discouraged=True) for rule in data.get("discourage") or ()),
        ),
    )


def _is_plain(cookie: dict[str, Any]) -> bool:
    """Return whether a cookie's module holds nothing but the cookie.

    Templates up to 0.2.0 name the pattern that the module is written from.
    """
    return bool(cookie.get("plain", cookie.get("module") == PLAIN_COOKIE))


def _option(name: str, data: dict[str, Any]) -> Option:
    return Option(
        name=name,
        type=data["type"],
        default=data["default"],
        help=data["help"],
        choices=tuple(data.get("choices") or ()),
        minimum=data.get("minimum"),
        maximum=data.get("maximum"),
        matches=data.get("matches"),
        valid=data.get("valid", ""),
    )


def _vocabulary(data: dict[str, Any], plain_cookie: Pattern) -> Vocabulary:
    keywords = frozenset(data["keywords"])
    return Vocabulary(
        methods=data["methods"],
        body_methods=data["body_methods"],
        vias=data["vias"],
        forms=data["forms"],
        dropped=data["dropped"],
        convertors=data["convertors"],
        field_types=data["field_types"],
        reserved=keywords.union(data["builtins"], data["module_names"]),
        reserved_parameters=keywords.union(data["parameter_builtins"], data["module_names"]),
        keywords=keywords,
        module_names=frozenset(data["module_names"]),
        field_names=frozenset(data["field_names"]),
        cookie_attributes={
            name: plain_cookie.options[name].default for name in data["cookie_attributes"]
        },
        cookie_facts=data["cookie_facts"],
        list_headers=data.get("list_headers", LIST_HEADERS),
        required=data["required"],
        endpoint_keys=data["endpoint_keys"],
        places=data["places"],
        shapes={name: Shape(**shape) for name, shape in data["shapes"].items()},
        settings=data["settings"],
        messages=data["messages"],
    )
