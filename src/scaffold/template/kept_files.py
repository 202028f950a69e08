"""What single files were rendered to, kept in the user's cache for the next command on a project.

Most files of a project are those of one endpoint or model, and a command changes few of these. What
is kept becomes code of the project: it is believed only where nobody but the user can write, as
with `scaffold.template.bytecode`.
"""

import hashlib
import json
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from scaffold.system.kept_folder import KeptFolder

FOLDER = "rendered"
PARTS = ("compose", "patterns", "template")
"""The folders of a template from which files are rendered."""


class KeptFiles:
    """The files that a template was rendered to, by what they were rendered from.

    Those that are rendered with the same answers but for endpoints and models stand in one file. It
    is replaced by what one command has used of it, so that nothing is kept for ever.
    """

    def __init__(self, root: Path, renderer: bytes) -> None:
        """Keep what the template in a folder is rendered to, by code that `renderer` tells."""
        self._root, self._renderer = root, renderer
        self._folder = KeptFolder(FOLDER)
        self._used: dict[str, dict[str, str]] = {}
        self._known: dict[str, dict[str, str]] = {}

    def get(self, shared: str, own: str) -> str | None:
        """Return what was rendered from the answers that files share, and what one has besides."""
        if shared not in self._known:
            self._known[shared], self._used[shared] = self._read(shared), {}
        known = self._used[shared].get(own, self._known[shared].get(own))
        if known is not None:
            self._used[shared][own] = known
        return known

    def put(self, shared: str, own: str, text: str) -> None:
        """Remember what was rendered; `get` was asked for it before."""
        self._used[shared][own] = text

    def write(self) -> None:
        """Keep what was asked for and remembered, if there is a place for it."""
        for shared, used in self._used.items():
            if used.keys() != self._known[shared].keys():
                self._folder.write(self._name(shared), json.dumps(used).encode())

    def _read(self, shared: str) -> dict[str, str]:
        content = self._folder.read(self._name(shared))
        with suppress(ValueError):
            found: dict[str, str] = json.loads(content or b"{}")
            return found
        return {}

    def _name(self, shared: str) -> str:
        return hashlib.sha256(self._template + shared.encode()).hexdigest()

    @cached_property
    def _template(self) -> bytes:
        """What tells this template from every other one, and from itself after an edit."""
        told = hashlib.sha256(self._renderer)
        paths = [path for part in PARTS for path in (self._root / part).rglob("*")]
        for path in sorted((*paths, self._root / "copier.yml")):
            if path.is_file() and path.suffix != ".pyc" and "example" not in path.parts:
                told.update(f"{path.relative_to(self._root)}\0{path.stat().st_size}\0".encode())
                told.update(path.read_bytes())
        return told.digest()
