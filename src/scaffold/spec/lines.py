"""One endpoint as one line, for shells, and back.

A line is a method, a path, patterns with their options, and a name:

    GET /posts/{post_id:int} json-model(model=Post) cookie-set(name=last_viewed_post) as get_post

What is read from the request stands among the patterns: `query(q='str | None')`, `form(...)`,
`files(avatar={types: [image/png]})`, `body(...)` or `body(Post)`; and so do `tags(posts)` and
`errors(404, 409)`, and `data(posts)`, which names a resource. A model has a line of its own, and so
has a resource with all of its endpoints, which `scaffold.spec.resources` makes of it:

    model Post(id=int, title='str(max_length=200)', tags=list[str])
    resource /posts Post(title=str) unique(title) order(title) operations(list, read) as posts

Fields whose names are none to Python stand in a mapping: `query({'filter[status]': str})`.

Options look like a Python call and are read by Python's own parser, which is never asked to run
anything: strings, numbers, true, false, null, lists and mappings are what they are in YAML, and
anything else, such as `Post` or `str | None`, is text as it is written.
"""

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from typing import Any

from scaffold.catalogue.patterns import Catalogue, load, suggestion
from scaffold.errors import UsageMistake

LONGEST_LINE = 4000
LONGEST_GIVEN = 60
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_CONSTANTS = {"true": True, "false": False, "null": None}
_TERM = re.compile(r"(?P<id>[A-Za-z][A-Za-z0-9_-]*)(?P<call>\(.*\))?", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*", re.ASCII)
_EXAMPLE = "GET /posts/{post_id:int} json-model(model=Post) as get_post"
_MODEL_EXAMPLE = "model Post(id=int, title=str)"
_RESOURCE_EXAMPLE = "resource /posts Post(title=str)"
_CLOSING = {"(": ")", "[": "]", "{": "}"}

Endpoint = dict[str, Any]
Model = dict[str, Any]

REQUESTED = ("query", "form", "files", "body")
"""What an endpoint reads from the request, by the term that says it."""
LISTED = ("tags", "errors")
"""What else stands as a list in parentheses."""
DATA = "data"
"""What names the resource of an endpoint."""
OF_RESOURCES = ("unique", "order", "operations")
"""What the line of a resource says in lists."""


def parse_line(line: str, catalogue: Catalogue | None = None) -> Endpoint:
    """Read one line.

    Args:
        line: the line, as above.
        catalogue: tells the family of each pattern; the command's own when None.

    Returns:
        The endpoint as a mapping, as it stands in a data file. Only the line's grammar was
        checked; `scaffold.spec.check` says whether the endpoint is a valid one.

    Raises:
        UsageMistake: the line cannot be read.
    """
    try:
        return _endpoint_of(line, catalogue or load())
    except UsageMistake as mistake:
        mistake.line = line
        raise


def _endpoint_of(line: str, catalogue: Catalogue) -> Endpoint:
    _refuse_unreadable(line)
    method, path, rest = _head(line)
    terms = _terms(line, rest)
    endpoint: Endpoint = {"name": _pop_name(line, terms, method, path)}
    endpoint |= {"method": method, "path": path}
    for term in terms:
        _add_term(endpoint, line, term, catalogue)
    return endpoint


def is_model(line: str) -> bool:
    """Say whether a line is about a model, not an endpoint."""
    return line.split(maxsplit=1)[:1] == ["model"]


def is_resource(line: str) -> bool:
    """Say whether a line is about a resource."""
    return line.split(maxsplit=1)[:1] == ["resource"]


def parse_resource(line: str) -> dict[str, Any]:
    """Read the line of a resource.

    Returns:
        It as a mapping with a `path`, as it may stand in a data file.

    Raises:
        UsageMistake: the line cannot be read.
    """
    _refuse_unreadable(line)
    words = line.split(maxsplit=2)
    terms = _terms(line, words[2]) if len(words) == 3 else []
    named = {"name": _pop_name(line, terms, "", "")} if "as" in terms else {}
    match = _TERM.fullmatch(terms[0]) if terms else None
    if match is None or not match["call"]:
        reason = f"a path, a model and its fields are needed, as in {_RESOURCE_EXAMPLE}"
        raise _mistake(line, reason)
    fields = _options(line, match["id"], match["call"], "fields")
    resource: dict[str, Any] = {"path": words[1], **named, "model": match["id"], "fields": fields}
    for term in terms[1:]:
        match = _TERM.fullmatch(term)
        given = _arguments(match["call"] or "()") if match else None
        if match is None or match["id"] not in OF_RESOURCES or given is None:
            valid = ", ".join(f"{word}(...)" for word in OF_RESOURCES)
            raise _mistake(line, f"{quoted(term)} says nothing of a resource", f"write {valid}")
        _add_once(resource, line, match["id"], given)
    return resource


def parse_model(line: str) -> Model:
    """Read the line of a model.

    Returns:
        The model as a mapping of `name` and `fields`, as it stands in a data file.

    Raises:
        UsageMistake: the line cannot be read.
    """
    _refuse_unreadable(line)
    match = _TERM.fullmatch(line.strip().removeprefix("model").strip())
    if match is None or not match["call"]:
        raise _mistake(line, f"a model and its fields are needed, as in {_MODEL_EXAMPLE}")
    return {"name": match["id"], "fields": _options(line, match["id"], match["call"], "fields")}


def format_model(model: Mapping[str, Any]) -> str:
    """Write a model of a data file as one line; `parse_model` reads it back."""
    return f"model {_format_fields(str(model['name']), model['fields'])}"


def quoted(text: str) -> str:
    """Return how a message shows text of a line: as JSON, and cut short."""
    shown = CONTROL.sub("?", json.dumps(text, ensure_ascii=False))
    return shown if len(shown) <= LONGEST_GIVEN else shown[: LONGEST_GIVEN - 3] + "..."


def _mistake(line: str, reason: str, suggestion: str | None = None) -> UsageMistake:
    kind = "model" if is_model(line) else "resource" if is_resource(line) else "endpoint"
    return UsageMistake(f"{kind} line {quoted(line)}: {reason}", suggestion)


def _refuse_unreadable(line: str) -> None:
    if len(line) > LONGEST_LINE:
        raise _mistake(line, "it is too long", f"write at most {LONGEST_LINE} characters")
    if CONTROL.search(line):
        raise _mistake(line, "control characters, such as line breaks, are not allowed")


def _head(line: str) -> tuple[str, str, str]:
    words = line.split(maxsplit=2)
    if len(words) < 2 or not ({"/", "{"} & {*words[0], *words[1]} or words[0].isupper()):
        raise _mistake(line, f"a method and a path are needed, as in {_EXAMPLE}")
    method, path, *rest = words
    if method.startswith("/"):
        raise _mistake(line, f"the method is missing before {quoted(method)}, as in {_EXAMPLE}")
    if path.count("{") > path.count("}"):
        problem = f"the path ends at the first space, {quoted(path)}"
        raise _mistake(line, problem, "write {post_id:int} without one")
    return method.upper(), path, rest[0] if rest else ""


def _terms(line: str, rest: str) -> list[str]:
    """Split at the spaces that stand outside of brackets and strings."""
    spans: list[tuple[int, int]] = []
    opened: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(rest).readline):
            if not token.string.strip():
                continue
            if token.type == tokenize.ERRORTOKEN and token.string in ("'", '"'):
                raise tokenize.TokenError("unterminated string")
            start, end = token.start[1], token.end[1]
            if spans and (opened or start == spans[-1][1]):
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
            if token.string in _CLOSING:
                opened.append(token.string)
            elif opened and token.string == _CLOSING[opened[-1]]:
                opened.pop()
            elif token.string in _CLOSING.values():
                wrong = f"{opened[-1]} is not closed before" if opened else "nothing is open before"
                raise _mistake(line, f"{wrong} {token.string}")
    except (tokenize.TokenError, SyntaxError) as error:
        if "string" in str(error):
            advice = """put text that holds one into the other kind, as in title="it's\""""
            raise _mistake(line, "a quote is not closed", advice) from error
    if opened:
        raise _mistake(line, f"{opened[-1]} is not closed", f"put {_CLOSING[opened[-1]]} behind it")
    return [rest[start:end] for start, end in spans]


