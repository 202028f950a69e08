"""A person goes through the wizard, in a real pseudo-terminal.

The screens that they see are kept under `tests/screens/`; `SCREENS=write` writes them anew.
"""

import io
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.application import Application, create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from scaffold.errors import Terminated
from scaffold.system.signals import terminable
from scaffold.wizard.journey import State
from scaffold.wizard.terminal import run
from tests.conftest import Run
from tests.sampling import some
from tests.terminal import Terminal

pytestmark = pytest.mark.apart

SCREENS = Path(__file__).parents[1] / "screens"
SIZES = {60: 24, 80: 24, 120: 32}
DEFAULT_WAY = {
    "project": "What is the project?",
    "start": "What does it start with?",
    "application": "What wraps the whole application?",
    "application-options": "> hsts_max_age",
    "path": "Which path does it answer?",
    "method": "Which method?",
    "response": "What does it answer with?",
    "request": "What does the request carry?",
    "status": "Which status?",
    "headers": "Which headers?",
    "cookies": "Which cookies?",
    "options": "> name",
    "endpoints": "What next?",
    "files": "Write these files?",
}
"""Each step, with what is on its screen and on no other."""

Start = Callable[..., Terminal]


@pytest.fixture
def start(work: Path, environment: dict[str, str]) -> Iterator[Start]:
    """Return a function that starts the command in a terminal, in the folder `work`."""
    started = []

    def run(*arguments: str, width: int = 80, **changes: str) -> Terminal:
        env = environment | changes
        size = {"width": width, "height": SIZES[width]}
        started.append(Terminal(*arguments, cwd=work, env=env, **size))
        return started[-1]

    yield run
    for terminal in started:
        terminal.close()


def same_screen(name: str, terminal: Terminal) -> None:
    """Compare a screen with the one that is kept; numbers of lines, files and bytes may differ."""
    file = SCREENS / f"{name}.txt"
    terminal.rest()
    if os.environ.get("SCREENS") == "write":
        file.write_text(without_numbers(name, terminal.text()), encoding="utf-8")
    kept = file.read_text(encoding="utf-8")
    with suppress(AssertionError):  # the comparison below shows what differs
        terminal.wait(lambda text: without_numbers(name, text) == kept, patience=5)
    assert without_numbers(name, terminal.text()) == kept, f"see {file}; SCREENS=write accepts it"


def without_numbers(name: str, text: str) -> str:
    """Return a screen without the numbers that each change of the template changes."""
    shown = re.sub(r"(?<=\.\.\. )\d+(?= more)", "N", text) + "\n"
    return re.sub(r"\d", "0", shown) if name.startswith("files") else shown


def files(project: Path) -> dict[str, bytes]:
    """Return every file of a project, without git's own."""
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(project).parts
    }


def repeated(terminal: Terminal) -> str:
    """Return the command that was printed at the end."""
    return terminal.printed().partition("without questions:\n")[2]


def words(command: str) -> list[str]:
    """Return the words of a command, as a shell splits it."""
    return shlex.split(command.replace("\\\n", " "))


def run_in_shell(command: str, work: Path, environment: dict[str, str]) -> None:
    """Run a command as somebody who has copied it."""
    script = f'scaffold() {{ "{sys.executable}" -m scaffold "$@"; }}\n{command}'
    subprocess.run(["bash", "-c", script], cwd=work, env=environment, check=True)


def test_the_default_way_and_the_command_that_repeats_it(
    start: Start, work: Path, environment: dict[str, str]
) -> None:
    terminal = start("new", "--no-sync")
    for step, shown in DEFAULT_WAY.items():
        terminal.wait(shown)
        same_screen(f"{step}-80", terminal)
        terminal.press("enter")
    assert terminal.finish() == 0, terminal.text()
    assert os.listdir(work) == ["my-service"]
    first = (work / "my-service").rename(work / "first")
    command = repeated(terminal)
    assert "'GET /items/{item_id:int} json-model as get_items_item_id'" in command
    run_in_shell(command, work, environment)
    assert files(work / "my-service") == files(first)


