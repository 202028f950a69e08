"""Files of macros that are imported `with context`, made once for all that give them the same.

Jinja makes the macros of such a file anew wherever it is imported, and so those of the files that
it imports itself: of these templates that is a third of the time of a render.
"""

from collections.abc import Mapping, MutableMapping
from functools import cached_property
from typing import Any, cast

from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.idtracking import VAR_LOAD_RESOLVE
from jinja2.meta import find_referenced_templates
from jinja2.runtime import Context
from jinja2.utils import missing

MOST = 8
"""How many modules of one file are kept: most files find the same around them everywhere."""


class Code(CodeGenerator):
    """Writes into the code of a file also what it reads from around it, and what it imports."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        """Write the code of a whole file; what has no name cannot be imported."""
        self._reads = set[str]()
        super().visit_Template(node, frame)
        if self.name is not None:
            self.writeline(f"reads = {sorted(self._reads)!r}")
            self.writeline(f"imports = {sorted(filter(None, find_referenced_templates(node)))!r}")

    def enter_frame(self, frame: Frame) -> None:
        """Write what a scope begins with, such as the names that it looks up."""
        super().enter_frame(frame)
        loads = frame.symbols.loads.values()
        self._reads |= {name for how, name in loads if how == VAR_LOAD_RESOLVE and name}


class Plain(Context):
    """Calls what a template calls as it is: none of it asks Jinja for the context."""

    def call(self, called: Any, /, *arguments: Any, **named: Any) -> Any:
        """Call it, without what Jinja adds for those that ask."""
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return called(*arguments, **named)


class Imported(Template):
    """A file whose module is the same for all that give it the same values to read.

    They are the same by identity: what changes has to be given as another value.
    """

    _reads: Any
    _imports: Any
    _made: dict[tuple[int, ...], tuple[TemplateModule, list[Any]]]

    def make_module(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> TemplateModule:
        """Return the macros of the file: for an import, which shares its context, a known module.

        Python's own calls are rare, and get one of their own.
        """
        context = self.new_context(vars, shared, locals)
        if not shared:
            return TemplateModule(self, context)
        values = [context.parent.get(name, missing) for name in self._names]
        key = tuple(map(id, values))
        if key not in self._made:
            while len(self._made) >= MOST:
                del self._made[next(iter(self._made))]
            # With the values, so that nothing else comes to have the identity of one.
            self._made[key] = TemplateModule(self, context), values
        return self._made[key][0]

    @cached_property
    def _names(self) -> list[str]:
        """What this file and those that it imports read from around them."""
        files = [cast("Imported", self.environment.get_template(name)) for name in self._imports]
        return sorted({*self._reads, *(name for file in files for name in file._names)})

    @classmethod
    def _from_namespace(
        cls,
        environment: Environment,
        namespace: MutableMapping[str, Any],
        globals: MutableMapping[str, Any],
    ) -> "Imported":
        made = cast("Imported", super()._from_namespace(environment, namespace, globals))
        made._reads, made._imports = namespace.get("reads"), namespace.get("imports")
        made._made = {}
        return made
