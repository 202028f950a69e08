"""Content in an answer that must have none."""

import ast
from collections.abc import Iterator

from scaffold.checker.answers import answers, injected, returned, touches
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Fix
from scaffold.checker.flow import leads_to
from scaffold.checker.names import Definition, Place, known, origins
from scaffold.checker.routes import Route, status_of
from scaffold.checker.values import Arguments, constant

BODILESS = (204, 205, 304)
ALWAYS = frozenset(("JSONResponse", "ORJSONResponse", "UJSONResponse"))
"""Classes that write `null` even for nothing."""
CONTENTS = (ast.Dict, ast.List, ast.Tuple, ast.Set, ast.JoinedStr, ast.DictComp, ast.ListComp)


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find responses that are made with such a status, and with content."""
    from scaffold.checker.answers import CONTENT, response_class

    for call in place.scope.calls:
        if not (call.args or call.keywords):
            continue
        cls = response_class(call.func, place)
        if cls not in ALWAYS and cls not in ("Response", "PlainTextResponse", "HTMLResponse"):
            continue
        if cls not in ALWAYS and not known(call.func, place):
            continue
        arguments = Arguments(call, place, CONTENT)
        status = arguments.value("status_code", None)
        if status not in BODILESS or isinstance(status, bool):
            continue
        content = arguments.get("content")
        if content is None or (cls not in ALWAYS and not _has_content(content.node, place)):
            continue
        shown = ast.unparse(content.node)
        reason = f"`{cls}` writes a body ({shown[:40]}) into a {status}, which must have none"
        wire = f"HTTP/1.1 {status}, content-type, and a body that is taken for the next answer"
        source = place.module.source
        fix = None
        if known(call.func, place) == "Response" and "media_type" not in arguments:
            edit = source.edit(call, f"{source.code(call.func)}(status_code={status})")
            only = set(arguments.given) <= {"content", "status_code"}
            fix = Fix("Send no content", (edit,), safe=False) if only else None
        yield Found(place.module, call, reason, wire, fix=fix)


def find_in_route(route: Route, facts: Facts) -> Iterator[Found]:
    """Find data that an endpoint returns although its status has no content."""
    status = status_of(route)
    names = set(injected(route.function))
    if route.function.scope.yields:
        return
    set_here = [
        touch
        for touch in touches(route.function.scope, route.inside)
        if touch.what == "status" and touch.variable in names and touch.value is not None
    ]
    for statement, value in returned(route.function.scope, route.inside):
        here = status
        for touch in set_here:
            if leads_to(route.inside.module.tree, touch.statement, statement):
                assert touch.value is not None
                here = constant(touch.value, route.inside)
        if here not in BODILESS or not _is_data(value, route.inside):
            continue
        if any(answers(value, route.inside)):
            continue
        reason = f"what `{route.function.name}` returns never arrives: a {here} has no content"
        wire = f"HTTP/1.1 {here}, content-type: application/json, and no body"
        yield Found(route.function.place.module, value, reason, wire)


def _is_data(value: ast.expr, place: Place) -> bool:
    if isinstance(value, ast.Constant):
        return value.value is not None and value.value not in ("", b"")
    if isinstance(value, CONTENTS) or _is_model(value, place):
        return True
    return isinstance(value, ast.Name) and all(
        isinstance(getattr(origin, "node", None), CONTENTS) and type(origin).__name__ == "Value"
        for origin in origins(value, place)
    )


def _is_model(value: ast.expr, place: Place) -> bool:
    """Say whether something is an instance of a class of the project, made on the spot."""
    return isinstance(value, ast.Call) and all(
        isinstance(origin, Definition) and origin.is_class for origin in origins(value.func, place)
    )


def _has_content(content: ast.expr, place: Place) -> bool:
    value = constant(content, place)
    if isinstance(value, str | bytes):
        return len(value) > 0
    if isinstance(content, ast.Call) and isinstance(content.func, ast.Attribute):
        return content.func.attr in ("dumps", "model_dump_json")
    return isinstance(content, ast.JoinedStr | ast.Dict | ast.List)


RULE = Rule(
    code="RSP109",
    name="no-content-with-body",
    title="An answer without content is given some",
    standard="RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5",
    patterns=("status-no-content", "empty"),
    wire="HTTP/1.1 204 No Content, content-type: application/json",
    instead="return `Response(status_code=204)`, or another status with the content",
    fixable="unsafe",
    words=("204", "205", "304", "no_content", "reset_content", "not_modified"),
    on_scope=find,
    on_route=find_in_route,
)
