"""`app.http.cookie_values`: what fits is read, everything else is as good as absent."""

from typing import Annotated, Any

import pytest
from fastapi import Cookie, FastAPI
from fastapi.testclient import TestClient

from app.http.cookie_values import NONE_UNLESS_VALID, CookieModel


class Preferences(CookieModel):
    """Two cookies of one visitor."""

    theme: str | None = None
    font_size: int | None = None


app = FastAPI()


@app.get("/one")
async def one(
    size: Annotated[int | None, Cookie(alias="font-size", le=40), NONE_UNLESS_VALID] = None,
) -> int | None:
    """Return a cookie."""
    return size


@app.get("/several")
async def several(cookies: Annotated[Preferences, Cookie()]) -> Preferences:
    """Return several."""
    return cookies


@pytest.mark.parametrize(
    ("cookie", "value"),
    [
        ("font-size=12", 12),
        ("font-size=40", 40),
        ("font-size=41", None),
        ("font-size=large", None),
        ("font-size=", None),
        ("other=12", None),
        ("font-size=large; font-size=12", 12),
    ],
)
def test_one_cookie(cookie: str, value: int | None) -> None:
    """What does not fit is no error."""
    response = TestClient(app).get("/one", headers={"cookie": cookie})
    assert (response.status_code, response.json()) == (200, value)


@pytest.mark.parametrize(
    ("cookie", "values"),
    [
        ("theme=dark; font_size=12", {"theme": "dark", "font_size": 12}),
        ("theme=dark; font_size=large", {"theme": "dark", "font_size": None}),
        ("font_size=12", {"theme": None, "font_size": 12}),
        ("theme=dark; _ga=GA1.2; font-size=12", {"theme": "dark", "font_size": None}),
    ],
)
def test_several_cookies(cookie: str, values: dict[str, Any]) -> None:
    """One that does not fit takes no other with it; those of somebody else are ignored."""
    response = TestClient(app).get("/several", headers={"cookie": cookie})
    assert (response.status_code, response.json()) == (200, values)


def test_what_fits_is_documented() -> None:
    """Type and limits, though nothing is refused for them."""
    paths = app.openapi()["paths"]
    (size,) = paths["/one"]["get"]["parameters"]
    assert (size["in"], size["name"], size["required"]) == ("cookie", "font-size", False)
    assert size["schema"]["anyOf"][0] == {"type": "integer", "maximum": 40}
    described = [(one["in"], one["name"]) for one in paths["/several"]["get"]["parameters"]]
    assert described == [("cookie", "theme"), ("cookie", "font_size")]
