"""What the commands on a project show, as text and as JSON."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scaffold.addresses import shown_address
from scaffold.errors import ScaffoldError
from scaffold.life.listing import Listed, ListedPart, Listing
from scaffold.life.operations import Plan
from scaffold.merge.trees import Change
from scaffold.project.files import File
from scaffold.spec.lines import format_line, format_model
from scaffold.system import git
from scaffold.system.display import in_one_line
from scaffold.template.origin import Origin

if TYPE_CHECKING:
    from scaffold.life.own_tests import Comparison, TestRun
    from scaffold.life.updates import Check
    from scaffold.shown import results

STATES = {
    ("generated", "generated"): "as generated",
    ("edited", "generated"): "edited",
    ("generated", "edited"): "tests edited",
    ("edited", "edited"): "edited, tests too",
    ("unknown", "unknown"): "unknown",
}


def plan_page(plan: Plan) -> str:
    """Return what happens to which files, one a line, with the ones that need a look last."""
    changes = sorted(shown(plan), key=lambda change: (change.conflict, change.path))
    return "\n".join(_row(change) for change in changes)


def shown(plan: Plan) -> list[Change]:
    """Return the changes as a person sees them: a file that moves is one, not two."""
    sources = {change.moved_from for change in plan.changes if change.moved_from}
    return [
        change for change in plan.changes if change.after is not None or change.path not in sources
    ]


def _row(change: Change) -> str:
    path = f"{change.moved_from} -> {change.path}" if change.moved_from else change.path
    remarks = []
    if change.after is None and change.edited:
        remarks.append("holds edits of yours")
    elif change.conflict:
        remarks.append("CONFLICT: decide the marked lines")
    elif change.edited:
        remarks.append("your edits are kept")
    return f"  {change.kind:8} {in_one_line(path)}{f'  ({remarks[0]})' if remarks else ''}"


def messages(plan: Plan, unchanged: str, *, dry_run: bool) -> Iterator[str]:
    """Yield what a person is told beside the result.

    Args:
        plan: what was done, or would be.
        unchanged: how the project is when there is nothing to do.
        dry_run: whether it was only shown.
    """
    if plan.changes:
        yield f"{'Would be' if dry_run else 'Done'}: {summary(plan)}."
    else:
        yield f"Nothing to do: it is {unchanged}."
    yield from (f"note: {note}" for note in plan.notes)
    if dry_run and plan.endangered:
        yield f"note: --force is needed to delete {in_one_line(', '.join(plan.endangered))}"
    if dry_run:
        for path, by in plan.imported:
            yield in_one_line(f"note: --force is needed to delete {path}, which {by} imports")
    if plan.conflicts:
        yield f"Decide the marked lines in: {in_one_line(', '.join(plan.conflicts))}"


def plan_data(
    plan: Plan, comparison: "Comparison | None" = None, *, applied: bool
) -> "results.Changes":
    """Return a plan as data.

    Args:
        plan: what was done, or would be.
        comparison: how the project's tests went before and after.
        applied: whether it was done.
    """
    return {
        "project": str(plan.project.folder),
        "from": origin_data(plan.project.origin),
        "to": origin_data(plan.target),
        "applied": applied,
        "files": [
            {
                "path": change.path,
                "change": change.kind,
                "moved_from": change.moved_from,
                "edited": change.edited,
                "conflict": change.conflict,
            }
            for change in shown(plan)
        ],
        "patch": None if applied else _as_text(unified_diff(plan.changes)),
        "conflicts": plan.conflicts,
        "endangered": plan.endangered,
        "notes": list(plan.notes),
        "tests": None if comparison is None else tests_data(comparison),
    }


def _as_text(patch: str) -> str:
    """Return a patch as JSON can hold it, with a line break at its end where it has lines."""
    text = patch.encode(errors="surrogateescape").decode(errors="replace")
    return f"{text}\n" if text else ""


def tests_data(comparison: "Comparison") -> "results.Comparison":
    """Return two test runs as data."""
    return {
        "before": _run_data(comparison.before),
        "after": _run_data(comparison.after),
        "broken": comparison.broken,
        "fixed": comparison.fixed,
    }


def _run_data(run: "TestRun") -> "results.TestRun":
    return {"passed": run.passed, "failed": sorted(run.failed), "problem": run.problem}


def tests_page(comparison: "Comparison") -> str:
    """Return what two test runs say about the update."""
    rows = [
        f"Tests {when}: {run.problem or f'{run.passed} passed, {len(run.failed)} failed'}"
        for when, run in (("before", comparison.before), ("after", comparison.after))
    ]
    rows += [f"  fails since: {in_one_line(name)}" for name in comparison.broken]
    rows += [f"  passes now: {in_one_line(name)}" for name in comparison.fixed]
    return "\n".join(rows)


def check_page(found: "Check") -> str:
    """Return in a line whether there is an update."""
    if found.available:
        return in_one_line(f"{found.newest} is available; the project is at {found.current.commit}")
    return in_one_line(f"The project is at {found.current.commit}, and there is nothing newer")


def check_data(found: "Check") -> "results.Check":
    """Return as data whether there is an update."""
    return {
        "available": found.available,
        "from": origin_data(found.current),
        "to": origin_data(Origin(found.current.src, found.newest)),
    }


def origin_data(origin: Origin) -> "results.Origin":
    """Return a template's address and version as data."""
    return {"src": shown_address(origin.src), "commit": origin.commit}


