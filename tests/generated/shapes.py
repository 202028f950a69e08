"""Models of every type and constraint, and endpoints that have them at every place."""

from collections.abc import Iterator
from random import Random
from typing import Any

from scaffold.catalogue.patterns import load

Spec = dict[str, Any]

CONSTRAINED = (
    "str(min_length=9)",
    "str(max_length=3)",
    "str(min_length=1, max_length=200)",
    r'str(pattern="^[A-Z]{2}\\d+$", examples=["AB12"])',
    "str(examples=['a \"quoted\" text'])",
    "int(ge=5)",
    "int(gt=-3, lt=0)",
    "int(multiple_of=7, le=30)",
    "float(gt=2)",
    "float(ge=0, lt=1)",
    "decimal(ge=0, decimal_places=2)",
    "decimal(max_digits=3, decimal_places=3)",
    "decimal(gt=100, decimal_places=1)",
)
"""Scalars with each of their constraints."""
FLAT = (*load().vocabulary.field_types, *CONSTRAINED, "enum(draft, published)")
"""What can stand in a query or a form."""
DEEP = (
    "any",
    "enum(1, 2)",
    "list[str]",
    "list[date](min_length=2)",
    "list[decimal(ge=1)] = []",
    "dict[str, int]",
    "dict[str, list[datetime]](min_length=1, max_length=4)",
    "int | str",
    "uuid | date | None",
    "list[enum(a, b)]",
    "pydantic:HttpUrl(examples=['https://example.com/a'])",
    "Author",
    "list[Author]",
    "dict[str, Author] | None",
    "Author | str",
    "Comment",
    "Node | None",
)
"""What else can stand in a body or an answer."""
LONG = (
    'str(min_length=1, max_length=200, examples=["a text with which no line has room"]) | None',
    'list[str(min_length=1, max_length=40, examples=["a text", b])] = []',
    'list[str(min_length=1, max_length=40, examples=["a text"])] = []',
    'list[str(min_length=1, max_length=40, examples=["a text that no line has room for"])] | None',
    'str(max_length=200, examples=["a text with which no line", "has"]) | int(ge=1)',
    "int(ge=1, le=400000, multiple_of=3, examples=[33333, 66666, 99999]) = 300",
)
"""What takes more than a line."""
DEFAULTS = (
    "str = none",
    "int = 3",
    "float = 0.5",
    "bool = true",
    "decimal = 1.50",
    "list[int] = [1, 2]",
    "enum(draft, published) = draft",
    "dict[str, str] = {}",
)
NAMED: list[Spec] = [
    {"name": "Author", "fields": {"name": "str", "email": "str | None"}},
    {"name": "Comment", "fields": {"text": "str", "replies": "list[Comment]"}},
    {"name": "Node", "fields": {"label": "str", "edges": "list[Edge] = []"}},
    {
        "name": "Spelled",
        "fields": {
            "photoUrls": "list[str]",
            "from": "str",
            "_links": "dict[str, str]",
            "@type": "enum(a, b)",
            "filter[status]": "str",
            "x-rate.limit": "int = 3",
            "HTMLUrl": "str | None",
            "date": "date",
            "model_id": "int",
        },
    },
    {"name": "Edge", "fields": {"weight": "float", "to": "Node | None"}},
]
"""Models that the types name, one of which leads to itself, and two to each other."""
SEED, RANDOM = 13, 20
ANY_MODEL = ("xml", "msgpack", "jsonl-stream", "sse", "background", "json-custom-class")
FLAT_MODEL = ("csv", "csv-stream", "negotiated")
"""Response patterns with a model, and those whose models are rows of cells."""


def kinds() -> list[str]:
    """Return the types of which each is the `value` of a model, `Kind0` and so on."""
    return [*FLAT, *DEEP, *LONG, *DEFAULTS, *(f"{one} | None" for one in FLAT)]


def models() -> list[Spec]:
    """Return a model for each type, and random ones that combine them."""
    types = kinds()
    made = [
        {"name": f"Kind{number}", "fields": {"id": "int", "value": written}}
        for number, written in enumerate(types)
    ]
    chance = Random(SEED)
    mixed = [
        {
            "name": f"Mixed{number}",
            "fields": {f"f{n}": written for n, written in enumerate(chance.sample(types, 6))},
        }
        for number in range(RANDOM)
    ]
    return [*NAMED, *made, *mixed]


def answers() -> Iterator[Spec]:
    """Yield every response pattern that has a model, with models of many kinds."""
    every = [model["name"] for model in models()]
    flat = [name for name in every if name.startswith("Kind")][: len(FLAT)]
    for pattern in (*ANY_MODEL, *FLAT_MODEL):
        lists = pattern in ("xml", "msgpack")
        for number, name in enumerate(every if pattern in ANY_MODEL else flat):
            if name == "Spelled" and pattern == "xml":
                continue  # its fields cannot be elements
            if number % 4 == 0 or not name.startswith("Kind"):
                is_list = lists and number % 3 == 0
                root = {"root": "items"} if pattern == "xml" and is_list else {}
                yield {
                    "name": f"{pattern.replace('-', '_')}_{number}",
                    "method": "POST" if pattern == "background" else "GET",
                    "path": f"/{pattern}/{number}/{{id:int}}",
                    "response": {
                        "pattern": pattern,
                        "model": f"list[{name}]" if is_list else name,
                        **root,
                    },
                    "errors": [404] if pattern != "sse" else [],
                }


def endpoints() -> Iterator[Spec]:
    """Yield what has each model in an answer and a body, and each type in a query and a form."""
    yield from answers()
    for number, named in enumerate(models()):
        name = named["name"]
        answer = name if number % 2 else f"list[{name}]"
        yield {
            "name": f"swap_{number}",
            "method": ("POST", "PUT", "PATCH")[number % 3],
            "path": f"/swap/{number}",
            "body": f"list[{name}]" if number % 5 == 0 else name,
            "response": {
                "pattern": ("json-model", "json-direct")[number % 4 // 2],
                "model": answer,
            },
            "headers": ["merge-patch"] if number % 12 == 5 and number % 5 else [],
        }
    for number, written in enumerate((*FLAT, *(f"{one} | None" for one in FLAT))):
        fields = {"value": written, "several": f"list[{written.removesuffix(' | None')}]"}
        if number == 0:
            fields |= {"sortBy": "str", "in": "int"}
        answers_with = {"query": "Author", "form": f"Kind{kinds().index(written)}"}
        for place, model in answers_with.items():
            yield {
                "name": f"{place}_{number}",
                "method": "GET" if place == "query" else "POST",
                "path": f"/{place}/{number}",
                place: fields,
                "response": {"pattern": "json-model", "model": model},
            }
    for number, written in enumerate((*DEEP, *LONG)):
        yield {
            "name": f"part_{number}",
            "method": ("POST", "PUT", "PATCH")[number % 3],
            "path": f"/part/{number}/{{id:int}}",
            "body": {"value": written},
            "response": {
                "pattern": ("json-model", "json-direct")[number % 2],
                "model": f"Kind{kinds().index(written)}",
            },
            "errors": [404] if number % 4 else [],
        }
