"""A built single-page application beside the API (RFC 9111, section 5.2; RFC 8246; CSP Level 3)."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, FastAPI
from starlette.datastructures import MutableHeaders
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.setting_types import Directory
from app.settings import Settings

IMMUTABLE = "public, max-age=31536000, immutable"
"""For a file whose name changes with its content: a year, without asking in between."""

REVALIDATED = "no-cache"
"""For everything else: kept, and asked for each time, which a 304 answers."""


class FrontendSettings(Settings):
    """Where the build is; until it is there, nothing is served of it."""

    frontend_directory: Directory = Path("dist")


class Frontend:
    """ASGI middleware that serves a folder of files below `path`; endpoints there come first.

    A browser that opens an address which is no file gets `index.html`, whose scripts know what to
    show. What a page asks for and is not there, such as a script, is a 404. It is no part of the
    OpenAPI document.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        routers: Sequence[APIRouter],
        path: str,
        assets: str,
        content_security_policy: str,
    ) -> None:
        """Wrap an application.

        Args:
            app: what answers everything else.
            routers: the endpoints.
            path: what the addresses begin with, without a slash at the end.
            assets: the folder, within that of the build, whose files have a hash in their names.
            content_security_policy: what its pages may load.
        """
        self.app = app
        self.routers = routers
        self.path = path
        self.assets = assets
        self.content_security_policy = content_security_policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3.0)."""
        found = self.files(scope) if self.takes(scope) else None
        if found is None:
            await self.app(scope, receive, send)
            return
        files, kept = found

        async def send_described(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.describe(MutableHeaders(scope=message), message["status"], kept)
            await send(message)

        await files(scope, receive, send_described)

    def takes(self, scope: Scope) -> bool:
        """Say whether a request is for the frontend: below its path, and for no endpoint."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return False
        if not f"{_path(scope)}/".startswith(f"{self.path}/"):
            return False
        routes = (route for router in self.routers for route in router.routes)
        return all(route.matches(scope)[0] is Match.NONE for route in routes)

    def files(self, scope: Scope) -> tuple[ASGIApp, str] | None:
        """Return what serves the files, and how long they may be kept; None before the build."""
        directory = FrontendSettings.current().frontend_directory
        assets = f"{self.path}/{self.assets}"
        if _path(scope).startswith(f"{assets}/") and (directory / self.assets).is_dir():
            return served(directory / self.assets, assets, fallback=None), IMMUTABLE
        if directory.is_dir():
            return served(directory, self.path, fallback="index.html"), REVALIDATED
        return None

    def describe(self, headers: MutableHeaders, status: int, kept: str) -> None:
        """Say how long an answer may be kept, and what a page may load."""
        headers["Cache-Control"] = kept if status < 400 else "no-store"
        headers["Content-Security-Policy"] = self.content_security_policy
        headers["X-Content-Type-Options"] = "nosniff"
        if kept == REVALIDATED:
            headers.add_vary_header("Accept")


@cache
def served(directory: Path, path: str, *, fallback: Literal["index.html"] | None) -> ASGIApp:
    """Return what serves the files of a folder below a path."""
    app = FastAPI(openapi_url=None)
    app.frontend(path, directory=directory, fallback=fallback, check_dir=False)
    return app


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
