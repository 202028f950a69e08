"""The command line: what it prints, where, and its exit statuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import scaffold as package
from scaffold.catalogue.patterns import FAMILIES, load
from scaffold.cli import app as cli
from scaffold.cli.console import EXAMPLE, MODEL_EXAMPLE
from scaffold.errors import InvalidSpec, Refused, ScaffoldError, Terminated, UsageMistake
from tests.conftest import Run

HEAVY = ("copier", "fastapi", "jinja2", "prompt_toolkit", "pydantic", "pygments", "rich", "yaml")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["new", "--help"],
        ["patterns"],
        ["patterns", "cookie-set"],
        ["patterns", "file", "name", "--json"],
        ["explain", "GET /x json-model cache-control cookie-set(name=a)"],
        ["explain", "GET /x json-model deprecation-sunset", "--json"],
    ],
)
def test_what_does_not_generate_imports_nothing_heavy(
    arguments: list[str], environment: dict[str, str]
) -> None:
    """But for Jinja, which evaluates the template's own checks."""
    program = (
        "import sys\n"
        "from scaffold.cli.app import app\n"
        f"app({arguments!r}, standalone_mode=False)\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert done.stderr.split() == (["jinja2"] if "explain" in arguments else [])


def test_a_list_imports_nothing_heavy_once_it_knows_the_project(
    scaffold: Run, work: Path, environment: dict[str, str]
) -> None:
    scaffold("new", "service", "--preset", "web", "--no-git", "--no-sync")
    folder = work / "service"
    assert scaffold("list", cwd=folder).returncode == 0
    program = (
        "import sys\n"
        "from scaffold.cli.app import app\n"
        "app(['list'], standalone_mode=False)\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, check=True, cwd=folder
    )
    assert done.stderr.split() == []


def test_the_version_is_that_of_the_package(scaffold: Run) -> None:
    done = scaffold("--version")
    assert (done.returncode, done.stdout) == (0, f"scaffold {package.__version__}\n")


def test_patterns_lists_every_pattern_under_its_family(scaffold: Run) -> None:
    done = scaffold("patterns")
    listed = [pattern for pattern in load().patterns.values() if not pattern.unlisted]
    places = [done.stdout.index(f"\n  {pattern.id} ") for pattern in listed]
    assert done.returncode == 0
    assert places == sorted(places)
    assert done.stderr == ""


def test_patterns_as_json(scaffold: Run) -> None:
    rows = json.loads(scaffold("patterns", "--json").stdout)
    assert {row["family"] for row in rows} == set(FAMILIES)
    assert all(row["id"] and row["summary"] for row in rows)


@pytest.mark.parametrize("pattern_id", load().patterns)
def test_every_pattern_has_a_page_and_data(
    pattern_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pattern = load().patterns[pattern_id]
    cli.app(["patterns", pattern_id], standalone_mode=False)
    page = capsys.readouterr().out
    cli.app(["patterns", pattern_id, "--json"], standalone_mode=False)
    data = json.loads(capsys.readouterr().out)
    for option in pattern.options.values():
        assert option.name in page
        assert option.help in page
        assert data["options"][option.name]["default"] == option.default
    assert all(line == line.rstrip() for line in page.splitlines())
    assert len(data["refuse"]) == len(pattern.refusals)


def test_a_page_holds_advice_code_and_bytes(scaffold: Run) -> None:
    page = scaffold("patterns", "ETag-Conditional").stdout
    for part in (
        "Take it for answers that are asked for again",
        "\nGenerated: endpoint.py\n",
        '  etag.apply(response, "1")\n',
        '\n  If-None-Match: "1"\n\n  HTTP/1.1 304 Not Modified\n  etag: "1"\n',
        "\nClients\n",
        "\nPitfalls\n",
        "\nSee also\n  last-modified, ",
    ):
        assert part in page
    data = json.loads(scaffold("patterns", "cookie-set", "--json").stdout)
    assert list(data["code"]) == ["endpoint.py", "cookie.py"]
    assert "\nset-cookie: visitor=example; HttpOnly; Path=/; SameSite=lax; Secure\n" in data["wire"]
    assert {"use", "clients", "pitfalls", "neighbours", "words"} <= data.keys()


def test_words_search_the_catalogue(scaffold: Run) -> None:
    rows = json.loads(scaffold("patterns", "if-none-match", "tag", "--json").stdout)
    assert rows[0]["id"] == "etag-conditional"
    done = scaffold("patterns", "log out")
    assert done.stdout.startswith("cookie-session-host-prefix  Log in, log out ")
    assert done.stderr == ""


def test_an_unknown_pattern_is_answered_with_the_nearest_ones(scaffold: Run) -> None:
    done = scaffold("patterns", "cookie-sett")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(
        "error: there is no pattern cookie-sett; did you mean cookie-set or "
    )
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["new"],
        ["new", "a", "b"],
        ["nwe"],
        ["new", "a", "--prest", "api"],
        ["--install-completion", "zsh"],
    ],
)
def test_wrong_usage_is_status_2(scaffold: Run, arguments: list[str]) -> None:
    done = scaffold(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "error: " in done.stderr.lower()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (ScaffoldError("it failed"), 1, "error: it failed\n"),
        (UsageMistake("not so"), 2, "error: not so\n"),
        (InvalidSpec("name", "two\nlines"), 2, "error: name: two lines\n"),
        (Refused("it is there"), 4, "error: it is there\n"),
        (OSError(28, "No space left on device"), 1, "error: No space left on device\n"),
        (PermissionError(13, "Permission denied", "/a"), 1, "error: /a: Permission denied\n"),
        (KeyboardInterrupt(), 130, "error: interrupted\n"),
        (Terminated(), 143, "error: terminated\n"),
        (ZeroDivisionError("x"), 1, "error: this is a mistake in scaffold itself"),
    ],
)
def test_every_error_is_one_line_and_a_status(
    error: BaseException,
    status: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(root: Path | None = None) -> None:
        raise error

    monkeypatch.setattr("scaffold.catalogue.patterns.load", fail)
    with pytest.raises(SystemExit) as caught:
        cli.app(["patterns"])
    assert caught.value.code == status
    captured = capsys.readouterr()
    assert captured.err.startswith(line)
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize("command", ["new", "add", "edit", "explain"])
def test_help_shows_a_line_that_can_be_used(scaffold: Run, command: str) -> None:
    said = " ".join(scaffold(command, "-h").stdout.split())
    assert EXAMPLE in said
    assert MODEL_EXAMPLE in said
    assert scaffold("explain", MODEL_EXAMPLE, EXAMPLE).returncode == 0


def test_a_reader_that_stops_early_is_no_error(environment: dict[str, str]) -> None:
    command = f"{sys.executable} -m scaffold patterns --json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env=environment, check=True
    )
    assert (done.stdout, done.stderr) == ("[", "")


def test_a_terminal_without_unicode_is_no_error(scaffold: Run, environment: dict[str, str]) -> None:
    done = scaffold("patterns", "é", env=environment | {"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
