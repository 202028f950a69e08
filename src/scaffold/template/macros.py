"""The macros of `compose/`, called from Python like functions.

They are always those that come with the command, as they do not run in Copier's sandbox; what they
work with may be the patterns of another version. Most of them return JSON, as macros can return
text only, or append to a list that they are given.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from scaffold.catalogue.patterns import Catalogue, template_root

MARK = "\x1f"
"""What stands in a message between field, reason and advice; no value in a message has it."""


class Macros:
    """The files of `compose/` for one catalogue and one application."""

    def __init__(
        self,
        catalogue: Catalogue,
        application: Any = (),
        models: Any = (),
        resources: Any = (),
    ) -> None:
        """Take a catalogue, and the answers of these names, whatever they are."""
        self._given = {
            "application": application,
            "models": models,
            "resources": resources,
            "patterns": catalogue.data["patterns"],
            "vocabulary": _marked(catalogue.data["vocabulary"]),
        }

    @cached_property
    def check(self) -> Any:
        """Return what is wrong with answers."""
        return self._file("check")

    @cached_property
    def spec(self) -> Any:
        """Return what answers mean."""
        return self._file("spec")

    @cached_property
    def plan(self) -> Any:
        """Return what files are written from."""
        return self._file("plan")

    @cached_property
    def conditions(self) -> Any:
        """Return the conditions of `pattern.yml` and `page.yml`."""
        return self._file("conditions")

    @cached_property
    def expect(self) -> Any:
        """Return what goes over the wire."""
        return self._file("expect")

    def _file(self, name: str) -> Any:
        from scaffold.template.jinja import environment

        template = environment(template_root()).get_template(f"compose/{name}.jinja")
        return template.make_module(self._given)


def _marked(vocabulary: Mapping[str, Any]) -> dict[str, Any]:
    """Return words of their own, so that the macros are made for these answers alone.

    A message keeps its parts apart in them.
    """
    messages = {
        key: sentence.replace("{field}: ", f"{{field}}{MARK}", 1).replace("; ", MARK, 1)
        for key, sentence in vocabulary["messages"].items()
    }
    return {**vocabulary, "messages": messages}
