"""Endpoint lists that put every pattern beside every other one it may stand with."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import combinations
from typing import Any

from scaffold.catalogue import Catalogue, Pattern, load
from scaffold.check import check
from scaffold.errors import InvalidSpec

Spec = dict[str, Any]
Pair = tuple[str, str]

# Values that differ from each option's default, by option name; by pattern where that matters.
OTHER_VALUES: dict[str, Any] = {
    "algorithm": "sha-512",
    "allow_credentials": True,
    "allow_headers": ["Content-Type", "X-CSRF-Token"],
    "allow_methods": ["GET", "POST"],
    "assets": "static/built-files",
    "allow_origins": ["https://a.example.com", "https://b.example.com:8443"],
    "charset": "utf-8",
    "class_name": "HalResponse",
    "content_security_policy": "default-src 'self'; img-src *",
    "columns": ["Id", "full name", "e-mail"],
    "compressed": False,
    "deprecation": "2025-12-31T23:59:59Z",
    "directives": "no-store",
    "disposition": "inline",
    "domain": "example.com",
    "event": "order.paid-now",
    "expires": "2031-12-31T23:59:59Z",
    "fallback": "/account?a=b#c",
    "fields": {
        "a": "str",
        "b": "int | None",
        "c": "float",
        "d": "bool",
        "e": "date",
        "f": "datetime",
        "g": "uuid",
        "h": "decimal | None",
    },
    "field_names": ["Accept", "Accept-Language", "Service-Region"],
    "file": "résumé – 2026.txt",
    "filename": "résumé – 2026.txt",
    "hsts_max_age": 63_072_000,
    "httponly": False,
    "language": "pt-BR",
    "idle_timeout": 120,
    "item": "Element",
    "lifetime": 86_400,
    "limit": 2000,
    "level": 9,
    "link": "https://docs.example.com/deprecations#" + "posts" * 12,
    "location": "/a/{id}/b-{c}?d=e",
    "max_age": 60,
    "max_length": 5,
    "media_type": "text/calendar",
    "metric": "db-time",
    "model": "Thing",
    "minimum_size": 2000,
    "modified": "2024-02-29T23:59:59Z",
    "new_version": "z" * 64,
    "others": ["de", "zh-Hant"],
    "parameter": "return_to",
    "partitioned": True,
    "path": "/account",
    "refuses": "conflict",
    "retry": 10_000,
    "retry_after": 3600,
    "root": "x.y-z",
    "per": "user",
    "per_page": 50,
    "policy": "search-and-find",
    "quota": 1_000_000,
    "realm": 'the whole of "Example" (all of it)',
    "samesite": "strict",
    "session": "__Host-kept-admin",
    "secure": False,
    "status_code": 202,
    "successor": "/v2/posts",
    "sunset": "2031-12-31T23:59:59Z",
    "text": 'It\'s "quoted" {not} a <tag> & that is all there is to say about this text, surely',
    "tolerance": 60,
    "title": 'O\'Neil & <Sons> {x} "y" — a title that is long enough to be broken over lines',
    "upstream_path": "/a/b.c/d",
    "url": "https://example.com/a?b=c&d=(e)#" + "f" * 60,
    "value": "a'b" * 30,
    "variants": False,
    "versions": ["v1", "v1.5_b-c", "2026-06-01"],
    "version": "v2-" + "a" * 60,
    "weak": True,
    "window": 86_400,
}
NAMES = {
    "cookie-csrf-double-submit": "__Host-admin-csrf",
    "cookie-refresh-rotation": "__Secure-admin-refresh",
    "cookie-session-host-prefix": "__Host-admin",
    "cookie-session-server-side": "__Host-kept-admin",
    "header-read-param": "X-Client-Name",
    "header-set": "X-Request-Cost",
}
# What has to stand before an action.
FIRST: dict[str, list[Spec]] = {
    "issue": [{"pattern": "cookie-session-host-prefix", "action": "login"}]
}
OTHER_BY_PATTERN = {
    "clear-site-data": ["cache"],
    "negotiated": ["text/html"],
    "csp-nonce": "script-src 'strict-dynamic' 'nonce'; style-src 'nonce'",
}
OTHER_STATUS = {"redirect": 303, "redirect-safe": 302}
OTHER_RESPONSES = {"content-digest": "json-direct", "csp-nonce": "html"}
# What an option needs beside it, by pattern and option.
BESIDE: dict[tuple[str, str], Spec] = {
    ("cookie-refresh-rotation", "lifetime"): {"action": "login", "max_age": 60},
    ("cookie-refresh-rotation", "path"): {"action": "login"},
    ("cookie-refresh-rotation", "max_age"): {"action": "login"},
    ("cookie-session-server-side", "idle_timeout"): {"action": "login"},
    ("cookie-session-server-side", "max_age"): {"action": "login", "idle_timeout": 60},
    ("cookie-delete", "partitioned"): {"samesite": "none"},
    ("cookie-set", "partitioned"): {"samesite": "none"},
    ("cookie-flash", "message"): {"action": "set"},
    ("cookie-on-error", "value"): {"action": "set"},
    ("cookie-signed", "value"): {"action": "set"},
    ("status-gone-and-conflict", "max_age"): {"refuses": "gone"},
}
# Values of options that mean something else in this pattern.
OTHER_OPTIONS: dict[tuple[str, str], Any] = {
    ("websocket", "allow_origins"): ["https://a.example.com", "http://b.example.com:8080"],
    ("cookie-csrf-double-submit", "action"): "issue",
    ("cookie-flash", "action"): "set",
    ("cookie-flash", "message"): 'Žluť / "quoted"; ☕, 100 % <b>',
    ("cookie-flash", "name"): "__Host-flash_2",
    ("cookie-on-error", "action"): "set",
    ("cookie-on-error", "status_code"): 403,
    ("cookie-signed", "action"): "set",
    ("cookie-signed", "name"): "__Host-signed_2",
    ("cookie-signed", "value"): 'says "hello"; ☕ = \\',
    ("cookie-param-model", "fields"): {
        "a": "str | None",
        "long_name": "int | None",
        "c": "bool | None",
        "d": "date | None",
        "e": "uuid | None",
    },
}
OTHER_MEDIA_TYPES = {"binary-image": "image/svg+xml"}
# Some headers belong to writing requests only, one to what was created, and one to a body.
REQUESTS: list[tuple[str, Spec]] = [
    ("GET", {}),
    ("POST", {}),
    ("POST", {"status": "status-fixed"}),
    ("POST", {"body": {"title": "str"}}),
]

# A response of each form, on which headers and cookies meet.
HOSTS = ("json-model", "json-direct", "csv-stream")


def endpoint(name: str, response: Any, method: str = "GET", **rest: Any) -> Spec:
    """Return a spec; an answer without content gets the status that it needs."""
    spec = {"name": name, "method": method, "path": f"/{name}", "response": response, **rest}
    pattern = response if isinstance(response, str) else response["pattern"]
    example: str = load().patterns[pattern].example.get("path", "")
    spec["path"] += example.removeprefix(f"/{pattern}")
    if response == "empty":
        spec["status"] = "status-no-content"
    return spec


def is_valid(spec: Spec, *application: str) -> bool:
    """Say whether the rules of the catalogue accept the endpoint, with what is around it."""
    try:
        check({"application": list(application), "endpoints": [spec]})
    except InvalidSpec:
        return False
    return True


def pairs(catalogue: Catalogue | None = None) -> list[Spec]:
    """Return an endpoint for each valid pair of patterns, by each `via`.

    A header and a cookie meet on one response of each form, each by its default `via`.
    """
    catalogue = catalogue or load()
    found: list[Spec] = []
    for response in catalogue.family("response"):
        for header in _all_entries("header", catalogue):
            found += _first_valid(f"pair_{len(found)}", response.id, header, None)
        for cookie in _all_entries("cookie", catalogue):
            found += _first_valid(f"pair_{len(found)}", response.id, None, cookie)
        for status in catalogue.family("status"):
            found += _with_status(f"pair_{len(found)}", response.id, status.id)
    for response_id in HOSTS:
        for header in _by_default("header", catalogue):
            for cookie in _by_default("cookie", catalogue):
                found += _first_valid(f"pair_{len(found)}", response_id, header, cookie)
    return found


def together(catalogue: Catalogue | None = None) -> list[Spec]:
    """Return few endpoints that hold every valid pair: a response, a header and a cookie at once.

    Each comes by its default `via`. Where three do not go together, two stand alone.
    """
    catalogue = catalogue or load()
    headers, cookies = _by_default("header", catalogue), _by_default("cookie", catalogue)
    found: list[Spec] = []
    seen: set[Pair] = set()

    def add(response: str, header: Spec | None, cookies: Iterable[Spec | None]) -> None:
        """Add an endpoint with the first of the cookies that goes there."""
        for cookie in cookies:
            if specs := _first_valid(f"pair_{len(found)}", response, header, cookie):
                found.extend(specs)
                seen.update(pairs_of(specs[0]))
                return

    for response in catalogue.family("response"):
        for header in headers:
            unseen = partial(_unseen, seen, response.id, header)
            add(response.id, header, [*sorted(cookies, key=unseen, reverse=True), None])
        for cookie in cookies:
            if (response.id, _key(cookie)) not in seen:
                add(response.id, None, [cookie])
        for status in catalogue.family("status"):
            found += _with_status(f"pair_{len(found)}", response.id, status.id)[:1]
    for header in headers:
        for cookie in cookies:
            for host in HOSTS:
                if (_key(header), _key(cookie)) not in seen:
                    add(host, header, [cookie])
    return found


def pairs_of(spec: Spec) -> set[Pair]:
    """Return which patterns meet in an endpoint of the matrix, without how they get there."""
    # What stands before an entry, because that needs it, is no subject of its own.
    header = spec["headers"][-1] if "headers" in spec else None
    cookie = spec["cookies"][-1] if "cookies" in spec else None
    if header is None and cookie is None:
        return {(spec["response"], spec["status"])}
    return set(_pairs(spec["response"], header, cookie))


def via_of(spec: Spec) -> str | None:
    """Return the way that an endpoint of the pairs names, or None."""
    places = [*spec.get("headers", []), *spec.get("cookies", [])]
    return places[-1].get("via") if places else None


def _pairs(response: str, header: Spec | None, cookie: Spec | None) -> Iterator[Pair]:
    keys = [response, *(_key(entry) for entry in (header, cookie) if entry)]
    yield from combinations(keys, 2)


def _unseen(seen: set[Pair], response: str, header: Spec, cookie: Spec) -> int:
    return len(set(_pairs(response, header, cookie)) - seen)


def _key(entry: Spec) -> str:
    return " ".join(entry[part] for part in ("pattern", "action") if part in entry)


def _first_valid(name: str, response: str, header: Spec | None, cookie: Spec | None) -> list[Spec]:
    """Return an endpoint with the first method that is valid for it, or nothing."""
    places: Spec = {"headers": [header]} if header else {}
    if cookie:
        via = {"via": cookie["via"]} if "via" in cookie else {}
        first = [{**login, **via} for login in FIRST.get(cookie.get("action", ""), [])]
        places["cookies"] = [*first, cookie]
    for method, status in REQUESTS:
        spec = endpoint(name, response, method, **status, **places)
        spec = _below(spec, cookie) if cookie else spec
        if is_valid(spec):
            return [spec]
    return []


def _with_status(name: str, response: str, status: str) -> list[Spec]:
    """Return an endpoint with a status, or nothing."""
    for method in ("POST", "PUT"):
        spec = endpoint(name, response, method)
        spec |= {"body": {"title": "str"}, "status": status}
        if is_valid(spec):
            return [spec]
    return []


def _below(spec: Spec, entry: Spec) -> Spec:
    """Move an endpoint to where browsers send the cookie."""
    if entry["pattern"] == "cookie-refresh-rotation":
        spec["path"] = f"/auth{spec['path']}"
    return spec


def entries(pattern: Pattern) -> Iterator[Spec]:
    """Yield a header or cookie pattern in each way, and with each action where it has several."""
    action = pattern.options.get("action")
    for via in ("parameter", "dependency", "direct"):
        for choice in action.choices if action else [None]:
            yield {"pattern": pattern.id, "via": via, **({"action": choice} if choice else {})}


def _all_entries(family: str, catalogue: Catalogue) -> Iterator[Spec]:
    for pattern in catalogue.family(family):
        yield from entries(pattern)


def _by_default(family: str, catalogue: Catalogue) -> list[Spec]:
    """Return an entry for each action of each pattern, without `via`."""
    found: list[Spec] = []
    for entry in _all_entries(family, catalogue):
        entry.pop("via")
        if entry not in found:
            found.append(entry)
    return found


def application(*without: str) -> list[Spec]:
    """Return every application pattern, but for some."""
    given: dict[str, Spec] = {"cors": {"allow_origins": OTHER_VALUES["allow_origins"]}}
    patterns = [pattern for pattern in load().family("app") if pattern.id not in without]
    return [{"pattern": pattern.id, **given.get(pattern.id, {})} for pattern in patterns]


def alone() -> list[Spec]:
    """Return an endpoint for each response and status with nothing beside it."""
    catalogue = load()
    found: list[Spec] = []
    for pattern in [*catalogue.family("response"), *catalogue.family("status")]:
        for method, status in REQUESTS:
            name = f"alone_{len(found)}"
            response, given = (pattern.id, status)
            if pattern.family == "status":
                response, given = "json-model", {**pattern.example, "status": pattern.id}
            spec = endpoint(name, response, **{"method": method, **given})
            if is_valid(spec):
                found.append(spec)
                break
    return found


def options() -> list[Spec]:
    """Return an endpoint for each option of each pattern with another value than its default."""
    found: list[Spec] = []
    for pattern in load().patterns.values():
        for option in pattern.options:
            value = _other(pattern, option)
            beside = BESIDE.get((pattern.id, option), {})
            choice = {"pattern": pattern.id, **beside, option: value}
            for method, status in REQUESTS:
                spec = _alone(f"option_{len(found)}", method, status, pattern, choice)
                if spec and is_valid(spec):
                    found.append(spec)
                    break
    return found


def _other(pattern: Pattern, option: str) -> Any:
    if (pattern.id, option) in OTHER_OPTIONS:
        return OTHER_OPTIONS[pattern.id, option]
    if option == "name":
        return NAMES.get(pattern.id, "__Secure-a.b")
    if option == "status_code":
        return OTHER_STATUS.get(pattern.id, OTHER_VALUES[option])
    if option == "media_type":
        return OTHER_MEDIA_TYPES.get(pattern.id, OTHER_VALUES[option])
    if option == "location" and pattern.family == "status":
        return "/a/b.c"
    if option == "otherwise":
        return 203
    if option == "action":
        return "logout"
    if option == "value" and pattern.id == "header-set":
        return "a b" * 60
    if option in ("directives", "others"):
        return OTHER_BY_PATTERN.get(pattern.id, OTHER_VALUES[option])
    return OTHER_VALUES[option]


def _alone(name: str, method: str, status: Spec, pattern: Pattern, choice: Any) -> Spec | None:
    response = OTHER_RESPONSES.get(pattern.id, "json-model")
    match pattern.family:
        case "response":
            return endpoint(name, choice, method)
        case "header":
            beside = ["www-authenticate"] if choice.get("per") == "user" else []
            return endpoint(name, response, method, headers=[choice, *beside], **status)
        case "cookie":
            # A cookie of its own for each, since attributes are shared by name.
            needed = pattern.options["name"].matches or "" if "name" in pattern.options else ""
            prefix = next((p for p in ("__Host-", "__Secure-") if needed.startswith(p)), "")
            named = {"name": f"{prefix}{name}"} if "name" in pattern.options else {}
            cookie = {**named, **choice}
            cookies = [*FIRST.get(cookie.get("action", ""), []), cookie]
            return _below(endpoint(name, "json-model", method, cookies=cookies), cookie)
        case "status":
            body = {key: pattern.example[key] for key in ("body",) if key in pattern.example}
            return endpoint(name, "json-model", method, status=choice, **body)
    return None


def paths() -> list[Spec]:
    """Return endpoints whose paths hold parameters of each type, and shadow each other."""
    written = [
        "/p/{key}",
        "/p/latest",
        "/p/{key}.csv",
        "/p/{key:int}/rows/{row_id:uuid}",
        "/p/{key:float}/share",
        "/p/{rest:path}",
        "/p/a/{b}/{rest:path}",
        "/p/~a.b_c-d",
    ]
    model = {"pattern": "json-model", "fields": {"id": "uuid", "key": "int", "rest": "str"}}
    return [
        {"name": f"path_{number}", "method": "GET", "path": path, "response": model}
        for number, path in enumerate(written)
    ]
