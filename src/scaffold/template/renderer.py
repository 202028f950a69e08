"""Render the template that comes with the command, without Copier.

The same answers give the same bytes as Copier, which the tests hold it to, in a third of the time:
there is no Copier to import, no question is evaluated twice, and no git process is run for each
file. It knows as much of Copier as this template uses; docs/decisions/0004-direct-rendering.md
says why it exists.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path, PurePosixPath
from typing import Any

from scaffold.catalogue.patterns import template_root
from scaffold.errors import InvalidSpec
from scaffold.system.user_settings import default_answers, settings_path
from scaffold.system.yaml_files import parse_yaml
from scaffold.template.jinja import environment
from scaffold.template.kept_parts import KeptParts
from scaffold.template.origin import find_origin
from scaffold.template.questions import questions, read_config

CHECKED = ("application", "models", "resources", "endpoints")
"""Answers whose validators repeat what `scaffold.spec.check` has done."""

SHARED_PLAN = ("application", "cookies")
"""What the file of one endpoint or cookie may read of the plan besides its own part."""

OF_ENDPOINTS = ("endpoints", "_copier_answers")
"""What one endpoint's part of the plan is not made from, but its own entry."""

KNOWN = "_scaffold_known"
"""By this name the plan finds what is kept of its parts; see `scaffold.template.kept_parts`."""

FIXED = ("catalogue", "fixed_choices", "patterns", "vocabulary", "vocabulary_files")
"""What is the same in every render of one template folder."""

REFUSING = ("only_computed", "only_valid", "only_elsewhere")
"""What only ends Copier where an answer is not valid; the command checks answers itself."""

_ONE_PATH = re.compile(r"/[\w./-]*\w")
"""A line of `_exclude` that names a file, or a folder with all that is in it; no line has a `!`."""

_YIELD = re.compile(r"{% yield (?P<name>\w+) from (?P<items>.+?) %}(?P<text>.*?){% endyield %}")


@dataclass(frozen=True)
class Rendered:
    """A file of a project: its path there, its bytes and its permissions."""

    path: str
    content: bytes
    mode: int


