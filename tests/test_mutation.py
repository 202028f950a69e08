"""The mutation run: what is changed, and that a test that misses a change is found."""

import subprocess
import sys
from pathlib import Path

import pytest

from mutation.mutants import mutants

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("x = True", ["True -> False"]),
        ("x = 1", ["1 -> 2"]),
        ("x = 'a'", ["'a' -> 'aX'"]),
        ("x = b'a'", ["b'a' -> b'aX'"]),
        ("x = f'{y}'", ["f'{y}' -> f'{y}X'"]),
        ("x = y == z", ["y == z -> (y != z)"]),
        ("x = y < z <= w", ["y < z <= w -> (y <= z <= w)", "y < z <= w -> (y < z < w)"]),
        ("x = y and z", ["y and z -> (y or z)"]),
        ("x = not y", ["not y -> (y)"]),
        ("x = y + z", ["y + z -> (y - z)"]),
        ("x = y if z else w", ["y if z else w -> (y)", "y if z else w -> (w)"]),
        ("x = f(y=z)", ["f(y=z) -> f()"]),
        ("if x:\n    f()", ["x -> not (x)", "f() -> pass"]),
        ("def f():\n    return x", ["return x -> return None"]),
        ("def f():\n    x = y", ["x = y -> pass"]),
        ("def f():\n    raise x", ["raise x -> pass"]),
        ("def f(x: Annotated[int, Header(ge=y)]): f", ["Header(ge=y) -> Header()"]),
        ("@f(a=b)\nclass A: f", ["f(a=b) -> f()"]),
    ],
)
def test_what_is_changed(code: str, changes: list[str]) -> None:
    """Everything that says what the code does."""
    assert [mutant.change for mutant in mutants(code)] == changes


@pytest.mark.parametrize(
    "code",
    [
        '"""Docstring."""',
        'class A:\n    """Docstring."""',
        'def f():\n    """Docstring."""',
        'x = y\n"""What x is."""',
        "def f(x: Literal['a'] = y) -> 'A': f",
        "x: Literal['a'] = y",
        "x = Literal['a']",
        "x = TypeVar('x', bound=y)",
        "@dataclass(frozen=True)\nclass A: f",
        "@a.dataclass\nclass A: f",
    ],
)
def test_what_is_left_alone(code: str) -> None:
    """Words for people, types, and how a class is written."""
    assert mutants(code) == []


def test_change_is_made_where_it_stands() -> None:
    """In a file with other characters than ASCII too."""
    (mutant,) = mutants('# é\nx = "é"  # é\n')
    assert (mutant.line, mutant.source.decode()) == (2, "# é\nx = 'éX'  # é\n")


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="needs fork")
def test_small_module_is_covered() -> None:
    """Every mutant of one small module is killed, and the command says so."""
    command = [sys.executable, "-m", "mutation", "app/http/caching.py"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "6 of 6 mutants killed: 100.0%" in ran.stdout
