"""A state as the lines of a screen: pure text with styles, for any size."""

import textwrap
from collections.abc import Sequence
from functools import lru_cache

from prompt_toolkit.utils import get_cwidth

from scaffold.wizard.bench import Preview
from scaffold.wizard.endpoint_steps import EndpointStep
from scaffold.wizard.journey import State
from scaffold.wizard.questions import Field, Form, Item, Menu

SIDE_BY_SIDE = 100
"""From this many columns on, the preview stands beside the question instead of below."""
SMALLEST_TO_SHARE = 10
"""With fewer lines than this below the head, there is no preview."""
CURSOR = "[SetCursorPosition]"

Fragment = tuple[str, str]
Line = list[Fragment]


def screen(state: State, width: int, height: int, head: str) -> list[Line]:
    """Return as many lines as the screen has, none of them wider than it.

    Args:
        state: what to show.
        width: the screen's columns.
        height: the screen's lines.
        head: what is being done, for the first line.
    """
    foot = [_rule(width), *_help(state, width), _clip([("class:keys", _keys(state, width))], width)]
    top = [_head(state, width, head), _rule(width)]
    body = _body(state, width, max(1, height - len(top) - len(foot)))
    return [*top, *body, *foot][:height]


def _head(state: State, width: int, head: str) -> Line:
    crumb = state.step.crumb
    if isinstance(state.step, EndpointStep):
        crumb = f"endpoint {state.draft.at + 1}: {crumb}"
    space = width - get_cwidth(head) - get_cwidth(crumb) - 2
    return _clip([("class:head", f" {head}{' ' * max(1, space)}{crumb} ")], width)


def _rule(width: int, title: str = "", style: str = "class:rule") -> Line:
    start = f"── {title} " if title else ""
    return _clip([(style, start + "─" * max(0, width - get_cwidth(start)))], width)


