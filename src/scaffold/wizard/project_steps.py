"""The steps around the endpoints: the project, its start, the application, the list, the files."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scaffold.catalogue.patterns import Catalogue, Pattern
from scaffold.errors import InvalidSpec
from scaffold.shown.pages import tree_rows
from scaffold.spec.answers import TEXT_ANSWERS, check_spec, preset_about, preset_answers, presets
from scaffold.spec.check import check
from scaffold.spec.lines import format_line
from scaffold.wizard import fields
from scaffold.wizard.bench import Bench, Preview
from scaffold.wizard.draft import OWN, Draft
from scaffold.wizard.endpoint import Problem, as_entry, options, pattern_id
from scaffold.wizard.endpoint_steps import option_field, placed
from scaffold.wizard.questions import Field, Form, Item, Menu, Question
from scaffold.wizard.step import DONE, Step, chosen

LABELS = {
    "project_name": "Name",
    "description": "Description",
    "author_name": "Author",
    "author_email": "E-mail",
    "license": "Licence",
    "python_version": "Python",
}
ADD = "add"
ADD_RESOURCE = "resource"
WRITE = "write"


def first_draft(bench: Bench, folder: Path | None, given: Mapping[str, Any]) -> Draft:
    """Return the draft with which a project starts, with the answers that are given already."""
    draft = Draft(folder=str(folder) if folder is not None else "my-service")
    project = {name: str(given[name]) for name in TEXT_ANSWERS if name in given}
    chosen = given.get("application_patterns", bench.default("application_patterns", draft))
    application = given.get("application", chosen)
    models = tuple(given.get("models", ()))
    resources = tuple(given.get("resources", ()))
    return replace(
        draft,
        project=project,
        models=models,
        resources=resources,
        application=tuple(application),
    )


def opened_new(bench: Bench, draft: Draft) -> Draft:
    """Return a draft with a new endpoint being composed, under a name that nobody has."""
    opened = draft.opened(len(draft.endpoints))
    now = opened.current
    name = bench.company(opened).free_name(now["method"], now["path"])
    return replace(opened, current={**now, "name": name})


class ProjectStep(Step):
    """Ask for the folder, unless it is known, and what `copier.yml` asks about the project."""

    name = "project"
    crumb = "project"

    def __init__(self, bench: Bench, *, ask_folder: bool) -> None:
        super().__init__(bench)
        self.ask_folder = ask_folder

    def ask(self, draft: Draft) -> Form:
        """Return a form with the user's own defaults."""
        help_ = "It is made, and must not hold anything yet."
        folder = [Field("folder", "Folder", draft.folder, help_)] if self.ask_folder else []
        asked = [self._field(name, draft) for name in TEXT_ANSWERS]
        form = Form("What is the project?", (*folder, *asked))
        return self.renewed(self.take(draft, form), form)

    def _field(self, name: str, draft: Draft) -> Field:
        question = self.bench.template.questions[name]
        text = draft.project.get(name)
        text = self.bench.default(name, draft) if text is None else text
        choices = tuple(map(str, question.get("choices", ())))
        return Field(name, LABELS[name], str(text), question["help"], choices=choices)

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with the answers; an address without an author is none."""
        assert isinstance(question, Form)
        values = {name: text.strip() for name, text in question.values().items()}
        folder = values.pop("folder", draft.folder)
        if not values["author_name"]:
            values.pop("author_email")
        return replace(draft, folder=folder, project=values)

    def renewed(self, draft: Draft, question: Question) -> Form:
        """Return the form with a name that follows the folder, and with what is wrong."""
        assert isinstance(question, Form)
        form = question
        if self.ask_folder:
            named = [self._followed(draft, field) for field in form.fields]
            form = replace(form, fields=tuple(named))
        draft = self.take(draft, form)
        problems = {name: self.bench.answer_problem(name, draft) for name in draft.project}
        if self.ask_folder:
            problems = {"folder": self.bench.folder_problem(draft.folder), **problems}
        if form.values()["author_email"] and "author_email" not in draft.project:
            problems["author_email"] = "say who the author is, too, or leave the address out"
        return replace(form, problems={name: text for name, text in problems.items() if text})

    def _followed(self, draft: Draft, field: Field) -> Field:
        if field.key != "project_name" or not field.fresh:
            return field
        return replace(field, text=str(self.bench.default("project_name", draft)))

    def after(self, draft: Draft, question: Question) -> str:
        """Return the choice of a start."""
        return "start"

    def preview(self, draft: Draft, question: Question) -> Preview | None:
        """Return the project file as it would be written without endpoints."""
        if self.problem(question):
            return None
        given = {**draft.project, "application": [], "endpoints": []}
        return self.bench.file("pyproject.toml", draft, given)


class StartStep(Step):
    """Ask for a preset, or for own endpoints."""

    name = "start"
    crumb = "start"

    def ask(self, draft: Draft) -> Menu:
        """Return a menu of the presets."""
        own = Item(OWN, "own endpoints", "compose them one by one", "Compose them one by one.")
        found = [Item(name, name, preset_about(name), preset_about(name)) for name in presets()]
        return Menu("What does it start with?", (own, *found)).at_value(draft.start)

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with what the preset holds, unless the choice is the same as before."""
        start = chosen(question) or draft.start
        if start == draft.start:
            return draft
        answers = preset_answers(start) if start != OWN else {}
        application = answers.get("application", self.bench.default("application_patterns", draft))
        endpoints = tuple(answers.get("endpoints", ()))
        models = tuple(answers.get("models", ()))
        return replace(
            draft,
            start=start,
            models=models,
            resources=tuple(answers.get("resources", ())),
            application=tuple(application),
            endpoints=endpoints,
        )

    def after(self, draft: Draft, question: Question) -> str:
        """Return the application's patterns."""
        return "application"

    def preview(self, draft: Draft, question: Question) -> Preview | None:
        """Return the endpoints of the preset."""
        if chosen(question) == OWN:
            text = "The next steps compose the first endpoint: path, method, response, and so on."
            return Preview("own endpoints", text, is_file=False)
        return endpoints_preview(f"preset {chosen(question)}", draft)


