"""From step to step and back: a state and a key give the next state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scaffold.wizard.bench import Preview
from scaffold.wizard.draft import Draft
from scaffold.wizard.questions import Form, Menu, Question
from scaffold.wizard.step import DONE, Step

NOTHING_SHOWN = Preview("", "")
PAGE = 8
"""How many lines PageUp and PageDown move the preview."""


@dataclass(frozen=True)
class Place:
    """A step, and the place of the endpoint that it is about."""

    step: str
    at: int


@dataclass(frozen=True)
class State:
    """Where a person is.

    Attributes:
        steps: every step, by name.
        draft: what is answered so far, with the current question as it stands.
        question: the current question.
        place: the current step.
        history: the steps before it.
        preview: what the answer amounts to.
        message: why the last key did nothing.
        scroll: the first line of the preview that is shown.
        finished: whether everything is answered.
    """

    steps: Mapping[str, Step]
    draft: Draft
    question: Question
    place: Place
    history: tuple[Place, ...] = ()
    preview: Preview = NOTHING_SHOWN
    message: str = ""
    scroll: int = 0
    finished: bool = False

    @property
    def step(self) -> Step:
        """Return the current step."""
        return self.steps[self.place.step]


def started(steps: Sequence[Step], draft: Draft) -> State:
    """Return the state at the first of the steps."""
    named = {step.name: step for step in steps}
    place = Place(steps[0].name, draft.at)
    state = State(named, draft, steps[0].ask(draft), place)
    return _with_question(state, state.question)


def pressed(state: State, key: str) -> State:
    """Return the state after a key.

    Args:
        state: the state before.
        key: a name such as `enter`, `up` or `tab`, or the sign that was typed.
    """
    state = replace(state, message="")
    if key == "enter":
        return advanced(state)
    if key == "escape":
        return _escaped(state)
    if key in ("pageup", "pagedown"):
        return _scrolled(state, PAGE if key == "pagedown" else -PAGE)
    if isinstance(state.question, Form):
        return _with_question(state, _form_key(state.question, key))
    if key == "delete":
        return _removed(state)
    return _with_question(state, _menu_key(state.question, key))


def pasted(state: State, text: str) -> State:
    """Return the state after text was typed all at once."""
    state = replace(state, message="")
    if isinstance(state.question, Form):
        return _with_question(state, state.question.edited(lambda field: field.typed(text)))
    return _with_question(state, state.question.narrowed(state.question.typed + text))


def advanced(state: State) -> State:
    """Return the state at the next step, or the same with the reason why that can't be."""
    problem = state.step.problem(state.question)
    if problem:
        question = state.question
        question = question.at_problem() if isinstance(question, Form) else question
        return replace(state, question=question, message=problem)
    following = state.step.after(state.draft, state.question)
    draft = state.step.stored(state.draft)
    history = (*state.history, state.place)
    while following != DONE and not state.steps[following].applies(draft):
        step = state.steps[following]
        following = step.after(draft, state.question)
    if following == DONE:
        return replace(state, draft=draft, finished=True)
    return _entered(replace(state, draft=draft, history=history), Place(following, draft.at))


def went_back(state: State) -> State:
    """Return the state at the step before; what was answered since is kept."""
    if not state.history:
        return replace(state, message="this is the first step; Ctrl-C leaves")
    *history, place = state.history
    draft = state.draft
    if place.at != draft.at and place.at < len(draft.endpoints):
        draft = draft.opened(place.at)
    return _entered(replace(state, draft=draft, history=tuple(history)), place)


def _entered(state: State, place: Place) -> State:
    question = state.steps[place.step].ask(state.draft)
    return _with_question(replace(state, place=place, question=question), question)


def _with_question(state: State, question: Question) -> State:
    """Return the state with an edited question, and with what follows from the edit."""
    step = state.step
    question = step.renewed(state.draft, question)
    draft = step.take(state.draft, question)
    preview = step.preview(draft, question) or replace(state.preview, stale=True)
    scroll = first_shown(state.preview, preview, state.scroll)
    return replace(state, question=question, draft=draft, preview=preview, scroll=scroll)


def first_shown(before: Preview, now: Preview, scroll: int) -> int:
    """Return the line from which a preview is shown: a little above what has just changed."""
    if before.text == now.text:
        return scroll
    old, new = before.text.splitlines(), now.text.splitlines()
    if before.kind != now.kind:
        return next((at - 1 for at, line in enumerate(new) if line.startswith("@router.")), 0)
    same = zip(old, new, strict=False)
    at = next((at for at, (one, other) in enumerate(same) if one != other), min(len(old), len(new)))
    # The head of a module says what it is and what it imports, and changes with everything else.
    body = next((at for at, line in enumerate(new) if line.startswith("router = ")), 0)
    if at < body and old[-1:] == new[-1:]:
        changed = [at for at, line in enumerate(new) if at > body and line not in old]
        at = changed[0] if changed else scroll + 1
    return max(0, at - 1)


def _escaped(state: State) -> State:
    """Forget what a menu was narrowed by, or else go back."""
    if isinstance(state.question, Menu) and state.question.typed:
        return _with_question(state, state.question.narrowed(""))
    return went_back(state)


def _scrolled(state: State, lines: int) -> State:
    last = max(0, len(state.preview.text.splitlines()) - PAGE)
    return replace(state, scroll=max(0, min(last, state.scroll + lines)))


def _removed(state: State) -> State:
    draft = state.step.removed(state.draft, state.question)
    if draft is None:
        return state
    at = state.question.at if isinstance(state.question, Menu) else 0
    question = state.step.ask(draft)
    if isinstance(question, Menu):
        question = replace(question, at=min(at, len(question.items) - 1)).moved(0)
    return _with_question(replace(state, draft=draft, history=_known(state, draft)), question)


def _known(state: State, draft: Draft) -> tuple[Place, ...]:
    """Return the history without the steps of endpoints: their places have changed."""
    first = next((at for at, each in enumerate(state.history) if each.step == "path"), None)
    return state.history if first is None else state.history[:first]


def _form_key(form: Form, key: str) -> Form:
    match key:
        case "down" | "tab":
            return form.moved(1)
        case "up" | "s-tab":
            return form.moved(-1)
        case "left" | "right":
            return form.edited(lambda field: field.moved(1 if key == "right" else -1))
        case "home" | "end":
            steps = 10_000 if key == "end" else -10_000
            return form.edited(lambda field: field if field.choices else field.moved(steps))
        case "backspace" | "delete":
            return form.edited(lambda field: field.erased(forward=key == "delete"))
        case "c-u":
            return form.edited(lambda field: replace(field, fresh=True).erased())
        case " ":
            return form.edited(lambda field: field.moved(1) if field.choices else field.typed(" "))
        case _:
            return form.edited(lambda field: field.typed(key))


def _menu_key(menu: Menu, key: str) -> Menu:
    match key:
        case "down" | "tab":
            return menu.moved(1)
        case "up" | "s-tab":
            return menu.moved(-1)
        case "home" | "end":
            return menu.moved(10_000 if key == "end" else -10_000)
        case "backspace":
            return menu.narrowed(menu.typed[:-1])
        case "c-u":
            return menu.narrowed("")
        case " " if menu.picked is not None:
            return menu.toggled()
        case "+" if menu.picked is not None:
            return menu.repeated()
        case "left" | "right" | "delete":
            return menu
        case _:
            return menu.narrowed(menu.typed + key)
