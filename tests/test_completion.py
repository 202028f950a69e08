"""What shells offer, as Typer asks for it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scaffold.cli import completion

PROGRAM = "import sys; sys.argv[0] = 'scaffold'; from scaffold.__main__ import main; main()"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("scaffold ", ["new", "patterns"]),
        ("scaffold new a --preset e", ["empty", "exports"]),
        ("scaffold patterns json-d", ["json-direct"]),
        ("scaffold new a --data auth", ["author_name=", "author_email="]),
        ('scaffold new a "P', ["POST /", "PUT /", "PATCH /"]),
        ('scaffold new a "GET /a json-mod', ["GET /a json-model"]),
        ('scaffold new a --endpoint "GET /a json-model(mo', ["GET /a json-model(model="]),
        ('scaffold new a "GET /a json-model(model=A, fi', ["GET /a json-model(model=A, fields="]),
    ],
)
def test_bash_is_offered(typed: str, offered: list[str], environment: dict[str, str]) -> None:
    before, quote, _ = typed.partition('"')
    cword = len(before.split()) - (not quote and not typed.endswith(" "))
    request = {
        "_SCAFFOLD_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(cword),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment | request,
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in done.stdout.splitlines() if line in offered] == offered
    assert len(done.stdout.splitlines()) == len(offered) or typed == "scaffold "
    assert done.stderr == ""


def test_endpoints_of_the_project_around_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoints = [
        {"name": "get_post", "method": "GET", "path": "/posts/{id}", "response": "json-model"},
        {"name": "home", "method": "GET", "path": "/", "response": "html"},
    ]
    models = [{"name": "Post", "fields": {"id": "int"}}, {"name": "$(x)", "fields": {}}]
    recorded = {"models": models, "endpoints": endpoints}
    (tmp_path / ".copier-answers.yml").write_text(yaml.safe_dump(recorded))
    (tmp_path / "app").mkdir()
    monkeypatch.chdir(tmp_path / "app")
    assert completion.names("get") == [("get_post", "GET /posts/{id}")]
    assert completion.names("P") == [("Post", "a model")]
    assert len(completion.names("")) == 3


def test_where_there_is_no_project_nothing_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert completion.names("") == []
    (tmp_path / ".copier-answers.yml").write_text("endpoints: [1, {")
    assert completion.names("") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_script_for_each_shell(shell: str, environment: dict[str, str]) -> None:
    request = {"_SCAFFOLD_COMPLETE": f"source_{shell}"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment | request,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_SCAFFOLD_COMPLETE" in done.stdout
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=done.stdout, text=True, check=True)
