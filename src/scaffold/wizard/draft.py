"""What has been answered so far."""

from collections.abc import Mapping, Sequence
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
        resources: the resources that are listed; one that is added brings models and endpoints.
        application: the application patterns, as ids or mappings.
        endpoints: the endpoints that are complete.
        kept: how many of them the project has already; nobody is asked about those.
        current: the endpoint that is being composed.
        at: its place among the endpoints.
        table: the models, the resource and the endpoints of a table that is being composed.
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
    table: Mapping[str, Sequence[dict[str, Any]]] = field(default_factory=dict)

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

    def with_table(self) -> "Draft":
        """Return it with what is composed as a table among the rest."""
        models = [one for one in self.table.get("models", ()) if one not in self.models]
        return replace(
            self,
            models=(*self.models, *models),
            resources=(*self.resources, *self.table.get("resources", ())),
            endpoints=(*self.endpoints, *self.table.get("endpoints", ())),
            table={},
        )

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
