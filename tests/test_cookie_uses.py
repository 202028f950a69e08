"""One cookie that several endpoints use: the same module in whatever order, and it can be imported.

Every use of a cookie that the catalogue has stands beside every other one, in both orders, by each
option that says something of the cookie.
"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import pytest

from scaffold.catalogue.patterns import load, template_root
from tests import plain_copier
from tests.conftest import command_says
from tests.generated.matrix import beside, example_of_options, other_value

Spec = dict[str, Any]

NAMES = (
    "__Host-shared",
    *(pytest.param(name, marks=pytest.mark.full) for name in ("__Secure-shared", "shared")),
)
POSITIONS = ("first", "second", "third")
TRIPLES = 150

VERDICTS = """
{%- from "compose/spec.jinja" import complete_endpoint, declared_cookies with context -%}
{%- from "compose/check.jinja" import check_together with context -%}
{%- set complete = [] -%}
{%- for spec in specs -%}
  {%- set _ = complete.append(complete_endpoint(spec) | from_json) -%}
{%- endfor -%}
{%- set found = [] -%}
{%- for places in arrangements -%}
  {%- set used = [] -%}
  {%- for place in places %}{% set _ = used.append(complete[place]) %}{% endfor -%}
  {%- set mistakes = [] -%}
  {%- set _ = check_together(mistakes, used) -%}
  {%- set declared = (declared_cookies(used) | from_json).values() -%}
  {%- set cookies = declared | map(attribute='cookie') | list -%}
  {%- set _ = found.append([mistakes | first | default(''), cookies]) -%}
{%- endfor -%}
{{ found | to_json }}
"""
STUBS = """
{%- from "compose/plan.jinja" import planned with context -%}
{%- set found = [] -%}
{%- for spec in specs -%}
  {%- set endpoint = planned(spec) | from_json -%}
  {%- set stub %}{% include "compose/stub.py.jinja" %}{% endset -%}
  {%- set _ = found.append(stub) -%}
{%- endfor -%}
{{ found | to_json }}
"""
MODULE = '{% include "compose/cookie.py.jinja" %}'
IMPORTS = """
import json, sys
from types import ModuleType

# Which modules a project has is generated; this is that of one with none of these.
around = sys.modules["app.http.wrappers"] = ModuleType("wrappers")
around.START = around.INSIDE = around.OUTSIDE = around.ROUTERS = []

for modules, stub in json.load(sys.stdin):
    try:
        for name, source in modules.items():
            module = sys.modules[f"app.cookies.{name}"] = ModuleType(name)
            exec(compile(source, name, "exec"), module.__dict__)
        exec(compile(stub, "stub", "exec"), {"__name__": "stub"})
    except Exception as error:
        print(repr(error), *modules.values(), stub, sep="\\n")
"""


@dataclass(frozen=True)
class Arrangement:
    """Endpoints in an order, what plain Copier says of them, and the cookies that are declared."""

    endpoints: tuple[Spec, ...]
    problem: str
    cookies: Sequence[Spec]


def entries(name: str) -> Iterator[Spec]:
    """Yield every use of a cookie: by each action, and with another value of each option."""
    words = load().data["vocabulary"]
    for pattern in load().family("cookie"):
        if "name" not in pattern.options:
            continue
        action = pattern.options.get("action")
        for choice in action.choices if action else [None]:
            use = {"pattern": pattern.id, "name": name, **({"action": choice} if choice else {})}
            yield use
            for option in (*words["cookie_attributes"], *words["cookie_facts"]):
                if option in pattern.options:
                    yield {**use, **beside(pattern, option), option: other_value(pattern, option)}


def endpoint(name: str, *uses: Spec) -> Spec:
    """Return an endpoint that uses the cookie, below the path to which browsers send it."""
    cookies = [
        {**before, "name": use.get("session", "__Host-session")}
        for use in uses
        for before in example_of_options(use).get("cookies", [])
    ]
    return {
        "name": name,
        "method": "POST",
        "path": f"{uses[0].get('path', '/auth')}/{name}",
        "response": "plain-text",
        "headers": [{"pattern": "cache-control", "directives": "no-store"}],
        "cookies": [*cookies, *uses],
    }


@cache
def arranged(name: str) -> list[Arrangement]:
    """Return all ordered pairs of uses, some triples, and the pairs that one endpoint may have."""
    uses = [
        [use] for use in entries(name) if command_says({"endpoints": [endpoint("a", use)]}) == ""
    ]
    simple = [use for (use,) in uses if len(use) <= 3]
    both = [
        [*pair]
        for pair in product(simple, repeat=2)
        if command_says({"endpoints": [endpoint("a", *pair)]}) == ""
    ]
    specs = [
        endpoint(f"{position}_{index}", *use)
        for position in POSITIONS
        for index, use in enumerate([*uses, *both])
    ]
    step, count = len(uses) + len(both), len(uses)
    chosen = random.Random(name)
    arrangements = [
        *((one, step + other) for one in range(count) for other in range(count)),
        *((index,) for index in range(count, step)),
        *(
            tuple(place * step + chosen.randrange(step) for place in range(3))
            for _ in range(TRIPLES)
        ),
    ]
    said = json.loads(plain_copier.render(VERDICTS, specs=specs, arrangements=arrangements))
    return [
        Arrangement(tuple(specs[place] for place in places), *verdict)
        for places, verdict in zip(arrangements, said, strict=True)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_same_verdict_same_words(name: str, request: pytest.FixtureRequest) -> None:
    """The command and plain Copier refuse the same, in the same words.

    The default run sees every fourth.
    """
    each = 1 if request.config.getoption("--full") else 4
    for arrangement in arranged(name)[::each]:
        assert command_says({"endpoints": [*arrangement.endpoints]}) == arrangement.problem


@pytest.mark.parametrize("name", NAMES)
def test_order_changes_nothing(name: str) -> None:
    """Neither whether two endpoints are accepted, nor what the cookie's module declares."""
    pairs = {
        tuple(spec["name"].partition("_")[2] for spec in one.endpoints): one
        for one in arranged(name)
        if len(one.endpoints) == 2
    }
    for (first, second), one in pairs.items():
        other = pairs[second, first]
        assert bool(one.problem) == bool(other.problem), (one.problem, other.problem)
        if not one.problem:
            by_name = [sorted(it.cookies, key=lambda cookie: cookie["name"]) for it in (one, other)]
            assert by_name[0] == by_name[1]


@pytest.mark.full
@pytest.mark.parametrize("name", NAMES)
def test_module_can_be_imported(name: str) -> None:
    """By the endpoints that use the cookie, which ask for the object beside it."""
    accepted = [one for one in arranged(name) if not one.problem]
    assert len(accepted) > 200
    specs = {json.dumps(spec): spec for one in accepted for spec in one.endpoints}
    sources = json.loads(plain_copier.render(STUBS, specs=[*specs.values()]))
    stubs = dict(zip(specs, sources, strict=True))
    modules: dict[str, str] = {}
    tried: set[str] = set()
    for one in accepted:
        used = {}
        for cookie in one.cookies:
            key = json.dumps(cookie)
            if key not in modules:
                modules[key] = plain_copier.render(MODULE, cookie=cookie)
            used[cookie["slug"]] = modules[key]
        tried.update(json.dumps([used, stubs[json.dumps(spec)]]) for spec in one.endpoints)
    imports = subprocess.run(
        [sys.executable, "-c", IMPORTS],
        cwd=template_root() / "template",
        input=f"[{','.join(sorted(tried))}]",
        capture_output=True,
        check=False,
        text=True,
    )
    assert (imports.stdout, imports.stderr) == ("", "")