def _pop_name(line: str, terms: list[str], method: str, path: str) -> str:
    """Take `as NAME` off the end of the terms, or derive a name from method and path."""
    if "as" not in terms:
        return endpoint_name(method, path)
    if terms.index("as") != len(terms) - 2:
        raise _mistake(line, "one name must follow `as`, at the end of the line")
    name = terms.pop()
    terms.pop()
    return name


def endpoint_name(method: str, path: str) -> str:
    """Return the name of an endpoint that is given none, such as `get_posts`."""
    parts = re.findall(r"[a-z0-9]+", re.sub(r":[^{}]*\}", "}", path.lower()))
    return "_".join([method.lower(), *parts])[:60].rstrip("_")


def _add_term(endpoint: Endpoint, line: str, term: str, catalogue: Catalogue) -> None:
    """Add a pattern, or the body, to the endpoint."""
    match = _TERM.fullmatch(term)
    if match is None:
        raise _mistake(line, f"{quoted(term)} is no pattern", "write ID or ID(option=value, ...)")
    pattern_id = match["id"]
    if pattern_id in REQUESTED or pattern_id in LISTED:
        _add_once(endpoint, line, pattern_id, _requested(line, pattern_id, match["call"] or "()"))
        return
    if pattern_id == DATA:
        given = _arguments(match["call"] or "()") or []
        if len(given) != 1:
            raise _mistake(line, "data names one resource", "write data(posts)")
        _add_once(endpoint, line, DATA, given[0])
        return
    options = _options(line, pattern_id, match["call"] or "()")
    place = catalogue.vocabulary.places[_family(line, pattern_id, catalogue)]
    entry = {"pattern": pattern_id, **options} if options else pattern_id
    if place in ("headers", "cookies"):
        endpoint.setdefault(place, []).append(entry)
    else:
        _add_once(endpoint, line, place, entry)


