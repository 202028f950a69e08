"""How much of real APIs can the endpoint spec say?

`python3 -m tools.census DOCUMENT...` reads OpenAPI documents (3.0 and 3.1), writes each operation
as an endpoint with its models, and asks the command's own checks. What cannot be said is counted by
its reason. The statuses of its errors count, what their bodies hold does not. A part whose shape is
too rich for the type grammar can be a class of the owner's, as `module:Class`; the last column
counts operations that can be said with those.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from scaffold.catalogue.patterns import load
from scaffold.errors import InvalidSpec
from scaffold.spec.check import Checker
from scaffold.template.macros import Macros
from tools.numbers import measured

Schema = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
FORMATS = {"date": "date", "date-time": "datetime", "uuid": "uuid", "decimal": "decimal"}
CONSTRAINTS = {
    "string": {"minLength": "min_length", "maxLength": "max_length"},
    "number": {
        "minimum": "ge",
        "maximum": "le",
        "exclusiveMinimum": "gt",
        "exclusiveMaximum": "lt",
    },
    "array": {"minItems": "min_length", "maxItems": "max_length"},
}
OPERATIONS = 1_786
"""How many the documents of docs/quality.md have: what others hold is not what is claimed there."""

DEEPEST = 20
"""How many inline schemas may stand in each other."""


class _Loader(yaml.CSafeLoader):
    """YAML as JSON has it: a date is text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, found) for tag, found in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


class Unsayable(Exception):
    """A part of an operation that the endpoint spec has no words for.

    Attributes:
        shape: whether a class of the owner's can stand there.
    """

    def __init__(self, reason: str, *, shape: bool = False) -> None:
        """Take the reason."""
        super().__init__(reason)
        self.shape = shape


class Document:
    """An OpenAPI document, and the models that its schemas become."""

    def __init__(self, path: Path) -> None:
        """Read a file."""
        text = path.read_text(encoding="utf-8")
        self.data = json.loads(text) if path.suffix == ".json" else yaml.load(text, _Loader)
        self.models: dict[str, dict[str, str]] = {}
        self._names: dict[str, str] = {}
        self._wrong: dict[str, str] = {}

    def resolved(self, node: Any) -> Any:
        """Return what a reference stands for."""
        for _ in range(30):
            if not (isinstance(node, dict) and "$ref" in node):
                return node
            target = self.data
            for part in node["$ref"].lstrip("#/").split("/"):
                part = part.replace("~1", "/").replace("~0", "~")
                target = target[int(part)] if isinstance(target, list) else target[part]
            node = target
        raise Unsayable("a circle of references")

    def operations(self) -> Iterator[tuple[str, str, Schema, list[Schema]]]:
        """Yield path, method, operation and all parameters."""
        for path, found in self.data["paths"].items():
            item = self.resolved(found)
            for method in METHODS:
                if method in item:
                    given = [*item.get("parameters", ()), *item[method].get("parameters", ())]
                    yield path, method, item[method], [self.resolved(one) for one in given]

    def type(self, schema: Any, name: str, depth: int = 0) -> str:
        """Return a schema as a type; objects become models, `name` being one that fits.

        Raises:
            Unsayable: there is no such type.
        """
        if depth > DEEPEST:
            raise Unsayable("deep", shape=True)
        referred = isinstance(schema, dict) and schema.get("$ref", "").rpartition("/")[2]
        name = referred or name
        schema = self.resolved(schema)
        kinds = schema.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        nothing = " | None" if schema.get("nullable") or "null" in kinds else ""
        kinds = [kind for kind in kinds if kind != "null"]
        if len(kinds) > 1:
            ways = [self.type({**schema, "type": kind}, name, depth + 1) for kind in kinds]
            return " | ".join(dict.fromkeys(ways)) + nothing
        return self._type(schema, kinds[0] if kinds else None, name, depth) + nothing

    def _type(self, schema: Schema, kind: str | None, name: str, depth: int) -> str:
        ways = schema.get("oneOf") or schema.get("anyOf")
        if ways and not schema.get("properties"):
            return self._union(ways, name, depth)
        if "enum" in schema or "const" in schema:
            return _enum(schema.get("enum", [schema.get("const")]))
        if kind == "array":
            item = self.type(schema.get("items") or {}, f"{name}Item", depth + 1)
            return f"list[{item}]{_constraints(schema, 'array')}"
        if self.fields(schema):
            return self._model(schema, name, depth)
        if kind in SCALARS:
            return _scalar(schema, str(kind))
        if kind == "object" or "additionalProperties" in schema:
            inside = schema.get("additionalProperties")
            value = (
                self.type(inside, f"{name}Value", depth + 1) if isinstance(inside, dict) else "any"
            )
            return f"dict[str, {value}]"
        return "any"

    def _union(self, ways: list[Schema], name: str, depth: int) -> str:
        found = [self.type(way, f"{name}{n}", depth + 1) for n, way in enumerate(ways)]
        parts = (
            [part for way in found for part in way.split(" | ")]
            if "[" not in "".join(found)
            else found
        )
        return " | ".join(dict.fromkeys(parts))

    def fields(self, schema: Schema, depth: int = 0) -> dict[str, tuple[Any, bool]]:
        """Return the properties, those of `allOf` among them, and whether each is required."""
        required = set(schema.get("required", ()))
        found: dict[str, tuple[Any, bool]] = {}
        for part in schema.get("allOf", ()) if depth < DEEPEST else ():
            part = self.resolved(part)
            required |= set(part.get("required", ()))
            found |= self.fields(part, depth + 1)
        found |= {name: (each, True) for name, each in (schema.get("properties") or {}).items()}
        return {name: (each, name in required) for name, (each, _) in found.items()}

    def _model(self, schema: Schema, name: str, depth: int) -> str:
        key = json.dumps(schema, sort_keys=True, default=str)
        if key in self._names:
            return self._names[key]
        words = re.findall(r"[A-Za-z0-9]+", name)
        wanted = "".join(word[0].upper() + word[1:] for word in words)[:50] or "Model"
        wanted = wanted if wanted[0].isalpha() else f"Model{wanted}"
        taken = {each.lower() for each in self.models}
        while wanted.lower() in taken or wanted in RESERVED:
            wanted += "X"
        self._names[key] = wanted
        self.models[wanted] = {}
        try:
            for field, (each, is_required) in self.fields(schema).items():
                written = self.type(each, f"{wanted}{field[:1].upper()}{field[1:]}", depth + 1)
                optional = "" if is_required or written.endswith("| None") else " | None"
                self.models[wanted][field] = written + optional
        except Unsayable as error:
            self._wrong[wanted] = str(error)
        return wanted

    def wrong_models(self) -> dict[str, str]:
        """Return the models that cannot be said, or that lead to such a one, and why."""
        checker = Checker([], models=())
        wrong = dict(self._wrong)
        for name, fields in self.models.items():
            mistakes: list[str] = []
            checker.macros.check.check_fields(mistakes, fields, "fields", [], list(self.models))
            if not fields or len(fields) > 100:
                wrong.setdefault(name, "many fields" if fields else "empty model")
            elif mistakes:
                wrong.setdefault(name, _reason(mistakes[0]))
        return wrong

    def reach(self, written: str) -> set[str]:
        """Return the names of all models that a type leads to."""
        found: set[str] = set()
        waiting = _names_in(written)
        while waiting:
            name = waiting.pop()
            if name in self.models and name not in found:
                found.add(name)
                for each in self.models[name].values():
                    waiting |= _names_in(each)
        return found


