"""The catalogue: every pattern, and the words that an endpoint spec is made of.

The data lives in the template (`patterns/*/*/pattern.yml` and `compose/vocabulary.yml`), where
Copier reads it too. This module turns it into frozen objects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from scaffold.catalogue.index import VOCABULARY, Documents, read_documents, read_files
from scaffold.catalogue.suggestions import did_you_mean
from scaffold.errors import UsageMistake

FAMILIES = ("response", "header", "cookie", "status", "app")
"""The families of patterns, in the order in which they are listed."""

Condition = bool | Mapping[str, Any]
"""What must hold of an entry's options and its endpoint; see `compose/conditions.jinja`."""


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
    """

    when: Condition
    because: str
    instead: str
    option: str | None = None
    discouraged: bool = False


@dataclass(frozen=True)
class Pattern:
    """One catalogued way to answer HTTP.

    Attributes:
        form: how a response pattern hands its answer to FastAPI; None in the other families.
        sets: the response headers that the pattern puts on the wire.
        repeatable: the option that names the header or cookie, of which there may be several.
        example: the parts of an endpoint that the pattern needs around it, such as its method.
        unlisted: whether readers need not be shown it.
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
    example: Mapping[str, Any]
    unlisted: bool
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
    """The words of `compose/vocabulary.yml`, as far as readers are shown them.

    Attributes:
        names: what the names of endpoints, and of their parameters and fields, are like.
        reserved: names that no endpoint may take.
        errors: what the statuses mean that an endpoint may list; older versions have none.
    """

    methods: Sequence[str]
    body_methods: Sequence[str]
    vias: Sequence[str]
    forms: Mapping[str, Sequence[str]]
    dropped: Mapping[str, str]
    convertors: Mapping[str, Any]
    field_types: Mapping[str, Any]
    file_limits: Mapping[str, int]
    names: Mapping[str, str]
    reserved: frozenset[str]
    places: Mapping[str, str]
    shapes: Mapping[str, Shape]
    errors: Mapping[str, str]


@dataclass(frozen=True)
class Catalogue:
    """All patterns by id, in listing order, and the vocabulary.

    Attributes:
        data: both as their files hold them, which is what the template's macros work with.
    """

    patterns: Mapping[str, Pattern]
    vocabulary: Vocabulary
    data: Mapping[str, Any] = field(repr=False, compare=False)

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


@cache
def template_root() -> Path:
    """Return the folder that holds `copier.yml`, `compose/`, `patterns/`, `presets/`, `template/`.

    In a checkout that is the repository, also for an editable install, whose copy in
    site-packages would be as old as the install. In a wheel it is part of the package.
    """
    package = Path(__file__).resolve().parents[1]
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
    files = [data for path, data in documents.items() if path.endswith("/pattern.yml")]
    found = sorted(map(_pattern, files), key=lambda one: (FAMILIES.index(one.family), one.id))
    patterns = {pattern.id: pattern for pattern in found}
    words = documents[VOCABULARY]
    data = {"patterns": {each["id"]: each for each in files}, "vocabulary": words}
    return Catalogue(patterns, _vocabulary(words), data)


@cache
def documents_of(root: Path) -> Documents:
    """Return what the catalogue's files in a template's folder hold, by their path in it."""
    # The index of another template would be what its author says that the files hold.
    return read_documents(root) if root == template_root() else read_files(root)


def _pattern(data: dict[str, Any]) -> Pattern:
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
        example=data.get("example") or {},
        unlisted=bool(data.get("unlisted", False)),
        refusals=(
            *(Refusal(**rule) for rule in data.get("refuse") or ()),
            *(Refusal(**rule, discouraged=True) for rule in data.get("discourage") or ()),
        ),
    )


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


def _vocabulary(data: dict[str, Any]) -> Vocabulary:
    return Vocabulary(
        methods=data["methods"],
        body_methods=data["body_methods"],
        vias=data["vias"],
        forms=data["forms"],
        dropped=data["dropped"],
        convertors=data["convertors"],
        field_types=data["field_types"],
        file_limits=data.get("file_limits", {}),
        names=data.get("names", {}),
        reserved=frozenset((*data["keywords"], *data["builtins"], *data["module_names"])),
        places=data["places"],
        shapes={name: Shape(**shape) for name, shape in data["shapes"].items()},
        errors=data.get("errors", {}),
    )