@pytest.mark.parametrize("width", some([60, 120], 2))
def test_screens_of_other_widths(start: Start, width: int) -> None:
    terminal = start("new", "--no-sync", width=width)
    for step, shown in DEFAULT_WAY.items():
        terminal.wait(shown)
        assert all(len(line) <= width for line in terminal.text().splitlines())
        if step in ("project", "path", "headers", "options", "files"):
            same_screen(f"{step}-{width}", terminal)
        if step != "files":
            terminal.press("enter")
    terminal.press("c-c")
    assert terminal.finish() == 130


def compose(terminal: Terminal) -> None:
    """Answer every step until the list of endpoints with something else than the default."""
    terminal.wait("What is the project?")
    terminal.press("tab", 'Keeps posts, and "quotes" them', "tab", "Ana", "tab", "ana@example.com")
    terminal.press("tab", "right", "enter")
    terminal.wait("What does it start with?")
    terminal.press("enter")
    terminal.wait("What wraps the whole application?")
    terminal.press("cors", " ", "enter")
    terminal.wait("> hsts_max_age")
    terminal.press("down", "down", "https://a.example, https://b.example", "enter")
    terminal.wait("Which path does it answer?")
    terminal.press("/posts/{post_id:int}")
    terminal.wait("post_id: a whole number")
    terminal.press("enter")
    terminal.wait("Which method?")
    terminal.press("put")
    terminal.wait("search: put")
    terminal.press("enter")
    terminal.wait("What does it answer with?")
    terminal.press("enter")
    terminal.wait("What does the request carry?")
    terminal.press("tab", "title: str, price: decimal | None", "enter")
    terminal.wait("Which status?")
    terminal.press("status-dynamic")
    terminal.wait("search: status-dynamic")
    terminal.press("enter")
    terminal.wait("Which headers?")
    terminal.press("cache-control", " ", "c-u", "header-set", " ", "+")
    terminal.wait("[2] header-set")
    terminal.press("enter")
    terminal.wait("Which cookies?")
    terminal.press("cookie-set", " ")
    terminal.wait("[x] cookie-set")
    terminal.press("enter")


def test_a_composed_endpoint_and_the_command_that_repeats_it(
    start: Start, work: Path, environment: dict[str, str]
) -> None:
    terminal = start("new", "a", "--no-sync", "--no-git", width=120)
    compose(terminal)
    terminal.wait("> name")
    terminal.press("replace_post", "tab", "BlogPost")
    terminal.wait("import BlogPost")
    same_screen("composed-120", terminal)
    terminal.press("enter")
    terminal.wait("What next?")
    terminal.press("enter")
    terminal.wait("Write these files?")
    terminal.press("enter")
    assert terminal.finish() == 0, terminal.text()
    command = repeated(terminal)
    line = (
        "PUT /posts/{post_id:int} body(title=str, price=decimal | None) "
        "json-model(model=BlogPost) status-dynamic cache-control header-set "
        "header-set(name=Service-Version-2) cookie-set as replace_post"
    )
    assert words(command)[-1] == line
    first = (work / "a").rename(work / "first")
    assert b"class BlogPost(BaseModel)" in files(first)["app/models/blog_post.py"]
    run_in_shell(command, work, environment)
    assert files(work / "a") == files(first)


def test_what_is_invalid_is_said_while_it_is_typed(start: Start, work: Path) -> None:
    terminal = start("new", "a", "--no-sync")
    terminal.wait("What is the project?")
    terminal.press("A b")
    terminal.wait("use lower-case letters, digits and single hyphens")
    terminal.press("enter")
    terminal.wait("What is the project?")
    terminal.press("c-u", "a", "enter")
    for shown in ("start with?", "wraps the whole", "hsts_max_age"):
        terminal.wait(shown)
        terminal.press("enter")
    terminal.wait("Which path does it answer?")
    terminal.press("/a/{b:date}")
    terminal.wait('"date" is no parameter type; use str, int, float, uuid or path')
    same_screen("invalid-80", terminal)
    terminal.press("enter")
    terminal.wait("Which path does it answer?")
    terminal.press("c-c")
    assert terminal.finish() == 130
    assert os.listdir(work) == []


