"""Names move with an endpoint, where they mean it; texts and fields stay."""

import pytest

from scaffold.errors import Refused
from scaffold.merge.words import rename_words, renamed_words
from scaffold.project.files import File

STUB = "app/endpoints/get_post.py"
WORDS = {"get_post": "show_post", "GetPostBody": "ShowPostBody"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("async def get_post() -> None: ...\n", "async def show_post() -> None: ...\n"),
        ("class GetPostBody: ...\n", "class ShowPostBody: ...\n"),
        ("x = get_post()\n", "x = show_post()\n"),
        ("print(get_post, 'get_post')\n", "print(show_post, 'get_post')\n"),
        ("from app.endpoints.get_post import a\n", "from app.endpoints.show_post import a\n"),
        ("from app.endpoints import get_post\n", "from app.endpoints import show_post\n"),
        ("# get_post\n", "# get_post\n"),
        ("other.get_post()\n", "other.get_post()\n"),
        ("call(get_post=1)\n", "call(get_post=1)\n"),
        ("get_post = 1\nprint(get_post)\n", "get_post = 1\nprint(get_post)\n"),
        ("class A:\n    get_post: int\n", "class A:\n    get_post: int\n"),
        ("def f(get_post): return get_post\n", "def f(get_post): return get_post\n"),
        ("get_post(get_post)\r\n", "show_post(show_post)\r\n"),
        ("é = get_post()\n", "é = show_post()\n"),
        ("this is no Python (\n", "this is no Python (\n"),
    ],
)
def test_names_are_replaced_where_they_mean_the_endpoint(before: str, after: str) -> None:
    renamed = rename_words(STUB, File(before.encode(), executable=True), WORDS)
    assert renamed == File(after.encode(), executable=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f'{get_post:{get_post}}{{get_post}}'\n", "f'{show_post:{show_post}}{{get_post}}'\n"),
        ("rf'{a[\"get_post\"]}{get_post!r}'\n", "rf'{a[\"get_post\"]}{show_post!r}'\n"),
        ("from services import get_post\n", "from services import get_post\n"),
        ("import get_post\n", "import get_post\n"),
        ("from .get_post import a\n", "from .show_post import a\n"),
        ("print(app.endpoints.get_post.a)\n", "print(app.endpoints.show_post.a)\n"),
        ("try: a\nexcept E as get_post: b\n", "try: a\nexcept E as get_post: b\n"),
        ("\ufeffget_post()\n", "\ufeffshow_post()\n"),
    ],
)
def test_names_in_f_strings_and_imports(before: str, after: str) -> None:
    renamed = rename_words(STUB, File(before.encode()), WORDS)
    assert renamed.content.decode() == after


def test_a_module_keeps_its_encoding() -> None:
    before = "# coding: latin-1\nx = 'é', get_post()\n".encode("latin-1")
    renamed = rename_words(STUB, File(before), WORDS)
    assert renamed.content == before.replace(b"get_post", b"show_post")


def test_a_module_that_cannot_be_read_is_told() -> None:
    with pytest.raises(Refused, match=f"{STUB} cannot be read: "):
        rename_words(STUB, File(b"get_post() # \xff\n"), WORDS)


def test_a_name_that_is_taken_is_told() -> None:
    text = b"from services import show_post\n\n\ndef get_post():\n    return show_post()\n"
    with pytest.raises(Refused, match=f"{STUB} uses the name show_post already"):
        rename_words(STUB, File(text), WORDS)


def test_the_names_come_from_the_two_renders() -> None:
    before = File(b"def get_post(body: GetPostBody) -> int:\n    return 1\n")
    after = File(b"def show_post(body: ShowPostBody) -> int:\n    return 1\n")
    assert renamed_words(before, after) == WORDS


def test_renders_that_differ_in_more_tell_no_names() -> None:
    assert renamed_words(File(b"def a(): ...\n"), File(b"def b(c): ...\n")) == {}
