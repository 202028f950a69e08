"""What a release promises: old answers stay valid, and the wheel is what the commit holds."""

import json
import shutil
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from packaging.version import Version

from scaffold.life.operations import carry_out
from scaffold.life.updates import plan_update
from scaffold.project.files import Tree, read_tree
from scaffold.project.sources import Direct, WithCopier
from scaffold.project.state import ANSWERS_FILE, project_of, read_project
from scaffold.spec.answers import CHOICE_ANSWERS
from scaffold.spec.check import check, discouraged
from scaffold.system.yaml_files import read_yaml
from scaffold.template.origin import Origin, version
from tests.conftest import ROOT
from tests.programs import commit, copier, git
from tests.terminal import Terminal
from tools import release
from tools.address import declared
from tools.template_copy import copy_template
from tools.validity import checks, stricter

pytestmark = pytest.mark.apart

BUILD_FILES = (
    *("LICENSE", "README.md", "commit.txt", "hatch_build.py", "pyproject.toml"),
    *(".gitattributes", ".gitignore"),
)
GOLDEN = ROOT / "tests" / "golden"
KEPT = sorted(GOLDEN.glob("*/*.yml"))
NOW = Origin(declared(), "now")


def golden_id(path: Path) -> str:
    """Return how a kept answers file is called in reports."""
    return f"{path.parent.name}-{path.stem}"


@pytest.fixture(scope="session")
def now() -> Direct:
    """Return the template as it is."""
    return Direct(ROOT, NOW)


@pytest.mark.parametrize("path", KEPT, ids=golden_id)
def test_what_a_release_has_recorded_is_still_valid(path: Path, now: Direct) -> None:
    project = project_of(ROOT, path.read_bytes())
    assert project.origin.commit == f"v{path.parent.name}"
    check(project.answers, new=False)
    # The tour of these releases had pages of a single object.
    is_told = path.stem == "discouraged-since" or golden_id(path) in ("0.1.0-tour", "0.2.0-tour")
    assert (list(discouraged(project.answers)) != []) == is_told
    rendered = yaml.safe_load(now.render(project.answers)[ANSWERS_FILE].content)
    for name in project.answers.keys() - CHOICE_ANSWERS.keys():
        value = project.answers[name]
        assert rendered[name] == value, f"{name} has fallen back to a default"


NEWEST = max((path.parent.name for path in KEPT), key=Version)


@pytest.mark.parametrize(
    "path",
    [
        path
        if path.parent.name == NEWEST and path.stem == "web"
        else pytest.param(path, marks=pytest.mark.full)
        for path in KEPT
    ],
    ids=golden_id,
)
def test_a_project_of_a_release_is_updated(path: Path, now: Direct, tmp_path: Path) -> None:
    """From the template of its version, with edits that have to stay.

    In the default run one of the newest release; what is discouraged since the first is updated
    below.
    """
    released = release_commit(path.parent.name)
    if released is None:
        pytest.skip(f"the commit that released {path.parent.name} is not in this clone")
    template = tmp_path / "template"
    unpack(released, template)
    project = project_of(tmp_path / "project", path.read_bytes())
    old = WithCopier(template, project.origin)
    write(project.folder, old.render(project.answers))
    # Once there are endpoints, the choices that led to them are not recorded any more.
    given = {name: project.answers[name] for name in project.answers.keys() - CHOICE_ANSWERS.keys()}
    assert read_project(project.folder).answers == given
    edited = project.folder / "README.md"
    edited.write_text("Mine.\n\n" + edited.read_text())

    plan = plan_update(project, old, now)

    assert plan.conflicts == []
    carry_out(plan, force=True)
    updated = read_tree(project.folder)
    assert updated["README.md"].content.startswith(b"Mine.\n\n")
    fresh = now.render(project.answers)
    assert updated | {"README.md": fresh["README.md"]} == fresh


