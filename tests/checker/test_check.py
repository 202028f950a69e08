"""What is checked, what is left out, and what no file can break."""

import os
import sys
from pathlib import Path

import pytest

from scaffold.checker import baseline, mend, settings
from scaffold.checker.findings import Finding
from scaffold.checker.rules import RULES
from scaffold.checker.run import Checked, check
from scaffold.errors import UsageMistake
from tests.checker.pages import examples

APP = """\
from fastapi import FastAPI, Response

app = FastAPI()


@app.post("/login")
def login(response: Response):
    response.set_cookie("session", "secret"){comment}
    return {{}}
"""
MISTAKE = APP.format(comment="")
DEFAULT = [rule for rule in RULES if rule.default]


def checked(folder: Path, **contents: str | bytes) -> Checked:
    """Check modules by their names."""
    for name, content in contents.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{name}.py").write_bytes(data)
    return check([folder], DEFAULT)


def codes(result: Checked) -> list[str]:
    """Return the codes of what was found."""
    return [finding.code for finding in result.findings]


@pytest.mark.parametrize(
    ("comment", "silenced"),
    [
        ("  # noqa", True),
        ("  # noqa: RSP104", True),
        ("  # noqa: S105, RSP104 because it is a demo", True),
        ("  # NOQA:RSP", False),
        ("  # noqa: RSP105", False),
        ("  # noqa: S105", False),
        ("\n    # scaffold: noqa", True),
        ("\n    # scaffold: noqa: RSP104", True),
        ("\n    # scaffold: noqa: RSP101", False),
        ('\n    "# noqa"', False),
    ],
)
def test_a_comment_says_that_it_is_meant(comment: str, silenced: bool, tmp_path: Path) -> None:
    found = codes(checked(tmp_path, app=APP.format(comment=comment)))
    assert found == ([] if silenced else ["RSP104"])


def test_a_comment_counts_at_the_end_of_a_statement(tmp_path: Path) -> None:
    call = '(\n        "session",\n        "secret",\n    )  # noqa: RSP104'
    assert not codes(checked(tmp_path, app=MISTAKE.replace('("session", "secret")', call)))


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    deep = "from fastapi import FastAPI\nx = " + "(" * 250 + ")" * 250
    long = "from fastapi import FastAPI\nx = " + "+".join(["1"] * 30_000)
    result = checked(
        tmp_path,
        a_latin=b"# fastapi \xe9\n",
        b_syntax="from fastapi import FastAPI\ndef broken(:\n",
        c_null="from fastapi import FastAPI\0",
        d_deep=deep,
        e_long=long,
        f_encoding="# coding: no-such-encoding fastapi\n",
        g_app=MISTAKE,
    )
    assert codes(result) == ["RSP104"]
    told = {Path(each.path).stem: each for each in result.unreadable}
    assert (told["a_latin"].reason, told["b_syntax"].line) == ("it is not utf-8", 2)
    assert {"a_latin", "b_syntax", "c_null", "d_deep", "f_encoding"} <= told.keys()
    assert all("\n" not in each.reason for each in result.unreadable)


def test_deep_code_is_no_reason_to_end(tmp_path: Path) -> None:
    chain = "app" + ".a()" * 3_000
    nested = "".join(f"{' ' * depth}if x:\n" for depth in range(90)) + " " * 90 + "pass\n"
    text = MISTAKE + f"\nx = {chain}\n{nested}\ny = {'[' * 90}{']' * 90}\n"
    assert codes(checked(tmp_path, app=text)) in (["RSP104"], [])


def test_encodings_that_are_declared_are_read(tmp_path: Path) -> None:
    text = "# -*- coding: latin-1 -*-\n" + MISTAKE.replace("secret", "é")
    assert codes(
        checked(tmp_path, a=text.encode("latin-1"), b=b"\xef\xbb\xbf" + MISTAKE.encode())
    ) == [
        "RSP104",
        "RSP104",
    ]


@pytest.mark.skipif(sys.version_info < (3, 14), reason="this Python does not know the syntax")
def test_syntax_of_newer_pythons_is_read(tmp_path: Path) -> None:
    newer = "\nx = t'{app}'\ntry:\n    pass\nexcept ValueError, TypeError:\n    pass\n"
    assert codes(checked(tmp_path, app=MISTAKE + newer)) == ["RSP104"]


def test_links_in_circles_end(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "outer").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    (tmp_path / "again.py").symlink_to(tmp_path / "app.py")
    result = checked(tmp_path, app=MISTAKE)
    assert (codes(result), result.unreadable, result.files) == (["RSP104"], [], 1)


def test_nothing_of_what_is_checked_runs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    text = f"open({str(tmp_path / 'written')!r}, 'w')\nraise SystemExit\n"
    assert codes(checked(tmp_path, app=MISTAKE + text)) == ["RSP104"]
    assert not (tmp_path / "written").exists()


