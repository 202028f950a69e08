"""Content-Disposition: offer an answer as a file (RFC 6266, RFC 8187)."""

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from fastapi import Request, Response

from app.http.openapi import header

SAVED = "The file name under which to save the answer."


def content_disposition(
    filename: str, disposition: Literal["attachment", "inline"] = "attachment"
) -> str:
    """Return the header's value for any file name, with control and path characters replaced.

    A name outside ASCII goes out twice: as an ASCII fallback and as `filename*`. So does one with
    `%` and two digits, which some browsers decode (RFC 6266, appendix D).
    """
    name = re.sub(r'[\x00-\x1f\x7f/\\"]+', "_", filename).strip(". ") or "download"
    plain = name.encode("ascii", "replace").decode()
    fallback = re.sub(r"[?]|%(?=[0-9A-Fa-f]{2})", "_", plain)
    value = f'{disposition}; filename="{fallback}"'
    if fallback == name:
        return value
    return f"{value}; filename*=UTF-8''{quote(name, errors='replace')}"


@dataclass(frozen=True, slots=True)
class Download:
    """The name under which a browser saves an answer: a dependency, or applied to a response.

    What it has in braces, such as `post-{post_id}.csv`, is a parameter of the path.
    """

    filename: str
    disposition: Literal["attachment", "inline"] = "attachment"

    async def __call__(self, request: Request, response: Response) -> None:
        """Set the header as a FastAPI dependency."""
        self.apply(response, **request.path_params)

    def apply(self, response: Response, /, **values: object) -> None:
        """Set the header, in place of any earlier value; `values` fill the name."""
        filename = re.sub(
            r"{(\w+)}", lambda found: str(values.get(found[1], found[0])), self.filename
        )
        response.headers["Content-Disposition"] = content_disposition(filename, self.disposition)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        return {"Content-Disposition": header(SAVED)}


@dataclass(frozen=True, slots=True)
class Attachment:
    """What keeps a file that somebody else made from being run by the browser as this site's."""

    def headers(self, filename: str) -> dict[str, str]:
        """Return the headers under which a file of this name is only saved."""
        return {
            "Content-Disposition": content_disposition(filename),
            "X-Content-Type-Options": "nosniff",
        }

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers."""
        return {
            "Content-Disposition": header(SAVED),
            "X-Content-Type-Options": header(
                "The media type is to be taken at its word.", type="string", const="nosniff"
            ),
        }
