"""Where an application gets its middleware."""

import ast
from collections.abc import Iterator, Sequence

from scaffold.checker.names import Place, derives, known
from scaffold.checker.values import Arguments


def middleware(
    place: Place, name: str, names: Sequence[str]
) -> Iterator[tuple[ast.Call, Arguments]]:
    """Yield the calls in a scope that add a middleware, and what they give to it.

    These are `add_middleware(Class, ...)`, `Middleware(Class, ...)`, and `Class(app, ...)`.

    Args:
        place: the scope.
        name: the class of FastAPI or Starlette.
        names: its positional parameters, the application first.
    """
    wanted = frozenset((name,))
    for call in place.scope.calls:
        func = call.func
        adds = isinstance(func, ast.Attribute) and func.attr == "add_middleware"
        if adds or (call.args and known(func, place) == "Middleware"):
            cls = call.args[0] if call.args else None
            for keyword in call.keywords:
                cls = keyword.value if keyword.arg == "middleware_class" else cls
            if cls is not None and derives(cls, place, wanted):
                yield call, Arguments(call, place, names)
        elif place.module.source.mentions(name.lower()) and derives(func, place, wanted):
            yield call, Arguments(call, place, names)
