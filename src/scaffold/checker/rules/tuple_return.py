"""A status beside the data, as Flask takes it: FastAPI sends both as a list."""

import ast
from collections.abc import Iterator

from scaffold.checker.answers import returned
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Fix
from scaffold.checker.names import Value, bare, origins
from scaffold.checker.routes import Route
from scaffold.checker.values import constant


def find(route: Route, facts: Facts) -> Iterator[Found]:
    """Find tuples of data and a status."""
    annotation = getattr(route.function.node, "returns", None)
    if annotation is not None and "tuple" in ast.dump(bare(annotation)).lower():
        return
    for _, what in returned(route.function.scope, route.inside):
        value = what
        for origin in origins(what, route.inside):
            if isinstance(origin, Value) and origin.place.scope is route.inside.scope:
                value = origin.node
        if not isinstance(value, ast.Tuple) or len(value.elts) not in (2, 3):
            continue
        status = constant(value.elts[1], route.inside)
        if isinstance(status, bool) or not isinstance(status, int) or not 100 <= status < 600:
            continue
        first = constant(value.elts[0], route.inside)
        if isinstance(first, int | float) and not isinstance(first, bool):
            continue
        reason = f"the {status} does not become the status: the tuple is sent as a list"
        wire = f"HTTP/1.1 200 OK, [..., {status}]"
        fix = _fix(route, value, status)
        yield Found(route.function.place.module, value, reason, wire, fix=fix)


def _fix(route: Route, value: ast.Tuple, status: int) -> Fix | None:
    """Return the fix that moves the status of the only answer into the decorator."""
    only = len(route.function.scope.returns) == 1 and len(value.elts) == 2
    if not only or "status_code" in route.arguments or not 200 <= status < 300:
        return None
    if route.module is not route.function.place.module:
        return None
    from scaffold.checker.fixes import argument_edit

    source = route.module.source
    code = source.code(value.elts[1])
    return Fix(
        f"Declare the {status} in the decorator",
        (
            argument_edit(route.module, route.call, f"status_code={code}"),
            source.edit(value, source.code(value.elts[0])),
        ),
        safe=False,
    )


RULE = Rule(
    code="RSP112",
    name="tuple-return",
    title="A tuple of data and status is sent as a list",
    standard="FastAPI: what is returned is the content",
    patterns=("status-dynamic", "status-fixed"),
    wire='HTTP/1.1 200 OK, [{"id": 1}, 201]',
    instead="declare the status in the decorator, or set it on an injected `Response`",
    fixable="unsafe",
    on_route=find,
)
