"""What is wrong with a pattern's files: `tests/test_catalogue.py` holds each folder to it.

`patterns/schema.yml` says what may stand in `pattern.yml` and `page.yml`; what JSON Schema cannot
say, such as that a condition names an option of its own pattern, is here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from scaffold.catalogue.patterns import load, template_root
from scaffold.system.yaml_files import read_yaml

HEAD = re.compile(r"#: (?P<place>[a-z ]*[a-z])(?: \[(?P<cases>[^\]]*)\])?")
CASE = re.compile(r"(?P<name>\w+)!?=(?P<value>\S+)")

ALWAYS = {"pattern.yml", "page.yml", "example"}
NEEDED = {
    "response": {"endpoint.py.jinja", "test.py.jinja"},
    "header": {"stub.py.jinja", "test.py.jinja"},
    "cookie": {"stub.py.jinja", "test.py.jinja"},
    "status": set(),
    "app": {"middleware.py.jinja", "test.py.jinja"},
}
"""The files without which a pattern of each family is not whole."""
OTHERS = {"stub.py.jinja", "test.py.jinja", "cookie.py.jinja", "middleware.py.jinja", "replace.py"}

Data = Mapping[str, Any]


@cache
def schema(definition: str) -> Draft202012Validator:
    """Return the part of the schema for a family's `pattern.yml`, or for `page`."""
    whole = read_yaml(template_root() / "patterns" / "schema.yml")
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator({**whole, "$ref": f"#/$defs/{definition}"}, format_checker=checker)


