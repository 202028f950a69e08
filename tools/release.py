"""Releases: a commit that changes the version in `pyproject.toml`, its golden answers, its wheel.

    python -m tools.release golden     keep what the version at hand records, accepts and refuses
    python -m tools.release number     print the version that the commit releases, if any
    python -m tools.release build      build the wheel of the commit into dist/, and check both
    python -m tools.release rehearse   release a clone, and show what would be published

CONTRIBUTING.md has the steps.
"""

import json
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from scaffold.project.state import ANSWERS_FILE
from scaffold.spec.answers import Sources, gather, presets
from scaffold.template.origin import DISTRIBUTION, Origin
from scaffold.template.renderer import Template
from tools.address import declared
from tools.validity import checks

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
MADE = {"scaffold/_template/catalogue.json", "scaffold/_template/commit.txt"}
"""What the build itself makes."""

LARGEST = 1_500_000
"""Bytes that a wheel may have: it is fetched whenever `uvx` runs the command anew."""

PLACES = {
    "copier.yml": "scaffold/_template/copier.yml",
    "compose/": "scaffold/_template/compose/",
    "patterns/": "scaffold/_template/patterns/",
    "presets/": "scaffold/_template/presets/",
    "template/": "scaffold/_template/template/",
    "src/scaffold/": "scaffold/",
}
"""Where the wheel has what the commit has."""


class NoRelease(Exception):
    """The commit at hand may not be published; the message says why, in one line."""


def version_at(commit: str, root: Path = ROOT) -> str | None:
    """Return the version that a commit declares; None where there is no such commit."""
    content = git("show", f"{commit}:pyproject.toml", root=root, check=False)
    project = tomllib.loads(content.decode())["project"] if content else {}
    found: str | None = project.get("version")
    return found


