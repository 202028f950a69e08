"""A database connection is held for as long as a client takes to read a stream or a file."""

import ast
from collections.abc import Iterator

from scaffold.checker import dependencies
from scaffold.checker.answers import STREAMS, answers, returned
from scaffold.checker.dependencies import Dependency, typed
from scaffold.checker.facts import Facts, Found, Rule
from scaffold.checker.names import (
    Definition,
    Entered,
    External,
    Parameter,
    Place,
    Value,
    ancestry,
    bare,
    derives,
    origins,
    receiver_of,
    words_of,
)
from scaffold.checker.routes import Route
from scaffold.checker.scopes import parameters

LIBRARIES = frozenset(
    ("sqlalchemy", "sqlmodel", "asyncpg", "psycopg", "psycopg2", "psycopg_pool", "aiomysql")
)
TYPES = frozenset(
    (
        *("Session", "AsyncSession", "Connection", "AsyncConnection", "scoped_session"),
        *("async_scoped_session", "PoolConnectionProxy", "ScopedSession"),
    )
)
OTHERS = frozenset(
    (
        *("aiohttp", "httpx", "requests", "boto3", "aioboto3", "aiobotocore", "redis", "motor"),
        *("pymongo", "neo4j", "elasticsearch", "opensearchpy", "aiokafka", "grpc", "curl_cffi"),
    )
)
"""Libraries whose sessions and connections are not those of a pool of a database."""
MAKERS = frozenset(("sessionmaker", "async_sessionmaker", "create_session", "Session"))
TAKES = frozenset(("acquire", "connection", "connect", "begin", "session", "get_session"))
GIVES_BACK = frozenset(("close", "commit", "rollback", "aclose", "invalidate", "release"))
DEEPEST = 2
"""How many functions deep a session is followed."""
GENERATORS = frozenset(("Generator", "AsyncGenerator", "Iterator", "AsyncIterator", "Iterable"))


def find(route: Route, facts: Facts) -> Iterator[Found]:
    """Find an endpoint that streams while a dependency of it holds a session."""
    kind = streams(route)
    if not kind or route.is_websocket or _has_own_class(route):
        return
    asked = list(dependencies.of_route(route, facts.registry))
    given_back = {
        each.function.node
        for each in asked
        if each.function and each.user and _gives_back(each.user, each.parameter)
    }
    for each in asked:
        if each.scope != "request" or each.function is None or each.function.node in given_back:
            continue
        if not _yields_session(each) or not _is_used(each, asked, route):
            continue
        where = route.function.name
        reason = (
            f"`{where}` answers with {kind} while `{_shown(each)}` holds its database connection "
            "until the client has read the last byte"
        )
        node = each.asked if each.asked is not route.function.node else route.function.node
        module = route.module if node is route.call else route.function.place.module
        yield Found(module if node in module.tree.parents else route.module, node, reason)
        return


def _has_own_class(route: Route) -> bool:
    """Say whether a class of the project calls the endpoint, and may end the transaction."""
    router = route.router
    if router.own("route_class") is not None:
        return True
    if not isinstance(router.node, ast.Call) or router.place is None:
        return False
    return any(
        isinstance(each, Definition) and "route_class" in each.place.module.source.text
        for each in ancestry(router.node.func, router.place)
    )


def _shown(each: Dependency) -> str:
    return each.function.name if each.function else "a dependency"


def streams(route: Route) -> str:
    """Return what an endpoint streams, in words; nothing if it does not, or may not."""
    function = route.function.scope
    if function.yields:
        return "a stream"
    for _, value in returned(function, route.inside):
        for answer in answers(value, route.inside):
            if answer is not None and answer.cls in STREAMS:
                return "a file" if answer.cls == "FileResponse" else "a stream"
    return ""


def _yields_session(each: Dependency) -> bool:
    function = each.function
    if function is None or function.is_class or not function.scope.yields:
        return False
    verdict = _by_type(each.annotation, each.user.place if each.user else each.place)
    if verdict is not None:
        return verdict
    returns = getattr(function.node, "returns", None)
    if isinstance(returns, ast.Subscript) and _name(returns.value) in GENERATORS:
        inside = returns.slice
        first = inside.elts[0] if isinstance(inside, ast.Tuple) and inside.elts else inside
        verdict = _by_type(first, function.place)
        if verdict is not None:
            return verdict
    return any(
        each.value is not None and _is_session(each.value, function.inside)
        for each in function.scope.yields
    )


def _by_type(annotation: ast.expr | None, place: Place) -> bool | None:
    """Say by its type whether something is a session; None if the type does not tell."""
    found = typed(annotation, place)
    if found is None:
        return None
    node, where = found
    for origin in origins(bare(node), where):
        if isinstance(origin, External):
            if origin.library in LIBRARIES:
                return origin.name in TYPES
            if origin.library in OTHERS:
                return False
            return None
    if derives(node, where, frozenset(("Response",))):
        return False
    return None


def _is_session(value: ast.expr, place: Place, depth: int = 0) -> bool:
    if depth > 4:
        return False
    for origin in origins(value, place):
        if isinstance(origin, Entered | Value) and isinstance(origin.node, ast.Call):
            if _is_taken(origin.node, origin.place, depth):
                return True
        elif isinstance(origin, Entered) and isinstance(origin.node, ast.Name | ast.Attribute):
            if _is_session(origin.node, origin.place, depth + 1):
                return True
        elif isinstance(origin, Parameter) and _by_type(origin.node.annotation, origin.place):
            return True
    return False


