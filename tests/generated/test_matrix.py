"""Every pattern alone, every pair, every option: generated, linted, type-checked and tested."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from itertools import combinations, permutations
from math import comb
from pathlib import Path
from typing import Any

import pytest

from scaffold.catalogue.patterns import load, template_root
from scaffold.system.yaml_files import read_yaml
from scaffold.template.renderer import Template
from tests.generated import matrix
from tests.generated.project import Project, generate

pytestmark = pytest.mark.apart

Spec = dict[str, Any]

WITHOUT_TOOLKIT = ("--ignore=tests/http",)
"""The tests of the toolkit are the same in every project: that of `tour` runs most of them."""


def compressible(endpoints: Iterable[Spec]) -> list[Spec]:
    """Leave out what needs the exact bytes of an answer: that is refused beside `compressed`."""
    return [spec for spec in endpoints if matrix.is_valid(spec, "compressed")]


def exact(endpoints: Iterable[Spec]) -> list[Spec]:
    """Return what `compressible` leaves out."""
    return [spec for spec in endpoints if not matrix.is_valid(spec, "compressed")]


def by_itself(via: str | None) -> list[Spec]:
    """Return each pair that gets onto the answer this way; None: those that do not say how."""
    return [spec for spec in matrix.pairs() if matrix.via_of(spec) == via]


def together(part: int) -> list[Spec]:
    """Return some of the endpoints that hold every pair: many routes make each request slower."""
    return compressible(matrix.together())[part::PARTS]


PARTS = 3
LISTS: dict[str, Callable[[], list[Spec]]] = {
    **{f"together {part}": partial(together, part) for part in range(PARTS)},
    "options": lambda: compressible(matrix.options()),
    "exact": lambda: [*exact(matrix.options()), *matrix.paths()],
    "exact together": lambda: exact(matrix.together()),
    # FastAPI 0.165 keeps 128 models of parameters and loses track of more: hence not all at once.
    "parameter": lambda: by_itself("parameter"),
    "dependency": lambda: by_itself("dependency"),
    "direct": lambda: by_itself("direct"),
    "default": lambda: by_itself(None),
}
BY_DEFAULT = ("options", "exact")
"""Which lists the default run takes: every option; every pattern is in the preset `tour`."""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            name,
            marks=[
                pytest.mark.xdist_group(f"matrix of {name}"),
                *([] if name in BY_DEFAULT else [pytest.mark.full]),
            ],
        )
        for name in LISTS
    ],
)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that holds one of the endpoint lists."""
    endpoints = LISTS[request.param]()
    whole = all(matrix.is_valid(spec, "compressed") for spec in endpoints)
    application = matrix.application() if whole else matrix.application("compressed")
    folder = tmp_path_factory.mktemp(request.param) / "service"
    return generate(folder, endpoints=endpoints, application=application)


def test_lint_format_types(project: Project) -> None:
    """Nothing is found by ruff, ruff format and mypy --strict."""
    project.lint()


def test_suite_passes(project: Project) -> None:
    """The project's own tests pass, with warnings as errors."""
    project.test(*WITHOUT_TOOLKIT)


@pytest.mark.full
@pytest.mark.xdist_group("pairs of the matrix")
def test_pairs_hold_every_pattern() -> None:
    """Each pattern that an endpoint can have is in the pairs, by each way that is valid for it."""
    pairs = matrix.pairs()
    used = {word.split()[0] for spec in pairs for pair in matrix.pairs_of(spec) for word in pair}
    assert used == {p.id for p in load().patterns.values() if p.family != "app"}
    vias = {entry.get("via") for spec in pairs for entry in spec.get("headers", [])}
    assert vias == {"parameter", "dependency", "direct", None}


@pytest.mark.full
@pytest.mark.xdist_group("pairs of the matrix")
def test_every_pair_is_together_with_others() -> None:
    """The endpoints with several pairs at once leave none out."""
    held = {pair for spec in matrix.together() for pair in matrix.pairs_of(spec)}
    assert {pair for spec in matrix.pairs() for pair in matrix.pairs_of(spec)} - held == set()


