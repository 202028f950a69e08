"""Three versions of a module become one, by what Python is made of."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from scaffold.errors import InvalidSpec
from scaffold.merge.python.modules import merge_modules
from scaffold.merge.three_way import UPDATING
from scaffold.merge.trees import merge_versions
from scaffold.project.files import File
from scaffold.project.sources import Direct
from scaffold.template.origin import Origin
from tests.merge.edits import after, real_data, several
from tests.merge.meaning import meaning

ROOT = Path(__file__).parents[2]
SOURCE = Direct(ROOT, Origin("the template", "v1"))

Endpoint = dict[str, Any]
Model = dict[str, Any]

ADDED: tuple[tuple[str, Any], ...] = (
    ("headers", "server-timing"),
    ("headers", {"pattern": "cache-control", "directives": "no-store"}),
    ("headers", "etag-conditional"),
    ("headers", "last-modified"),
    ("headers", "vary"),
    ("headers", "x-robots-tag"),
    ("headers", "content-language"),
    ("headers", "rate-limit"),
    ("headers", "header-read-param"),
    ("headers", "www-authenticate"),
    ("headers", "idempotency-key"),
    ("headers", "deprecation-sunset"),
    ("cookies", {"pattern": "cookie-set", "name": "seen"}),
    ("cookies", {"pattern": "cookie-read-param", "name": "theme"}),
    ("status", "status-unavailable-retry"),
)
"""Patterns that an endpoint may get."""


@dataclass(frozen=True)
class Step:
    """A stub, and what it becomes when its endpoint gets, loses or changes a pattern."""

    name: str
    what: str
    base: str
    theirs: str


@cache
def endpoints(*presets: str) -> list[Endpoint]:
    """Return the endpoints of presets."""
    return [endpoint for name in presets for endpoint in preset(name)["endpoints"]]


@cache
def preset(name: str) -> dict[str, Any]:
    """Return the answers of a preset."""
    answers: dict[str, Any] = yaml.safe_load((ROOT / f"presets/{name}.yml").read_text())
    return answers


def rendered(listed: list[Endpoint], models: Sequence[Model]) -> dict[str, str]:
    """Return the stubs of endpoints, which may name these models, by their names."""
    answers = {"project_name": "service", "models": [*models], "endpoints": listed}
    tree = SOURCE.render(answers)
    return {e["name"]: tree[f"app/endpoints/{e['name']}.py"].content.decode() for e in listed}


def pattern(entry: Any) -> str:
    """Return the id of a pattern as an endpoint lists it."""
    return str(entry["pattern"] if isinstance(entry, dict) else entry)


def added(endpoint: Endpoint) -> Iterator[tuple[str, Endpoint]]:
    """Yield an endpoint with one more pattern."""
    for family, entry in ADDED:
        known = endpoint.get(family, [])
        if family == "status" and not known:
            yield f"+{entry}", {**endpoint, family: entry}
        elif family != "status" and pattern(entry) not in map(pattern, known):
            yield f"+{pattern(entry)}", {**endpoint, family: [*known, entry]}


def removed(endpoint: Endpoint) -> Iterator[tuple[str, Endpoint]]:
    """Yield an endpoint without one of its patterns."""
    for family in ("headers", "cookies"):
        for at, entry in enumerate(endpoint.get(family, [])):
            changed = deepcopy(endpoint)
            del changed[family][at]
            yield f"-{pattern(entry)}", changed


def changed(endpoint: Endpoint) -> Iterator[tuple[str, Endpoint]]:
    """Yield an endpoint with another value of an option."""
    for at, entry in enumerate(endpoint.get("headers", [])):
        if pattern(entry) == "cache-control":
            other = deepcopy(endpoint)
            other["headers"][at] = {
                "pattern": "cache-control",
                "directives": "no-store, no-transform",
            }
            yield "cache-control()", other


def is_valid(endpoint: Endpoint, models: Sequence[Model] = ()) -> bool:
    """Say whether an endpoint can be generated."""
    try:
        SOURCE.check({"models": [*models], "endpoints": [endpoint]})
    except InvalidSpec:
        return False
    return True


def steps(
    listed: list[Endpoint],
    chosen: list[list[tuple[str, Endpoint]]],
    models: Sequence[Model] = (),
) -> Iterator[Step]:
    """Yield what endpoints become, of which a few renders know all.

    Args:
        listed: the endpoints.
        chosen: for each of them, what becomes of it.
        models: what they may name.
    """
    base = rendered(listed, models)
    for at in range(max(map(len, chosen))):
        row = [
            (options[at : at + 1] or [("", e)])[0]
            for e, options in zip(listed, chosen, strict=True)
        ]
        wanted = rendered([endpoint for _, endpoint in row], models)
        for what, endpoint in row:
            name = endpoint["name"]
            if wanted[name] != base[name]:
                yield Step(name, what, base[name], wanted[name])


@cache
def first_steps() -> list[Step]:
    """Return each endpoint of some presets with a pattern more, one less, and one other."""
    listed, models = endpoints("api", "web", "exports"), preset("api")["models"]
    chosen = [
        [
            found
            for kind in (added, removed, changed)
            if (found := next((each for each in kind(e) if is_valid(each[1], models)), None))
        ]
        for e in listed
    ]
    return list(steps(listed, chosen, models))


@cache
def random_steps() -> list[Step]:
    """Return a hundred steps of endpoints of all presets."""
    random = Random(14)
    listed = endpoints("tour", "exports")
    chosen = []
    for endpoint in listed:
        options = [*added(endpoint), *removed(endpoint), *changed(endpoint)]
        random.shuffle(options)
        chosen.append([each for each in options[:5] if is_valid(each[1])][:3])
    found = list(steps(listed, chosen))
    assert len(found) >= 100
    return random.sample(found, 100)


def merged(step: Step, ours: str) -> tuple[str, bool]:
    """Return what becomes of an edited stub, and whether it is in conflict."""
    found = merge_modules((step.base, ours, step.theirs), UPDATING)
    assert found is not None
    return found


def test_a_stub_that_answers_with_real_data_does_not_conflict() -> None:
    found = first_steps()
    assert len(found) >= 25
    for step in found:
        text, conflict = merged(step, real_data(step.base))
        if step.what in ("-link-pagination", "-cursor-pagination"):
            # A page is another answer than the list, so that both change one statement.
            assert conflict
            continue
        assert not conflict, f"{step.name} {step.what}\n{text}"
        assert meaning(text) == meaning(real_data(step.theirs)), f"{step.name} {step.what}\n{text}"


def test_a_hundred_pairs_of_edits_mean_what_both_wanted(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The default run sees every ninth."""
    each = 1 if request.config.getoption("--full") else 9
    for at, step in [*enumerate(random_steps())][::each]:
        edits = several(Random(at), step.base)
        ours = after(edits, step.base)
        text, conflict = merged(step, ours)
        about = f"{step.name} {step.what} {[edit.__name__ for edit in edits]}"
        if conflict:
            assert all_changed_by_both(text, step, ours), f"{about}\n{text}"
            continue
        assert meaning(text) == meaning(after(edits, step.theirs)), f"{about}\n{text}"
        for folder, content in (("merged", text), ("wanted", after(edits, step.theirs))):
            path = tmp_path / folder / f"{step.name}_{at}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
    assert not complaints(tmp_path / "merged") - complaints(tmp_path / "wanted")


