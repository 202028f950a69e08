"""Every site of the web may read answers as the visitor who is logged in."""

import ast
import re
from collections.abc import Iterator

from scaffold.checker.answers import touches
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Fix
from scaffold.checker.flow import names_in, own_nodes
from scaffold.checker.middleware import middleware
from scaffold.checker.names import Place, Value, origins
from scaffold.checker.values import Arguments, constant, entries

ORIGIN, CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"
ATTACKER = "https://attacker.example"
NAMES = (
    *("app", "allow_origins", "allow_methods", "allow_headers", "allow_credentials"),
    *("allow_origin_regex", "allow_private_network", "expose_headers", "max_age"),
)


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find CORS with credentials for every origin."""
    for call, arguments in middleware(place, "CORSMiddleware", NAMES):
        if arguments.value("allow_credentials", False) is not True:
            continue
        origin = _every_origin(arguments)
        if origin is None:
            continue
        reason = (
            f"with `allow_credentials=True` and `{origin}` any site may read what its visitors "
            "see here when they are logged in"
        )
        yield Found(place.module, call, reason, fix=_fix(place, arguments))
    yield from find_by_hand(place, facts)


def find_by_hand(place: Place, facts: Facts) -> Iterator[Found]:
    """Find the same headers, written by a function itself."""
    if not place.scope.is_function or not place.module.source.mentions(CREDENTIALS):
        return
    pairs: list[tuple[str | None, ast.expr, ast.AST]] = [
        (touch.name, touch.value, touch.node)
        for touch in touches(place.scope, place)
        if touch.what == "header" and touch.value is not None
    ]
    groups = [pairs]
    for node in own_nodes(place.scope.node):
        if isinstance(node, ast.Dict):
            given = entries(node, place) or {}
            groups.append([(name.lower(), it.node, it.node) for name, it in given.items()])
    for group in groups:
        said = {name: (value, node) for name, value, node in group if name}
        allowed, credentials = said.get(ORIGIN), said.get(CREDENTIALS)
        if allowed is None or credentials is None:
            continue
        if str(constant(credentials[0], place)).lower() != "true":
            continue
        if _is_echo(allowed[0], place):
            reason = "the Origin of whoever asks is allowed to read answers with credentials"
            yield Found(place.module, allowed[1], reason)
        elif constant(allowed[0], place) == "*":
            reason = "browsers refuse `*` together with credentials"
            wire = f"{ORIGIN}: *, {CREDENTIALS}: true"
            yield Found(place.module, allowed[1], reason, wire)


def _is_echo(value: ast.expr, place: Place) -> bool:
    """Say whether a value is the Origin of the request, which nothing looks at."""
    nodes, names = [value], set()
    if isinstance(value, ast.Name):
        names.add(value.id)
        nodes = [it.node for it in origins(value, place) if isinstance(it, Value)]
    if not nodes or not all(_reads_origin(node, place) for node in nodes):
        return False
    return not any(
        isinstance(node, ast.Compare | ast.Call)
        and names & names_in(node)
        and not (isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is | ast.IsNot))
        for node in own_nodes(place.scope.node)
    )


def _reads_origin(node: ast.expr, place: Place) -> bool:
    if isinstance(node, ast.BoolOp):
        return _reads_origin(node.values[0], place)
    key: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        key, node = node.slice, node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        key, node = (node.args[0], node.func.value) if node.func.attr == "get" else (None, node)
    if key is None or not isinstance(node, ast.Attribute) or node.attr != "headers":
        return False
    name = constant(key, place)
    return isinstance(name, str) and name.lower() == "origin"


def _every_origin(arguments: Arguments) -> str | None:
    origins = arguments.value("allow_origins", ())
    if isinstance(origins, str | tuple) and "*" in origins:
        return 'allow_origins=["*"]'
    regex = arguments.value("allow_origin_regex", None)
    if isinstance(regex, str) and _takes_all(regex):
        return f"allow_origin_regex={regex!r}"
    return None


def _takes_all(regex: str) -> bool:
    try:
        return re.fullmatch(regex, ATTACKER) is not None
    except (re.error, RecursionError):
        return False


def _fix(place: Place, arguments: Arguments) -> Fix | None:
    given = arguments.keywords.get("allow_credentials")
    if given is None:
        return None
    edit = place.module.source.edit(given, "False")
    return Fix("Allow no credentials", (edit,), safe=False)


RULE = Rule(
    code="RSP105",
    name="cors-star-credentials",
    title="CORS allows every origin together with credentials",
    standard="Fetch, section 3.3.4; Starlette echoes the Origin of any site",
    patterns=("cors",),
    wire=(
        "access-control-allow-origin: https://attacker.example, "
        "access-control-allow-credentials: true"
    ),
    instead="list the origins that may read answers, or allow no credentials",
    fixable="unsafe",
    words=("middleware", "access-control-allow-credentials"),
    on_scope=find,
)