def _body(state: State, width: int, height: int) -> list[Line]:
    if width >= SIDE_BY_SIDE:
        left = width * 48 // 100
        question = _sized(_question(state, left - 2, height), left, height)
        preview = _sized(_preview(state, width - left - 2, height), width - left - 2, height)
        bar: Fragment = ("class:rule", "│ ")
        return [[*one, bar, *other] for one, other in zip(question, preview, strict=True)]
    if height < SMALLEST_TO_SHARE:
        return _sized(_question(state, width, height), width, height)
    wanted = len(_question(state, width, height)) + 1
    above = min(wanted, height * 55 // 100)
    question = _sized(_question(state, width, above), width, above)
    return [*question, *_sized(_preview(state, width, height - above), width, height - above)]


def _sized(lines: Sequence[Line], width: int, height: int) -> list[Line]:
    """Return exactly so many lines of exactly that width."""
    shown = [_padded(_clip(line, width), width) for line in lines[:height]]
    return shown + [_padded([], width) for _ in range(height - len(shown))]


def _question(state: State, width: int, height: int) -> list[Line]:
    question = state.question
    title: Line = [("class:title", f" {question.title}")]
    if isinstance(question, Form):
        return [title, [], *_form(question, width, height - 2)]
    typed: Line = [("class:dim", "  search: "), ("", question.typed)] if question.typed else []
    return [[*title, *typed], [], *_menu(question, width, height - 2)]


def _form(form: Form, width: int, height: int) -> list[Line]:
    label = max((get_cwidth(field.label) for field in form.fields), default=0)
    lines: list[Line] = []
    current = 0
    group = ""
    for at, field in enumerate(form.fields):
        if field.group != group:
            group = field.group
            lines.append([("class:group", f"  {group}")])
        if at == form.at:
            current = len(lines)
        lines.append(
            _field(field, label, width, current=at == form.at, wrong=field.key in form.problems)
        )
        problem = form.problems.get(field.key)
        if problem:
            lines.extend(_wrapped(problem, width, label + 5, "class:problem"))
    lines.extend([("class:note", f"    {note}")] for note in form.notes)
    return _window(lines, current, height)


def _field(field: Field, label: int, width: int, *, current: bool, wrong: bool) -> Line:
    mark = "!" if wrong else ">" if current else " "
    line: Line = [("class:mark" if not wrong else "class:problem", f" {mark} ")]
    line.append(("class:current" if current else "", f"{field.label:{label}}  "))
    room = max(4, width - label - 6)
    if field.choices:
        line = [*line, *([(CURSOR, "")] if current else [])]
        text = f"< {field.text} >" if current else field.text
        return [*line, ("class:value", text)]
    if not current:
        return [*line, ("class:value", _cut(field.text, room))]
    if field.fresh:
        return [*line, (CURSOR, ""), ("class:fresh", _cut(field.text, room) or " ")]
    start = max(0, field.cursor - room + 1)
    before, after = field.text[start : field.cursor], field.text[field.cursor : start + room]
    return [*line, ("class:value", before), (CURSOR, ""), ("class:value", after)]


def _menu(menu: Menu, width: int, height: int) -> list[Line]:
    shown = menu.shown()
    label = max((get_cwidth(menu.items[at].label) for at in shown), default=0)
    label = min(label, max(20, width // 2))
    lines = [_item(menu, menu.items[at], label, width, current=at == menu.at) for at in shown]
    current = shown.index(menu.at) if menu.at in shown else 0
    if not lines:
        lines = [[("class:dim", "   nothing has these words; Backspace takes one back")]]
    return _window(lines, current, height)


def _item(menu: Menu, item: Item, label: int, width: int, *, current: bool) -> Line:
    if not item.value:
        return [("class:group", f"   {item.label}")]
    mark = ">" if current else " "
    box = ""
    if menu.picked is not None:
        count = menu.picked.count(item.value)
        box = "[ ] " if not count else "[x] " if count == 1 else f"[{count}] "
        box = "[-] " if item.reason and not count else box
    picked = menu.picked is not None and item.value in menu.picked
    style = ("class:problem" if picked else "class:off") if item.reason else ""
    style = f"{style} class:current" if current else style
    note = item.reason or item.note
    label = label if note else width - 3 - get_cwidth(box) - 2
    name = _cut(item.label, label)
    space = " " * (label - get_cwidth(name) + 2)
    room = width - 3 - get_cwidth(box) - label - 2
    about = _cut(note, room) if room > 8 else ""
    quiet = "class:off" if item.reason else "class:dim"
    here: Line = [(CURSOR, "")] if current else []
    return [*here, ("class:mark", f" {mark} "), (style, f"{box}{name}{space}"), (quiet, about)]


def _window(lines: list[Line], current: int, height: int) -> list[Line]:
    """Return the part of a list that has the current line in it, and marks of what is hidden."""
    if len(lines) <= height or height < 3:
        return lines[max(0, current - height + 1) :][:height] if height < 3 else lines
    start = max(0, min(current - height // 2, len(lines) - height))
    part = lines[start : start + height]
    if start > 0:
        part[0] = [("class:dim", f"   ... {start + 1} more above")]
    hidden = len(lines) - start - height
    if hidden > 0:
        part[-1] = [("class:dim", f"   ... {hidden + 1} more below")]
    return part


def _preview(state: State, width: int, height: int) -> list[Line]:
    preview = state.preview
    if not preview.title:
        return []
    title = f"{preview.title} (before the mistake)" if preview.stale else preview.title
    lines = highlighted(preview.title, preview.text) if preview.is_file else _prose(preview, width)
    start = max(0, min(state.scroll, len(lines) - height + 1))
    part = lines[start:][: height - 1]
    hidden = len(lines) - start - len(part)
    if hidden > 0 and part:
        part[-1] = [("class:dim", f"... {hidden + 1} more lines")]
    return [_rule(width, title), *part]


def _help(state: State, width: int) -> list[Line]:
    """Return three lines: why the last key did nothing, or help about what is under the cursor."""
    question = state.question
    current = question.current()
    text, style = "", "class:help"
    if state.message:
        text, style = state.message, "class:problem"
    elif isinstance(current, Item):
        text = f"Not now: {current.reason}" if current.reason else current.help
    elif isinstance(current, Field):
        text = current.help
    lines = _wrapped(text, width, 1, style)[:3]
    return [*lines, *([[]] * (3 - len(lines)))]


def _keys(state: State, width: int) -> str:
    """Return what the keys do, the less obvious ones only as far as they fit."""
    question, current = state.question, state.question.current()
    leave = [*(["Esc back"] if state.history else []), "Ctrl-C leave"]
    if isinstance(question, Form):
        keys = ["Enter next"]
        extra = ["Tab next field"] if len(question.fields) > 1 else []
        extra += ["←→ change"] if isinstance(current, Field) and current.choices else []
    elif question.picked is not None:
        keys = ["Enter next", "Space pick"]
        extra = ["+ again"] if isinstance(current, Item) and current.repeatable else []
        extra += ["letters search"]
    else:
        keys = ["Enter choose"]
        extra = ["Delete remove"] if isinstance(current, Item) and current.removable else []
        extra += ["letters search"]
    extra += ["PageDown preview"]
    while extra and get_cwidth("  ".join([*keys, *extra, *leave])) > width - 2:
        extra.pop()
    return " " + "  ".join([*keys, *extra, *leave])


def _wrapped(text: str, width: int, indent: int, style: str) -> list[Line]:
    lines = textwrap.wrap(text, max(10, width - indent - 1), break_on_hyphens=False)
    return [[(style, " " * indent + line)] for line in lines]


def _cut(text: str, width: int) -> str:
    """Return text of at most that many columns, with dots where something is missing."""
    if get_cwidth(text) <= width:
        return text
    kept = ""
    for sign in text:
        if get_cwidth(kept + sign) > width - 3:
            break
        kept += sign
    return f"{kept}..."


def _clip(line: Line, width: int) -> Line:
    """Return a line without what goes beyond a width."""
    clipped: Line = []
    left = width
    for style, text in line:
        kept = ""
        for sign in text:
            if get_cwidth(sign) > left:
                return [*clipped, (style, kept)]
            left -= get_cwidth(sign)
            kept += sign
        clipped.append((style, kept))
    return clipped


def _padded(line: Line, width: int) -> Line:
    used = sum(get_cwidth(text) for _, text in line)
    return [*line, ("", " " * max(0, width - used))]


@lru_cache(maxsize=64)
def highlighted(path: str, text: str) -> list[Line]:
    """Return a file's lines with a style for each token, as its name says what language it is."""
    from pygments.lexers import get_lexer_for_filename
    from pygments.util import ClassNotFound

    try:
        tokens = get_lexer_for_filename(path, stripnl=False).get_tokens(text)
    except ClassNotFound:
        return [[("", line)] for line in text.splitlines()]
    lines: list[Line] = [[]]
    for token, value in tokens:
        style = _style(str(token))
        for at, part in enumerate(value.split("\n")):
            if at:
                lines.append([])
            if part:
                lines[-1].append((style, part.expandtabs(4)))
    return lines[:-1] if not lines[-1] else lines


def _prose(preview: Preview, width: int) -> list[Line]:
    """Return lines that are no file's, such as endpoints; they are broken to fit."""
    wrapped = [
        textwrap.wrap(line, width, subsequent_indent="    ", break_on_hyphens=False)
        for line in preview.text.splitlines()
    ]
    return [[("", line)] for lines in wrapped for line in lines]


def _style(token: str) -> str:
    kinds = {
        "Token.Keyword": "class:keyword",
        "Token.Literal.String": "class:string",
        "Token.Comment": "class:comment",
        "Token.Literal.Number": "class:number",
        "Token.Name.Decorator": "class:decorator",
        "Token.Name.Function": "class:name",
        "Token.Name.Class": "class:name",
        "Token.Name.Tag": "class:name",
    }
    return next((style for kind, style in kinds.items() if token.startswith(kind)), "")