class Template:
    """A template folder: `copier.yml`, and everything it names."""

    def __init__(self, root: Path) -> None:
        """Read `copier.yml` in the folder `root`."""
        self.root = root
        config = read_config(root)
        self.settings = {key: value for key, value in config.items() if key.startswith("_")}
        self.questions = questions(config)
        self.environment = environment(root)

    @cached_property
    def user_defaults(self) -> Mapping[str, Any]:
        """Return the defaults that the user has set for all templates."""
        return default_answers()

    def write(self, folder: Path, given: Mapping[str, Any]) -> None:
        """Write a project.

        Args:
            folder: the project's folder, which is made.
            given: answers and `_scaffold_...` data; the other answers get their defaults.

        Raises:
            InvalidSpec: an answer is refused by its question.
        """
        for file in self.files(folder, given):
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content)
            target.chmod(file.mode)

    def files(
        self, folder: Path, given: Mapping[str, Any], only: str | None = None
    ) -> Iterator[Rendered]:
        """Yield the files of a project, or the one at the path `only`, without writing them.

        See `write` for the other arguments.
        """
        context = self._answer(folder, _apart(given))
        shared = self._shared(context)
        files = self._kept.of("files", context["project_name"], _told(shared))
        excluded = self._excluded(context)
        source = self.root / self.settings["_subdirectory"]
        for path in sorted(path for path in source.rglob("*") if path.is_file()):
            relative = path.relative_to(source).as_posix()
            if excluded(relative):
                continue
            for target, extra in self._targets(relative, context):
                if excluded(target) or only not in (None, target):
                    continue
                if extra:
                    own = json.dumps([relative, extra])
                    text = files.get(own)
                    if text is None:
                        text = self._content(path, {**shared, **extra}).decode()
                        files.put(own, text)
                    content = text.encode()
                else:
                    content = self._content(path, context)
                yield Rendered(target, content, path.stat().st_mode & 0o777)
        if only is None:
            self._kept.write()

    @cached_property
    def _kept(self) -> KeptParts:
        """What single endpoints, models and cookies became, which most renders share."""
        return KeptParts(self.root)

    def _shared(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the file of one endpoint or cookie may read.

        The other endpoints are not in it, or a file would have to be rendered again for each.
        """
        plan = {name: context["plan"][name] for name in SHARED_PLAN}
        hidden = ("endpoints", "models", "resources", "_copier_answers")
        return {name: context[name] for name in context if name not in hidden} | {"plan": plan}

    def default(self, name: str, folder: Path, given: Mapping[str, Any]) -> Any:
        """Return the answer to one question that nobody is asked; see `write`."""
        unanswered = {key: value for key, value in _apart(given).items() if key != name}
        return self._value(name, self.questions[name], unanswered, {**_conf(folder), **self._fixed})

    def problem(self, name: str, folder: Path, given: Mapping[str, Any]) -> InvalidSpec | None:
        """Return why a given answer is refused by its question, or None; see `write`."""
        try:
            known = {**_apart(given), **_conf(folder), **self._fixed}
            self._validate(name, self.questions[name], known)
        except InvalidSpec as error:
            return error
        return None

    def _answer(self, folder: Path, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return every answer, and what templates know besides."""
        recorded: dict[str, Any] = {}
        context: dict[str, Any] = {
            **{name: value for name, value in given.items() if name not in self.questions},
            **_conf(folder, self.settings["_answers_file"]),
            "_copier_answers": recorded,
            **self._fixed,
        }
        for name, question in self.questions.items():
            if name in FIXED or name in REFUSING:
                continue
            if name == "plan":
                others = {key: context[key] for key in context if key not in OF_ENDPOINTS}
                context[KNOWN] = self._kept.of("plan", context["project_name"], _told(others))
            asked = self._is_asked(question, {**given, **context})
            value = self._value(name, question, given, context)
            context[name] = value
            if asked:
                recorded[name] = value
                self._validate_answer(name, question, context, is_given=name in given)
        context.pop(KNOWN, None)
        return context

    @cached_property
    def _fixed(self) -> dict[str, Any]:
        """Return the computed values that depend on no answer."""
        fixed: dict[str, Any] = {}
        for name, question in self.questions.items():
            if name in FIXED:
                fixed[name] = self._value(name, question, {}, fixed)
        return fixed

    def _is_asked(self, question: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
        when = question.get("when", True)
        if isinstance(when, str):
            when = self._render(when, context).strip() not in ("", "False")
        return bool(when)

    def _value(
        self, name: str, question: Mapping[str, Any], given: Mapping[str, Any], context: Any
    ) -> Any:
        default = self.user_defaults.get(name, question["default"])
        value = given.get(name, default)
        if name not in given and isinstance(value, str):
            value = self._render(value, {**given, **context})
        if isinstance(value, str):
            value = _parsed(value, question)
        elif question["type"] == "str" and isinstance(value, int | float):
            value = str(value)
        if question.get("multiselect"):
            choices = json.loads(self._render(question["choices"], context)).values()
            return [choice for choice in choices if choice in value]
        return value

    def _validate_answer(
        self, name: str, question: Mapping[str, Any], context: Mapping[str, Any], *, is_given: bool
    ) -> None:
        """Validate an answer; a mistake in the user's settings says where it stands."""
        try:
            self._validate(name, question, context)
        except InvalidSpec as error:
            if is_given or name not in self.user_defaults:
                raise
            where = f"it stands under defaults in your Copier settings {settings_path()}"
            raise InvalidSpec(name, f"{error}; {where}") from error

    def _validate(self, name: str, question: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        value = context[name]
        choices = question.get("choices")
        if isinstance(choices, list) and value not in choices:
            valid = ", ".join(choices)
            raise InvalidSpec(name, f"{value} is not among the choices", f"use one of {valid}")
        if "validator" in question and name not in CHECKED:
            problem = self._render(question["validator"], context).strip()
            if problem:
                raise InvalidSpec(name, problem.removeprefix(f"{name}: "))

    def _excluded(self, context: Mapping[str, Any]) -> Callable[[str], bool]:
        from pathspec import GitIgnoreSpec

        lines = [
            line
            for pattern in self.settings["_exclude"]
            for line in self._render(pattern, context).splitlines()
        ]
        # Most lines name one path each, and to try each of them on each file takes long.
        named = {line[1:] for line in lines if _ONE_PATH.fullmatch(line)}
        others = GitIgnoreSpec.from_lines(line for line in lines if not _ONE_PATH.fullmatch(line))

        def excluded(path: str) -> bool:
            around = accumulate(path.split("/"), "{}/{}".format)
            return not named.isdisjoint(around) or others.match_file(path)

        return excluded

    def _targets(
        self, relative: str, context: Mapping[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what a source file becomes, each with the variables that its name sets."""
        bare = relative.removesuffix(self.settings["_templates_suffix"])
        found = _YIELD.search(bare)
        if found is None:
            yield self._render(bare, context) if "{{" in bare else bare, {}
            return
        items = self.environment.compile_expression(found["items"])(**context)
        text = self.environment.from_text(found["text"])
        for item in items or []:
            extra = {found["name"]: item}
            name = text.render({**context, **extra})
            yield bare[: found.start()] + name + bare[found.end() :], extra

    def _content(self, source: Path, context: Mapping[str, Any]) -> bytes:
        if not source.name.endswith(self.settings["_templates_suffix"]):
            return source.read_bytes()
        name = PurePosixPath(source.relative_to(self.root)).as_posix()
        return self.environment.get_template(name).render(context).encode()

    def _render(self, text: str, context: Mapping[str, Any]) -> str:
        return self.environment.from_text(text).render(context)


def render(folder: Path, answers: Mapping[str, Any]) -> None:
    """Render the template that comes with the command.

    Args:
        folder: the project's folder, which is made.
        answers: what is not computed; the other answers get their defaults.

    Raises:
        InvalidSpec: the template's validators refuse an answer.
        ScaffoldError: the template cannot be rendered.
    """
    Template(template_root()).write(folder, {**answers, **find_origin().data()})


def _apart(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return values that nobody changes later: see `scaffold.template.imports`."""
    return {name: copy(value) for name, value in given.items()}


def _conf(folder: Path, answers_file: str = "") -> dict[str, Any]:
    """Return what Copier tells every expression about the project."""
    return {"_copier_conf": {"dst_path": folder, "answers_file": answers_file}}


def _told(answers: Mapping[str, Any]) -> str:
    """Return text that tells answers, and what is computed of them, from all others."""
    told = {name: answers[name] for name in answers if name not in FIXED}
    return json.dumps(told, default=str, sort_keys=True)


def _parsed(text: str, question: Mapping[str, Any]) -> Any:
    """Return what the text of an answer means to its question."""
    if question["type"] == "json":
        return json.loads(text)
    if question["type"] in ("bool", "yaml") or question.get("multiselect"):
        return parse_yaml(text)
    return text
