"""Jinja without Copier: set up as Copier does, and what it has compiled is kept safely."""

import hashlib
import marshal
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2_ansible_filters.core_filters import FilterModule
from pathspec import GitIgnoreSpec

from scaffold.catalogue.patterns import template_root
from scaffold.system.yaml_files import read_yaml
from scaffold.template import bytecode, renderer
from scaffold.template.jinja import BORROWED, FILTERS, OPTIONS, environment
from scaffold.template.renderer import Template

TEXT = "{% macro twice(it) %}{{ it }}{{ it }}{% endmacro %}{{ twice(word) }}"
VALUES = {
    "extract": [("a", {"a": 1}), (1, [2, 3])],
    "fileglob": [
        (__file__,),
        (str(Path(__file__).parent),),
        (f"{Path(__file__).parent}/test_j*.py",),
    ],
    "from_json": [('{"a": [1, null, "é"]}',), ("2.5",)],
    "from_yaml": [("a: [1, b]",)],
    "regex_findall": [("a1b22", "[0-9]+"), ("a=1 b=2", r"(\w)=(\d)"), ("A\na", "(?im)^a$")],
    "regex_replace": [("a-b_c", "[^a-z]+", "."), (12, "1", "x"), ("a1", r"([a-z])(\d)", r"\2\1")],
    "regex_search": [("a1b22", "[0-9]+"), ("abc", "x"), ("a", "")],
    "to_datetime": [("2026-01-31T12:00:00Z", "%Y-%m-%dT%H:%M:%SZ"), ("1970", "%Y")],
    "to_json": [({"a": ["é", None, 1.5, True]},), ("x",), (None,)],
    "to_nice_yaml": [
        ({"b": [1, {"c": "d"}], "a": "é"},),
        ({"b": [1, {"c": "yes"}, "1.5", "a: b", "# c", "", None, True, 2.5], "a-b": {}, "'": []},),
        *(({key: "a"},) for key in ("", "k" * 99, "k" * 200, "k" * 126 + " #", "a: b", "#")),
        *(([text],) for text in ("a\nb", "a\tb", '"', "\\", "\x7f", "\x85", "\U0001f600")),
        (["x " * 99],),
        ({"a\rb": 1, "\x0c": {}},),
        ({"date": date(2026, 1, 31), "tuple": (1, 2)},),
    ],
    "type_debug": [([],), ("",), (1,), ({},), (None,)],
}


@pytest.fixture(autouse=True)
def cache(own_cache: Path) -> Path:
    """Return the folder in which code is kept."""
    return own_cache / bytecode.FOLDER


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the templates that are compiled from now on."""
    names: list[str] = []
    real = jinja2.Environment.compile

    def noting(self: Any, source: str, name: str | None = None, *rest: Any, **how: Any) -> Any:
        names.append(str(name))
        return real(self, source, name, *rest, **how)

    monkeypatch.setattr(jinja2.Environment, "compile", noting)
    return names


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with one template."""
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "a.jinja").write_text(TEXT)
    return folder


def render(root: Path) -> str:
    """Return what another process, which shares nothing but the cache, renders."""
    return environment.__wrapped__(root).get_template("a.jinja").render(word="ab")


def context_of(template: Template, preset: str) -> Mapping[str, Any]:
    """Return what the render of a preset reads."""
    answers = read_yaml(template_root() / "presets" / f"{preset}.yml")
    return template._answer(Path("service"), {"project_name": "service", **answers})


def forge(path: Path, trace: Path) -> None:
    """Put code that leaves a trace in the place of what is kept."""
    source = f"from pathlib import Path; Path({str(trace)!r}).touch()"
    code = marshal.dumps(compile(source, "forged", "exec"))
    path.write_bytes(hashlib.sha256(code).digest() + code)


def test_it_is_set_up_as_for_copier() -> None:
    said = Template(template_root()).settings["_envops"]
    undefined = OPTIONS["undefined"]
    assert {**OPTIONS, "undefined": f"jinja2.{undefined.__name__}"} == said


@pytest.mark.parametrize("name", [*FILTERS, *BORROWED])
def test_a_filter_is_that_of_copier(name: str, root: Path) -> None:
    theirs: Callable[..., Any] = FilterModule().filters()[name]
    for arguments in VALUES[name]:
        assert environment(root).filters[name](*arguments) == theirs(*arguments)


def test_what_was_compiled_once_is_kept(root: Path, compiled: list[str], cache: Path) -> None:
    assert render(root) == render(root) == "abab"
    assert compiled == ["a.jinja"]
    assert [path.stat().st_mode & 0o777 for path in (cache, *cache.iterdir())] == [0o700, 0o600]


def test_a_text_is_compiled_once_and_kept(root: Path, compiled: list[str]) -> None:
    """By each process, and by the one after it; two texts that begin alike are two."""
    for _ in range(2):
        jinja = environment.__wrapped__(root)
        assert [jinja.from_text(TEXT).render(word=word) for word in ("ab", "c")] == ["abab", "cc"]
        assert jinja.from_text(f"{TEXT}.").render(word="a") == "aa."
        assert jinja.from_text(TEXT) is jinja.from_text(TEXT)
    assert compiled == [TEXT, f"{TEXT}."]


