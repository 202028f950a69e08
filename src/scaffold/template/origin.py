"""Where the template that this command carries comes from.

A generated project records its template's address and version, so that `copier update` finds the
template again, on another machine too. The command itself renders from plain files, which know
neither; how it was installed tells them.
"""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from scaffold.catalogue.patterns import template_root
from scaffold.system import git

if TYPE_CHECKING:
    from importlib.metadata import Distribution

DISTRIBUTION = "fastapi-response-scaffold"
BUILT_FROM = "commit.txt"
"""Where a wheel has the commit that it was built from; see `hatch_build.py`."""
PARTS = ("copier.yml", "compose", "patterns", "template")
"""What the template is made of."""
_VERSION_TAG = re.compile(r"v?\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?")


@dataclass(frozen=True)
class Origin:
    """The address and the version of a template, as Copier records them.

    Attributes:
        src: a git URL, or the path of a checkout.
        commit: a tag or a commit; None where the files of the template are those of none.
    """

    src: str
    commit: str | None

    def data(self) -> dict[str, str]:
        """Return the data from which the template stamps its answers file."""
        commit = {} if self.commit is None else {"_scaffold_commit": self.commit}
        return {"_scaffold_src": self.src, **commit}


def find_origin(root: Path | None = None, installed: "Distribution | None" = None) -> Origin:
    """Return the origin of the template that comes with this command.

    Args:
        root: the template's folder; the one in use when None.
        installed: the metadata of the installed command; looked up when None.
    """
    root = root or template_root()
    if root.name != "_template":
        return Origin(str(root), _describe(root))
    installed = installed or _installed()
    commit = _built_from(root)
    return _from_direct_url(installed, commit) or _from_metadata(installed, commit)


def version() -> str:
    """Return the version of the command: what a checkout declares, or what is installed."""
    root = template_root()
    if root.name == "_template":
        return _installed().version
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared: str = project["version"]
    return declared


def _installed() -> "Distribution":
    from importlib.metadata import distribution

    return distribution(DISTRIBUTION)


def _built_from(root: Path) -> str | None:
    """Return the commit that a wheel was built from; None where its files were no commit."""
    built_from = root / BUILT_FROM
    return built_from.read_text("utf-8").strip() or None if built_from.is_file() else None


def _from_direct_url(installed: "Distribution", commit: str | None) -> Origin | None:
    """Return the repository or folder that pip or uv installed from (PEP 610), if it was one."""
    text = installed.read_text("direct_url.json")
    direct_url: dict[str, Any] = json.loads(text) if text else {}
    vcs = direct_url.get("vcs_info", {})
    if "dir_info" in direct_url:
        return Origin(url2pathname(urlsplit(direct_url["url"]).path), commit)
    if vcs.get("vcs") != "git":
        return None
    revision = vcs.get("requested_revision", "")
    tagged = _VERSION_TAG.fullmatch(revision) is not None
    return Origin(_copier_url(direct_url["url"]), revision if tagged else vcs["commit_id"])


def _copier_url(url: str) -> str:
    """Return a git URL in the notation that Copier takes for one, whatever its host."""
    return url if url.endswith(".git") and "://" in url else f"git+{url}"


def _from_metadata(installed: "Distribution", commit: str | None) -> Origin:
    """Return the address that the package declares, and the tag of a release, or the commit."""
    declared = installed.metadata.get_all("Project-URL") or []
    urls = dict(entry.split(", ", 1) for entry in declared)
    is_release = commit is not None and ".dev" not in installed.version
    return Origin(urls["Template"], f"v{installed.version}" if is_release else commit)


def _describe(root: Path) -> str | None:
    """Return the nearest tag or the commit of a checkout, as Copier does; None with changes."""
    if git.as_user(root, "status", "--porcelain", "--", *PARTS).text:
        return None
    return git.ask(root, "describe", "--tags", "--always").text or None
