"""The page of `scaffold explain`: an answer as it goes over the wire, and what sets each line."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from scaffold.explain.explanation import FOR_ONE, Explanation, Line, OtherAnswer
from scaffold.explain.request import Taken, TakenField, TakenFile

if TYPE_CHECKING:
    from scaffold.shown import results

WIDTH = 96


def explanation_page(found: Explanation) -> str:
    """Return what a valid endpoint answers, as text."""
    endpoint = found.endpoint
    blocks = [f"{endpoint.method} {endpoint.path} as {endpoint.name}"]
    takes = [*map(_taken, found.takes), *_tags(found.tags)]
    if takes:
        blocks.append("\n".join(["What it takes", *takes]))
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
        "takes": [
            {
                "place": part.place,
                "media_types": list(part.media_types),
                "fields": [
                    {"name": field.name, "required": field.required, "default": field.default}
                    for field in part.fields
                ],
                "files": [
                    {
                        "name": file.name,
                        "types": list(file.types),
                        "max_bytes": file.max_bytes,
                        "max_files": file.max_files,
                    }
                    for file in part.files
                ],
                "list": part.is_list,
                "partial": part.is_partial,
                "strict": part.is_strict,
            }
            for part in found.takes
        ],
        "tags": found.tags,
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


def _taken(part: Taken) -> str:
    """Return one part of the request: what it is, its fields, and what happens to others."""
    what = f"{part.place}, as {' or '.join(part.media_types)}" if part.media_types else part.place
    fields = ", ".join([*map(_field, part.fields), *map(_file, part.files)])
    if part.is_partial and fields:
        fields = f"any of {', '.join(field.name for field in part.fields)}"
    each = "a list, each with " if part.is_list else ""
    named = f": {each}{fields}" if fields else ": as its class says"
    rest = "; others are ignored" if part.place == "query" else ""
    rest = "; 422 with any other parameter" if part.is_strict else rest
    rest = "; what is left out stays as it is" if part.is_partial else rest
    rest += ", and null removes" if part.is_merged else ""
    return item(f"{what}{named}{rest}; 422 when a value does not fit")


def _file(file: TakenFile) -> str:
    many = f"at most {file.max_files} files " if file.max_files > 1 else "a file "
    types = f", {' or '.join(file.types)}" if file.types else ""
    return f"{many}{file.name} (at most {file.max_bytes:,} bytes{types})"


def _field(field: TakenField) -> str:
    if field.required:
        return field.name
    if field.default is None:
        return f"{field.name} (may be left out)"
    return f"{field.name} ({json.dumps(field.default, ensure_ascii=False)} when left out)"


def _tags(tags: Sequence[str]) -> Iterator[str]:
    if tags:
        yield item(f"tags: the OpenAPI document lists it under {', '.join(tags)}")


def _status_line(status: int) -> str:
    return f"HTTP/1.1 {int(status)} {HTTPStatus(status).phrase}"


def _places(found: Explanation) -> Iterator[str]:
    """Yield one item for each pattern: its lines, how they get there, and why."""
    for use in found.uses:
        own = [line for line in found.headers if (line.pattern, line.why) == (use.pattern, use.why)]
        names = [line.name for line in own]
        how = f", via {use.via}" if use.via else ""
        what = f" ({', '.join(dict.fromkeys(names))})" if names else ""
        yield item(f"{use.pattern}{what}{how}: {use.why}")
    for line in found.headers:
        if line.why == FOR_ONE:
            yield item(f"{line.name}, because of {line.pattern}: {line.why}")


def _browser(cookies: Sequence[Line]) -> Iterator[str]:
    for line in cookies:
        yield f"  {line.value.partition('=')[0]}"
        yield from (item(deed, "    ") for deed in line.browser)


def _others(others: Sequence[OtherAnswer]) -> Iterator[str]:
    for other in others:
        phrase = HTTPStatus(other.status).phrase
        yield item(f"{other.status} {phrase}, when {other.condition} ({other.pattern})")
        yield from (f"      {name}: {value}" for name, value in other.headers)


def _clients(found: Explanation) -> Iterator[str]:
    yield from (item(f"{use.pattern}: {use.clients}") for use in found.uses)


def _brings(found: Explanation) -> Iterator[str]:
    modules = ", ".join(f"app/http/{module}.py" for module in found.toolkit)
    yield item(f"toolkit: {modules or 'nothing'}")
    if found.dependencies:
        yield item(f"dependencies: {', '.join(found.dependencies)}")
    for name, means in found.settings.items():
        yield item(f"setting {name}: {means}")
    if found.application:
        yield item(f"around the application: {', '.join(found.application)}")


def item(text: str, indent: str = "  ") -> str:
    """Return an item of a list, over as many lines as it needs."""
    return textwrap.fill(
        f"- {text}",
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_on_hyphens=False,
        break_long_words=False,
    )
