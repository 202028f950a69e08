"""Lives of projects at random: commands, and what owners do to the files between them.

A line that an owner writes holds a word such as `mine_7`, which no other line holds. So after every
command it can be told whether a line was lost, and whether what is left without these lines is what
a fresh generation gives.
"""

import ast
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from subprocess import CalledProcessError
from typing import Any

from scaffold.errors import InvalidSpec
from scaffold.merge.trees import Change
from scaffold.project.files import Tree
from scaffold.project.layout import Layout
from scaffold.project.sources import WithCopier
from scaffold.project.state import CONFLICT, Project, read_project
from scaffold.shown.project import unified_diff
from scaffold.spec.check import check
from scaffold.spec.lines import format_line
from tests.generated import matrix
from tests.life.conftest import Done, run
from tests.life.projects import tree
from tests.life.test_apply import forked
from tests.programs import git

Spec = dict[str, Any]
WORD = re.compile(rb"mine_\d+")
APPLICATIONS: list[list[str]] = [
    [],
    ["security-headers"],
    ["request-id", "problem-details"],
    ["head-options", "security-headers"],
    ["problem-details"],
]
LICENSES = ("MIT", "Apache-2.0", "Proprietary")


@cache
def pool() -> list[Spec]:
    """Return endpoints in which every pattern and every option stands somewhere."""
    return [*matrix.alone(), *matrix.options(), *matrix.paths(), *matrix.together(), *matrix.ways()]


def own_lines(file: bytes) -> list[bytes]:
    """Return the lines that an owner has written into a file."""
    return [line for line in file.split(b"\n") if WORD.search(line)]


def generated_lines(file: bytes) -> list[bytes]:
    """Return the other lines, but for empty ones and for what ends lines."""
    lines = (line.rstrip(b"\r") for line in file.split(b"\n"))
    return [line for line in lines if line.strip() and not WORD.search(line)]


def code(lines: list[bytes]) -> list[bytes]:
    """Return the lines of a module as Python itself would lay them out.

    An answer that has a name, between which and its return a line of the owner's stands, keeps it.
    """
    tree = ast.parse(b"\n".join(lines))
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body):
                match body[-2:]:
                    case [ast.Assign([ast.Name(name)], value), ast.Return(ast.Name(answered))]:
                        node.body[-2:] = [ast.Return(value)] if name == answered else body[-2:]
    return [ast.unparse(tree).encode()]


def undecided(files: Tree) -> set[str]:
    """Return the files that hold conflicts, and versions that could not be merged."""
    return {
        path
        for path, file in files.items()
        if path.endswith(".rej") or CONFLICT.search(file.content)
    }


def words(files: Tree) -> dict[bytes, set[str]]:
    """Return every word of an owner with the files in which it stands."""
    found: dict[bytes, set[str]] = {}
    for path, file in files.items():
        for word in WORD.findall(file.content):
            found.setdefault(word, set()).add(path)
    return found


def found_only_in(files: Tree, paths: set[str]) -> set[bytes]:
    """Return the words of an owner that stand in some files and in no other."""
    return {word for word, places in words(files).items() if places <= paths}


