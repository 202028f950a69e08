"""The command that repeats what a person answered."""

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scaffold.spec.answers import TEXT_ANSWERS, preset_answers
from scaffold.spec.lines import format_line, format_model, parse_line

PROGRAM = ("scaffold", "new")


def repeating(
    folder: Path,
    preset: str | None,
    answers: Mapping[str, Any],
    *,
    defaults: Mapping[str, Any],
    flags: Sequence[str] = (),
) -> list[list[str]]:
    """Return the words of the command, in the groups that belong onto one line.

    Args:
        folder: the project's folder.
        preset: the preset that it started from; it is left out where it did not stay as it was.
        answers: every answer.
        defaults: the answers that nobody needs to give.
        flags: what the first command was given besides, such as `--no-git`.
    """
    had = _of_preset(preset, answers)
    endpoints = answers["endpoints"]
    added = endpoints[len(had.get("endpoints", ())) :]
    groups = [[*PROGRAM, str(folder), *flags]]
    groups += [["--preset", str(preset)]] if had else []
    groups += [
        ["--data", f"{name}={answers[name]}"]
        for name in TEXT_ANSWERS
        if name in answers and answers[name] != defaults.get(name)
    ]
    if had.get("application") != answers["application"]:
        groups.append(["--data", f"application={json.dumps(answers['application'])}"])
    if not had and not endpoints:
        groups.append(["--data", "endpoints=[]"])
    if answers.get("resources") and answers["resources"] != had.get("resources"):
        groups.append(["--data", f"resources={json.dumps(answers['resources'])}"])
    known = had.get("models", ())
    models = [model for model in answers.get("models", ()) if model not in known]
    groups += [[format_model(model)] for model in models]
    return [*groups, *([format_line(endpoint)] for endpoint in added)]


def canonical(preset: str | None, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers in the notation that the command's own words give when they are read back."""
    kept = len(_of_preset(preset, answers).get("endpoints", ()))
    endpoints = answers["endpoints"]
    read = [parse_line(format_line(endpoint)) for endpoint in endpoints[kept:]]
    return {**answers, "endpoints": [*endpoints[:kept], *read]}


def _of_preset(preset: str | None, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a preset holds, or nothing when its endpoints did not stay as they were."""
    had = preset_answers(preset) if preset is not None else {}
    started = list(had.get("endpoints", ()))
    return had if list(answers["endpoints"])[: len(started)] == started else {}


def in_shell(groups: Sequence[Sequence[str]]) -> str:
    """Return a command as a shell reads it: one line, or one for each group when it is long."""
    lines = [shlex.join(group) for group in groups]
    whole = " ".join(lines)
    return whole if len(whole) <= 76 else " \\\n  ".join(lines)
