"""What a pattern puts on the wire, as far as its options say it: the key `wire` of `page.yml`.

Each item of that list holds header lines, and may say `when` it holds (see `scaffold.conditions`).
An item with `instead` and `if` is another answer, such as a 401 when nobody is logged in. Values
are text with options in braces; `<...>` stands for what only the running service knows.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from scaffold.conditions import holds
from scaffold.guides import wire
from scaffold.spec import Entry

_OPTION = re.compile(r"\{(?P<name>\w+)(:(?P<form>\w+))?\}")
_ENDED = {"expires": "1970-01-01T00:00:00Z", "max_age": 0}
_KEYWORDS = ("when", "instead", "if")


@dataclass(frozen=True)
class Part:
    """What one pattern adds to an answer.

    Attributes:
        headers: names and values, in the order in which they are declared.
        status: the status of another answer than the usual one, or None.
        condition: when that other answer is sent; empty for the usual one.
    """

    headers: tuple[tuple[str, str], ...]
    status: int | None = None
    condition: str = ""


def parts(entry: Entry, facts: Mapping[str, Any]) -> Iterator[Part]:
    """Yield what the pattern of an entry adds to the answers of its endpoint."""
    for item in wire(entry.pattern):
        if not holds(item.get("when", True), entry.options, facts):
            continue
        headers = tuple(
            (filled(name, entry.options), filled(value, entry.options))
            for name, value in item.items()
            if name not in _KEYWORDS
        )
        if "instead" in item:
            status = int(filled(item["instead"], entry.options))
            yield Part(headers, status, filled(item["if"], entry.options))
        else:
            yield Part(headers)


def filled(text: Any, options: Mapping[str, Any]) -> str:
    """Return text with the options in it; `{modified:date}` writes one in another form."""

    def value(found: re.Match[str]) -> str:
        if found["name"] == "attributes":
            return "; ".join(cookie_attributes(options))
        if found["name"] == "ended_attributes":
            return "; ".join(cookie_attributes({**options, **_ENDED}))
        return _FORMS[found["form"]](options[found["name"]])

    return _OPTION.sub(value, str(text))


def cookie_attributes(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield the attributes of a cookie as Set-Cookie writes them, in the order of Python's own."""
    if options.get("domain"):
        yield f"Domain={options['domain']}"
    if options.get("expires"):
        yield f"expires={_date(_sooner(options['expires']))}"
    if _or_default(options, "httponly", True):
        yield "HttpOnly"
    if options.get("max_age") is not None:
        yield f"Max-Age={options['max_age']}"
    if options.get("partitioned"):
        yield "Partitioned"
    yield f"Path={_or_default(options, 'path', '/')}"
    yield f"SameSite={_or_default(options, 'samesite', 'lax')}"
    if _or_default(options, "secure", True):
        yield "Secure"


def _sooner(expires: str) -> str:
    """Return when a cookie ends, which is in 400 days at the latest (`app.http.cookies`)."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(datetime.fromisoformat(expires), today + timedelta(days=400)).isoformat()


def _or_default(options: Mapping[str, Any], name: str, default: Any) -> Any:
    value = options.get(name)
    return default if value is None else value


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _quoted(values: list[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)


def _date(value: str) -> str:
    """Return a point in time as an HTTP date (RFC 9110 section 5.6.7)."""
    from email.utils import format_datetime

    return format_datetime(datetime.fromisoformat(value), usegmt=True)


def _seconds(value: str) -> str:
    return str(int(datetime.fromisoformat(value).timestamp()))


def _nonces(value: str) -> str:
    return value.replace("'nonce'", "'nonce-<22 random characters>'")


def _placeholders(value: str) -> str:
    return value.replace("{", "<").replace("}", ">")


def _encoded(value: str) -> str:
    from urllib.parse import quote

    return quote(value, safe="")


_FORMS: Mapping[str | None, Callable[[Any], str]] = {
    None: _plain,
    "quoted": _quoted,
    "date": _date,
    "seconds": _seconds,
    "nonces": _nonces,
    "filled": _placeholders,
    "encoded": _encoded,
}
