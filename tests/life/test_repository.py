"""The clone in the cache: which versions come from it, and what a damaged one becomes."""

import shutil
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from scaffold.addresses import can_be_fetched, git_url, shown_address, without_secrets
from scaffold.errors import ScaffoldError
from scaffold.template.origin import Origin
from scaffold.template.repository import open_repository
from tests.life.conftest import come_from, replace, run
from tests.life.projects import tree
from tests.programs import commit, git

pytestmark = [pytest.mark.apart, pytest.mark.usefixtures("real_checkouts", "own_cache")]


URL = "https://template.invalid/t.git"


@pytest.fixture
def upstream(project: Path, template: Path, tmp_path: Path) -> Path:
    """Return the repository behind `URL`, which is this test's own, and the project's template."""
    folder = tmp_path / "upstream"
    git(tmp_path, "clone", "-q", str(template), str(folder))
    git(tmp_path, "config", "--global", f"url.{folder.as_uri()}.insteadOf", URL)
    replace(project / ".copier-answers.yml", f"git+{template.as_uri()}", URL)
    commit(project)
    return folder


def release(upstream: Path, line: str, *tags: str) -> str:
    """Commit another line in the README of projects; return the commit."""
    replace(upstream / "template/README.md.jinja", "## Deploy it\n", f"{line}\n## Deploy it\n")
    commit(upstream)
    for tag in tags:
        git(upstream, "tag", "--force", tag)
    return git(upstream, "rev-parse", "HEAD")


def test_a_branch_is_taken_as_it_is_now(project: Path, upstream: Path) -> None:
    release(upstream, "One.")
    assert "+One." in run("diff", "--to", "main").stdout
    release(upstream, "Two.")
    assert "+Two." in run("diff", "--to", "main").stdout
    assert run("update", "--to", "main", "--yes").status == 0
    release(upstream, "Three.")
    done = run("update", "--to", "main", "--yes")
    assert done.status == 0
    assert "Three." in (project / "README.md").read_text()


def test_a_branch_that_is_called_like_a_short_hash_is_one(project: Path, upstream: Path) -> None:
    """What it names changes, so the cache does not know it."""
    git(upstream, "branch", "0123456")
    assert "+One." not in run("diff", "--to", "0123456").stdout
    release(upstream, "One.")
    git(upstream, "branch", "--force", "0123456", "HEAD")
    assert "+One." in run("diff", "--to", "0123456").stdout


def test_a_hash_and_a_tag_come_from_the_cache(project: Path, upstream: Path) -> None:
    hashed = git(upstream, "rev-parse", "v0.2.0")
    assert run("diff").status == 0
    upstream.rename(upstream.with_name("gone"))
    for ref in ("v0.2.0", hashed, hashed[:10]):
        assert "_commit: v0.2.0" in run("diff", "--to", ref).stdout
    assert "cannot fetch" in run("diff", "--to", "main").stderr


def test_a_tag_that_moved_is_followed_and_told(project: Path, upstream: Path) -> None:
    """As plain git and Copier do; but it may be that somebody else has got hold of it."""
    assert "has moved" not in run("diff").stderr
    release(upstream, "Moved.", "v0.2.0")
    assert "Moved." not in run("diff", "--to", "v0.2.0").stdout  # a tag stays, as long as possible
    done = run("diff")
    assert "+Moved." in done.stdout
    assert "note: the tag v0.2.0 has moved in" in done.stderr
    assert "has moved" not in run("diff").stderr


def test_a_head_without_versions_is_followed(project: Path, upstream: Path, tmp_path: Path) -> None:
    """Also to another branch, and where it is detached."""
    first = git(upstream, "rev-parse", "v0.1.0")
    for tag in ("v0.1.0", "v0.2.0"):
        git(upstream, "tag", "--delete", tag)
    replace(project / ".copier-answers.yml", "_commit: v0.1.0", f"_commit: {first}")
    assert "+One." not in run("diff").stdout
    git(upstream, "checkout", "-q", "-b", "other")
    release(upstream, "One.")
    assert "+One." in run("diff").stdout
    git(upstream, "checkout", "-q", "--detach")
    release(upstream, "Two.")
    assert "+Two." in run("diff").stdout
    assert "+Two." in run("diff", "--to", "HEAD").stdout


