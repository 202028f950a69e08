"""Lines of generated code that are too long are broken as ruff breaks them, and mean the same."""

import ast
import subprocess
import sys

import pytest

from scaffold.catalogue.patterns import template_root
from scaffold.template.renderer import Template

WIDTH = 100
X = "x" * 75

LINES = {
    "a call": f'first = made("{X}", other="{X[:20]}")',
    "a call of one argument": f'path = stored_file("{X}{X[:12]}")',
    "a call in a call": f'vary = Vary(("{X}", "{X[:40]}"), strict=True)',
    "a tuple of one": f'vary = Vary(("{X}{X}",))',
    "a list": f'assert found == ["{X}", "{X[:20]}"]',
    "a mapping": f'answer = {{"title": "{X}", "key": "{X[:20]}"}}',
    "an index": f'client.headers["{X}{X[:20]}"] = "x" * 65',
    "what is in parentheses": f'(folder / "{X}").unlink()',
    "a text behind =": f'TITLE = "{X}{X[:18]}"',
    "a text behind ==": f'assert answer.json()["detail"] == "{X}"',
    "a text that fits nowhere": f'TITLE = "{X}{X}"',
    "brackets within texts": f'made("(,]{{}}", "it\'s \\" (c", key="{X}")',
    "a comma at the end": "responses = {**first, **second,}",
    "a comma at the end within a text": 'text = "[a,]{b,}"',
    "what fits": f'made("{X}")',
    "what just fits": "x" * 90 + " = (1, 2)",
}
FUNCTIONS = {
    "a function": f"def made({X}: str, other: int = 1) -> dict[str, int]:\n    pass",
    "a function with a long name": f"def made_{X}(client: TestClient) -> None:\n    pass",
    "annotations": f'def made(a: Annotated[str | None, Header("{X}")] = None) -> str:\n    pass',
}


def laid_out(line: str) -> str:
    """Return what the template makes of a line."""
    module = Template(template_root()).environment.get_template("compose/python.jinja").module
    text: str = module.laid_out(line)  # type: ignore[attr-defined]
    return text


def formatted(source: str) -> str:
    """Return what ruff makes of a module."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", f"--line-length={WIDTH}", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("name", LINES)
def test_line_in_a_function(name: str) -> None:
    source = "def function():\n    " + laid_out(f"    {LINES[name]}").lstrip() + "\n"
    assert formatted(source) == source
    assert same_code(source, f"def function():\n    {LINES[name]}\n")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(name: str) -> None:
    head, body = FUNCTIONS[name].split("\n", 1)
    source = f"{laid_out(head)}\n{body}\n"
    assert formatted(source) == source
    assert same_code(source, FUNCTIONS[name])


def test_what_cannot_be_mended_is_left() -> None:
    """A text that fits nowhere does not tear apart what stands before it."""
    line = f'    assert answer.json()["detail"] == "{X}{X}"'
    assert laid_out(line) == line


def same_code(one: str, other: str) -> bool:
    """Say whether two modules mean the same."""
    return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
