"""Record what each pattern's example is made of, and what a real server answers to it.

`python3 tasks.py record` writes `patterns/<family>/<id>/example/`: the modules that are generated,
and `wire.http`, the requests and answers. What is different each time, such as a random token, is
replaced; the header lines Date and Server, which every answer has, are left out.
"""

import hmac
import json
import os
import re
import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import time
from typing import Any

from scaffold.catalogue.patterns import Pattern, load, template_root
from scaffold.shown.pattern import example_endpoint
from scaffold.spec.check import check
from scaffold.system.yaml_files import read_yaml
from tests.generated.project import Project, generate
from tests.generated.server import Answer, chunks, exchange, serve

Spec = Mapping[str, Any]
Examples = Sequence[tuple[Pattern, Spec]]

SERVER = ("uvicorn", "recorded:app", "--http", "h11", "--no-date-header", "--no-server-header")
WEBHOOK_SECRET = b"only for the examples..."
WEBHOOK_ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
SETTINGS = {
    "APP_API_TOKEN": "example-token",
    "APP_LOGIN_PASSWORD": "correct horse",
    "APP_TRUSTED_HOSTS": "api.example.com",
    "APP_WEBHOOK_SECRETS": f"whsec_{b64encode(WEBHOOK_SECRET).decode()}",
    "APP_SECRET_KEYS": "a key for the examples only that everybody may read",
}
MODIFIED = 1_769_860_800  # 2026-01-31T12:00:00Z
LONGEST_BODY = 600
SHOWN_BYTES = 8

SECRETS = [
    (re.compile(r"(?<=webhook-timestamp: )[0-9]+"), "{the time, in seconds since 1970}"),
    (re.compile(r"(?<=webhook-signature: v1,).*"), "{44 characters}"),
    (
        re.compile(r"(?<=\.)[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,43}(?=[;&>]|$)", re.M),
        "{time and signature}",
    ),
    (
        re.compile(r"(?<==)[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?=;|$)", re.M),
        "{89 random characters}",
    ),
    (
        re.compile(r"(?<==)[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?=;|$)", re.M),
        "{66 random characters}",
    ),
    (
        re.compile(r"(?<=[= ])[0-9a-f]{64}(?=;|$)", re.M),
        "{64 characters that belong to the session}",
    ),
]
"""What cookies and the headers that repeat them hold."""

VARIABLE = [
    (re.compile(r"dur=[0-9.]+"), "dur=0.1"),
    (re.compile(r"(?<=;t=)[0-9]+"), "60"),
    (re.compile(r"(?<=retry-after: )5[0-9]$", re.M), "60"),
    (re.compile(r"(?<=nonce[-=])(\"?)[A-Za-z0-9_-]{22}"), r"\1{22 random characters}"),
    (re.compile(r"(?<=: )[0-9a-f]{32}$", re.M), "{32 random characters}"),
    (
        re.compile(r'^(last-modified: )(?!Sat, 31 Jan 2026).*\n(etag: )"[0-9a-f]{32}"$', re.M),
        r'\1{the time of the answer}\n\2"{32 random characters}"',
    ),
    *SECRETS,
]
"""What differs from one answer to the next, and what stands for it in the record."""
UNLIKE = {"application/zip": "an archive", "gzip": "compressed content"}
"""Media types and codings of content that differs with the compressor in use."""

OVERRIDE = '''
from app.endpoints import {module}


async def {function}_given(request: Request) -> object:
    """Answer as the exchange wants it."""
    wanted = "{function}" in request.headers.get("given", "").split()
    return {value!r} if wanted else await {module}.{function}()


app.dependency_overrides[{module}.{function}] = {function}_given
'''
"""Makes a look-up of a stub give another value, for requests that ask for it."""


