"""A file name that somebody chose, put into Content-Disposition as it is."""

import ast
import re
from collections.abc import Iterator

from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Edit, Fix
from scaffold.checker.flow import own_nodes
from scaffold.checker.names import (
    External,
    Origin,
    Parameter,
    Place,
    Value,
    bare,
    origins,
    receiver_of,
    words_of,
)
from scaffold.checker.scopes import parameters
from scaffold.checker.values import NOT_KNOWN, Arguments, constant

BEFORE = re.compile(r"(?:attachment|inline|form-data)[^=]*;\s*filename\s*=\s*\"?[^\";]*$", re.I)
ALONE = re.compile(r"^\s*filename\s*=\s*\"?[^\";]*$", re.I)
CHOSEN = frozenset(("name", "filename", "title", "label", "fname", "caption"))
"""What somebody types: the last word of an attribute, a key, or a parameter."""
SETTLED = frozenset(
    (
        *("quote", "quote_plus", "secure_filename", "slugify", "uuid4", "uuid1", "hexdigest"),
        *("isoformat", "strftime", "urlencode", "len", "int", "round", "token_hex", "hex", "id"),
        *("sanitize_filename", "safe_filename", "header_value", "content_disposition", "unidecode"),
        *("time", "now", "today", "ascii", "token_urlsafe", "b64encode", "urlsafe_b64encode"),
    )
)
KEEPS = frozenset(
    (
        *("replace", "strip", "lstrip", "rstrip", "lower", "upper", "title", "removesuffix"),
        *("removeprefix", "split", "rsplit", "join", "get", "str", "basename", "Path"),
        *("PurePath", "PurePosixPath", "with_suffix", "capitalize", "splitext", "format", "sub"),
    )
)
"""Calls after which a text is as free as before."""
HANDLES = frozenset(("open", "print", "exists", "isfile", "is_file", "joinpath", "encode", "write"))
"""Calls that say nothing of what a name may be."""
PARTS = frozenset(("stem", "name", "suffix"))
ASCII_ONLY = re.compile(r"^\[\^[a-zA-Z0-9_\-. \\/]*\]\+?$")
DEEPEST = 4


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find names in Content-Disposition that may hold any character."""
    if place.scope.is_class:
        return
    for node in own_nodes(place.scope.node):
        if isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call):
            for value, whole in _names(node, place):
                if freely_chosen(value, place, facts) and _becomes_header(node, place):
                    reason = (
                        f"`{ast.unparse(value)}` goes into Content-Disposition as it is: a quote "
                        "ends the name, and a character outside of Latin-1 is an error"
                    )
                    fix = _fix(place, node, value)
                    yield Found(place.module, whole, reason, fix=fix)
                    break


def _becomes_header(node: ast.AST, place: Place) -> bool:
    """Say whether a text is sent as Content-Disposition."""
    parents = place.module.tree.parents
    child, parent = node, parents[node]
    while isinstance(parent, ast.expr) and not isinstance(parent, ast.Dict | ast.Tuple):
        if isinstance(parent, ast.Call) and child in parent.args[1:]:
            return _is_disposition(parent.args[0], place)
        child, parent = parent, parents[parent]
    if isinstance(parent, ast.Dict):
        keys = zip(parent.keys, parent.values, strict=True)
        return any(value is child and _is_disposition(key, place) for key, value in keys)
    if isinstance(parent, ast.Tuple):
        return _is_disposition(parent.elts[0], place)
    if isinstance(parent, ast.Return):
        function = place.scope.function()
        words = words_of(getattr(function.node, "name", "")) if function else ()
        return "disposition" in words
    if not isinstance(parent, ast.Assign):
        return False
    target = parent.targets[0]
    if isinstance(target, ast.Subscript):
        return _is_disposition(target.slice, place)
    return isinstance(target, ast.Name) and any(
        isinstance(each, ast.Name)
        and each.id == target.id
        and isinstance(each.ctx, ast.Load)
        and _becomes_header(each, place)
        for each in own_nodes(place.scope.node)
    )


def _is_disposition(key: ast.expr | None, place: Place) -> bool:
    value = constant(key, place) if key is not None else None
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return isinstance(value, str) and value.lower() == "content-disposition"


def _names(node: ast.expr, place: Place) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield what stands behind `filename=` in a text that is put together, and the text."""
    if isinstance(node, ast.JoinedStr):
        before = ""
        for part in node.values:
            if isinstance(part, ast.Constant):
                before += str(part.value)
            elif isinstance(part, ast.FormattedValue):
                if is_name_position(before):
                    yield part.value, node
                before += "x"
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left = node.left
        text = constant(left, place) if not isinstance(left, ast.BinOp) else _tail(left, place)
        if isinstance(text, str) and is_name_position(text):
            yield node.right, node
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        text = constant(node.left, place)
        if isinstance(text, str) and is_name_position(text.partition("%")[0]):
            first = node.right.elts[0] if isinstance(node.right, ast.Tuple) else node.right
            yield first, node
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr != "format":
            return
        text = constant(node.func.value, place)
        if isinstance(text, str) and is_name_position(text.partition("{")[0]):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            if given:
                yield given[0], node