def complaints(folder: Path) -> set[str]:
    """Return what ruff says about the modules in a folder, with their names, without places."""
    options = [
        "--isolated",
        "--select",
        "F,I,E501",
        "--line-length",
        "100",
        "--output-format",
        "concise",
    ]
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            *options,
            "--config",
            "lint.isort.known-first-party=['app']",
            ".",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return {
        re.sub(r":\d+:\d+:|\(.*\)", "", line)
        for line in checked.stdout.splitlines()
        if ".py:" in line
    }


def all_changed_by_both(text: str, step: Step, ours: str) -> bool:
    """Say whether each conflict is about lines that neither side has left as they were."""
    found = re.findall(r"(?ms)^<<<<<<< .*?\n(.*?)^=======\n(.*?)^>>>>>>> ", text)
    return bool(found) and all(
        mine not in step.base and mine in ours and (not other or other not in step.base)
        for mine, other in found
    )


BASE = '''\
"""GET /posts/{post_id:int}: JSON from a model."""

from datetime import date

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.http.caching import CacheControl
from app.http.openapi import documented

router = APIRouter()

cache_control = CacheControl("private, no-cache")


class Post(BaseModel):
    """What `get_post` answers."""

    id: int
    published: date | None


@router.get("/posts/{post_id}", responses=documented(200, cache_control))
async def get_post(post_id: int, response: Response) -> Post:
    """Answer with one Post."""
    cache_control.apply(response)
    return Post(id=post_id, published=date(2026, 1, 31))
'''

