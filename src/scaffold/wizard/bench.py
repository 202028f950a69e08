"""What every step works with: the catalogue, the template, and what they make of a draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scaffold.catalogue.patterns import Catalogue, load, template_root
from scaffold.errors import InvalidSpec, Refused
from scaffold.new.staging import check_destination
from scaffold.spec.answers import TEXT_ANSWERS
from scaffold.spec.check import Checker
from scaffold.spec.models import with_listed
from scaffold.system.user_settings import author
from scaffold.template.renderer import Template
from scaffold.wizard.draft import Draft
from scaffold.wizard.endpoint import Company


@dataclass(frozen=True)
class Preview:
    """What is shown beside a question.

    Attributes:
        title: what it is: the path of a file, or words.
        text: its lines.
        stale: whether the answer is invalid now, so that this is from before.
        is_file: whether it is a file's text.
    """

    title: str
    text: str
    stale: bool = False
    is_file: bool = True

    @property
    def kind(self) -> str:
        """Return the folder of a file, in which all are alike."""
        return self.title.rpartition("/")[0]


class Bench:
    """The catalogue and the template, and what has been worked out from them."""

    def __init__(self, root: Path | None = None) -> None:
        """Take the template in the folder `root`, or the one that comes with the command."""
        self.root = root or template_root()
        self._company: Company | None = None
        self._stub: tuple[Any, Preview | None] | None = None

    @cached_property
    def catalogue(self) -> Catalogue:
        """Return the patterns of the template."""
        return load(self.root)

    @cached_property
    def checker(self) -> Checker:
        """Return what checks the parts of an endpoint, whatever it stands beside."""
        return Checker([], self.catalogue)

    @cached_property
    def template(self) -> Template:
        """Return the template itself."""
        return Template(self.root)

    def company(self, draft: Draft) -> Company:
        """Return what the endpoint that is being composed stands beside."""
        company = Company(
            draft.others(),
            list(draft.application),
            self.catalogue,
            list(draft.models),
            list(draft.resources),
        )
        if self._company != company:
            self._company = company
        return self._company

    def folder_problem(self, folder: str) -> str:
        """Return why a project can't be made in a folder; nothing when it can."""
        if not folder.strip():
            return "name the folder that is to be made"
        try:
            check_destination(Path(folder).expanduser())
        except (Refused, OSError, ValueError, RuntimeError) as error:
            return str(error)
        return ""

    def default(self, name: str, draft: Draft) -> Any:
        """Return the answer that a question gets when nobody is asked."""
        return self.template.default(name, _folder(draft), {})

    def defaults(self, draft: Draft) -> dict[str, Any]:
        """Return the answers about the project that everybody gets, whatever a user has set."""
        own = {*self.template.user_defaults, *author()}
        return {name: self.default(name, draft) for name in TEXT_ANSWERS if name not in own}

    def answer_problem(self, name: str, draft: Draft) -> str:
        """Return why an answer about the project is refused; nothing when it is not."""
        found = self.template.problem(name, _folder(draft), draft.project)
        return str(found).removeprefix(f"{name}: ") if found else ""

    def stub(self, draft: Draft) -> Preview | None:
        """Return the module of the endpoint that is being composed, or None while it is invalid."""
        company = self.company(draft)
        below = company.below(draft.current)
        known = (draft.current, draft.application, company.models, below)
        if self._stub is not None and self._stub[0] == known:
            return self._stub[1]
        if company.problem(draft.current):
            return None
        listed = company.with_models(draft.current)
        endpoints = [*below, *listed["endpoints"]]
        answers = {**listed, "endpoints": endpoints, "application": list(draft.application)}
        preview = self.file(f"app/endpoints/{draft.current['name']}.py", draft, answers)
        self._stub = (known, preview)
        return preview

    def file(self, path: str, draft: Draft, answers: Mapping[str, Any]) -> Preview | None:
        """Return one file of the project, or None where these answers give none."""
        try:
            files = list(self.template.files(_folder(draft), answers, only=path))
        except InvalidSpec:
            return None
        return Preview(path, files[0].content.decode()) if files else None

    def files(self, draft: Draft, origin: Mapping[str, Any]) -> dict[str, bytes]:
        """Return all files of the project, by path."""
        names = [endpoint["name"] for endpoint in draft.endpoints]
        given = {**with_listed(draft.answers(), names, self.catalogue), **origin}
        return {file.path: file.content for file in self.template.files(_folder(draft), given)}


def _folder(draft: Draft) -> Path:
    return Path(draft.folder or "my-service").expanduser().absolute()
