"""Routers, their routes in the order in which they are registered, and who includes whom."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scaffold.checker.modules import Module
from scaffold.checker.names import (
    Definition,
    Each,
    External,
    Origin,
    Parameter,
    Place,
    Value,
    bare,
    derives,
    origins,
)
from scaffold.checker.scopes import Scope
from scaffold.checker.values import NOT_KNOWN, Argument, Arguments, constant

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
DECORATORS = frozenset((*METHODS, "api_route", "websocket", "websocket_route", "route"))
ROUTERS = frozenset(("FastAPI", "APIRouter"))
WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))
LIKELY = ("app", "api", "application", "router", "routes", "server", "fastapi_app")


@dataclass(eq=False)
class Router:
    """An application or a router.

    Attributes:
        node: the call that makes it, or the parameter that it arrives by.
        place: where that stands.
        arguments: what it is made with, if that is known.
        entries: routes and inclusions, in the order of the text.
    """

    node: ast.AST | None
    place: Place | None
    arguments: Arguments | None
    entries: "list[Route | Inclusion | Mount]" = field(default_factory=list)

    def own(self, name: str) -> Argument | None:
        """Return an argument that the router is made with."""
        return self.arguments.get(name) if self.arguments else None

    @property
    def prefix(self) -> str | None:
        """What its paths begin with; None if that is not known."""
        if self.arguments is None:
            return None
        value = self.arguments.value("prefix", "")
        return value if isinstance(value, str) else None


@dataclass(eq=False)
class Route:
    """A function that answers requests.

    Attributes:
        module: where it is registered.
        place: the same, with the scope.
        function: what answers.
        router: where it is registered.
        methods: in capitals; `WEBSOCKET` for a WebSocket, empty if they are not known.
        path: as the router sees it; None if it is not known.
        call: the decorator, or the call that registers it.
        arguments: of that call.
        statement: what registers it: the function with its decorators, or a call.
    """

    module: Module
    place: Place
    function: Definition
    router: Router
    methods: frozenset[str]
    path: str | None
    call: ast.Call
    arguments: Arguments
    statement: ast.stmt

    @property
    def is_websocket(self) -> bool:
        """Whether it answers no HTTP request."""
        return "WEBSOCKET" in self.methods

    @property
    def inside(self) -> Place:
        """The function's own scope."""
        return self.function.inside


@dataclass(eq=False)
class Inclusion:
    """A router that another one includes.

    Attributes:
        router: what is included; None if that is not known.
        place: where.
        call: the call that includes it.
        arguments: of that call.
        statement: the statement of that call.
    """

    router: Router | None
    place: Place
    call: ast.Call
    arguments: Arguments
    statement: ast.stmt


@dataclass(eq=False)
class Mount:
    """Another application, which takes every request below a path.

    Attributes:
        path: as the router sees it.
        place: where it is mounted.
        call: the call that mounts it.
        statement: the statement of that call.
    """

    path: str
    place: Place
    call: ast.Call
    statement: ast.stmt