WITH_ETAG = (
    BASE.replace(
        "import CacheControl\n", "import CacheControl\nfrom app.http.conditional import EntityTag\n"
    )
    .replace('no-cache")\n', 'no-cache")\netag = EntityTag(weak=False)\n')
    .replace("(200, cache_control)", "(200, cache_control, etag)")
    .replace("apply(response)\n", 'apply(response)\n    etag.apply(response, "1")\n')
)

WITHOUT_CACHING = (
    BASE.replace("from fastapi import APIRouter, Response", "from fastapi import APIRouter")
    .replace(
        "\nfrom app.http.caching import CacheControl\nfrom app.http.openapi import documented\n", ""
    )
    .replace('\ncache_control = CacheControl("private, no-cache")\n', "")
    .replace(", responses=documented(200, cache_control)", "")
    .replace(", response: Response", "")
    .replace("    cache_control.apply(response)\n", "")
)


def changed_text(source: str, *pairs: tuple[str, str]) -> str:
    """Return a text in which each first text of a pair, which is in it, is the second."""
    for old, new in pairs:
        assert old in source
        source = source.replace(old, new)
    return source


def merge(ours: str, theirs: str, base: str = BASE) -> tuple[str, bool]:
    """Merge modules that are understood."""
    found = merge_modules((base, ours, theirs), UPDATING)
    assert found is not None
    return found


def test_what_the_owner_wrote_keeps_its_bytes() -> None:
    ours = changed_text(
        BASE,
        ("import date\n", "import date  # when it was printed\n"),
        ("    id: int\n", "    id : int   # of the  owner\n\n\n"),
        (
            "    return Post(id=post_id, published=date(2026, 1, 31))\n",
            "    return  post_of( post_id )\n",
        ),
        ("class Post", "# Shown to everybody.\nclass Post"),
    )
    text, conflict = merge(ours, WITH_ETAG)
    assert not conflict
    added = set(WITH_ETAG.splitlines()) - set(BASE.splitlines())
    assert [line for line in text.splitlines() if line not in added] == [
        line for line in ours.splitlines() if line in text.splitlines()
    ]
    assert set(ours.splitlines()) - set(text.splitlines()) == {
        '@router.get("/posts/{post_id}", responses=documented(200, cache_control))'
    }


