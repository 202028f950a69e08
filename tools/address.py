"""The public address of this repository: it stands in `pyproject.toml`, and is written everywhere.

python -m tools.address URL     write another one, as it begins the address of a page
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HISTORY = ("CHANGELOG.md", "tests/golden/")
"""What tells what was, and stays."""


def declared(root: Path = ROOT) -> str:
    """Return the address as git takes it."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address: str = project["urls"]["Template"]
    return address


def page(address: str) -> str:
    """Return the address of the page that shows a repository, of what git takes."""
    return address.removesuffix("/").removesuffix(".git")


def texts(root: Path) -> Iterator[Path]:
    """Yield the files of a repository that may name the address."""
    command = ["git", "-C", str(root), "ls-files", "-z"]
    listed = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    for name in listed.split("\0")[:-1]:
        path = root / name
        if path.is_file() and not path.is_symlink() and not name.startswith(HISTORY):
            yield path


def change(address: str, root: Path = ROOT) -> list[Path]:
    """Write another address wherever the declared one stands; return the files that have it now.

    Raises:
        ValueError: it is no https address of a repository.
    """
    if re.fullmatch(r"https://[\w.-]+(:\d+)?(/[\w.~-]+)+/?", address) is None:
        raise ValueError(f"{address} is no address such as https://github.com/OWNER/NAME")
    before, after = page(declared(root)).encode(), page(address).encode()
    changed = []
    for path in texts(root):
        content = path.read_bytes()
        if before in content:
            path.write_bytes(content.replace(before, after))
            changed.append(path)
    return changed


def main(arguments: list[str]) -> int:
    """Change the address; return the exit status."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        changed = change(arguments[0])
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for path in changed:
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