@pytest.mark.parametrize("preset", ["tour", "web", "empty"])
def test_what_is_left_out_is_what_gitignore_would_leave_out(
    preset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is found, and whatever else stands beside it."""
    template, lines = Template(template_root()), list[str]()
    real = GitIgnoreSpec.from_lines
    excluded = template._excluded(context_of(template, preset))
    monkeypatch.setattr(renderer, "_ONE_PATH", re.compile("(?!)"))

    def noting(given: Iterable[str]) -> GitIgnoreSpec:
        lines.extend(given)
        return real(lines)

    monkeypatch.setattr(GitIgnoreSpec, "from_lines", noting)
    plainly = template._excluded(context_of(template, preset))
    named = {line.removeprefix("/") for line in lines if line.strip()}
    assert len(named) > 20
    files = (template_root() / "template").rglob("*")
    around = [f"{it}{end}" for it in named for end in ("", "/x", "x", ".pyc")]
    paths = [
        *(str(it.relative_to(template_root() / "template")) for it in files),
        *around,
        *(f"x/{it}" for it in named),
    ]
    assert {path for path in paths if excluded(path)} == {path for path in paths if plainly(path)}


def test_the_same_file_elsewhere_is_known(root: Path, compiled: list[str]) -> None:
    """A second checkout, or the next wheel, keeps nothing of its own where nothing differs."""
    render(root)
    assert render(root.rename(root.with_name("elsewhere"))) == "abab"
    assert compiled == ["a.jinja"]


def test_what_has_changed_is_compiled_anew(root: Path, compiled: list[str]) -> None:
    render(root)
    changed = root / "a.jinja"
    times = changed.stat()
    changed.write_text(TEXT.replace("{{ it }}{{ it }}", "{{ it }}!{{ it }}"))
    os.utime(changed, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert render(root) == "ab!ab"
    changed.write_text(TEXT)
    assert render(root) == "abab"
    assert len(compiled) == 2


@pytest.mark.parametrize("version", ["jinja2.__version__", "sys.version", "its own code"])
def test_another_version_has_a_file_of_its_own(
    version: str, root: Path, compiled: list[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    render(root)
    with monkeypatch.context() as other:
        if version == "its own code":
            other.setattr("scaffold.template.jinja.own_code", lambda: b"changed")
        else:
            other.setattr(version, "99.0")
        assert render(root) == "abab"
    assert len(compiled) == len(list(cache.iterdir())) == 2
    assert render(root) == "abab"
    assert len(compiled) == 2


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 500])
def test_damage_is_noticed(damage: bytes, root: Path, compiled: list[str], cache: Path) -> None:
    render(root)
    [path] = cache.iterdir()
    content = path.read_bytes()
    path.write_bytes(damage or content[:-1])
    assert render(root) == "abab"
    assert len(compiled) == 2
    assert path.read_bytes() == content


@pytest.mark.parametrize("writable", ["nothing", "file", "folder", "cache"])
def test_what_others_could_have_written_never_runs(
    writable: str, root: Path, cache: Path, tmp_path: Path
) -> None:
    render(root)
    [path] = cache.iterdir()
    forge(path, tmp_path / "run")
    if writable != "nothing":
        opened = {"file": path, "folder": cache, "cache": cache.parent}[writable]
        opened.chmod(opened.stat().st_mode | 0o020)
    try:
        assert render(root) == "abab"
    except KeyError:  # the forged code has no template
        assert writable == "nothing"
    assert (tmp_path / "run").exists() == (writable == "nothing")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
@pytest.mark.parametrize("which", ["file", "folder"])
def test_what_belongs_to_others_never_runs(
    which: str, root: Path, cache: Path, tmp_path: Path
) -> None:
    render(root)
    [path] = cache.iterdir()
    forge(path, tmp_path / "run")
    os.chown({"file": path, "folder": cache}[which], 12345, 12345)
    assert render(root) == "abab"
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("place", ["file", "link to nowhere"])
def test_without_a_place_it_works_without(
    place: str, root: Path, tmp_path: Path, compiled: list[str]
) -> None:
    if place == "file":
        (tmp_path / "cache").write_text("")
    else:
        (tmp_path / "cache").symlink_to(tmp_path / "nowhere" / "below")
    assert render(root) == render(root) == "abab"
    assert len(compiled) == 2


def test_what_is_old_goes_when_something_new_comes(root: Path, cache: Path) -> None:
    render(root)
    [old] = cache.iterdir()
    (cache / "recent").touch()
    os.utime(old, (0, 0))
    (root / "a.jinja").write_text("another")
    render(root)
    assert not old.exists()
    assert {path.name for path in cache.iterdir()} > {"recent"}


def test_many_may_begin_at_once(cache: Path) -> None:
    """All say the same, and no file is left half written."""
    command = [sys.executable, "-m", "scaffold", "explain", "GET /x json-model cookie-set"]
    with ThreadPoolExecutor(4) as pool:
        runs = list(
            pool.map(lambda _: subprocess.run(command, capture_output=True, check=True), range(4))
        )
    assert len({run.stdout for run in runs}) == 1
    assert all(len(path.name) == 64 for path in cache.iterdir())
    for path in cache.iterdir():
        content = path.read_bytes()
        assert hashlib.sha256(content[32:]).digest() == content[:32]