RESERVED = {
    *load().data["vocabulary"]["module_names"],
    *load().data["vocabulary"]["model_names"],
}


def _names_in(written: str) -> set[str]:
    return set(
        re.findall(
            r"(?<![\w:\"'])[A-Z][A-Za-z0-9]*", re.sub(r"enum\(.*?\)|\"[^\"]*\"", "", written)
        )
    )


def _enum(members: list[Any]) -> str:
    texts = [member for member in members if member is not None]
    nothing = " | None" if len(texts) < len(members) else ""
    if not texts:
        return "any"
    if {type(member) for member in texts} == {bool}:
        return f"bool{nothing}"
    if len({type(member) for member in texts}) > 1:
        raise Unsayable("enum of several types", shape=True)
    return f"enum({', '.join(json.dumps(member, ensure_ascii=False) for member in texts)}){nothing}"


def _scalar(schema: Schema, kind: str) -> str:
    format_ = schema.get("format")
    if kind == "string" and format_ == "binary":
        raise Unsayable("binary in JSON", shape=True)
    if kind == "string" and format_ in FORMATS:
        return FORMATS[str(format_)]
    if "pattern" in schema:
        given = schema.get("example", (schema.get("examples") or [None])[0])
        if not isinstance(given, str):
            raise Unsayable("pattern without an example", shape=True)
        quoted = json.dumps(schema["pattern"]).replace("\\\\", "\\")
        return f"str(pattern={quoted}, examples=[{json.dumps(given)}])"
    return SCALARS[kind] + _constraints(schema, "string" if kind == "string" else "number")


def _constraints(schema: Schema, kind: str) -> str:
    found = {
        ours: schema[theirs]
        for theirs, ours in CONSTRAINTS[kind].items()
        if isinstance(schema.get(theirs), int | float) and not isinstance(schema[theirs], bool)
    }
    whole = schema.get("type") == "integer" or kind != "number"
    items = (f"{name}={int(value) if whole else value}" for name, value in found.items())
    return f"({', '.join(items)})" if found else ""