@pytest.fixture(scope="module")
def plainly_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project that plain Copier has made from 0.1.0, of what is discouraged since."""
    released = release_commit("0.1.0")
    if released is None:
        pytest.skip("the commit that released 0.1.0 is not in this clone")
    folder = tmp_path_factory.mktemp("plain")
    template = folder / "template"
    unpack(released, folder / "released")
    for tag, files in (("v0.1.0", folder / "released"), ("v9.9.9", ROOT)):
        shutil.rmtree(template / "patterns", ignore_errors=True)
        for part in ("compose", "patterns", "template"):
            ignored = shutil.ignore_patterns("__pycache__", "example")
            shutil.copytree(files / part, template / part, dirs_exist_ok=True, ignore=ignored)
        shutil.copy(files / "copier.yml", template)
        if tag == "v0.1.0":
            git(template, "init", "-q", "-b", "main")
        commit(template, tag)
    data = folder / "data.yml"
    recorded = read_yaml(GOLDEN / "0.1.0" / "discouraged-since.yml")
    answers = {name: value for name, value in recorded.items() if not name.startswith("_")}
    data.write_text(yaml.safe_dump(answers), encoding="utf-8")
    url = f"git+file://{template}"
    options = ("--defaults", "--vcs-ref", "v0.1.0", "--data-file", data)
    ran = copier("copy", *options, url, folder / "golden")
    assert ran.returncode == 0, ran.stderr
    git(folder / "golden", "init", "-q", "-b", "main")
    commit(folder / "golden")
    return folder / "golden"


@pytest.mark.xdist_group("made by plain Copier")
@pytest.mark.parametrize(
    "options",
    [
        ["--defaults"],
        *(
            pytest.param(it, marks=pytest.mark.full)
            for it in (["--skip-answered", "--defaults"], [])
        ),
    ],
    ids=" ".join,
)
def test_plain_copier_keeps_what_a_release_accepted(
    options: list[str], plainly_made: Path, work: Path, environment: dict[str, str]
) -> None:
    """By each form of update; what is discouraged since is told at its end, and in the README."""
    project = work / "golden"
    shutil.copytree(plainly_made, project, symlinks=True)
    before = read_project(project)
    terminal = Terminal(
        "update", *options, cwd=project, env=environment, module="copier", width=250
    )
    for question in () if options else ("called", "one line", "writes it", "oldest Python"):
        terminal.wait(question)
        terminal.press("enter")
    assert terminal.finish() == 0, terminal.text()
    after = read_project(project)
    assert (after.answers, after.origin.commit) == (before.answers, "v9.9.9")
    assert (project / "app/endpoints/show_page.py").is_file()
    told = list(discouraged(after.answers))
    readme = (project / "README.md").read_text(encoding="utf-8")
    for mistake in told:
        sentence = f"{mistake.reason}; {mistake.suggestion}"
        assert f"does what should not be done: {sentence} (scaffold edit " in terminal.printed()
        assert sentence in readme
    assert len(told) == 9
    assert git(project, "diff", "--check") == ""
    assert git(project, "diff", "--name-only", "--diff-filter=D") == ""
    assert "toolkit_tests: true" in (project / ".copier-answers.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", sorted({path.parent.name for path in KEPT}))
def test_what_a_release_accepted_is_not_refused(number: str) -> None:
    """Unless the change has a reason; what only should not be done is discouraged instead."""
    then = json.loads((GOLDEN / number / "checks.json").read_text(encoding="utf-8"))
    reasons = read_yaml(GOLDEN / "stricter.yml")
    assert [line for line in stricter(then, checks(ROOT)) if line not in reasons] == []
    released = release_commit(number)
    if released is not None and not (ROOT / ".git" / "shallow").exists():
        assert then == checks_of(released)


def checks_of(commit: str) -> dict[str, list[str]]:
    """Return what the template of a commit accepts and refuses."""
    with TemporaryDirectory() as scratch:
        unpack(commit, Path(scratch, "template"))
        return checks(Path(scratch, "template"))


def test_every_reason_is_still_needed() -> None:
    now = checks(ROOT)
    needed = {
        line
        for path in GOLDEN.glob("*/checks.json")
        for line in stricter(json.loads(path.read_text(encoding="utf-8")), now)
    }
    assert read_yaml(GOLDEN / "stricter.yml").keys() == needed


@pytest.mark.parametrize(
    ("path", "change", "lines"),
    [
        (
            "patterns/header/vary/pattern.yml",
            ("'^\\[\\]$'", "'^\\['"),
            ['vary: when {"field_names": {"matches": "^\\\\["}}'],
        ),
        (
            "patterns/header/vary/pattern.yml",
            ("names: [Vary", "names: [varied, Vary"),
            ["vary: the name varied"],
        ),
        (
            "patterns/header/rate-limit/pattern.yml",
            ("maximum: 1000000", "maximum: 1000"),
            ["rate-limit.quota: maximum 1000"],
        ),
        (
            "patterns/cookie/cookie-set/pattern.yml",
            ("choices: [lax, strict, none]", "choices: [lax, strict]"),
            ["cookie-set.samesite: none"],
        ),
        ("compose/vocabulary.yml", ("keywords: [", "keywords: [maybe, "), ["vocabulary: maybe,"]),
        (
            "compose/vocabulary.yml",
            ("\nmessages:\n", "\nmessages:\n  x: y\n"),
            ["vocabulary: the check"],
        ),
        ("copier.yml", ("[MIT, Apache-2.0, Prop", "[MIT, Prop"), ["answer license: Apache-2.0"]),
    ],
)
def test_a_stricter_check_is_noticed(
    path: str, change: tuple[str, str], lines: list[str], tmp_path: Path
) -> None:
    template = copy_template(tmp_path / "template")
    text = (template / path).read_text(encoding="utf-8")
    assert change[0] in text
    (template / path).write_text(text.replace(*change, 1), encoding="utf-8")
    found = list(stricter(checks(ROOT), checks(template)))
    assert len(found) == len(lines)
    assert all(line.startswith(begin) for line, begin in zip(found, lines, strict=True)), found


def release_commit(number: str) -> str | None:
    """Return the commit that changed the version to this one, if the clone has it."""
    log = git(ROOT, "log", "--format=%H", f'-Sversion = "{number}"', "--", "pyproject.toml")
    return next(
        (found for found in log.split() if release.version_at(found) == number),
        None,
    )


def unpack(found: str, folder: Path) -> None:
    """Put the files of a commit into a new folder."""
    archive = folder.parent / "commit.zip"
    git(ROOT, "archive", "--format=zip", f"--output={archive}", found)
    shutil.unpack_archive(archive, folder)


def write(folder: Path, files: Tree) -> None:
    """Write a project."""
    for path, file in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(file.content)
        (folder / path).chmod(0o755 if file.executable else 0o644)


def test_every_release_has_its_answers() -> None:
    """Each version that the changelog has a section for, except the one that comes next."""
    released = {
        line.split("]")[0].removeprefix("## [")
        for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("## [") and "Unreleased" not in line
    }
    assert {path.parent.name for path in KEPT} == released
    assert all(str(Version(number)) == number for number in released)


def test_between_releases_the_version_is_that_of_none() -> None:
    """What is built there would claim to be the release before."""
    found = release.version_at("HEAD")
    if found is not None and ".dev" not in found:
        assert release.version_at("HEAD~1") != found
        assert version() != found or not git(ROOT, "status", "--porcelain")


@pytest.mark.full
def test_the_answers_of_this_version_can_be_kept(tmp_path: Path, now: Direct) -> None:
    """And they would pass the test above."""
    written = release.write_golden(tmp_path / "9.9.9", "9.9.9")
    *answers, kept_checks = written
    names = ["api", "empty", "exports", "store", "tour", "web", "defaults"]
    assert [path.stem for path in answers] == names
    assert json.loads(kept_checks.read_text(encoding="utf-8")) == checks(ROOT)
    for path in answers:
        test_what_a_release_has_recorded_is_still_valid(path, now)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository of this project with a release, ready to be checked."""
    folder = copy_template(tmp_path / "repository")
    for name in ("presets", "src"):
        ignored = shutil.ignore_patterns("__pycache__", ".*_cache")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in BUILD_FILES:
        shutil.copy(ROOT / name, folder)
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n")
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    return folder