def test_going_back_keeps_what_was_answered(start: Start, work: Path) -> None:
    terminal = start("new", "a", "--no-sync", "--no-git")
    for shown in ("the project?", "start with?", "wraps the whole", "hsts_max_age"):
        terminal.wait(shown)
        terminal.press("enter")
    terminal.wait("Which path does it answer?")
    terminal.press("/notes", "enter")
    for shown in ("Which method?", "answer with?", "request carry?", "Which status?"):
        terminal.wait(shown)
        terminal.press("enter")
    terminal.wait("Which headers?")
    terminal.press("cache-control", " ", "c-u")
    terminal.wait("[x] cache-control")
    terminal.press("escape")
    terminal.wait("Which status?")
    terminal.press("escape")
    terminal.wait("What does the request carry?")
    terminal.press("escape")
    terminal.wait("What does it answer with?")
    terminal.press("csv", "enter")
    terminal.wait("What does the request carry?")
    terminal.press("enter")
    terminal.wait("Which status?")
    terminal.press("enter")
    terminal.wait("[x] cache-control")
    terminal.press("enter")
    for shown in ("Which cookies?", "> name", "What next?", "Write these files?"):
        terminal.wait(shown)
        terminal.press("enter")
    assert terminal.finish() == 0, terminal.text()
    assert words(repeated(terminal))[-1] == "GET /notes csv cache-control as get_notes"


def test_a_second_endpoint_a_change_and_a_removal(start: Start, work: Path) -> None:
    terminal = start("new", "a", "--no-sync", "--no-git")
    terminal.wait("What is the project?")
    terminal.press("enter")
    terminal.wait("What does it start with?")
    terminal.press("exports", "enter")
    for shown in ("wraps the whole", "hsts_max_age"):
        terminal.wait(shown)
        terminal.press("enter")
    terminal.wait("4 endpoints")
    terminal.press("down", "enter")
    terminal.wait("Which path does it answer?")
    terminal.press("/health", "enter")
    for shown in ("Which method?", "answer with?", "request carry?", "Which status?"):
        terminal.wait(shown)
        terminal.press("enter")
    for shown in ("Which headers?", "Which cookies?", "> name"):
        terminal.wait(shown)
        terminal.press("enter")
    terminal.wait("5 endpoints")
    same_screen("list-80", terminal)
    terminal.press("enter")
    terminal.wait("Write these files?")
    terminal.press("escape")
    terminal.wait("5 endpoints")
    terminal.press("get_handbook", "delete")
    terminal.wait("4 endpoints")
    terminal.press("escape", "enter")
    terminal.wait("Write these files?")
    terminal.press("enter")
    assert terminal.finish() == 0, terminal.text()
    said = words(repeated(terminal))
    assert said[-1] == "GET /health json-model(model=Health) as get_health"
    assert "--preset" not in said
    assert not [word for word in said if "get_handbook" in word]


@pytest.mark.parametrize(
    "step",
    [
        step if step in ("path", "files") else pytest.param(step, marks=pytest.mark.full)
        for step in DEFAULT_WAY
    ],
)
def test_leaving_at_each_step_leaves_nothing(start: Start, work: Path, step: str) -> None:
    """In the default run, at a text that is checked, and at the preview."""
    terminal = start("new", "--no-sync", NO_COLOR="1")
    terminal.wait(DEFAULT_WAY["project"])
    terminal.press("deep/a", *["enter"] * list(DEFAULT_WAY).index(step))
    terminal.wait(DEFAULT_WAY[step])
    terminal.press("c-c" if step != "path" else "c-d")
    assert terminal.finish() == 130, terminal.text()
    assert terminal.printed().endswith("error: interrupted; nothing was written\n")
    assert "Traceback" not in terminal.printed()
    assert os.listdir(work) == []


LEAVE_FULL_SCREEN, SHOW_CURSOR = "\x1b[?1049l", "\x1b[?25h"


