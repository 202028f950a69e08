"""`scaffold resolve`: two branches have changed the endpoints, and git has merged text only.

Three commits meet in a merge. What their answers files say is merged by what it means; that is
what is generated from now on. Then the files of all three are brought to it, as any other operation
would do it, and what is left to merge is what the owners of the two sides have written.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from scaffold.catalogue.patterns import Catalogue
from scaffold.errors import InvalidSpec, Refused, ScaffoldError, UsageMistake
from scaffold.life.operations import Plan, moves_of, words_of_model
from scaffold.merge.answers import (
    Endpoint,
    Merged,
    Side,
    Versions,
    differing,
    listed_alike,
    merge_answers,
    named_alike,
)
from scaffold.merge.three_way import Labels, merge_texts, undecided
from scaffold.merge.trees import Change, merge_moved, merge_renamed, merge_versions
from scaffold.project.files import File, Tree, read_file, split_lines
from scaffold.project.layout import Layout
from scaffold.project.merging import (
    MADE_BY_GIT,
    Merging,
    ProjectRepository,
    merged,
    merging,
    way_on,
)
from scaffold.project.sources import Source, source_of
from scaffold.project.state import (
    ANSWERS_FILE,
    CONFLICT,
    Project,
    find_folder,
    model_path,
    project_of,
    read_project,
)
from scaffold.spec.mistakes import named
from scaffold.system.signals import terminable
from scaffold.template.origin import Origin

Sources = Callable[[Origin], Source]


@dataclass(frozen=True)
class Version:
    """The project as it is in one of the three commits.

    Attributes:
        project: what its answers file says; None where it has none.
        rendered: what that generates.
        files: the files that it has, of those that are generated in any version.
        names: for each endpoint in the end the name that it has here, or None if it is missing.
        models: the names of its models that are others in the end.
    """

    project: Project | None
    rendered: Tree
    files: Tree = field(default_factory=dict)
    names: Mapping[str, str | None] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        """Return where it has what is generated."""
        return self.project.layout if self.project else Layout()

    def sources(self) -> dict[str, str | None]:
        """Return where the files stand that have another path in the end."""
        layout = self.layout
        moved = {
            model_path(new, layout): model_path(old, layout) for old, new in self.models.items()
        }
        return moved | {
            kind(name): None if here is None else kind(here)
            for name, here in self.names.items()
            for kind in layout.of_endpoint()
            if here != name
        }

    def brought(self, path: str, wanted: File) -> File | None:
        """Return its file as the merged answers would make it; None if there is none."""
        source = self.sources().get(path, path)
        file = self.files.get(source or path)
        if file is None:
            return None
        rendered = None if source is None else self.rendered.get(source)
        words = {
            word: after
            for old, new in self.models.items()
            for word, after in words_of_model(old, new, self.layout).items()
        }
        if rendered is not None and words:
            return merge_renamed(path, rendered, file, wanted, words)[0]
        if rendered is not None and source != path:
            names = {name: here for name, here in self.names.items() if here not in (None, name)}
            moves = [
                move
                for name, here in names.items()
                for move in moves_of(str(here), name, self.layout)
            ]
            move = next(move for move in moves if (move.source, move.target) == (source, path))
            return merge_moved(move, rendered, file, wanted)[0]
        return merge_versions(path, rendered, file, wanted)[0]

    def file(self, path: str) -> File:
        """Return its file as it is, of those that it has."""
        return self.files[self.sources().get(path, path) or path]

    def has_deleted(self, path: str) -> bool:
        """Say whether its owner has deleted a file that was generated."""
        source = self.sources().get(path, path)
        return source in self.rendered and source not in self.files


@dataclass(frozen=True)
class Meeting:
    """The three versions that meet."""

    base: Version
    ours: Version
    theirs: Version

    def all(self) -> tuple[Version, Version, Version]:
        """Return the three."""
        return self.base, self.ours, self.theirs

    def paths(self) -> set[str]:
        """Return what is generated in any of them."""
        return {path for version in self.all() for path in version.rendered}

    def of_endpoints(self) -> set[str]:
        """Return where the files of endpoints and models stand in any of them."""
        projects = [version.project for version in self.all() if version.project]
        names = {name for project in projects for name in project.names()}
        layout = self.ours.layout
        models = {
            model_path(model["name"], layout) for project in projects for model in project.models
        }
        return models | {kind(name) for name in names for kind in layout.of_endpoint()}

    def knows(self, path: str, here: File | None, file: File | None, wanted: Tree) -> bool:
        """Say whether a file holds nothing but what is generated, or stands in another one too."""
        trees = [wanted, *(version.rendered for version in self.all())]
        known = [file, *(tree.get(source) for tree in trees for source in self.aliases(path))]
        lines = {line for each in known if each for line in split_lines(each.unix().content)}
        return here is not None and lines.issuperset(split_lines(here.unix().content))

    def aliases(self, path: str) -> set[str]:
        """Return the paths under which the versions have a file."""
        return {version.sources().get(path, path) or path for version in self.all()}

    def worked_on(self, side: Version, path: str) -> bool:
        """Say whether the owner of a side has edited a file since both sides parted."""
        file, rendered = side.files.get(path), side.rendered.get(path)
        if file is None:
            return False
        before = self.base.files.get(path)
        if before is None or rendered is None:
            return not file.is_same(rendered or before)
        return not file.is_same(
            merge_versions(path, self.base.rendered.get(path), before, rendered)[0]
        )


def resolve(
    folder: Path | None = None, ours: Sequence[str] = (), theirs: Sequence[str] = ()
) -> Plan:
    """Return the plan that decides what git could not, or has merged without knowing endpoints.

    Args:
        folder: the project's folder; the current one or the nearest above it when None.
        ours: the names of endpoints, or other answers, that are to be as git is at them.
        theirs: the names of those that are to be as what git merges into that has them.

    Raises:
        UsageMistake: git has merged nothing here, or there is nothing to decide about a name.
        Refused: there is something that only people can decide; the message says how.
    """
    with terminable(), ExitStack() as stack:
        found = find_folder(folder)
        repository = ProjectRepository(found)
        what = merging(repository) or merged(repository)
        if what is None:
            raise UsageMistake(
                "git has merged nothing here",
                "use this in the middle of a merge, rebase or cherry-pick, or right after it",
            )
        known: dict[Origin, Source] = {}

        def source(origin: Origin) -> Source:
            if origin not in known:
                known[origin] = stack.enter_context(source_of(origin))
            return known[origin]

        decided: dict[str, Side] = dict.fromkeys(ours, "ours")
        decided |= dict.fromkeys(theirs, "theirs")
        return _plan(found, repository, what, source, decided)


def _plan(
    folder: Path,
    repository: ProjectRepository,
    what: Merging,
    source: Sources,
    decided: Mapping[str, Side],
) -> Plan:
    commits = (what.base, what.ours, what.theirs)
    projects = [_project(folder, repository, commit) for commit in commits]
    base, ours, theirs = projects
    if ours is None or theirs is None:
        raise UsageMistake(f"one side has no {ANSWERS_FILE}, so there is nothing to merge")
    catalogue = source(ours.origin).catalogue
    versions = Versions(
        base, ours, theirs, *(_steps(folder, repository, what.base, tip) for tip in commits[1:])
    )
    versions, renames = named_alike(versions, catalogue)
    versions = listed_alike(versions, catalogue)
    meeting = Meeting(
        *(
            replace(_version(project, source), models=names)
            for project, names in zip(projects, renames, strict=True)
        )
    )
    meeting = _read(meeting, repository, commits, meeting.paths())
    made = _made_by_git(repository, what, meeting)
    answers = _answers(folder, what, versions, meeting, made, decided, catalogue)
    wanted = _rendered(answers, versions, source)
    paths = meeting.paths() | wanted.keys()
    meeting = _named(_read(meeting, repository, commits, paths), answers)
    labels = (f"ours ({repository.name(what.ours)})", f"theirs ({repository.name(what.theirs)})")
    made = _made_by_git(repository, what, meeting)
    changes: list[Change] = []
    notes: list[str] = []
    for path in sorted(paths):
        file, conflict, remark = _outcome(path, wanted.get(path), meeting, labels)
        here = read_file(folder / path)
        if _is_settled(here, file):
            continue
        if not made(path, here) and not (
            what.finish is None and not conflict and meeting.knows(path, here, file, wanted)
        ):
            notes.append(f"{path} stays as you have left it; it differs from what it should be")
            continue
        notes += [remark] if remark else []
        after = file and replace(_with_ends(here, file), executable=file.executable)
        changes.append(Change(path, here, after, edited=conflict, conflict=conflict))
    own = [path for path in repository.unmerged() if path not in paths]
    if own:
        notes.append(f"git could not merge what is yours to decide: {', '.join(own)}")
    if what.finish:
        notes.append(f"next: {way_on(what)}")
    project = Project(folder, answers.answers, answers.origin)
    return Plan(project, answers.origin, tuple(changes), tuple(notes))


def _project(folder: Path, repository: ProjectRepository, commit: str) -> Project | None:
    file = repository.tree(commit, [ANSWERS_FILE]).get(ANSWERS_FILE)
    return project_of(folder, file.content) if file else None


def _steps(
    folder: Path, repository: ProjectRepository, base: str, tip: str
) -> list[list[Endpoint]]:
    """Return the endpoints after each commit of a side that changed them."""
    steps = []
    for file in repository.history(base, tip, ANSWERS_FILE):
        with suppress(ScaffoldError):
            steps.append(project_of(folder, file.content).endpoints)
    return steps


def _version(project: Project | None, source: Sources) -> Version:
    rendered = source(project.origin).render(project.answers) if project else {}
    return Version(project, rendered)


def _read(
    meeting: Meeting,
    repository: ProjectRepository,
    commits: Collection[str],
    paths: Collection[str],
) -> Meeting:
    """Return the versions with their files; what was there before the project does not count."""
    return Meeting(
        *(
            replace(version, files=repository.tree(commit, paths) if version.project else {})
            for version, commit in zip(meeting.all(), commits, strict=True)
        )
    )


def _named(meeting: Meeting, answers: Merged) -> Meeting:
    sides = zip(*((track.base, track.ours, track.theirs) for track in answers.tracks), strict=True)
    names = [str(endpoint["name"]) for endpoint in answers.answers["endpoints"]]
    return Meeting(
        *(
            replace(version, names=dict(zip(names, map(_name, side), strict=True)))
            for version, side in zip(meeting.all(), list(sides) or [(), (), ()], strict=True)
        )
    )


def _name(endpoint: Endpoint | None) -> str | None:
    return None if endpoint is None else str(endpoint["name"])


Made = Callable[[str, File | None], bool]


def _made_by_git(repository: ProjectRepository, what: Merging, meeting: Meeting) -> Made:
    """Return what says whether git has left a file so, and no person has worked on it since."""
    paths = meeting.paths()
    left = None
    if what.finish and repository.commit(MADE_BY_GIT):
        left = repository.tree(
            MADE_BY_GIT, paths | {path for v in meeting.all() for path in v.files}
        )

    def made(path: str, file: File | None) -> bool:
        if left is not None:
            return _is_settled(file, left.get(path))
        versions = [version.files.get(path) for version in meeting.all()]
        if file is None or any(file.is_same(version) for version in versions):
            return file is not None or None in versions
        if what.finish and _is_undecided(file):
            return True
        texts = [version.unix().content for version in versions if version is not None]
        if len(texts) < len(versions):
            return False
        before, mine, other = texts
        merge = merge_texts(path, [mine, before, other], ("", ""))
        return merge == (file.unix().content, False)

    return made


def _is_settled(here: File | None, file: File | None) -> bool:
    if here is None or file is None:
        return here is file
    return here.is_same(file) and here.executable == file.executable


def _with_ends(here: File | None, file: File) -> File:
    if here is not None and here.has_crlf() and not file.has_crlf() and file.is_text():
        return replace(file, content=file.content.replace(b"\n", b"\r\n"))
    return file


def _answers(
    folder: Path,
    what: Merging,
    versions: Versions,
    meeting: Meeting,
    made: Made,
    decided: Mapping[str, Side],
    catalogue: Catalogue,
) -> Merged:
    """Return the merged answers: what a person has decided on, or else what both sides say."""
    here = read_file(folder / ANSWERS_FILE)
    if not decided and not (what.finish and made(ANSWERS_FILE, here)):
        return Merged.of(read_project(folder), versions)
    worked_on: dict[Side, set[str]] = {"ours": set(), "theirs": set()}
    if versions.base is not None:
        sides: tuple[tuple[Side, Version], ...] = (
            ("ours", meeting.ours),
            ("theirs", meeting.theirs),
        )
        for side, version in sides:
            worked_on[side] = {
                name
                for name in versions.base.names()
                if any(
                    meeting.worked_on(version, kind(name)) for kind in version.layout.of_endpoint()
                )
            }
            worked_on[side] |= {
                model["name"]
                for model in versions.base.models
                if meeting.worked_on(version, model_path(model["name"], version.layout))
            }
    return merge_answers(versions, worked_on, decided, catalogue)


def _rendered(answers: Merged, versions: Versions, source: Sources) -> Tree:
    """Return what the merged answers generate.

    Raises:
        Refused: what the two sides have added does not go together.
    """
    try:
        version = source(answers.origin)
        version.check(answers.answers)
        return version.render(answers.answers)
    except InvalidSpec as error:
        differ = ", ".join(differing(versions))
        raise Refused(
            f"what both sides have does not go together: {named(error, answers.answers)}",
            f"take one side's with --ours NAME or --theirs NAME; they differ in {differ}",
        ) from error


def _outcome(
    path: str, wanted: File | None, meeting: Meeting, labels: Labels
) -> tuple[File | None, bool, str | None]:
    """Return what becomes of a file, whether it is in conflict, and what to tell about it."""
    if wanted is None:
        return _leaving(path, meeting, labels)
    base, ours, theirs = (version.brought(path, wanted) for version in meeting.all())
    if ours is not None and theirs is not None:
        file, conflict = merge_versions(path, base or wanted, ours, theirs, labels)
        sides = ((meeting.ours, ours), (meeting.theirs, theirs))
        if conflict and any(_is_undecided(brought) for _, brought in sides):
            # Conflicts inside of conflicts are for nobody: rather what the sides had themselves.
            mine, other = (
                version.file(path) if _is_undecided(brought) else brought
                for version, brought in sides
            )
            content = undecided(mine.unix().content, other.unix().content, labels)
            return replace(file, content=content), True, None
        return file, conflict or _has_new_markers(path, file, meeting), None
    deleted = meeting.ours.has_deleted(path) or meeting.theirs.has_deleted(path)
    kept = ours or theirs
    if kept is None:
        return (None if deleted else wanted), False, None
    if not deleted:
        return kept, _has_new_markers(path, kept, meeting), None
    if kept.is_same(base or wanted):
        return None, False, None
    return kept, True, f"{path} was deleted on one side and edited on the other; it is kept"


def _is_undecided(file: File) -> bool:
    return bool(CONFLICT.search(file.content))


def _has_new_markers(path: str, file: File, meeting: Meeting) -> bool:
    known = [version.files.get(path) for version in meeting.all()]
    return _is_undecided(file) and not any(each and _is_undecided(each) for each in known)


def _leaving(path: str, meeting: Meeting, labels: Labels) -> tuple[File | None, bool, str | None]:
    """Return what becomes of a file that is not generated any more."""
    ours, theirs = (version.files.get(path) for version in (meeting.ours, meeting.theirs))
    # Whose edits would go with an endpoint was asked for already.
    if path in meeting.of_endpoints() or (ours is None and theirs is None):
        return None, False, None
    conflict = False
    if ours is not None and theirs is not None:
        base = meeting.base.files.get(path) or meeting.ours.rendered.get(path)
        kept, conflict = merge_versions(path, base, ours, theirs, labels)
        generated = (side.rendered.get(path) for side in (meeting.ours, meeting.theirs))
        if all(map(File.is_same, (ours, theirs), generated)):
            return None, False, None
    else:
        side = meeting.theirs if ours is None else meeting.ours
        kept = side.files[path]
        if not meeting.worked_on(side, path):
            return None, False, None
    return kept, conflict, f"{path} is not generated any more; it is kept, since you have edited it"
