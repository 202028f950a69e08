"""Render another template, or another version of ours, in the terms of this command's errors."""

import re
import warnings
from ast import literal_eval
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scaffold.errors import InvalidSpec, ScaffoldError, shortened
from scaffold.system import git
from scaffold.system.paths import is_taken


def render_from(
    url: str, ref: str | None, folder: Path, answers: Mapping[str, Any], *, ask: bool
) -> None:
    """Render another template, or another version, which Copier fetches and records itself.

    Args:
        url: the template, as Copier takes it.
        ref: its version; the newest tag when None.
        folder: the project's folder, which Copier makes.
        answers: what is not asked or computed.
        ask: whether to prompt for the other questions; else they get their defaults.

    Raises:
        InvalidSpec: Copier's validators refuse an answer.
        ScaffoldError: the template cannot be rendered.
    """
    _copy(url, folder, answers, ref, ask=ask)
    for path in folder.rglob("*"):
        if is_taken(path.name):
            name = path.relative_to(folder).as_posix()
            raise ScaffoldError(f"the template renders {name}, which is not for generated files")


def _copy(
    source: str, folder: Path, data: Mapping[str, Any], ref: str | None, *, ask: bool
) -> None:
    from copier import run_copy
    from plumbum import local

    # Copier asks git about the folders of the template and of the project, which may be made to
    # look like repositories that configure a program.
    settings = git.environment_of(git.SETTINGS | {"core.fileMode": "true"})
    try:
        with warnings.catch_warnings(), local.env(**settings):
            warnings.simplefilter("ignore")
            run_copy(
                source,
                folder,
                data=dict(data),
                vcs_ref=ref,
                defaults=not ask,
                overwrite=True,
                quiet=True,
                skip_tasks=True,
            )
    except (OSError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise _translate(error, source) from error


def _translate(error: Exception, source: str) -> ScaffoldError:
    """Return an error of Copier, Jinja or git as one of ours."""
    message = str(error)
    ended = re.fullmatch(r"'None' has no attribute (['\"]\S+: .*)", message)
    if ended:  # compose/recorded.jinja says how a template of ours refuses an answer
        field, _, reason = str(literal_eval(ended[1])).partition(": ")
        return InvalidSpec(field, shortened(reason))
    refused = re.match(r"(?:Validation error for question|Invalid choice for) '(\w+)': ", message)
    if refused:
        field, reason = refused[1], message[refused.end() :].removeprefix(f"{refused[1]}: ")
        if reason.startswith(f"{field}["):
            field, _, reason = reason.partition(": ")
        return InvalidSpec(field, shortened(reason))
    stderr = getattr(error, "stderr", None)
    if stderr:
        return ScaffoldError(f"git cannot read the template {source}: {shortened(str(stderr))}")
    return ScaffoldError(f"the template cannot be rendered: {shortened(message) or repr(error)}")
