"""What stubs define and import is reserved, so that no endpoint, parameter or model hides it.

What a stub binds depends on its patterns, on how they get onto the answer and on the options. The
default run sees each pattern in every way with a response of each form; the full run sees all with
each response.
"""

import ast
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from scaffold.catalogue.patterns import load, template_root
from scaffold.spec.check import check
from scaffold.spec.plan import Endpoint, Entry
from scaffold.template.renderer import Template
from tests.generated import matrix

COUNTED = {"one", "number"}
"""What comprehensions count with, which hides nothing outside of them."""


@pytest.fixture(scope="module")
def modules(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> list[tuple[Endpoint, set[str]]]:
    """Return endpoints with every pattern and option, each with the names its modules bind."""
    folder = tmp_path_factory.mktemp("names") / "service"
    pairs = matrix.pairs() if request.config.getoption("--full") else matrix.ways()
    filled = {"name": "filled", "method": "GET", "path": "/filled/{it}"}
    redirect = {**filled, "response": {"pattern": "redirect", "url": "/{it}"}}
    location = {"pattern": "location-created", "location": "/filled/{it}"}
    created = {**filled, "method": "PUT", "response": "json-model", "status": "status-fixed"}
    leading = [redirect, {**created, "headers": [location]}]
    found = [*matrix.alone(), *pairs, *matrix.options(), *leading]
    specs = [
        {**spec, "name": f"zz{number}", "path": spec["path"].replace(spec["name"], f"zz{number}")}
        for number, spec in enumerate(found)
    ]
    Template(template_root()).write(folder, {"endpoints": specs, "application": []})
    return [
        (endpoint, names_of_stub(folder, endpoint.name) | names_of_test(folder, endpoint.name))
        for endpoint in check({"endpoints": specs})
    ]


def names_of_stub(folder: Path, endpoint: str) -> set[str]:
    """Return what the stub's module binds, and what its endpoint binds inside itself."""
    tree = parsed(folder / f"app/endpoints/{endpoint}.py")
    found = set(bound(tree))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == endpoint:
            found |= {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
            found |= set(assigned(node))
    return found


def names_of_test(folder: Path, endpoint: str) -> set[str]:
    """Return the classes that the test's module imports; it may import the stub's beside them."""
    tree = parsed(folder / f"tests/endpoints/test_{endpoint}.py")
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return {name for name in bound(ast.Module(imports, [])) if name[0].isupper()}


def parsed(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def bound(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a module binds at its top."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
        else:
            # What a comprehension at the top counts with is nobody else's name.
            inner = [each.target for each in ast.walk(node) if isinstance(each, ast.comprehension)]
            yield from set(assigned(node)) - {name for target in inner for name in assigned(target)}


def assigned(tree: ast.AST) -> Iterator[str]:
    """Yield the names that are assigned to anywhere below."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def from_the_spec(endpoint: Endpoint) -> Iterator[str]:
    """Yield the names that come from what the endpoint itself says."""
    yield from re.findall(r"{([^{}:]*)", endpoint.path)
    yield from endpoint.data["models"]
    for entry in endpoint.entries():
        for option in entry.pattern.options.values():
            if option.type == "class_name":
                yield entry.options[option.name]
                yield f"{entry.options[option.name]}XMLResponse"


def own_names(entry: Entry) -> dict[str, str]:
    """Return what a pattern says that its stubs bind, by what that is for an entry."""
    written = load().data["patterns"][entry.pattern.id].get("names", ())
    return {name.format(slug=entry.slug, prefix=entry.prefix): name for name in written}


def names_of_requests(endpoint: Endpoint) -> set[str]:
    """Return what the vocabulary says that is bound to read the endpoint's request."""
    requests = load().data["vocabulary"]["requests"]
    needs = [need for one in endpoint.data["requested"] for need in one["needs"]]
    places = {one["place"] for one in endpoint.data["requested"]}
    models = load().data["vocabulary"]["model_names"] if places - {"body"} else []
    types = load().data["vocabulary"]["type_names"]
    return {*places, *models, *types, *(name for need in needs for name in requests[need]["names"])}


def can_be_given(name: str, endpoint: Endpoint) -> bool:
    """Say whether somebody could call an endpoint, a parameter or a model so."""
    if name in (endpoint.name, "_") or name.startswith(endpoint.name.capitalize()):
        return False
    return re.fullmatch(r"[a-z_][a-z0-9_]*|[A-Z][A-Za-z0-9]*", name) is not None


@pytest.mark.full
def test_names_are_reserved(modules: list[tuple[Endpoint, set[str]]]) -> None:
    """Each name is a word of the vocabulary, or one of the endpoint's own patterns."""
    always = set(load().data["vocabulary"]["module_names"])
    for endpoint, names in modules:
        own = (own_names(entry) for entry in endpoint.entries())
        wanted = set(filter(partial(can_be_given, endpoint=endpoint), names))
        own = (*own, names_of_requests(endpoint), COUNTED)
        unknown = wanted - always.union(*own) - set(from_the_spec(endpoint))
        patterns = [entry.pattern.id for entry in endpoint.entries()]
        assert not unknown, (
            f"add {sorted(unknown)} to `names` in pattern.yml of one of {patterns}, "
            "with {slug} or {prefix} for what comes from the option `name`"
        )


@pytest.mark.full
def test_reserved_names_are_used(modules: list[tuple[Endpoint, set[str]]]) -> None:
    """No pattern reserves a name that its stubs do not have."""
    used: dict[str, set[str]] = {}
    for endpoint, names in modules:
        for entry in endpoint.entries():
            found = {written for name, written in own_names(entry).items() if name in names}
            used.setdefault(entry.pattern.id, set()).update(found)
    for pattern_id, data in load().data["patterns"].items():
        assert set(data.get("names", ())) <= used.get(pattern_id, set()), pattern_id