def _tail(node: ast.BinOp, place: Place) -> object:
    text = constant(node.right, place)
    return text if isinstance(text, str) else NOT_KNOWN


def is_name_position(before: str) -> bool:
    """Say whether what follows a text is the name in Content-Disposition."""
    return bool(BEFORE.search(before) or ALONE.search(before))


def freely_chosen(expr: ast.expr, place: Place, facts: Facts, depth: int = 0) -> str:
    """Return what in an expression anybody can choose, as far as that is known; or nothing."""
    if depth > DEEPEST or isinstance(expr, ast.Constant):
        return ""
    if constant(expr, place) is not NOT_KNOWN:
        return ""
    if isinstance(expr, ast.JoinedStr):
        inner = [each.value for each in expr.values if isinstance(each, ast.FormattedValue)]
        return _first(inner, place, facts, depth)
    if isinstance(expr, ast.BinOp):
        return _first([expr.left, expr.right], place, facts, depth)
    if isinstance(expr, ast.BoolOp):
        return _first(expr.values, place, facts, depth)
    if isinstance(expr, ast.IfExp):
        return _first([expr.body, expr.orelse], place, facts, depth)
    if isinstance(expr, ast.Await):
        return freely_chosen(expr.value, place, facts, depth)
    if isinstance(expr, ast.Call):
        return _of_call(expr, place, facts, depth)
    if isinstance(expr, ast.Subscript):
        key = constant(expr.slice, place)
        if isinstance(key, str):
            return key if _is_chosen(key) else ""
        return freely_chosen(expr.value, place, facts, depth + 1)
    if isinstance(expr, ast.Attribute):
        return _of_attribute(expr, place, facts, depth)
    if isinstance(expr, ast.Name):
        return _of_name(expr, place, facts, depth)
    return ""


def _first(nodes: list[ast.expr], place: Place, facts: Facts, depth: int) -> str:
    return next(filter(None, (freely_chosen(it, place, facts, depth) for it in nodes)), "")


def _is_chosen(name: str) -> bool:
    words = words_of(name)
    return bool(words) and words[-1] in CHOSEN and not {"host", "service", "model"} & set(words)