@dataclass
class Life:
    """The life of one project.

    Attributes:
        folder: the project.
        versions: the template's versions, as plain folders.
        random: where chance comes from.
        log: everything that was done, as commands of a shell.
        loose: the files in which an owner has changed or moved lines, which may look like nothing
            that was ever generated.
        number: how many words an owner has written.
        going: the words in files that a command was told to delete.
    """

    folder: Path
    versions: dict[str, Path]
    random: Random
    log: list[str] = field(default_factory=list)
    loose: set[str] = field(default_factory=set)
    number: int = 0
    going: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Let git know who commits."""
        for name, value in (("name", "Ana"), ("email", "ana@example.com")):
            git(self.folder, "config", f"user.{name}", value)

    # What an owner does

    def word(self) -> str:
        """Return a new word."""
        self.number += 1
        return f"mine_{self.number}"

    def edit(self, path: str, change: Callable[[str], str], *, loose: bool = False) -> None:
        """Change a file, if it is there."""
        file = self.folder / path
        if file.is_file() and not file.is_symlink():
            before = tree(self.folder)
            content = file.read_bytes()
            text = content.decode().replace("\r\n", "\n")
            end = b"\r\n" if b"\r\n" in content else b"\n"
            file.write_bytes(change(text).encode().replace(b"\n", end))
            self.noted(before)
            self.loose |= {path} if loose else set()

    def noted(self, before: Tree) -> None:
        """Note what was done by hand, as a patch."""
        after = tree(self.folder)
        changes = [
            Change(path, before.get(path), after.get(path))
            for path in sorted(before.keys() | after.keys())
            if before.get(path) != after.get(path)
        ]
        if changes:
            self.log.append(f"git apply <<'PATCH'\n{unified_diff(changes)}\nPATCH")

    def owner(self) -> None:
        """Let the owner do something."""
        self.random.choice(OWNER)(self)

    def some_endpoint(self) -> str | None:
        """Return the name of an endpoint."""
        names = self.project().names()
        return self.random.choice(names) if names else None

    # Commands

    def project(self) -> Project:
        """Return the project as its answers file describes it."""
        return read_project(self.folder)

    def run(self, *arguments: str, statuses: tuple[int, ...] = (0, 3)) -> Done:
        """Run a command, and check everything that must hold after it.

        Where it refuses to delete what its owner has edited, it is told to.
        """
        before = tree(self.folder)
        self.log.append(f"scaffold {shlex.join(arguments)}")
        done = run(*arguments, "--project", self.folder)
        self.log.append(f"# exit status {done.status}: {done.stderr.strip()}")
        if done.status == 4 and "then use --force" in done.stderr:
            assert tree(self.folder) == before, "a command was refused and changed something"
            [paths] = re.findall(r"error: (.*) would be deleted", done.stderr)
            self.going |= found_only_in(before, set(paths.split(", ")))
            return self.run(*arguments, "--force", statuses=statuses)
        if found := re.search(r"error: (\S+) is a file of yours", done.stderr):
            # What a merge has kept, since it was edited, and what is generated again now.
            assert tree(self.folder) == before, "a command was refused and changed something"
            self.going |= found_only_in(before, {found[1]})
            (self.folder / found[1]).unlink()
            self.noted(before)
            return self.run(*arguments, statuses=statuses)
        has_other_fields = done.status == 2 and "there is a model" in done.stderr
        assert has_other_fields or done.status in statuses, done.stderr
        after = tree(self.folder)
        if done.status in (2, 4):
            assert after == before, "a command was refused and changed something"
            return done
        conflicts = undecided(after)
        assert bool(conflicts) == (done.status == 3), (conflicts, done)
        assert all(path in done.stderr for path in conflicts), (conflicts, done)
        if conflicts:
            if arguments[0] != "resolve":  # which is looked at when the merge is done
                self.check_words(before, after)
            self.decide(conflicts)
        return done

    def decide(self, conflicts: set[str]) -> None:
        """Decide conflicts as an owner who takes what is generated, and keeps notes.

        What only the other side imports stays, as Ruff tells the owner.
        """
        before = tree(self.folder)
        for path in sorted(conflicts):
            file = self.folder / path
            if path.endswith(".rej"):
                file.replace(self.folder / path.removesuffix(".rej"))
                continue
            content = file.read_bytes()
            end = b"\r\n" if b"\r\n" in content else b"\n"
            lines = list(decided(content.replace(b"\r\n", b"\n")))
            file.write_bytes(b"".join(lines).replace(b"\n", end))
            self.loose |= {path} if b"import " in content and path.endswith(".py") else set()
        self.noted(before)

    def specs(self, *names: str) -> list[Spec]:
        """Return valid new endpoints, with names or with new ones."""
        project = self.project()
        found: list[Spec] = []
        while len(found) < (len(names) or 1):
            spec = self.random.choice(pool())
            self.number += 1
            name = names[len(found)] if names else f"{spec['name']}_{self.number}"
            path = f"{spec['path']}/v{self.number}" if "path}" not in spec["path"] else ""
            spec = {**spec, "name": name, "path": path or f"/v{self.number}{spec['path']}"}
            others = [e for e in project.endpoints if e["name"] != name]
            try:
                check({**project.answers, "endpoints": [*others, *found, spec]})
            except InvalidSpec:
                continue
            found.append(spec)
        return found

    def step(self) -> None:
        """Do one command, and check what it has made of the project."""
        self.checked(self.random.choice(STEPS))
        self.check_fresh()

    def checked(self, step: Callable[["Life"], None]) -> None:
        """Do something, and check that no word of an owner is lost but those that must go."""
        before = tree(self.folder)
        self.going = set()
        step(self)
        self.check_words(before, tree(self.folder))

    # What must hold

    def check_words(self, before: Tree, after: Tree) -> None:
        """Check that no word of an owner was lost."""
        lost = words(before).keys() - words(after).keys() - self.going
        assert not lost, f"lost: {sorted(lost)}"

    def check_fresh(self) -> None:
        """Check that all files are what is generated, and what owners have written."""
        project = self.project()
        rendered = render(self.versions, project)
        files = tree(self.folder)
        for path, file in rendered.items():
            if path in files and path not in self.loose:
                wanted, found = generated_lines(file.content), generated_lines(files[path].content)
                # A line of the owner's within brackets breaks a statement into lines.
                if path.endswith(".py") and found != wanted:
                    found, wanted = code(found), code(wanted)
                assert found == wanted, f"{path} is not as it would be generated"
        for path, file in files.items():
            assert not CONFLICT.search(file.content), path
            assert path in rendered or own_lines(file.content), f"{path} is left over"
            if path.endswith(".py"):
                compile(file.content, path, "exec", dont_inherit=True)

    def check_imports(self) -> None:
        """Check that the application starts, unless its owner has taken a stub away."""
        project = self.project()
        if not all((self.folder / path).is_file() for path in render(self.versions, project)):
            return
        self.must("-c", "from app.main import app; app.openapi()")

    def check_tests(self) -> None:
        """Check that the project's own tests pass."""
        self.must("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-W", "error")

    def must(self, *arguments: str) -> None:
        """Run Python in the project, which must succeed."""
        command = [sys.executable, "-B", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, env=ENVIRONMENT
        )
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]


ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}


