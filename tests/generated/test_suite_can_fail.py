"""A generated suite goes red when a flag, a header, a status or a media type is broken."""

from pathlib import Path

import pytest

from tests.generated.project import Project, generate

ENDPOINTS = [
    {
        "name": "get_post",
        "method": "GET",
        "path": "/posts/{post_id:int}",
        "response": "json-model",
        "headers": [
            {"pattern": "cache-control", "directives": "private, no-cache"},
            {"pattern": "header-set", "name": "Post-Kind", "value": "article"},
            {"pattern": "content-language", "others": ["de"]},
            "server-timing",
        ],
        "cookies": [
            {
                "pattern": "cookie-set",
                "name": "last_viewed",
                "max_age": 86400,
                "path": "/posts",
                "samesite": "strict",
            },
            {"pattern": "cookie-read-param", "name": "theme"},
        ],
    },
    {
        "name": "put_post",
        "method": "PUT",
        "path": "/posts/{post_id:int}",
        "body": {"title": "str"},
        "response": "json-model",
        "status": "status-dynamic",
    },
    {
        "name": "vendor",
        "method": "GET",
        "path": "/vendor",
        "response": {"pattern": "json-custom-class", "media_type": "application/hal+json"},
    },
    {
        "name": "old",
        "method": "GET",
        "path": "/old",
        "response": {"pattern": "redirect", "url": "/new", "status_code": 308},
    },
    {
        "name": "report",
        "method": "GET",
        "path": "/report",
        "response": {"pattern": "file", "disposition": "inline"},
    },
    {"name": "table", "method": "GET", "path": "/table.csv", "response": "csv"},
    {"name": "big_table", "method": "GET", "path": "/big.csv", "response": "csv-stream"},
    {"name": "pdf", "method": "GET", "path": "/x.pdf", "response": "download-bytes"},
    {"name": "show_page", "method": "GET", "path": "/page", "response": "html"},
    {"name": "robots", "method": "GET", "path": "/robots.txt", "response": "plain-text"},
    {
        "name": "delete_post",
        "method": "DELETE",
        "path": "/posts/{post_id:int}",
        "status": "status-no-content",
        "cookies": [{"pattern": "cookie-delete", "name": "last_viewed"}],
    },
    {
        "name": "login",
        "method": "POST",
        "path": "/login",
        "status": "status-no-content",
        "cookies": [{"pattern": "cookie-session-host-prefix", "action": "login"}],
    },
    {
        "name": "me",
        "method": "GET",
        "path": "/me",
        "response": "json-direct",
        "headers": [{"pattern": "cache-control", "directives": "no-store"}],
        "cookies": [{"pattern": "cookie-session-host-prefix", "action": "read"}],
    },
    {"name": "lines", "method": "GET", "path": "/x.jsonl", "response": "jsonl-stream"},
    {"name": "updates", "method": "GET", "path": "/updates", "response": "sse"},
    {"name": "video", "method": "GET", "path": "/video", "response": "bytes-stream"},
    {"name": "icon", "method": "GET", "path": "/icon.png", "response": "binary-image"},
    {"name": "bundle", "method": "GET", "path": "/x.zip", "response": "zip-stream"},
    {"name": "as_xml", "method": "GET", "path": "/x.xml", "response": "xml"},
    {"name": "packed", "method": "GET", "path": "/packed", "response": "msgpack"},
    {"name": "about", "method": "GET", "path": "/about", "response": "html-template"},
    {"name": "go_on", "method": "GET", "path": "/go", "response": "redirect-safe"},
    {"name": "upload", "method": "GET", "path": "/up/{key:path}", "response": "file-safe-path"},
    {
        "name": "scripted",
        "method": "GET",
        "path": "/a",
        "response": "html",
        "headers": ["csp-nonce"],
    },
    {
        "name": "versioned",
        "method": "GET",
        "path": "/versioned",
        "response": "json-model",
        "headers": ["api-version"],
    },
    {
        "name": "limited",
        "method": "GET",
        "path": "/limited",
        "response": "json-model",
        "headers": ["rate-limit"],
    },
    {
        "name": "order",
        "method": "POST",
        "path": "/orders",
        "body": {"copies": "int"},
        "response": "json-model",
        "headers": ["idempotency-key"],
    },
    {"name": "logo", "method": "GET", "path": "/logo.png", "response": "file-conditional"},
    {"name": "made", "method": "GET", "path": "/made.pdf", "response": "file-temporary"},
    {"name": "listing", "method": "GET", "path": "/list", "response": "negotiated"},
    {"name": "passed_on", "method": "GET", "path": "/on", "response": "proxy-stream"},
    {"name": "notify", "method": "POST", "path": "/notify", "response": "background"},
    {
        "name": "fill",
        "method": "GET",
        "path": "/fill",
        "response": "json-model",
        "cookies": [{"pattern": "cookie-signed", "action": "set", "value": "two apples"}],
    },
    {
        "name": "cart",
        "method": "GET",
        "path": "/cart",
        "response": "json-model",
        "cookies": ["cookie-signed", "cookie-param-model", "cookie-on-error"],
    },
    {
        "name": "save",
        "method": "POST",
        "path": "/save",
        "response": {"pattern": "redirect", "status_code": 303},
        "cookies": [{"pattern": "cookie-flash", "action": "set"}],
    },
    {
        "name": "saved",
        "method": "GET",
        "path": "/saved",
        "response": "html",
        "cookies": ["cookie-flash"],
    },
    {
        "name": "talk",
        "method": "GET",
        "path": "/talk",
        "response": "websocket",
        "cookies": ["cookie-session-host-prefix", {"pattern": "cookie-set", "name": "talked"}],
    },
]

