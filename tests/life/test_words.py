"""Names move with an endpoint, where they mean it; texts and fields stay."""

import pytest

from scaffold.life.files import File
from scaffold.life.words import rename_words, renamed_words

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
    renamed = rename_words(File(before.encode(), executable=True), WORDS)
    assert renamed == File(after.encode(), executable=True)


def test_what_is_no_text_stays() -> None:
    file = File(b"get_post \xff\n")
    assert rename_words(file, WORDS) is file


def test_the_names_come_from_the_two_renders() -> None:
    before = File(b"def get_post(body: GetPostBody) -> int:\n    return 1\n")
    after = File(b"def show_post(body: ShowPostBody) -> int:\n    return 1\n")
    assert renamed_words(before, after) == WORDS


def test_renders_that_differ_in_more_tell_no_names() -> None:
    assert renamed_words(File(b"def a(): ...\n"), File(b"def b(c): ...\n")) == {}