@pytest.mark.parametrize(
    ("number", "status", "said"),
    [
        (signal.SIGTERM, 143, "error: terminated\n"),
        (signal.SIGHUP, 143, "error: terminated\n"),
        (signal.SIGINT, 130, "error: interrupted; nothing was written\n"),
    ],
)
def test_a_signal_gives_the_terminal_back(
    start: Start, work: Path, number: signal.Signals, status: int, said: str
) -> None:
    terminal = start("new", "a", "--no-sync", NO_COLOR="1")
    terminal.wait("What is the project?")
    terminal.process.send_signal(number)
    assert terminal.finish() == status
    assert LEAVE_FULL_SCREEN in terminal.printed()
    assert SHOW_CURSOR in terminal.printed()
    assert terminal.printed().endswith(said)
    assert os.listdir(work) == []


def test_a_signal_ends_an_addition_too(start: Start, scaffold: Run, work: Path) -> None:
    assert scaffold("new", "a", "--preset", "empty", "--no-sync").returncode == 0
    terminal = start("add", "--project", "a", NO_COLOR="1")
    terminal.wait("Which path does it answer?")
    terminal.process.terminate()
    assert terminal.finish() == 143
    assert LEAVE_FULL_SCREEN in terminal.printed()
    assert terminal.printed().endswith("error: terminated\n")


@pytest.mark.parametrize("during", ["reset", "_redraw", "create_background_task"])
def test_a_signal_waits_for_what_runs(
    composing: State, monkeypatch: pytest.MonkeyPatch, during: str
) -> None:
    """Before the screen is painted, meanwhile, and when what goes on behind it has just begun."""
    real = getattr(Application, during)

    def signalled(application: Application[State], *arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(Application, during, real)
        signal.raise_signal(signal.SIGTERM)
        return real(application, *arguments, **options)

    written = io.StringIO()
    output = Vt100_Output(written, lambda: Size(rows=24, columns=80))
    with terminable(), create_pipe_input() as keys, create_app_session(keys, output):
        monkeypatch.setattr(Application, during, signalled)
        with pytest.raises(Terminated):
            run(composing, "scaffold new")
    text = written.getvalue()
    assert text.count("\x1b[?1049h") == text.count(LEAVE_FULL_SCREEN)
    assert text.rfind("\x1b[?25l") < text.rfind(SHOW_CURSOR)


def test_no_colour_means_no_colour(start: Start) -> None:
    colour = re.compile(r"\x1b\[[0-9;]*(3[0-7]|9[0-7])[0-9;]*m")
    for changes in ({}, {"NO_COLOR": "1"}):
        terminal = start("new", "a", "--no-sync", **changes)
        terminal.wait("What is the project?")
        terminal.press("c-c")
        assert terminal.finish() == 130
        assert bool(colour.search(terminal.printed())) is not bool(changes)


def test_a_terminal_that_can_only_print_is_not_asked(
    work: Path, environment: dict[str, str], scaffold: Run
) -> None:
    done = scaffold("new", "a", env=environment | {"TERM": "dumb"})
    assert done.returncode == 2
    assert done.stderr.startswith("error: nobody can be asked without a terminal")


def test_what_is_taken_is_said_before_any_question(start: Start, work: Path) -> None:
    (work / "a").mkdir()
    (work / "a" / "mine").write_text("x")
    terminal = start("new", "a")
    assert terminal.finish() == 4
    assert "a is not empty" in terminal.printed()


def test_add_without_arguments_composes_an_endpoint(
    start: Start, scaffold: Run, work: Path, environment: dict[str, str]
) -> None:
    made = scaffold("new", "a", "GET /posts json-model as get_posts", "--no-sync")
    assert made.returncode == 0, made.stderr
    terminal = start("add", "--project", "a")
    terminal.wait("Which path does it answer?")
    terminal.press("/posts", "enter")
    terminal.wait("already answered by the endpoint get_posts")
    terminal.press("enter")
    for shown in ("answer with?", "the request carry?", "Which status?", "Which headers?"):
        terminal.wait(shown)
        terminal.press("enter")
    terminal.wait("Which cookies?")
    terminal.press("enter")
    terminal.wait("> name")
    terminal.press("create_post", "enter")
    terminal.wait("Add what is listed below")
    terminal.press("enter")
    assert terminal.finish() == 0, terminal.text()
    assert (work / "a" / "app" / "endpoints" / "create_post.py").is_file()