def problems(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the files of a pattern, each with the file and the key."""
    pattern, page = (
        read_yaml(folder / name) if (folder / name).is_file() else {}
        for name in ("pattern.yml", "page.yml")
    )
    family = folder.parent.name
    yield from file_problems(folder, pattern)
    yield from (f"pattern.yml: {it}" for it in against(schema(family), pattern))
    yield from (f"pattern.yml: {it}" for it in pattern_problems(folder, pattern))
    yield from (f"pattern.yml: {it}" for it in content_problems(folder, pattern))
    yield from (f"page.yml: {it}" for it in against(schema("page"), page))
    yield from (f"page.yml: {it}" for it in page_problems(folder, pattern, page))
    for name, places in (
        ("stub.py.jinja", words()["stub_places"]),
        ("test.py.jinja", words()["test_places"]),
        ("endpoint.py.jinja", {"endpoint": "text"}),
    ):
        if (folder / name).is_file():
            source = (folder / name).read_text(encoding="utf-8")
            yield from (f"{name}: {it}" for it in section_problems(source, places, pattern))


def file_problems(folder: Path, data: Data) -> Iterator[str]:
    """Yield the files that are missing, and those that nothing reads."""
    files = {path.name for path in folder.iterdir()}
    needed = ALWAYS | NEEDED[folder.parent.name]
    needed |= {"middleware.py.jinja"} if "order" in data else set()
    needed |= {"cookie.py.jinja"} if needs_module(folder, data) else set()
    for name in sorted(needed - files):
        hint = "; `python3 tasks.py record` writes it" if name == "example" else ""
        yield f"{name}: it is missing{hint}"
    yield from (f"{name}: nothing reads it" for name in sorted(files - needed - OTHERS))


def needs_module(folder: Path, data: Data) -> bool:
    """Say whether a pattern puts something beside its cookie."""
    cookie = data.get("cookie")
    return folder.parent.name == "cookie" and cookie is not None and not cookie.get("plain")


def against(validator: Draft202012Validator, data: Any) -> Iterator[str]:
    """Yield what the schema does not allow."""
    for error in validator.iter_errors(data):
        exact = deepest(error)
        where = ".".join(str(part) for part in exact.absolute_path)
        yield f"{where}: {exact.message}" if where else exact.message


def deepest(error: ValidationError) -> ValidationError:
    """Return the error that says most where several ways were possible."""
    return best_match([error]) or error


@cache
def words() -> Data:
    """Return the words of the composition."""
    found: Data = read_yaml(template_root() / "compose" / "vocabulary.yml")
    return found


def pattern_problems(folder: Path, data: Data) -> Iterator[str]:
    """Yield what `pattern.yml` says about something that there is not."""
    options = data.get("options") or {}
    if (data.get("family"), data.get("id")) != (folder.parent.name, folder.name):
        yield "id: it must be the name of the folder, and family that of the folder above"
    rules = [
        (f"{kind}.{number}", rule)
        for kind in ("refuse", "discourage")
        for number, rule in numbered(data, kind)
    ]
    conditions = [(f"{where}.when", rule.get("when")) for where, rule in rules]
    conditions += [
        (f"sends.{number}.when", it["when"])
        for number, it in numbered(data, "sends")
        if isinstance(it, dict) and "when" in it
    ]
    conditions += [
        *((f"also.{number}.when", it.get("when")) for number, it in numbered(data, "also")),
        ("reads", data.get("reads")),
        ("cookie.defines", data.get("cookie", {}).get("defines")),
    ]
    for where, condition in conditions:
        yield from (f"{where}: {it}" for it in unknown_options(condition, options))
    named = [(f"{where}.option", rule.get("option")) for where, rule in rules]
    code = data.get("status_code")
    named += [("status_code.option", code.get("option") if isinstance(code, dict) else None)]
    named += [
        (f"options.{name}.beside", other)
        for name, option in options.items()
        if isinstance(option, dict)
        for other in option.get("beside", {})
    ]
    yield from (f"{at}: there is no option {it}" for at, it in named if it not in (None, *options))
    for name, option in options.items():
        if isinstance(option, dict) and option.get("other", ...) == option.get("default"):
            yield f"options.{name}.other: it is the default"
    parts = (data, *data.get("also", []))
    for module in (module for part in parts for module in part.get("toolkit", [])):
        for path in (f"template/app/http/{module}.py", f"template/tests/http/test_{module}.py"):
            if not (template_root() / path).is_file():
                yield f"toolkit: there is no {path}"
    known = {pattern.id for pattern in load().family("app")}
    yield from (
        f"needs: there is no application pattern {it}" for it in unknown(data, "needs", known)
    )


def content_problems(folder: Path, data: Data) -> Iterator[str]:
    """Yield why the document could not say what an answer holds that has two statuses."""
    if folder.parent.name != "response" or {"own_status", "unlisted"} & data.keys():
        return
    stub = folder / "stub.py.jinja"
    says = stub.is_file() and "media_type=" in stub.read_text(encoding="utf-8")
    model = (data.get("options") or {}).get("model", {"default": None})
    knows = says or "media_type" in data or model["default"] is not None
    if data.get("form") in ("value", "returned") and not knows:
        yield "'media_type' is needed, as neither a model nor `documented` in the stub says it"


def page_problems(folder: Path, pattern: Data, page: Data) -> Iterator[str]:
    """Yield what `page.yml` says about something that there is not."""
    others = {path.name for path in template_root().glob("patterns/*/*")} - {folder.name}
    yield from (
        f"neighbours: there is no other pattern {it}" for it in unknown(page, "neighbours", others)
    )
    for number, item in numbered(page, "wire"):
        for problem in unknown_options(item.get("when"), pattern.get("options") or {}):
            yield f"wire.{number}.when: {problem}"


def section_problems(source: str, places: Iterable[str], pattern: Data) -> Iterator[str]:
    """Yield the lines that begin sections of no known place, or for no case that there is."""
    options = pattern.get("options") or {}
    cases = {
        "via": [*load().vocabulary.vias],
        "header": [it.id for it in load().family("header")],
        "answers": ["one", "list"],
        "data": ["none", *words()["operations"]],
    }
    for line in re.findall(r"(?m)^#:.*$", source):
        head = HEAD.fullmatch(line)
        if head is None or head["place"] not in places:
            yield f"{line}: there is no such place; there are {', '.join(places)}"
            continue
        for case in (head["cases"] or "").split():
            match = CASE.fullmatch(case)
            if match is None or match["name"] not in (*cases, *options):
                yield f"{line}: {case} is no option, no via and no header of another pattern"
                continue
            choices = cases.get(match["name"]) or options[match["name"]].get("choices")
            if choices and match["value"] not in map(str, choices):
                yield f"{line}: {case} never holds; there are {', '.join(map(str, choices))}"


def unknown_options(condition: Any, options: Data) -> Iterator[str]:
    """Yield the options that a condition asks for and that there are not."""
    if not isinstance(condition, dict):
        return
    for key, matcher in condition.items():
        if not str(key).startswith("endpoint.") and key not in options:
            yield f"there is no option {key}"
        while isinstance(matcher, dict) and "not" in matcher:
            matcher = matcher["not"]
        if isinstance(matcher, dict) and matcher.get("before") not in (None, *options):
            yield f"there is no option {matcher['before']}"


def numbered(data: Data, key: str) -> list[tuple[int, Any]]:
    """Return the items of a list with their places."""
    return list(enumerate(data.get(key) or []))


def unknown(data: Data, key: str, known: Iterable[str]) -> list[str]:
    """Return the items of a list that are not known."""
    return [item for item in data.get(key) or [] if item not in known]