def _reason(mistake: str) -> str:
    return re.sub(r'"(\\.|[^"\\])*"', "...", mistake).split(";")[0].split(":")[-1].strip()[:60]


def _path(path: str, parameters: list[Schema], document: Document) -> str:
    kinds = {}
    for one in parameters:
        if one.get("in") == "path":
            schema = document.resolved(one.get("schema") or {})
            kind = {"integer": "int", "number": "float"}.get(str(schema.get("type")), "str")
            kinds[one["name"]] = "uuid" if schema.get("format") == "uuid" else kind

    def renamed(found: re.Match[str]) -> str:
        name = _snake(found[1])
        kind = kinds.get(found[1], "str")
        return f"{{{name}}}" if kind == "str" else f"{{{name}:{kind}}}"

    return re.sub(r"\{([^{}]*)\}", renamed, path.split("?")[0].rstrip("/") or "/")


def _snake(name: str) -> str:
    spelled = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    word = re.sub(r"[^a-z0-9]+", "_", spelled.lower()).strip("_")[:38]
    return f"{word}_of_it" if word in (*TAKEN, *"0123456789") else word


TAKEN = {
    word
    for kind in ("keywords", "parameter_builtins", "module_names")
    for word in load().data["vocabulary"][kind]
}


def endpoint(
    document: Document, path: str, method: str, operation: Schema, parameters: list[Schema]
) -> dict[str, Any]:
    """Return an operation as an endpoint of a data file.

    Raises:
        Unsayable: there are no words for a part of it.
    """
    if method in ("head", "options", "trace"):
        raise Unsayable("method")
    name = re.sub(r"[^a-z0-9]+", "_", f"{method}_{path.lower()}").strip("_")[:50].rstrip("_")
    spec: dict[str, Any] = {
        "name": name,
        "method": method.upper(),
        "path": _path(path, parameters, document),
    }
    hint = "".join(word.capitalize() for word in name.split("_"))
    spec |= _query(document, parameters, hint)
    spec |= _content(document, operation, hint)
    spec |= _answer(document, operation, hint)
    spec |= _errors(operation)
    headers = _headers(parameters)
    return {**spec, "headers": headers} if headers else spec


def _query(document: Document, parameters: list[Schema], hint: str) -> dict[str, Any]:
    fields = {}
    for one in parameters:
        if one.get("in") == "cookie":
            raise Unsayable("cookie parameter")
        if one.get("in") == "query":
            written = document.type(one.get("schema") or {}, f"{hint}{one['name'].title()}")
            optional = one.get("required") or written.endswith("| None")
            fields[one["name"]] = written if optional else f"{written} | None"
    return {"query": fields} if fields else {}


def _headers(parameters: list[Schema]) -> list[Any]:
    ignored = ("accept", "content-type", "authorization")
    fields = {
        _snake(one["name"]): "str" if one.get("required") else "str | None"
        for one in parameters
        if one.get("in") == "header" and one["name"].lower() not in ignored
    }
    return [{"pattern": "header-param-model", "fields": fields}] if fields else []


def _content(document: Document, operation: Schema, hint: str) -> dict[str, Any]:
    content = (document.resolved(operation.get("requestBody")) or {}).get("content") or {}
    kinds = {kind.split(";")[0]: each.get("schema") or {} for kind, each in content.items()}
    if not kinds:
        return {}
    as_json = [kind for kind in kinds if "json" in kind]
    if as_json:
        return {"body": document.type(kinds[as_json[0]], f"{hint}Sent")}
    kind, schema = next(iter(kinds.items()))
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Unsayable(f"content {kind}")
    return _form(document, document.resolved(schema), hint)


def _form(document: Document, schema: Schema, hint: str) -> dict[str, Any]:
    form, files = {}, {}
    for name, (each, is_required) in document.fields(schema).items():
        inside = document.resolved(each)
        if inside.get("format") == "binary":
            files[_snake(name)] = {"types": ["application/octet-stream"], "max_bytes": 1_000_000}
        else:
            written = document.type(each, f"{hint}{name.title()}")
            form[name] = written if is_required or written.endswith("None") else f"{written} | None"
    return {**({"form": form} if form else {}), **({"files": files} if files else {})}


