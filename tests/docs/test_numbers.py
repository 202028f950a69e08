"""What the pages claim in numbers is what was measured last."""

import re
import subprocess
from typing import Any

import pytest

from tests.conftest import ROOT
from tools import numbers

CLAIMS = numbers.load()


@pytest.mark.parametrize("claim", CLAIMS, ids=[claim["name"] for claim in CLAIMS])
def test_a_number_stands_on_its_page(claim: dict[str, Any]) -> None:
    """As it was measured, at a commit that there is, by a command that there is."""
    page = (ROOT / claim["page"]).read_text(encoding="utf-8")
    assert claim["text"].format(numbers.shown(claim["number"])) in " ".join(page.split())
    assert claim["claim"][0].islower()
    module = re.search(r"-m (tools\.\w+)", claim["command"])
    if module:
        assert (ROOT / f"{module[1].replace('.', '/')}.py").is_file()
    else:
        assert claim["command"].split()[2] in (ROOT / "tasks.py").read_text(encoding="utf-8")


def test_what_is_measured_is_written(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the commit; the page that is wrong then is named, and the head of the list stays."""
    copy = tmp_path / "numbers.yml"
    copy.write_bytes(numbers.LIST.read_bytes())
    monkeypatch.setattr(numbers, "LIST", copy)
    numbers.measured("pairs", 3001)
    assert "docs/quality.md says " in capsys.readouterr().out
    [claim] = [one for one in numbers.load() if one["name"] == "pairs"]
    head = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert (claim["number"], claim["commit"].removesuffix("-dirty")) == (3001, head)
    assert copy.read_text(encoding="utf-8").startswith("# What this repository claims")
