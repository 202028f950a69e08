"""Expressions, parameters and simple statements of three versions become one, by their parts."""

from collections.abc import Callable, Collection, Sequence

from scaffold.merge.python.alignment import aligned, ordered
from scaffold.merge.python.layout import LISTS, Entry, Items, Layout, Text
from scaffold.merge.python.pieces import Piece, same

OPTIONAL = ("typed_default_parameter", "default_parameter")
"""Kinds of parameters that have a default."""


Versions = Sequence[Piece | None]
"""A piece of base, ours and theirs; None where a version has none."""


class Conflict(Exception):
    """Both sides have changed the same, in two ways."""


def merge_layout(versions: Versions, needed: Collection[str] = ()) -> Layout:
    """Merge a piece of three versions.

    Args:
        versions: that of base, from which both come, of ours and of theirs.
        needed: the parameters that stay, although theirs has none of that name any more.

    Raises:
        Conflict: both have changed the same.
    """
    base, ours, theirs = versions
    if same(ours, theirs) or same(theirs, base):
        return _verbatim(ours)
    if same(ours, base) and not needed:
        return _verbatim(theirs)
    if base is None or ours is None or theirs is None:
        raise Conflict
    sides = (base, ours, theirs)
    kinds = {side.kind for side in sides}
    left = ours.field("left")
    if ours.kind == "binary_operator" and base.kind != ours.kind and left is not None:
        rest = ours.between(left.stop, ours.stop)
        return (*merge_layout((base, left, theirs)), Text(rest, ours.indent))
    if "dictionary" in kinds:
        return (_mapping(sides),)
    if kinds <= {"identifier", "typed_parameter", *OPTIONAL}:
        return _parameter(sides)
    if len(kinds) > 1:
        raise Conflict
    kind = ours.kind
    if kind in LISTS:
        return (_items(sides, needed),)
    if kind in _PARTS:
        return _by_parts(sides, _PARTS[kind])
    if kind in _AROUND and all(side.named() for side in sides):
        before = ours.between(ours.start, ours.named()[0].start)
        return (Text(before), *merge_layout([side.named()[0] for side in sides]))
    if kind == "generic_type":
        names, inside = zip(*(side.named() for side in sides), strict=True)
        return (*merge_layout(names), *merge_layout(inside))
    raise Conflict


_AROUND = {
    "return_statement",
    "expression_statement",
    "await",
    "dictionary_splat",
    "list_splat",
    "type",
}
"""Kinds of pieces that hold one other."""

_PARTS = {
    "call": ("function", "arguments"),
    "keyword_argument": ("name", "value"),
    "pair": ("key", "value"),
    "assignment": ("left", "type", "right"),
}
"""The parts of other pieces, of which only the last ones are taken apart."""

_BEFORE = {
    "keyword_argument": {"value": "="},
    "pair": {"value": ": "},
    "assignment": {"type": ": ", "right": " = "},
}


def _by_parts(sides: Sequence[Piece], parts: Sequence[str]) -> Layout:
    before = _BEFORE.get(sides[1].kind, {})
    layout: Layout = ()
    for part in parts:
        merged = merge_layout([side.field(part) for side in sides])
        layout += (Text(before.get(part, "")), *merged) if merged else ()
    return layout


def _parameter(sides: Sequence[Piece]) -> Layout:
    names, types, values = zip(*map(_parameter_parts, sides), strict=True)
    if len(set(names)) > 1:
        raise Conflict
    type_, value = merge_layout(types), merge_layout(values)
    layout: Layout = (Text(names[0]),)
    layout += (Text(": "), *type_) if type_ else ()
    return layout + ((Text(" = " if type_ else "="), *value) if value else ())


def _parameter_parts(piece: Piece) -> tuple[str, Piece | None, Piece | None]:
    return _name(piece) or piece.text, piece.field("type"), piece.field("value")


def _verbatim(piece: Piece | None) -> Layout:
    return () if piece is None else (Text(piece.text, piece.indent),)


def _keyed(
    sides: Sequence[Sequence[Piece]], name: Callable[[Piece], str | None]
) -> list[dict[str, Piece]]:
    """Return the items of base and both sides, each by one key in all of them."""
    base = sides[0]
    keys = _unique([name(item) or " ".join(item.tokens) for item in base])
    keyed = [dict(zip(keys, base, strict=True))]
    for side in sides[1:]:
        places = aligned(base, side, name, in_place=True)
        found = [
            keys[place] if place is not None else name(item) or _own_key(item, at)
            for at, (place, item) in enumerate(zip(places, side, strict=True))
        ]
        keyed.append(dict(zip(_unique(found), side, strict=True)))
    return keyed


def _own_key(item: Piece, at: int) -> str:
    """Return the key of a new item: a literal says nothing without its place."""
    literal = item.kind in ("string", "integer", "float", "concatenated_string")
    return f"literal {at}" if literal else " ".join(item.tokens)


def _unique(keys: Sequence[str]) -> list[str]:
    found: list[str] = []
    for key in keys:
        found.append(f"{key} {found.count(key)}" if key in found else key)
    return found


def _name(item: Piece) -> str | None:
    """Return what an item is about, if it says so: its name or its key."""
    if item.kind == "typed_parameter":
        return item.named()[0].text
    for kind, part, sign in (("keyword_argument", "name", "="), ("pair", "key", ":")):
        if item.kind == kind and (named := item.field(part)):
            return f"{named.text}{sign}"
    if item.kind in OPTIONAL and (named := item.field("name")):
        return named.text
    around = item.node.parent
    return item.text if around is not None and around.type == "parameters" else None


