"""Location: a path with values in it, of what a request created or leads to (RFC 9110, 10.2.2)."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import HTTPException, Request, Response

from app.http.openapi import documented_error, header
from app.http.root_path import with_root_path

NO_SUCH_PLACE = "There is no such place"
NOWHERE = documented_error(404, NO_SUCH_PLACE)
"""Documents what `redirect_target` and `refuse_other_places` raise."""


def segment(value: str) -> str:
    """Return text as one segment of a path, escaped.

    Raises `ValueError` for what leads to another place: none, `.` and `..`, which clients resolve,
    and text with a slash, which servers split before they look for a route.
    """
    if value in ("", ".", "..") or "/" in value:
        raise ValueError(f"{value!r} is no segment of a path")
    return quote(value)


def path(value: str) -> str:
    """Return text as several segments with slashes between; raises as `segment` does."""
    return "/".join(map(segment, value.split("/")))


def filled(template: str, /, **values: object) -> str:
    """Return a path such as `/posts/{post_id}` with values in it, escaped.

    What a route takes as `{name:path}` is written so here, too. Raises `ValueError` for a value
    that leads to another place; see `segment`.
    """

    def escaped(found: re.Match[str]) -> str:
        return (path if found[2] else segment)(str(values[found[1]]))

    return re.sub(r"{(\w+)(:path)?}", escaped, template)


def redirect_target(template: str, /, **values: object) -> str:
    """Return what `filled` does, or raise 404; see `NOWHERE`."""
    try:
        return filled(template, **values)
    except ValueError:
        raise HTTPException(404, NO_SUCH_PLACE) from None


async def refuse_other_places(request: Request) -> None:
    """Raise 404 where a parameter of the path leads to another place; see `path` and `NOWHERE`."""
    try:
        for value in request.path_params.values():
            path(str(value))
    except ValueError:
        raise HTTPException(404, NO_SUCH_PLACE) from None


@dataclass(frozen=True, slots=True)
class CreatedLocation:
    """The address of what was created, as a template such as `/posts/{id}`.

    A path alone is enough: clients complete it, and it stays right behind a proxy.
    """

    template: str

    def apply(self, response: Response, **values: object) -> None:
        """Set the header, in place of any earlier value; raises as `filled` does."""
        response.headers["Location"] = with_root_path(filled(self.template, **values))

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        described = "Where to find what was created."
        return {"Location": header(described, type="string", format="uri-reference")}