def test_a_commit_that_was_raised_by_hand_is_found_out(project: Path, upstream: Path) -> None:
    before = tree(project)
    replace(project / ".copier-answers.yml", "_commit: v0.1.0", "_commit: v0.2.0")
    for state in ("edited", "committed"):
        for command in (["update"], ["add", "GET /x plain-text"], ["remove", "export"]):
            done = run(*command)
            assert done.status == 4
            assert "it changes _commit to v0.2.0" in done.stderr
            assert "then run: scaffold update --to v0.2.0" in done.stderr
        if state == "edited":
            commit(project)
    replace(project / ".copier-answers.yml", "_commit: v0.2.0", "_commit: v0.1.0")
    assert tree(project) == before
    assert run("update", "--yes").status == 0
    commit(project)
    replace(project / "pyproject.toml", "[project]\n", "[project]\n# mine\n")
    assert run("add", "GET /x plain-text").status == 0


def test_a_version_that_the_cache_does_not_have_yet_is_fetched(
    project: Path, upstream: Path
) -> None:
    """That of the project, though the one that is asked for is there."""
    assert run("diff").status == 0
    release(upstream, "One.", "v0.3.0")
    replace(project / ".copier-answers.yml", "_commit: v0.1.0", "_commit: v0.3.0")
    done = run("diff", "--to", "v0.2.0")
    assert "there is no version" not in done.stderr
    replace(project / ".copier-answers.yml", "_commit: v0.3.0", "_commit: v7")
    for command in (["diff", "--to", "v0.2.0"], ["update"], ["add", "GET /x plain-text"]):
        done = run(*command)
        assert done.status == 2
        told = "says that the project was generated with v7 (_commit), and there is no such version"
        assert told in done.stderr
        assert done.stderr.count("error: ") == 1