@dataclass
class Client:
    """Sends the exchanges of one pattern, and keeps cookies and validators like a browser."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    def record(self, request: Spec) -> str:
        """Send one request, and return it with its answer."""
        head, body = self._request(request)
        unseen = [f"Given: {' '.join(request['given'])}"] if "given" in request else []
        sent_bytes = "\r\n".join([*head, *unseen, "", ""]).encode() + body
        for _ in range(request.get("before", 0)):
            exchange(self.port, sent_bytes)
        answer = exchange(self.port, sent_bytes)
        status = int(answer.status_line.split()[1])
        assert status < 500 or status == 503, f"{head[0]} is answered with {status}"
        self._keep(answer)
        sent = "\n".join(head) + (f"\n\n{body.decode()}" if body else "")
        headers = [header for header in answer.headers if header[0].lower() != b"date"]
        received = [answer.status_line.decode(), *map(line, headers)]
        shown = stable("\n".join(received), sent)
        content = stable(shown_body(answer), sent)
        title = [f"### {request['title']}"] if "title" in request else []
        return "\n".join([*title, hidden(sent), "", shown, *(["", content] if content else [])])

    def _request(self, request: Spec) -> tuple[list[str], bytes]:
        body = request.get("body")
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        headers = {"Host": "api.example.com"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        given, made = request.get("headers", {}), signed(content)
        headers |= {name: self._filled(value, made) for name, value in given.items()}
        query = f"?{request['query']}" if "query" in request else ""
        start = f"{request['method']} {request['path']}{query} HTTP/1.1"
        lines = [f"{name}: {value}" for name, value in headers.items()]
        return [start, *lines], content if body is not None else b""

    def _filled(self, value: str, made: Mapping[str, str]) -> str:
        """Put headers and cookies of earlier answers, or what is made, where `{name}` stands."""
        known = {**self.cookies, **self.seen, **made}
        return re.sub(r"\{([A-Za-z_-]+)\}", lambda found: known[found[1]], value)

    def _keep(self, answer: Answer) -> None:
        for name, value in answer.headers:
            self.seen[name.decode().lower()] = value.decode("latin-1")
            if name.lower() == b"set-cookie":
                pair, *attributes = value.decode("latin-1").split("; ")
                key, _, content = pair.partition("=")
                self.cookies.pop(key, None)
                if "Max-Age=0" not in attributes:
                    self.cookies[key] = content


def signed(content: bytes) -> dict[str, str]:
    """Return the time, and the signature of a webhook with that content."""
    now = str(int(time()))
    text = b".".join([WEBHOOK_ID.encode(), now.encode(), content])
    digest = hmac.digest(WEBHOOK_SECRET, text, "sha256")
    return {"now": now, "signature": f"v1,{b64encode(digest).decode()}", "id": WEBHOOK_ID}


def line(header: tuple[bytes, bytes]) -> str:
    """Return a header as it was sent."""
    return b": ".join(header).decode("latin-1")


def stable(text: str, sent: str) -> str:
    """Replace what is different each time, except what the request itself has sent."""
    for pattern, instead in VARIABLE:
        found = pattern.search(text)
        if found and found[0] not in sent:
            text = pattern.sub(instead, text)
    return text


def hidden(sent: str) -> str:
    """Return a request without the random parts of cookies, sent back or repeated."""
    for pattern, instead in SECRETS:
        sent = pattern.sub(instead, sent)
    return sent


def shown_body(answer: Answer) -> str:
    """Return the body as it was sent, chunk by chunk; what is no text is counted."""
    for name in (b"content-type", b"content-encoding"):
        if (kind := b"".join(answer.all(name)).decode()) in UNLIKE:
            return f"[{UNLIKE[kind]}]"
    if answer.all(b"transfer-encoding") != [b"chunked"]:
        return shown_bytes(answer.body)
    blocks = [f"{len(chunk):x}\n{shown_bytes(chunk)}\n" for chunk in chunks(answer.body)]
    return "".join([*blocks[:4], *(["...\n"] if blocks[4:] else []), "0\n"])


def shown_bytes(content: bytes) -> str:
    """Return text as it is, cut where it is long, and the first bytes of anything else."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text):
        return f"[{len(content):,} bytes: {content[:SHOWN_BYTES].hex(' ')} ...]"
    rest = f"[... {len(text):,} characters]" if len(text) > LONGEST_BODY else ""
    return text[:LONGEST_BODY].replace("\r\n", "\n") + rest


def url(endpoint: Spec) -> str:
    """Return the address of an endpoint, with an example for each parameter."""
    convertors = load().vocabulary.convertors

    def value(found: re.Match[str]) -> str:
        return str(convertors[found[2] or "str"]["example"])

    return re.sub(r"\{(\w+):?(\w*)\}", value, endpoint["path"])


def sample(endpoint: Spec) -> dict[str, Any] | None:
    """Return a body that the endpoint accepts, if it declares one."""
    types = load().vocabulary.field_types
    fields = {name: kind.removesuffix(" | None") for name, kind in endpoint.get("body", {}).items()}
    return {name: types[kind]["json"] for name, kind in fields.items()} or None


def exchanges(pattern: Pattern, endpoint: Spec) -> Iterator[Spec]:
    """Yield the requests that the page of a pattern wants, or one to its example."""
    page = read_yaml(folder(pattern) / "page.yml")
    for wanted in page.get("exchanges") or [{}]:
        plain = {"method": endpoint["method"], "path": url(endpoint)}
        body = {} if "path" in wanted else {"body": sample(endpoint)}
        yield {**plain, **body, **wanted}


def folder(pattern: Pattern) -> Path:
    """Return the folder of a pattern."""
    return template_root() / "patterns" / pattern.family / pattern.id