def render(versions: dict[str, Path], project: Project) -> Tree:
    """Return what a project would be generated as."""
    commits = dict(zip(("v0.1.0", "v0.2.0"), versions.values(), strict=True))
    root = commits[str(project.origin.commit)]
    return WithCopier(root, project.origin).render(project.answers)


def decided(content: bytes) -> Iterator[bytes]:
    """Yield the lines of a text with what is generated in place of conflicts, and notes below."""
    notes: list[bytes] = []
    side = ""
    for line in content.splitlines(keepends=True):
        if line.startswith(b"<<<<<<< "):
            side = "ours"
        elif line.startswith(b"=======") and side == "ours":
            side = "theirs"
        elif line.startswith(b">>>>>>> ") and side == "theirs":
            side = ""
        elif side == "ours":
            notes += [b"# " + line.lstrip()] if WORD.search(line) else []
        else:
            yield line
    yield from ([b"\n"] if notes else [])
    yield from notes


# What owners do


def _comment_above(life: Life) -> None:
    life.edit(_stub(life), lambda text: f"# {life.word()}\n{text}")


def _comment_at_the_end(life: Life) -> None:
    life.edit(_stub(life), lambda text: f"{text.rstrip()}\n\n# {life.word()}\n")


def _import(life: Life) -> None:
    added = f"import math as {life.word()}\n"
    life.edit(_stub(life), lambda text: re.sub(r"(?m)^(?=from |import )", added, text, count=1))


def _statement(life: Life) -> None:
    """Write into the body of a function, above what it answers."""
    word = life.word()
    added = rf"\1{word} = 1  # {word}\n\g<0>"
    life.edit(_stub(life), lambda text: re.sub(r"(?m)^( +)(return|yield)\b", added, text, count=1))


def _comment_in_the_head(life: Life) -> None:
    added = f"# {life.word()}\n"
    life.edit(_stub(life), lambda text: re.sub(r"(?m)^(?=router = )", added, text, count=1))


