"""The page of `scaffold explain`: an answer as it goes over the wire, and what sets each line."""

import textwrap
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from scaffold.explain.explanation import FOR_ONE, Explanation, Line, OtherAnswer

if TYPE_CHECKING:
    from scaffold.shown import results

WIDTH = 96


def explanation_page(found: Explanation) -> str:
    """Return what a valid endpoint answers, as text."""
    endpoint = found.endpoint
    blocks = [f"{endpoint.method} {endpoint.path} as {endpoint.name}"]
    wire = [_status_line(found.status), *(f"{line.name}: {line.value}" for line in found.headers)]
    blocks.append("\n".join(["On the wire", *(f"  {line}" for line in wire)]))
    blocks.append("\n".join(["Where it is set", *_places(found)]))
    cookies = [line for line in found.headers if line.browser]
    if cookies:
        blocks.append("\n".join(["What a browser does with it", *_browser(cookies)]))
    if found.others:
        blocks.append("\n".join(["Other answers", *_others(found.others)]))
    blocks.append("\n".join(["Clients", *_clients(found)]))
    blocks.append("\n".join(["It brings", *_brings(found)]))
    return "\n\n".join(blocks)


def nearest_page(lines: Sequence[str]) -> str:
    """Return the valid lines that are nearest to one that is not."""
    return "\n".join(["Nearest valid lines", *(f"  {line}" for line in lines)])


def explanation_data(found: Explanation) -> "results.Explained":
    """Return what a valid endpoint answers, as data."""
    endpoint = found.endpoint
    return {
        "name": endpoint.name,
        "method": endpoint.method,
        "path": endpoint.path,
        "status": int(found.status),
        "media_type": found.media_type,
        "headers": [
            {
                "name": line.name,
                "value": line.value,
                "pattern": line.pattern,
                "via": line.via,
                "why": line.why,
                "browser": line.browser,
            }
            for line in found.headers
        ],
        "others": [
            {
                "status": other.status,
                "when": other.condition,
                "pattern": other.pattern,
                "headers": [{"name": name, "value": value} for name, value in other.headers],
            }
            for other in found.others
        ],
        "patterns": [
            {"pattern": use.pattern, "via": use.via, "why": use.why, "clients": use.clients}
            for use in found.uses
        ],
        "brings": {
            "toolkit": found.toolkit,
            "dependencies": found.dependencies,
            "settings": [{"name": name, "means": means} for name, means in found.settings.items()],
            "application": found.application,
        },
    }


def _status_line(status: int) -> str:
    return f"HTTP/1.1 {int(status)} {HTTPStatus(status).phrase}"


def _places(found: Explanation) -> Iterator[str]:
    """Yield one item for each pattern: its lines, how they get there, and why."""
    for use in found.uses:
        own = [line for line in found.headers if (line.pattern, line.why) == (use.pattern, use.why)]
        names = [line.name for line in own]
        how = f", via {use.via}" if use.via else ""
        what = f" ({', '.join(dict.fromkeys(names))})" if names else ""
        yield _item(f"{use.pattern}{what}{how}: {use.why}")
    for line in found.headers:
        if line.why == FOR_ONE:
            yield _item(f"{line.name}, because of {line.pattern}: {line.why}")


def _browser(cookies: Sequence[Line]) -> Iterator[str]:
    for line in cookies:
        yield f"  {line.value.partition('=')[0]}"
        yield from (_item(deed, "    ") for deed in line.browser)


def _others(others: Sequence[OtherAnswer]) -> Iterator[str]:
    for other in others:
        phrase = HTTPStatus(other.status).phrase
        yield _item(f"{other.status} {phrase}, when {other.condition} ({other.pattern})")
        yield from (f"      {name}: {value}" for name, value in other.headers)


def _clients(found: Explanation) -> Iterator[str]:
    yield from (_item(f"{use.pattern}: {use.clients}") for use in found.uses)


def _brings(found: Explanation) -> Iterator[str]:
    modules = ", ".join(f"app/http/{module}.py" for module in found.toolkit)
    yield _item(f"toolkit: {modules or 'nothing'}")
    if found.dependencies:
        yield _item(f"dependencies: {', '.join(found.dependencies)}")
    for name, means in found.settings.items():
        yield _item(f"setting {name}: {means}")
    if found.application:
        yield _item(f"around the application: {', '.join(found.application)}")


def _item(text: str, indent: str = "  ") -> str:
    return textwrap.fill(
        f"- {text}",
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_on_hyphens=False,
        break_long_words=False,
    )
