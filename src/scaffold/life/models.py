"""Edit the models of a project's answers: pure functions from one list to the next."""

from collections.abc import Mapping, Sequence
from typing import Any

from scaffold.catalogue.patterns import Catalogue
from scaffold.errors import Refused, UsageMistake
from scaffold.spec.lines import format_model
from scaffold.spec.models import (
    by_default,
    named_by_endpoint,
    named_by_fields,
    reached,
    users,
    with_model_renamed,
)

Model = dict[str, Any]
Answers = dict[str, Any]


def with_models(answers: Answers, added: Sequence[Model]) -> Answers:
    """Return answers with more models; one that is there already with the same fields stays.

    Raises:
        UsageMistake: there is another model of that name.
    """
    models = list(answers.get("models") or ())
    for model in added:
        found = _named(models, model["name"])
        if found is None:
            models.append(model)
        elif found["fields"] != model["fields"]:
            name = model["name"]
            raise UsageMistake(
                f"there is a model {name} already: {format_model(found)}",
                f"change it with `scaffold edit {name}`, or give the new one another name",
            )
    return _with(answers, models)


def without_models(answers: Answers, names: Sequence[str], catalogue: Catalogue) -> Answers:
    """Return answers without some models.

    Raises:
        Refused: an endpoint or a model that stays names one of them.
    """
    kept = [model for model in answers.get("models") or () if model["name"] not in names]
    answers = _with(answers, kept)
    for name in names:
        by = users(answers, name, catalogue)
        if by:
            more = f" and {len(by) - 3} more" if len(by) > 3 else ""
            raise Refused(
                f"{name} is named by {', '.join(by[:3])}{more}",
                "remove or change these first, with `scaffold remove` or `scaffold edit`",
            )
    return answers


def only_for(before: Answers, after: Answers, catalogue: Catalogue) -> list[str]:
    """Return the models that go with endpoints, since nothing that stays names or leads to them.

    Those over rows take the models of their table along; others what a pattern has brought by
    itself, such as `Item`, as long as it has those fields.

    Args:
        before: the answers before the endpoints went.
        after: the answers without them, in which all models are still listed.
        catalogue: the patterns, in whose options models are named.
    """
    kept = after["endpoints"]
    gone = [each for each in before["endpoints"] if each not in kept]
    rows = [each for each in gone if each.get("data")]
    left = reached(_named_by(rows, before, catalogue), before)
    left |= by_default(gone, before, catalogue)
    own = [model["fields"] for model in after.get("models") or () if model["name"] not in left]
    named = _named_by(kept, after, catalogue).union(*map(named_by_fields, own))
    return sorted(left - reached(named, after))


def _named_by(endpoints: Sequence[Any], answers: Answers, catalogue: Catalogue) -> set[str]:
    """Return the models that endpoints name, and the tables that they are about."""
    tables = {each.get("data") for each in endpoints}
    rows = {one["model"] for one in answers.get("resources") or () if one["name"] in tables}
    return rows.union(*(named_by_endpoint(each, catalogue) for each in endpoints))


def with_model_changed(answers: Answers, name: str, wanted: Model, catalogue: Catalogue) -> Answers:
    """Return answers in which a model has other fields, or another name wherever it is named.

    Args:
        answers: the answers.
        name: the name that it has.
        wanted: what it becomes.
        catalogue: the patterns, in whose options models are named.

    Raises:
        UsageMistake: another one has the new name.
    """
    new = wanted["name"]
    if new != name and _named(answers["models"], new) is not None:
        raise UsageMistake(f"there is a model {new} already", "choose another name")
    renamed = with_model_renamed(answers, name, new, catalogue) if new != name else answers
    models = [wanted if model["name"] == new else model for model in renamed["models"]]
    return _with(renamed, models)


def renamed(answers: Answers, old: str, new: str, catalogue: Catalogue) -> Model:
    """Return a model under another name, by which it names itself too."""
    changed = with_model_renamed(answers, old, new, catalogue)
    return next(model for model in changed["models"] if model["name"] == new)


def find(answers: Mapping[str, Any], name: str) -> Model | None:
    """Return the model of a name; endpoints have none with a capital first."""
    return _named(answers.get("models") or (), name)


def _named(models: Sequence[Model], name: object) -> Model | None:
    return next((model for model in models if model["name"] == name), None)


def _with(answers: Answers, models: list[Model]) -> Answers:
    """Return answers with these models; an empty list is recorded nowhere."""
    rest = {name: value for name, value in answers.items() if name != "models"}
    return {**rest, "models": models} if models else rest
