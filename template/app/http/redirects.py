"""Redirects: within this service, to other sites, and to where a client asks (CWE-601)."""

from collections.abc import Mapping

from fastapi.responses import RedirectResponse
from starlette.background import BackgroundTask
from starlette.datastructures import URL

from app.http.root_path import has_root_path, with_root_path


class Redirect(RedirectResponse):
    """A redirect to a path of this service, or to the address of another site.

    A path gets the prefix that a proxy takes off. To lead to another service behind the same proxy,
    give the whole address, or take `RedirectResponse`.
    """

    def __init__(
        self,
        url: str | URL,
        status_code: int = 307,
        headers: Mapping[str, str] | None = None,
        background: BackgroundTask | None = None,
    ) -> None:
        super().__init__(with_root_path(str(url)), status_code, headers, background)


def local_target(target: str | None, fallback: str) -> str:
    """Return where to redirect to: the target if it is a path of this site, else the fallback.

    Both may be paths as endpoints have them. The target may also be one that a browser has shown,
    with the prefix that a proxy takes off.

    Browsers read a backslash as a slash, leave out tabs and line breaks, and take what follows
    two slashes for the name of a host.
    """
    if target is None or not target.startswith("/") or target.startswith("//"):
        return with_root_path(fallback)
    if "\\" in target or not target.isprintable():
        return with_root_path(fallback)
    return target if has_root_path(target) else with_root_path(target)
