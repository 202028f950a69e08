"""Errors that are made with a status, and the headers that they are sent with."""

import ast
from collections.abc import Iterator

from scaffold.checker.answers import SIGNATURES, response_class
from scaffold.checker.names import External, Place, ancestry
from scaffold.checker.values import Arguments, entries

ERROR = ("status_code", "detail", "headers")
ERRORS = frozenset(("HTTPException", "StarletteHTTPException"))


def without_header(
    place: Place, statuses: tuple[int, ...], header: str
) -> Iterator[tuple[ast.Call, int]]:
    """Yield the calls that make an error, or a response, without a header that it needs.

    Args:
        place: where.
        statuses: those that need the header.
        header: its name in lower case.
    """
    for call in place.scope.calls:
        arguments = _arguments(call, place)
        if arguments is None or not arguments.complete:
            continue
        status = arguments.value("status_code", None)
        if status not in statuses or isinstance(status, bool):
            continue
        given = arguments.get("headers")
        if given is not None:
            known = entries(given.node, given.place)
            if known is None or any(name.lower() == header for name in known):
                continue
        yield call, int(status)


def _arguments(call: ast.Call, place: Place) -> Arguments | None:
    for each in ancestry(call.func, place):
        if isinstance(each, External):
            return (
                Arguments(call, place, ERROR) if each.known in ERRORS else _of_response(call, place)
            )
        return None
    return None


def _of_response(call: ast.Call, place: Place) -> Arguments | None:
    cls = response_class(call.func, place)
    return Arguments(call, place, SIGNATURES[cls]) if cls else None
