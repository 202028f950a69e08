"""What processes share of templates is what each of them would have compiled and parsed."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from copier import _template
from copier._jinja_ext import YieldExtension, get_yield_context
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from tests.compiled.sitecustomize import key

TEXT = "{% if true %}\n{{ 'a' | mark }}{% endif %}"


def one(text: str) -> str:
    return f"one {text}"


def other(text: str) -> str:
    return f"other {text}"


def marking(mark: Any, environment: Environment) -> Environment:
    """Return the environment with a filter that is applied to constants when it compiles."""
    environment.filters["mark"] = mark
    return environment


def test_what_is_compiled_otherwise_is_kept_apart() -> None:
    plain = marking(one, Environment())
    assert plain.from_string(TEXT).render() == "\none a"
    assert key(plain, TEXT, "a") == key(marking(one, Environment()), TEXT, "a")
    others = [
        marking(one, Environment(trim_blocks=True)),
        marking(one, Environment(keep_trailing_newline=True)),
        marking(one, Environment(undefined=StrictUndefined)),
        marking(one, Environment(autoescape=True)),
        marking(one, Environment(block_start_string="{%%")),
        marking(one, Environment(extensions=["jinja2.ext.do"])),
        marking(one, SandboxedEnvironment()),
        marking(other, Environment()),
    ]
    keys = {key(each, TEXT, "a") for each in [plain, *others]}
    assert len(keys | {key(plain, TEXT + ".", "a"), key(plain, TEXT, "b")}) == len(others) + 3
    assert others[0].from_string(TEXT).render() == "one a"
    assert others[-1].from_string(TEXT).render() == "\nother a"


def test_a_copy_has_its_own_path(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jinja").write_text(TEXT)
        environment = marking(one, Environment(loader=FileSystemLoader(tmp_path / name)))
        assert environment.get_template("a.jinja").filename == str(tmp_path / name / "a.jinja")


def test_extensions_see_every_source() -> None:
    environment = SandboxedEnvironment(extensions=[YieldExtension])
    loop = "{% yield each from some %}{% endyield %}"
    for _ in range(2):
        environment.from_string(loop).render(some=[1])
        assert get_yield_context(environment).yield_iterable == [1]
        environment.from_string("plain").render()
        assert get_yield_context(environment).yield_iterable is None


def test_what_copier_parses_is_of_these_files(tmp_path: Path) -> None:
    (tmp_path / "copier.yml").write_text("a: !include parts/*.yml\n")
    part = tmp_path / "parts" / "part.yml"
    part.parent.mkdir()
    for number in (1, 2):
        part.write_text(f"b: {number}\n")
        for _ in range(2):
            parsed = _template.load_template_config(tmp_path / "copier.yml")
            assert parsed["a"] == [{"b": number}]
            parsed["a"].clear()


@pytest.mark.parametrize(
    ("module", "function", "name"),
    [
        ("jinja2", "Environment.compile", "compile_once"),
        ("copier._template", "load_template_config", "parse_once"),
    ],
)
def test_commands_share_it(module: str, function: str, name: str) -> None:
    code = f"import {module}; print({module}.{function}.__name__)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == f"{name}\n"
