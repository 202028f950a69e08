"""Where the renders of a project come from: the template that is installed, or its origin.

A project at the version of this command is rendered from the files that the command carries, so
that nothing needs the network. Every other version is fetched from the origin that the project
records, and rendered with Copier, which knows what older and newer templates may use.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from scaffold.addresses import shown_address
from scaffold.catalogue.patterns import Catalogue, load, template_root
from scaffold.errors import InvalidSpec, ScaffoldError, UsageMistake
from scaffold.project.files import File, Tree, read_tree
from scaffold.project.layout import Layout, placed
from scaffold.project.state import ANSWERS_FILE
from scaffold.spec.answers import check_types
from scaffold.spec.check import check, discouraged, read
from scaffold.template.origin import Origin, find_origin
from scaffold.template.repository import (
    Repository,
    cached_repository,
    open_repository,
    same_address,
    same_version,
)


class Source(Protocol):
    """One version of the template."""

    @property
    def origin(self) -> Origin:
        """What its renders record."""

    @property
    def catalogue(self) -> Catalogue:
        """Its patterns."""

    def check(self, answers: Mapping[str, Any]) -> None:
        """Check models, endpoints and application; a project may have what is discouraged.

        The rules belong to the version: those of another one are known to Copier, which holds the
        answers to them when it renders.

        Raises:
            InvalidSpec: they cannot be generated.
        """

    def discouraged(self, answers: Mapping[str, Any]) -> list[InvalidSpec]:
        """Return what should not be done in valid answers, as far as the rules are known."""

    def render(self, answers: Mapping[str, Any]) -> Tree:
        """Return the project that it generates from answers.

        Raises:
            InvalidSpec: an answer is refused.
        """


@dataclass(frozen=True)
class Direct:
    """A template folder of this version, rendered without Copier."""

    root: Path
    origin: Origin

    @property
    def catalogue(self) -> Catalogue:
        """Its patterns."""
        return load(self.root)

    @cached_property
    def _template(self) -> Any:
        from scaffold.template.renderer import Template

        return Template(self.root)

    def check(self, answers: Mapping[str, Any]) -> None:
        """Check the application, the models and the endpoints."""
        check(answers, self.catalogue, new=False)

    def discouraged(self, answers: Mapping[str, Any]) -> list[InvalidSpec]:
        """Return what should not be done in valid answers."""
        return list(discouraged(answers, self.catalogue))

    def render(self, answers: Mapping[str, Any]) -> Tree:
        """Return the project that it generates from answers, whatever they mean together."""
        if "project_name" not in answers:
            raise InvalidSpec("project_name", "this is needed", "it is what the service is called")
        check_types(answers, self.catalogue)
        read(answers, self.catalogue)
        data = {**answers, **self.origin.data()}
        rendered = self._template.files(Path(answers["project_name"]), data)
        tree = {file.path: File(file.content, bool(file.mode & 0o100)) for file in rendered}
        return placed(tree, Layout.of(answers))


@dataclass(frozen=True)
class WithCopier:
    """A template folder of any version, rendered with Copier.

    Attributes:
        root: the folder.
        origin: what its renders record.
        commit: the full hash of the commit that it holds; None when it may hold anything.
    """

    root: Path
    origin: Origin
    commit: str | None = None

    @property
    def catalogue(self) -> Catalogue:
        """Its patterns."""
        from yaml import YAMLError

        try:
            return load(self.root)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, YAMLError) as error:
            raise self._strange() from error

    def check(self, answers: Mapping[str, Any]) -> None:
        """Check that endpoints and models have names; Copier does the rest."""
        for index, model in enumerate(answers.get("models", [])):
            named = isinstance(model, dict) and isinstance(model.get("name"), str)
            if not named or not isinstance(model.get("fields"), dict):
                reason = "a model is a mapping of name and fields"
                raise InvalidSpec(f"models[{index}]", reason)
        for index, endpoint in enumerate(answers.get("endpoints", [])):
            if not isinstance(endpoint, dict) or not isinstance(endpoint.get("name"), str):
                reason = "an endpoint is a mapping with a name, method, path and response"
                raise InvalidSpec(f"endpoints[{index}]", reason)

    def discouraged(self, answers: Mapping[str, Any]) -> list[InvalidSpec]:
        """Return nothing, as the rules are not known."""
        return []

    def render(self, answers: Mapping[str, Any]) -> Tree:
        """Return the project that it generates from answers."""
        from scaffold.template.copier import render_from

        with TemporaryDirectory(prefix="scaffold-") as scratch:
            project = Path(scratch, "project")
            data = {**answers, **self.origin.data()}
            render_from(str(self.root), None, project, data, ask=False)
            tree = read_tree(project)
        stamp = f"_src_path: {self.origin.src}\n".encode()
        if ANSWERS_FILE not in tree or stamp not in tree[ANSWERS_FILE].content:
            raise self._strange()
        return placed(tree, Layout.of(answers))

    def _strange(self) -> ScaffoldError:
        return ScaffoldError(f"{shown_address(self.origin.src)} is not a version of this template")


@contextmanager
def source_of(
    origin: Origin, repository: Repository | None = None, *, asked: bool = True
) -> Iterator[Source]:
    """Yield the template at a version: the command's own if it is that one, else fetched.

    Args:
        origin: the address and the version.
        repository: the template's repository, when it is open already.
        asked: whether the user wants something that cannot be done without the template. Else
            nothing is fetched from an address that only the project names.

    Raises:
        ScaffoldError: the version cannot be had.
    """
    if is_installed(origin):
        yield Direct(template_root(), origin)
        return
    if origin.commit is None:
        raise ScaffoldError(
            f"{ANSWERS_FILE} records no version (_commit), so what was generated cannot be told "
            "from what was edited",
            "write there the tag or commit of the template that it was generated with",
        )
    if repository is None:
        if not asked:
            _refuse_strange(origin.src, origin.commit)
        repository = open_repository(origin.src, needs=origin.commit)
    commit = _commit_of(origin, repository)
    with repository.checked_out(commit) as folder:
        yield WithCopier(folder, origin, commit)


def _refuse_strange(src: str, commit: str) -> None:
    """Refuse to fetch a template from an address at which this command's own is not."""
    repository = cached_repository(src)
    if not same_address(src, find_origin().src) and not repository.has(commit):
        raise ScaffoldError(
            f"the project names a template that was not fetched yet, from {repository.url}",
            "if you trust that, `scaffold diff` fetches it",
        )


def _commit_of(origin: Origin, repository: Repository) -> str:
    commit = origin.commit or ""
    try:
        return repository.commit(commit)
    except UsageMistake as error:
        raise UsageMistake(
            f"{ANSWERS_FILE} says that the project was generated with {commit} (_commit), and "
            f"there is no such version in {repository.url}",
            f"put back what stood there (git log -p -- {ANSWERS_FILE}), or have that commit pushed",
        ) from error


def is_installed(origin: Origin) -> bool:
    """Say whether an origin is the template that this command carries."""
    own = find_origin()
    if not same_address(own.src, origin.src):
        return False
    if own.commit is None or origin.commit is None:
        return own.commit == origin.commit
    return same_version(own.commit, origin.commit)