BREAKS = [
    ("app/cookies/last_viewed.py", "    httponly=True,\n", ""),
    ("app/cookies/last_viewed.py", "httponly=True", "httponly=False"),
    ("app/cookies/last_viewed.py", "secure=True", "secure=False"),
    ("app/cookies/last_viewed.py", 'samesite="strict"', 'samesite="lax"'),
    ("app/cookies/last_viewed.py", 'path="/posts"', 'path="/"'),
    ("app/cookies/last_viewed.py", "max_age=86_400", "max_age=86_401"),
    ("app/cookies/session.py", "httponly=True", "httponly=False"),
    ("app/cookies/session.py", 'name="__Host-session"', 'name="session"'),
    ("app/http/cookies.py", "httponly=self.httponly,", ""),
    ("app/http/cookies.py", "secure=self.secure,", ""),
    ("app/http/cookies.py", "path=self.path,", ""),
    ("app/http/caching.py", '"Cache-Control"] =', '"Pragma"] ='),
    ("app/http/csv_rows.py", 'f"\'{cell}"', "cell"),
    ("app/http/downloads.py", ' = "attachment"', ' = "inline"'),
    ("app/http/security.py", '"nosniff"', '"sniff"'),
    ("app/endpoints/get_post.py", '"private, no-cache"', '"no-cache"'),
    ("app/endpoints/get_post.py", '"Post-Kind"', '"Post-Type"'),
    ("app/endpoints/get_post.py", '"article"', '"other"'),
    ("app/endpoints/get_post.py", '("en", "de")', '("en",)'),
    ("app/endpoints/get_post.py", '"/posts/{post_id}"', '"/post/{post_id}"'),
    ("app/endpoints/get_post.py", "post_id: int", "post_id: str"),
    ("app/endpoints/get_post.py", 'timings.mark("endpoint")', "pass"),
    ("app/endpoints/get_post.py", "    last_viewed_cookie.set(", "    str("),
    ("app/endpoints/get_post.py", "        last_viewed_cookie,\n", ""),
    ("app/endpoints/get_post.py", "        cache_control,\n", ""),
    ("app/endpoints/get_post.py", 'alias="theme"', 'alias="thema"'),
    ("app/endpoints/get_post.py", "max_length=64", "max_length=65"),
    ("app/endpoints/put_post.py", "status_code=201", "status_code=202"),
    ("app/endpoints/put_post.py", "201 if created else 200", "201"),
    ("app/endpoints/put_post.py", "201 if created else 200", "200"),
    ("app/endpoints/vendor.py", '= "application/hal+json"', '= "application/json"'),
    ("app/endpoints/vendor.py", "indent=2", "indent=4"),
    ("app/endpoints/old.py", "status_code=308", "status_code=307"),
    ("app/endpoints/old.py", '"/new"', '"/newer"'),
    ("app/endpoints/report.py", 'disposition="inline"', 'disposition="attachment"'),
    ("app/endpoints/report.py", 'media_type="application/pdf")', 'media_type="text/plain")'),
    ("app/endpoints/report.py", "    download.apply(response)\n", ""),
    ("app/endpoints/table.py", '"export.csv"', '"export.txt"'),
    ("app/endpoints/table.py", "    download.apply(response)\n", ""),
    ("app/endpoints/table.py", "response_class=CSVResponse,", ""),
    ("app/endpoints/big_table.py", "dependencies=[Depends(download)],", ""),
    ("app/endpoints/pdf.py", 'media_type="application/pdf")', 'media_type="image/png")'),
    ("app/endpoints/show_page.py", "escape(title)", "title + ''"),
    ("app/endpoints/show_page.py", "response_class=HTMLResponse", ""),
    ("app/endpoints/robots.py", "response_class=PlainTextResponse", ""),
    ("app/endpoints/delete_post.py", "status_code=204", "status_code=200"),
    ("app/endpoints/delete_post.py", "last_viewed_cookie.delete(response)", "pass"),
    ("app/endpoints/me.py", "session.user", "str"),
    ("app/endpoints/login.py", "Depends(authenticated)", "Depends(lambda: 'ana')"),
    ("app/main.py", "outermost=middleware", "outermost=()"),
    ("app/endpoints/lines.py", "AsyncIterable[Item]", "AsyncIterable[object]"),
    ("app/endpoints/lines.py", "range(2)", "range(1)"),
    ("app/endpoints/updates.py", "seen_until + 1", "1"),
    ("app/endpoints/updates.py", "LATEST + 1", "LATEST"),
    ("app/endpoints/updates.py", "last_event_id > LATEST", "False"),
    ("app/endpoints/updates.py", "last_event_id > LATEST", "last_event_id >= LATEST"),
    ("app/endpoints/updates.py", "HTTPException(409", "HTTPException(404"),
    ("app/endpoints/updates.py", "ge=0", "ge=-1"),
    ("app/endpoints/updates.py", "retry=3_000", "retry=3"),
    ("app/endpoints/updates.py", 'event="update", ', ""),
    ("app/endpoints/updates.py", "id=str(event_number), ", ""),
    ("app/endpoints/updates.py", "data=payload", "data=str(payload)"),
    ("app/endpoints/updates.py", "response_class=EventSourceResponse,", ""),
    ("app/endpoints/updates.py", "documented_events(model=Item)", "{}"),
    ("app/endpoints/updates.py", "**UNKNOWN_EVENT,", ""),
    ("app/endpoints/video.py", 'media_type = "application/octet-stream"', 'media_type = "a/b"'),
    ("app/endpoints/video.py", "file_chunks(opened())", "opened()"),
    ("app/endpoints/video.py", "response_class=BytesStreamingResponse,", ""),
    ("app/endpoints/icon.py", "    image_headers.apply(response)\n", ""),
    ("app/endpoints/icon.py", 'media_type="image/png")', 'media_type="image/gif")'),
    ("app/endpoints/icon.py", '"89504e', '"89504f'),
    ("app/endpoints/bundle.py", '"export.zip"', '"export"'),
    ("app/endpoints/bundle.py", "compressed=True", "compressed=False"),
    ("app/endpoints/bundle.py", "dependencies=[Depends(download)],", ""),
    ("app/endpoints/bundle.py", "response_class=ZipStreamingResponse,", ""),
    ("app/endpoints/as_xml.py", 'root = "item"', 'root = "thing"'),
    ("app/endpoints/as_xml.py", '"name": "item"', '"name": "thing"'),
    ("app/endpoints/as_xml.py", ", response_class=ItemXMLResponse", ""),
    ("app/endpoints/packed.py", ", response_class=MessagePackResponse", ""),
    ("app/endpoints/about.py", '{"title": TITLE}', '{"title": ""}'),
    ("app/endpoints/about.py", '"about.html"', '"_layout.html"'),
    ("app/endpoints/about.py", ", response_class=HTMLResponse", ""),
    ("app/templates/about.html", "{{ title }}", "{{ title | safe }}"),
    ("app/templates/_layout.html", "{{ title }}", "{{ title | safe }}"),
    ("app/endpoints/go_on.py", 'alias="next"', 'alias="target"'),
    ("app/endpoints/go_on.py", 'local_target(requested_target, "/")', 'requested_target or "/"'),
    ("app/endpoints/go_on.py", 'requested_target, "/"', 'requested_target, "/a"'),
    ("app/endpoints/go_on.py", "status_code=303", "status_code=302"),
    ("app/endpoints/upload.py", "stored_file(key)", "__import__('pathlib').Path('/', key)"),
    ("app/endpoints/upload.py", ", headers=headers", ""),
    ("app/endpoints/upload.py", "attachment.headers(path.name)", "attachment.headers(key)"),
    ("app/endpoints/logo.py", "    conditions.end_if_unchanged(response)\n", ""),
    ("app/endpoints/logo.py", ", stat_result=path.stat()", ""),
    ("app/endpoints/logo.py", 'disposition="inline"', 'disposition="attachment"'),
    ("app/endpoints/logo.py", "documented_conditional_file(", "documented_file("),
    ("app/endpoints/made.py", "written(folder)", "written(Path('.'))"),
    ("app/endpoints/made.py", 'disposition="attachment"', 'disposition="inline"'),
    ("app/endpoints/made.py", 'media_type="application/pdf")', 'media_type="image/png")'),
    ("app/endpoints/made.py", "    download.apply(response)\n", ""),
    ("app/http/temporary_files.py", "TemporaryDirectory() as folder", "open('made') as folder"),
    ("app/http/temporary_files.py", "status != 404", "True"),
    (
        "app/endpoints/listing.py",
        '"application/json", "text/csv"',
        '"text/csv", "application/json"',
    ),
    ("app/endpoints/listing.py", ', "text/html"', ""),
    ("app/endpoints/listing.py", "(media_type, [item])", '("application/json", [item])'),
    ("app/http/negotiation.py", 'headers={"Vary": "Accept"})\n        return', ")\n        return"),
    ("app/http/negotiation.py", 'headers={"Vary": "Accept"}\n', ""),
    ("app/http/negotiation.py", "escape(str(cell))", "str(cell)"),
    ("app/http/negotiation.py", "HTTPException(406", "HTTPException(400"),
    ("app/endpoints/notify.py", "status_code=202", "status_code=200"),
    ("app/endpoints/notify.py", "tasks.add_task(afterwards)", "await afterwards()"),
    ("app/endpoints/notify.py", "    tasks.add_task(afterwards)\n", ""),
    ("app/endpoints/versioned.py", "    api_version.apply(response, version)\n", ""),
    ("app/endpoints/versioned.py", '"2025-01-01", "2026-06-01"', '"2026-06-01", "2025-01-01"'),
    ("app/endpoints/versioned.py", ', "2026-06-01"', ""),
    ("app/endpoints/versioned.py", "**UNSUPPORTED_VERSION", "**{}"),
    ("app/http/versions.py", "HTTPException(400", "HTTPException(406"),
    ("app/http/versions.py", 'add_vary_header("API-Version")', 'add_vary_header("Accept")'),
    ("app/endpoints/limited.py", "quota=100", "quota=99"),
    ("app/endpoints/limited.py", "window=60", "window=58"),
    ("app/endpoints/limited.py", "    rate_limit.apply(response, usage)\n", ""),
    ("app/endpoints/limited.py", "**TOO_MANY_REQUESTS", "**{}"),
    ("app/http/rate_limits.py", "HTTPException(429", "HTTPException(503"),
    ("app/http/rate_limits.py", '"Retry-After": str(usage.reset)', '"Retry-After": "0"'),
    ("app/http/rate_limits.py", '"RateLimit-Policy": f', '"RateLimit-Limit": f'),
    ("app/http/rate_limits.py", '"Cache-Control": "no-store"', '"Cache-Control": "private"'),
    ("app/http/rate_limits.py", "(address, 64)", "(address, 128)"),
    ("app/http/rate_limits.py", "mapped or ip_network", "ip_network"),
    ("app/http/rate_limits.py", 'f"user:{user}"', 'f"client:{user}"'),
    ("app/endpoints/order.py", "dependencies=[Depends(idempotency)],", ""),
    ("app/endpoints/order.py", "**REPEATED", "**{}"),
    ("app/endpoints/order.py", "documented(200, idempotency)", "{}"),
    ("app/middleware.py", "    Middleware(KeepAnswers),\n", ""),
    ("app/http/idempotency.py", "HTTPException(400", "HTTPException(422"),
    ("app/http/idempotency.py", "HTTPException(422", "HTTPException(409"),
    ("app/http/idempotency.py", "HTTPException(409", "HTTPException(422"),
    ("app/http/idempotency.py", 'if name != b"set-cookie"', ""),
    ("app/http/idempotency.py", '(b"idempotent-replayed", b"true")', ""),
    ("app/http/idempotency.py", '["status"] < 400', '["status"] < 600'),
    ("app/http/idempotency.py", '"authorization")', '"accept")'),
    ("app/http/idempotency.py", 'startswith("__")', 'startswith("_a")'),
    ("app/http/idempotency.py", "request.url.path, (", "("),
    ("app/http/idempotency.py", ".strip('\"')", ""),
    ("app/http/idempotency.py", "store.add(name, pending", "store.set(name, pending"),
    ("app/endpoints/scripted.py", "content_security_policy.apply(response, nonce)", "pass"),
    ("app/endpoints/scripted.py", "default-src 'self'", "default-src *"),
    ("app/endpoints/scripted.py", "script-src 'nonce'", "script-src 'unsafe-inline'"),
    ("app/endpoints/scripted.py", "page(TITLE, nonce)", "page(TITLE, 'guessed')"),
    ("app/endpoints/scripted.py", '<script nonce="{nonce}">', "<script>"),
    ("app/endpoints/scripted.py", '<style nonce="{nonce}">', "<style>"),
    ("app/endpoints/scripted.py", "documented(200, content_security_policy)", "{}"),
    ("app/http/content_security.py", '"Content-Security-Policy"', '"X-CSP"'),
    ("app/http/content_security.py", '"no-store"', '"private"'),
    ("app/http/content_security.py", "token_urlsafe(16)", "token_urlsafe(2)"),
    ("app/middleware.py", "    Middleware(HeadAndOptions),\n", ""),
    ("app/http/methods.py", "status_code=204", "status_code=200"),
    ("app/http/methods.py", '"Allow": allowed', '"Allows": allowed'),
    ("app/http/methods.py", 'added = {"OPTIONS", ', "added = {"),
    ("app/http/methods.py", '"spec_version": "2.3"', '"spec_version": "2.4"'),
    ("app/http/methods.py", ' if name != b"range"', ""),
    ("app/http/methods.py", '"Allow"] = allowed_methods(routed)', '"Allow"] = "GET"'),
    ("app/http/cors.py", 'options.get("allow_credentials") and ', "False and "),
    ("app/http/problems.py", '"application/problem+json"', '"application/json"'),
    ("app/http/problems.py", "status[0] in", "status in"),
    ("app/http/problems.py", 'headers["Content-Length"] =', "_ ="),
    ("app/middleware.py", "    Middleware(ProblemDetails),\n", ""),
    ("app/http/compression.py", "if self.untouched", "if False"),
    ("app/http/compression.py", "f\"W/{headers['etag']}\"", "headers['etag']"),
    ("app/http/compression.py", 'del headers["Accept-Ranges"]', "pass"),
    ("app/http/compression.py", "> 0", ">= 0"),
    ("app/middleware.py", "minimum_size=500", "minimum_size=400"),
    ("app/endpoints/passed_on.py", '"/report"', '"/reports"'),
    (
        "app/endpoints/passed_on.py",
        'stream("/report", media_type="application/pdf"',
        'stream("/report", media_type="a/b"',
    ),
    ("app/endpoints/passed_on.py", 'media_type="application/pdf")', 'media_type="image/png")'),
    ("app/http/upstream.py", '    "etag": "ETag",\n', ""),
    ("app/http/upstream.py", "HTTPException(504", "HTTPException(502"),
    ("app/http/upstream.py", '{"Accept-Encoding": "identity"}', "{}"),
    ("app/http/upstream.py", "sent != media_type", "False"),
    ("app/endpoints/get_post.py", "        NONE_UNLESS_VALID,\n", ""),
    ("app/endpoints/fill.py", "cart_signed.set(response", 'response.set_cookie("__Host-cart"'),
    ("app/endpoints/fill.py", '"two apples"', '"two pears"'),
    ("app/endpoints/fill.py", ", responses=documented(200, cart_signed)", ""),
    ("app/endpoints/cart.py", "Depends(cart_signed.value)", "Depends(lambda: None)"),
    ("app/endpoints/cart.py", "(CookieModel)", "(BaseModel)"),
    ("app/endpoints/cart.py", "theme: str", "colour: str"),
    ("app/endpoints/cart.py", "delete_cookies=[device_cookie]", "delete_cookies=[]"),
    ("app/endpoints/cart.py", "            401,", "            403,"),
    ("app/endpoints/cart.py", "dependencies=[Depends(device_accepted)],", ""),
    ("app/endpoints/cart.py", "**device_refused,", ""),
    ("app/cookies/cart.py", "max_age=2_592_000", "max_age=2_592_001"),
    ("app/cookies/cart.py", "secure=True", "secure=False"),
    ("app/endpoints/save.py", '"Saved"', '"Lost"'),
    ("app/endpoints/save.py", "status_code=303", "status_code=307"),
    ("app/endpoints/saved.py", "notice_flash.clear(response, notice_message)", "pass"),
    ("app/endpoints/saved.py", "clear(response, notice_message)", 'clear(response, "")'),
    ("app/endpoints/saved.py", "Depends(notice_flash.message)", "Depends(lambda: None)"),
    ("app/endpoints/saved.py", "documented(200, notice_flash)", "{}"),
    ("app/endpoints/talk.py", ", dependencies=[Depends(allowed_origins)]", ""),
    ("app/endpoints/talk.py", "AllowedOrigins()", 'AllowedOrigins("https://other.example")'),
    ("app/endpoints/talk.py", "Depends(session.user)", 'Depends(lambda: "ana")'),
    ("app/endpoints/talk.py", "talked_cookie.set(", "str("),
    ("app/endpoints/talk.py", "accept(websocket, response)", "websocket.accept()"),
    ("app/endpoints/talk.py", "send_text(message)", 'send_text("")'),
    ("app/http/cookie_errors.py", "*others.raw, *lines", "*lines"),
    ("app/http/cookie_errors.py", "if status_code == 401 else {}", "if False else {}"),
    ("app/http/cookie_values.py", "return None", "raise"),
    ("app/http/cookies.py", "400 * 86_400", "401 * 86_400"),
    ("app/http/cookies.py", "and cross_site)", ")"),
    ("app/http/flash.py", ', safe=""', ""),
    ("app/http/flash.py", "required=False", "required=True"),
    ("app/http/handshakes.py", 'b"set-cookie"', 'b"cookie"'),
    ("app/http/handshakes.py", "'https' if url.scheme == 'wss' else 'http'", "'https'"),
    ("app/http/signed_cookies.py", 'f"cookie {cookie.name}"', '"cookie"'),
    ("app/http/signing.py", "reversed(self.secret_keys)", "self.secret_keys"),
    ("app/http/signing.py", "salt=self.use", 'salt="use"'),
    ("app/http/signing.py", "signed, max_age, return", "signed, None, return"),
    ("app/http/signing.py", "SHORTEST_KEY = 32", "SHORTEST_KEY = 31"),
    ("app/middleware.py", "hsts_max_age=31_536_000", "hsts_max_age=60"),
    ("app/endpoints/__init__.py", "    get_post.router,\n", ""),
]

