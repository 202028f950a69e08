"""The wizard without a terminal."""

from collections.abc import Callable

import pytest

from scaffold.wizard.bench import Bench
from scaffold.wizard.draft import Draft
from scaffold.wizard.endpoint_steps import ENDPOINT_STEPS
from scaffold.wizard.journey import State, pressed, started
from scaffold.wizard.project_steps import EndpointsStep, opened_new
from scaffold.wizard.step import DONE

Go = Callable[..., State]


@pytest.fixture(scope="session")
def bench() -> Bench:
    """Return the catalogue and the template."""
    return Bench()


@pytest.fixture
def composing(bench: Bench) -> State:
    """Return the state in which somebody begins to compose an endpoint."""
    steps = [*(step(bench) for step in ENDPOINT_STEPS)]
    steps.append(EndpointsStep(bench, done="Done", about="", following=DONE))
    return started(steps, opened_new(bench, Draft()))


def go(state: State, *keys: str) -> State:
    """Return the state after some keys; text goes in sign by sign."""
    names = ("enter", "escape", "up", "down", "left", "right", "tab", "s-tab", "home", "end")
    names = (*names, "backspace", "delete", "pageup", "pagedown", "c-u")
    for key in keys:
        for each in [key] if key in names else key:
            state = pressed(state, each)
    return state
