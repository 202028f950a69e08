"""Messages that are shown once: set beside a redirect, shown by the page that it leads to.

Post/Redirect/Get: the answer to a form is a redirect (RFC 9110, section 15.4.4), so that loading
the next page again does not send the form again. The message has to survive the redirect.
"""

from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import Cookie, Response

from app.http.cookies import CookiePolicy


class Flash:
    """A message in a cookie, until it is shown.

    `message` is a dependency: the message that waits, or None. It comes from the browser like any
    other input: escape it in pages.
    """

    def __init__(self, cookie: CookiePolicy) -> None:
        self.cookie = cookie

        async def waiting(
            message: Annotated[str | None, Cookie(alias=cookie.name)] = None,
        ) -> str | None:
            return None if message is None else unquote(message)

        self.message = waiting

    def set(self, response: Response, message: str) -> None:
        """Leave a message of any script for the next page; cookies themselves hold ASCII only."""
        self.cookie.set(response, quote(message, safe=""))

    def clear(self, response: Response, message: str | None) -> None:
        """Delete the message that is shown, if there was one."""
        if message is not None:
            self.cookie.delete(response)

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the Set-Cookie header of a page that shows the message."""
        described = f"Deletes the cookie `{self.cookie.name}` when it was sent."
        return self.cookie.described(described, required=False)
