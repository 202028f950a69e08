"""Three versions of a Python module become one."""

from collections.abc import Callable, Sequence

from scaffold.merge.python.alignment import ordered
from scaffold.merge.python.expressions import Conflict, merge_layout
from scaffold.merge.python.forms import Sources, with_names, with_returns, without_variables
from scaffold.merge.python.imports import merge_import
from scaffold.merge.python.layout import laid_out
from scaffold.merge.python.names import contested
from scaffold.merge.python.pieces import Piece, Statement, Unknown, same, statements
from scaffold.merge.python.rows import Rows, defined, nested, words
from scaffold.merge.three_way import Labels, merge_texts, undecided
from scaffold.project.syntax import python_tree


def merge_modules(sources: Sources, labels: Labels) -> tuple[str, bool] | None:
    """Merge three versions of a module; return it, and whether it is in conflict.

    Statements are merged one by one, and those that both have changed by their parts: imports by
    their names, calls by their arguments, functions by their parameters and statements. What only
    the owner has changed keeps its bytes.

    Args:
        sources: base, ours and theirs.
        labels: what stands behind the conflict markers.

    Returns:
        None where a version is not understood: it is no module, or two statements share a line.
    """
    if any(
        set("\r\f\t\ufeff") & set(text) or python_tree(text.encode()) is None for text in sources
    ):
        return None
    try:
        named = with_names(sources)
        same_form, variables = with_returns(named)
        made, conflict = _Merge(labels).module(same_form)
        if conflict:
            made, conflict = _Merge(labels).module(named)
        else:
            made = without_variables(made, variables)
        if conflict or python_tree(made.encode()) is None:
            return (made, True) if conflict else None
        unclear = contested(*named, made)
        if unclear:
            made, conflict = _Merge(labels, unclear).module(named)
            if not conflict:
                made, conflict = (
                    undecided(sources[1].encode(), sources[2].encode(), labels).decode(),
                    True,
                )
    except Unknown:
        return None
    if not sources[1].endswith("\n"):
        made = made.removesuffix("\n")
    return made, conflict


