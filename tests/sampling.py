"""Which of many alike cases the default run takes."""

from collections.abc import Iterable
from typing import Any

import pytest


def some(cases: Iterable[Any], each: int) -> list[Any]:
    """Return what `parametrize` takes: in the default run the first case of each so many.

    The full run takes all. A case that is a tuple has a value for each name.
    """
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            marks=[] if number % each == 0 else pytest.mark.full,
        )
        for number, case in enumerate(cases)
    ]
