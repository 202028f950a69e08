"""Middleware that puts a task and a queue between every endpoint and its client."""

import ast
from collections.abc import Iterator

from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.names import Place, derives
from scaffold.checker.values import Arguments

CLASS = frozenset(("BaseHTTPMiddleware",))
APPLICATIONS = frozenset(("FastAPI", "Starlette"))


def find(place: Place, facts: Facts) -> Iterator[Found]:
    """Find classes that derive from it, and functions that are made to it."""
    for scope in place.scope.classes:
        assert isinstance(scope.node, ast.ClassDef)
        if any(derives(base, place, CLASS) for base in scope.node.bases):
            yield Found(place.module, scope.node, _reason(scope.node.name))
    for scope in place.scope.functions:
        for decorator in getattr(scope.node, "decorator_list", ()):
            if _is_middleware(decorator, place):
                yield Found(place.module, decorator, _reason(getattr(scope.node, "name", "")))


def _reason(name: str) -> str:
    return (
        f"`{name}` runs through BaseHTTPMiddleware: streams are five times slower, and context "
        "variables that an endpoint sets are lost"
    )


def _is_middleware(decorator: ast.expr, place: Place) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr == "middleware"
        and Arguments(decorator, place, ["middleware_type"]).value("middleware_type", "") == "http"
    )


RULE = Rule(
    code="RSP154",
    name="base-http-middleware",
    title="Middleware runs through BaseHTTPMiddleware",
    standard="Starlette: limitations of BaseHTTPMiddleware",
    patterns=("request-id", "security-headers"),
    wire="the same answer, later",
    instead="write it as plain ASGI middleware",
    default=False,
    words=("middleware",),
    on_scope=find,
)
