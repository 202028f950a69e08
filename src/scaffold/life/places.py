"""Where generated code and tests go in an application that was there before."""

import configparser
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from scaffold.errors import Refused
from scaffold.life.entry_point import EntryPoint, owners_modules
from scaffold.life.pyproject import table, texts
from scaffold.project.files import read_content
from scaffold.project.layout import Layout, dotted
from scaffold.project.python_text import PythonText

NAMES = ("generated", "generated_endpoints", "scaffold_generated")
"""What the package may be called; the first name that is free is taken."""

COMMANDS = ("Dockerfile*", "Procfile", "*compose*.y*ml", "Makefile", "*.sh", "README*", "*.toml")
"""Files that may say how the application is started."""

_IMPORTED = re.compile(r"^\s*(?:from|import)[ \t]+([A-Za-z_]\w*(?:\.\w+)?)", re.MULTILINE)
"""The first two parts of what a module imports."""


def layout_of(folder: Path, entry: EntryPoint) -> Layout:
    """Return where generated code goes: into the package of the owner in which the entry point is.

    Args:
        folder: the project.
        entry: its application.

    Raises:
        Refused: every place is taken.
    """
    root = import_root(folder, entry.served_by)
    package = _package(folder, root, entry.served_by)
    inside = root.joinpath(*package)
    name = _free(folder / inside, NAMES)
    slug = "_".join(package) or _slug(folder)
    tests = _tests_folder(folder, root, package)
    own = _free(folder / tests, (f"generated_{slug}", f"scaffold_generated_{slug}"))
    known = import_root(folder, entry.served_by, tests)
    return Layout(
        dotted(inside / name / "__init__.py", known),
        (inside / name).as_posix(),
        (tests / own).as_posix(),
        f"{dotted(entry.served_by, known)}:{entry.name}",
    )


def import_of(folder: Path, entry: EntryPoint, layout: Layout) -> str:
    """Return how the module that makes the application imports the generated package.

    From where it is, if it imports others so; else by the name that it has in the application.
    """
    path, generated = entry.made.module.path, Path(layout.folder)
    root = import_root(folder, entry.served_by)
    if path.is_relative_to(generated.parent) and len(path.relative_to(root).parts) > 1:
        up = len(path.parent.relative_to(generated.parent).parts) + 1
        if any(source.startswith(".") for source in entry.made.module.imported.values()):
            return f"{'.' * up}{generated.name}"
    return dotted(generated / "__init__.py", root)


def import_root(folder: Path, path: Path, tests: Path | None = None) -> Path:
    """Return the folder from which the modules of a project are imported, relative to it.

    What the project says goes first, then what most of its own imports need, then how it is
    started, and last its `__init__.py` files.

    Args:
        folder: the project.
        path: one of its modules, relative to it.
        tests: the folder of tests whose imports are asked first, as they may have other names.
    """
    roots = [
        root
        for root in path.parents
        if all(map(str.isidentifier, path.relative_to(root).parts[:-1]))
    ]
    if tests is not None:
        usual = import_root(folder, path)
        needed = _needed(folder, roots, folder / tests) if (folder / tests).is_dir() else Counter()
        return max([usual, *roots], key=lambda root: needed[root])
    entrypoint = _entrypoint(folder)
    declared = [root for root in roots if entrypoint == dotted(path, root)]
    if declared:
        return declared[0]
    needed = _needed(folder, roots)
    most = max(needed.values(), default=0)
    best = [root for root in roots if most and needed[root] == most]
    if len(best) == 1:
        return best[0]
    started = [root for root in best or roots if _is_started(folder, dotted(path, root))]
    if started:
        return started[-1]
    package = path.parent
    while (folder / package / "__init__.py").is_file() and package != Path():
        package = package.parent
    return package if package in roots else roots[-1]


def _needed(folder: Path, roots: Iterable[Path], within: Path | None = None) -> Counter[Path]:
    """Count for each folder the imports that find a module or a package there."""
    found: Counter[Path] = Counter()
    names: Counter[str] = Counter()
    for path in owners_modules(within or folder):
        with suppress(ValueError, OSError):
            text = PythonText.read(read_content(path)[0]).source.decode()
            names.update(set(_IMPORTED.findall(text)))
    for name, count in names.items():
        if name.partition(".")[0] not in sys.stdlib_module_names:
            for root in roots:
                found[root] += count if _finds(folder / root, name) else 0
    return found


def _finds(root: Path, name: str) -> bool:
    """Say whether a module or a package of a name, or of one with a dot in it, is in a folder."""
    package, dot, inside = name.partition(".")
    place = root / package
    if not dot:
        return place.with_suffix(".py").is_file() or any(place.rglob("*.py"))
    known = (f"{inside}.py", inside, "__init__.py")
    return any((place / one).exists() for one in known)


def _is_started(folder: Path, module: str) -> bool:
    pattern = re.compile(rf"(?<![\w./]){re.escape(module)}:\w")
    for name in COMMANDS:
        for path in sorted(folder.glob(name)):
            with suppress(OSError, UnicodeDecodeError):
                if path.is_file() and pattern.search(path.read_text(encoding="utf-8")):
                    return True
    return False


def _package(folder: Path, root: Path, path: Path) -> tuple[str, ...]:
    """Return the names of the outermost package of the owner's in which a module is.

    A namespace may belong to other distributions too, so a package in it goes first.
    """
    parts = path.relative_to(root).parts[:-1]
    packages = (parts[:end] for end in range(1, len(parts) + 1))
    marked = (one for one in packages if (folder / root.joinpath(*one) / "__init__.py").is_file())
    return next(marked, parts[:1])


def _free(folder: Path, names: Iterable[str]) -> str:
    names = list(names)
    for name in names:
        if not (folder / name).exists() and not (folder / f"{name}.py").exists():
            return name
    raise Refused(
        f"{folder / names[0]} is there already, and generated files need a folder of their own",
        "rename yours",
    )


def _tests_folder(folder: Path, root: Path, package: tuple[str, ...]) -> Path:
    """Return the folder of the owner's tests, or where one would be."""
    known = [*_testpaths(folder), Path("tests"), Path("test"), root / "tests"]
    known += [root.joinpath(*package, "tests")] if package else []
    inside = [path for path in known if ".." not in path.parts and not path.is_absolute()]
    there = [path for path in inside if (folder / path).is_dir()]
    tested = (path for path in there if _has_tests(folder / path))
    return next(tested, next(iter(there), Path("tests")))


def _has_tests(folder: Path) -> bool:
    """Say whether modules of tests are in a folder; pytest may look for doctests in others."""
    return any(any(folder.rglob(pattern)) for pattern in ("test_*.py", "*_test.py"))


def _testpaths(folder: Path) -> Iterator[Path]:
    for keys in (("ini_options",), ()):
        options = table(folder, "tool", "pytest", *keys).get("testpaths", [])
        yield from map(Path, options.split() if isinstance(options, str) else texts(options))
    for name, section in (
        ("pytest.ini", "pytest"),
        ("tox.ini", "pytest"),
        ("setup.cfg", "tool:pytest"),
    ):
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        with suppress(configparser.Error, UnicodeDecodeError):
            parser.read(folder / name, encoding="utf-8")
            yield from map(Path, parser.get(section, "testpaths", fallback="").split())


def _entrypoint(folder: Path) -> str:
    return str(table(folder, "tool", "fastapi").get("entrypoint", "")).partition(":")[0]


def _slug(folder: Path) -> str:
    name = str(table(folder, "project").get("name", folder.name))
    return re.sub(r"\W+", "_", name.lower(), flags=re.ASCII).strip("_") or "service"
