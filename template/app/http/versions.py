"""The version of the API that a request asks for, and that its answer names."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Header, HTTPException, Response

from app.http.openapi import documented_error, header

UNSUPPORTED_VERSION = documented_error(400, "There is no such version")


class ApiVersion:
    """API-Version: who does not ask gets the first, so that old clients see no change.

    `asked` is the FastAPI dependency that returns the version; it raises 400 for an unknown one.
    """

    def __init__(self, first: str, *others: str) -> None:
        self.versions = (first, *others)
        self.asked: Callable[..., Awaitable[str]] = self._dependency()

    def _dependency(self) -> Callable[..., Awaitable[str]]:
        schema: dict[str, Any] = {"enum": list(self.versions)}

        async def asked(
            api_version: Annotated[str, Header(alias="API-Version", json_schema_extra=schema)] = (
                self.versions[0]
            ),
        ) -> str:
            """Return the version that is asked for."""
            if api_version not in self.versions:
                raise HTTPException(400, f"API-Version: use {' or '.join(self.versions)}")
            return api_version

        return asked

    def apply(self, response: Response, version: str) -> None:
        """Name the version, and tell caches that there are others."""
        response.headers["API-Version"] = version
        response.headers.add_vary_header("API-Version")

    def openapi_headers(self) -> dict[str, Any]:
        """Describe the headers."""
        return {
            "API-Version": header(
                "The version of this answer.", type="string", enum=list(self.versions)
            ),
            "Vary": header("The answer depends on these request headers."),
        }
