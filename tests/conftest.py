"""What the tests of the command share."""

import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scaffold.errors import InvalidSpec
from scaffold.spec.check import check
from scaffold.system import folders
from scaffold.system.yaml_files import read_yaml

ROOT = Path(__file__).parents[1]
COMPILED = Path(__file__).parent / "compiled"
HOSTILE_SPECS: list[dict[str, Any]] = read_yaml(Path(__file__).parent / "hostile_specs.yml")

Run = Callable[..., subprocess.CompletedProcess[str]]


def command_says(answers: Any, *, new: bool = True) -> str:
    """Return why the command refuses answers, or nothing."""
    try:
        check(answers, new=new)
    except InvalidSpec as error:
        return str(error)
    return ""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that runs the tests which take minutes."""
    parser.addoption("--full", action="store_true", help="also run the tests marked full")


def pytest_configure(config: pytest.Config) -> None:
    """Let all processes of this run, and those that they start, share what Jinja compiles.

    They can be interrupted, too: what a shell runs in the background ignores that, with all that
    it starts.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "COMPILED_TEMPLATES" in os.environ:
        return  # by the process that started this one
    folder = tempfile.mkdtemp(prefix="compiled-")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    paths = [str(COMPILED), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ |= {"COMPILED_TEMPLATES": folder, "PYTHONPATH": os.pathsep.join(paths)}
    importlib.import_module("tests.compiled.sitecustomize")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the tests that take minutes, unless they are asked for, and say which share a worker.

    The tests of a file do, with what it prepares for them, unless they are marked `apart`.
    """
    for item in items:
        if not any(map(item.get_closest_marker, ("apart", "xdist_group"))):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    if not config.getoption("--full"):
        reason = pytest.mark.skip(reason="takes minutes; use --full")
        for item in items:
            if item.get_closest_marker("full"):
                item.add_marker(reason)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a cache of the user's own, in which nothing is kept yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / folders.APPLICATION


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment with an identity for git and without the user's own settings."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = Ana\nemail = ana@example.com\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_STATE_HOME": str(home / "state"),
        "GIT_CONFIG_NOSYSTEM": "1",
    }


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Return an empty folder to work in."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def scaffold(work: Path, environment: dict[str, str]) -> Run:
    """Return a function that runs the command in a process of its own, in the folder `work`."""

    def run(*arguments: str, **changes: Any) -> subprocess.CompletedProcess[str]:
        settings: dict[str, Any] = {"cwd": work, "env": environment, "stdin": subprocess.DEVNULL}
        return subprocess.run(
            [sys.executable, "-m", "scaffold", *arguments],
            capture_output=True,
            text=True,
            check=False,
            **(settings | changes),
        )

    return run
