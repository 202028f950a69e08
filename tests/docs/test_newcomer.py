"""A newcomer's walk: the tutorial, carried out as it stands, then an update.

Nothing but the tutorial is known, and the network is the package index. The address of the
repository leads to a clone of this one, by a setting of git.
"""

import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.pages import TUTORIAL, Block, blocks, command_lines
from tools.address import declared

ADDRESS = declared()
UPDATE = ROOT / "docs" / "how-to" / "update.md"
PORT = 8000
"""Where the tutorial serves."""
SERVER = "uv run uvicorn"
SECONDS_TO_START = 60

pytestmark = pytest.mark.full


@dataclass
class Terminal:
    """Where a newcomer types.

    Attributes:
        folder: where the next command runs.
        environment: the variables that it sees.
        output: what the commands have printed since somebody looked.
        server: what was started and still runs.
    """

    folder: Path
    environment: dict[str, str]
    output: str = ""
    server: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, command: str, status: int = 0) -> str:
        """Run one command as a shell does, and return what it prints."""
        if command.startswith("cd "):
            self.folder /= shlex.split(command)[1]
            return ""
        if command.startswith(SERVER):
            self.serve(command)
            return ""
        done = self.shell(command)
        printed = done.stdout + done.stderr
        assert done.returncode == status, f"{command}\n{printed}"
        self.output += printed
        return printed

    def shell(self, command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command, and return how it went."""
        return subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def serve(self, command: str) -> None:
        """Start a command that stays, and wait until it can be asked."""
        words = shlex.split(command)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started = subprocess.Popen(words, cwd=self.folder, env=self.environment, **quiet)
        self.server.append(started)
        deadline = time.monotonic() + SECONDS_TO_START
        while not is_open(PORT):
            assert started.poll() is None, command
            assert time.monotonic() < deadline, command
            time.sleep(0.1)

    def follow(self, block: Block) -> None:
        """Do what a block of the tutorial says, or find it to be so."""
        if block.language == "console":
            for command in command_lines(block):
                self.run(command)
        elif block.language == "diff":
            done = self.shell("git apply -", stdin=block.content)
            assert done.returncode == 0, done.stderr
        elif block.title:
            assert (self.folder / block.title).read_text() == block.content
        elif block.language == "http":
            for line in block.content.splitlines():
                random = r"\\\{(\d+)\\ random\\ characters\\\}"
                expected = re.sub(random, r"[\\w.-]{\1}", re.escape(line))
                assert re.search(f"^{expected}\r?$", self.output, re.MULTILINE), line
            self.output = ""


def is_open(port: int) -> bool:
    """Return whether somebody listens."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """Return a clean clone of this repository."""
    folder = tmp_path / "upstream"
    command = ["git", "clone", "--quiet", "--no-local", ROOT, folder]
    subprocess.run(command, check=True)
    return folder


@pytest.fixture
def terminal(
    work: Path, environment: dict[str, str], upstream: Path, tmp_path: Path
) -> Iterator[Terminal]:
    """Return a terminal without a virtual environment, in which uv, git and curl are installed."""
    if shutil.which("curl") is None or is_open(PORT):
        pytest.skip(f"needs curl, and port {PORT}")
    home = Path(environment["HOME"])
    with (home / ".gitconfig").open("a") as settings:
        settings.write(f'[url "{upstream.as_uri()}"]\n  insteadOf = {ADDRESS}\n')
    programs = home / "bin"
    programs.mkdir()
    uv = shutil.which("uv") or Path(sys.executable).with_name("uv")
    (programs / "uv").symlink_to(uv)
    own = Path(sys.executable).parent.as_posix()
    path = [part for part in environment["PATH"].split(":") if part != own]
    hidden = (
        *("VIRTUAL_ENV", "PYTHONPATH", "UV_PYTHON"),
        *("APP_LOGIN_PASSWORD", "TEST_DATABASE_URL", "TEST_REDIS_URL"),
    )
    clean = {name: value for name, value in environment.items() if name not in hidden}
    for name in ("UV_CACHE_DIR", "UV_TOOL_DIR", "UV_TOOL_BIN_DIR", "XDG_DATA_HOME"):
        clean[name] = str(programs if name == "UV_TOOL_BIN_DIR" else home / name.lower())
    found = Terminal(work, clean | {"PATH": ":".join([str(programs), *path])})
    yield found
    for server in found.server:
        server.terminate()
        server.wait()


def test_the_tutorial_and_an_update_work_as_they_stand(terminal: Terminal, upstream: Path) -> None:
    for block in blocks(TUTORIAL, "console", "diff", "http", "python"):
        terminal.follow(block)
    assert "200 passed" in terminal.output or " passed" in terminal.run("uv run pytest")
    assert terminal.run("git status --short") == ""

    module = upstream / "template" / "app" / "http" / "caching.py"
    module.write_text(module.read_text().replace('"""', '"""Newer: ', 1))
    publish = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qam", "N"]
    subprocess.run(publish, cwd=upstream, check=True)

    check, show, update = command_lines(blocks(UPDATE, "console")[0])
    terminal.run(check, status=5)
    assert '+"""Newer: ' in terminal.run(show)
    terminal.run(update)
    assert terminal.run("git diff --name-only").split() == [
        ".copier-answers.yml",
        ".github/workflows/ci.yml",  # which version of the command checks the project
        ".pre-commit-config.yaml",
        "app/http/caching.py",
    ]
    assert " passed" in terminal.run("uv run pytest")
    queries = (terminal.folder / "app" / "resources" / "books.py").read_text()
    assert "BookRow.title.icontains(q, autoescape=True)" in queries