def _function(life: Life) -> None:
    word = life.word()
    added = f"\n\ndef {word}() -> int:\n    return 1  # {word}\n"
    life.edit(_stub(life), lambda text: f"{text.rstrip()}\n{added}")


def _test(life: Life) -> None:
    word = life.word()
    added = f"\n\ndef test_{word}() -> None:\n    assert 1  # {word}\n"
    life.edit(_tests(life), lambda text: f"{text.rstrip()}\n{added}")


def _statement_in_a_test(life: Life) -> None:
    word = life.word()
    added = f"    {word} = 1  # {word}\n"
    life.edit(_tests(life), lambda text: re.sub(r"(?m)^(?=    assert )", added, text, count=1))


def _moved_function(life: Life) -> None:
    """Move the last function of the tests above the first one."""

    def move(text: str) -> str:
        parts = re.split(r"(?m)\n\n\n(?=(?:@|def |async def ))", text)
        return "\n\n\n".join([parts[0], parts[-1].rstrip("\n"), *parts[1:-1]]) + "\n"

    life.edit(_tests(life), move, loose=True)


def _formatter(life: Life) -> None:
    """Run a formatter that is set up in another way."""
    path, before = _stub(life), tree(life.folder)
    command = ["ruff", "format", "--isolated", "--no-cache", "--line-length", "60", path]
    if (life.folder / path).is_file():
        executable = Path(sys.executable).parent / command[0]
        subprocess.run([executable, *command[1:]], cwd=life.folder, capture_output=True, check=True)
        life.noted(before)
        life.loose.add(path)


def _readme(life: Life) -> None:
    word = life.word()
    added = f"\nAbout {word}.\n\n"
    life.edit("README.md", lambda text: re.sub(r"(?m)^(?=## )", added, text, count=1))


def _dependency(life: Life) -> None:
    added = f'  "{life.word()}>=1",\n'
    life.edit("pyproject.toml", lambda text: re.sub(r'(?m)^(?=  "fastapi)', added, text, count=1))


def _toolkit(life: Life) -> None:
    modules = sorted((life.folder / "app" / "http").glob("*.py"))
    path = life.random.choice(modules).relative_to(life.folder).as_posix()
    life.edit(path, lambda text: f"{text}\n# {life.word()}\n")


def _answers(life: Life) -> None:
    added = f"# {life.word()}\n"
    keys = r"(?m)^(?=license|application|endpoints|- name)"
    life.edit(".copier-answers.yml", lambda text: re.sub(keys, added, text, count=1))


def _own_file(life: Life) -> None:
    before, word = tree(life.folder), life.word()
    (life.folder / f"app/{word}.py").write_text(f"{word} = 1\n")
    life.noted(before)


def _deleted_file(life: Life) -> None:
    before, path = tree(life.folder), life.random.choice([_stub, _tests])(life)
    file = life.folder / path
    if file.is_file() and not own_lines(file.read_bytes()):
        file.unlink()
        life.noted(before)


def _windows(life: Life) -> None:
    path = life.folder / life.random.choice([_stub, _tests])(life)
    if path.is_file() and b"\r" not in path.read_bytes():
        before = tree(life.folder)
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        life.noted(before)


def _mode(life: Life) -> None:
    before, path = tree(life.folder), life.folder / _stub(life)
    if path.is_file():
        path.chmod(0o755)
        life.noted(before)


def _commit(life: Life) -> None:
    life.log.append("git add -A && git commit -q -m x --allow-empty")
    git(life.folder, "add", "-A")
    git(life.folder, "commit", "-q", "-m", "x", "--allow-empty")


def _stub(life: Life) -> str:
    return Layout().stub(life.some_endpoint() or "")


def _tests(life: Life) -> str:
    return Layout().stub_test(life.some_endpoint() or "")


OWNER: list[Callable[[Life], None]] = [
    _comment_above,
    _comment_at_the_end,
    _import,
    _statement,
    _comment_in_the_head,
    _function,
    _test,
    _statement_in_a_test,
    _moved_function,
    _formatter,
    _readme,
    _dependency,
    _toolkit,
    _answers,
    _own_file,
    _deleted_file,
    _windows,
    _mode,
    _commit,
]