def _mapping_name(item: Piece) -> str | None:
    """Return the same of an item of a mapping; `**call(first, ...)` is about call and first."""
    call = _unsplat(item)
    if call is None or call.kind != "call":
        return _name(item)
    function, arguments = call.field("function"), call.field("arguments")
    first = arguments.named()[:1] if arguments else []
    words = [
        *(function.tokens if function else ()),
        *(word for one in first for word in one.tokens),
    ]
    return " ".join(words)


def _mapping(sides: Sequence[Piece]) -> Items:
    """Merge mappings; what is none stands for a mapping of all that is in it."""
    keyed = _keyed(
        [side.named() if side.kind == "dictionary" else [side] for side in sides], _mapping_name
    )
    found = {}
    for key in ordered(*map(list, keyed)):
        versions = [side.get(key) for side in keyed]
        pairs = all(piece is None or piece.kind == "pair" for piece in versions)
        layout = _item(key, [_unsplat(piece) for piece in versions], ())
        if layout:
            found[key] = layout if pairs else (Text("**"), *layout)
    return _listed("dictionary", sides, keyed, found)


def _unsplat(piece: Piece | None) -> Piece | None:
    return piece.named()[0] if piece is not None and piece.kind == "dictionary_splat" else piece


def _items(sides: Sequence[Piece], needed: Collection[str]) -> Items:
    keyed = _keyed([side.named() for side in sides], _name)
    found = {}
    for key in ordered(*map(list, keyed)):
        layout = _item(key, [side.get(key) for side in keyed], needed)
        if layout:
            found[key] = layout
    kind = sides[1].kind
    if kind == "parameters":
        found = _required_first(found, keyed[1:])
    return _listed(kind, sides, keyed, found)


def _item(key: str, versions: Sequence[Piece | None], needed: Collection[str]) -> Layout:
    base, ours, theirs = versions
    if ours is not None and theirs is not None and base is not None:
        return merge_layout(versions)
    kept = ours or theirs
    if same(ours, theirs) or (base is None and (ours is None or theirs is None)):
        return _verbatim(kept)
    if ours is not None and key in needed:
        return _verbatim(ours)
    if same(kept, base):
        return ()
    return _collected(key, versions)


def _collected(key: str, versions: Sequence[Piece | None]) -> Layout:
    """Merge a list or mapping that is an argument; one that is not there says that it is empty."""
    values = [version.field("value") if version else None for version in versions]
    base, ours, theirs = values
    operator = ours.field("operator") if ours is not None else None
    if ours is not None and operator is not None and operator.text == "|" and theirs is None:
        if not same(ours.field("left"), base):
            raise Conflict
        return (Text(key), *_verbatim(ours.field("right")))
    kinds = {value.kind for value in values if value is not None}
    empty = "{}" if "dictionary" in kinds else "[]" if kinds == {"list"} else None
    if empty is None:
        raise Conflict
    nothing = Piece.of(empty).named()[0].named()[0]
    sides = [value or nothing for value in values]
    merged = _mapping(sides) if empty == "{}" else _items(sides, ())
    return (Text(key), merged) if merged.entries else ()


def _required_first(
    found: dict[str, Layout], keyed: Sequence[dict[str, Piece]]
) -> dict[str, Layout]:
    """Return parameters so that those with a default stand behind those without, up to a `*`."""
    keys = list(found)
    until = next((at for at, key in enumerate(keys) if key[0] in "*/"), len(keys))
    optional = {key for side in keyed for key, piece in side.items() if piece.kind in OPTIONAL}
    order = sorted(keys[:until], key=lambda key: key in optional) + keys[until:]
    return {key: found[key] for key in order}


def _listed(
    kind: str, sides: Sequence[Piece], keyed: Sequence[dict[str, Piece]], found: dict[str, Layout]
) -> Items:
    """Return merged items with the comments that both sides have about them."""
    notes = [_comments(side) for side in sides]
    entries = []
    for key, layout in found.items():
        about = [
            known[side[key].start]
            for side, known in zip(keyed, notes, strict=True)
            if key in side and side[key].start in known
        ][-2:]
        above = dict.fromkeys(line for lines, _ in about for line in lines)
        entries.append(Entry(layout, tuple(above), next((text for _, text in about if text), "")))
    last = dict.fromkeys(line for known in notes[1:] for line in known[-1][0])
    return Items(kind, tuple(entries), any(map(_is_split, sides[1:])), tuple(last))


def _is_split(piece: Piece) -> bool:
    """Say whether items have lines of their own: a comma behind the last one keeps them so."""
    inside = [node for node in piece.node.children if node.type != "comment"]
    return len(inside) > 2 and inside[-2].type == "," and "\n" in piece.text


def _comments(piece: Piece) -> dict[int, tuple[tuple[str, ...], str]]:
    """Return the comments between brackets by the place of what they are about; -1 is the end."""
    found: dict[int, tuple[tuple[str, ...], str]] = {}
    above: list[str] = []
    last = None
    for node in piece.node.children:
        if node.type == "comment":
            text = piece.module.text(node).rstrip()
            if last is not None and last.end_point.row == node.start_point.row:
                found[last.start_byte] = (found.get(last.start_byte, ((), ""))[0], f"  {text}")
            else:
                above.append(text)
        elif node.is_named:
            found[node.start_byte] = (tuple(above), "")
            above, last = [], node
    found[-1] = (tuple(above), "")
    return found
