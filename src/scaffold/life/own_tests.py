"""The tests of a project itself, run before and after something that changes it."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from scaffold.errors import shortened
from scaffold.project.environment import run_in, scripts_folder


@dataclass(frozen=True)
class TestRun:
    """How the tests went.

    Attributes:
        passed: the number of those that passed.
        failed: the names of those that did not.
        problem: why there is no result, in words for the user.
    """

    __test__ = False

    passed: int
    failed: frozenset[str]
    problem: str | None = None


@dataclass(frozen=True)
class Comparison:
    """How the tests went before and after a change."""

    before: TestRun
    after: TestRun

    @property
    def broken(self) -> list[str]:
        """Return the tests that fail only since the change, or why there is no result any more."""
        if self.after.problem is not None:
            return [] if self.before.problem is not None else [self.after.problem]
        return sorted(self.after.failed - self.before.failed)

    @property
    def fixed(self) -> list[str]:
        """Return the tests that failed before the change."""
        return sorted(self.before.failed - self.after.failed) if not self.after.problem else []


def compare(project: Path, change: Callable[[], None]) -> Comparison:
    """Run the project's tests, change it, and run them again."""
    before = run_tests(project)
    change()
    return Comparison(before, run_tests(project))


def run_tests(project: Path) -> TestRun:
    """Run the tests of the project, in its own environment if it has one."""
    with TemporaryDirectory(prefix="scaffold-") as scratch:
        report = Path(scratch, "report.xml")
        options = ["-q", "-p", "no:cacheprovider", f"--junit-xml={report}"]
        try:
            done = run_in(project, [*_pytest(project), *options])
        except OSError as error:
            return TestRun(0, frozenset(), f"the tests could not be run: {error.strerror}")
        if not report.is_file():
            reason = shortened((done.stderr or done.stdout).strip()) or "no reason given"
            return TestRun(0, frozenset(), f"the tests could not be run: {reason}")
        return _read(report)


def _pytest(project: Path) -> list[str]:
    """Return what runs pytest: with uv, which also installs what is new, or the environment's."""
    if shutil.which("uv"):
        return ["uv", "run", "--quiet", "pytest"]
    python = project / scripts_folder() / ("python.exe" if os.name == "nt" else "python")
    return [str(python) if python.exists() else sys.executable, "-m", "pytest"]


def _read(report: Path) -> TestRun:
    cases = list(ElementTree.parse(report).iter("testcase"))
    failed = {
        f"{case.get('classname')}::{case.get('name')}"
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    }
    skipped = sum(case.find("skipped") is not None for case in cases)
    return TestRun(len(cases) - len(failed) - skipped, frozenset(failed))
