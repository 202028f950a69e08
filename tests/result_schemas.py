"""`docs/schemas/`: what each command prints with `--json`, made from `scaffold.shown.results`.

`python3 tasks.py record` writes it, `tests/test_results.py` holds it to the code and to the output.
"""

import ast
import inspect
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from scaffold.shown import results

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

RESULTS: dict[str, tuple[Any, str]] = {
    "new": (results.Created, "scaffold new --json"),
    "patterns": (results.PatternList, "scaffold patterns [WORD...] --json"),
    "patterns-id": (results.PatternPage, "scaffold patterns ID --json"),
    "explain": (results.Explained, "scaffold explain LINE --json, for a valid line"),
    "explain-resource": (results.ExplainedResource, "scaffold explain LINE --json, of a resource"),
    "explain-invalid": (results.NotExplained, "scaffold explain LINE --json, for another line"),
    "list": (results.Listing, "scaffold list --json"),
    "changes": (
        results.Changes,
        "scaffold add, remove, rename, edit, update, diff, resolve and adopt with --json",
    ),
    "update-check": (results.Check, "scaffold update --check --json"),
    "check": (results.CheckResult, "scaffold check [PATH...] --json"),
    "check-rules": (results.RuleList, "scaffold check --rules --json"),
    "error": (results.Failure, "every command with --json, when it fails"),
}
"""What each schema describes, by the name of its file, and the commands that print it."""


def schemas() -> dict[str, dict[str, Any]]:
    """Return every schema by its name (JSON Schema 2020-12)."""
    return {name: _schema(*result) for name, result in RESULTS.items()}


def _schema(result: Any, title: str) -> dict[str, Any]:
    made = TypeAdapter(result).json_schema(ref_template="#/$defs/{model}")
    return {"$schema": DIALECT, **_told(made, _docstrings()), "title": title}


def _told(schema: dict[str, Any], texts: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return a schema with the docstrings of its keys, and without titles that repeat names."""
    for made in (schema, *schema.get("$defs", {}).values()):
        told = texts.get(made.pop("title", ""), {})
        for key, value in made.get("properties", {}).items():
            value.pop("title", None)
            if key in told:
                value["description"] = told[key]
    return schema


def _docstrings() -> dict[str, dict[str, str]]:
    """Return what stands below each key of each result, by their names."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(results)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        bases = [found.get(base.id, {}) for base in node.bases if isinstance(base, ast.Name)]
        found[node.name] = {key: text for base in bases for key, text in base.items()}
        for key, text in zip(node.body, node.body[1:], strict=False):
            if isinstance(key, ast.AnnAssign) and isinstance(text, ast.Expr):
                assert isinstance(key.target, ast.Name)
                assert isinstance(text.value, ast.Constant)
                found[node.name][key.target.id] = str(text.value.value)
    return found


def strict(name: str) -> Any:
    """Return the schema in a file, without room for keys that it does not tell."""
    return _closed(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def _closed(part: Any) -> Any:
    if isinstance(part, list):
        return [_closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    more = {"additionalProperties": False} if "properties" in part else {}
    return {**more, **{key: _closed(value) for key, value in part.items()}}


def text(schema: dict[str, Any]) -> str:
    """Return a schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, schema in schemas().items():
        (FOLDER / f"{name}.json").write_text(text(schema), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
