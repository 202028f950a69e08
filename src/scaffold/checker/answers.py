"""The `Response` objects that functions return, and what is put on a response besides."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scaffold.checker.flow import own_nodes
from scaffold.checker.names import (
    UNKNOWN,
    Definition,
    Origin,
    Parameter,
    Place,
    Value,
    bare,
    derives,
    of_member,
    origins,
)
from scaffold.checker.scopes import Scope, parameters
from scaffold.checker.values import NOT_KNOWN, Arguments, constant

CONTENT = ("content", "status_code", "headers", "media_type", "background")
SIGNATURES = {
    "Response": CONTENT,
    "JSONResponse": CONTENT,
    "ORJSONResponse": CONTENT,
    "UJSONResponse": CONTENT,
    "HTMLResponse": CONTENT,
    "PlainTextResponse": CONTENT,
    "StreamingResponse": CONTENT,
    "EventSourceResponse": CONTENT,
    "RedirectResponse": ("url", "status_code", "headers", "background"),
    "FileResponse": (
        *("path", "status_code", "headers", "media_type", "background", "filename"),
        *("stat_result", "content_disposition_type"),
    ),
    "TemplateResponse": (
        *("request", "name", "context", "status_code", "headers", "media_type", "background"),
    ),
}
"""The positional parameters of each class."""
RESPONSES = frozenset(SIGNATURES)
JSON = frozenset(("JSONResponse", "ORJSONResponse", "UJSONResponse"))
STREAMS = frozenset(("StreamingResponse", "EventSourceResponse", "FileResponse"))
COOKIE = ("key", "value", "max_age", "expires", "path", "domain", "secure", "httponly", "samesite")
DELETED = ("key", "path", "domain", "secure", "httponly", "samesite")
DEEPEST = 3


@dataclass(eq=False)
class Answer:
    """A response that a function returns.

    Attributes:
        cls: its class, or FastAPI's or Starlette's from which that derives.
        call: what makes it.
        place: where that stands.
        arguments: what it is made with.
        derived: whether its class is one of the project.
        name: the variable that it is returned by.
    """

    cls: str
    call: ast.Call
    place: Place
    arguments: Arguments
    derived: bool
    name: str | None = None

    @property
    def status(self) -> Any:
        """The status code that it is made with, or NOT_KNOWN."""
        if self.derived and "status_code" not in self.arguments and not _is_plain(self):
            return NOT_KNOWN
        return self.arguments.value("status_code", 307 if self.cls == "RedirectResponse" else 200)

    @property
    def sets_status(self) -> bool:
        """Whether a status is given, or may be."""
        return (
            "status_code" in self.arguments
            or not self.arguments.complete
            or (self.derived and not _is_plain(self))
        )


def _is_plain(answer: Answer) -> bool:
    """Say whether a class of the project is made with the arguments of the one it derives from."""
    for origin in origins(answer.call.func, answer.place):
        if isinstance(origin, Definition) and origin.is_class:
            made = list(of_member(origin, "__init__"))
            return made == [UNKNOWN]
    return False


def returned(function: Scope, place: Place) -> Iterator[tuple[ast.Return, ast.expr]]:
    """Yield what a function returns, each branch of a conditional expression by itself."""
    for statement in function.returns:
        stack = [statement.value] if statement.value is not None else []
        while stack:
            value = stack.pop()
            if isinstance(value, ast.IfExp):
                stack += [value.orelse, value.body]
            else:
                yield statement, value


def answers(expr: ast.expr, place: Place, depth: int = 0) -> list[Answer | None]:
    """Return the responses that an expression may be; None for what is none, or not known."""
    name = expr.id if isinstance(expr, ast.Name) else None
    result: list[Answer | None] = []
    for origin in origins(expr, place):
        for answer in _of_origin(origin, depth):
            if answer is not None and depth == 0:
                answer.name = name
            result.append(answer)
    return result


def sole_answer(expr: ast.expr, place: Place) -> Answer | None:
    """Return the response that an expression is, if there is no doubt."""
    found = answers(expr, place)
    return found[0] if len(found) == 1 else None


def _of_origin(origin: Origin, depth: int) -> Iterator[Answer | None]:
    if not isinstance(origin, Value) or not isinstance(origin.node, ast.Call):
        yield None
        return
    call, place = origin.node, origin.place
    cls = response_class(call.func, place)
    if cls:
        derived = any(isinstance(each, Definition) for each in origins(call.func, place))
        yield Answer(cls, call, place, Arguments(call, place, SIGNATURES[cls]), derived)
        return
    if depth < DEEPEST:
        for called in origins(call.func, place):
            if isinstance(called, Definition) and not called.is_class:
                inner = called.scope
                if inner.yields or not inner.returns:
                    yield None
                for _, value in returned(inner, called.inside):
                    yield from answers(value, called.inside, depth + 1)
                return
    yield None


def response_class(func: ast.expr, place: Place) -> str:
    """Return the response class that a call makes, or nothing."""
    if isinstance(func, ast.Attribute) and func.attr == "TemplateResponse":
        for origin in origins(func.value, place):
            if not isinstance(origin, Value) or not isinstance(origin.node, ast.Call):
                return ""
            if not derives(origin.node.func, origin.place, frozenset(("Jinja2Templates",))):
                return ""
        return "TemplateResponse"
    return derives(func, place, RESPONSES)


def injected(function: Definition) -> list[str]:
    """Return the parameters by which a function gets the response that FastAPI makes."""
    arguments = getattr(function.node, "args", None)
    if not isinstance(arguments, ast.arguments):
        return []
    return [
        arg.arg
        for arg, default in parameters(arguments)
        if arg.annotation is not None
        and not isinstance(default, ast.Call)
        and derives(bare(arg.annotation), function.inside, RESPONSES)
    ]


@dataclass(eq=False)
class Touch:
    """A statement that puts something on a response.

    Attributes:
        node: the call or the assignment.
        statement: the statement of it.
        on: the response.
        place: where it stands.
        what: `cookie`, `deletion`, `header` or `status`.
        name: the header's name in lower case, or the cookie's; None if it is not known.
        value: what a header or the status is set to.
        arguments: of a call for a cookie.
    """

    node: ast.Call | ast.Assign | ast.AnnAssign | ast.AugAssign
    statement: ast.stmt
    on: ast.expr
    place: Place
    what: str
    name: str | None = None
    value: ast.expr | None = None
    arguments: Arguments | None = None

    @property
    def variable(self) -> str | None:
        """The name of the response, if it has one."""
        return self.on.id if isinstance(self.on, ast.Name) else None


def touches(scope: Scope, place: Place) -> list[Touch]:
    """Return every statement of a function that puts something on a response, in order."""
    kept = place.module.touches
    if scope not in kept:
        kept[scope] = _touches(scope, place)
    return kept[scope]


def _touches(scope: Scope, place: Place) -> list[Touch]:
    tree = place.module.tree
    found: list[Touch] = []
    for call in scope.calls:
        func = call.func
        if not isinstance(func, ast.Attribute):
            continue
        if func.attr in ("set_cookie", "delete_cookie"):
            names = COOKIE if func.attr == "set_cookie" else DELETED
            arguments = Arguments(call, place, names)
            key = arguments.value("key", NOT_KNOWN)
            what = "cookie" if func.attr == "set_cookie" else "deletion"
            name = key if isinstance(key, str) else None
            statement = tree.statement(call)
            found.append(Touch(call, statement, func.value, place, what, name, None, arguments))
        elif func.attr in ("append", "update", "setdefault", "add") and _is_headers(func.value):
            assert isinstance(func.value, ast.Attribute)
            found += _by_call(call, func.value.value, place)
    for assignment in scope.assignments:
        targets = assignment.targets if isinstance(assignment, ast.Assign) else [assignment.target]
        for target in targets:
            if isinstance(target, ast.Subscript) and _is_headers(target.value):
                assert isinstance(target.value, ast.Attribute)
                name = header_name(target.slice, place)
                on = target.value.value
                found.append(
                    Touch(assignment, assignment, on, place, "header", name, assignment.value)
                )
            elif isinstance(target, ast.Attribute) and target.attr == "status_code":
                found.append(
                    Touch(
                        assignment,
                        assignment,
                        target.value,
                        place,
                        "status",
                        None,
                        assignment.value,
                    )
                )
    found.sort(key=lambda touch: (touch.node.lineno, touch.node.col_offset))
    return found


def _by_call(call: ast.Call, on: ast.expr, place: Place) -> list[Touch]:
    statement = place.module.tree.statement(call)
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr == "update":
        given = call.args[0] if len(call.args) == 1 else None
        if isinstance(given, ast.Dict):
            return [
                Touch(call, statement, on, place, "header", header_name(key, place), value)
                for key, value in zip(given.keys, given.values, strict=True)
                if key is not None
            ]
        return [Touch(call, statement, on, place, "header")]
    name = header_name(call.args[0], place) if call.args else None
    value = call.args[1] if len(call.args) > 1 else None
    return [Touch(call, statement, on, place, "header", name, value)]


def _is_headers(expr: ast.expr) -> bool:
    return isinstance(expr, ast.Attribute) and expr.attr == "headers"


def header_name(expr: ast.expr, place: Place) -> str | None:
    """Return the name of a header in lower case, if it is known."""
    value = constant(expr, place)
    return value.lower() if isinstance(value, str) else None


def is_response(expr: ast.expr, place: Place) -> bool | None:
    """Say whether an expression is a response; None if that is not known."""
    verdicts: set[bool | None] = set()
    for origin in origins(expr, place):
        if isinstance(origin, Parameter):
            annotation = origin.node.annotation
            if annotation is None:
                verdicts.add(None)
            elif derives(bare(annotation), origin.place, RESPONSES):
                verdicts.add(True)
            else:
                verdicts.add(_unless_unknown(bare(annotation), origin.place))
        elif isinstance(origin, Value) and isinstance(origin.node, ast.Call):
            if any(_of_origin(origin, 0)):
                verdicts.add(True)
            else:
                verdicts.add(_unless_unknown(origin.node.func, origin.place))
        else:
            verdicts.add(None)
    return verdicts.pop() if len(verdicts) == 1 else None


def _unless_unknown(expr: ast.expr, place: Place) -> bool | None:
    found = origins(expr, place)
    certain = all(isinstance(each, Definition) and each.is_class for each in found)
    return False if found and certain else None


def cookie_calls(scope: Scope, place: Place) -> Iterator[Touch]:
    """Yield the calls that set or delete a cookie on what is, or may be, a response."""
    for touch in touches(scope, place):
        if touch.what in ("cookie", "deletion") and is_response(touch.on, place) is not False:
            yield touch


def header_dicts(scope: Scope, place: Place) -> Iterator[tuple[ast.expr, ast.Dict]]:
    """Yield the dictionaries that a function may send as headers, with the expression around."""
    for node in own_nodes(scope.node):
        if isinstance(node, ast.Dict):
            yield node, node
