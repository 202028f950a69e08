"""`app.http.cross_site`: what requests of other sites delete, and what their answers keep."""

import pytest
from fastapi import Response
from fastapi.testclient import TestClient
from starlette.middleware import Middleware

from app.http.application import Application
from app.http.cookies import CookiePolicy
from app.http.cross_site import NothingDeletedForOthers
from app.http.openapi import documented, header

deleted = CookiePolicy(name="a", path="/", secure=True, httponly=True, samesite="none")
kept = CookiePolicy(name="b", max_age=60, path="/", secure=True, httponly=True, samesite="lax")


class Clears:
    """A header that clears data."""

    def openapi_headers(self) -> dict[str, object]:
        """Describe it."""
        return {"Clear-Site-Data": header("Always.")}


app = Application(outermost=[Middleware(NothingDeletedForOthers)])


@app.post("/logout", responses=documented(200, Clears(), deleted, kept))
async def log_out(response: Response) -> None:
    """Delete everything, as a logout does."""
    deleted.delete(response)
    response.delete_cookie("c")
    kept.set(response, "max-age=0")
    response.headers["Clear-Site-Data"] = '"storage"'


def answer(site: str | None, cookie: str | None = None) -> tuple[list[str], bool]:
    """Return which cookies an answer names, and whether it clears data."""
    headers = {"Sec-Fetch-Site": site, "Cookie": cookie}
    sent = {name: value for name, value in headers.items() if value is not None}
    response = TestClient(app).post("/logout", headers=sent)
    lines = response.headers.get_list("set-cookie")
    return [line.partition("=")[0] for line in lines], "clear-site-data" in response.headers


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none", None])
def test_own_pages_delete(site: str | None) -> None:
    """And so do clients that say nothing, none of which is a browser that clears data."""
    assert answer(site) == (["a", "c", "b"], True)


def test_other_sites_delete_nothing() -> None:
    """The browser holds the cookies back, and knows nothing of whether there are any."""
    assert answer("cross-site") == (["b"], False)


def test_other_sites_delete_what_they_send() -> None:
    """A page of another site that may send the cookie, by its SameSite, may end it as well."""
    assert answer("cross-site", "x=1; a=2") == (["a", "b"], False)


def test_header_is_not_promised() -> None:
    """The document says that it may be missing."""
    headers = app.openapi()["paths"]["/logout"]["post"]["responses"]["200"]["headers"]
    assert headers["Clear-Site-Data"]["required"] is False
    assert headers["Set-Cookie"]["required"] is False
    lines = headers["Set-Cookie"]["schema"]["anyOf"]
    assert [one["x-required"] for one in lines] == [False, False]
