"""The addresses of templates: what git takes them for, and how they are shown."""

import re
from pathlib import Path

SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
"""Copier's short forms of addresses."""

_URL = re.compile(r"(?:https?|ssh|git|file)://(?!(?:[^/]*@)?-)[^\x00-\x1f\x7f]+", re.IGNORECASE)
_SCP = re.compile(
    r"(?:\w[\w.+~-]*@)?(?:\w[\w.-]*|\[[0-9A-Fa-f:]+\]):(?![:\s-]|//)[^\x00-\x1f\x7f]+"
)
"""The short form of an ssh address, such as `git@example.com:template.git`."""
_USER = re.compile(
    r"([a-z][a-z0-9+.-]*://)([^\s/'\"]*|[^\s/:'\"]*:(?!\d+[/?#])[^\s'\"]*)@", re.IGNORECASE
)
"""Who an address is for, and the password, in which a slash is wrong and still a secret."""


def git_url(src: str) -> str:
    """Return the address as git takes it, of what Copier records in `_src_path`."""
    for short, prefix in SHORT.items():
        if src.startswith(short):
            return f"{prefix}{src.removeprefix(short).removesuffix('.git')}.git"
    return src.removeprefix("git+")


def local_folder(url: str) -> Path | None:
    """Return the folder that an address names, if it is an absolute path and a repository."""
    folder = Path(url).expanduser()
    is_repository = (folder / ".git").exists() or (folder / "objects").is_dir()
    return folder if folder.is_absolute() and is_repository else None


def can_be_fetched(url: str) -> bool:
    """Say whether git may be given an address.

    That is one of https, http, ssh, git and file; not the `NAME::ADDRESS` with which git runs a
    program of that name, and nothing that ssh or git take for an option.
    """
    return _URL.fullmatch(url) is not None or _SCP.fullmatch(url) is not None


def without_secrets(text: str) -> str:
    """Return text in which the addresses have no passwords and no tokens any more.

    A token may stand in the user's place, except where the user is one of ssh.
    """
    return _USER.sub(_hidden, text)


def shown_address(url: str) -> str:
    """Return an address as it is shown to people and programs."""
    return re.sub(r"(?<=://)(.*?)\?.*", r"\1?***", without_secrets(url))


def _hidden(found: "re.Match[str]") -> str:
    scheme, user = found.groups()
    name, colon, _ = user.partition(":")
    if "ssh" in scheme.lower():
        return f"{scheme}{name}{colon and ':***'}@"
    return f"{scheme}***@"
