"""The scopes of a module, and what each name in them is bound to.

Built in one walk over the tree, without recursion, so that depth is no matter.
"""

import ast
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["import", "value", "definition", "parameter", "entered", "each", "unknown"]
Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BLOCKS = ("body", "orelse", "finalbody")


class Binding(NamedTuple):
    """Something that a name is bound to.

    Attributes:
        kind: `import` of `dotted`; the `value` of an expression; a `definition`; a `parameter`;
            what a context manager gives when it is `entered`; `each` of an iterable; or `unknown`.
        node: the statement, definition, or parameter.
        value: the expression that is bound, entered or iterated over; a parameter's default.
        annotation: the type that is declared.
        dotted: what is imported.
    """

    kind: Kind
    node: ast.AST
    value: ast.expr | None = None
    annotation: ast.expr | None = None
    dotted: str = ""


class Scope:
    """A module, class or function, with what belongs to it and to no scope inside.

    Attributes:
        node: the module, class, function or lambda.
        parent: the scope around it.
        module: the outermost scope.
        bindings: what each name is bound to here, in the order of the text.
        calls: every call.
        returns: every return statement.
        yields: every yield.
        raises: every raise statement.
        assignments: every statement that assigns.
        functions: scopes of the functions that are defined here.
        classes: scopes of the classes that are defined here.
        stars: modules of which everything is imported.
        shared: names that are declared global or nonlocal.
    """

    def __init__(self, node: ast.AST, parent: "Scope | None") -> None:
        """Make an empty scope."""
        self.node, self.parent = node, parent
        self.module: Scope = parent.module if parent else self
        self.bindings: dict[str, list[Binding]] = {}
        self.calls: list[ast.Call] = []
        self.returns: list[ast.Return] = []
        self.yields: list[ast.Yield | ast.YieldFrom] = []
        self.raises: list[ast.Raise] = []
        self.assignments: list[ast.Assign | ast.AnnAssign | ast.AugAssign] = []
        self.functions: list[Scope] = []
        self.classes: list[Scope] = []
        self.stars: list[str] = []
        self.shared: set[str] = set()

    @property
    def is_function(self) -> bool:
        """Whether it is a function or a lambda."""
        return isinstance(self.node, (*FUNCTIONS, ast.Lambda))

    @property
    def is_class(self) -> bool:
        """Whether it is a class."""
        return isinstance(self.node, ast.ClassDef)

    def function(self) -> "Scope | None":
        """Return the innermost function that holds this scope, itself included."""
        scope: Scope | None = self
        while scope is not None and not isinstance(scope.node, FUNCTIONS):
            scope = scope.parent
        return scope

    def enclosing_class(self) -> "Scope | None":
        """Return the class whose method this is, or is inside of."""
        scope: Scope | None = self
        while scope is not None and not scope.is_class:
            scope = scope.parent
        return scope

    def inner(self) -> "Iterator[Scope]":
        """Yield this scope and all inside of it."""
        stack = [self]
        while stack:
            scope = stack.pop()
            yield scope
            stack += [*scope.functions, *scope.classes]

    def qualified_name(self) -> str:
        """Return the names of the scopes down to this one, with dots."""
        names: list[str] = []
        scope: Scope | None = self
        while scope is not None and scope.parent is not None:
            names.append(getattr(scope.node, "name", "<lambda>"))
            scope = scope.parent
        return ".".join(reversed(names))


class Tree:
    """The scopes of a module, and which node is part of which.

    Attributes:
        module: the outermost scope.
        parents: the node around each node.
        scopes: the scope of each module, class, function and lambda.
    """

    def __init__(self, tree: ast.Module) -> None:
        """Walk over the tree."""
        self.module = Scope(tree, None)
        self.parents: dict[ast.AST, ast.AST] = {}
        self.scopes: dict[ast.AST, Scope] = {tree: self.module}
        self._walk(tree)

    def all_scopes(self) -> Iterator[Scope]:
        """Yield every scope, in the order of the text."""
        yield from self.scopes.values()

    def scope_of(self, node: ast.AST) -> Scope:
        """Return the scope in which a node stands; a default or decorator stands outside."""
        child, parent = node, self.parents.get(node)
        while parent is not None:
            scope = self.scopes.get(parent)
            if scope is not None and _is_inside(parent, child):
                return scope
            child, parent = parent, self.parents.get(parent)
        return self.module

    def statement(self, node: ast.AST) -> ast.stmt:
        """Return the statement that a node is part of."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def block(self, statement: ast.stmt) -> tuple[ast.AST, str]:
        """Return the node, and the name of its list, in which a statement stands."""
        parent = self.parents[statement]
        for name in (*BLOCKS, "handlers"):
            if any(each is statement for each in getattr(parent, name, ()) or ()):
                return parent, name
        return parent, "body"

    def _walk(self, tree: ast.Module) -> None:
        stack: list[tuple[ast.AST, Scope]] = [(tree, self.module)]
        parents, scopes = self.parents, self.scopes
        while stack:
            node, scope = stack.pop()
            inner = scope
            visit = VISITORS.get(type(node))
            if visit is not None:
                visit(node, scope)
                if isinstance(node, SCOPED):
                    inner = Scope(node, scope)
                    scopes[node] = inner
                    (scope.classes if inner.is_class else scope.functions).append(inner)
                    if not inner.is_class:
                        _bind_parameters(node, inner)
            children = []
            for name in node._fields:
                value = getattr(node, name, None)
                within = inner if inner is scope or name == "body" else scope
                if isinstance(value, list):
                    for each in value:
                        if isinstance(each, ast.AST):
                            parents[each] = node
                            children.append((each, within))
                elif isinstance(value, ast.AST) and type(value) not in PLAIN:
                    parents[value] = node
                    children.append((value, within))
            stack += reversed(children)


SCOPED = (*FUNCTIONS, ast.Lambda, ast.ClassDef)
PLAIN = frozenset((ast.Load, ast.Store, ast.Del))


def _is_inside(scoped: ast.AST, child: ast.AST) -> bool:
    body = getattr(scoped, "body", None)
    return child is body or (isinstance(body, list) and any(each is child for each in body))


def _bind(scope: Scope, name: str, binding: Binding) -> None:
    if name in scope.shared:
        scope.module.bindings.setdefault(name, []).append(
            Binding("unknown", binding.node) if binding.kind != "import" else binding
        )
    scope.bindings.setdefault(name, []).append(binding)


def _bind_parameters(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, (*FUNCTIONS, ast.Lambda))
    arguments = node.args
    for arg, default in parameters(arguments):
        _bind(scope, arg.arg, Binding("parameter", arg, default, arg.annotation))
    for rest in (arguments.vararg, arguments.kwarg):
        if rest is not None:
            _bind(scope, rest.arg, Binding("unknown", rest))


def parameters(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Yield the parameters with their defaults, without `*args` and `**kwargs`."""
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = len(positional) - len(arguments.defaults)
    yield from zip(positional, [*[None] * missing, *arguments.defaults], strict=True)
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)


