"""What there is to know about a pattern besides its facts: `page.yml` and `example/` in its folder.

Only `scaffold patterns` reads them; neither Copier nor the checks of a spec need them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.catalogue.patterns import Pattern, documents_of, template_root

WIRE = "wire.http"


@dataclass(frozen=True)
class Guide:
    """The advice of a pattern's page.

    Attributes:
        use: when to choose the pattern, and when another one.
        clients: what browsers, caches and other clients do with it.
        pitfalls: mistakes, one sentence each.
        neighbours: the ids of related patterns.
        words: what somebody would search for.
    """

    use: str
    clients: str
    pitfalls: Sequence[str]
    neighbours: Sequence[str]
    words: Sequence[str]


@dataclass(frozen=True)
class Recording:
    """What the pattern's example generates, and what a real server answers to it.

    Attributes:
        code: the generated modules, by the name under which they were kept.
        wire: requests and answers, as they were sent.
    """

    code: Mapping[str, str]
    wire: str


def guide(pattern: Pattern) -> Guide:
    """Return the advice about one pattern."""
    data = _page(pattern)
    return Guide(**{name: data[name] for name in Guide.__dataclass_fields__})


def wire(pattern: Pattern) -> Sequence[Mapping[str, Any]]:
    """Return what the pattern puts on the wire, in the terms of `scaffold.explain.wire`."""
    parts: Sequence[Mapping[str, Any]] = _page(pattern).get("wire", ())
    return parts


def recording(pattern: Pattern) -> Recording:
    """Return what was recorded of one pattern."""
    folder = template_root() / _folder(pattern) / "example"
    modules = sorted(folder.glob("*.py"), key=lambda path: path.name != "endpoint.py")
    code = {path.name: path.read_text(encoding="utf-8") for path in modules}
    return Recording(code, (folder / WIRE).read_text(encoding="utf-8"))


def _page(pattern: Pattern) -> dict[str, Any]:
    page: dict[str, Any] = documents_of(template_root())[f"{_folder(pattern)}/page.yml"]
    return page


def _folder(pattern: Pattern) -> str:
    return f"patterns/{pattern.family}/{pattern.id}"
