"""Location: where the thing is that a request created (RFC 9110, section 10.2.2)."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import Response

from app.http.openapi import header
from app.http.root_path import with_root_path


def segment(value: str) -> str:
    """Return text as one segment of a path, escaped.

    Raises `ValueError` for what leads to another place: none, `.` and `..`, which clients resolve,
    and text with a slash, which servers split before they look for a route.
    """
    if value in ("", ".", "..") or "/" in value:
        raise ValueError(f"{value!r} is no segment of a path")
    return quote(value, safe="")


def path(value: str) -> str:
    """Return text as several segments with slashes between; raises as `segment` does."""
    return "/".join(map(segment, value.split("/")))


@dataclass(frozen=True, slots=True)
class CreatedLocation:
    """The address of what was created, as a template such as `/posts/{id}`.

    A path alone is enough: clients complete it, and it stays right behind a proxy. What its route
    takes as `{name:path}` is written so here, too.
    """

    template: str

    def apply(self, response: Response, **values: object) -> None:
        """Set the header, in place of any earlier value; `values` fill the template, escaped.

        Raises `ValueError` for a value that leads to another place; see `segment`.
        """
        location = re.sub(
            r"{(\w+)(:path)?}",
            lambda found: (path if found[2] else segment)(str(values[found[1]])),
            self.template,
        )
        response.headers["Location"] = with_root_path(location)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        described = "Where to find what was created."
        return {"Location": header(described, type="string", format="uri-reference")}
