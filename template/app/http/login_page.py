"""Logging in with a browser: the page with the form, and the way there and back.

The page is `app/templates/_login.html`. Its form is sent to the address at which the page is shown,
so that what the query says of where to go afterwards stays there.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import Form, HTTPException, Request
from fastapi.responses import RedirectResponse
from starlette.requests import HTTPConnection

from app.http.accept import preferred
from app.http.application import Answered
from app.http.login import CHALLENGE_HEADERS, Credentials, authenticated, unauthorized
from app.http.openapi import HeaderDescription, documented, documented_error
from app.http.pages import templates
from app.http.root_path import with_root_path

VARY = HeaderDescription("Vary", "Always `Accept`.")
LOGIN_REFUSED = documented_error(401, "Wrong user name or password", *CHALLENGE_HEADERS, VARY)
LOGIN_REFUSED[401]["content"]["text/html"] = {"schema": {"type": "string"}}

SENT_TO_LOGIN = {
    **documented(
        303,
        HeaderDescription("Location", "The page on which to log in."),
        HeaderDescription("Cache-Control", "Always `no-store`."),
        VARY,
        description="A browser that is not logged in",
    ),
    **documented_error(401, "Not logged in", *CHALLENGE_HEADERS, VARY),
}


class LoginPage:
    """The page at `path`, a path of this service.

    `authenticated` is a dependency that takes the form: the user's name, or 401 when user name or
    password are wrong, where a browser sees the page again. `refused` is for whoever has to log in
    first: a browser is sent to the page, and comes back; others get a 401.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    async def authenticated(self, request: Request, form: Annotated[Credentials, Form()]) -> str:
        """Return the user's name as a FastAPI dependency."""
        try:
            return await authenticated(form)
        except HTTPException as error:
            headers = {**(error.headers or {}), "Vary": "Accept"}
            if not prefers_page(request):
                raise HTTPException(error.status_code, error.detail, headers) from None
            context = {"title": error.detail, "csrf_token": request.state.csrf_token}
            page = templates.TemplateResponse(
                request, "_login.html", context, error.status_code, headers
            )
            raise Answered(page) from None

    def refused(self, connection: HTTPConnection) -> Exception:
        """Return the answer to a request without a session, to be raised."""
        if not prefers_page(connection):
            error = unauthorized("Not logged in")
            return HTTPException(401, error.detail, {**(error.headers or {}), "Vary": "Accept"})
        target = with_root_path(self.path)
        if connection.scope["method"] in ("GET", "HEAD"):
            query = connection.scope["query_string"].decode("latin-1")
            here = quote(connection.scope["path"]) + (f"?{query}" if query else "")
            target = f"{target}?next={quote(here)}"
        headers = {"Cache-Control": "no-store", "Vary": "Accept"}
        return Answered(RedirectResponse(target, 303, headers))


def prefers_page(connection: HTTPConnection) -> bool:
    """Say whether a page is wanted rather than JSON, as by browsers that follow links."""
    accept = ",".join(connection.headers.getlist("accept"))
    return preferred(accept, ("application/json", "text/html")) == "text/html"
