"""`python -m tools.site [FOLDER]` builds the site; `python3 tasks.py docs` calls it."""

import subprocess
import sys
from pathlib import Path

from tools.site.configuration import configuration, to_toml
from tools.site.sources import ROOT, write_sources


def main(folder: Path) -> int:
    """Write the pages into a folder, and build the site beside them; return the exit status."""
    write_sources(folder / "pages")
    (folder / "zensical.toml").write_text(to_toml(configuration()), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    status = subprocess.run(command, cwd=folder, check=False).returncode
    if status == 0:
        print(f"\nThe site is {folder / 'site' / 'index.html'}. To read it, with search:")
        print(f"  {sys.executable} -m http.server --directory {folder / 'site'}")
    return status


if __name__ == "__main__":
    raise SystemExit(
        main(Path(sys.argv[1] if sys.argv[1:] else ROOT / ".cache" / "docs").absolute())
    )
