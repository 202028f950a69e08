"""`app.http.language`: the negotiation, on the wire and in the document."""

import pytest
from fastapi import Depends, FastAPI, Response
from fastapi.testclient import TestClient

from app.http.language import ContentLanguage

several = ContentLanguage(("en", "de", "pt-BR", "pt", "de-AT"))
two = ContentLanguage(("en", "de"))
one = ContentLanguage(("en",))
app = FastAPI()


@app.get("/several", dependencies=[Depends(several)])
async def get_several(response: Response) -> None:
    """Negotiate, beside another reason to vary."""
    response.headers.add_vary_header("Origin")


@app.get("/two", dependencies=[Depends(two)])
async def get_two() -> None:
    """Negotiate between two languages."""


@app.get("/one", dependencies=[Depends(one)])
async def get_one() -> None:
    """Answer in the only language."""


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("fr, de;q=0.5", "de"),
        ("en;q=0.4, de;q=0.5", "de"),
        ("en;q=0.5,de ; q=0.6", "de"),
        ("de, en", "de"),
        ("en, de", "en"),
        ("pt-BR", "pt-BR"),
        ("pt", "pt"),
        ("de-CH, en;q=0.5", "de"),
        ("de-AT", "de-AT"),
        ("fr, de-at", "de-AT"),
        ("pt-PT", "pt-BR"),
        ("fr, pt-BR;q=0, pt", "pt"),
        ("de-CH;q=0.1, en;q=0.5, de-LI", "de"),
        ("de;q=0.001", "de"),
    ],
)
def test_preferred_language_is_chosen(accepted: str, language: str) -> None:
    """The highest weight wins, then the first one listed, then the exact name."""
    response = TestClient(app).get("/several", headers={"Accept-Language": accepted})
    assert response.headers["content-language"] == language
    assert response.headers["vary"] == "Accept-Language, Origin"


@pytest.mark.parametrize(
    "accepted",
    ["", "fr", "*", "*, de;q=0.5", "de;q=0", "en;q=0", ";;q=x", "de;q=x", "de;q=1.1", "de;q=-1"],
)
def test_default_language_is_chosen(accepted: str) -> None:
    """When nothing fits, or every language is as good as another."""
    response = TestClient(app).get("/several", headers={"Accept-Language": accepted})
    assert response.headers["content-language"] == "en"


@pytest.mark.parametrize("accepted", ["en;q=0, *", "en;q=0.1, *;q=0.2", "en-GB, en;q=0, *;q=0.1"])
def test_asterisk_stands_for_languages_that_are_not_listed(accepted: str) -> None:
    """A language that is listed has its own weight."""
    response = TestClient(app).get("/several", headers={"Accept-Language": accepted})
    assert response.headers["content-language"] == "de"


def test_refusing_a_variant_does_not_refuse_the_language() -> None:
    """`de-CH;q=0` says nothing about `de`."""
    response = TestClient(app).get(
        "/several", headers={"Accept-Language": "en;q=0, de-CH;q=0, *;q=0.5"}
    )
    assert response.headers["content-language"] == "de"


def test_header_lines_are_one_list() -> None:
    """A proxy may split the header."""
    headers = [("Accept-Language", "en;q=0.1"), ("Accept-Language", "de;q=0.2")]
    assert TestClient(app).get("/several", headers=headers).headers["content-language"] == "de"


def test_two_languages_vary() -> None:
    """One more than the constant."""
    response = TestClient(app).get("/two", headers={"Accept-Language": "de"})
    assert response.headers["content-language"] == "de"
    assert response.headers["vary"] == "Accept-Language"


def test_single_language_does_not_vary() -> None:
    """What the request accepts makes no difference."""
    response = TestClient(app).get("/one", headers={"Accept-Language": "de"})
    assert response.headers["content-language"] == "en"
    assert "vary" not in response.headers


def test_headers_are_described() -> None:
    """Vary only where there is a choice."""
    language = {
        "description": "The language of the answer.",
        "required": True,
        "schema": {"type": "string"},
    }
    vary = {
        "description": "The request headers that chose this answer.",
        "required": True,
        "schema": {"type": "string"},
    }
    assert one.openapi_headers() == {"Content-Language": language}
    assert two.openapi_headers() == {"Content-Language": language, "Vary": vary}
