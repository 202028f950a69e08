"""Makes a git repository of each preset, from which GitHub makes others ("Use this template").

    python -m tools.preset_repositories FOLDER [REF]

REF is the tag or commit of this template that the projects record, and from which they are updated
later; it is the tag of the version at hand when left out. What sends a repository to GitHub, once
it is looked at, is printed and not run.
"""

import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from scaffold.spec.answers import Sources, gather, presets
from scaffold.template.origin import Origin
from scaffold.template.renderer import Template
from tools.address import declared

ROOT = Path(__file__).resolve().parents[1]
AS_SOMEBODY = ("-c", "user.name=scaffold", "-c", "user.email=scaffold@users.noreply.github.com")


def write_repository(preset: str, folder: Path, ref: str) -> None:
    """Write the project of a preset as the only commit of a new repository."""
    made = {"project_name": folder.name, "dependency_updates": "renovate", "devcontainer": True}
    data = {**gather(Sources(preset=preset)), **made, **Origin(declared(ROOT), ref).data()}
    Template(ROOT).write(folder, data)
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        [*AS_SOMEBODY, "commit", "--quiet", f"--message=Generate the preset {preset}, {ref}"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)


def main(arguments: Sequence[str]) -> int:
    """Make the repositories; return the exit status."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder, ref = [*arguments, f"v{project['version']}"][:2] if arguments else ("", "")
    if len(arguments) not in (1, 2) or ".dev" in ref:
        print("usage: preset_repositories FOLDER [REF]; between releases with REF", file=sys.stderr)
        return 2
    owner = declared(ROOT).split("/")[-2]
    places = {preset: Path(folder, f"fastapi-{preset}").absolute() for preset in presets()}
    for place in places.values():
        if place.exists():
            print(f"error: {place} is there already", file=sys.stderr)
            return 1
    for preset, place in places.items():
        write_repository(preset, place, ref)
        print(f"gh repo create {owner}/{place.name} --public --source {place} --push")
        print(f"gh repo edit {owner}/{place.name} --template")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
