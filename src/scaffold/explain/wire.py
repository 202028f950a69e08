"""What a pattern puts on the wire, as far as its options say it: the key `wire` of `page.yml`.

Each item of that list holds header lines, and may say `when` it holds (see
`compose/conditions.jinja`). An item with `instead` and `if` is another answer, such as a 401 when
nobody is logged in. Values are text with options in braces, or `{attributes}` and
`{ended_attributes}` of the cookie that the options name; `<...>` stands for what only the running
service knows.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from scaffold.catalogue.guides import wire
from scaffold.spec.plan import Endpoint, Entry, Plan
from scaffold.template.macros import Macros

_OPTION = re.compile(r"\{(?P<name>\w+)(:(?P<form>\w+))?\}")
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


class Wire:
    """Writes header lines as the service does, with the template's own macros."""

    def __init__(self, macros: Macros, plan: Plan) -> None:
        """Take the macros, and the plan that says what each cookie is like."""
        self._macros = macros
        self._cookies = {cookie["name"]: cookie for cookie in plan.cookies}

    def parts(self, endpoint: Endpoint, entry: Entry) -> Iterator[Part]:
        """Yield what the pattern of an entry adds to the answers of its endpoint."""
        for item in wire(entry.pattern):
            when = item.get("when", True)
            if not self._macros.conditions.holds(when, entry.options, endpoint.facts):
                continue
            headers = tuple(
                (self._filled(name, entry), self._filled(value, entry))
                for name, value in item.items()
                if name not in _KEYWORDS
            )
            if "instead" in item:
                status = int(self._filled(item["instead"], entry))
                yield Part(headers, status, self._filled(item["if"], entry))
            else:
                yield Part(headers)

    def cache_control(self, endpoint: Endpoint, directives: str) -> str:
        """Return what the application makes of the Cache-Control of an endpoint."""
        return str(self._macros.expect.cache_control_sent(directives, endpoint.data))

    def _filled(self, text: Any, entry: Entry) -> str:
        """Return text with the options in it; `{modified:date}` writes one in another form."""

        def value(found: re.Match[str]) -> str:
            if found["name"] == "attributes":
                return self._attributes(self._cookies[entry.options["name"]])
            if found["name"] == "ended_attributes":
                cookie = self._cookies[entry.options["name"]]
                return self._attributes(json.loads(self._macros.expect.deleted(cookie)))
            return _FORMS[found["form"]](entry.options[found["name"]])

        return _OPTION.sub(value, str(text))

    def _attributes(self, cookie: Mapping[str, Any]) -> str:
        sent = {**cookie, "expires": cookie["expires"] and _sooner(cookie["expires"])}
        return "; ".join(json.loads(self._macros.expect.sent_attributes(sent)))


def _sooner(expires: str) -> str:
    """Return when a cookie ends, which is in 400 days at the latest (`app.http.cookies`)."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    latest = f"{today + timedelta(days=400):%Y-%m-%dT%H:%M:%SZ}"
    return min(expires, latest)


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