def _is_taken(call: ast.Call, place: Place, depth: int) -> bool:
    """Say whether a call makes a session, or takes a connection from a pool."""
    func = call.func
    for origin in origins(func, place):
        if isinstance(origin, External):
            if origin.library in OTHERS:
                return False
            if origin.library in LIBRARIES:
                return origin.name in TYPES or origin.name in TAKES
        if isinstance(origin, Value) and isinstance(origin.node, ast.Call):
            made = origin.node.func
            if any(
                isinstance(it, External) and it.library in LIBRARIES and it.name in MAKERS
                for it in origins(made, origin.place)
            ):
                return True
        if isinstance(origin, Definition):
            if origin.is_class:
                return bool(_by_type(func, place))
            inner = [
                *(each.value for each in origin.scope.yields if each.value is not None),
                *(each.value for each in origin.scope.returns if each.value is not None),
            ]
            return any(_is_session(each, origin.inside, depth + 1) for each in inner)
    if isinstance(func, ast.Attribute) and func.attr in TAKES:
        return _is_pool(func.value, place)
    return _speaks_of_session(func)


def _is_pool(expr: ast.expr, place: Place) -> bool:
    for origin in origins(expr, place):
        if isinstance(origin, External) and origin.library in OTHERS:
            return False
        if isinstance(origin, Value) and isinstance(origin.node, ast.Call):
            for made in origins(origin.node.func, origin.place):
                if isinstance(made, External):
                    return made.library in LIBRARIES
    words = set(words_of(_name(expr)))
    return bool(words & {"pool", "engine", "db", "database", "sessionmanager", "session"})


def _speaks_of_session(func: ast.expr) -> bool:
    """Say whether a name that leads nowhere is one that only session factories have."""
    name = _name(func)
    words = words_of(name)
    if words[:1] == ("get",) or "client" in words or "http" in words:
        return False
    return name in ("SessionLocal", "AsyncSessionLocal", "Session", "AsyncSession") or (
        "session" in words and bool({"maker", "factory", "local", "async", "db"} & {*words})
    )


def _name(expr: ast.expr) -> str:
    return expr.attr if isinstance(expr, ast.Attribute) else getattr(expr, "id", "")


def _is_used(each: Dependency, asked: list[Dependency], route: Route, depth: int = 0) -> bool:
    """Say whether a session is asked anything; one that is not takes no connection.

    What only puts it into an object asks nothing, as long as nobody uses that object.
    """
    if each.user is None or each.parameter is None or depth > DEEPEST * 2:
        return False
    if each.user.is_class:
        return True
    scope, tree = each.user.scope, each.user.place.module.tree
    uses = [
        node
        for statement in getattr(each.user.node, "body", ())
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and node.id == each.parameter
    ]
    if each.user.node is route.function.node:
        return bool(uses)
    if any(
        not _is_wrapped(tree.parents[use], use, Place(each.user.place.module, scope))
        for use in uses
    ):
        return True
    makers = {each.user.node, each.user.place.scope.node}
    return bool(uses) and any(
        _is_used(user, asked, route, depth + 1)
        for user in asked
        if user.function is not None and user.function.node in makers
    )


def _is_wrapped(parent: ast.AST, use: ast.Name, place: Place) -> bool:
    """Say whether a session is only put into an object, or handed on."""
    if isinstance(parent, ast.keyword):
        parent = place.module.tree.parents[parent]
    if isinstance(parent, ast.Call):
        if use is parent.func:
            return False
        found = origins(parent.func, place)
        return all(isinstance(it, Definition) and it.is_class for it in found)
    if isinstance(parent, ast.Assign):
        return isinstance(parent.targets[0], ast.Attribute)
    return isinstance(parent, ast.Return | ast.Yield)


def _gives_back(function: Definition, parameter: str | None, depth: int = 0) -> bool:
    """Say whether who asks for a session ends its transaction, or closes it.

    Functions count that it hands the session to.
    """
    for scope in function.scope.inner():
        place = Place(function.place.module, scope)
        for call in scope.calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr in GIVES_BACK:
                base = call.func.value
                name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", None)
                if name == parameter:
                    return True
            if depth < DEEPEST:
                for helper, name in _handed_to(call, place, parameter):
                    if _gives_back(helper, name, depth + 1):
                        return True
    return False


def _handed_to(
    call: ast.Call, place: Place, parameter: str | None
) -> Iterator[tuple[Definition, str]]:
    """Yield the functions of the project that a call hands a variable to, and its name there."""
    given = [*enumerate(call.args), *((each.arg, each.value) for each in call.keywords)]
    where = [at for at, it in given if isinstance(it, ast.Name) and it.id == parameter]
    if not where:
        return
    for origin in origins(call.func, place):
        if isinstance(origin, Definition) and not origin.is_class:
            arguments = getattr(origin.node, "args", None)
            assert isinstance(arguments, ast.arguments)
            names = [arg.arg for arg, _ in parameters(arguments)]
            if receiver_of(origin.scope) and isinstance(call.func, ast.Attribute):
                names = names[1:]
            for at in where:
                if isinstance(at, str):
                    yield origin, at
                elif isinstance(at, int) and at < len(names):
                    yield origin, names[at]


RULE = Rule(
    code="RSP101",
    name="stream-holds-session",
    title="A stream holds a database connection until the client has read it",
    standard="FastAPI: dependencies with yield end after the response has been sent",
    patterns=("csv-stream", "file"),
    wire="HTTP/1.1 500 Internal Server Error for the next request, once slow clients hold the pool",
    instead=(
        "close the session, or end its transaction, before the answer is returned, or open a short "
        "session for each batch inside of the generator"
    ),
    on_route=find,
)