# Commands


def _add(life: Life) -> None:
    lines = [format_line(spec) for spec in life.specs(*_new_names(life))]
    life.run("add", *lines)


def _new_names(life: Life) -> list[str]:
    names = []
    for _ in range(life.random.randint(1, 2)):
        life.number += 1
        names.append(f"endpoint_{life.number}")
    return names


def _remove(life: Life) -> None:
    if name := life.some_endpoint():
        life.run("remove", name)


def _rename(life: Life) -> None:
    if name := life.some_endpoint():
        [new] = _new_names(life)[:1]
        _moved(life, name, new)
        life.run("rename", name, new)


def _moved(life: Life, name: str, new: str) -> None:
    kinds = (Layout().stub, Layout().stub_test)
    moved = {kind(new) for kind in kinds if kind(name) in life.loose}
    life.loose = (life.loose - {kind(name) for kind in kinds}) | moved


def _edit(life: Life) -> None:
    if name := life.some_endpoint():
        [spec] = life.specs(name)
        life.run("edit", name, format_line(spec))


def _table(life: Life) -> None:
    """Add a table, with rows of its own, and sometimes change a field of all that it becomes."""
    life.number += 1
    name = f"Thing{life.number}"
    fields = f"name='str(max_length=20)', parts=list[Part{life.number}]"
    resource = f"resource /tables/v{life.number} {name}({fields}) unique(name)"
    life.run("add", f"model Part{life.number}(size=int)", f"{resource} as table_{life.number}")
    if life.random.random() < 0.5:
        life.run("edit", name, f"model {name}(id=int, {fields}, day=date)")


def _without_table(life: Life) -> None:
    """Remove a table with all that it has become, if there is one."""
    tables = life.project().resources
    if tables:
        life.run("remove", life.random.choice(tables)["name"])


def _update(life: Life) -> None:
    life.run("update", "--yes", "--to", "v0.2.0")


def _application(life: Life) -> None:
    wanted = life.random.choice(APPLICATIONS)
    try:
        check({**life.project().answers, "application": wanted})
    except InvalidSpec:
        return
    life.run("update", "--yes", "--data", f"application={wanted}".replace("'", '"'))


def _other_answer(life: Life) -> None:
    given = life.random.choice(
        [f"license={life.random.choice(LICENSES)}", f"description=Number {life.number}."]
    )
    life.run("update", "--yes", "--data", given)


def _dry(life: Life) -> None:
    before = tree(life.folder)
    [spec] = life.specs()
    name = life.some_endpoint() or "nothing"
    commands = [
        ["add", format_line(spec)],
        ["remove", name],
        ["rename", name, "endpoint_0"],
        ["edit", name, format_line({**spec, "name": name})],
        ["update", "--to", "v0.2.0"],
    ]
    arguments = life.random.choice(commands)
    life.log.append(f"scaffold {shlex.join(arguments)} --dry-run")
    done = run(*arguments, "--dry-run", "--project", life.folder)
    assert done.status in ((0, 2) if name == "nothing" else (0,)), done.stderr
    assert run("list", "--project", life.folder).status == 0
    assert run("diff", "--to", "v0.2.0", "--project", life.folder).status == 0
    assert tree(life.folder) == before, "a dry run has written something"


def _killed(life: Life) -> None:
    """Kill a command somewhere, and finish it with the next one."""
    [spec] = life.specs()
    arguments = ["add", format_line(spec)]
    before = tree(life.folder)
    life.log.append(f"timeout -s KILL 0.1 scaffold {shlex.join(arguments)}")
    pid = forked(life.folder, arguments)
    time.sleep(life.random.random() / 2)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    life.log.append("scaffold diff --to v0.1.0")
    run("add", format_line(life.project().endpoints[0]), "--project", life.folder) if (
        life.project().endpoints
    ) else None
    if tree(life.folder) == before:
        return
    assert spec["name"] in life.project().names(), "a command was done in part"
    life.decide(undecided(tree(life.folder)))


