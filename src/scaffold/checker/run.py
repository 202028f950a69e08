"""Checks files: reads them, asks the rules, and leaves out what a comment says is meant so."""

import ast
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from scaffold.checker.facts import Facts, Found, Rule, qualified
from scaffold.checker.files import EXCLUDED, python_files
from scaffold.checker.findings import Finding, Unreadable
from scaffold.checker.modules import Module, Project
from scaffold.checker.noqa import is_silenced
from scaffold.checker.source import SUSPECT, Source, UnreadableError


@dataclass(frozen=True)
class Checked:
    """What a check has come to.

    Attributes:
        findings: by file and place.
        unreadable: files that are no Python, or not of this Python.
        files: how many were looked at.
        sources: the text of each file with a finding, by its name.
    """

    findings: Sequence[Finding]
    unreadable: Sequence[Unreadable]
    files: int
    sources: dict[str, Source]


def check(
    paths: Sequence[Path],
    rules: Sequence[Rule],
    excluded: Sequence[str] = EXCLUDED,
    ignored: Callable[[Finding], bool] = lambda finding: False,
    contents: Mapping[str, bytes] = MappingProxyType({}),
) -> Checked:
    """Check files and folders.

    Args:
        paths: what to check; a file that is named is read in any case.
        rules: those that are asked.
        excluded: patterns of names that are left out below folders.
        ignored: says whether a finding is not wanted in its file.
        contents: what files hold instead, by their names.
    """
    with _without_collector():
        return _check(paths, rules, excluded, ignored, contents)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the garbage collector from walking over trees that nothing lets go of."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _check(
    paths: Sequence[Path],
    rules: Sequence[Rule],
    excluded: Sequence[str],
    ignored: Callable[[Finding], bool],
    contents: Mapping[str, bytes],
) -> Checked:
    project, modules = Project(), []
    unreadable: list[Unreadable] = []
    named = {str(path) for path in paths}
    files = 0
    for path in python_files(paths, excluded):
        files += 1
        try:
            content = contents[str(path)] if str(path) in contents else path.read_bytes()
            module = _read(path, content, project, whatever=str(path) in named)
        except UnreadableError as error:
            unreadable.append(error.told(str(path)))
            continue
        except OSError as error:
            reason = error.strerror or str(error)
            unreadable.append(Unreadable(str(path), 1, 1, reason))
            continue
        if module is not None:
            modules.append(module)
    findings = sorted(
        {(f.path, f.start, f.code, f.end): f for f in _findings(Facts(modules), rules)}.values(),
        key=lambda found: (found.path, found.start, found.code),
    )
    shown = {finding.path for finding in findings}
    sources = {it.source.shown: it.source for it in modules if it.source.shown in shown}
    kept = [
        found
        for found in findings
        if not ignored(found) and not is_silenced(found, sources[found.path])
    ]
    return Checked(kept, unreadable, files, sources)


def _read(path: Path, content: bytes, project: Project, *, whatever: bool) -> Module | None:
    """Return a module; None for one of which no rule could say anything."""
    if not whatever and not SUSPECT.search(content):
        return None
    source = Source(path, str(path), content)
    try:
        module = Module(source, project)
    except RecursionError as error:
        raise UnreadableError("it is nested too deeply") from error
    project.add(module)
    return module


def _findings(facts: Facts, rules: Iterable[Rule]) -> Iterator[Finding]:
    for rule in rules:
        for found in _asked(rule, facts):
            yield _finding(rule, found)


def _asked(rule: Rule, facts: Facts) -> Iterator[Found]:
    """Ask a rule about everything; what is nested too deeply for it stays unknown."""
    if rule.on_route is not None:
        for route in facts.registry.routes:
            try:
                yield from rule.on_route(route, facts)
            except RecursionError:
                continue
    if rule.on_scope is not None:
        for place in facts.places(rule.words):
            try:
                yield from rule.on_scope(place, facts)
            except RecursionError:
                continue
    if rule.on_all is not None:
        try:
            yield from rule.on_all(facts)
        except RecursionError:
            return


def _finding(rule: Rule, found: Found) -> Finding:
    module, node = found.module, found.node
    source = module.source
    start, end = source.span(node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        end = source.offset(node.lineno, node.col_offset)
        end += len(source.text[end:].partition(":")[0].partition("(")[0])
    statement = module.tree.statement(node)
    last = getattr(node, "end_lineno", None) or source.position(end).line
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        simple = not hasattr(statement, "body")
        last = (statement.end_lineno or last) if simple else last
    return Finding(
        source.shown,
        rule.code,
        rule.name,
        source.position(start),
        source.position(end),
        found.reason,
        found.wire if found.wire is not None else rule.wire,
        found.instead if found.instead is not None else rule.instead,
        found.fix,
        last,
        qualified(module, node),
    )
