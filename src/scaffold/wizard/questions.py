"""What a step can ask: a form of fields, or a menu of items.

Both are data. An edit returns a new question and leaves the old one as it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Field:
    """One line of a form.

    Attributes:
        key: what it is, such as `headers[0].directives`.
        label: how it is called on the screen.
        text: what stands in it.
        help: what it is for.
        group: the heading that it stands under; no heading when empty.
        choices: the only texts that fit; any text when empty.
        cursor: how many characters stand before the cursor.
        fresh: whether nobody has edited it; then the first character replaces the text.
    """

    key: str
    label: str
    text: str
    help: str = ""
    group: str = ""
    choices: tuple[str, ...] = ()
    cursor: int = 0
    fresh: bool = True

    def typed(self, text: str) -> "Field":
        """Return it with text put in at the cursor."""
        if self.choices:
            found = [choice for choice in self.choices if choice.lower().startswith(text.lower())]
            return replace(self, text=found[0], fresh=False) if found and text.strip() else self
        before, after = ("", "") if self.fresh else self._around()
        whole = before + text + after
        return replace(self, text=whole, cursor=len(before + text), fresh=False)

    def erased(self, *, forward: bool = False) -> "Field":
        """Return it without the character before the cursor, or the one after it."""
        if self.choices:
            return self
        if self.fresh:
            return replace(self, text="", cursor=0, fresh=False)
        before, after = self._around()
        before, after = (before, after[1:]) if forward else (before[:-1], after)
        return replace(self, text=before + after, cursor=len(before))

    def moved(self, steps: int) -> "Field":
        """Return it with the cursor moved, or with another of its choices."""
        if self.choices:
            at = self.choices.index(self.text) if self.text in self.choices else 0
            chosen = self.choices[(at + max(-1, min(1, steps))) % len(self.choices)]
            return replace(self, text=chosen, fresh=False)
        start = len(self.text) if self.fresh else self.cursor
        cursor = max(0, min(len(self.text), start + steps))
        return replace(self, cursor=cursor, fresh=False)

    def _around(self) -> tuple[str, str]:
        return self.text[: self.cursor], self.text[self.cursor :]


@dataclass(frozen=True)
class Form:
    """Fields to be filled in; all have a text already.

    Attributes:
        title: the question.
        fields: the fields, in order.
        at: the field that is being edited.
        problems: why a field's text does not fit, by key.
        notes: lines about what was typed, such as the parameters of a path.
    """

    title: str
    fields: tuple[Field, ...]
    at: int = 0
    problems: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def values(self) -> dict[str, str]:
        """Return the texts by key."""
        return {each.key: each.text for each in self.fields}

    def current(self) -> Field | None:
        """Return the field that is being edited; an empty form has none."""
        return self.fields[self.at] if self.fields else None

    def edited(self, edit: Callable[[Field], Field]) -> "Form":
        """Return it with the current field edited."""
        if not self.fields:
            return self
        fields = list(self.fields)
        fields[self.at] = edit(fields[self.at])
        return replace(self, fields=tuple(fields))

    def moved(self, steps: int) -> "Form":
        """Return it with another field as the current one; the ends are no circle."""
        at = max(0, min(len(self.fields) - 1, self.at + steps))
        return replace(self, at=at)

    def at_problem(self) -> "Form":
        """Return it with the first field that has a problem as the current one."""
        wrong = [at for at, each in enumerate(self.fields) if each.key in self.problems]
        return replace(self, at=wrong[0]) if wrong else self


@dataclass(frozen=True)
class Item:
    """One line of a menu.

    Attributes:
        value: what choosing it means; empty for a heading.
        label: how it is called on the screen.
        note: what stands beside it.
        help: what is said while it is the current one.
        reason: why it can't be chosen now; empty when it can.
        repeatable: whether it may be picked several times.
        removable: whether it can be taken off the list.
    """

    value: str
    label: str
    note: str = ""
    help: str = ""
    reason: str = ""
    repeatable: bool = False
    removable: bool = False


@dataclass(frozen=True)
class Menu:
    """Items to choose one of, or to pick any number of.

    Attributes:
        title: the question.
        items: the items, in order.
        at: the current item.
        picked: the picked values in order, repeated ones several times; None when one is chosen.
        typed: only items that contain this are shown.
    """

    title: str
    items: tuple[Item, ...]
    at: int = 0
    picked: tuple[str, ...] | None = None
    typed: str = ""

    def shown(self) -> list[int]:
        """Return the places of the items that contain what was typed."""
        words = self.typed.lower().split()
        return [
            at
            for at, item in enumerate(self.items)
            if all(word in f"{item.label} {item.note}".lower() for word in words)
            and (item.value or not words)
        ]

    def current(self) -> Item | None:
        """Return the item under the cursor, unless nothing contains what was typed."""
        return self.items[self.at] if self.at in self.shown() else None

    def moved(self, steps: int) -> "Menu":
        """Return it with another item as the current one; headings are skipped."""
        places = [at for at in self.shown() if self.items[at].value]
        if not places:
            return self
        nearest = min(range(len(places)), key=lambda index: abs(places[index] - self.at))
        return replace(self, at=places[max(0, min(len(places) - 1, nearest + steps))])

    def narrowed(self, typed: str) -> "Menu":
        """Return it with only the items that contain a text; the best one is the current one."""
        menu = replace(self, typed=typed)
        places = [at for at in menu.shown() if menu.items[at].value]
        starting = [at for at in places if menu.items[at].label.startswith(typed)]
        if self.at in places and not starting:
            return menu
        return replace(menu, at=[*starting, *places, self.at][0])

    def toggled(self) -> "Menu":
        """Return it with the current item picked, or not picked any more."""
        item = self.current()
        if item is None or self.picked is None:
            return self
        if item.value in self.picked:
            picked = tuple(value for value in self.picked if value != item.value)
        else:
            picked = self.picked if item.reason else (*self.picked, item.value)
        return replace(self, picked=picked)

    def repeated(self) -> "Menu":
        """Return it with the current item picked once more."""
        item = self.current()
        if item is None or self.picked is None or not item.repeatable or item.reason:
            return self
        return replace(self, picked=(*self.picked, item.value))

    def at_value(self, value: str) -> "Menu":
        """Return it with the item of a value as the current one, if there is one."""
        places = [at for at, item in enumerate(self.items) if item.value == value]
        return replace(self, at=places[0]) if places else self.moved(0)


Question = Form | Menu
