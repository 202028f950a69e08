"""What a step is: it asks, takes what is answered, and says where to go on."""

from typing import ClassVar

from scaffold.wizard.bench import Bench, Preview
from scaffold.wizard.draft import Draft
from scaffold.wizard.questions import Form, Menu, Question

NEXT = "next"
DONE = "done"


class Step:
    """One question of the wizard. The draft goes in and out; a step keeps nothing itself."""

    name: ClassVar[str]
    crumb: ClassVar[str]
    """How the head of the screen calls it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def ask(self, draft: Draft) -> Question:
        """Return the question, with what the draft says already as the answer."""
        raise NotImplementedError

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with the answer as it stands, which may be invalid still."""
        return draft

    def renewed(self, draft: Draft, question: Question) -> Question:
        """Return the question after an edit, where parts of it depend on the answer."""
        return question

    def problem(self, question: Question) -> str:
        """Return why one can't go on from here; nothing when one can."""
        if isinstance(question, Form):
            return next(iter(question.problems.values()), "")
        if question.picked is None:
            item = question.current()
            return "nothing in the list has these words" if item is None else item.reason
        reasons = {item.value: item.reason for item in question.items}
        return next((reasons[value] for value in question.picked if reasons.get(value)), "")

    def after(self, draft: Draft, question: Question) -> str:
        """Return the name of the next step, or `done`."""
        raise NotImplementedError

    def stored(self, draft: Draft) -> Draft:
        """Return the draft with what this step, the last of several, has completed."""
        return draft

    def applies(self, draft: Draft) -> bool:
        """Say whether there is anything to ask."""
        return True

    def preview(self, draft: Draft, question: Question) -> Preview | None:
        """Return what the answer amounts to, or None while it is invalid."""
        return None

    def removed(self, draft: Draft, question: Question) -> Draft | None:
        """Return the draft without the current item of a list, or None where none can go."""
        return None


def chosen(question: Question) -> str:
    """Return the value of the item under the cursor of a menu."""
    item = question.current() if isinstance(question, Menu) else None
    return item.value if item else ""
