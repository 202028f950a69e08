"""Random lives: whatever happens in whatever order, nothing is lost and everything works."""

from pathlib import Path
from random import Random

import pytest

from tests.life.lives import Life

LIVES = 50
STEPS = 20


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(1, LIVES))]
)
def test_a_life(
    seed: int, project: Path, versions: dict[str, Path], request: pytest.FixtureRequest
) -> None:
    full = request.config.getoption("--full")
    live(
        Life(project, versions, Random(seed)), STEPS if full else 5, tested=full and seed % 10 == 0
    )


def live(life: Life, steps: int, *, tested: bool) -> None:
    """Let a project live; what goes wrong is told with everything that was done before."""
    try:
        for number in range(steps):
            for _ in range(life.random.randint(0, 3)):
                life.owner()
            life.step()
            if number % 7 == 4:
                life.check_imports()
        if tested:
            life.check_tests()
    except Exception as error:
        raise AssertionError(f"{error}\n\nin this life:\n" + "\n".join(life.log)) from error
