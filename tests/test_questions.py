"""Whatever is chosen in the checkbox questions, the computed endpoints are valid."""

import itertools
import json
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scaffold.catalogue.patterns import load
from scaffold.spec.answers import CHOICE_ANSWERS
from scaffold.spec.check import check
from tests import plain_copier
from tests.terminal import Terminal
from tools.template_copy import copy_template

CHOICES = [
    pattern.id
    for family in CHOICE_ANSWERS.values()
    for pattern in load().family(family)
    if not pattern.unlisted
]
QUESTIONS = {family: question for question, family in CHOICE_ANSWERS.items()}


@cache
def _template() -> Any:
    return plain_copier.environment().from_string(
        "{% from 'compose/questions.jinja' import chosen with context %}{{ chosen() }}"
    )


def computed(chosen: Iterable[str]) -> dict[str, Any]:
    """Return the answers that the template computes from a choice of patterns."""
    answers: dict[str, Any] = {question: [] for question in CHOICE_ANSWERS}
    for pattern_id in chosen:
        answers[QUESTIONS[load().patterns[pattern_id].family]].append(pattern_id)
    application = answers["application_patterns"]
    endpoints = json.loads(_template().render({**answers, "application": application}))
    return {"application": application, "endpoints": endpoints}


def check_computed(chosen: Collection[str]) -> None:
    """Check that the computed answers are valid, and hold an endpoint for each chosen response."""
    answers = computed(chosen)
    check(answers)
    names = {endpoint["name"] for endpoint in answers["endpoints"]}
    for pattern_id in chosen:
        if load().patterns[pattern_id].family == "response":
            assert f"get_{pattern_id.replace('-', '_')}" in names


def test_every_pair_is_valid(request: pytest.FixtureRequest) -> None:
    """Also where two patterns do not go together, as if-match and compressed.

    The default run sees every tenth.
    """
    full = request.config.getoption("--full")
    for pair in [*itertools.combinations(CHOICES, 2)][:: 1 if full else 10]:
        check_computed(pair)


@pytest.mark.full
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(set(CHOICES))
@given(st.sets(st.sampled_from(CHOICES), max_size=12))
def test_every_choice_is_valid(chosen: set[str]) -> None:
    """Few, many or all of the four questions."""
    check_computed(chosen)


@pytest.mark.parametrize(
    ("headers", "application", "left_out"),
    [
        (["if-match"], ["compressed"], "if-match"),
        (["cache-control", "if-match"], ["request-id"], None),
    ],
)
def test_a_person_gets_a_project(
    headers: list[str],
    application: list[str],
    left_out: str | None,
    work: Path,
    environment: dict[str, str],
) -> None:
    """From plain Copier, whatever is ticked; what had to be left out is named at the end."""
    template = copy_template(work / "template")
    terminal = Terminal("copy", str(template), "shop", cwd=work, env=environment, module="copier")
    for question in ("called", "one line", "writes it", "oldest Python", "kinds of response"):
        terminal.wait(question)
        terminal.press("enter")
    terminal.wait("Which headers")
    tick(terminal, "header", headers, chosen=["cache-control"])
    terminal.wait("Which cookies")
    terminal.press("enter")
    terminal.wait("wraps the whole")
    tick(terminal, "app", application, chosen=["head-options", "security-headers"])
    assert terminal.finish() == 0
    printed = terminal.printed()
    assert "Traceback" not in printed
    assert (f"Left out, as it goes with nothing else: {left_out}" in printed) == bool(left_out)
    recorded = yaml.safe_load((work / "shop/.copier-answers.yml").read_text(encoding="utf-8"))
    check(recorded)
    assert recorded["header_patterns"] == headers
    assert recorded["application"] == application


def tick(terminal: Terminal, family: str, wanted: Iterable[str], *, chosen: Iterable[str]) -> None:
    """Tick what is wanted in a list of checkboxes, and nothing else."""
    change = set(wanted) ^ set(chosen)
    for pattern in load().family(family):
        if not pattern.unlisted:
            terminal.press(*([" "] if pattern.id in change else []), "down")
    terminal.press("enter")
