"""A response that is returned as it is, where a model was to filter and validate it."""

import ast
from collections.abc import Iterator
from typing import Any

from scaffold.checker.answers import JSON, RESPONSES, Answer, answers, injected, returned
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Fix
from scaffold.checker.names import (
    UNKNOWN,
    Definition,
    External,
    Parameter,
    Place,
    Value,
    ancestry,
    bare,
    derives,
    is_none,
    of_member,
    origins,
)
from scaffold.checker.routes import Route
from scaffold.checker.values import NOT_KNOWN, Argument, constant, entries

CLASSES = JSON | {"Response"}
DUMPS = frozenset(
    (
        *("model_dump", "model_dump_json", "dict", "json", "dump_python", "dump_json"),
        *("to_dict", "as_dict", "to_json", "serialize"),
    )
)
OWN = ("render", "__init__")
CONTAINERS = frozenset(
    (
        *("list", "List", "Sequence", "Iterable", "set", "Set", "tuple", "Tuple", "Optional"),
        *("dict", "Dict", "Mapping", "Page", "Union", "frozenset"),
    )
)


def find(route: Route, facts: Facts) -> Iterator[Found]:
    """Find a response that goes out past the model that an endpoint declares."""
    declared = _declared(route)
    if declared is None or route.function.scope.yields:
        return
    model, place = declared
    for statement, value in returned(route.function.scope, route.inside):
        for answer in answers(value, route.inside):
            if answer is None or answer.cls not in CLASSES or not _is_success(answer, route):
                continue
            if answer.derived and _renders(answer):
                continue
            if _is_dumped(answer, model, place) or _fits(answer, model, place):
                continue
            reason = (
                f"`{answer.cls}` goes out as it is, although `{route.function.name}` declares "
                f"`{_short(model)}`: nothing is filtered or validated, and the OpenAPI document "
                "says what is not sent"
            )
            node = answer.call if answer.place.scope is route.inside.scope else statement
            yield Found(route.function.place.module, node, reason, fix=_fix(answer, route, node))


def _declared(route: Route) -> tuple[ast.expr, Place] | None:
    """Return the model that an endpoint declares; None if it declares none, or none is known."""
    given = route.arguments.get("response_model")
    if given is not None:
        if is_none(given.node):
            return None
        return (given.node, given.place) if _is_model(given.node, given.place) else None
    if not route.arguments.complete:
        return None
    annotation = getattr(route.function.node, "returns", None)
    if annotation is None or not _is_model(annotation, route.function.place):
        return None
    return annotation, route.function.place


def _is_model(expr: ast.expr, place: Place, depth: int = 0) -> bool:
    """Say whether a type has fields that answers are filtered by."""
    expr = bare(expr)
    if depth > 4:
        return False
    if isinstance(expr, ast.Subscript):
        name = expr.value.attr if isinstance(expr.value, ast.Attribute) else ""
        name = name or getattr(expr.value, "id", "")
        inside = expr.slice.elts if isinstance(expr.slice, ast.Tuple) else [expr.slice]
        if name == "Union" and any(derives(each, place, RESPONSES) for each in inside):
            return False
        if name in CONTAINERS:
            return any(_is_model(each, place, depth + 1) for each in inside)
        return _is_model(expr.value, place, depth + 1)
    if isinstance(expr, ast.BinOp):
        sides = (expr.left, expr.right)
        if any(derives(bare(each), place, RESPONSES) for each in sides):
            return False
        return any(_is_model(each, place, depth + 1) for each in sides)
    for origin in origins(expr, place):
        if isinstance(origin, Definition) and origin.is_class:
            return not derives(expr, place, RESPONSES)
        if isinstance(origin, External):
            return "." in origin.dotted and not _is_foreign(origin)
        if isinstance(origin, Value) and origin.node is not expr:
            return _is_model(origin.node, origin.place, depth + 1)
    return False


def _is_foreign(origin: External) -> bool:
    """Say whether a class is known for something else, or may be a response."""
    return origin.library in ("fastapi", "starlette", "typing", "builtins", "types") or (
        origin.name.endswith("Response") and origin.library == "sse_starlette"
    )


def _is_success(answer: Answer, route: Route) -> bool:
    """Say whether a response is the one that the model is about."""
    status = _status(answer, route)
    if not isinstance(status, int) or not 200 <= status < 300 or status in (204, 205):
        return False
    success = _value(route, "status_code", 200)
    return status == success or not _documents(route, status) if status != 200 else True


def _status(answer: Answer, route: Route) -> Any:
    if answer.name is not None:
        for statement in route.function.scope.assignments:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            if (
                isinstance(target, ast.Attribute)
                and target.attr == "status_code"
                and isinstance(target.value, ast.Name)
                and target.value.id == answer.name
            ):
                return NOT_KNOWN
    return answer.status


def _value(route: Route, name: str, default: Any) -> Any:
    return route.arguments.value(name, default)


def _documents(route: Route, status: int) -> bool:
    """Say whether an endpoint describes another success, or may do so."""
    given = route.arguments.get("responses")
    if given is None:
        return not route.arguments.complete
    for origin in origins(given.node, given.place):
        if not isinstance(origin, Value) or not isinstance(origin.node, ast.Dict):
            return True
        for key in origin.node.keys:
            value = constant(key, origin.place) if key is not None else NOT_KNOWN
            if value is NOT_KNOWN or str(value) == str(status):
                return True
    return False


