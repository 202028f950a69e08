"""The value of an option as text, and back."""

from typing import Any

import pytest

from scaffold.catalogue.patterns import Option, load
from scaffold.wizard import fields
from scaffold.wizard.questions import Field, Form, Item, Menu

OPTIONS = [
    pytest.param(option, id=f"{pattern.id}.{option.name}")
    for pattern in load().patterns.values()
    for option in pattern.options.values()
]


@pytest.mark.parametrize("option", OPTIONS)
def test_every_default_reads_back(option: Option) -> None:
    text = fields.shown(option, option.default)
    assert fields.parsed(option, text) == option.default
    assert not fields.choices(option) or text in fields.choices(option)


@pytest.mark.parametrize(
    ("type_", "value", "text"),
    [
        ("strings", ["a", "it's", "b, c", "#d", "", "*", "e: f"], None),
        ("columns", ["id", "customer name"], "id, customer name"),
        ("fields", {"id": "int", "at": "datetime | None"}, "id: int, at: datetime | None"),
        (
            "fields",
            {"tags": "list[str] = []", "is": "enum(a, 'b, c')", "of": 'str(examples=["x, y"])'},
            None,
        ),
        ("int", -3, "-3"),
        ("bool", False, "no"),
        ("str", " as it is ", " as it is "),
    ],
)
def test_values_read_back(type_: str, value: Any, text: str | None) -> None:
    option = Option("o", type_, default=value, help="")
    shown = fields.shown(option, value)
    assert text is None or shown == text
    assert fields.parsed(option, shown) == value


@pytest.mark.parametrize(
    ("type_", "text"),
    [("int", "many"), ("strings", "a, [b"), ("fields", "id int"), ("fields", "a: int, a: str")],
)
def test_what_cannot_be_read_stays_text(type_: str, text: str) -> None:
    assert fields.parsed(Option("o", type_, default=1, help=""), text) == text


def test_typing_replaces_what_nobody_has_edited() -> None:
    field = Field("a", "a", "default")
    assert field.typed("x").text == "x"
    assert field.typed("x").typed("y").text == "xy"
    assert field.moved(-1).typed("x").text == "defaulxt"
    assert field.erased().text == ""
    assert field.moved(-1).erased().text == "defaut"
    assert field.moved(-1).erased(forward=True).text == "defaul"


def test_a_field_of_choices_takes_only_these() -> None:
    field = Field("a", "a", "MIT", choices=("MIT", "Apache-2.0", "Proprietary"))
    assert field.moved(1).text == "Apache-2.0"
    assert field.moved(-1).text == "Proprietary"
    assert field.typed("p").text == "Proprietary"
    assert field.typed("x") == field.erased() == field


def test_a_form_goes_to_what_is_wrong() -> None:
    form = Form("?", (Field("a", "a", ""), Field("b", "b", "")), problems={"b": "no"})
    assert form.at_problem().at == 1
    assert form.moved(-5).at == 0
    assert Form("?", ()).edited(lambda field: field).current() is None


def test_a_menu_skips_headings_and_narrows() -> None:
    items = (Item("a", "alpha"), Item("", "others"), Item("b", "beta"), Item("c", "gamma beta"))
    menu = Menu("?", items)
    assert menu.moved(1).at == 2
    assert menu.moved(9).at == 3
    assert menu.narrowed("bet").at == 2
    assert menu.narrowed("bet").shown() == [2, 3]
    assert menu.narrowed("nothing").current() is None


def test_picking() -> None:
    items = (Item("a", "a"), Item("b", "b", reason="no"), Item("c", "c", repeatable=True))
    menu = Menu("?", items, picked=())
    assert menu.toggled().picked == ("a",)
    assert menu.toggled().toggled().picked == ()
    assert menu.moved(1).toggled().picked == ()
    assert menu.repeated().picked == ()
    assert menu.moved(2).repeated().repeated().picked == ("c", "c")
    assert menu.moved(2).repeated().repeated().toggled().picked == ()
