"""Answers files are merged by what they record, and keep what people have written into them."""

import pytest

from scaffold.merge.answers_file import merge_recorded
from scaffold.project.files import File

RENDERED = """\
# Made by a tool.
_commit: 1.0.0
author_name: Ann
project_name: shop
application:
- request-id
endpoints:
- name: get_book
"""
WANTED = RENDERED.replace("1.0.0", "1.1.0") + "- name: list_books\n"
CHOICES = "endpoint_presets:\n- api\n"


def merged(recorded: str, rendered: str = RENDERED, wanted: str = WANTED) -> str:
    files = (File(text.encode()) for text in (rendered, recorded, wanted))
    return merge_recorded(*files).content.decode()


@pytest.mark.parametrize(
    "above", ["project_name: shop", "application:", "endpoints:", "- name: get_book"]
)
def test_a_comment_stays_where_it_stands(above: str) -> None:
    commented = [text.replace(above, f"# mine\n{above}") for text in (RENDERED, WANTED)]
    assert merged(commented[0]) == commented[1]


@pytest.mark.parametrize("beside", ["", "# mine\n"])
def test_choices_stay(beside: str) -> None:
    recorded = RENDERED.replace("application:", f"{CHOICES}application:")
    recorded = recorded.replace("- name:", f"{beside}- name:")
    wanted = WANTED.replace("application:", f"{CHOICES}application:")
    assert merged(recorded) == wanted.replace("- name: get", f"{beside}- name: get")


def test_an_answer_of_somebody_else_gives_way() -> None:
    assert merged(RENDERED.replace("shop", "store")) == WANTED
    assert merged(RENDERED.replace("get_book", "get_page")) == WANTED


@pytest.mark.parametrize("broken", ["project_name: [", "- name: ["])
def test_of_what_cannot_be_read_nothing_stays(broken: str) -> None:
    recorded = RENDERED.replace(broken[:-1], f"# mine\n{broken}", 1)
    assert merged(recorded) == WANTED


def test_without_lists() -> None:
    assert merged("# mine\na: 1\nb: 1\n", "a: 1\nb: 1\n", "a: 1\nb: 2\n") == "# mine\na: 1\nb: 2\n"
