"""Call operations with a client that openapi-python-client has generated, in its environment.

Usage: `python call.py FOLDER < CALLS`, where CALLS are `tests.generated.calls.Call` as JSON, beside
the `address` of the server. Writes what each answered: its status, and what it was parsed into.
"""

import inspect
import json
import pkgutil
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import Enum
from importlib import import_module
from types import ModuleType
from typing import Any, get_args, get_type_hints
from uuid import UUID

from openapi_python_client.strings import PythonIdentifier

READ: dict[type, Callable[[str], Any]] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    UUID: UUID,
}


def operations(package: str) -> Iterator[tuple[str, ModuleType]]:
    """Yield the module of each operation by its name."""
    found = import_module(f"{package}.api")
    for module in pkgutil.walk_packages(found.__path__, f"{package}.api."):
        if not module.ispkg:
            yield module.name.rpartition(".")[2], import_module(module.name)


def typed(value: Any, hint: Any) -> Any:
    """Return a value of JSON as the parameter of a generated function wants it."""
    for kind in get_args(hint) or (hint,):
        if hasattr(kind, "from_dict") and isinstance(value, dict):
            return kind.from_dict(value)
        if inspect.isclass(kind) and issubclass(kind, Enum):
            return kind(value)
        if kind in READ:
            return READ[kind](value)
    if isinstance(value, list):
        (item,) = get_args(hint) or (Any,)
        return [typed(one, item) for one in value]
    return value


def plain(parsed: Any) -> Any:
    """Return a parsed answer as JSON."""
    if isinstance(parsed, list):
        return [plain(one) for one in parsed]
    return parsed.to_dict() if hasattr(parsed, "to_dict") else parsed


def answered(package: str, address: str, calls: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Make each call, and yield what it answered."""
    modules = dict(operations(package))
    client_type = import_module(f"{package}.client").Client
    for call in calls:
        function = modules[identifier(call["operation_id"])].sync_detailed
        hints = get_type_hints(function)
        values = {name: it for place in call["parameters"].values() for name, it in place.items()}
        arguments = {identifier(name): value for name, value in values.items()}
        if call["media_type"]:
            arguments["body"] = call["body"]
        client = client_type(address, cookies=call["cookies"], headers=call["headers"])
        client.raise_on_unexpected_status = True
        given = {name: typed(value, hints[name]) for name, value in arguments.items()}
        answer = function(client=client, **given)
        yield {
            "operation_id": call["operation_id"],
            "status": answer.status_code,
            "type": type(answer.parsed).__name__,
            "value": plain(answer.parsed),
        }


def identifier(name: str) -> str:
    """Return what the generator makes of a name."""
    return str(PythonIdentifier(name, prefix="field_"))


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    json.dump([*answered("generated_client", **json.load(sys.stdin))], sys.stdout)
