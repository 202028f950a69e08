"""Search the catalogue by word: `download`, `logout`, `304`."""

import re
from collections.abc import Iterable, Iterator, Sequence

from scaffold.catalogue.guides import Guide, guide
from scaffold.catalogue.patterns import Catalogue, Pattern
from scaffold.catalogue.suggestions import did_you_mean
from scaffold.errors import UsageMistake

Field = Sequence[tuple[float, str]]
"""The texts of one kind in a pattern, each with how much a hit in it counts."""

WORDS_COUNT = 40
"""How much the first of a guide's words counts; each later one counts a little less."""


def search(query: Iterable[str], catalogue: Catalogue) -> list[Pattern]:
    """Return the patterns in which every word of the query is found, the best first.

    Args:
        query: words; upper and lower case are the same.
        catalogue: the patterns.

    Raises:
        UsageMistake: there is none; the message names what may have been meant.
    """
    terms = [term for text in query for term in text.lower().split()]
    scores = {pattern.id: _score(terms, pattern) for pattern in catalogue.patterns.values()}
    found = [pattern for pattern in catalogue.patterns.values() if scores[pattern.id] > 0]
    if not found:
        raise UsageMistake(f"there is no pattern {' '.join(terms)}", _meant(terms, catalogue))
    return sorted(found, key=lambda pattern: -scores[pattern.id])


def _score(terms: list[str], pattern: Pattern) -> float:
    """Return how well a pattern answers a query; 0 when one of the words is not in it."""
    fields = list(_fields(pattern, guide(pattern)))
    scores = [_term_score(term, fields) for term in terms]
    return sum(scores) if all(scores) else 0


def _term_score(term: str, fields: Sequence[Field]) -> float:
    return sum(max(weight * _likeness(term, text) for weight, text in field) for field in fields)


def _fields(pattern: Pattern, advice: Guide) -> Iterator[Field]:
    yield [(90, pattern.id), *((60, part) for part in pattern.id.split("-"))]
    yield [(WORDS_COUNT - 1.5 * place, words.lower()) for place, words in enumerate(advice.words)]
    for weight, text in (
        (20, pattern.title),
        (16, " ".join(pattern.sets)),
        (12, pattern.summary),
        (8, pattern.standard),
        (6, " ".join(pattern.options)),
        (2, " ".join([advice.use, advice.clients, *advice.pitfalls])),
    ):
        yield [(weight, text.lower())]


def _likeness(term: str, text: str) -> float:
    """Return 1 for the whole text, less for a word in it or the beginning of one, 0 for none."""
    if term == text:
        return 1
    tokens = re.findall(r"[\w.=-]+", text)
    if term in tokens or _singular(term) in map(_singular, tokens):
        return 0.8
    return 0.4 if len(term) > 2 and any(token.startswith(term) for token in tokens) else 0


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word


def _meant(terms: list[str], catalogue: Catalogue) -> str:
    """Say what may have been meant by a query that finds nothing."""
    query = " ".join(terms)
    words = {
        word.lower() for pattern in catalogue.patterns.values() for word in guide(pattern).words
    }
    known = [*catalogue.patterns, *sorted(words if "-" not in query else ())]
    return did_you_mean(query, known, "`scaffold patterns` lists them all", cutoff=0.7)
