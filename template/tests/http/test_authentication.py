"""`app.http.authentication`: who gets in, and the challenge for everyone else."""

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.http.authentication import CHALLENGED, BearerAuthentication, TokenSettings
from app.settings import UnusableSettingsError

bearer = BearerAuthentication('the "inner" \\ realm')
app = FastAPI()


@app.get("/", responses=CHALLENGED)
async def read_client(request: Request, client: Annotated[str, Depends(bearer)]) -> str:
    """Return who called, which the request knows too."""
    assert request.state.user == client
    return client


client = TestClient(app)


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the one token."""
    monkeypatch.setenv("APP_API_TOKEN", "s3cret-e")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_token_opens(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheme's name is the same in any case."""
    monkeypatch.setenv("APP_API_TOKEN", "s3cret")
    headers = {"Authorization": f"{scheme} s3cret"}
    assert client.get("/", headers=headers).json() == "client"


def test_name_of_the_client_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """APP_API_CLIENT."""
    monkeypatch.setenv("APP_API_TOKEN", "s3cret")
    monkeypatch.setenv("APP_API_CLIENT", "reports")
    headers = {"Authorization": "Bearer s3cret"}
    assert client.get("/", headers=headers).json() == "reports"


@pytest.mark.parametrize("token", ["other", "s3cret", "s3cret-", "s3cret-ee"])
def test_other_tokens_are_refused(token: str) -> None:
    """With a challenge that says why."""
    headers = [(b"Authorization", b"Bearer " + token.encode())]
    response = client.get("/", headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == (
        'Bearer realm="the \\"inner\\" \\\\ realm", error="invalid_token"'
    )
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {"detail": "The token is not valid"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic YTpi"}, {"Authorization": "x"}])
def test_token_is_asked_for(headers: dict[str, str]) -> None:
    """RFC 6750 wants no error code where no token was sent."""
    response = client.get("/", headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="the \\"inner\\" \\\\ realm"'
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {"detail": "Send a token"}


@pytest.mark.parametrize("value", ["", None])
def test_nobody_gets_in_without_a_setting(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    """A forgotten setting opens nothing."""
    monkeypatch.delenv("APP_API_TOKEN")
    if value is not None:
        monkeypatch.setenv("APP_API_TOKEN", value)
    for sent in ("Bearer ", "Bearer None", "Bearer"):
        assert client.get("/", headers={"Authorization": sent}).status_code == 401


@pytest.mark.parametrize("token", ["two words", "=", "k\u00e4se"])
def test_token_that_cannot_be_sent_is_refused(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No client could name it (RFC 6750, section 2.1)."""
    monkeypatch.setenv("APP_API_TOKEN", token)
    with pytest.raises(UnusableSettingsError, match=r"^APP_API_TOKEN: a token has .* end with =$"):
        TokenSettings.current()


def test_token_is_not_shown() -> None:
    """Where settings are printed or logged."""
    assert "s3cret" not in repr(TokenSettings())
    assert isinstance(TokenSettings().api_token, SecretStr)


def test_challenge_and_scheme_are_documented() -> None:
    """So that tools can send the token."""
    document = app.openapi()
    assert document["components"]["securitySchemes"] == {
        "HTTPBearer": {"type": "http", "scheme": "bearer"}
    }
    operation = document["paths"]["/"]["get"]
    assert operation["security"] == [{"HTTPBearer": []}]
    text = {"required": True, "schema": {"type": "string"}}
    assert operation["responses"]["401"]["description"] == "No valid token"
    assert operation["responses"]["401"]["headers"] == {
        "WWW-Authenticate": {"description": "How to log in.", **text},
        "Cache-Control": {"description": "Always `no-store`.", **text},
    }
