"""Location: where the thing is that a request created (RFC 9110, section 10.2.2)."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import Response

from app.http.openapi import header
from app.http.root_path import with_root_path


@dataclass(frozen=True, slots=True)
class CreatedLocation:
    """The address of what was created, as a template such as `/posts/{id}`.

    A path alone is enough: clients complete it, and it stays right behind a proxy.
    """

    template: str

    def apply(self, response: Response, **values: object) -> None:
        """Set the header, in place of any earlier value; `values` fill the template, escaped."""
        location = re.sub(
            r"{(\w+)}", lambda found: quote(str(values[found[1]]), safe=""), self.template
        )
        response.headers["Location"] = with_root_path(location)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the header."""
        described = "Where to find what was created."
        return {"Location": header(described, type="string", format="uri-reference")}
