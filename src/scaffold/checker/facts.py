"""What rules are asked with: an endpoint, a scope, or everything that is known."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from scaffold.checker.findings import Fix
from scaffold.checker.modules import Module
from scaffold.checker.names import Definition, Place
from scaffold.checker.routes import Registry, Route
from scaffold.checker.scopes import Scope


class Facts:
    """The modules that are checked, and their routes.

    Attributes:
        modules: in the order of their files.
    """

    def __init__(self, modules: Sequence[Module]) -> None:
        """Take the modules; facts are found when a rule asks."""
        self.modules = modules

    @cached_property
    def registry(self) -> Registry:
        """Routers and routes."""
        return Registry(self.modules)

    @cached_property
    def asked_for(self) -> dict[ast.AST, Definition]:
        """The functions of the project that a route depends on."""
        from scaffold.checker.dependencies import of_route

        found = {}
        for route in self.registry.routes:
            for each in of_route(route, self.registry):
                if each.function is not None and not each.function.is_class:
                    found[each.function.node] = each.function
        return found

    def places(self, words: tuple[str, ...] = ()) -> Iterator[Place]:
        """Yield every scope of the modules that hold one of some words, or of all."""
        for module in self.modules:
            if not words or any(map(module.source.mentions, words)):
                for scope in module.tree.all_scopes():
                    yield Place(module, scope)


@dataclass(frozen=True)
class Found:
    """What a rule reports.

    Attributes:
        module: where.
        node: the code that is wrong.
        reason: what is wrong, in one sentence without a full stop.
        wire: what goes out because of it, if that is not what the rule says.
        instead: what to do, if that is not what the rule says.
        fix: how it is mended.
    """

    module: Module
    node: ast.AST
    reason: str
    wire: str | None = None
    instead: str | None = None
    fix: Fix | None = None


@dataclass(frozen=True)
class Rule:
    """A mistake that can be seen in the code.

    Attributes:
        code: by which it is selected, and ignored in comments; never changes its meaning.
        name: what the mistake is.
        title: the same in one sentence.
        standard: where it is written that it is wrong.
        patterns: what does it right, as `scaffold patterns` knows it.
        wire: what goes out.
        instead: what to do.
        default: whether it is checked without being selected.
        fixable: what `--fix` mends by itself, or with `--unsafe-fixes`; else None.
        words: one of them, in lower case, stands in each file of which `on_scope` has to be asked.
        on_route: finds mistakes in an endpoint.
        on_scope: finds mistakes in a function, class or module.
        on_all: finds mistakes that need everything.
    """

    code: str
    name: str
    title: str
    standard: str
    patterns: tuple[str, ...]
    wire: str
    instead: str
    default: bool = True
    fixable: Literal["safe", "unsafe"] | None = None
    words: tuple[str, ...] = ()
    on_route: Callable[[Route, Facts], Iterator[Found]] | None = None
    on_scope: Callable[[Place, Facts], Iterator[Found]] | None = None
    on_all: Callable[[Facts], Iterator[Found]] | None = None


def qualified(module: Module, node: ast.AST) -> str:
    """Return the name of the function or class that a node stands in."""
    scope: Scope = module.tree.scopes.get(node) or module.tree.scope_of(node)
    return scope.qualified_name()