def test_modules_of_a_project_come_through_unchanged_but_for_what_changed(
    request: pytest.FixtureRequest,
) -> None:
    """The default run sees every third."""
    each = 1 if request.config.getoption("--full") else 3
    tree = SOURCE.render({"project_name": "service", "endpoints": endpoints("tour")})
    modules = [f.content.decode() for path, f in tree.items() if path.endswith(".py") and f.content]
    assert len(modules) > 100
    for module in modules[::each]:
        head, line, rest = module.partition("\nfrom ")
        ours = f"{head}\nimport own{line}{rest}" if line else f"{module}\n\nown = 1\n"
        theirs = f"{module}\n\nbrought = 2\n"
        text, conflict = merge(ours, theirs, module)
        assert not conflict
        assert text == (
            f"{head}\nimport own{line}{rest}"
            if line
            else ours.replace("own = 1", "brought = 2\n\n\nown = 1")
        ) + ("\n\nbrought = 2\n" if line else "")


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (
            ("(200, cache_control))", '(200, cache_control) | documented_error(404, "Unknown"))'),
            WITH_ETAG,
            'documented(200, cache_control, etag) | documented_error(404, "Unknown")',
        ),
        (
            ("post_id: int, response: Response", "post_id: int, response: Response, q: str = ''"),
            BASE.replace("response: Response", "response: Response, request: Request"),
            "(post_id: int, response: Response, request: Request, q: str = '') -> Post",
        ),
        (
            ("post_id: int, response: Response", "post_id: int, response: Response, q: str"),
            BASE.replace(
                "response: Response", "response: Response, timings: Timings | None = None"
            ),
            "\n    response: Response,\n    q: str,\n    timings: Timings | None = None,\n)",
        ),
        (
            ("    cache_control.apply(response)\n", "    response.headers['A'] = 'b'\n"),
            WITHOUT_CACHING,
            "async def get_post(post_id: int, response: Response) -> Post:",
        ),
        (
            ("published=date(2026, 1, 31)", "published=None"),
            BASE.replace("id=post_id, ", "id=post_id, title='', "),
            "    return Post(id=post_id, title='', published=None)\n",
        ),
        (
            ("router = APIRouter()", "router = APIRouter()\nlimit = CacheControl('no-store')"),
            WITHOUT_CACHING,
            "from app.http.caching import CacheControl\n",
        ),
        (
            ("=documented(200, cache_control)", "={**documented(200, cache_control), 404: GONE}"),
            WITH_ETAG,
            "={**documented(200, cache_control, etag), 404: GONE}",
        ),
        (
            ("    id: int\n", "    id: int\n    mine: str\n"),
            changed_text(
                BASE,
                ("    published: date | None\n", ""),
                ("    id:", "    published: date | None\n    id:"),
            ),
            '."""\n\n    published: date | None\n    id: int\n    mine: str\n\n\n@router',
        ),
        (
            ("@router.get", "print(cache_control)\n\n\n@router.get"),
            WITHOUT_CACHING,
            'cache_control = CacheControl("private, no-cache")\n',
        ),
        (
            ("    cache_control.apply", "    # Ask the lawyers first.\n    cache_control.apply"),
            WITHOUT_CACHING,
            '    """Answer with one Post."""\n    # Ask the lawyers first.\n    return Post',
        ),
    ],
)
def test_a_statement_is_merged_by_its_parts(
    ours: tuple[str, str], theirs: str, expected: str
) -> None:
    text, conflict = merge(changed_text(BASE, ours), theirs)
    assert not conflict, text
    assert expected in text, text


@pytest.mark.parametrize(
    ("ours", "theirs", "conflicts"),
    [
        (
            ('"private, no-cache"', '"no-store"'),
            BASE.replace('"private, no-cache"', '"public"'),
            [
                (
                    'cache_control = CacheControl("no-store")\n',
                    'cache_control = CacheControl("public")\n',
                )
            ],
        ),
        (
            ("    return Post(id=post_id, published=date(2026, 1, 31))", "    return stored"),
            WITH_ETAG.replace("return Post(id=post_id, ", "return Post(id=post_id, title='', "),
            [
                (
                    "    return stored\n",
                    "    return Post(id=post_id, title='', published=date(2026, 1, 31))\n",
                )
            ],
        ),
        (
            ("    cache_control.apply(response)", "    cache_control.apply(response)  # by law"),
            WITHOUT_CACHING,
            [("    cache_control.apply(response)  # by law\n", "")],
        ),
        (
            ('CacheControl("private, no-cache")', 'CacheControl("private, max-age=9")'),
            WITHOUT_CACHING,
            [('cache_control = CacheControl("private, max-age=9")\n', "")],
        ),
        (
            ('no-cache")', 'no-cache", "mine")'),
            BASE.replace('no-cache")', 'no-cache", "theirs")'),
            [
                (
                    'cache_control = CacheControl("private, no-cache", "mine")\n',
                    'cache_control = CacheControl("private, no-cache", "theirs")\n',
                )
            ],
        ),
        (
            ("    return Post(id=post_id, published=date(2026, 1, 31))", "    mine()"),
            BASE.replace(
                "    return Post(id=post_id, published=date(2026, 1, 31))", "    raise NotYet"
            ),
            [("    mine()\n", "    raise NotYet\n")],
        ),
        (
            ("post_id: int, response", "post_id: str, response"),
            WITH_ETAG.replace("post_id: int, response", "post_id: UUID, response"),
            [
                (
                    "async def get_post(post_id: str, response: Response) -> Post:\n",
                    "async def get_post(post_id: UUID, response: Response) -> Post:\n",
                )
            ],
        ),
    ],
)
def test_what_both_changed_is_a_conflict_and_nothing_else(
    ours: tuple[str, str], theirs: str, conflicts: list[tuple[str, str]]
) -> None:
    text, conflict = merge(changed_text(BASE, ours), theirs)
    assert conflict
    found = re.findall(r"(?ms)^<<<<<<< .*?\n(.*?)^=======\n(.*?)^>>>>>>> ", text)
    assert found == conflicts, text
    assert ("etag.apply" in text) == ("etag.apply" in theirs)


