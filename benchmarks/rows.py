"""How fast generated endpoints over rows answer, beside the same by hand, and beside fastcrud.

List, read and create on a PostgreSQL, whose empty database `TEST_DATABASE_URL` names. Each side has
tables of its own and a server of its own, and is asked in turns, as in `benchmarks/answers.py`; and
half a million rows are exported. fastcrud is compared where it is installed: `pip install fastcrud
greenlet`. Run it with `python3 tasks.py bench rows [ROWS]`.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, make_url, text

from benchmarks.answers import (
    HERE,
    LIMIT,
    Client,
    Server,
    compare_clients,
    middle,
    ratio_of,
    served,
)
from benchmarks.streams import Outcome, stream
from scaffold.catalogue.patterns import load
from scaffold.spec.resources import expanded
from scaffold.template.renderer import render

EXPORTED = 500_000
SEED = 1_000_000
"""The first id, so that all that come have as many digits and all answers are as long."""

STOCK = 200
"""The rows that there are before anything is created."""

MEMORY_LIMIT = 64
"""MiB above what the idle server has."""

SPEED_LIMIT = 100_000
"""Exported rows for a second of the server's processor time."""

RESOURCE = {
    "path": "/products",
    "model": "Product",
    "fields": {"name": "str(max_length=100)", "price": "decimal"},
}
LINES = {
    "name": "export_lines",
    "method": "GET",
    "path": "/products/lines",
    "data": "products",
    "response": {"pattern": "jsonl-stream", "model": "Product"},
}
BODY = b'{"name":"a product","price":"9.99"}'
REQUESTS = {
    "list": "GET /products?page=2&per_page=20",
    "read": f"GET /products/{SEED}",
    "create": "POST /products",
}
FASTCRUD = REQUESTS | {"list": "GET /products?page=2&items_per_page=20"}
TABLE = """
CREATE TABLE products (
    id bigserial PRIMARY KEY, version bigint NOT NULL, name varchar NOT NULL, price numeric NOT NULL
)
"""
ROWS = """
INSERT INTO products (id, version, name, price)
SELECT number, 1, 'a product', 9.99 FROM generate_series(:first, :last) AS number
"""
BY_ROWS = "CSV, by rows"
# How a table is often exported: rows of one cursor in one session, until the last one has left.
ONE_CURSOR = """
from collections.abc import Iterable

from app.http.csv_rows import CSVStreamingResponse, csv_batches
from app.http.database import new_session
from app.main import create_app
from app.models.product import Product
from app.resources.products import ProductRow
from sqlalchemy import select

app = create_app()


@app.get("/export", response_class=CSVStreamingResponse)
def export() -> Iterable[str]:
    with new_session() as session:
        rows = session.scalars(select(ProductRow).execution_options(yield_per=1_000))
        yield from csv_batches((row.to_model() for row in rows), model=Product)
"""