def _requested(line: str, word: str, call: str) -> Any:
    """Read fields, the type of a body, or a list."""
    given = _arguments(call)
    if word in LISTED and given is not None:
        return given
    if word == "body" and given is not None and len(given) == 1 and isinstance(given[0], str):
        return given[0]
    return _options(line, word, call, "fields")


def _arguments(call: str) -> list[Any] | None:
    """Return what stands in parentheses without names, if all does."""
    source = f"_{call}"
    tree = _parsed(source)
    if not isinstance(tree, ast.Call) or tree.keywords or not tree.args:
        return None
    return [_value(argument, source) for argument in tree.args]


def _parsed(source: str) -> ast.expr | None:
    """Return the syntax tree of an expression; None if it is none."""
    try:
        return ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _from_where(source: str) -> str:
    """Say from where on an expression cannot be read, if that can be told."""
    try:
        ast.parse(source, mode="eval")
    except SyntaxError as error:
        unread = source[(error.offset or len(source)) - 1 :].removesuffix(")")
        return f" from {quoted(unread)} on" if unread else ""
    except (ValueError, RecursionError, MemoryError):
        pass
    return ""


def _family(line: str, pattern_id: str, catalogue: Catalogue) -> str:
    pattern = catalogue.patterns.get(pattern_id)
    if pattern is None:
        hint = suggestion(pattern_id, catalogue)
        raise _mistake(line, f"there is no pattern {pattern_id}", hint)
    if pattern.family == "app":
        raise _mistake(line, f"{pattern_id} wraps the application", "put it under application")
    return pattern.family


def _add_once(endpoint: Endpoint, line: str, key: str, value: Any) -> None:
    if key in endpoint:
        raise _mistake(line, f"a second {key} stands in it", "keep one")
    endpoint[key] = value


def _options(line: str, name: str, call: str, are: str = "options") -> dict[str, Any]:
    """Read the part in parentheses, which are included: the options of a pattern, or fields."""
    source = f"_{call}"
    tree = _parsed(source)
    if tree is None:
        problem = f"the {are} of {name} cannot be read{_from_where(source)}"
        advice = "write name=value, with quotes around text that has spaces or signs"
        raise _mistake(line, problem, advice)
    whole = tree.args[:1] if are == "fields" and isinstance(tree, ast.Call) else []
    whole = [each for each in whole if isinstance(each, ast.Dict)]
    if (
        not isinstance(tree, ast.Call)
        or not isinstance(tree.func, ast.Name)
        or len(tree.args) > len(whole)
    ):
        raise _mistake(line, f"the {are} of {name} must all be written as name=value")
    for key in (key for each in whole for key in _repeated_keys(each, source)):
        raise _mistake(line, f"the field {key} stands twice in {name}", "keep one of them")
    kept = "pattern" if are == "options" else None
    options: dict[str, Any] = _value(whole[0], source) if whole else {}
    for keyword in tree.keywords:
        if keyword.arg is None or keyword.arg in options or keyword.arg == kept:
            problem = f"the {are} of {name} must be different names with a value each"
            raise _mistake(line, problem)
        for key in _repeated_keys(keyword.value, source):
            problem = f"the key {key} stands twice in {keyword.arg} of {name}"
            raise _mistake(line, problem, "keep one of them")
        options[keyword.arg] = _value(keyword.value, source)
    return options