def _answer(document: Document, operation: Schema, hint: str) -> dict[str, Any]:
    responses = {str(code): document.resolved(one) for code, one in operation["responses"].items()}
    good = [code for code in responses if code[0] == "2"] or [
        code for code in responses if code[0] == "3" or code == "default"
    ]
    if len(good) > 1:
        raise Unsayable("several 2xx")
    code = int(good[0]) if good and good[0].isdigit() else 200
    content = responses[good[0]].get("content") or {} if good else {}
    if code == 204 or (not content and code == 205):
        return {"status": "status-no-content"}
    fixed = (
        {"status": {"pattern": "status-fixed", "status_code": code}} if code in (201, 202) else {}
    )
    if 300 <= code < 400:
        return {"response": {"pattern": "redirect", "status_code": code}}
    if not content:
        return {"response": "empty", **fixed}
    kinds = {kind.split(";")[0]: each.get("schema") or {} for kind, each in content.items()}
    return {"response": _response(document, kinds, hint), **fixed}


def _errors(operation: Schema) -> dict[str, Any]:
    """Return the statuses that `errors` takes; others have to be those of a pattern, or of FastAPI.

    What their bodies hold is not counted, nor `default` and `4XX`, which name no status.
    """
    vocabulary = load().data["vocabulary"]
    statuses = [
        code for code in map(str, operation["responses"]) if re.fullmatch("[45]\\d\\d", code)
    ]
    unknown = [code for code in statuses if code not in vocabulary["errors"]]
    for code in unknown:
        if code not in vocabulary["other_errors"]:
            raise Unsayable(f"error {code}")
    listed = [int(code) for code in statuses if code not in unknown]
    return {"errors": listed} if listed else {}


OTHERS = {
    "text/plain": "plain-text",
    "text/html": "html",
    "text/csv": "csv",
    "application/pdf": "pdf",
    "text/event-stream": "sse",
}
"""The response pattern for each media type that is not JSON."""


def _response(document: Document, kinds: Mapping[str, Schema], hint: str) -> Any:
    as_json = [kind for kind in kinds if "json" in kind]
    others = [kind for kind in kinds if "json" not in kind]
    if as_json and others and set(others) - {"text/csv", "text/html", "*/*", "text/json"}:
        raise Unsayable("several media types")
    if not as_json:
        return OTHERS.get(others[0], "file")
    written = document.type(kinds[as_json[0]], f"{hint}Answer").removesuffix(" | None")
    if not re.fullmatch(r"[A-Z]\w*|list\[[A-Z]\w*\](\(.*\))?", written):
        raise Unsayable(f"answer {re.sub('[A-Z][A-Za-z0-9]*', 'Model', written)[:12]}", shape=True)
    model = re.sub(r"\(.*\)$", "", written)
    return {"pattern": "json-model", "model": model}


def main() -> None:
    """Print a table of the documents, and why what cannot be said cannot be."""
    why: Counter[str] = Counter()
    total: Counter[str] = Counter()
    print("| document | operations | said by lines and data files | with classes |")
    print("| --- | ---: | ---: | ---: |")
    for file in sorted(map(Path, sys.argv[1:])):
        counted = _counted(Document(file), why)
        total += counted
        print(_row(file.stem, counted))
    print(_row("together", total))
    for reason, number in why.most_common(40):
        print(f"{number:5d} {reason}")
    if total["all"] == OPERATIONS:
        measured("census", round(100 * total["said"] / total["all"]))


def _row(name: str, counted: Counter[str]) -> str:
    shares = (f"{counted[kind] / counted['all']:.0%}" for kind in ("said", "classes"))
    return f"| {name} | {counted['all']} | {' | '.join(shares)} |"


def _counted(document: Document, why: Counter[str]) -> Counter[str]:
    found = Counter[str]()
    specs: list[dict[str, Any]] = []
    for operation in document.operations():
        found["all"] += 1
        try:
            specs.append(endpoint(document, *operation))
        except Unsayable as error:
            why[str(error)] += 1
            found["classes"] += error.shape
    wrong = document.wrong_models()
    # What is inside of the models is checked once, and here only their names are asked for.
    named = [{"name": name, "fields": {"a": "str"}} for name in document.models]
    checker = Checker([])
    checker.macros = Macros(load(), [], named)
    for spec in specs:
        answer = spec.get("response")
        model = answer.get("model", "") if isinstance(answer, dict) else ""
        written = [spec.get("body", ""), model]
        bad = sorted(document.reach(" ".join(written)) & wrong.keys())
        try:
            if bad:
                raise Unsayable(wrong[bad[0]], shape=True)
            checker.endpoint(spec, "endpoint")
            found["said"] += 1
            found["classes"] += 1
        except Unsayable as error:
            why[str(error)] += 1
            found["classes"] += error.shape
        except InvalidSpec as error:
            why[_reason(f"{error.field.rpartition('.')[2]} {error.reason}")] += 1
            found["classes"] += error.field.startswith(("endpoint.body", "endpoint.response"))
    return found


if __name__ == "__main__":
    main()