def write_golden(folder: Path, version: str) -> list[Path]:
    """Write what is kept of a version.

    That is the answers file of a project of each preset and of one with the default answers, and
    what the version accepts and refuses.
    """
    folder.mkdir(parents=True, exist_ok=True)
    origin = Origin(declared(ROOT), f"v{version}")
    written = []
    for name in [*presets(), "defaults"]:
        answers = gather(Sources(preset=None if name == "defaults" else name))
        data = {"project_name": "golden", **answers, **origin.data()}
        files = {file.path: file.content for file in Template(ROOT).files(Path("golden"), data)}
        path = folder / f"{name}.yml"
        path.write_bytes(files[ANSWERS_FILE])
        written.append(path)
    path = folder / "checks.json"
    text = json.dumps(checks(ROOT), indent=0, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")
    return [*written, path]


def number(root: Path = ROOT) -> str | None:
    """Return the version that the commit at hand releases; None if it releases none."""
    version = version_at("HEAD", root)
    is_another = version != version_at("HEAD~1", root)
    return version if version and is_another and ".dev" not in version else None


def check_release(root: Path = ROOT) -> str:
    """Return the version that the commit at hand releases.

    Raises:
        NoRelease: it releases none, or something that belongs to a release is missing.
    """
    version = version_at("HEAD", root)
    if version is None or version == version_at("HEAD~1", root):
        raise NoRelease("the commit does not change the version in pyproject.toml")
    if ".dev" in version:
        raise NoRelease(f"{version} is what comes between releases")
    if git("status", "--porcelain", root=root):
        raise NoRelease("there are changes that are not committed")
    if f"\n## [{version}] - " not in (root / "CHANGELOG.md").read_text(encoding="utf-8"):
        raise NoRelease(f"CHANGELOG.md has no section [{version}] with a date")
    if not list((root / "tests" / "golden" / version).glob("*.yml")):
        raise NoRelease(f"tests/golden/{version} is missing; python3 tasks.py golden makes it")
    return version


def build(commit: str, folder: Path, root: Path = ROOT) -> Path:
    """Build the wheel of a commit, and nothing else that lies around, into a folder."""
    with TemporaryDirectory() as scratch:
        archive = Path(scratch, "commit.zip")
        git("archive", "--format=zip", f"--output={archive}", commit, root=root)
        source = Path(scratch, "source")
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(source)
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
        subprocess.run([*command, "--outdir", str(folder), str(source)], check=True)
    [wheel] = folder.glob(f"{DISTRIBUTION.replace('-', '_')}-{version_at(commit, root)}-*.whl")
    return wheel


def rehearse(folder: Path, root: Path = ROOT) -> tuple[str, Path]:
    """Make the next release in a clone of the commit at hand; return its version and its wheel.

    Nothing leaves the folder. What somebody writes for a release is written as it will be: the
    version, the heading of the changelog, and the golden answers.

    Raises:
        NoRelease: it could not be published.
    """
    clone = folder / "clone"
    git("clone", "--quiet", root.as_uri(), str(clone), root=root)
    declared_as = version_at("HEAD", root) or ""
    version = declared_as.partition(".dev")[0]
    for name, old, new in (
        ("pyproject.toml", f'version = "{declared_as}"', f'version = "{version}"'),
        ("CHANGELOG.md", "## [Unreleased]", f"## [{version}] - {date.today()}"),
    ):
        file = clone / name
        file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    write_golden(clone / "tests" / "golden" / version, version)
    git("add", "--all", root=clone)
    identity = ("-c", "user.name=rehearsal", "-c", "user.email=rehearsal@example.com")
    git(*identity, "commit", "--quiet", "--message", f"Release {version}", root=clone)
    check_release(clone)
    wheel = build("HEAD", folder / "dist", clone)
    check_wheel(wheel, clone)
    return version, wheel


def check_wheel(wheel: Path, root: Path = ROOT) -> None:
    """Check that a wheel is what the commit at hand holds, and not too large.

    Raises:
        NoRelease: with all that is wrong.
    """
    wrong = list(differences(wheel, "HEAD", root))
    if (size := wheel.stat().st_size) > LARGEST:
        wrong.append(f"{wheel.name} has {size:,} bytes, and may have {LARGEST:,}")
    if wrong:
        raise NoRelease("; ".join(wrong))


def contents(wheel: Path) -> Iterator[str]:
    """Yield what a wheel holds, folder by folder, with the bytes and the number of files."""
    folders: dict[str, list[int]] = {}
    with zipfile.ZipFile(wheel) as opened:
        for file in opened.infolist():
            folder = "/".join(file.filename.split("/")[:3][:-1])
            folders.setdefault(folder, []).append(file.compress_size)
    for folder, sizes in sorted(folders.items()):
        yield f"{sum(sizes):9,} bytes in {len(sizes):4} files  {folder}"


def differences(wheel: Path, commit: str, root: Path = ROOT) -> Iterator[str]:
    """Yield what a wheel has otherwise than the commit that it was built from."""
    wanted = dict(_wanted(commit, root))
    with zipfile.ZipFile(wheel) as opened:
        found = {name: opened.read(name) for name in opened.namelist() if ".dist-info/" not in name}
    for name in sorted(wanted.keys() | found.keys() - MADE):
        if name not in found:
            yield f"{name} is missing in the wheel"
        elif name not in wanted:
            yield f"{name} is not in the commit"
        elif found[name] != wanted[name]:
            yield f"{name} is another one in the commit"


def _wanted(commit: str, root: Path) -> Iterator[tuple[str, bytes]]:
    listed = git("ls-tree", "-r", "-z", "--name-only", commit, root=root).decode()
    for path in listed.split("\0")[:-1]:
        for start, place in PLACES.items():
            if path.startswith(start):
                content = git("cat-file", "blob", f"{commit}:{path}", root=root)
                yield place + path.removeprefix(start), content


def git(*arguments: str, root: Path, check: bool = True) -> bytes:
    """Return what git prints."""
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, check=check, capture_output=True).stdout


def main(arguments: list[str]) -> int:
    """Do what the first argument says; return the exit status."""
    if arguments == ["golden"]:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        for path in write_golden(GOLDEN / project["version"], project["version"]):
            print(path.relative_to(ROOT))
        return 0
    if arguments == ["number"]:
        print(number() or "")
        return 0
    if arguments == ["rehearse"]:
        with TemporaryDirectory() as folder:
            try:
                version, wheel = rehearse(Path(folder))
            except NoRelease as error:
                print(f"error: {error}", file=sys.stderr)
                return 1
            print(f"{wheel.name}, {wheel.stat().st_size:,} bytes of at most {LARGEST:,}:")
            print(*contents(wheel), sep="\n")
            print(f"This, and the tag v{version}, would be published; nothing was.")
        return 0
    if arguments != ["build"]:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        version = check_release()
        wheel = build("HEAD", ROOT / "dist")
        check_wheel(wheel)
    except NoRelease as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{wheel.relative_to(ROOT)} is what the commit holds. Next:")
    print(f"  git tag v{version} && git push origin main v{version}, then publish the wheel")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
