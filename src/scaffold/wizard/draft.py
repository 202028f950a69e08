"""What has been answered so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scaffold.spec.lines import Endpoint, Model

OWN = "own"
"""The start that is no preset: endpoints are composed one by one."""

FIRST_ENDPOINT: Endpoint = {
    "name": "get_items_item_id",
    "method": "GET",
    "path": "/items/{item_id:int}",
    "response": "json-model",
}
"""What an endpoint is while nobody has said anything about it."""


@dataclass(frozen=True)
class Draft:
    """Answers, as a data file will hold them, and the endpoint that is being composed.

    Attributes:
        folder: the project's folder as it was typed.
        project: the answers about the project that are text.
        start: `own`, or the name of a preset.
        models: the models that are listed; nobody is asked about them, but endpoints name them.
        resources: the resources that are listed, in the same way.
        application: the application patterns, as ids or mappings.
        endpoints: the endpoints that are complete.
        kept: how many of them the project has already; nobody is asked about those.
        current: the endpoint that is being composed.
        at: its place among the endpoints.
    """

    folder: str = ""
    project: Mapping[str, str] = field(default_factory=dict)
    start: str = OWN
    models: tuple[Model, ...] = ()
    resources: tuple[dict[str, Any], ...] = ()
    application: tuple[Any, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    kept: int = 0
    current: Endpoint = field(default_factory=lambda: dict(FIRST_ENDPOINT))
    at: int = 0

    def others(self) -> tuple[Endpoint, ...]:
        """Return the endpoints beside the one that is being composed."""
        return (*self.endpoints[: self.at], *self.endpoints[self.at + 1 :])

    def opened(self, at: int) -> "Draft":
        """Return it with the endpoint at a place, or a new one behind the last, being composed."""
        current = self.endpoints[at] if at < len(self.endpoints) else FIRST_ENDPOINT
        return replace(self, current=dict(current), at=at)

    def stored(self) -> "Draft":
        """Return it with the current endpoint among the complete ones."""
        others = self.others()
        return replace(self, endpoints=(*others[: self.at], self.current, *others[self.at :]))

    def without(self, at: int) -> "Draft":
        """Return it without the endpoint at a place."""
        endpoints = (*self.endpoints[:at], *self.endpoints[at + 1 :])
        return replace(self, endpoints=endpoints)

    def answers(self) -> dict[str, Any]:
        """Return all answers, as a data file holds them."""
        spec = {"application": list(self.application), "endpoints": list(self.endpoints)}
        lists = {"models": list(self.models), "resources": list(self.resources)}
        named = {name: items for name, items in lists.items() if items}
        return {**self.project, **named, **spec}