class ApplicationStep(Step):
    """Ask for the patterns that wrap the whole application."""

    name = "application"
    crumb = "application"

    def ask(self, draft: Draft) -> Menu:
        """Return a menu to pick from."""
        items = tuple(
            Item(pattern.id, pattern.id, pattern.title, pattern.summary)
            for pattern in self.bench.catalogue.family("app")
        )
        picked = tuple(pattern_id(entry) for entry in draft.application)
        menu = Menu("What wraps the whole application?", items, picked=picked)
        return self.renewed(draft, menu).moved(0)

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with what is picked; what it had keeps its options."""
        assert isinstance(question, Menu)
        had = {pattern_id(entry): entry for entry in draft.application}
        entries = tuple(had.get(value, value) for value in question.picked or ())
        return replace(draft, application=entries)

    def renewed(self, draft: Draft, question: Question) -> Menu:
        """Return the menu with the reasons of what can't be picked."""
        assert isinstance(question, Menu)
        items = tuple(replace(item, reason=self._reason(item.value)) for item in question.items)
        return replace(question, items=items)

    def _reason(self, value: str) -> str:
        found = application_problem([value], self.bench)
        return found.text if found and found.key == "application[0]" else ""

    def after(self, draft: Draft, question: Question) -> str:
        """Return their options."""
        return "application options"

    def preview(self, draft: Draft, question: Question) -> Preview | None:
        """Return the module that puts them around the application."""
        return application_preview(self.bench, draft)


class ApplicationOptionsStep(Step):
    """Ask for the options of the application's patterns."""

    name = "application options"
    crumb = "application options"

    def applies(self, draft: Draft) -> bool:
        """Say whether any of them has options."""
        return any(pattern.options for _, pattern, _ in self._entries(draft))

    def ask(self, draft: Draft) -> Form:
        """Return a form of every option, with its default."""
        found = [
            option_field(f"{key}.{name}", option, given.get(name, option.default), pattern.id)
            for key, pattern, given in self._entries(draft)
            for name, option in pattern.options.items()
        ]
        return self.renewed(draft, Form("Which options? The defaults suit most.", tuple(found)))

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with the options that are not the defaults."""
        assert isinstance(question, Form)
        values = question.values()
        entries = []
        for key, pattern, _ in self._entries(draft):
            given = {
                name: fields.parsed(option, values[f"{key}.{name}"])
                for name, option in pattern.options.items()
            }
            entries.append(as_entry(pattern, given))
        return replace(draft, application=tuple(entries))

    def renewed(self, draft: Draft, question: Question) -> Form:
        """Return the form with what is wrong, at the field that it concerns."""
        assert isinstance(question, Form)
        found = application_problem(self.take(draft, question).application, self.bench)
        return replace(question, problems=placed(found, question) if found else {})

    def after(self, draft: Draft, question: Question) -> str:
        """Return the first endpoint's path, or the list of those that there are."""
        return after_application(draft)

    def preview(self, draft: Draft, question: Question) -> Preview | None:
        """Return the module that puts them around the application."""
        return application_preview(self.bench, draft) if not self.problem(question) else None

    def _entries(self, draft: Draft) -> list[tuple[str, Pattern, Mapping[str, Any]]]:
        patterns = self.bench.catalogue.patterns
        return [
            (f"application[{at}]", patterns[pattern_id(entry)], options(entry))
            for at, entry in enumerate(draft.application)
        ]


