"""202 Accepted: where to ask for the result, and when (RFC 9110, section 15.3.3)."""

from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.http.locations import segment
from app.http.openapi import header
from app.http.root_path import with_root_path


@dataclass(frozen=True, slots=True)
class Accepted:
    """Where clients ask for the work that they were promised, and after how many seconds."""

    location: str
    retry_after: int

    def apply(self, response: Response, job_name: str) -> None:
        """Say where to ask for this job.

        Raises `ValueError` for names that lead to another place; see `segment`.
        """
        place = with_root_path(f"{self.location}/{segment(job_name)}")
        response.headers["Location"] = place
        response.headers["Retry-After"] = str(self.retry_after)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers."""
        where, when = "Where to ask for the result.", "In how many seconds to ask."
        return {
            "Location": header(where, type="string", format="uri-reference"),
            "Retry-After": header(when, type="integer", const=self.retry_after),
        }