def _import(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.Import)
    for alias in node.names:
        if alias.asname:
            _bind(scope, alias.asname, Binding("import", node, dotted=alias.name))
        else:
            top = alias.name.partition(".")[0]
            _bind(scope, top, Binding("import", node, dotted=top))


def _import_from(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.ImportFrom)
    origin = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            scope.stars.append(origin)
            continue
        dot = "" if origin.endswith(".") else "."
        bound = Binding("import", node, dotted=f"{origin}{dot}{alias.name}")
        _bind(scope, alias.asname or alias.name, bound)


def _assign(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.Assign)
    scope.assignments.append(node)
    for target in node.targets:
        _bind_target(target, node.value, node, scope)


def _bind_target(
    target: ast.expr, value: ast.expr | None, node: ast.AST, scope: Scope, kind: Kind = "value"
) -> None:
    if isinstance(target, ast.Name):
        _bind(scope, target.id, Binding(kind if value is not None else "unknown", node, value))
    elif isinstance(target, ast.Starred):
        _bind_target(target.value, None, node, scope)
    elif isinstance(target, ast.Tuple | ast.List):
        values: list[ast.expr | None] = [None] * len(target.elts)
        same = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        if same and kind == "value" and isinstance(value, ast.Tuple | ast.List):
            values = [*value.elts]
        for one, its in zip(target.elts, values, strict=True):
            _bind_target(one, its, node, scope)


def _annotated(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.AnnAssign)
    scope.assignments.append(node)
    if isinstance(node.target, ast.Name):
        kind: Kind = "value" if node.value is not None else "unknown"
        bound = Binding(kind, node, node.value, node.annotation)
        _bind(scope, node.target.id, bound)


def _augmented(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.AugAssign)
    scope.assignments.append(node)
    _bind_target(node.target, None, node, scope)


def _named(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.NamedExpr)
    _bind_target(node.target, node.value, node, scope)


def _for(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.For | ast.AsyncFor | ast.comprehension)
    _bind_target(node.target, node.iter, node, scope, "each")


def _with(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.With | ast.AsyncWith)
    for item in node.items:
        if item.optional_vars is not None:
            _bind_target(item.optional_vars, item.context_expr, node, scope, "entered")


def _definition(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, (*FUNCTIONS, ast.ClassDef))
    _bind(scope, node.name, Binding("definition", node))


def _handler(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.ExceptHandler)
    if node.name:
        _bind(scope, node.name, Binding("unknown", node))


def _shared(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.Global | ast.Nonlocal)
    scope.shared.update(node.names)


def _delete(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.Delete)
    for target in node.targets:
        _bind_target(target, None, node, scope)


def _captured(node: ast.AST, scope: Scope) -> None:
    name = getattr(node, "name", None) or getattr(node, "rest", None)
    if name:
        _bind(scope, name, Binding("unknown", node))


def _type_alias(node: ast.AST, scope: Scope) -> None:
    name, value = getattr(node, "name", None), getattr(node, "value", None)
    if isinstance(name, ast.Name):
        _bind(scope, name.id, Binding("value", node, value))


def _call(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.Call)
    scope.calls.append(node)


def _return(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.Return)
    scope.returns.append(node)


def _yield(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.Yield | ast.YieldFrom)
    scope.yields.append(node)


def _raise(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.Raise)
    scope.raises.append(node)


def _nothing(node: ast.AST, scope: Scope) -> None:
    """A lambda binds no name."""


VISITORS = {
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.NamedExpr: _named,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.comprehension: _for,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.FunctionDef: _definition,
    ast.AsyncFunctionDef: _definition,
    ast.ClassDef: _definition,
    ast.Lambda: _nothing,
    ast.ExceptHandler: _handler,
    ast.Global: _shared,
    ast.Nonlocal: _shared,
    ast.Delete: _delete,
    ast.MatchAs: _captured,
    ast.MatchStar: _captured,
    ast.MatchMapping: _captured,
    ast.Call: _call,
    ast.Return: _return,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
    ast.Raise: _raise,
}
if hasattr(ast, "TypeAlias"):
    VISITORS[ast.TypeAlias] = _type_alias
