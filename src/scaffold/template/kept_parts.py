"""What the parts of projects were made into, kept in the user's cache for the next command.

Most of a project is what single endpoints and models become, and a command changes few of these. So
of each is kept what it means, its part of the plan, and its files. What is kept becomes code of the
project: it is believed only where nobody but the user can write, as with
`scaffold.template.bytecode`.
"""

import hashlib
import json
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from scaffold.system.kept_folder import KeptFolder

FOLDER = "parts"
PARTS = ("compose", "patterns", "template")
"""The folders of a template from which parts are made."""


class KeptPart:
    """What single endpoints or models of a project became, each by what it has of its own.

    They stand in one file, which is replaced by what one command has used of it, so that nothing is
    kept for ever.
    """

    def __init__(self, folder: KeptFolder, name: str, made_from: str) -> None:
        """Read the file of this name, unless what is in it was made from something else."""
        self._folder, self._name, self._made_from = folder, name, made_from
        self._used: dict[str, str] = {}
        self._known: dict[str, str] = {}
        with suppress(ValueError):
            stored = json.loads(folder.read(name) or b"{}")
            if stored.get("made from") == made_from:
                self._known = stored["became"]

    def get(self, own: str) -> str | None:
        """Return what was made from this before."""
        own = _digest(own)
        known = self._used.get(own, self._known.get(own))
        if known is not None:
            self._used[own] = known
        return known

    def put(self, own: str, text: str) -> None:
        """Remember what was made from this."""
        self._used[_digest(own)] = text

    def write(self) -> None:
        """Keep what was asked for and remembered, if there is a place for it."""
        if self._used.keys() != self._known.keys():
            stored = {"made from": self._made_from, "became": self._used}
            self._folder.write(self._name, json.dumps(stored).encode())
            self._known = dict(self._used)


class KeptParts:
    """What a template was made into, by what several parts are made from."""

    def __init__(self, root: Path) -> None:
        """Keep what is made of the template in a folder."""
        self._root = root
        self._folder = KeptFolder(FOLDER)
        self._parts: dict[tuple[str, str], KeptPart] = {}

    def of(self, kind: str, project: str, shared: str) -> KeptPart:
        """Return what is kept of a project.

        Args:
            kind: what is kept, such as `files`.
            project: the name of the project.
            shared: what all of it is made from, besides what each has of its own.
        """
        name, made_from = _digest(f"{kind} of {project}"), _digest(f"{self._template}{shared}")
        if (name, made_from) not in self._parts:
            self._parts[name, made_from] = KeptPart(self._folder, name, made_from)
        return self._parts[name, made_from]

    def write(self) -> None:
        """Keep what was asked for and remembered, if there is a place for it."""
        for part in self._parts.values():
            part.write()

    @cached_property
    def _template(self) -> str:
        """What tells this template, and the code that makes parts of it, from every other one."""
        told = hashlib.sha256()
        code = Path(__file__).parent
        paths = [path for part in PARTS for path in (self._root / part).rglob("*")]
        for path in sorted((*paths, self._root / "copier.yml", *code.glob("*.py"))):
            if path.is_file() and path.suffix != ".pyc" and "example" not in path.parts:
                place = path.relative_to(code if path.parent == code else self._root)
                told.update(f"{place}\0{path.stat().st_size}\0".encode())
                told.update(path.read_bytes())
        return told.hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
