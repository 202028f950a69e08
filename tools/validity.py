"""What a version of the template accepts and refuses, as lines that another version can be held to.

A line is a subject, such as a pattern or one of its options, a colon, and what is said about it.
Every release keeps its lines in `tests/golden/<version>/checks.json`. What it accepted has to stay
valid: a later check of something that it knew is told in another way, or has a reason.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from scaffold.catalogue.index import VOCABULARY, read_files
from scaffold.template.questions import is_answered, questions, read_config

TAKEN = ("methods", "body_methods", "vias", "convertors", "field_types", "endpoint_keys")
"""Words of the vocabulary that an endpoint may use."""
RESERVED = ("keywords", "builtins", "parameter_builtins", "module_names", "field_names")
"""Words of the vocabulary that nothing may be called."""
LIMITS = ("matches", "minimum", "maximum")


def checks(root: Path) -> dict[str, list[str]]:
    """Return the lines of the template in a folder, under `accepts` and `refuses`."""
    documents = read_files(root)
    words = documents[VOCABULARY]
    patterns = [data for path, data in documents.items() if path.endswith("/pattern.yml")]
    asked = questions(read_config(root))
    accepted = [*_accepted_words(words), *_accepted_answers(asked)]
    refused = [*_refused_words(words)]
    for pattern in patterns:
        accepted += _accepted(pattern)
        refused += _refused(pattern)
    return {"accepts": sorted(set(accepted)), "refuses": sorted(set(refused))}


def stricter(then: dict[str, list[str]], now: dict[str, list[str]]) -> Iterator[str]:
    """Yield what a version refuses, or does not know, and an earlier one accepted."""
    known = {line.partition(":")[0] for line in (*then["accepts"], *then["refuses"])}
    yield from sorted(set(then["accepts"]) - set(now["accepts"]))
    for line in sorted(set(now["refuses"]) - set(then["refuses"])):
        if line.partition(":")[0] in known:
            yield line


def _accepted(pattern: dict[str, Any]) -> Iterator[str]:
    yield f"{pattern['id']}: a {pattern['family']} pattern"
    for name, option in (pattern.get("options") or {}).items():
        subject = f"{pattern['id']}.{name}"
        yield f"{subject}: of type {option['type']}"
        yield from (f"{subject}: {choice}" for choice in option.get("choices") or ())


def _refused(pattern: dict[str, Any]) -> Iterator[str]:
    subject = pattern["id"]
    for rule in pattern.get("refuse") or ():
        yield f"{subject}: when {json.dumps(rule['when'], ensure_ascii=False)}"
    yield from (f"{subject}: the name {name}" for name in pattern.get("names") or ())
    yield from (f"{subject}: the header {name} once more" for name in pattern.get("sets") or ())
    for name, option in (pattern.get("options") or {}).items():
        yield from _limits(f"{subject}.{name}", option)


def _accepted_words(words: dict[str, Any]) -> Iterator[str]:
    for kind in TAKEN:
        yield from (f"{kind}: {word}" for word in words[kind])
    for form, vias in words["forms"].items():
        yield from (f"form {form}: via {via}" for via in vias)


def _refused_words(words: dict[str, Any]) -> Iterator[str]:
    for kind in RESERVED:
        yield from (f"vocabulary: {word}, of {kind}" for word in words[kind])
    yield from (f"vocabulary: the check {check}" for check in words["messages"])
    for name, shape in words["shapes"].items():
        yield from _limits(f"shape {name}", shape)
    for name, answer in words.get("answers", {}).items():
        yield from _limits(f"answer {name}", answer)


def _accepted_answers(asked: dict[str, Any]) -> Iterator[str]:
    for name, question in asked.items():
        if is_answered(question):
            yield f"answer {name}: of type {question['type']}"
            choices = question.get("choices")
            yield from _choices(name, choices if isinstance(choices, list) else ())


def _choices(name: str, choices: Iterable[str]) -> Iterator[str]:
    return (f"answer {name}: {choice}" for choice in choices)


def _limits(subject: str, declared: dict[str, Any]) -> Iterator[str]:
    for limit in LIMITS:
        if declared.get(limit) is not None:
            yield f"{subject}: {limit} {declared[limit]}"