def test_a_template_that_only_the_project_names_is_not_fetched_to_look(
    project: Path, upstream: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only by commands that cannot do without, and these say where it comes from."""
    listed = run("list")
    assert listed.status == 0
    assert "get_post    unknown" in listed.stdout
    assert f"was not fetched yet, from {URL}; if you trust that" in listed.stderr
    assert not list((tmp_path / "cache").rglob("*.git"))
    told = f"Fetching the template from {URL}, which the project names."
    assert told in run("diff").stderr
    assert "get_post    as generated" in run("list").stdout
    come_from(monkeypatch, Origin(URL.removesuffix(".git"), "v9.9.9"))
    assert told not in run("diff").stderr


def only_clone(cache: Path) -> Path:
    """Return the one clone in a cache."""
    [clone] = cache.glob("*/templates/*.git")
    return clone


def no_head(clone: Path) -> None:
    (clone / "HEAD").unlink()


def stale_locks(clone: Path) -> None:
    (clone / "packed-refs.lock").touch()
    (clone / "refs/heads/main.lock").touch()


def empty_refs(clone: Path) -> None:
    for ref in (clone / "refs").rglob("*"):
        if ref.is_file():
            ref.write_text("")


def no_objects(clone: Path) -> None:
    shutil.rmtree(clone / "objects/pack")
    (clone / "objects/pack").mkdir()


def cut_pack(clone: Path) -> None:
    [pack] = (clone / "objects/pack").glob("*.pack")
    content = pack.read_bytes()
    pack.chmod(0o600)
    pack.write_bytes(content[: len(content) // 2])


def no_configuration(clone: Path) -> None:
    (clone / "config").write_text("[core\n")


def an_empty_folder(clone: Path) -> None:
    shutil.rmtree(clone)
    clone.mkdir()


@pytest.mark.parametrize(
    ("damage", "to"),
    [
        *((no_head, "main"), (cut_pack, "v0.2.0")),
        *(
            pytest.param(damage, to, marks=pytest.mark.full)
            for damage, to in [
                *((stale_locks, "main"), (an_empty_folder, "main")),
                *((empty_refs, "v0.2.0"), (no_objects, "v0.2.0"), (no_configuration, "v0.2.0")),
            ]
        ),
    ],
)
def test_a_damaged_clone_is_fetched_anew(
    project: Path, upstream: Path, tmp_path: Path, damage: Callable[[Path], None], to: str
) -> None:
    """Whether something new is asked for or not."""
    assert run("update", "--check").status == 5
    damage(only_clone(tmp_path / "cache"))
    release(upstream, "One.")
    done = run("diff", "--to", to)
    assert done.status == 0, done.stderr
    assert "_commit: v0.2.0" in done.stdout
    assert not list((tmp_path / "cache").rglob("*.new"))


def test_a_clone_that_is_whole_stays_when_the_network_is_gone(
    project: Path, upstream: Path, tmp_path: Path
) -> None:
    assert run("diff").status == 0
    clone = only_clone(tmp_path / "cache")
    inode = clone.stat().st_ino
    upstream.rename(upstream.with_name("gone"))
    assert run("update", "--check").status == 1
    assert clone.stat().st_ino == inode
    assert run("diff", "--to", "v0.2.0").status == 0


@pytest.mark.parametrize(
    "target",
    ["../outside", *(pytest.param(one, marks=pytest.mark.full) for one in ("/etc", "../../.."))],
)
def test_a_template_with_a_link_out_of_it_is_refused(
    project: Path, upstream: Path, target: str
) -> None:
    """Copier would copy what it leads to, or the command write there."""
    (upstream / ".cache").symlink_to(target)
    commit(upstream, "v0.3.0")
    done = run("diff")
    assert done.status == 1
    assert "holds .cache, a link out of it" in done.stderr


def test_submodules_are_never_fetched(project: Path, upstream: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", str(upstream), str(other))
    allowed = ["-c", "protocol.file.allow=always"]
    git(upstream, *allowed, "submodule", "--quiet", "add", other.as_uri(), "template/sub")
    commit(upstream, "v0.3.0")
    other.rename(tmp_path / "gone")
    assert run("diff").status == 0


REFUSED = [
    *("ext::sh -c x", "ext::sh@h:x", "fd::1", "hg::https://example.com/x"),
    *("--upload-pack=x", "-oProxyCommand=x@h:y", "ssh://-oProxyCommand=x/y", "a@-oProxy:x"),
    *("ssh://a@-oProxyCommand=x/y", "a@host:-x", "ftp://example.com/x", "templates/here"),
    *("https://example.com/\nx", "a b", ""),
]
TAKEN = [
    *("https://example.com/a.git", "http://example.com/a", "ssh://git@example.com/a.git"),
    *("git://example.com/a", "file:///a/b c.git", "git@example.com:a/b.git", "host:a"),
    *("git@[2001:db8::1]:a.git", "HTTPS://example.com/a", "https://u:p@example.com:8080/a@b"),
]


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_that_git_is_not_given(project: Path, url: str) -> None:
    assert not can_be_fetched(url)
    with pytest.raises(ScaffoldError, match="is no git repository here"):
        open_repository(url)


@pytest.mark.parametrize("url", TAKEN)
def test_addresses_that_git_is_given(url: str) -> None:
    assert can_be_fetched(git_url(url))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://u:p@h/x.git", "https://***@h/x.git"),
        ("https://token@h/x", "https://***@h/x"),
        ("git+https://u:p@q@h/x", "git+https://***@h/x"),
        ("ssh://git@h/x", "ssh://git@h/x"),
        ("git+ssh://git:p@h/x", "git+ssh://git:***@h/x"),
        ("https://u:p/q@h/x", "https://***@h/x"),
        ("https://h:8080/a@b", "https://h:8080/a@b"),
        ("https://h/x?token=t", "https://h/x?***"),
        ("git@h:x", "git@h:x"),
    ],
)
def test_addresses_are_shown_without_secrets(address: str, shown: str) -> None:
    assert shown_address(address) == shown
    assert without_secrets(f"fatal: '{shown}' is gone") == f"fatal: '{shown}' is gone"
    assert str(ScaffoldError(f"of {address.partition('?')[0]}")) == f"of {shown.partition('?')[0]}"


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that tells nobody what it serves."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_secret_is_not_kept_in_the_clone(tmp_path: Path, upstream: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(upstream), str(tmp_path / "served.git"))
    git(tmp_path / "served.git", "update-server-info")
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://ana:s3cret@127.0.0.1:{server.server_port}/served.git"
        repository = open_repository(url)
        server.shutdown()
    assert repository.newest() == "v0.2.0"
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not any(b"s3cret" in path.read_bytes() for path in files)