def _branches(life: Life) -> None:
    """Work on up to four branches, and bring them together, one after the other."""
    start = commit_all(life)
    sides = [f"side{number}" for number in range(life.random.randint(1, 3))]
    before, loose = {*life.loose}, {*life.loose}
    for branch in (*sides, "work"):
        life.loose = {*before}
        life.log.append(f"git checkout -q -B {branch} {start}")
        git(life.folder, "checkout", "-q", "-B", branch, start)
        for _ in range(life.random.randint(1, 2)):
            life.checked(life.random.choice(ON_BRANCHES))
            life.owner()
        commit_all(life)
        loose |= life.loose  # whichever side a file is taken from
    life.loose = loose
    for side in sides:
        bring_together(life, life.random.choice(["merge", "rebase"]), side, start)
        life.check_fresh()
        commit_all(life)
    # What must be there was looked for after each merge; branches may have removed the same.
    life.going |= words(at(life, start)).keys()


def bring_together(life: Life, way: str, side: str, start: str) -> None:
    """Merge another branch into `work`, or rebase `work` onto it."""
    before = words(tree(life.folder))
    versions = [at(life, commit) for commit in (start, "work", side)]
    stopped = fails(life, way, side)
    for _ in range(10):
        resolve(life)
        if not stopped:
            break
        git(life.folder, "add", "--all")
        more = ["commit", "-qm", "x"] if way == "merge" else ["rebase", "--continue"]
        stopped = fails(life, "-c", "core.editor=true", *more)
        if way == "rebase" and not stopped:
            resolve(life)
            break
    base, ours, theirs = (words(files) for files in versions)
    names = set(life.project().names())
    kinds = (
        ("app/endpoints/", ".py"),
        ("tests/endpoints/test_", ".py"),
        ("app/templates/", ".html"),
    )
    wanted = set()
    for word in ours.keys() | theirs.keys():
        if word in base and not (word in ours and word in theirs):
            continue
        paths = ours.get(word, set()) | theirs.get(word, set())
        homes = {
            path.removeprefix(before).removesuffix(after)
            for path in paths
            for before, after in kinds
            if path.startswith(before)
        }
        if not homes or homes & names:
            wanted.add(word)
    lost = wanted - words(tree(life.folder)).keys()
    assert not lost, f"lost in a {way}: {sorted(lost)}"
    life.going |= before.keys() - wanted  # Each of them was asked for.


def resolve(life: Life) -> None:
    """Run `scaffold resolve`, and decide what it asks for."""
    decided: list[str] = []
    for _ in range(10):
        done = life.run("resolve", *decided, statuses=(0, 2, 3, 4))
        # Two branches that have done the same are one to git.
        assert done.status != 2 or "git has merged nothing here" in done.stderr, done.stderr
        if done.status != 4:
            assert run("list", "--project", life.folder).status in (0, 4)
            return
        asked = re.findall(
            r"(?:has removed|have changed|would be called|differ in) (?:the model )?(\w+)",
            done.stderr,
        )
        assert asked, done.stderr
        side = life.random.choice(["--ours", "--theirs"])
        decided += [side, asked[0]]
    raise AssertionError("there is always something left to decide")


def fails(life: Life, *command: str) -> bool:
    """Run git, and say whether it stopped with conflicts."""
    life.log.append(f"git {shlex.join(command)}")
    try:
        git(life.folder, *command)
    except CalledProcessError:
        if not git(life.folder, "ls-files", "--unmerged"):
            raise
        return True
    return False


def at(life: Life, name: str) -> Tree:
    """Return the files of a commit."""
    from scaffold.project.merging import ProjectRepository

    paths = git(life.folder, "ls-tree", "-r", "--name-only", name).split("\n")
    return ProjectRepository(life.folder).tree(name, paths)


def commit_all(life: Life) -> str:
    """Commit everything, and return the commit."""
    _commit(life)
    return git(life.folder, "rev-parse", "HEAD")


ON_BRANCHES: list[Callable[[Life], None]] = [_add, _remove, _rename, _edit]
STEPS: list[Callable[[Life], None]] = [
    _add,
    _add,
    _remove,
    _rename,
    _edit,
    _edit,
    _table,
    _without_table,
    _update,
    _application,
    _other_answer,
    _dry,
    _killed,
    _branches,
]
