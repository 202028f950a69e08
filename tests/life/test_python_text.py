"""Whatever ends lines in a module, and however it is encoded, only what is meant changes."""

import ast
from codecs import BOM_UTF8
from pathlib import Path

import pytest
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st

from scaffold.errors import Refused
from scaffold.life.entry_point import Module, applications
from scaffold.life.included import with_endpoints
from scaffold.life.operations import Plan
from scaffold.merge.trees import Change, merge
from scaffold.merge.words import rename_words
from scaffold.project.files import File
from scaffold.project.python_text import PythonText
from scaffold.project.state import CONFLICT, read_project
from tests.life.conftest import run
from tests.life.histories import STUB

BREAKS = ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
"""What `str.splitlines` takes for the end of a line, and Python does not."""

hostile = st.text(st.sampled_from([*BREAKS, "é", "日", "\U0001f600", "\t", " ", "a"]), max_size=4)
lines = st.one_of(
    hostile.map(lambda text: f"# get_post {text}"),
    hostile.map(lambda text: f"x = 'get_post {text}', get_post"),
    hostile.map(lambda text: f'x = """{text}\n  get_post {text}"""; y = get_post()'),
    hostile.map(lambda text: f"x = f'{text}{{get_post}}{{a[\"get_post\"]!r:>{{get_post}}}}'"),
    hostile.map(lambda text: f"def other(a): return a.get_post, get_post  # {text}"),
    st.sampled_from(
        [
            "\x0c",
            "\x0cdef get_post(): pass",
            "x = [\n  get_post,\n\tget_post ]",
            "x = 1 + \\\n get_post",
            "if x:\n\tget_post(get_post=get_post)",
            "@get_post\nclass A(get_post): pass",
            "from app.endpoints.get_post import get_post",
            "async def f(): return [get_post for a in get_post]; x",
        ]
    ),
)
ends = st.sampled_from(["\n", "\r\n", "\r"])
beginnings = st.sampled_from(
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("# coding: utf-8\n", "utf-8"),
        ("#!x\n# coding: gb18030\n", "gb18030"),
    ]
)


@st.composite
def modules(draw: st.DrawFn, *extra: str) -> bytes:
    """Return a module that Python can compile, as a file."""
    beginning, encoding = draw(beginnings)
    end = draw(ends)
    # Python looks for a coding line in front of the first line feed.
    assume("coding" not in beginning or end != "\r")
    body = draw(st.permutations([*draw(st.lists(lines, max_size=6)), *extra]))
    text = beginning + "\n".join(body) + draw(st.sampled_from(["", "\n"]))
    content = text.replace("\n", end).encode(encoding)
    try:
        ast.parse(content)
    except SyntaxError:
        assume(False)
    return content