def make_release(folder: Path, number: str, before: str | None = None) -> None:
    """Do what CONTRIBUTING.md says, but for the commit."""
    pyproject = folder / "pyproject.toml"
    known = before or version()
    text = pyproject.read_text().replace(f'version = "{known}"', f'version = "{number}"')
    pyproject.write_text(text)
    with (folder / "CHANGELOG.md").open("a") as changelog:
        changelog.write(f"\n## [{number}] - 2026-11-21\n")
    golden = folder / "tests" / "golden" / number
    golden.mkdir(parents=True)
    (golden / "empty.yml").write_text("endpoints: []\n")


def test_a_release_is_complete(repository: Path) -> None:
    make_release(repository, "1.2.3")
    commit(repository)
    assert release.check_release(repository) == "1.2.3"


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("version", "the commit does not change the version in pyproject.toml"),
        ("number", "1.3.0.dev0 is what comes between releases"),
        ("commit", "there are changes that are not committed"),
        ("changelog", r"CHANGELOG.md has no section \[1.2.3\] with a date"),
        ("golden", "tests/golden/1.2.3 is missing"),
    ],
)
def test_what_is_missing_is_named(repository: Path, missing: str, reason: str) -> None:
    make_release(repository, "1.2.3")
    if missing == "version":
        git(repository, "checkout", "-q", "pyproject.toml")
    elif missing == "number":
        commit(repository)
        make_release(repository, "1.3.0.dev0", "1.2.3")
    elif missing == "changelog":
        git(repository, "checkout", "-q", "CHANGELOG.md")
    elif missing == "golden":
        shutil.rmtree(repository / "tests")
    commit(repository)
    if missing == "commit":
        (repository / "more.txt").write_text("more\n")
    with pytest.raises(release.NoRelease, match=reason):
        release.check_release(repository)


def test_the_wheel_is_what_the_commit_holds(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else lies around; and the check can fail."""
    (repository / "template" / "left-over.txt").write_text("not committed\n")
    wheel = release.build("HEAD", tmp_path / "dist", repository)
    release.check_wheel(wheel, repository)
    monkeypatch.setattr(release, "LARGEST", 1000)
    with pytest.raises(release.NoRelease, match=r" has [\d,]+ bytes, and may have 1,000$"):
        release.check_wheel(wheel, repository)
    with zipfile.ZipFile(wheel) as opened:
        noted = opened.read("scaffold/_template/commit.txt").decode()
    assert noted == git(repository, "rev-parse", "HEAD")
    (repository / "template" / "app" / "settings.py").write_text("changed = True\n")
    (repository / "copier.yml").unlink()
    commit(repository)
    assert sorted(release.differences(wheel, "HEAD", repository)) == [
        "scaffold/_template/copier.yml is not in the commit",
        "scaffold/_template/template/app/settings.py is another one in the commit",
        "scaffold/_template/template/left-over.txt is missing in the wheel",
    ]