def _is_dumped(answer: Answer, model: ast.expr, place: Place) -> bool:
    """Say whether the content has been filtered by hand, or may have been."""
    content = answer.arguments.get("content")
    if content is None:
        return not answer.arguments.complete or answer.derived
    if isinstance(content.node, ast.Constant):
        return content.node.value in ("", b"", None)
    if answer.cls == "Response" and not _is_encoded_here(content):
        return True
    if isinstance(content.node, ast.List) and not content.node.elts:
        return True
    stack, seen = [content.node], 0
    while stack and seen < 200:
        node = stack.pop()
        seen += 1
        if isinstance(node, ast.Call):
            func = node.func
            if isinstance(func, ast.Attribute) and func.attr in DUMPS:
                if not _is_other(func.value, content.place, model, place):
                    return True
            elif _encodes(func) and node.args and _is_made(node.args[0], content.place):
                return True
        if isinstance(node, ast.Name):
            stack += [
                origin.node
                for origin in origins(node, content.place)
                if isinstance(origin, Value) and origin.place.scope is content.place.scope
            ]
        stack += [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        stack += [
            each.value for each in ast.iter_child_nodes(node) if isinstance(each, ast.keyword)
        ]
    return False


def _is_encoded_here(content: Argument) -> bool:
    """Say whether a text is known to be made from data, and not from a model elsewhere."""
    for origin in origins(content.node, content.place):
        if not isinstance(origin, Value):
            return False
        call = origin.node
        name = getattr(getattr(call, "func", None), "attr", None)
        if not isinstance(call, ast.Constant) and name not in ("dumps", "dump_json"):
            return False
    return True


def _fits(answer: Answer, model: ast.expr, place: Place) -> bool:
    """Say whether the content is written out with the fields of the model and no others."""
    content = answer.arguments.get("content")
    given = entries(content.node, content.place) if content is not None else None
    if given is None:
        return False
    for origin in origins(bare(model), place):
        if isinstance(origin, Definition) and origin.is_class:
            fields = fields_of(origin)
            if fields is None:
                return True  # what the model has is not known
            required = {name for name, has_default in fields.items() if not has_default}
            return required <= given.keys() <= fields.keys()
    return False


def fields_of(model: Definition) -> dict[str, bool] | None:
    """Return the fields of a model, and whether they may be left out; None if not known."""
    fields: dict[str, bool] = {}
    classes = ancestry(ast.Name(model.name), model.place)
    for each in reversed(classes):
        if isinstance(each, Definition):
            assert isinstance(each.node, ast.ClassDef)
            if each.node.keywords or any("alias" in ast.dump(it) for it in each.node.body):
                return None
            for statement in each.node.body:
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    fields[statement.target.id] = _may_be_left_out(statement.value)
        elif each.library not in ("pydantic", "sqlmodel", "typing", "abc", "enum"):
            return None
    return fields


def _may_be_left_out(default: ast.expr | None) -> bool:
    """Say whether a field has a default; `Field(...)` and `Field(description=...)` are none."""
    if not isinstance(default, ast.Call):
        return default is not None
    first = default.args[0] if default.args else None
    if isinstance(first, ast.Constant) and first.value is Ellipsis:
        return False
    return first is not None or any(
        keyword.arg in ("default", "default_factory") for keyword in default.keywords
    )


def _renders(answer: Answer) -> bool:
    """Say whether a class of the project writes its content itself, perhaps from the model."""
    return any(
        isinstance(origin, Definition)
        and any(it != UNKNOWN for name in OWN for it in of_member(origin, name))
        for origin in origins(answer.call.func, answer.place)
    )


def _encodes(func: ast.expr) -> bool:
    return (func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")) == (
        "jsonable_encoder"
    )


def _is_made(expr: ast.expr, place: Place) -> bool:
    """Say whether something is an instance of a model that the endpoint makes itself."""
    for origin in origins(expr, place):
        if isinstance(origin, Value) and isinstance(origin.node, ast.Call):
            func = origin.node.func
            maker = func.value if isinstance(func, ast.Attribute) else func
            if any(
                isinstance(each, Definition) and each.is_class
                for each in origins(maker, origin.place)
            ):
                return True
            if getattr(maker, "id", "a")[:1].isupper():
                return True
    return False


def _is_other(expr: ast.expr, place: Place, model: ast.expr, where: Place) -> bool:
    """Say whether something is known to be an instance of another class than the model."""
    wanted = {
        origin.node for origin in origins(bare(model), where) if isinstance(origin, Definition)
    }
    for origin in origins(expr, place):
        if isinstance(origin, Parameter) and origin.node.annotation is not None:
            kinds = origins(bare(origin.node.annotation), origin.place)
            if wanted and all(
                isinstance(each, Definition) and each.node not in wanted for each in kinds
            ):
                return True
    return False


def _short(model: ast.expr) -> str:
    text = ast.unparse(model)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _fix(answer: Answer, route: Route, node: ast.AST) -> Fix | None:
    """Return the fix that returns the content itself, where a response has nothing else."""
    content = answer.arguments.keywords.get("content")
    if answer.cls not in JSON or content is None or node is not answer.call or answer.name:
        return None
    more = set(answer.arguments.given) - {"content"}
    if more == {"status_code"} and answer.status == _value(route, "status_code", 200):
        more = set()
    if more or injected(route.function) or not answer.arguments.complete:
        return None
    source = answer.place.module.source
    edit = source.edit(answer.call, source.code(content))
    return Fix("Return the content itself", (edit,), safe=False)


RULE = Rule(
    code="RSP103",
    name="response-model-bypassed",
    title="A returned response is not filtered by the model that the endpoint declares",
    standard="FastAPI: a Response that is returned is sent as it is; OWASP API3:2023",
    patterns=("json-model", "json-direct"),
    wire="every field of the content, those too that the model leaves out",
    instead=(
        "return the object itself; set headers, cookies and the status on an injected `Response`"
    ),
    fixable="unsafe",
    on_route=find,
)