class Names(ast.NodeTransformer):
    """Rename in a tree, where there are no positions to get wrong."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Replace the names of definitions, uses and imports."""
        for field in ("id", "name", "module"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                setattr(node, field, value.replace("get_post", "show_post"))
        return super().generic_visit(node)


@settings(deadline=None, max_examples=60)
@given(modules())
@example(b"# \x0c\n@router.get('/posts')\nasync def get_post(): pass\n")
@example(b"def f():\n    x = get_post\n\x0c    y = get_post\n")
def test_names_are_replaced_and_nothing_else(content: bytes) -> None:
    renamed = rename_words(STUB, File(content), {"get_post": "show_post"}).content
    assert renamed.replace(b"show_post", b"get_post") == content
    wanted = ast.dump(Names().visit(ast.parse(content)))
    assert ast.dump(ast.parse(renamed)) == wanted


@settings(deadline=None, max_examples=60)
@given(
    st.one_of(
        modules("from fastapi import FastAPI", "app = FastAPI(title='é')  # \u2028"),
        modules("from fastapi import FastAPI", "app = FastAPI(\n    title='\x0c', # one\n)"),
        modules(
            "import fastapi",
            "def make():\n\tapp = fastapi.FastAPI()\n\tapp.include_router(a)\n\treturn app",
        ),
    )
)
def test_an_application_is_found_and_nothing_else_changes(content: bytes) -> None:
    [made] = applications([Module(Path("main.py"), PythonText.read(content))])
    try:
        changed = with_endpoints(made, content, "own.generated")
    except Refused:
        reject()  # Hypothesis complains when that is so too often.
    ast.parse(changed)
    end = next((end for end in (b"\r\n", b"\r", b"\n") if end in content), b"\n")
    added = (b"own.generated", b"include_endpoints(")
    kept = [
        line
        for line in content.removeprefix(BOM_UTF8).split(end)
        if not any(word in line for word in added)
    ]
    after = iter(changed.removeprefix(BOM_UTF8).split(end))
    assert all(line in after for line in kept), "a line was lost or moved"
    assert changed.count(b"from own.generated.include import include_endpoints") == 1
    assert changed.count(b"include_endpoints(app)") == 1


@pytest.mark.parametrize("separator", BREAKS)
def test_a_stub_is_renamed_below_a_hostile_separator(project: Path, separator: str) -> None:
    path = project / STUB
    text = path.read_text()
    path.write_text(f"# a{separator}b\n{text}")
    assert run("rename", "get_post", "show_post").status == 0
    fresh = project / "app/endpoints/show_post.py"
    tests = project / "tests/endpoints/test_show_post.py"
    assert separator in fresh.read_text()
    assert '@router.get("/posts/{post_id}"' in fresh.read_text()
    assert "async def show_post(" in fresh.read_text()
    compile(fresh.read_bytes(), "stub", "exec")
    compile(tests.read_bytes(), "tests", "exec")


CALL = b"""x = f(
    a=1,
    b=2,
    c=3,
    d=4,
)
"""


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_merge_that_does_not_parse_is_a_conflict(tmp_path: Path, end: bytes) -> None:
    """Both sides add the same argument, in different places."""
    ours, theirs = CALL.replace(b"c=3", b"e=5"), CALL.replace(b"d=4", b"d=4,\n    e=6")
    (tmp_path / "a.py").write_bytes(ours.replace(b"\n", end))
    [change] = merge({"a.py": File(CALL)}, {"a.py": File(theirs)}, tmp_path)
    assert change.conflict
    assert change.after is not None
    assert CONFLICT.search(change.after.content)
    text = change.after.content.replace(end, b"\n")
    assert text.startswith(b"x = f(\n    a=1,\n    b=2,\n<<<<<<< before updating\n    e=5,\n")
    assert text.endswith(b"    e=6,\n>>>>>>> after updating\n)\n")


def test_settings_that_would_not_parse_are_a_conflict(tmp_path: Path) -> None:
    base = b"[a]\nx = 1\ny = 1\nz = 1\n[b]\nx = 1\n"
    (tmp_path / "pyproject.toml").write_bytes(base.replace(b"[a]\n", b"[a]\nnew = 1\n"))
    theirs = base.replace(b"z = 1\n", b"z = 1\nnew = 2\n")
    [change] = merge({"pyproject.toml": File(base)}, {"pyproject.toml": File(theirs)}, tmp_path)
    assert change.conflict


def test_a_plan_whose_module_does_not_parse_is_refused(project: Path) -> None:
    found = read_project(project)
    stub = File((project / STUB).read_bytes())
    broken = File(stub.content.replace(b"async def", b"async"))
    for change in (
        Change(STUB, stub, broken),
        Change("app/new.py", None, broken),
        Change("app/moved.py", None, broken, moved_from=STUB),
    ):
        with pytest.raises(Refused, match=rf"{change.path} would not parse any more: .*line \d+"):
            Plan(found, found.origin, (Change(STUB, stub, None), change))
    assert Plan(found, found.origin, (Change(STUB, broken, broken), Change("a.txt", None, broken)))