class Registry:
    """Every router and route of the modules that are checked."""

    def __init__(self, modules: Iterable[Module]) -> None:
        """Look at each module."""
        self.routes: list[Route] = []
        self.routers: dict[object, Router] = {}
        self.of_function: dict[ast.AST, list[Route]] = {}
        self.included_by: dict[int, list[tuple[Router, Inclusion]]] = {}
        for module in modules:
            for scope in list(module.tree.all_scopes()):
                self._look(module, scope)
        for router in list(self.routers.values()):
            router.entries.sort(key=lambda entry: _position(entry.statement, entry.call))
            for entry in router.entries:
                if isinstance(entry, Inclusion) and entry.router is not None:
                    self.included_by.setdefault(id(entry.router), []).append((router, entry))

    def including(self, router: Router, seen: frozenset[int] = frozenset()) -> Iterator[Argument]:
        """Yield the `dependencies` of a router and of whoever includes it in each case."""
        if id(router) in seen:
            return
        own = router.own("dependencies")
        if own is not None:
            yield own
        parents = self.included_by.get(id(router), [])
        if len(parents) == 1:
            parent, inclusion = parents[0]
            given = inclusion.arguments.get("dependencies")
            if given is not None:
                yield given
            yield from self.including(parent, seen | {id(router)})

    def _look(self, module: Module, scope: Scope) -> None:
        place = Place(module, scope)
        for function in scope.functions:
            for decorator in getattr(function.node, "decorator_list", ()):
                if isinstance(decorator, ast.Call):
                    self._decorated(decorator, Definition(function.node, place), place)
        for call in scope.calls:
            if not isinstance(call.func, ast.Attribute):
                continue
            match call.func.attr:
                case "include_router":
                    self._include(call, call.func.value, place)
                case "mount":
                    self._mount(call, call.func.value, place)
                case "add_api_route":
                    self._add(call, call.func.value, place)

    def _decorated(self, call: ast.Call, function: Definition, place: Place) -> None:
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in DECORATORS:
            return
        arguments = Arguments(call, place, ["path"])
        router = self.router(call.func.value, place, arguments)
        if router is not None:
            statement = function.node
            assert isinstance(statement, ast.stmt)
            self._register(router, call.func.attr, call, arguments, function, statement, place)

    def _add(self, call: ast.Call, on: ast.expr, place: Place) -> None:
        arguments = Arguments(call, place, ["path", "endpoint"])
        router, endpoint = self.router(on, place, arguments), arguments.get("endpoint")
        if router is None or endpoint is None:
            return
        found = origins(endpoint.node, endpoint.place)
        if len(found) == 1 and isinstance(found[0], Definition) and not found[0].is_class:
            statement = place.module.tree.statement(call)
            self._register(router, "api_route", call, arguments, found[0], statement, place)

    def _register(
        self,
        router: Router,
        kind: str,
        call: ast.Call,
        arguments: Arguments,
        function: Definition,
        statement: ast.stmt,
        place: Place,
    ) -> None:
        path = arguments.value("path", NOT_KNOWN)
        route = Route(
            place.module,
            place,
            function,
            router,
            _methods(kind, arguments),
            path if isinstance(path, str) else None,
            call,
            arguments,
            statement,
        )
        self.routes.append(route)
        self.of_function.setdefault(function.node, []).append(route)
        router.entries.append(route)

    def _include(self, call: ast.Call, on: ast.expr, place: Place) -> None:
        arguments = Arguments(call, place, ["router"])
        into, child = self.router(on, place), arguments.get("router")
        if into is None or child is None:
            return
        statement = place.module.tree.statement(call)
        for included in self._children(child):
            into.entries.append(Inclusion(included, place, call, arguments, statement))

    def _mount(self, call: ast.Call, on: ast.expr, place: Place) -> None:
        path = Arguments(call, place, ["path", "app", "name"]).value("path", NOT_KNOWN)
        router = self.router(on, place)
        if router is not None and isinstance(path, str):
            statement = place.module.tree.statement(call)
            router.entries.append(Mount(path, place, call, statement))

    def _children(self, child: Argument) -> list[Router | None]:
        """Return what is included; several routers where a loop goes over a list of them."""
        found = origins(child.node, child.place)
        if len(found) == 1 and isinstance(found[0], Each):
            each = found[0]
            items = each.node
            inner = origins(items, each.place)
            if len(inner) == 1 and isinstance(inner[0], Value):
                items, where = inner[0]
                if isinstance(items, ast.Tuple | ast.List):
                    return [self.router(item, where) for item in items.elts]
            return [None]
        return [self.router(child.node, child.place)]

    def router(self, expr: ast.expr, place: Place, path: Arguments | None = None) -> Router | None:
        """Return the router that an expression stands for; None if it is none, or not known.

        Args:
            expr: the expression.
            place: where it stands.
            path: the arguments of a decorator on it, by which a router is recognised that comes
                from where nobody can look.
        """
        found = [self._router(origin, place, 0) for origin in origins(expr, place)]
        certain = {id(router): router for router in found if router is not None}
        if len(certain) == 1 and len(found) == len(certain):
            return next(iter(certain.values()))
        if len(certain) >= 1:
            # It depends on a condition which one it is, but not that it is one.
            return self._named(expr, place)
        unknown = all(
            isinstance(origin, Parameter) or not isinstance(origin, Value | Definition)
            for origin in origins(expr, place)
        )
        if path is not None and unknown and _looks_like_path(path) and _is_likely(expr, place):
            return self._named(expr, place)
        return None

    def _named(self, expr: ast.expr, place: Place) -> Router:
        key = (str(place.module.path), place.scope.qualified_name(), ast.dump(expr))
        return self.routers.setdefault(key, Router(None, None, None))

    def _router(self, origin: Origin, place: Place, depth: int) -> Router | None:
        if isinstance(origin, Value) and isinstance(origin.node, ast.Call):
            return self._made(origin.node, origin.place, depth)
        if isinstance(origin, Parameter):
            annotation = origin.node.annotation
            if annotation is not None and derives(bare(annotation), origin.place, ROUTERS):
                return self.routers.setdefault(origin.node, Router(origin.node, origin.place, None))
        return None

    def _made(self, call: ast.Call, place: Place, depth: int) -> Router | None:
        if derives(call.func, place, ROUTERS) or _is_router_of_others(call.func, place):
            if call not in self.routers:
                self.routers[call] = Router(call, place, Arguments(call, place, []))
            return self.routers[call]
        if depth > 3:
            return None
        for origin in origins(call.func, place):
            if isinstance(origin, Definition) and not origin.is_class:
                for statement in origin.scope.returns:
                    if statement.value is None:
                        continue
                    for inner in origins(statement.value, origin.inside):
                        found = self._router(inner, origin.inside, depth + 1)
                        if found is not None:
                            return found
        return None