def _called(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _of_call(call: ast.Call, place: Place, facts: Facts, depth: int) -> str:
    name = _called(call.func)
    if name in SETTLED or name not in KEEPS:
        return ""
    if name == "get":
        key = constant(call.args[0], place) if call.args else NOT_KNOWN
        return key if isinstance(key, str) and _is_chosen(key) else ""
    if name == "sub" and isinstance(call.func, ast.Attribute):
        # `\w` takes letters of every script.
        pattern = constant(call.args[0], place) if call.args else NOT_KNOWN
        if not isinstance(pattern, str) or "\\w" not in pattern or len(call.args) != 3:
            return ""
        if any("ASCII" in ast.dump(each.value) for each in call.keywords):
            return ""
        return freely_chosen(call.args[2], place, facts, depth)
    if name == "join":
        return _of_join(call, place, facts, depth)
    inner = list(call.args)
    if isinstance(call.func, ast.Attribute) and name not in ("basename", "Path", "splitext"):
        inner = [call.func.value]
    return _first(inner, place, facts, depth)


def _of_join(call: ast.Call, place: Place, facts: Facts, depth: int) -> str:
    """Return what is chosen in `"".join(c for c in name if c.isalnum())`: any letter still is."""
    inside = call.args[0] if call.args else None
    if not isinstance(inside, ast.GeneratorExp | ast.ListComp):
        return ""
    text = ast.dump(inside)
    if "isascii" in text or "ascii_letters" in text or ("In()" in text and "isal" not in text):
        return ""
    return freely_chosen(inside.generators[0].iter, place, facts, depth + 1)


def _of_attribute(expr: ast.Attribute, place: Place, facts: Facts, depth: int) -> str:
    if expr.attr in PARTS and isinstance(expr.value, ast.Call):
        if _called(expr.value.func) in ("Path", "PurePath", "PurePosixPath"):
            return _first(list(expr.value.args), place, facts, depth)
        return ""
    if not _is_chosen(expr.attr):
        return ""
    base = expr.value
    words = set(words_of(_called(base)))
    if words & {"settings", "config", "self", "cls", "path", "tmp", "temp", "os", "app", "conf"}:
        return ""
    for origin in origins(base, place):
        if isinstance(origin, External) or _is_path(origin) or _is_enum(base, place):
            return ""
    return expr.attr


def _is_path(origin: Origin) -> bool:
    if isinstance(origin, Value) and isinstance(origin.node, ast.Call | ast.BinOp):
        if isinstance(origin.node, ast.BinOp):
            return isinstance(origin.node.op, ast.Div)
        return _called(origin.node.func) in (
            *("Path", "NamedTemporaryFile", "TemporaryDirectory", "glob", "open", "resolve"),
            *("absolute", "joinpath"),
        )
    if isinstance(origin, Parameter) and origin.node.annotation is not None:
        return "Path" in ast.dump(bare(origin.node.annotation))
    return not isinstance(origin, Value | Parameter) and not _is_loose(origin)


def _is_loose(origin: Origin) -> bool:
    """Say whether nothing is known that would speak against a name from a database."""
    return type(origin).__name__ in ("Unknown", "Each", "Entered")


def _is_enum(base: ast.expr, place: Place) -> bool:
    for origin in origins(base, place):
        if isinstance(origin, Parameter) and origin.node.annotation is not None:
            return "Enum" in ast.dump(bare(origin.node.annotation))
    return False


def _of_name(expr: ast.Name, place: Place, facts: Facts, depth: int) -> str:
    for origin in origins(expr, place):
        if isinstance(origin, Parameter):
            if _is_text(origin, facts, depth):
                return expr.id
        elif isinstance(origin, Value) and origin.node is not expr:
            found = freely_chosen(origin.node, origin.place, facts, depth + 1)
            if found:
                return found
    return ""


def _is_text(origin: Parameter, facts: Facts, depth: int) -> bool:
    """Say whether a parameter brings any text: that of an endpoint, or what it is called with."""
    node = origin.place.scope.node
    annotation = origin.node.annotation
    kind = bare(annotation) if annotation is not None else None
    if node in facts.registry.of_function:
        if words_of(origin.node.arg)[-1:] in (("id",), ("uuid",), ("hash",), ("sha",), ("key",)):
            return False
        told = (ast.dump(origin.default) if origin.default else "") + ast.dump(
            annotation or ast.Pass()
        )
        is_str = isinstance(kind, ast.Name) and kind.id == "str"
        is_free = is_str and not any(word in told for word in ("pattern", "'Depends'"))
        return is_free and not _is_checked(origin) and not _is_looked_up(origin, facts)
    return not _is_checked(origin) and _is_called_with_text(origin, facts, depth)


def _is_called_with_text(origin: Parameter, facts: Facts, depth: int) -> bool:
    """Say whether somebody calls a function of the same module with what anybody may choose."""
    module, scope = origin.place.module, origin.place.scope
    arguments = getattr(scope.node, "args", None)
    name = getattr(scope.node, "name", None)
    if not isinstance(arguments, ast.arguments) or depth >= DEEPEST:
        return False
    names = [arg.arg for arg, _ in parameters(arguments)]
    for place in (Place(module, each) for each in module.tree.all_scopes()):
        for call in place.scope.calls:
            if _called(call.func) != name or place.scope is scope:
                continue
            offset = 1 if receiver_of(scope) and isinstance(call.func, ast.Attribute) else 0
            given = Arguments(call, place, names[offset:]).get(origin.node.arg)
            if given is not None and freely_chosen(given.node, given.place, facts, depth + 1):
                return True
    return False


def _is_looked_up(origin: Parameter, facts: Facts) -> bool:
    """Say whether a text of the request has to be known to other code before it is sent."""
    name = origin.node.arg
    for scope in origin.place.scope.inner():
        for call in scope.calls:
            called = _called(call.func)
            if called in KEEPS or called in SETTLED or called in HANDLES:
                continue
            if called[:1].isupper() or called in ("debug", "info", "warning", "error", "exception"):
                continue
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            if any(isinstance(each, ast.Name) and each.id == name for each in given):
                return True
    return False


def _is_checked(origin: Parameter) -> bool:
    """Say whether a function compares a parameter with what it may be."""
    name = origin.node.arg
    for node in own_nodes(origin.place.scope.node):
        match node:
            case ast.Compare(
                left=ast.Name(id=seen), ops=[ast.In() | ast.NotIn() | ast.Eq() | ast.NotEq(), *_]
            ):
                if seen == name:
                    return True
            case ast.Subscript(slice=ast.Name(id=seen)) if seen == name:
                return True
    return False


def _fix(place: Place, node: ast.expr, value: ast.expr) -> Fix | None:
    """Return the fix that encodes the name, as RFC 8187 says."""
    if not isinstance(node, ast.JoinedStr):
        return None
    source = place.module.source
    start, end = source.span(node)
    code = source.text[start:end]
    found = re.fullmatch(
        r"""f(?P<q>["'])(?P<head>(?:attachment|inline);\s*)filename=(?P<n>\\?["']?)(?P<name>.*?)"""
        r"""(?P=n)(?P=q)""",
        code,
        re.I,
    )
    if (
        found is None
        or ";" in found["name"]
        or found["name"].count("{") != found["name"].count("}")
    ):
        return None
    if found["q"] in found["name"] or "\\" in found["name"] or "'" in found["name"]:
        return None
    quoted = re.sub(r"\{([^{}!:]+)\}", r"{quote(str(\1), safe='')}", found["name"])
    if found["q"] == "'":
        quoted = quoted.replace("''", '""')
    text = f"f{found['q']}{found['head']}filename*=UTF-8''{quoted}{found['q']}"
    if found["q"] == "'":
        text = f"f\"{found['head']}filename*=UTF-8''{quoted}\"".replace('safe=""', "safe=''")
    edits = [Edit(start, end, text)]
    if "quote" not in place.module.tree.module.bindings:
        edits.insert(0, _import(place))
    return Fix("Encode the name", tuple(edits))


def _import(place: Place) -> Edit:
    """Return the edit that imports `quote` behind the imports that are there."""
    module = place.module
    body = module.source.tree.body
    last = 0
    for statement in body:
        is_doc = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if isinstance(statement, ast.Import | ast.ImportFrom) or (is_doc and last == 0):
            last = statement.end_lineno or last
        else:
            break
    offset = module.source.offset(last + 1, 0) if last else 0
    return Edit(offset, offset, "from urllib.parse import quote\n")


RULE = Rule(
    code="RSP106",
    name="disposition-unencoded",
    title="A file name stands in Content-Disposition as it is",
    standard="RFC 6266 section 4.3, RFC 8187 section 3.2",
    patterns=("download-bytes", "file"),
    wire="HTTP/1.1 500 Internal Server Error for a name in Japanese, or a second name",
    instead=(
        "hand the name to `FileResponse(filename=...)`, or write `filename*=UTF-8''` and the name "
        "through `urllib.parse.quote`"
    ),
    fixable="safe",
    words=("filename",),
    on_scope=find,
)