def test_tests_and_environments_are_left_out_unless_they_are_named(tmp_path: Path) -> None:
    for name in ("tests/app.py", ".venv/app.py", "env/lib/app.py", "test_app.py", "generated.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(MISTAKE)
    (tmp_path / "env" / "pyvenv.cfg").touch()
    assert [Path(it.path).name for it in check([tmp_path], DEFAULT).findings] == ["generated.py"]
    assert codes(check([tmp_path / "tests"], DEFAULT)) == ["RSP104"]
    assert codes(check([tmp_path / "test_app.py"], DEFAULT)) == ["RSP104"]


def test_a_file_alone_knows_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "names.py").write_text('NAME = "session"\n')
    text = "from names import NAME\n" + MISTAKE.replace('"session"', "NAME")
    (tmp_path / "app.py").write_text(text)
    assert codes(check([tmp_path / "app.py"], DEFAULT)) == ["RSP104"]


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("", ["RSP104"]),
        ('select = ["RSP105"]', []),
        ('select = ["session-cookie-flags"]', ["RSP104"]),
        ('ignore = ["RSP104"]', []),
        ('select = ["RSP104"]\nignore = ["RSP1"]', ["RSP104"]),
        ('per-file-ignores = {"app/*.py" = ["RSP104"]}', []),
        ('exclude = ["main.py"]', []),
    ],
)
def test_settings(table: str, found: list[str], tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.scaffold.check]\n{table}\n")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text(MISTAKE)
    read = settings.read(tmp_path / "app")
    result = check([tmp_path], read.rules(), read.exclude, read.is_ignored)
    assert codes(result) == found


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("selct = []", "has no 'selct'"),
        ('select = "RSP104"', "has to be a list of texts"),
        ('select = ["RSP999"]', "there is no rule 'RSP999'"),
        ("baseline = 1", "has to be a path"),
        ("[[", "cannot be read"),
    ],
)
def test_settings_that_are_wrong(table: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.scaffold.check]\n{table}\n")
    with pytest.raises(UsageMistake, match=reason.replace("'", ".")):
        settings.read(tmp_path).rules()


def test_a_baseline_knows_what_has_moved(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    baseline.write(path, checked(tmp_path, app=MISTAKE))
    known = baseline.read(path)
    assert not baseline.new(checked(tmp_path, app=f"# moved\n\n{MISTAKE}"), known, path)
    second = MISTAKE.replace("def login", "def again").replace("/login", "/again")
    more = checked(tmp_path, app=MISTAKE + second.partition("\n\n\n")[2])
    new = baseline.new(more, known, path)
    assert [(each.code, each.context) for each in new] == [("RSP104", "again")]
    path.write_text("[]")
    with pytest.raises(UsageMistake, match="is no baseline"):
        baseline.read(path)


def test_what_can_be_mended_is_gone_afterwards(tmp_path: Path) -> None:
    """Of every example, and nothing new is found."""
    mended = set()
    for number, example in enumerate(it for it in examples() if it.found):
        folder = tmp_path / str(number)
        example.write(folder)
        before = check([folder], DEFAULT)
        done = mend.mend(
            lambda contents, at=folder: check([at], DEFAULT, contents=contents), unsafe=True
        )
        left = [each for each in done.checked.findings if each.fix is not None]
        assert not left, example
        expected = sorted(each.code for each in before.findings if each.fix is None)
        assert codes(done.checked) == expected or set(codes(done.checked)) <= set(expected), example
        mended |= {(each.code, each.fix.safe) for each in before.findings if each.fix}
    promised = {(rule.code, rule.fixable == "safe") for rule in DEFAULT if rule.fixable}
    assert promised <= mended | {(code, True) for code, _ in mended}
    assert {code for code, _ in mended} == {rule.code for rule in DEFAULT if rule.fixable}


def test_the_rest_of_a_file_keeps_its_bytes(tmp_path: Path) -> None:
    text = MISTAKE.replace('"secret")', '"é" , )  # stays')
    content = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() + b"\x0c\r\n"
    (tmp_path / "app.py").write_bytes(content)
    done = mend.mend(lambda contents: check([tmp_path], DEFAULT, contents=contents), unsafe=False)
    mend.write(done)
    wanted = content.replace(b" , )", b" , httponly=True, secure=True )")
    assert (tmp_path / "app.py").read_bytes() == wanted
    assert "+" in mend.difference(done)


def test_an_argument_is_added_as_the_call_is_written(tmp_path: Path) -> None:
    call = '(\n        "session",\n        ("secret"),  # for now\n    )'
    text = MISTAKE.replace('("session", "secret")', call)
    (tmp_path / "app.py").write_text(text)
    done = mend.mend(lambda contents: check([tmp_path], DEFAULT, contents=contents), unsafe=False)
    (made,) = done.contents.values()
    added = '("secret"),  # for now\n        httponly=True, secure=True,\n    )'
    assert added in made.decode()


def test_findings_are_compared_without_their_fix() -> None:
    assert "fix" not in {
        name for name, field in Finding.__dataclass_fields__.items() if field.compare
    }
