"""Two sides may add to a list at the same place."""

import pytest

from scaffold.merge.line_sets import settle


def toml(*names: str) -> bytes:
    """Return a file with dependencies."""
    lines = "".join(f'  "{name}",\n' for name in names)
    return f"[project]\ndependencies = [\n{lines}]\n".encode()


def table(*names: str) -> bytes:
    """Return a README with a table of endpoints."""
    rows = "".join(f"| `GET /` | x | [`{name}`](app/endpoints/{name}.py) |\n" for name in names)
    return f"| endpoint | answers | module |\n| --- | --- | --- |\n{rows}\nMore.\n".encode()


@pytest.mark.parametrize(("path", "make"), [("pyproject.toml", toml), ("README.md", table)])
@pytest.mark.parametrize(
    ("ours", "base", "theirs", "merged"),
    [
        ("ac", "ac", "abc", "abc"),
        ("acx", "ac", "acd", "acdx"),
        ("xac", "ac", "0ac", "0xac"),
        ("xc", "ac", "abc", "bxc"),
        ("abx", "ab", "a", "ax"),
        ("x", "", "a", "ax"),
        ("cba", "abc", "abc", "cba"),
        ("ax", "a", "ax", "ax"),
        ("axbcy", "abc", "bca", "bxcay"),
        ("bxa", "ab", "ba", "bxa"),
    ],
)
def test_lists_are_merged_as_sets(
    path: str, make: object, ours: str, base: str, theirs: str, merged: str
) -> None:
    assert callable(make)
    texts = [make(*names) for names in (ours, base, theirs)]
    assert settle(path, texts) == [make(*merged)] * 3


def test_the_same_line_changed_on_both_sides_is_a_conflict() -> None:
    texts = [toml("a==1"), toml("a"), toml("a>=2")]
    assert settle("pyproject.toml", texts) is texts


def test_names_of_packages_are_compared_as_installers_do() -> None:
    """The owner has already what the template brings, in another spelling."""
    texts = [toml("a", "Python_Multipart>=1"), toml("a"), toml("a", "python-multipart>=0.1")]
    assert settle("pyproject.toml", texts) == [toml("a", "Python_Multipart>=1")] * 3


def test_another_file_and_another_layout_stay() -> None:
    texts = [b"a", b"b", b"c"]
    assert settle("app/main.py", texts) is texts
    assert settle("README.md", texts) is texts
    broken = [toml("a"), b"dependencies = ['a']\n", toml("b")]
    assert settle("pyproject.toml", broken) is broken