@pytest.mark.parametrize(
    "ours",
    [
        # A local variable of the owner's hides what the statement that comes means.
        ("    return Post(", '    etag = "own"\n    return Post('),
        # The name is the owner's at the top of the module.
        ("router = APIRouter()", "from own import etag\n\nrouter = APIRouter()"),
        # What the statement that comes is about is not there any more.
        (", response: Response", ", reply: Response = Depends(own)"),
    ],
)
def test_a_name_that_would_mean_something_else_is_a_conflict(ours: tuple[str, str]) -> None:
    mine = changed_text(BASE.replace("    cache_control.apply(response)\n", ""), ours)
    text, conflict = merge(mine, WITH_ETAG)
    assert conflict
    kept = re.sub(r"(?ms)^=======\n.*?^>>>>>>> .*?\n|^<<<<<<< .*?\n", "", text)
    assert set(mine.splitlines()) <= set(kept.splitlines())


@pytest.mark.parametrize("ours", ["a = 1; b = 2\n", "def f(:\n", "\tx\n", "if a:\n\tb()\n"])
def test_what_is_not_understood_is_left_to_lines(ours: str) -> None:
    assert merge_modules((BASE, BASE + ours, WITH_ETAG), UPDATING) is None


LOOK_UP = """\
--- a/app/endpoints/get_book.py
+++ b/app/endpoints/get_book.py
@@ -5,4 +5,5 @@
 from fastapi import APIRouter, Depends, HTTPException, Response

+from app.books import TITLES
 from app.http.caching import CacheControl
 from app.http.openapi import documented, documented_error
@@ -16,7 +17,7 @@
 async def find_book(book_id: int) -> Book:
     \"\"\"Return the book, or raise 404; replace with a query of your own.\"\"\"
-    if book_id != 1:
+    if book_id not in TITLES:
         raise HTTPException(404, "There is no such book")
-    return Book(id=book_id, title="example")
+    return Book(id=book_id, title=TITLES[book_id])


"""
"""What everybody does first with a stub that looks something up."""


def test_a_look_up_does_not_conflict(tmp_path: Path) -> None:
    models = [{"name": "Book", "fields": {"id": "int", "title": "str"}}]
    book = {
        "name": "get_book",
        "method": "GET",
        "path": "/books/{book_id:int}",
        "response": {"pattern": "json-model", "model": "Book"},
        "errors": [404],
        "headers": [{"pattern": "cache-control", "directives": "private, no-cache"}],
    }
    path = tmp_path / "app/endpoints/get_book.py"
    path.parent.mkdir(parents=True)
    path.write_text(rendered([book], models)["get_book"])
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=LOOK_UP.encode(), check=True)
    ours = path.read_text()
    options = [*added(book), *removed(book), *changed(book)]
    valid = [option for option in options if is_valid(option[1], models)]
    assert len(valid) > 10
    for step in steps([book], [valid], models):
        text, conflict = merged(step, ours)
        assert not conflict, text
        for line in ("if book_id not in TITLES:", "title=TITLES[book_id])", "documented_error(404"):
            assert line in text
        parts = meaning(step.theirs) - meaning(step.base)
        lost = [part for part in parts - meaning(text) if " responses: " not in part]
        assert not lost


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig"])
def test_a_module_keeps_its_encoding(encoding: str) -> None:
    coding = "# -*- coding: latin-1 -*-\n" if encoding == "latin-1" else ""
    base, ours, theirs = (text.replace("JSON", "J\xe9SON") for text in (BASE, BASE, WITH_ETAG))
    ours = f"{coding}{ours}\nMINE = 'caf\xe9'\n"
    files = [File(base.encode()), File(ours.encode(encoding)), File(theirs.encode())]
    file, conflict = merge_versions("app/endpoints/get_post.py", *files)
    assert not conflict
    text = file.content.decode(encoding)
    assert "MINE = 'caf\xe9'\n" in text
    assert "etag.apply(response" in text
    assert file.content[:3] == files[1].content[:3]


