"""The validators of the template, without Copier's start-up time."""

from functools import cache
from typing import Any

import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from scaffold.catalogue.patterns import template_root
from scaffold.template.imports import Code, Imported


class Sandbox(SandboxedEnvironment):
    """That of Copier, but that it makes the macros of a file once for the same values."""

    code_generator_class = Code
    template_class = Imported


@cache
def environment() -> Sandbox:
    """Return Jinja as Copier sets it up, with the data that every question may use."""
    from jinja2 import FileSystemLoader

    made = Sandbox(
        loader=FileSystemLoader(template_root()),
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    root = template_root()
    catalogue = [
        yaml.safe_load(path.read_bytes()) for path in sorted(root.glob("patterns/*/*/pattern.yml"))
    ]
    made.globals["catalogue"] = catalogue
    made.globals["patterns"] = {pattern["id"]: pattern for pattern in catalogue}
    made.globals["vocabulary"] = yaml.safe_load((root / "compose" / "vocabulary.yml").read_bytes())
    return made


def render(source: str, **answers: Any) -> str:
    """Return what a piece of template makes of the answers."""
    rendered: str = environment().from_string(source).render(answers)
    return rendered


@cache
def _template(question: str) -> Any:
    arguments = "" if question in ("models", "resources") else ", kinds"
    return environment().from_string(
        "{% from 'compose/check.jinja' import " + question + "_problem with context %}"
        "{{ " + question + "_problem(" + question + arguments + ") }}"
    )


def problem(answers: dict[str, Any], *, new: bool = True) -> str:
    """Return what the template says about answers, new or recorded ones; nothing if they fit."""
    for question in ("models", "resources", "application", "endpoints"):
        if question in answers:
            kinds = ["refuse", "discourage"] if new else ["refuse"]
            said: str = _template(question).render(answers, kinds=kinds).strip()
            if said:
                return said
    return ""