def summary(plan: Plan) -> str:
    """Return the numbers of files, such as `2 new, 3 changed, 1 in conflict`."""
    changes = shown(plan)
    numbers = {
        kind: sum(change.kind == kind for change in changes)
        for kind in ("new", "changed", "moved", "deleted")
    }
    numbers |= {"in conflict": len(plan.conflicts)}
    return ", ".join(f"{number} {kind}" for kind, number in numbers.items() if number)


def unified_diff(changes: Sequence[Change]) -> str:
    """Return changes as git shows them: `git apply` and `patch -p1` understand it.

    Paths are relative to the project's folder. Bytes that are no UTF-8 are surrogates, see PEP 383.
    """
    with TemporaryDirectory(prefix="scaffold-") as scratch:
        for side, attribute in (("a", "before"), ("b", "after")):
            Path(scratch, side).mkdir()
            for change in changes:
                _write(Path(scratch, side, change.path), getattr(change, attribute))
        options = [
            "--no-index",
            "--no-prefix",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-renames",
            "--binary",
        ]
        done = git.compute(Path(scratch), "diff", *options, "a", "b")
    if done.status not in (0, 1):
        raise ScaffoldError(f"git cannot show the difference: {done.problem}")
    return done.output.decode(errors="surrogateescape").removesuffix("\n")


def _write(path: Path, file: File | None) -> None:
    if file is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if file.link:
        path.symlink_to(os.fsdecode(file.content))
        return
    path.write_bytes(file.content)
    path.chmod(0o755 if file.executable else 0o644)


def listing_page(listing: Listing) -> str:
    """Return all that is listed as a table: name, what became of the files, and the line."""
    rows = [(item.endpoint["name"], state(item), _line(item)) for item in listing.endpoints]
    rows += [(item.answer["name"], became(item), _model_line(item)) for item in listing.models]
    rows += [(item.answer["name"], became(item), _table_line(item)) for item in listing.resources]
    if not rows:
        return "There are no endpoints yet; `scaffold add LINE` adds one."
    shown = [tuple(in_one_line(str(text)) for text in row) for row in rows]
    widths = [max(len(row[column]) for row in shown) for column in (0, 1)]
    return "\n".join(
        f"{name:{widths[0]}}  {state:{widths[1]}}  {line}" for name, state, line in shown
    )


def state(item: Listed) -> str:
    """Return in words what became of an endpoint's files."""
    if "missing" in (item.module, item.tests):
        both = item.module == item.tests
        return "missing" if both else f"{'module' if item.module == 'missing' else 'tests'} missing"
    return STATES[item.module, item.tests]


def became(item: ListedPart) -> str:
    """Return in words what became of the module of a model or resource."""
    return "as generated" if item.module == "generated" else item.module


def _line(item: Listed) -> str:
    try:
        return format_line(item.endpoint).rpartition(" as ")[0]
    except (KeyError, TypeError, AttributeError):
        return "(cannot be read)"


def _model_line(item: ListedPart) -> str:
    try:
        return format_model(item.answer)
    except (KeyError, TypeError, AttributeError):
        return "(cannot be read)"


def _table_line(item: ListedPart) -> str:
    unique = ", ".join(map(str, item.answer.get("unique") or ()))
    return f"table of {item.answer['model']}{f', unique({unique})' if unique else ''}"


def listing_data(listing: Listing) -> "results.Listing":
    """Return all that is listed as data."""
    return {
        "project": str(listing.folder),
        "origin": origin_data(listing.origin),
        "endpoints": [
            {"endpoint": item.endpoint, "module": item.module, "tests": item.tests}
            for item in listing.endpoints
        ],
        "models": [{"model": item.answer, "module": item.module} for item in listing.models],
        "resources": [
            {"resource": item.answer, "module": item.module} for item in listing.resources
        ],
        "notes": listing.notes,
    }
