"""Endpoint lists that put every pattern beside every other one it may stand with."""

from collections.abc import Iterator
from typing import Any

from scaffold.catalogue import Catalogue, Pattern, load
from scaffold.check import check
from scaffold.errors import InvalidSpec

Spec = dict[str, Any]

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


def endpoint(name: str, response: Any, method: str = "GET", **rest: Any) -> Spec:
    """Return a spec; an answer without content gets the status that it needs."""
    spec = {"name": name, "method": method, "path": f"/{name}", "response": response, **rest}
    pattern = response if isinstance(response, str) else response["pattern"]
    example: str = load().patterns[pattern].example.get("path", "")
    spec["path"] += example.removeprefix(f"/{pattern}")
    if response == "empty":
        spec["status"] = "status-no-content"
    return spec


def is_valid(spec: Spec) -> bool:
    """Say whether the rules of the catalogue accept the endpoint."""
    try:
        check({"endpoints": [spec]})
    except InvalidSpec:
        return False
    return True


def pairs(catalogue: Catalogue | None = None) -> list[Spec]:
    """Return an endpoint for each response with each header, cookie and status, by each `via`."""
    catalogue = catalogue or load()
    found: list[Spec] = []
    for response in catalogue.family("response"):
        for place, family in (("headers", "header"), ("cookies", "cookie")):
            for pattern in catalogue.family(family):
                for entry in entries(pattern):
                    found += [
                        spec
                        for method, status in REQUESTS
                        if is_valid(
                            spec := _pair(response, method, status, place, entry, len(found))
                        )
                    ][:1]
        for pattern in catalogue.family("status"):
            for method in ("POST", "PUT"):
                name = f"pair_{len(found)}"
                status = {"status": pattern.id}
                spec = {**endpoint(name, response.id, method), "body": {"title": "str"}, **status}
                if is_valid(spec):
                    found.append(spec)
    return found


def _pair(
    response: Pattern, method: str, status: Spec, place: str, entry: Spec, number: int
) -> Spec:
    first = [{**login, "via": entry["via"]} for login in FIRST.get(entry.get("action", ""), [])]
    spec = endpoint(f"pair_{number}", response.id, method, **status, **{place: [*first, entry]})
    return _below(spec, entry)


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


def application() -> list[Spec]:
    """Return every application pattern."""
    given: dict[str, Spec] = {"cors": {"allow_origins": OTHER_VALUES["allow_origins"]}}
    patterns = load().family("app")
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
            return _below(endpoint(name, "json-model", method, cookies=[cookie]), cookie)
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