def _repeated_keys(node: ast.expr, source: str) -> Iterator[Any]:
    """Yield the keys that stand twice in a mapping."""
    for mapping in ast.walk(node):
        if isinstance(mapping, ast.Dict):
            keys = [_key(key, source) for key in mapping.keys if key]
            yield from (key for index, key in enumerate(keys) if key in keys[:index])


def _value(node: ast.expr, source: str) -> Any:
    """Return what an expression stands for, without running it."""
    match node:
        case ast.Constant(value=None | bool() | int() | float() | str()):
            return node.value
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        case ast.List(elts=items):
            return [_value(item, source) for item in items]
        case ast.Dict(keys=keys, values=values) if None not in keys:
            pairs = zip(keys, values, strict=True)
            return {_key(key, source): _value(value, source) for key, value in pairs if key}
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return f"{_text(left, source)} | {_text(right, source)}"
        case _:
            return _text(node, source)


def _key(node: ast.expr, source: str) -> Any:
    simple = isinstance(node, ast.Constant | ast.Name)
    return _value(node, source) if simple else _text(node, source)


def _text(node: ast.expr, source: str) -> str:
    return ast.get_source_segment(source, node) or ""


def format_line(endpoint: Mapping[str, Any]) -> str:
    """Write an endpoint of a data file as one line; `parse_line` reads it back.

    Args:
        endpoint: a valid endpoint, with patterns as ids or as mappings.
    """
    terms = [str(endpoint["method"]), str(endpoint["path"])]
    for word in LISTED:
        if endpoint.get(word):
            terms.append(f"{word}({', '.join(map(_literal, endpoint[word]))})")
    terms.extend(
        f"{word}({_literal(given)})" if isinstance(given, str) else _format_fields(word, given)
        for word in REQUESTED
        if (given := endpoint.get(word))
    )
    if endpoint.get(DATA) is not None:
        terms.append(f"{DATA}({_literal(endpoint[DATA])})")
    for key in ("response", "status"):
        if endpoint.get(key) is not None:
            terms.append(_format_entry(endpoint[key]))
    for key in ("headers", "cookies"):
        terms.extend(_format_entry(entry) for entry in endpoint.get(key) or ())
    return " ".join([*terms, "as", str(endpoint["name"])])


def _format_entry(entry: str | Mapping[str, Any]) -> str:
    if isinstance(entry, str):
        return entry
    options = {name: value for name, value in entry.items() if name != "pattern"}
    return _format_term(entry["pattern"], options)


def _format_term(term: str, options: Mapping[str, Any]) -> str:
    if not options:
        return term
    return f"{term}({', '.join(f'{name}={_literal(options[name])}' for name in options)})"


def _format_fields(term: str, fields: Mapping[str, Any]) -> str:
    """Write fields as name=value, or as a mapping where a name is none to Python."""
    if all(str(name).isidentifier() and not iskeyword(name) for name in fields):
        return _format_term(term, fields)
    return f"{term}({_literal(dict(fields))})"


def _literal(value: Any) -> str:
    """Write a value so that it reads back as it is; plain words go without quotes."""
    match value:
        case bool() | None:
            return json.dumps(value)
        case str():
            return value if _is_word(value) or _is_type(value) else repr(value)
        case list():
            return f"[{', '.join(map(_literal, value))}]"
        case dict():
            return f"{{{', '.join(f'{_literal(k)}: {_literal(v)}' for k, v in value.items())}}}"
        case _:
            return repr(value)


def _is_type(value: str) -> bool:
    """Say whether text is a type such as `list[Post]` that reads back as itself without quotes."""
    tree = _parsed(value)
    types = (ast.Subscript, ast.Call, ast.BinOp)
    return isinstance(tree, types) and value.isascii() and _value(tree, value) == value


def _is_word(value: str) -> bool:
    """Say whether text reads back as itself without quotes."""
    if not _WORD.fullmatch(value):
        return False
    return not any(part in _CONSTANTS or iskeyword(part) for part in value.split("-"))