@contextmanager
def database(server: str, name: str, rows: int) -> Iterator[str]:
    """Yield the URL of a database with so many products."""
    url = make_url(server)
    outside = create_engine(url, isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    inside = create_engine(url.set(database=name))
    try:
        with inside.begin() as connection:
            connection.execute(text(TABLE))
            connection.execute(text(ROWS), {"first": SEED, "last": SEED + rows - 1})
            connection.execute(text(f"SELECT setval('products_id_seq', {SEED + rows})"))
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        inside.dispose()
        with outside.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        outside.dispose()


def message(request: str, *lines: str, body: bytes = b"") -> bytes:
    """Return a request as it goes over the wire, with the good body where it is a POST."""
    sent = body or (BODY if request.startswith("POST") else b"")
    written = [f"{request} HTTP/1.1", "Host: localhost", *lines]
    if sent:
        written += ["Content-Type: application/json", f"Content-Length: {len(sent)}"]
    return "\r\n".join([*written, "", ""]).encode() + sent


ALIKE = {
    "a page": message("GET /products?page=2&per_page=20"),
    "the first page": message("GET /products?name=a%20b&per_page=3"),
    "a page behind the last": message("GET /products?page=90"),
    "no page": message("GET /products?page=0"),
    "a product": message(f"GET /products/{SEED}"),
    "a changed product": message(f"GET /products/{SEED}", 'If-None-Match: "0"'),
    "an unchanged product": message(f"GET /products/{SEED}", 'If-None-Match: "0", W/"1"'),
    "no product": message("GET /products/1"),
    "no id": message(f"GET /products/{2**63}"),
    "a new product": message("POST /products"),
    "an invalid product": message("POST /products", body=b'{"name": 1}'),
    "no JSON": message("POST /products", body=b"{"),
    "a body that is too large": message("POST /products", body=b"1" * (2**20 + 1)),
}
"""Requests that both sides have to answer alike, or the comparison would not be fair."""


def differing(servers: Sequence[Server]) -> Iterator[str]:
    """Yield what two servers answer otherwise, with both answers."""
    for name, asked in ALIKE.items():
        answers = []
        for server in servers:
            client = Client(server, asked)
            client.close()
            head, _, body = client.answer.partition(b"\r\n\r\n")
            lines = [line for line in head.split(b"\r\n") if not line.startswith(b"date: ")]
            answers.append((sorted(lines), body))
        if answers[0] != answers[1]:
            yield f"{name}: {answers[0]} {answers[1]}"


def generate(folder: Path, *operations: str) -> None:
    """Generate a project with some operations, and put what it is compared with beside it."""
    given: dict[str, Any] = {
        "resources": [{**RESOURCE, "operations": [*operations]}],
        "endpoints": [LINES] if "export" in operations else [],
        "application": [],
    }
    render(folder, {"project_name": "service", **expanded(given, (), load())})
    for name in ("handwritten_rows.py", "fastcrud_rows.py"):
        shutil.copy(HERE / name, folder)
    (folder / "one_cursor.py").write_text(ONE_CURSOR, encoding="utf-8")


def compare_all(folder: Path, server: str) -> list[str]:
    """Print how many requests a second each side answers; return what is too slow."""
    sides = ["app.main:app", "handwritten_rows:app"]
    sides += ["fastcrud_rows:app"] if find_spec("fastcrud") else []
    table = Table("operation", "beside", "generated /s", "other /s", "µs each", "µs each", "ratio")
    slow = []
    with ExitStack() as opened:
        servers = []
        for number, application in enumerate(sides):
            url = opened.enter_context(database(server, f"bench_{os.getpid()}_{number}", STOCK))
            servers.append(opened.enter_context(served(folder, application, APP_DATABASE_URL=url)))
        if found := list(differing(servers[:2])):
            raise SystemExit("error: not alike: " + "\n".join(found))
        for operation, request in REQUESTS.items():
            for other, other_server in zip(sides[1:], servers[1:], strict=True):
                is_fastcrud = other.startswith("fastcrud")
                asked = FASTCRUD[operation] if is_fastcrud else request
                clients = (
                    Client(servers[0], message(request)),
                    Client(other_server, message(asked)),
                )
                for client in clients:
                    if not client.answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
                        raise SystemExit(f"error: {operation}: {client.answer!r}")
                compare_clients(*clients)
                ratio = ratio_of(*clients)
                rates = (f"{1 / middle(one.elapsed):,.0f}" for one in clients)
                times = (f"{middle(one.used or [0]) * 1e6:,.0f}" for one in clients)
                beside = "fastcrud" if is_fastcrud else "by hand"
                table.add_row(operation, beside, *rates, *times, f"{ratio:.2f}")
                slow += [operation] if ratio < LIMIT and not is_fastcrud else []
    Console(width=100).print(table)
    return slow


def compare_exports(folder: Path, server: str, rows: int) -> list[str]:
    """Print how fast a table is exported, and in how much memory; return what is not right."""
    table = Table("export", "rows", "seconds", "rows /s", "of processor", "MiB above idle")
    exports = {
        "CSV": ("app.main:app", "/products/export"),
        "JSON Lines": ("app.main:app", "/products/lines"),
        BY_ROWS: ("one_cursor:app", "/export"),
    }
    missed = []
    with database(server, f"bench_{os.getpid()}", rows) as url:
        for name, (application, path) in exports.items():
            with served(folder, application, APP_DATABASE_URL=url) as one:
                outcome: Outcome = stream(one, path, rows, b"a product")
            busy = f"{outcome.busy_rate:,.0f}" if outcome.busy_rate else "unknown"
            rates = (f"{outcome.seconds:.1f}", f"{outcome.rate:,.0f}", busy)
            table.add_row(name, f"{rows:,}", *rates, f"{outcome.mebibytes or 0:.1f}")
            is_right = name == BY_ROWS or (outcome.busy_rate or outcome.rate) >= SPEED_LIMIT
            missed += [name] if not is_right or (outcome.mebibytes or 0) >= MEMORY_LIMIT else []
    Console(width=100).print(table)
    return missed


def main(arguments: Sequence[str]) -> int:
    """Print the tables; the exit status says whether all is within the limits."""
    server = os.environ.get("TEST_DATABASE_URL")
    if server is None:
        raise SystemExit("error: TEST_DATABASE_URL names no PostgreSQL")
    rows = int(arguments[0]) if arguments else EXPORTED
    with tempfile.TemporaryDirectory() as parent:
        folder, exports = Path(parent) / "service", Path(parent) / "exports"
        generate(folder, *REQUESTS)
        generate(exports, "export")
        missed = [*compare_all(folder, server), *compare_exports(exports, server, rows)]
    if missed:
        print(f"not within the limits: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