# With sessions around it, every answer may set a cookie, so nothing else is seen there.
SESSION_BREAKS = [
    ("app/http/client_sessions.py", "< 500", "< 600"),
    ("app/http/client_sessions.py", "RENEWED_AFTER = 0.1", "RENEWED_AFTER = 1.0"),
    ("app/http/client_sessions.py", 'headers.add_vary_header("Cookie")', "pass"),
    ("app/http/client_sessions.py", "json.dumps(session) != before", "session.modified"),
    ("app/middleware.py", "Middleware(ClientSessions, cookie=state_cookie)", ""),
    ("app/cookies/state.py", "max_age=1_209_600", "max_age=1_209_601"),
    ("app/cookies/state.py", "secure=True", "secure=False"),
    ("app/http/application.py", "reversed(self.outermost)", "()"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project whose suite is green."""
    folder = tmp_path_factory.mktemp("can-fail") / "service"
    project = generate(
        folder,
        endpoints=ENDPOINTS,
        application=["compressed", "cors", "head-options", "problem-details", "security-headers"],
    )
    project.test()
    return project


@pytest.fixture(scope="module")
def project_with_sessions(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return another one, without endpoints."""
    folder = tmp_path_factory.mktemp("can-fail-sessions") / "service"
    project = generate(folder, endpoints=[], application=["session-middleware"])
    project.test()
    return project


@pytest.mark.parametrize(("path", "right", "wrong"), BREAKS)
def test_suite_goes_red(project: Project, path: str, right: str, wrong: str) -> None:
    """One broken token, and at least one test of the generated project fails."""
    goes_red(project, path, right, wrong)


@pytest.mark.parametrize(("path", "right", "wrong"), SESSION_BREAKS)
def test_suite_with_sessions_goes_red(
    project_with_sessions: Project, path: str, right: str, wrong: str
) -> None:
    """The same around all endpoints."""
    goes_red(project_with_sessions, path, right, wrong)


def goes_red(project: Project, path: str, right: str, wrong: str) -> None:
    """Check that the tests beside a module see one broken token."""
    file = project.folder / path
    source = file.read_text(encoding="utf-8")
    assert right in source, "the table must break something that is there"
    file.write_text(source.replace(right, wrong, 1), encoding="utf-8")
    try:
        ran = project.run("pytest", "-q", "-x", "-p", "no:cacheprovider", *suites_for(path))
    finally:
        file.write_text(source, encoding="utf-8")
    assert ran.returncode in (1, 2, 4), ran.stdout


def suites_for(path: str) -> list[str]:
    """Return the test files beside a module, which are enough to see it break."""
    name = Path(path).stem
    if path.startswith("app/http/"):
        return [f"tests/http/test_{name}.py"]
    if path == "app/templates/_layout.html":
        return ["tests/endpoints", "tests/http/test_pages.py"]
    if path.startswith(("app/endpoints/", "app/templates/")) and name != "__init__":
        return [f"tests/endpoints/test_{name}.py"]
    return ["tests/endpoints", "tests/test_middleware.py"]
