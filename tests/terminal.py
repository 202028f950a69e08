"""A person at a terminal: types keys at a command and reads the screen that it shows."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "s-tab": "\x1b[Z",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "end": "\x1b[F",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "pagedown": "\x1b[6~",
    "c-c": "\x03",
    "c-d": "\x04",
    "c-u": "\x15",
}
PATIENCE = 60.0
"""How many seconds a screen may take; machines that run many tests at once are slow."""


class Terminal:
    """A command, ours unless another `module` is named, in a pseudo-terminal of a given size."""

    def __init__(
        self,
        *arguments: str,
        cwd: Path,
        env: Mapping[str, str],
        width: int = 80,
        height: int = 24,
        module: str = "scaffold",
    ) -> None:
        """Start the command."""
        self.screen = pyte.Screen(width, height)
        self.stream = pyte.ByteStream(self.screen)
        self.seen = b""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=cwd,
            env={**env, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)

    def text(self) -> str:
        """Return what the screen shows, without spaces at the ends of lines."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def printed(self) -> str:
        """Return everything that was printed, with what steers the terminal."""
        return self.seen.decode(errors="replace").replace("\r\n", "\n")

    def read(self) -> bool:
        """Take in what the command prints next; say whether there may be more."""
        if not select.select([self.master], [], [], 0.05)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:  # how Linux says that nobody has the other end any more
            return False
        self.seen += data
        self.stream.feed(data)
        return bool(data)

    def rest(self) -> None:
        """Read until nothing comes for a while: a screen is drawn from its top."""
        quiet = 0
        while quiet < 4:
            before = len(self.seen)
            self.read()
            quiet = quiet + 1 if len(self.seen) == before else 0

    def wait(self, shown: str | Callable[[str], bool], patience: float = PATIENCE) -> str:
        """Wait until a text is on the screen, and return the screen."""
        deadline = time.monotonic() + patience
        while not (shown(self.text()) if callable(shown) else shown in self.text()):
            goes_on = self.read() and time.monotonic() < deadline
            assert goes_on, f"no {shown!r} in\n{self.text()}"
        return self.text()

    def press(self, *keys: str) -> None:
        """Press keys by name, or type text."""
        for key in keys:
            os.write(self.master, KEYS.get(key, key).encode())
            if key == "escape":
                time.sleep(0.15)  # what follows at once would be part of an escape sequence

    def finish(self) -> int:
        """Read to the end, and return the exit status."""
        deadline = time.monotonic() + PATIENCE
        while self.read():
            assert time.monotonic() < deadline, f"it goes on:\n{self.text()}"
        os.close(self.master)
        return self.process.wait(timeout=PATIENCE)

    def close(self) -> None:
        """Stop the command, if it is still there."""
        self.process.kill()
        self.process.wait()
