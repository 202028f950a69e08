"""The packages that generated code needs, for projects whose dependencies are their owner's."""

import re
import shlex
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from scaffold.life.pyproject import inside, loaded, table, texts
from scaffold.project.sources import Source

TESTING = ("httpx2>=2.0", "pytest>=9.0.1")
"""What generated tests need."""

SERVING = ("uvicorn",)
"""What a generated project is served with; an application that was there before is served."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_POETRY_UPPER = re.compile(r"(?P<sign>[\^~])\s*(?P<version>[0-9][0-9.]*)")


def requirements(source: Source, answers: Mapping[str, Any]) -> list[str]:
    """Return the dependencies that a project of these answers would have."""
    rendered = source.render({**answers, "own_files": [], "layout": {}})["pyproject.toml"]
    declared: list[str] = tomllib.loads(rendered.content.decode())["project"]["dependencies"]
    return declared


def new_requirements(
    source: Source, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """Return what other answers need in addition, where nobody adds it to the project."""
    if not after.get("layout") and "pyproject.toml" not in (after.get("own_files") or ()):
        return []
    known = requirements(source, before)
    return [each for each in requirements(source, after) if each not in known]


def to_add(folder: Path, needed: Sequence[str], *, development: bool = False) -> Iterator[str]:
    """Yield how to add what a project does not declare, in the words of what manages it.

    Args:
        folder: the project.
        needed: the requirements, as PEP 508 has them.
        development: whether only its tests need them.
    """
    missing = _missing(folder, [one for one in needed if _name(one) not in SERVING])
    if not missing:
        return
    quoted = " ".join(map(shlex.quote, missing))
    tools = table(folder, "tool")
    if (folder / "uv.lock").is_file() or "uv" in tools:
        yield f"run uv add {'--dev ' if development else ''}{quoted}"
    elif (folder / "poetry.lock").is_file() or "poetry" in tools:
        yield f"run poetry add {'--group dev ' if development else ''}{quoted}"
    elif (folder / "pdm.lock").is_file() or "pdm" in tools:
        yield f"run pdm add {'-dG dev ' if development else ''}{quoted}"
    else:
        kind = "development dependencies" if development else "dependencies"
        files = [path.name for path in _edited(folder)]
        named = [name for name in files if ("dev" in name or "test" in name) == development]
        place = (named or files or [f"your {kind}"])[0]
        yield f"add to {place}: {', '.join(missing)}"


def _missing(folder: Path, needed: Iterable[str]) -> list[str]:
    """Return what a project does not declare, or what it declares or locks too old."""
    from packaging.requirements import Requirement

    declared, locked = dict(_declared(folder)), dict(_locked(folder))
    found = []
    for one in needed:
        requirement = Requirement(one)
        name = _name(one)
        version = locked.get(name)
        if version is not None and requirement.specifier.contains(version, prereleases=True):
            continue
        if version is None and name in declared and _allows(declared[name], requirement.specifier):
            continue
        found.append(one)
    return found


def _allows(declared: str, needed: Any) -> bool:
    """Say whether a declaration leaves room for the oldest version that is needed, or newer."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    text = _POETRY_UPPER.sub(_between, declared).strip()
    try:
        specifier = SpecifierSet("" if text == "*" else text)
    except InvalidSpecifier:
        return True  # a path, a URL or an alias, which only its owner understands
    both = specifier & needed
    return any(both.contains(version, prereleases=True) for version in _among(both))


def _among(specifiers: Iterable[Any]) -> Iterator[str]:
    """Yield versions of which one is allowed, if any is: at and behind each limit, and far on."""
    from packaging.version import Version

    for one in specifiers:
        if one.operator != "===":  # which compares texts
            limit = one.version.removesuffix(".*")
            yield from (limit, f"{Version(limit).base_version}.1")
    yield "99999"


def _between(found: re.Match[str]) -> str:
    """Return Poetry's `^1.2` as `>=1.2,<2`."""
    parts = found["version"].strip(".").split(".")
    at = next((at for at, part in enumerate(parts) if part != "0"), len(parts) - 1)
    if found["sign"] == "~":
        at = min(1, len(parts) - 1)
    upper = [*parts[:at], str(int(parts[at]) + 1)]
    return f">={found['version']},<{'.'.join(upper)}"


def _declared(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the packages that a project depends on, with or without tests, and their versions."""
    from packaging.requirements import InvalidRequirement, Requirement

    for text in _listed(folder):
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            if found := _NAME.match(text):
                yield canonicalize_name(found[0]), ""  # what pip alone understands
            continue
        yield canonicalize_name(requirement.name), str(requirement.specifier)
        yield from _brought(requirement.name, requirement.extras)
    poetry = table(folder, "tool", "poetry")
    for group in (poetry, *inside(poetry, "group").values()):
        for key in ("dependencies", "dev-dependencies"):
            for name, version in inside(group, key).items():
                said = version.get("version", "*") if isinstance(version, dict) else version
                yield canonicalize_name(name), str(said)
                yield from _brought(name, texts(inside({"it": version}, "it").get("extras")))


def _listed(folder: Path) -> Iterator[str]:
    """Yield the requirements that stand in lists: in `pyproject.toml`, and in files of pip."""
    project = table(folder, "project")
    yield from texts(project.get("dependencies"))
    optional, groups = inside(project, "optional-dependencies"), table(folder, "dependency-groups")
    for each in (*optional.values(), *groups.values()):
        yield from texts(each)
    yield from texts(table(folder, "tool", "uv").get("dev-dependencies"))
    for path in [*_files_of_pip(folder), *_files_of_pip(folder / "requirements", "*")]:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            yield re.split(r"\s(?:#|--|\\)", line)[0].strip()


def _files_of_pip(folder: Path, name: str = "*requirements*") -> list[Path]:
    """Return the files of pip's requirements in a folder: what is compiled follows all sources."""
    return [path for kind in (".in", ".txt") for path in sorted(folder.glob(f"{name}{kind}"))]


def _edited(folder: Path) -> list[Path]:
    """Return those of pip's files that people write, rather than pip-compile."""
    files = _files_of_pip(folder)
    return [path for path in files if path.suffix == ".in" or path.with_suffix(".in") not in files]


def _brought(name: str, extras: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield what comes with FastAPI, and with an extra of it."""
    if canonicalize_name(name) == "fastapi":
        yield from (("pydantic", ""), ("starlette", ""))
        if not {"standard", "all"}.isdisjoint(extras):
            yield "pydantic-settings", ""


def _locked(folder: Path) -> Iterator[tuple[str, str]]:
    for name in ("uv.lock", "poetry.lock", "pdm.lock"):
        packages = loaded(folder / name).get("package", [])
        for package in packages if isinstance(packages, list) else []:
            if isinstance(package, dict) and "version" in package:
                yield canonicalize_name(str(package.get("name"))), str(package["version"])


def _name(requirement: str) -> str:
    found = _NAME.match(requirement)
    return canonicalize_name(found[0]) if found else ""
