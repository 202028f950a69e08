"""A template that a project names may be anybody's: it is rendered, and that is all it can do."""

from pathlib import Path

import pytest

from tests.life.conftest import run
from tests.life.hostile import CONFIG, Marks, everything
from tests.programs import commit, git

pytestmark = pytest.mark.usefixtures("real_renders", "own_cache")

SMALL = {
    "copier.yml": "_subdirectory: template\nendpoints: {type: yaml, default: []}\n",
    "template/{{ _copier_conf.answers_file }}.jinja": (
        "_src_path: {{ _scaffold_src or 'x' }}\n_commit: {{ _scaffold_commit or 'x' }}\n"
        "endpoints: []\nproject_name: service\n"
    ),
    "template/file.txt": "one\n",
}
"""A template that makes what the commands take for a project."""
REPOSITORY = "[core]\n\trepositoryFormatVersion = 0\n\tbare = false\n"


@pytest.fixture
def marks(tmp_path: Path) -> Marks:
    """Return programs that nothing may run."""
    return Marks(tmp_path / "marks")


@pytest.fixture
def outside(tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that no template may touch, beside an empty one to work in."""
    monkeypatch.setenv("HOME", environment["HOME"])
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.yml").write_text("key: s3cret\n")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return folder


def template_of(folder: Path, hostile: dict[str, str]) -> str:
    """Make a template whose second version is a hostile one; return its address."""
    write(folder, SMALL)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "v1")
    write(folder, hostile)
    commit(folder, "v2")
    return f"git+{folder.as_uri()}"


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def project_of(address: str) -> Path:
    """Make a project of the first version of a template."""
    folder = Path("service")
    write(
        folder,
        {
            "file.txt": "one\n",
            ".copier-answers.yml": (
                f"_src_path: {address}\n_commit: v1\nendpoints: []\nproject_name: service\n"
            ),
        },
    )
    return folder.resolve()


def tried(address: str) -> list[tuple[int, str]]:
    """Return what the commands do that render the second version."""
    project = project_of(address)
    options = ["--template", address, "--ref", "v2", "--defaults", "--no-sync"]
    commands: list[list[str]] = [
        ["new", "made", *options],
        ["new", "made", *options, "--dry-run"],
        ["diff", "--project", str(project)],
        ["update", "--project", str(project), "--yes"],
    ]
    done = [run(*command) for command in commands]
    assert not Path("made").exists() or done[0].status == 0
    return [(each.status, each.stdout + each.stderr) for each in done]


@pytest.mark.parametrize("suffix", ["", ".", "\u200c"])
def test_it_writes_nothing_of_gits(
    tmp_path: Path, outside: Path, marks: Marks, suffix: str
) -> None:
    """Else the first commit, or Copier itself, would run what that configures."""
    name = "{{ '.gi' ~ 't" + suffix + "' }}"
    config = CONFIG.format(programs=marks.programs, hooks="hooks", attributes=outside)
    head = {"HEAD": "ref: refs/heads/main\n", "objects/x": "", "refs/x": ""}
    head |= {"config": f"{REPOSITORY}\tfileMode = false\n{config}"}
    head |= {"hooks/pre-commit": f"#!/bin/sh\n{marks.programs}/pre-commit\n"}
    files = {f"template/{name}/{path}": text for path, text in head.items()}
    address = template_of(tmp_path / "template", files)
    for status, said in tried(address):
        assert status in (1, 4), said
        assert "not for generated files" in said
    assert marks.left() == set()


def test_it_is_no_repository_itself(tmp_path: Path, outside: Path, marks: Marks) -> None:
    """What looks like a bare one would be asked by Copier, and configure what that runs."""
    config = CONFIG.format(programs=marks.programs, hooks="hooks", attributes=outside)
    files = {"HEAD": "ref: refs/heads/main\n", "objects/x": "", "refs/heads/x": ""}
    files |= {"config": f"{REPOSITORY}\tworktree = ../template\n{config}"}
    address = template_of(tmp_path / "template", files | {"template/file.txt": "two\n"})
    project = project_of(address)
    done = run("diff", "--project", project)
    assert done.status == 0, done.stderr
    assert "+two" in done.stdout
    assert marks.left() == set()


@pytest.mark.parametrize("preserve", ["true", "false"])
def test_no_link_of_it_leads_out(tmp_path: Path, outside: Path, preserve: str) -> None:
    """Neither to read what stands there, nor to write."""
    hostile = {"copier.yml": f"_preserve_symlinks: {preserve}\n{SMALL['copier.yml']}"}
    template_of(tmp_path / "template", hostile)
    (tmp_path / "template/template/link").symlink_to(outside)
    commit(tmp_path / "template", "v3")
    before = everything(outside)
    address = f"git+{(tmp_path / 'template').as_uri()}"
    done = run("update", "--project", project_of(address), "--yes")
    assert done.status == 1
    assert "holds template/link, a link out of it" in done.stderr
    assert everything(outside) == before


@pytest.mark.parametrize(
    "hostile",
    [
        {"copier.yml": "_external_data: {x: ../../../outside/secret.yml}\n"},
        {"copier.yml": "x: !include ../outside/*.yml\n"},
        {"template/x.jinja": "{% include '../outside/secret.yml' %}"},
        {"template/x.jinja": "{{ ''.__class__.__mro__[1].__subclasses__() }}"},
        {"copier.yml": "_jinja_extensions: [os.path]\n"},
        {"template/{{ '../outside/' }}x": "hostile"},
        {"template/{{ pathjoin('..', '..', 'outside', 'x') }}": "hostile"},
        {"template/{{ _copier_conf.dst_path.parent }}x/y": "hostile"},
    ],
    ids=lambda hostile: next(iter(hostile.values()))[:24],
)
def test_it_reads_and_writes_nothing_else(
    tmp_path: Path, outside: Path, hostile: dict[str, str]
) -> None:
    if "copier.yml" in hostile:
        hostile = {"copier.yml": hostile["copier.yml"] + SMALL["copier.yml"]}
        hostile["template/x.jinja"] = "{{ _external_data.x.key }}{{ x }}"
    address = template_of(tmp_path / "template", hostile)
    before = everything(outside)
    for status, said in tried(address):
        assert status != 0, said
        assert "s3cret" not in said
    assert everything(outside) == before


def test_it_runs_no_tasks(tmp_path: Path, outside: Path, marks: Marks) -> None:
    tasks = f"_tasks: ['{marks.programs}/update']\n_migrations: ['{marks.programs}/update']\n"
    hostile = {"copier.yml": tasks + SMALL["copier.yml"], "template/file.txt": "two\n"}
    tried(template_of(tmp_path / "template", hostile))
    assert marks.left() == set()


def test_its_patterns_may_be_anything(tmp_path: Path, outside: Path) -> None:
    """They are read before an endpoint is added."""
    texts = [f"a: {'[' * 100_000}", "a: &a [*a]", "- 1", "a: 1"]
    for number, text in enumerate(texts):
        files = {"compose/vocabulary.yml": text, "patterns/response/x/pattern.yml": text}
        address = template_of(tmp_path / f"template{number}", files | {"pyproject.toml": ""})
        project = project_of(address)
        replaced = (project / ".copier-answers.yml").read_text().replace("v1", "v2")
        (project / ".copier-answers.yml").write_text(replaced)
        done = run("add", "GET /x plain-text", "--project", project)
        assert done.status == 1
        assert "is not a version of this template" in done.stderr
