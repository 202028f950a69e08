"""Which of several media types a client prefers (RFC 9110, section 12.5.1)."""

from collections.abc import Iterator, Sequence


def preferred(accept: str, offered: Sequence[str]) -> str | None:
    """Return the offered media type that an Accept field ranks highest, or None for none of them.

    For each, the most specific range counts; of equals the first one offered is taken. Ranges that
    cannot be read do not count, and where none is left, everything is acceptable.
    """
    weights = dict(_weights(accept))
    if not weights:
        return offered[0]

    def weight(media_type: str) -> float:
        ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
        return next((weights[one] for one in ranges if one in weights), 0)

    best = max(offered, key=weight)
    return best if weight(best) else None


def _weights(accept: str) -> Iterator[tuple[str, float]]:
    """Yield the media ranges with their weights, from 0 to 1.

    A range with parameters asks for a variant of the media type, which is not offered.
    """
    for part in accept.lower().replace(" ", "").replace("\t", "").split(","):
        media_range, *parameters = part.split(";")
        weight = parameters.pop() if parameters and parameters[-1].startswith("q=") else "q=1"
        try:
            q = float(weight.removeprefix("q="))
        except ValueError:
            continue
        if "/" in media_range and parameters in ([], ["charset=utf-8"]) and 0 <= q <= 1:
            yield media_range, q
