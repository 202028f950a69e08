"""`app.http.vary`: on the wire and in the document."""

from fastapi import Depends, FastAPI, Response
from fastapi.testclient import TestClient

from app.http.vary import Vary

vary = Vary(("Accept", "Accept-Language"))
app = FastAPI()


@app.get("/dependency", dependencies=[Depends(vary)])
async def dependency() -> None:
    """Send the header through a dependency."""


@app.get("/beside")
async def beside(response: Response) -> None:
    """Send it beside another reason to vary."""
    response.headers["Vary"] = "Origin, accept"
    vary.apply(response)


def test_names_are_one_list() -> None:
    """All of them in one line."""
    headers = TestClient(app).get("/dependency").headers
    assert headers.get_list("vary") == ["Accept, Accept-Language"]


def test_other_names_are_kept() -> None:
    """Each name stands there once, whoever put it there."""
    (line,) = TestClient(app).get("/beside").headers.get_list("vary")
    assert sorted(line.split(", ")) == ["Accept-Language", "Origin", "accept"]


def test_header_is_described() -> None:
    """Every answer has it."""
    assert vary.openapi_headers() == {
        "Vary": {
            "description": "The request headers that this answer depends on.",
            "required": True,
            "schema": {"type": "string"},
        }
    }
