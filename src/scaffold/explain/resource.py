"""What a resource becomes: its tables, and endpoints with what they answer and ask the database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.catalogue.patterns import Catalogue
from scaffold.explain.explanation import explain
from scaffold.spec.check import Checker
from scaffold.spec.plan import Endpoint

Resource = Mapping[str, Any]

NOT_AVAILABLE = 503
WRONG = 422


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: its name.
        kind: the type that it holds, as fields are written; `json` for what is kept as JSON.
        remarks: whether it is a key, unique, may be null, or which column it refers to.
    """

    name: str
    kind: str
    remarks: list[str]


@dataclass(frozen=True)
class Table:
    """One table, with its columns in their order."""

    name: str
    columns: list[Column]


@dataclass(frozen=True)
class Operation:
    """One endpoint of the resource.

    Attributes:
        endpoint: as it is planned.
        status: of the usual answer.
        others: the statuses of all other answers, in order.
        statements: what the database is asked, in words.
    """

    endpoint: Endpoint
    status: int
    others: list[int]
    statements: str


@dataclass(frozen=True)
class ExplainedResource:
    """What a resource becomes.

    Attributes:
        name: its name.
        model: that of a row on the wire.
        tables: its own, and those of its lists.
        operations: its endpoints, in the order of the answers.
    """

    name: str
    model: str
    tables: list[Table]
    operations: list[Operation]


def explain_resource(
    name: str, answers: Mapping[str, Any], catalogue: Catalogue
) -> ExplainedResource:
    """Say what a resource becomes.

    Args:
        name: its name.
        answers: valid answers, in which it and all that it leads to are listed.
        catalogue: the patterns.
    """
    checker = Checker.of(answers, catalogue)
    plan = checker.plan(answers["endpoints"])
    by_name = {one["name"]: one for one in plan.data["resources"]}
    resource = by_name[name]
    specs = {each["name"]: each for each in answers["endpoints"]}
    operations = []
    for endpoint in plan.endpoints:
        if (endpoint.data["data"] or {}).get("name") != name:
            continue
        found = explain(specs[endpoint.name], catalogue, answers["models"], answers["resources"])
        others = {other.status for other in found.others} | {NOT_AVAILABLE}
        pages = any(use.pattern == "link-pagination" for use in found.uses)
        others |= {WRONG} if found.takes or endpoint.data["params"] or pages else set()
        words = _statements(endpoint.data["data"]["operation"], resource, by_name)
        operations.append(Operation(endpoint, found.status, sorted(others), words))
    return ExplainedResource(name, resource["model"], [*_tables(resource)], operations)


def _tables(resource: Resource) -> Iterator[Table]:
    own = [Column("version", "int", ["counts its changes"])]
    yield Table(resource["name"], [*_columns(resource, resource["unique"]), *own])
    key = resource["fields"]["id"]["kind"]
    for each in resource["lists"].values():
        place = [
            Column(each["key"], key, ["key", f"refers to {resource['name']}.id, and goes with it"]),
            Column("position", "int", ["key"]),
        ]
        yield Table(each["table"], [*place, *_columns(each, ())])


def _columns(row: Resource, unique: Sequence[str]) -> Iterator[Column]:
    refers = {one["column"]: one["name"] for one in row["relations"].values()}
    for name, type_ in row["columns"].items():
        is_json = type_["kind"] in ("list", "dict", "any", "union", "class")
        remarks = ["key"] if name == "id" and "table" not in row else []
        remarks += ["unique"] if name in unique else []
        remarks += ["may be null"] if type_["nullable"] else []
        remarks += [f"refers to {refers[name]}.id"] if name in refers else []
        yield Column(name, "json" if is_json else type_["kind"], remarks)


def _statements(operation: str, row: Resource, by_name: Mapping[str, Resource]) -> str:
    """Return what the database is asked; what is answered takes one statement, and one a list."""
    lists = _lists(row, by_name)
    whole = f"{1 + lists} SELECTs" if lists else "1 SELECT"
    inner = any(each["relations"] for each in row["lists"].values())
    again = f", and {whole} to answer what ids stand for" if row["relations"] or inner else ""
    rows = " of the row, and those of its lists that differ" if row["lists"] else ""
    words = {
        "list": f"1 SELECT for the number, {whole} for the page",
        "read": whole,
        "create": f"{1 + len(row['lists'])} INSERT{'s' if row['lists'] else ''}{again}",
        "replace": f"{whole}, 1 UPDATE{rows}{again}",
        "change": f"{whole}, 1 UPDATE{rows}{again}{' where they change' if again else ''}",
        "delete": "1 DELETE",
        "export": f"{whole} for each 1,000 rows",
    }
    return words[operation]


def _lists(row: Resource, by_name: Mapping[str, Resource]) -> int:
    """Return how many lists are loaded with a row, also those of rows that it leads to."""
    parts = [row, *row.get("lists", {}).values()]
    relations = [one["name"] for part in parts for one in part["relations"].values()]
    return len(row.get("lists", ())) + sum(_lists(by_name[name], by_name) for name in relations)