def test_options_hold_every_option() -> None:
    """Each option of each endpoint pattern has an endpoint that gives it another value."""
    given = set()
    for spec in matrix.options():
        places = [spec["response"], spec.get("status"), *spec.get("headers", [])]
        for entry in [*places, *spec.get("cookies", [])]:
            if isinstance(entry, dict):
                given |= {(entry["pattern"], option) for option in entry if option != "pattern"}
    declared = {
        (pattern.id, option)
        for pattern in load().patterns.values()
        if pattern.family != "app"
        for option in pattern.options
    }
    assert declared - given == set()


def some_of_the_application() -> list[list[Spec]]:
    """Return few applications: of any two patterns, one of them has the first without the second.

    That is so where each pattern is in as many of them as the others, but not in the same.
    """
    patterns = matrix.application()
    few = next(n for n in range(len(patterns) + 1) if comb(n, n // 2) >= len(patterns))
    places = [*zip(patterns, combinations(range(few), few // 2), strict=False)]
    return [[entry for entry, chosen in places if number in chosen] for number in range(few)]


def test_no_application_pattern_is_always_beside_another_one() -> None:
    """What leans on another one would be seen in the applications that are tested."""
    names = [{entry["pattern"] for entry in entries} for entries in some_of_the_application()]
    for first, second in permutations([entry["pattern"] for entry in matrix.application()], 2):
        assert any(first in each and second not in each for each in names), (first, second)


@pytest.mark.parametrize(
    "entries",
    [
        matrix.application_options(),
        *(
            pytest.param(entries, marks=pytest.mark.full)
            for entries in [
                *some_of_the_application(),
                *([entry] for entry in matrix.application()),
            ]
        ),
    ],
    ids=lambda entries: " ".join(sorted(entry["pattern"] for entry in entries)),
)
def test_application_pattern(
    entries: list[Spec], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """All with other options, some together, and each by itself suit every kind of response.

    The default run takes all, around a response of each form.
    """
    whole = request.config.getoption("--full")
    endpoints = matrix.alone() if whole else matrix.of_each_form()
    project = generate(tmp_path / "service", endpoints=endpoints, application=entries)
    project.lint()
    project.test(*WITHOUT_TOOLKIT)


@pytest.mark.parametrize(
    "preset",
    [
        *("empty", "tour", "web"),
        # Their patterns are in the others, and rows in generated/test_resources.py.
        *(pytest.param(preset, marks=pytest.mark.full) for preset in ("api", "exports", "store")),
    ],
)
def test_preset(preset: str, tmp_path: Path) -> None:
    """Each preset gives a project that is clean and whose tests pass.

    The tables of its README begin a block: behind a line of text, CommonMark takes them for more
    of it.
    """
    project = generate(tmp_path / "service", preset=preset)
    readme = (project.folder / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^[^|\n].*\n\|.*", readme, re.MULTILINE) == []
    project.lint()
    project.test(*([] if preset == "tour" else known_from_tour()))


def known_from_tour() -> list[str]:
    """Return how pytest leaves out the tests of the toolkit that `tour` has as well."""
    answers = read_yaml(template_root() / "presets" / "tour.yml")
    rendered = Template(template_root()).files(Path("tour"), {**answers, "toolkit_tests": True})
    paths = [file.path for file in rendered if file.path.startswith("tests/http/test_")]
    return [f"--ignore={path}" for path in paths]


def test_tour_holds_every_pattern() -> None:
    """The preset `tour` shows every pattern, except one that if-match rules out: `exports` does."""
    assert load().patterns.keys() - patterns_of("tour") == {"compressed"}
    assert "compressed" in patterns_of("exports")


def patterns_of(preset: str) -> set[str]:
    """Return the patterns that a preset uses: an endpoint without a response has an empty one."""
    given = read_yaml(template_root() / "presets" / f"{preset}.yml")
    entries = list(given["application"])
    for spec in given["endpoints"]:
        entries += [spec.get("response", "empty"), *([spec["status"]] if "status" in spec else [])]
        entries += [*spec.get("headers", []), *spec.get("cookies", [])]
    return {entry if isinstance(entry, str) else entry["pattern"] for entry in entries}
