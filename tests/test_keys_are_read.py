"""What `pattern.yml` says is read by something, or it would say it to nobody.

The composition and the command are given each file as a mapping that notes which of its keys are
asked for, and everything is composed.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scaffold.catalogue import patterns as catalogue
from scaffold.catalogue.index import read_files
from scaffold.catalogue.patterns import load, template_root
from scaffold.spec.check import check
from scaffold.template.renderer import Template
from tests.generated import matrix


class Noting(dict[str, Any]):
    """A mapping that notes which of its keys are asked for, as `cookie.plain` one level down."""

    def __init__(self, data: Mapping[str, Any], asked: set[str], where: str = "") -> None:
        """Copy a mapping, whose keys are noted behind `where`."""
        cookie = {"cookie": Noting(data["cookie"], asked, "cookie.")} if "cookie" in data else {}
        super().__init__({**data, **cookie})
        self.asked, self.where = asked, where

    def __getitem__(self, key: str) -> Any:
        self.asked.add(self.where + key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(f"{self.where}{key}")
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key, or another one."""
        self.asked.add(self.where + key)
        return super().get(key, default)

    def keys_at_all(self) -> set[str]:
        """Return all keys, as they are noted."""
        below = self["cookie"].keys_at_all() if "cookie" in self else set()
        return {self.where + key for key in self} | below


@pytest.fixture(scope="module")
def patterns(tmp_path_factory: pytest.TempPathFactory) -> list[Noting]:
    """Return every `pattern.yml`, after everything was composed of them."""
    files = read_files(template_root())
    found = [Noting(data, set()) for path, data in files.items() if path.endswith("/pattern.yml")]
    for data in found:
        catalogue._pattern(data)
    endpoints = [*matrix.alone(), *matrix.options(), *matrix.statuses()]
    chosen = {f"{family}_patterns": ids(family) for family in ("response", "header", "cookie")}
    template = Template(template_root())
    by_id = {data["id"]: data for data in found}
    template._fixed = {**template._fixed, "catalogue": found, "patterns": by_id}
    noting = replace(load(), data={**load().data, "patterns": by_id})
    for spec in endpoints:
        check({"endpoints": [spec]}, noting)
    for answers in ({"endpoints": endpoints, "application": matrix.application()}, chosen):
        list(template.files(tmp_path_factory.mktemp("read") / "service", answers))
    return found


def ids(family: str) -> list[str]:
    """Return the ids of a family."""
    return [pattern.id for pattern in load().family(family)]


@pytest.mark.full
def test_every_key_is_read(patterns: list[Noting]) -> None:
    """For the pattern that says it, not only for another one."""
    unread = {data["id"]: sorted(data.keys_at_all() - data.asked) for data in patterns}
    assert {pattern_id: keys for pattern_id, keys in unread.items() if keys} == {}


def test_what_is_not_read_is_found() -> None:
    asked: set[str] = set()
    data = Noting(
        {"id": "a", "acts_on": "answer", "cookie": {"plain": True, "writes": True}}, asked
    )
    assert "id" in data
    assert data["cookie"].get("plain")
    assert data.keys_at_all() - asked == {"acts_on", "cookie.writes"}
