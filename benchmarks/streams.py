"""How fast generated streams send a million rows, and in how much memory.

CSV is compared with the way that tutorials show: a generator that yields one row at a time. Run it
with `python3 tasks.py bench streams`. Memory is measured on Linux only.
"""

import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.answers import Server, served
from scaffold.template.renderer import render

ROWS = 1_000_000
SLOW_ROWS = 20_000
"""Of the generator that yields row by row, which would take minutes for a million."""

MEMORY_LIMIT = 64
"""MiB above what the idle server has."""

SPEED_LIMIT = 50
LINES_LIMIT = 300_000
"""Rows of JSON Lines for a second of the server's processor time."""

ENDPOINTS = [
    {
        "name": "export_posts",
        "method": "GET",
        "path": "/csv",
        "response": {"pattern": "csv-stream", "columns": ["id", "title", "view_count"]},
    },
    {
        "name": "stream_posts",
        "method": "GET",
        "path": "/jsonl",
        "response": {
            "pattern": "jsonl-stream",
            "fields": {"id": "int", "title": "str", "view_count": "int"},
        },
    },
]
# What an owner replaces: the rows of the example.
OWN_ROWS = [
    (
        "export_posts.py",
        '    yield ("=1+1", "example", "example")\n',
        f'    for number in range({ROWS}):\n        yield (number, "example", number)\n',
    ),
    ("stream_posts.py", "range(2)", f"range({ROWS})"),
]
ROW_BY_ROW = f"""
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()

@app.get("/csv")
def export():
    def generate():
        yield "id,title,view_count\\n"
        for number in range({SLOW_ROWS}):
            yield f"{{number}},example,{{number}}\\n"

    headers = {{"Content-Disposition": 'attachment; filename="posts.csv"'}}
    return StreamingResponse(generate(), media_type="text/csv", headers=headers)
"""


@dataclass(frozen=True)
class Outcome:
    """How long a stream took, and how much memory its server had at most above being idle.

    Other programs on the machine hardly disturb the processor time of the server.
    """

    rows: int
    seconds: float
    processor: float | None
    mebibytes: float | None

    @property
    def rate(self) -> float:
        """Return the rows per second."""
        return self.rows / self.seconds

    @property
    def busy_rate(self) -> float | None:
        """Return the rows for a second of processor time, where the system tells."""
        return self.rows / self.processor if self.processor else None


def generate(folder: Path) -> None:
    """Generate the project, give it its rows, and put the slow application beside it."""
    render(folder, {"project_name": "service", "application": [], "endpoints": ENDPOINTS})
    for name, example, own in OWN_ROWS:
        stub = folder / "app" / "endpoints" / name
        source = stub.read_text(encoding="utf-8")
        if example not in source:
            raise SystemExit(f"error: {name} does not hold {example!r}")
        stub.write_text(source.replace(example, own), encoding="utf-8")
    (folder / "row_by_row.py").write_text(ROW_BY_ROW, encoding="utf-8")


def memory(server: Server, field: str) -> float | None:
    """Return a field of the process's memory in MiB: `VmRSS` is now, `VmHWM` the highest."""
    try:
        lines = Path(f"/proc/{server.process}/status").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def stream(server: Server, path: str, rows: int, word: bytes = b"example") -> Outcome:
    """Read a whole stream as fast as it comes, and count its lines, which hold a word."""
    idle, used = memory(server, "VmRSS"), server.seconds()
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    start = time.perf_counter()
    lines = 0
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(request.encode())
        while block := connection.recv(1 << 20):
            lines += block.count(word)
    seconds, after = time.perf_counter() - start, server.seconds()
    if lines < rows:
        raise SystemExit(f"error: {path} sent {lines} rows")
    peak = memory(server, "VmHWM")
    return Outcome(
        rows,
        seconds,
        None if after is None or used is None else after - used,
        None if idle is None or peak is None else peak - idle,
    )


def main() -> int:
    """Print the table; the exit status says whether all is within the limits."""
    table = Table("stream", "rows", "seconds", "rows /s", "of processor", "MiB above idle")
    with tempfile.TemporaryDirectory() as parent, ExitStack() as servers:
        folder = Path(parent) / "service"
        generate(folder)
        slow = stream(servers.enter_context(served(folder, "row_by_row:app")), "/csv", SLOW_ROWS)
        # A server for each, since the highest memory is that of its whole life.
        fast, json_lines = (
            stream(servers.enter_context(served(folder, "app.main:app")), path, ROWS)
            for path in ("/csv", "/jsonl")
        )
    outcomes = {"CSV, row by row": slow, "CSV": fast, "JSON Lines": json_lines}
    for name, one in outcomes.items():
        used = "unknown" if one.mebibytes is None else f"{one.mebibytes:.1f}"
        busy = "unknown" if one.busy_rate is None else f"{one.busy_rate:,.0f}"
        rates = (f"{one.seconds:.1f}", f"{one.rate:,.0f}", busy)
        table.add_row(name, f"{one.rows:,}", *rates, used)
    Console(width=100).print(table)
    print(f"CSV is {fast.rate / slow.rate:.0f} times as fast as row by row")
    frugal = all((one.mebibytes or 0) < MEMORY_LIMIT for one in (fast, json_lines))
    lines_rate = max(json_lines.rate, json_lines.busy_rate or 0)
    quick = fast.rate / slow.rate >= SPEED_LIMIT and lines_rate >= LINES_LIMIT
    return 0 if frugal and quick else 1


if __name__ == "__main__":
    sys.exit(main())
