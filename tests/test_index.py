"""The index holds what the YAML files hold, and is never older than they are."""

import json
import os
import shutil
from pathlib import Path

import pytest

from scaffold.catalogue.index import NAME, read_documents, read_files, write_index
from scaffold.catalogue.patterns import template_root

PAGE = "patterns/app/cors/page.yml"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder that looks like a checkout."""
    root = tmp_path / "checkout"
    for part in ("compose", "patterns"):
        shutil.copytree(template_root() / part, root / part)
    (root / "pyproject.toml").touch()
    return root


def test_json_holds_all_that_yaml_says(tmp_path: Path) -> None:
    index = tmp_path / NAME
    write_index(template_root(), index)
    assert json.loads(index.read_text("utf-8"))["documents"] == read_files(template_root())


def test_a_wheel_needs_no_yaml(tmp_path: Path) -> None:
    write_index(template_root(), tmp_path / NAME)
    assert read_documents(tmp_path) == read_files(template_root())


def test_a_checkout_keeps_an_index_until_a_file_changes(checkout: Path) -> None:
    files = read_files(checkout)
    assert read_documents(checkout) == files
    kept = checkout / ".cache" / NAME
    written = kept.stat().st_mtime_ns
    assert read_documents(checkout) == files
    assert kept.stat().st_mtime_ns == written
    (checkout / PAGE).write_text("use: Never.", encoding="utf-8")
    assert read_documents(checkout)[PAGE] == {"use": "Never."}
    (checkout / PAGE).unlink()
    assert PAGE not in read_documents(checkout)


@pytest.mark.parametrize("broken", ["", "[", "{}", '{"stamp": {}}'])
def test_a_broken_index_is_made_anew(checkout: Path, broken: str) -> None:
    files = read_documents(checkout)
    (checkout / ".cache" / NAME).write_text(broken, encoding="utf-8")
    assert read_documents(checkout) == files


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_checkout_that_cannot_be_written_to_is_read(checkout: Path) -> None:
    checkout.chmod(0o555)
    assert PAGE in read_documents(checkout)
    checkout.chmod(0o755)


def test_a_cache_that_is_no_folder_is_no_error(checkout: Path) -> None:
    (checkout / ".cache").touch()
    assert PAGE in read_documents(checkout)
