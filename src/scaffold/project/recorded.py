"""What a project records, held against a version of the template.

What cannot be generated is refused. What is only discouraged stays as it is, and is told. Both come
with the command that mends it.
"""

import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from scaffold.catalogue.patterns import Catalogue
from scaffold.errors import InvalidSpec, Refused
from scaffold.project.files import Tree
from scaffold.project.sources import Direct, Source
from scaffold.project.state import ANSWERS_FILE, Project
from scaffold.spec.lines import format_line
from scaffold.spec.mistakes import item, named

Answers = Mapping[str, Any]


@contextmanager
def refusing(project: Project) -> Iterator[None]:
    """Refuse to go on where the project's own version cannot generate what it records.

    Raises:
        Refused: with the reason.
    """
    try:
        yield
    except InvalidSpec as error:
        put_back = f"put it back as it was (git checkout HEAD -- {ANSWERS_FILE})"
        raise _refused(error, project.answers, put_back) from error


def become(project: Project, target: Source, answers: Answers) -> Tree:
    """Return what a project becomes at a version of the template.

    Args:
        project: the project as it is.
        target: the version.
        answers: those of the project, or others that were asked for.

    Raises:
        Refused: what the project records cannot be generated; the message says what mends it.
        InvalidSpec: what was asked for besides cannot be generated, or is discouraged.
    """
    try:
        target.check(answers)
        tree = target.render(answers)
    except InvalidSpec as error:
        asked = _answer(error)
        if answers.get(asked) != project.answers.get(asked):
            raise
        raise _refused(error, answers, _mend(error, answers, target)) from error
    refuse_discouraged(project.answers, answers, target)
    return tree


def check_whole(before: Answers, after: Answers, source: Source) -> None:
    """Check answers as a whole, naming endpoints instead of counting them.

    Args:
        before: what the project records.
        after: what it will record.
        source: the project's version.

    Raises:
        Refused: what is wrong is there already; the message says what mends it.
        InvalidSpec: what comes cannot be generated, or is discouraged.
    """
    mistake = _mistake(after, source)
    if mistake is not None:
        new = named(mistake, after)
        old = _mistake(before, source)
        if old is not None and str(named(old, before)) == str(new):
            raise _refused(mistake, after, _mend(mistake, after, source))
        raise new
    refuse_discouraged(before, after, source)


def refuse_discouraged(before: Answers, after: Answers, source: Source) -> None:
    """Refuse what should not be done where it comes with a change.

    Raises:
        InvalidSpec: for the first of it that was not there before.
    """
    found = source.discouraged(after)
    known = [_identity(mistake, before) for mistake in source.discouraged(before)] if found else []
    for mistake in found:
        if _identity(mistake, after) not in known:
            raise named(mistake, after)


def told(answers: Answers, source: Source) -> list[str]:
    """Return what should not be done in answers that a project records, each with what mends it.

    Of another version than the command's own, only the project's README tells it.
    """
    return [
        f"{named(mistake, answers)}; {_mend(mistake, answers, source)}"
        for mistake in source.discouraged(answers)
    ]


def _mistake(answers: Answers, source: Source) -> InvalidSpec | None:
    try:
        source.check(answers)
    except InvalidSpec as error:
        return error
    return None


def _refused(error: InvalidSpec, answers: Answers, mend: str) -> Refused:
    reason = f"{ANSWERS_FILE} records what cannot be generated: {named(error, answers)}"
    return Refused(reason, mend)


def _mend(error: InvalidSpec, answers: Answers, source: Source) -> str:
    """Return the command that mends a mistake, with the nearest valid line if that is known."""
    model = item(error, answers, "models")
    if model is not None:
        return f'scaffold edit {model["name"]} "LINE"'
    endpoint = item(error, answers, "endpoints")
    if endpoint is None:
        return f"scaffold update --data {_answer(error)}=..."
    name = endpoint["name"]
    line = _nearest(endpoint, source.catalogue) if isinstance(source, Direct) else None
    wanted = '"LINE"' if line is None else shlex.quote(line.removesuffix(f" as {name}"))
    return f"scaffold edit {name} {wanted}"


def _nearest(endpoint: Mapping[str, Any], catalogue: Catalogue) -> str | None:
    """Return another line that is valid by itself, if one is near."""
    from scaffold.spec.nearest import nearest_lines

    line = format_line(endpoint)
    return next((near for near in nearest_lines(line, catalogue) if near != line), None)


def _answer(error: InvalidSpec) -> str:
    return error.field.partition("[")[0].partition(".")[0]


def _identity(mistake: InvalidSpec, answers: Answers) -> tuple[str, str, str]:
    """Return what tells a mistake from others, whatever its endpoint is called."""
    endpoint = item(mistake, answers, "endpoints") or {}
    parts = {key: value for key, value in endpoint.items() if key != "name"}
    place = mistake.field.partition("]")[2] if endpoint else mistake.field
    return json.dumps(parts, sort_keys=True, default=str), place, str(mistake.reason)
