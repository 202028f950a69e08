"""A status that is declared, and not sent, because the returned response has its own."""

from collections.abc import Iterator

from scaffold.checker.answers import answers, returned
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.findings import Fix
from scaffold.checker.fixes import argument_edit
from scaffold.checker.routes import WRITES, Route, declared_status, status_of
from scaffold.checker.rules.redirect_307_after_write import _sets_later


def find(route: Route, facts: Facts) -> Iterator[Found]:
    """Find returned responses without the status that the decorator declares."""
    declared = declared_status(route)
    status = status_of(route)
    if declared is None or not isinstance(status, int) or isinstance(status, bool):
        return
    for statement, value in returned(route.function.scope, route.inside):
        for answer in answers(value, route.inside):
            if answer is None or answer.sets_status or answer.status == status:
                continue
            if answer.cls == "RedirectResponse" and (route.methods & WRITES or status < 300):
                # redirect-307-after-write says more, and a redirect beside a success is meant.
                continue
            if answer.name and _sets_later(route, answer.name):
                continue
            sent = 307 if answer.cls == "RedirectResponse" else 200
            here = answer.place.module is route.function.place.module
            node = answer.call if here else statement
            reason = (
                f"`{answer.cls}` goes out with its own status {sent}, not with the {status} of "
                "the decorator"
            )
            fix = None
            code = declared.place.module.source.code(declared.node)
            if here and declared.place.module is answer.place.module:
                edit = argument_edit(answer.place.module, answer.call, f"status_code={code}")
                fix = Fix(f"Answer {status}", (edit,))
            wire = f"HTTP/1.1 {sent}"
            yield Found(route.function.place.module, node, reason, wire, fix=fix)


RULE = Rule(
    code="RSP111",
    name="decorator-status-ignored",
    title="The status of the decorator is not that of the returned response",
    standard="FastAPI: a Response that is returned is sent as it is",
    patterns=("status-fixed",),
    wire="HTTP/1.1 200 OK",
    instead="give the status to the response, or return data",
    fixable="safe",
    on_route=find,
)
