"""Databases for generated projects: SQLite, a PostgreSQL that is named, and one of a test's own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.generated.server import HOST, free_port

NAMED = "TEST_DATABASE_URL"


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database; skip where no PostgreSQL is named."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'rows.db'}"
        return
    if NAMED not in os.environ:
        pytest.skip(f"{NAMED} names no PostgreSQL")
    url = make_url(os.environ[NAMED])
    name = f"test_{uuid4().hex}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL of a test's own, which it stops and starts."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Return the URL of its database."""
        return f"postgresql://postgres@{HOST}:{self.port}/postgres"

    def make(self) -> None:
        """Make its files."""
        self._run("initdb", "-D", "data", "-A", "trust", "-U", "postgres", "--no-sync")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses={HOST} -c fsync=off"
        self._run("pg_ctl", "-D", "data", "-w", "-o", options, "-l", "log", "start")

    def stop(self) -> None:
        """Close the connections of all clients, and stop it."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", "fast", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(programs()[-1] / program), *arguments]
        if os.getuid() == 0:  # it refuses to be run by root
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)


def programs() -> list[Path]:
    """Return the folders of what Debian installs of PostgreSQL, the newest last."""
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Yield a PostgreSQL that was not started yet; skip where none is installed."""
    if not programs():
        pytest.skip("no PostgreSQL is installed")
    with TemporaryDirectory(prefix="postgresql-") as folder:
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        made = Cluster(Path(folder), free_port())
        made.make()
        try:
            yield made
        finally:
            if (made.folder / "data" / "postmaster.pid").exists():
                made.stop()