def _is_router_of_others(func: ast.expr, place: Place) -> bool:
    """Say whether something is made by a class of a package that extends FastAPI."""
    found = origins(func, place)
    return bool(found) and all(
        isinstance(origin, External)
        and (origin.name.endswith("APIRouter") or origin.name in ("InferringRouter", "FastAPI"))
        for origin in found
    )


def _looks_like_path(arguments: Arguments) -> bool:
    path = arguments.value("path", NOT_KNOWN)
    return isinstance(path, str) and (path == "" or path.startswith("/"))


def _is_likely(expr: ast.expr, place: Place) -> bool:
    name = expr.attr if isinstance(expr, ast.Attribute) else getattr(expr, "id", "")
    likely = name.lower() in LIKELY or name.lower().endswith(("router", "_app", "_api"))
    return likely and ("fastapi" in place.module.source.text)


def _methods(kind: str, arguments: Arguments) -> frozenset[str]:
    if kind in METHODS:
        return frozenset((kind.upper(),))
    if kind.startswith("websocket"):
        return frozenset(("WEBSOCKET",))
    given = arguments.value("methods", None)
    if given is None:
        return frozenset(("GET",))
    if not isinstance(given, tuple) or not all(isinstance(each, str) for each in given):
        return frozenset()
    return frozenset(each.upper() for each in given)


def _position(statement: ast.stmt, call: ast.Call) -> tuple[int, int]:
    """Return where something is registered; decorators run from the innermost outwards."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return statement.lineno, -call.lineno
    return call.lineno, call.col_offset


def declared_status(route: Route) -> Argument | None:
    """Return the status that a decorator declares."""
    return route.arguments.get("status_code")


def status_of(route: Route) -> object:
    """Return the value of the declared status: None if there is none, or NOT_KNOWN."""
    declared = declared_status(route)
    if declared is None:
        return None if route.arguments.complete else NOT_KNOWN
    return constant(declared.node, declared.place)
