"""`scaffold new`: make a project."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scaffold.addresses import shown_address
from scaffold.catalogue.suggestions import did_you_mean, question
from scaffold.errors import Interrupted, UsageMistake
from scaffold.new.first_commit import commit_all, first_commit, keep_lock
from scaffold.new.staging import check_destination, is_cloned, staged
from scaffold.project.environment import set_up
from scaffold.project.state import ANSWERS_FILE, parse_answers
from scaffold.spec.answers import Sources, gather
from scaffold.system.git import forget_repository
from scaffold.system.progress import working
from scaffold.system.user_settings import with_author
from scaffold.template.copier import render_from
from scaffold.template.renderer import render


@dataclass(frozen=True)
class Request:
    """What the user wants.

    Attributes:
        destination: the project's folder.
        sources: where answers come from.
        ask: whether another template may prompt for the answers that the sources don't give.
        template: another template than the one that comes with the command.
        ref: the version of that template.
        git: whether to make a repository with a first commit.
        sync: whether to set up the environment.
    """

    destination: Path
    sources: Sources
    ask: bool = False
    template: str | None = None
    ref: str | None = None
    git: bool = True
    sync: bool = True


@dataclass(frozen=True)
class Created:
    """What was made.

    Attributes:
        destination: the project's folder.
        files: the generated files with their sizes, by their paths in the project.
        origin: the template's address and version as recorded; None where there is none.
        committed: whether there is a first commit.
        synced: whether the environment is complete.
        notes: what was left undone, and why.
    """

    destination: Path
    files: dict[str, int]
    origin: dict[str, str | None]
    committed: bool = False
    synced: bool = False
    notes: list[str] = field(default_factory=list)


def preview(request: Request) -> Created:
    """Render the project where nobody sees it, and return what would be made."""
    target = check_destination(request.destination)
    write = _writer(request)
    with TemporaryDirectory(prefix="scaffold-") as folder:
        project = Path(folder, target.name)
        write(project)
        return Created(request.destination, _files(project), _origin(project))


def look(request: Request, path: str) -> str:
    """Render the project where nobody sees it, and return one of its files.

    Raises:
        UsageMistake: it has no such file; the message suggests the nearest ones.
    """
    target = check_destination(request.destination)
    write = _writer(request)
    with TemporaryDirectory(prefix="scaffold-") as folder:
        project = Path(folder, target.name)
        write(project)
        files = _files(project)
        if path not in files:
            raise UsageMistake(f"there will be no file {path}", _nearest(path, files))
        return (project / path).read_text("utf-8", errors="replace")


def _nearest(path: str, files: Iterable[str]) -> str:
    otherwise = "--dry-run lists the files"
    name = path.rpartition("/")[2]
    same_name = [file for file in files if file.rpartition("/")[2] == name]
    if same_name:
        return question(same_name, otherwise)
    return did_you_mean(path, files, otherwise, cutoff=0.6)


def create(request: Request) -> Created:
    """Make the project.

    Raises:
        Refused: the destination holds something already.
        UsageMistake: the request, or an answer in it, cannot be generated.
        ScaffoldError: the template cannot be rendered; nothing is left behind.
    """
    target = check_destination(request.destination)
    write = _writer(request)
    cloned = is_cloned(target)
    problem = None
    with staged(target) as project:
        write(project)
        files, origin = _files(project), _origin(project)
        if request.git and not cloned:
            problem = first_commit(project, project.parent)
    if request.git and cloned:
        problem = commit_all(target)
    committed = request.git and problem is None
    notes = [*_secrets(origin), *filter(None, [problem])]
    synced = request.sync and _sync(request, target, notes)
    if committed and synced:
        keep_lock(target)
    return Created(request.destination, files, origin, committed, synced, notes)


def _writer(request: Request) -> Callable[[Path], None]:
    """Check the request, and return what renders it into a folder."""
    if request.ref is not None and request.template is None:
        raise UsageMistake("--ref is the version of another template", "give it with --template")
    answers = gather(request.sources, checked=request.template is None)
    if request.template is None:
        answers = with_author(answers)
    forget_repository()

    def write(folder: Path) -> None:
        with working("Rendering the project", shown=not request.ask):
            _render(request, folder, answers)

    return write


def _render(request: Request, folder: Path, answers: dict[str, Any]) -> None:
    if request.template is None:
        render(folder, answers)
    else:
        render_from(request.template, request.ref, folder, answers, ask=request.ask)


def _sync(request: Request, project: Path, notes: list[str]) -> bool:
    try:
        with working("Setting up the environment"):
            problem = set_up(project)
    except KeyboardInterrupt as error:
        message = f"interrupted; {request.destination} is complete, but its environment is not"
        raise Interrupted(message) from error
    notes += [problem] if problem else []
    return problem is None


def _files(project: Path) -> dict[str, int]:
    paths = sorted(path for path in project.rglob("*") if path.is_file())
    return {path.relative_to(project).as_posix(): path.stat().st_size for path in paths}


def _secrets(origin: dict[str, str | None]) -> list[str]:
    """Return a warning where what is recorded, and mostly committed and shared, holds a secret."""
    src = origin["src"] or ""
    if shown_address(src) == src:
        return []
    return [f"{ANSWERS_FILE} records the template's address with its password; let git keep that"]


def _origin(project: Path) -> dict[str, str | None]:
    answers = project / ANSWERS_FILE
    recorded = parse_answers(answers.read_bytes()) if answers.is_file() else {}
    src, commit = recorded.get("_src_path"), recorded.get("_commit")
    return {"src": src and str(src), "commit": commit and str(commit)}
