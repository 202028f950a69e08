"""The public address of this repository stands in one place, and one task changes it everywhere."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scaffold.template.origin import DISTRIBUTION
from tests.conftest import ROOT
from tests.programs import git
from tools.address import change, declared, main, page, texts

ANY = re.compile(rf"https?://(?!pypi\.org/)[^\s\"'()<>]*/{DISTRIBUTION}(?![\w.-]*@)")


def test_no_other_address_is_named() -> None:
    found = {
        (path.relative_to(ROOT).as_posix(), address)
        for path in texts(ROOT)
        if path != Path(__file__)
        for address in ANY.findall(path.read_text(encoding="utf-8", errors="replace"))
    }
    assert {address for _, address in found} == {page(declared())}
    assert {"README.md", "docs/tutorial.md", "pyproject.toml"} <= {name for name, _ in found}


def test_another_address_is_written_everywhere(tmp_path: Path) -> None:
    before = page(declared())
    for path in texts(ROOT):
        if before.encode() in path.read_bytes():
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    changed = change("https://git.example.com/team/scaffold.git", tmp_path)
    assert len(changed) == len(list(texts(tmp_path)))
    assert declared(tmp_path) == "https://git.example.com/team/scaffold.git"
    searched = subprocess.run(["git", "grep", "-q", before], cwd=tmp_path, check=False)
    assert searched.returncode == 1
    assert "git+https://git.example.com/team/scaffold.git" in (tmp_path / "README.md").read_text()


def test_what_is_no_address_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["git@example.com:a/b"]) == 2
    assert capsys.readouterr().err.startswith("error: git@example.com:a/b is no address such as")
