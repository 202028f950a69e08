"""What a shell offers for a half-typed word; Typer hands it to bash, zsh, fish and PowerShell.

Every function takes what is typed so far and returns what it may become, mostly with a help text.
Whatever goes wrong, there is just nothing to offer: a shell has no place for an error.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from scaffold.cli.quick import QuickCommand

Offer = str | tuple[str, str]

_OPTIONS = re.compile(r"(?P<before>.*\s(?P<id>[a-z][a-z0-9-]*)\((?:.*,\s*)?)(?P<word>[a-z_]*)")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_MODEL = re.compile(r"[A-Z][A-Za-z0-9]*")
_OPERATION = re.compile(r"[A-Z]+ [A-Za-z0-9_/{}:.~-]+")
_TERM = re.compile(r"(?P<before>[A-Za-z]+\s+/\S*\s+(?:.*\s)?)(?P<word>[a-z0-9-]*)")


def _quietly(offer: Callable[[str], list[Any]]) -> Callable[[str], list[Any]]:
    @wraps(offer)
    def offer_or_nothing(incomplete: str) -> list[Any]:
        try:
            return offer(incomplete)
        except Exception:
            return []

    return offer_or_nothing


@_quietly
def presets(incomplete: str) -> list[Offer]:
    """Return presets."""
    from scaffold.spec.answers import preset_about
    from scaffold.spec.answers import presets as names

    return [(name, preset_about(name)) for name in names() if name.startswith(incomplete)]


@_quietly
def pattern_ids(incomplete: str) -> list[Offer]:
    """Return the ids of patterns."""
    from scaffold.catalogue.patterns import load

    return [
        (pattern.id, pattern.title)
        for pattern in load().patterns.values()
        if pattern.id.startswith(incomplete) and not pattern.unlisted
    ]


@dataclass(frozen=True)
class Word:
    """A word that a shell offers, in the terms of Typer."""

    value: str
    help: str
    type: str = "plain"


class PatternsCommand(QuickCommand):
    """A command whose words nobody converts, so that no argument could offer patterns."""

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return the patterns that a word may become, beside the options."""
        words = [] if incomplete.startswith("-") else pattern_ids(incomplete)
        return [*(Word(*word) for word in words), *super().shell_complete(ctx, incomplete)]


@_quietly
def answers(incomplete: str) -> list[Offer]:
    """Return the beginnings of assignments."""
    from scaffold.spec.answers import ANSWERS

    return [f"{name}=" for name in ANSWERS if name.startswith(incomplete)]


@_quietly
def endpoint_lines(incomplete: str) -> list[Offer]:
    """Return what an endpoint line may become: a method, a pattern, or an option of a pattern."""
    from scaffold.catalogue.patterns import load

    catalogue = load()
    option = _OPTIONS.fullmatch(incomplete)
    if option is not None and option["id"] in catalogue.patterns:
        before, word = option["before"], option["word"]
        found = catalogue.patterns[option["id"]].options.values()
        return [(f"{before}{o.name}=", o.help) for o in found if o.name.startswith(word)]
    term = _TERM.fullmatch(incomplete)
    if term is not None:
        before, word = term["before"], term["word"]
        ids = [each for each in catalogue.patterns.values() if each.family != "app"]
        return [(f"{before}{each.id}", each.title) for each in ids if each.id.startswith(word)]
    methods = catalogue.vocabulary.methods
    begun = [f"{method} /" for method in methods if method.startswith(incomplete.upper())]
    return [*begun, *(["model "] if "model".startswith(incomplete) else [])]


@_quietly
def names(incomplete: str) -> list[Offer]:
    """Return the endpoints and models of the project in this folder, or the nearest above it.

    Some shells evaluate what they are offered, so nothing that is more than a name and a path is.
    """
    from scaffold.project.files import read_content
    from scaffold.project.state import ANSWERS_FILE, find_folder, parse_answers

    content, _ = read_content(find_folder() / ANSWERS_FILE)
    recorded = parse_answers(content)
    offers: list[Offer] = []
    for endpoint in recorded["endpoints"]:
        name, about = endpoint["name"], f"{endpoint['method']} {endpoint['path']}"
        if name.startswith(incomplete) and _NAME.fullmatch(name):
            offers.append((name, about) if _OPERATION.fullmatch(about) else name)
    for model in recorded.get("models", ()):
        if model["name"].startswith(incomplete) and _MODEL.fullmatch(model["name"]):
            offers.append((model["name"], "a model"))
    return offers