def prepare_files(project: Project, endpoints: Sequence[Spec]) -> None:
    """Put files there for the endpoints that send them, as old as ever."""
    names = {"folder/example"}
    for endpoint in endpoints:
        pattern = load().patterns[_pattern_id(endpoint["response"])]
        names |= {option.default for option in pattern.options.values() if option.name == "file"}
    contents = {Path("files", name): b"0123456789" for name in names}
    contents[Path("dist/index.html")] = b"<!doctype html><title>Built</title>"
    contents[Path("dist/assets/main-1a2b3c4d.js")] = b"main()"
    for name, content in contents.items():
        path = project.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (MODIFIED, MODIFIED))


def _pattern_id(entry: Any) -> str:
    return entry if isinstance(entry, str) else entry["pattern"]


@contextmanager
def served(examples: Examples, **answers: Any) -> Iterator[tuple[Project, int]]:
    """Generate a project of the examples, and yield it with the port on which it is served."""
    brought = {spec["name"]: spec for pattern, _ in examples for spec in _brings(pattern)}
    endpoints = [endpoint for _, endpoint in examples]
    routes = {(endpoint["method"], endpoint["path"]) for endpoint in endpoints}
    endpoints += [it for it in brought.values() if (it["method"], it["path"]) not in routes]
    with TemporaryDirectory() as temporary:
        project = generate(Path(temporary, "service"), endpoints=endpoints, **answers)
        prepare_files(project, endpoints)
        prepare_application(project, examples)
        with upstream() as address:
            settings = {**SETTINGS, "APP_UPSTREAM_URL": address}
            with serve(project, *SERVER, settings=settings) as port:
                yield project, port


class Upstream(BaseHTTPRequestHandler):
    """A service behind the one that is recorded."""

    def do_GET(self) -> None:
        """Answer with a short file, or with nothing."""
        found = self.path in ("/report", "/yearly")
        self.send_response_only(200 if found else 404)
        content = b"0123456789" if found else b""
        self.send_header("Content-Type", "application/pdf")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"1"')
        self.send_header("Set-Cookie", "of=another-site")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def upstream() -> Iterator[str]:
    """Serve what `proxy-stream` passes on, and yield the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def prepare_application(project: Project, examples: Examples) -> None:
    """Write the module that is served: the application, and what some exchanges replace in it."""
    given = {
        (endpoint["name"], function): value
        for pattern, endpoint in examples
        for request in exchanges(pattern, endpoint)
        for function, value in request.get("given", {}).items()
    }
    overrides = [
        OVERRIDE.format(module=module, function=function, value=value)
        for (module, function), value in given.items()
    ]
    source = ["from fastapi import Request\n\nfrom app.main import app\n", *overrides]
    for pattern, _ in examples:
        replaces = folder(pattern) / "replace.py"
        if replaces.is_file():
            module = f"replace_{pattern.id.replace('-', '_')}"
            shutil.copy(replaces, project.folder / f"{module}.py")
            source.append(f"import {module}\n")
    Path(project.folder, "recorded.py").write_text("".join(source), encoding="utf-8")


def record() -> dict[Path, str]:
    """Return the recorded files of all patterns, by their path in the repository."""
    patterns = load().patterns.values()
    inside = [(it, example_endpoint(it)) for it in patterns if it.family != "app"]
    found: dict[Path, str] = {}
    with served(inside, application=[]) as (project, port):
        for pattern, endpoint in inside:
            modules = {"endpoint.py": f"app/endpoints/{endpoint['name']}.py"}
            if "cookie" in load().data["patterns"][pattern.id]:
                [checked] = check({"endpoints": [endpoint]})
                [slug] = {it.slug for it in checked.cookies if it.pattern == pattern}
                modules["cookie.py"] = f"app/cookies/{slug}.py"
            found |= recorded(pattern, modules, project, port)
    for pattern in load().family("app"):
        around = [(pattern, example_endpoint(pattern))]
        with served(around, application=[pattern.id]) as (project, port):
            found |= recorded(pattern, {"middleware.py": "app/middleware.py"}, project, port)
    return found


def recorded(
    pattern: Pattern, modules: Mapping[str, str], project: Project, port: int
) -> dict[Path, str]:
    """Return the recorded files of one pattern."""
    client = Client(port)
    requests = exchanges(pattern, example_endpoint(pattern))
    wire = "\n\n".join(client.record(request).rstrip("\n") for request in requests) + "\n"
    files = {name: Path(project.folder, path).read_text("utf-8") for name, path in modules.items()}
    example = folder(pattern) / "example"
    return {example / name: text for name, text in {**files, "wire.http": wire}.items()}


def _brings(pattern: Pattern) -> list[dict[str, Any]]:
    brings: list[dict[str, Any]] = read_yaml(folder(pattern) / "pattern.yml").get("brings", [])
    return brings


def main() -> int:
    """Write the recorded files, and say which of them are new."""
    files = record()
    for path in template_root().glob("patterns/*/*/example"):
        shutil.rmtree(path)
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(files)} files are recorded; `git diff` shows what has changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