class _Merge:
    """One merge.

    Attributes:
        conflict: whether something is left to decide.
    """

    def __init__(self, labels: Labels, unclear: set[str] | frozenset[str] = frozenset()) -> None:
        self.labels = labels
        self.unclear = unclear
        self.conflict = False

    def module(self, sources: Sources) -> tuple[str, bool]:
        """Merge modules, see `merge_modules`."""
        modules = [Piece.of(text) for text in sources]
        made = self.block(modules, [0, 0, 0], defined)
        return made, self.conflict

    def block(
        self, blocks: Sequence[Piece], starts: Sequence[int], name: Callable[[Piece], str | None]
    ) -> str:
        """Merge the statements of blocks; return their lines."""
        found = [statements(block, start) for block, start in zip(blocks, starts, strict=True)]
        rows = Rows([inside for inside, _ in found], name)
        made: dict[int, str | None] = {}
        for key in rows.order:
            if not rows.is_import(key):
                made[key] = self.statement(rows.versions(key))
        self._keep_needed(rows, made)
        used = words(made.values())
        for key in rows.order:
            if rows.is_import(key):
                made[key] = self._import(rows, key, used)
        rests = [
            block.module.source[stop:].decode() if block.kind == "module" else ""
            for block, (_, stop) in zip(blocks, found, strict=True)
        ]
        rest = rests[2] if rests[1] == rests[0] else rests[1]
        return rows.written(made) + rest

    def statement(self, versions: Sequence[Statement | None]) -> str | None:
        """Merge the lines of a statement; None where it goes."""
        base, ours, theirs = versions
        if ours is None or theirs is None:
            kept = ours or theirs
            if kept is None:
                return None
            if base is None:
                return kept.lines
            if same(kept.piece, base.piece) and kept.behind.strip() == base.behind.strip():
                return None
            return self._undecided(versions)
        is_unclear = defined(ours.piece) in self.unclear
        try:
            return self._lines_of(base, ours, theirs, is_unclear=is_unclear)
        except Conflict:
            return self._undecided(versions, whole=is_unclear)

    def _lines_of(
        self, base: Statement | None, ours: Statement, theirs: Statement, *, is_unclear: bool
    ) -> str:
        """Merge the lines of a statement that both sides have.

        Raises:
            Conflict: both have changed the same.
        """
        known, behind = _piece(base), _behind(base, ours, theirs)
        indent = ours.piece.indent
        if indent != theirs.piece.indent:
            raise Conflict
        if same(ours.piece, theirs.piece) or same(theirs.piece, known):
            return f"{' ' * indent}{ours.piece.text}{behind}"
        if same(ours.piece, known):
            return f"{' ' * indent}{theirs.piece.text}{behind}"
        if base is None or is_unclear:
            raise Conflict
        definition = self._definition([base, ours, theirs])
        if definition is not None:
            return definition
        layout = merge_layout([known, ours.piece, theirs.piece])
        return f"{' ' * indent}{laid_out(layout, indent, indent)}{behind}"

    def _undecided(self, versions: Sequence[Statement | None], *, whole: bool = False) -> str:
        """Return a statement as a conflict, or as lines where it can be merged line by line."""
        base, ours, theirs = (version.lines.encode() if version else b"" for version in versions)
        if not whole:
            made, conflict = merge_texts("a statement", [ours, base, theirs], self.labels)
            if not conflict:
                return made.decode()
        self.conflict = True
        if whole or not ours or not theirs:
            return undecided(ours, theirs, self.labels).decode()
        return made.decode()

    def _definition(self, versions: Sequence[Statement]) -> str | None:
        """Merge functions or classes by decorators, head and body; None if they are neither."""
        pieces = [version.piece for version in versions]
        definitions = [piece.field("definition") or piece for piece in pieces]
        kinds = {definition.kind for definition in definitions}
        if kinds not in ({"function_definition"}, {"class_definition"}):
            return None
        bodies = [body for each in definitions if (body := each.field("body"))]
        starts = [_body_start(each) for each in definitions]
        for body, start in zip(bodies, starts, strict=True):
            if body.start < start or body.indent != bodies[0].indent:
                raise Conflict
        is_class = kinds == {"class_definition"}
        lines = self.block(bodies, starts, defined if is_class else nested)
        head = (
            self._class_head(definitions, starts)
            if is_class
            else self._head(definitions, starts, lines)
        )
        inside, _ = statements(bodies[1], starts[1])
        rest = versions[1].behind.removeprefix(inside[-1].behind)
        return self._decorators(pieces) + head + lines + rest

    def _decorators(self, pieces: Sequence[Piece]) -> str:
        """Return the lines of the decorators."""
        keyed = [_decorators(piece) for piece in pieces]
        rows = []
        for key in ordered(*map(list, keyed)):
            base, ours, theirs = (side.get(key) for side in keyed)
            kept = ours or theirs
            assert kept is not None
            indent = kept.indent
            lines = [
                f"{' ' * indent}{side.text}\n" if side else "" for side in (base, ours, theirs)
            ]
            if ours is None or theirs is None:
                if base is None:
                    rows.append(f"{' ' * indent}{kept.text}\n")
                elif not same(kept, base):
                    rows.append(self._lines(lines))
                continue
            try:
                layout = merge_layout([side and side.named()[0] for side in (base, ours, theirs)])
                rows.append(f"{' ' * indent}@{laid_out(layout, indent, indent + 1)}\n")
            except Conflict:
                rows.append(self._lines(lines))
        return "".join(rows)

    def _lines(self, versions: Sequence[str]) -> str:
        """Return lines that both sides have changed as a conflict."""
        base, ours, theirs = (text.encode() for text in versions)
        made, conflict = merge_texts("some lines", [ours, base, theirs], self.labels)
        self.conflict = self.conflict or conflict
        return made.decode()

    def _class_head(self, definitions: Sequence[Piece], starts: Sequence[int]) -> str:
        heads = [
            f"{' ' * each.indent}{each.between(each.start, start)}"
            for each, start in zip(definitions, starts, strict=True)
        ]
        return _one_sided(heads) or self._lines(heads)

    def _head(self, definitions: Sequence[Piece], starts: Sequence[int], body: str) -> str:
        """Return the lines of a function down to the colon; a parameter that is used stays."""
        parameters = [each.field("parameters") for each in definitions]
        sides = [each for each in parameters if each is not None]
        before = [
            each.between(each.start, side.start)
            for each, side in zip(definitions, sides, strict=True)
        ]
        behind = [side.between(side.stop, start) for side, start in zip(sides, starts, strict=True)]
        head, tail = _one_sided(before), _one_sided(behind)
        indent = definitions[1].indent
        gone = _parameter_names(sides[0]) - _parameter_names(sides[2])
        try:
            if head is None or tail is None:
                raise Conflict
            brought = definitions[2].between(starts[2], definitions[2].stop)
            needed = gone & words([f"async def f():\n{body}"])
            needed -= words([f"async def f():\n{brought}"])
            layout = merge_layout(sides, needed)
        except Conflict:
            return self._lines(
                [
                    f"{' ' * indent}{each.between(each.start, start)}"
                    for each, start in zip(definitions, starts, strict=True)
                ]
            )
        after = len(tail.partition("\n")[0])
        return (
            f"{' ' * indent}{head}{laid_out(layout, indent, indent + len(head), after=after)}{tail}"
        )

    def _keep_needed(self, rows: Rows, made: dict[int, str | None]) -> None:
        """Put back what one side has taken away, where the other one's statements use it."""
        sides = rows.words
        while True:
            used = words(made.values())
            again = {
                key: kept
                for key, text in made.items()
                if text is None and (kept := rows.kept(key)) and defined(kept.piece) in used
                if defined(kept.piece) not in sides[rows.has_ours(key)]
            }
            if not again:
                return
            made |= {key: kept.lines for key, kept in again.items()}

    def _import(self, rows: Rows, key: int, used: set[str]) -> str | None:
        versions = rows.versions(key)
        base, ours, theirs = map(_piece, versions)
        made = merge_import(base, ours, theirs, used, rows.words)
        kept = rows.kept(key)
        if made is None or kept is None:
            return None
        behind = _behind(*versions) if versions[1] and versions[2] else kept.behind
        return f"{' ' * kept.piece.indent}{made}{behind}"


