"""The step that adds a resource: a table, its models and its endpoints, from one form."""

import re
from dataclasses import replace
from typing import Any

from scaffold.errors import UsageMistake
from scaffold.spec.answers import parse_lines
from scaffold.spec.lines import format_line
from scaffold.spec.resources import expanded
from scaffold.wizard.bench import Preview
from scaffold.wizard.draft import Draft
from scaffold.wizard.questions import Field, Form, Question
from scaffold.wizard.step import Step

_LINE = re.compile(r'(resource|model) line ".*?("|\.{3}): ')

FIELDS = (
    Field("path", "Path", "/posts", "Where the list is; each row is at /posts/{post_id}."),
    Field("model", "Model", "Post", "What a row is called on the wire."),
    Field(
        "fields",
        "Fields",
        "title='str(max_length=200)', price='decimal | None'",
        "As in a line. The model of another resource is a foreign key, a list of a model rows of "
        "their own.",
    ),
    Field("unique", "Unique", "", "Fields of which no two rows have the same value."),
    Field("order", "Sorted by", "", "Fields that clients may sort by."),
    Field(
        "operations",
        "Operations",
        "",
        "All, or some of list, read, create, replace, change, delete, export.",
    ),
    Field("models", "Models", "", "Models of its lists, as in Line(product=Product, count=int)."),
)


class ResourceStep(Step):
    """Ask for the path, the model and the fields of a resource."""

    name = "resource"
    crumb = "resource"

    def ask(self, draft: Draft) -> Form:
        """Return a form with an example, which is a valid resource."""
        return self.renewed(draft, Form("Which table, with its endpoints?", FIELDS))

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with the models, the resource and the endpoints; none while invalid."""
        assert isinstance(question, Form)
        try:
            return replace(draft, table=self._added(draft, question))
        except UsageMistake:
            return replace(draft, table={})

    def stored(self, draft: Draft) -> Draft:
        """Return the draft with all of that among the rest."""
        return draft.with_table()

    def renewed(self, draft: Draft, question: Question) -> Form:
        """Return the form with what is wrong."""
        assert isinstance(question, Form)
        try:
            self._added(draft, question)
        except UsageMistake as mistake:
            return replace(question, problems={self._place(mistake): _said(mistake)})
        return replace(question, problems={})

    def after(self, draft: Draft, question: Question) -> str:
        """Return the list of endpoints."""
        return "endpoints"

    def preview(self, draft: Draft, question: Question) -> Preview | None:
        """Return the endpoints that it makes, as lines."""
        lines = [format_line(endpoint) for endpoint in draft.table.get("endpoints", ())]
        return Preview("endpoints", "\n".join(lines), is_file=False) if lines else None

    def _added(self, draft: Draft, form: Form) -> dict[str, Any]:
        """Return what comes.

        Raises:
            UsageMistake: the form cannot be read, or what it says is not valid.
        """
        lines = lines_of(form)
        project = {"models": list(draft.models), "resources": list(draft.resources)}
        given = dict(parse_lines(lines, self.bench.catalogue))
        added = expanded(given, lines, self.bench.catalogue, project)
        names = {one["name"] for one in (*draft.resources, *draft.endpoints)}
        for one in (*added["resources"], *added["endpoints"]):
            if one["name"] in names:
                raise UsageMistake(f"{one['name']} is there already", "take another path")
        return added

    @staticmethod
    def _place(mistake: UsageMistake) -> str:
        """Return the field of the form that a mistake is about, as far as that can be told."""
        found = str(mistake)
        keys = [key for key in ("path", "unique", "order", "operations") if f" {key}" in found]
        return keys[0] if keys else "fields"


def _said(mistake: UsageMistake) -> str:
    """Return a mistake without the line, which nobody has written."""
    return _LINE.sub("", str(mistake))


def lines_of(form: Form) -> list[str]:
    """Return what a form says, as the lines of models and then of the resource."""
    values = {key: text.strip() for key, text in form.values().items()}
    models = [f"model {values['models']}"] if values["models"] else []
    words = ["resource", values["path"], f"{values['model']}({values['fields']})"]
    words += [f"{key}({values[key]})" for key in ("unique", "order", "operations") if values[key]]
    return [*models, " ".join(words)]
