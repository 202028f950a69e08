"""A redirect after a form or another write, which has clients send all of it again."""

import ast
from collections.abc import Iterator

from scaffold.checker.answers import answers, returned
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Fix
from scaffold.checker.fixes import argument_edit
from scaffold.checker.names import known
from scaffold.checker.routes import WRITES, Route, status_of


def find(route: Route, facts: Facts) -> Iterator[Found]:
    """Find redirects without a status in endpoints that write."""
    writes = route.methods & WRITES
    if not writes:
        return
    method = "POST" if "POST" in writes else sorted(writes)[0]
    for statement, value in returned(route.function.scope, route.inside):
        for answer in answers(value, route.inside):
            if answer is None or answer.cls != "RedirectResponse" or answer.sets_status:
                continue
            if answer.name and _sets_later(route, answer.name):
                continue
            here = answer.place.module is route.function.place.module
            node = answer.call if here else statement
            fix = None
            if here:
                edit = argument_edit(answer.place.module, answer.call, "status_code=303")
                fix = Fix("Answer 303 See Other", (edit,))
            yield Found(route.function.place.module, node, _reason(method), fix=fix)
    yield from _by_class(route, method)


def _reason(method: str) -> str:
    return (
        f"`RedirectResponse` without a status is a 307: the client sends its {method} again, with "
        "body and credentials, to the next page"
    )


def _sets_later(route: Route, name: str) -> bool:
    return any(
        isinstance(target, ast.Attribute)
        and target.attr == "status_code"
        and isinstance(target.value, ast.Name)
        and target.value.id == name
        for statement in route.function.scope.assignments
        for target in (
            statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        )
    )


def _by_class(route: Route, method: str) -> Iterator[Found]:
    """Find an endpoint whose class makes a redirect of the address that it returns."""
    given = route.arguments.get("response_class")
    if given is None or known(given.node, given.place) != "RedirectResponse":
        return
    if status_of(route) is not None or not route.function.scope.returns:
        return
    if any(
        answer is not None
        for _, value in returned(route.function.scope, route.inside)
        for answer in answers(value, route.inside)
    ):
        return
    edit = argument_edit(route.module, route.call, "status_code=303")
    yield Found(route.module, route.call, _reason(method), fix=Fix("Answer 303", (edit,)))


RULE = Rule(
    code="RSP108",
    name="redirect-307-after-write",
    title="A redirect after a write repeats the write",
    standard="RFC 9110 sections 15.4.4 and 15.4.8",
    patterns=("redirect",),
    wire="HTTP/1.1 307 Temporary Redirect",
    instead="answer with `status_code=303`, so that the client gets the next page",
    fixable="safe",
    on_route=find,
)