def _piece(statement: Statement | None) -> Piece | None:
    return None if statement is None else statement.piece


def _behind(base: Statement | None, ours: Statement | None, theirs: Statement | None) -> str:
    """Return what stands behind a statement that both sides have: the owner's, if it is."""
    assert ours is not None
    assert theirs is not None
    is_owners = base is None or ours.behind.strip() != base.behind.strip()
    return ours.behind if is_owners else theirs.behind


def _one_sided(versions: Sequence[str]) -> str | None:
    """Return a text that at most one side has changed; None where both have."""
    base, ours, theirs = (" ".join(text.split()) for text in versions)
    if theirs in (base, ours):
        return versions[1]
    return versions[2] if ours == base else None


def _body_start(definition: Piece) -> int:
    """Return where the lines of a body begin: below that of the colon."""
    body = definition.field("body")
    assert body is not None
    colon = [node for node in definition.node.children if node.type == ":"][-1]
    return definition.module.line_end(colon.end_byte) + 1


def _decorators(piece: Piece) -> dict[str, Piece]:
    """Return decorators by what they are about: those of one object are one."""
    found: dict[str, Piece] = {}
    for part in piece.named() if piece.kind == "decorated_definition" else []:
        if part.kind == "decorator":
            key = part.text.partition("(")[0].rpartition(".")[0] or part.text.partition("(")[0]
            while key in found:
                key += "'"
            found[key] = part
    return found


def _parameter_names(parameters: Piece) -> set[str]:
    return {
        text
        for part in parameters.named()
        for kind, text in [next(part.leaves())]
        if kind == "identifier"
    }
