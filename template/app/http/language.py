"""Content-Language, negotiated where there is a choice (RFC 9110, sections 8.5 and 12.5.4)."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from app.http.openapi import header


@dataclass(frozen=True, slots=True)
class ContentLanguage:
    """The languages that an endpoint can answer in; the first one is the default.

    With one language the header is constant. With more, Accept-Language decides, and
    Vary tells caches so.
    """

    languages: tuple[str, ...]

    async def __call__(self, request: Request, response: Response) -> None:
        """Set the header as a FastAPI dependency."""
        self.apply(response, request)

    def apply(self, response: Response, request: Request) -> None:
        """Set the header to the language that `request` prefers."""
        response.headers["Content-Language"] = self.choose(request)
        if len(self.languages) > 1:
            response.headers.add_vary_header("Accept-Language")

    def choose(self, request: Request) -> str:
        """Return the offered language that the request ranks highest, or the default."""
        if len(self.languages) == 1:
            return self.languages[0]
        ranks = _ranks(",".join(request.headers.getlist("accept-language")))
        return max(self.languages, key=lambda offered: _fit(offered, ranks))

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers."""
        described = {"Content-Language": header("The language of the answer.")}
        if len(self.languages) > 1:
            described["Vary"] = header("The request headers that chose this answer.")
        return described


def _ranks(accept_language: str) -> dict[str, int]:
    """Return the rank of each language range, lower-cased: the best has the highest, q=0 has 0."""
    weights: dict[str, float] = {}
    for part in accept_language.lower().split(","):
        tag, _, weight = part.partition(";")
        try:
            q = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if 0 <= q <= 1:
            weights[tag.strip()] = q
    best_first = sorted(weights, key=lambda tag: weights[tag], reverse=True)
    places = len(best_first)
    return {tag: places - i if weights[tag] else 0 for i, tag in enumerate(best_first)}


def _fit(offered: str, ranks: dict[str, int]) -> tuple[int, bool]:
    """Return the rank of the most specific range for a language, and whether that is its name."""
    tag = offered.lower()
    primary = tag.partition("-")[0]
    related = (other for other in ranks if ranks[other] and other.partition("-")[0] == primary)
    for candidate in (tag, primary, *related, "*"):
        if candidate in ranks:
            return ranks[candidate], candidate == tag and ranks[candidate] > 0
    return 0, False
