"""What somebody may have meant who wrote a word that does not exist."""

from collections.abc import Iterable, Sequence


def did_you_mean(
    word: str, known: Iterable[str], otherwise: str, *, most: int = 3, cutoff: float = 0.5
) -> str:
    """Return a question that names the known words nearest to one, or what to do otherwise.

    Args:
        word: what was written.
        known: what could have been.
        otherwise: the hint where nothing is near.
        most: how many words to name.
        cutoff: how alike they must be, from 0 to 1.
    """
    from difflib import get_close_matches

    return question(get_close_matches(word, list(known), n=most, cutoff=cutoff), otherwise)


def question(words: Sequence[str], otherwise: str) -> str:
    """Return a question that names words, or what to do where there is none."""
    return f"did you mean {' or '.join(words)}?" if words else otherwise
