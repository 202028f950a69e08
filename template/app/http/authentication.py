"""Bearer tokens, and the challenge for requests without one (RFC 9110, section 11; RFC 6750)."""

import hmac
import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr, field_validator
from starlette.requests import HTTPConnection

from app.http.openapi import HeaderDescription, documented_error
from app.http.setting_types import Name
from app.settings import Settings

CHALLENGED = documented_error(
    401,
    "No valid token",
    HeaderDescription("WWW-Authenticate", "How to log in."),
    HeaderDescription("Cache-Control", "Always `no-store`."),
)

bearer_scheme = HTTPBearer(auto_error=False)


class TokenSettings(Settings):
    """The one token that opens the endpoints until you connect your own table of tokens."""

    api_client: Name = "client"
    api_token: SecretStr | None = None

    @field_validator("api_token")
    @classmethod
    def _refuse_what_cannot_be_sent(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", token.get_secret_value()):
            raise ValueError("a token has letters, digits and . _ ~ + / -, and may end with =")
        return token


def client_of(token: str) -> str | None:
    """Return whose token it is, or None; replace with a look-up in your own table.

    While APP_API_TOKEN is not set, no token is anybody's.
    """
    settings = TokenSettings.current()
    if settings.api_token is None:
        return None
    known = hmac.compare_digest(token.encode(), settings.api_token.get_secret_value().encode())
    return settings.api_client if known else None


@dataclass(frozen=True, slots=True)
class BearerAuthentication:
    """A dependency that returns the name of the client, or raises 401 with a challenge.

    From then on `request.state.user` holds the name.
    """

    realm: str

    async def __call__(
        self,
        connection: HTTPConnection,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_scheme)],
    ) -> str:
        """Return whose token the request carries."""
        if credentials is None:
            raise self.challenge("Send a token")
        client = client_of(credentials.credentials)
        if client is None:
            raise self.challenge("The token is not valid", error="invalid_token")
        connection.state.user = client
        return client

    def challenge(self, detail: str, *, error: str | None = None) -> HTTPException:
        """Return the 401; `error` is one of RFC 6750, section 3.1, when a token was sent."""
        realm = self.realm.replace("\\", "\\\\").replace('"', '\\"')
        challenge = f'Bearer realm="{realm}"' + (f', error="{error}"' if error else "")
        headers = {"WWW-Authenticate": challenge, "Cache-Control": "no-store"}
        return HTTPException(401, detail, headers=headers)
