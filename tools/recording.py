"""`docs/recording.svg`, the recording at the top of the README, from a real run.

`python -m tools.recording` runs the commands below in a pseudo-terminal, reads the screen that they
leave, lets Rich draw it, and makes the lines appear one after the other. It needs the network, for
the dependencies of the project that it makes.
"""

import fcntl
import os
import pty
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pyte
from pyte.screens import Char
from rich.console import Console
from rich.style import Style
from rich.text import Text

PICTURE = Path(__file__).parents[1] / "docs" / "recording.svg"
COMMANDS = (
    "scaffold new shop --endpoint 'GET /books/{book_id:int} json-model cookie-set(name=seen)'",
    "cd shop",
    "uv run pytest --quiet --no-header",
    "curl --include localhost:8000/books/1",
    "scaffold add 'GET /orders.csv csv-stream(filename=orders.csv)'",
    "scaffold add \"GET /a json-model cookie-set cache-control(directives='public, max-age=9')\"",
)
SERVER = ["uv", "run", "uvicorn", "app.main:app", "--log-level", "error"]
"""What runs while `curl` does."""

WIDTH, HEIGHT = 96, 80
PROMPT = "\x1b[1;32m$\x1b[0m "
READ_COMMAND, READ_OUTPUT, NEXT_LINE = 0.7, 1.6, 0.05
"""Seconds before an answer, after it, and between its lines."""

COLOURS = {"default": "default", "brown": "yellow"}


@dataclass
class Recorder:
    """A terminal, and when each of its lines appears.

    Attributes:
        screen: what is seen.
        appears: the second at which each line does.
        now: the seconds so far.
    """

    screen: pyte.Screen = field(default_factory=lambda: pyte.Screen(WIDTH, HEIGHT))
    appears: list[float] = field(default_factory=list)
    now: float = 0.3

    def show(self, output: bytes, pause: float) -> None:
        """Show output at once, and then let people read it."""
        pyte.ByteStream(self.screen).feed(output)
        while len(self.appears) < self.screen.cursor.y:
            self.appears.append(self.now)
            self.now += NEXT_LINE
        self.now += pause

    def type(self, command: str) -> None:
        """Show a command, on a line of its own and apart from what was before."""
        apart = "" if not self.appears else "\r\n\r\n" if self.screen.cursor.x else "\r\n"
        self.show(f"{apart}{PROMPT}{command}\r\n".encode(), READ_COMMAND)

    def run(self, command: str, folder: Path) -> None:
        """Show a command, run it, and show what it writes."""
        self.type(command)
        self.show(output_of(command, folder), READ_OUTPUT)

    def lines(self) -> Iterator[Text]:
        """Yield the lines that were written."""
        for row in range(len(self.appears)):
            cells = [self.screen.buffer[row][column] for column in range(WIDTH)]
            line = Text()
            for style, alike in groupby(cells, style_of):
                line.append("".join(cell.data for cell in alike), style)
            line.rstrip()
            yield line

    def picture(self) -> str:
        """Return the recording as SVG."""
        console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"))  # noqa: SIM115
        for line in self.lines():
            console.print(line, no_wrap=True, crop=True)
        drawn = without_fonts(console.export_svg(title="scaffold", unique_id="shown"))
        return drawn.replace("</style>", f"{self.motion()}</style>", 1)

    def motion(self) -> str:
        """Return the styles that let the lines appear, for those who like motion."""
        rules = [
            f'[clip-path="url(#shown-line-{row})"]{{animation-delay:{second:.2f}s}}'
            for row, second in enumerate(self.appears)
        ]
        appear = ".shown-matrix text{animation:appear 1ms both}@keyframes appear{from{opacity:0}}"
        return f"@media (prefers-reduced-motion:no-preference){{{appear}{''.join(rules)}}}"


def style_of(cell: Char) -> Style:
    """Return how Rich writes a cell of the screen."""
    colour = COLOURS.get(cell.fg, cell.fg.replace("bright", "bright_", 1))
    return Style(color=colour, bold=cell.bold, italic=cell.italics, underline=cell.underscore)


def without_fonts(drawn: str) -> str:
    """Return a drawing without the fonts of another site, which a picture may not load."""
    own = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    return own.replace("Fira Code", "ui-monospace, SFMono-Regular, Menlo, Consolas")


def output_of(command: str, folder: Path) -> bytes:
    """Return what a command writes to a terminal."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    process = subprocess.Popen(
        ["bash", "-c", command],
        cwd=folder,
        env=kept | {"TERM": "xterm-256color"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    written = b""
    while True:
        try:
            chunk = os.read(master, 4096)
        except OSError:  # Linux says so when the other end is closed
            break
        if not chunk:
            break
        written += chunk
    os.close(master)
    process.wait()
    return written


def is_served() -> bool:
    """Return whether somebody listens where the service will."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", 8000)) == 0


@contextmanager
def served(folder: Path) -> Iterator[None]:
    """Run the service in a folder while the block runs."""
    server = subprocess.Popen(SERVER, cwd=folder)
    try:
        while server.poll() is None and not is_served():
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def main() -> int:
    """Make the picture anew."""
    for program in ("scaffold", "uv", "curl"):
        if shutil.which(program) is None:
            sys.exit(f"error: {program} is not installed")
    if is_served():
        sys.exit("error: something else listens on port 8000")
    recorder = Recorder()
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        for command in COMMANDS:
            if command.startswith("cd "):
                recorder.type(command)
                here /= command.removeprefix("cd ")
            elif command.startswith("curl "):
                with served(here):
                    recorder.run(command, here)
            else:
                recorder.run(command, here)
    PICTURE.write_text(recorder.picture(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