RETURNED = changed_text(
    BASE, ("return Post(", "return post_of("), ("    cache_control.apply(response)\n", "")
)
PUT_FIRST = changed_text(
    RETURNED.replace(" return post_of", " response = post_of"),
    ("2026, 1, 31))\n", "2026, 1, 31))\n    etag.apply(response)\n    return response\n"),
    ("cache_control = ", "etag = EntityTag()\ncache_control = "),
    ("import CacheControl", "import CacheControl, EntityTag"),
)
"""The same, with a policy that is put on the answer before it is returned."""


VALUE = "post_of(id=post_id, published=date(2026, 1, 31))"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        (RETURNED, (VALUE, "stored"), PUT_FIRST, ["response = stored", "etag.apply(response)"]),
        (PUT_FIRST, (VALUE, "stored"), RETURNED, ["return stored"]),
        (
            RETURNED,
            ("    return", "    audit()\n    return"),
            PUT_FIRST,
            ["audit()", f"response = {VALUE}", "etag.apply(response)", "return response"],
        ),
        (
            PUT_FIRST,
            ("    return", "    audit(response)\n    return"),
            RETURNED,
            [f"response = {VALUE}", "audit(response)", "return response"],
        ),
    ],
)
def test_a_value_is_returned_at_once_unless_something_is_done_to_it(
    base: str, ours: tuple[str, str], theirs: str, expected: list[str]
) -> None:
    text, conflict = merge(changed_text(base, ours), theirs, base)
    assert not conflict, text
    body = text.partition('    """Answer with one Post."""\n')[2]
    assert body.startswith("".join(f"    {line}\n" for line in expected)), text
    assert body.count("return") == 1


def test_a_comment_between_keeps_the_variable() -> None:
    ours = PUT_FIRST.replace("    return response", "    # mine\n    return response")
    text, conflict = merge(ours, RETURNED, PUT_FIRST)
    assert not conflict
    assert text.endswith("2026, 1, 31))\n    # mine\n    return response\n")


def test_an_import_that_the_owner_took_away_comes_back_with_its_use() -> None:
    without = changed_text(
        BASE,
        ("from datetime import date\n\n", ""),
        ("date | None", "str"),
        ("date(2026, 1, 31)", "''"),
    )
    theirs = changed_text(BASE, ("    id: int\n", "    id: int\n    printed: date\n"))
    text, conflict = merge(without, theirs)
    assert not conflict
    assert "from datetime import date\n" in text


NESTED = "def f(a):\n    if a:\n        b()\n        c()\n    return d(1)\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        # A comment about an argument.
        (
            BASE,
            ('.get("/posts/{post_id}", ', '.get(\n    "/posts/{post_id}",  # public\n    '),
            WITH_ETAG,
            '@router.get(\n    "/posts/{post_id}",  # public\n    responses=documented(200, cache',
        ),
        # A statement that stands in another block.
        (
            NESTED,
            ("        c()\n", "    c()\n"),
            NESTED.replace("d(1)", "d(2)"),
            "        b()\n    c()\n    return d(2)\n",
        ),
        # Another formatter's quotes and commas are no change.
        (
            BASE,
            ('CacheControl("private, no-cache")', "CacheControl('private, no-cache',)"),
            BASE.replace('"private, no-cache"', '"public"'),
            'CacheControl("public")\n',
        ),
        # A comment at the end of a function is about that function.
        (
            NESTED,
            ("    return d(1)\n", "    return d(1)\n    # mine\n"),
            f"{NESTED}\n\ndef g():\n    return 2\n",
            "    return d(1)\n    # mine\n\n\ndef g():\n",
        ),
    ],
)
def test_layout_and_comments(base: str, ours: tuple[str, str], theirs: str, expected: str) -> None:
    text, conflict = merge(changed_text(base, ours), theirs, base)
    assert not conflict, text
    assert expected in text, text