def after_application(draft: Draft) -> str:
    """Return the step that comes behind the application's."""
    return "path" if draft.start == OWN and not draft.endpoints else "endpoints"


def application_problem(entries: Any, bench: Bench) -> Problem | None:
    """Return what is wrong with application patterns."""
    try:
        check({"application": list(entries)}, bench.catalogue)
    except InvalidSpec as error:
        return Problem(error.field, str(error).removeprefix(f"{error.field}: "))
    return None


def application_preview(bench: Bench, draft: Draft) -> Preview | None:
    """Return the module that puts the application's patterns around it."""
    given = {"application": list(draft.application), "endpoints": []}
    return bench.file("app/middleware.py", draft, given)


def whole_problem(draft: Draft, catalogue: Catalogue) -> str:
    """Return why the endpoints can't stand beside each other; nothing when they can."""
    lines = [format_line(endpoint) for endpoint in draft.endpoints]
    try:
        check_spec(draft.answers(), lines, catalogue)
    except InvalidSpec as error:
        return str(error)
    return ""


def endpoints_preview(title: str, draft: Draft) -> Preview:
    """Return all endpoints as lines."""
    lines = [format_line(endpoint) for endpoint in draft.endpoints]
    return Preview(title, "\n".join(lines), is_file=False)


class EndpointsStep(Step):
    """Show the endpoints, and ask for another one, for changes, or for nothing more."""

    name = "endpoints"
    crumb = "endpoints"

    def __init__(self, bench: Bench, *, done: str, about: str, following: str) -> None:
        super().__init__(bench)
        self.done = done
        self.about = about
        self.following = following

    def ask(self, draft: Draft) -> Menu:
        """Return a menu of what can be done, and of the endpoints."""
        new = draft.endpoints[draft.kept :]
        items = [
            Item(
                WRITE, self.done, help=self.about, reason=whole_problem(draft, self.bench.catalogue)
            ),
            Item(ADD, "Add another endpoint", help="Compose one more."),
            Item(ADD_RESOURCE, "Add a table", help="A resource: rows, with endpoints over them."),
        ]
        if new:
            items.append(Item("", f"{len(new)} endpoint{'s' if len(new) > 1 else ''}"))
        for at, endpoint in enumerate(new, draft.kept):
            line = format_line(endpoint)
            help_ = f"{line}   Enter changes it, Delete removes it."
            item = Item(str(at), endpoint["name"], line, help_, removable=True)
            items.append(item)
        return Menu("What next?", tuple(items))

    def take(self, draft: Draft, question: Question) -> Draft:
        """Return the draft with the endpoint under the cursor, or a new one, being composed."""
        value = chosen(question)
        if value == ADD:
            return opened_new(self.bench, draft)
        return draft.opened(int(value)) if value.isdecimal() else draft

    def after(self, draft: Draft, question: Question) -> str:
        """Return the path of the endpoint to compose, or what comes when all are."""
        value = chosen(question)
        return self.following if value == WRITE else value if value == ADD_RESOURCE else "path"

    def preview(self, draft: Draft, question: Question) -> Preview | None:
        """Return the stub of the endpoint under the cursor, or the list as lines."""
        if chosen(question).isdecimal():
            return self.bench.stub(draft)
        return endpoints_preview("all endpoints", draft)

    def removed(self, draft: Draft, question: Question) -> Draft | None:
        """Return the draft without the endpoint under the cursor."""
        value = chosen(question)
        return draft.without(int(value)) if value.isdecimal() else None


class FilesStep(Step):
    """Show the files, and ask whether they are to be written."""

    name = "files"
    crumb = "files"

    def __init__(self, bench: Bench, origin: Mapping[str, Any]) -> None:
        super().__init__(bench)
        self.origin = origin
        self.files: dict[str, bytes] = {}

    def ask(self, draft: Draft) -> Menu:
        """Return the tree; each file can be looked at."""
        self.files = self.bench.files(draft, self.origin)
        total = sum(map(len, self.files.values()))
        rows = [
            Item(WRITE, f"Write {len(self.files)} files to {draft.folder}", help=f"{total:,} bytes")
        ]
        for label, path in tree_rows(self.files):
            if path is None:
                rows.append(Item("", label))
            else:
                size = f"{len(self.files[path]):,}"
                rows.append(Item(path, label, size, f"{path}: {size} bytes"))
        return Menu("Write these files?", tuple(rows))

    def after(self, draft: Draft, question: Question) -> str:
        """Return that this is all."""
        return DONE

    def preview(self, draft: Draft, question: Question) -> Preview | None:
        """Return the file under the cursor."""
        path = chosen(question)
        path = path if path in self.files else "README.md"
        return Preview(path, self.files.get(path, b"").decode(errors="replace"))
