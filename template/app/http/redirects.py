"""Redirects to targets that come from outside, which stay on this site (CWE-601)."""


def local_target(target: str | None, fallback: str) -> str:
    """Return the target if it is a path of this site, else the fallback.

    Browsers read a backslash as a slash, leave out tabs and line breaks, and take what follows
    two slashes for the name of a host.
    """
    if target is None or not target.startswith("/") or target.startswith("//"):
        return fallback
    if "\\" in target or not target.isprintable():
        return fallback
    return target
