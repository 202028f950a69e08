"""`app.http.telemetry`: what is recorded of a request, and what is not."""

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
from fastapi import WebSocket
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from starlette.middleware import Middleware

from app.http.application import Application
from app.http.telemetry import Telemetry, send_what_is_left
from app.settings import UnusableSettingsError

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

app = Application(title="Orders", outermost=[Middleware(Telemetry)])


@app.get("/orders/{number:int}")
async def order(number: int) -> int:
    """Answer with what was asked for, within a span of the endpoint's own."""
    with trace.get_tracer("own").start_as_current_span("look up"):
        return number


@app.put("/files/{path:path}")
async def file(path: str, token: str = "") -> PlainTextResponse:
    """Answer with the path and the query."""
    return PlainTextResponse(path + token)


@app.get("/failing")
async def failing() -> None:
    """Fail with a secret in the hand."""
    raise RuntimeError("s3cret")


@app.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    """Accept, and end."""
    await websocket.accept()
    await websocket.close()


Traced = Callable[[Callable[[TestClient], object]], tuple[dict[str, ReadableSpan], str]]


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> Traced:
    """Return a function that serves some requests, and returns their spans by name, and metrics."""

    def trace_with(given: TracerProvider) -> None:
        monkeypatch.setattr(trace, "get_tracer_provider", lambda: given)

    def measure_with(given: MeterProvider) -> None:
        monkeypatch.setattr(metrics, "get_meter_provider", lambda: given)

    def serve(ask: Callable[[TestClient], object]) -> tuple[dict[str, ReadableSpan], str]:
        spans, counts = InMemorySpanExporter(), InMemoryMetricReader()
        # A process has one provider of each for its life, but each test has its own.
        monkeypatch.setattr(trace, "set_tracer_provider", trace_with)
        monkeypatch.setattr(metrics, "set_meter_provider", measure_with)
        exporters = {"traces": ("OTLPSpanExporter", spans), "metrics": ("OTLPMetricExporter", None)}
        for kind, (name, exporter) in exporters.items():
            known = {f"http://collector.example:4318/v1/{kind}": exporter}  # OTLP over HTTP
            make = partial(lambda known, endpoint: known[endpoint], known)
            monkeypatch.setattr(f"app.http.telemetry.{name}", make)
        monkeypatch.setattr("app.http.telemetry.PeriodicExportingMetricReader", lambda _: counts)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example:4318")
        with TestClient(app, root_path="/api", raise_server_exceptions=False) as client:
            ask(client)
            measured = counts.get_metrics_data()
        by_name = {span.name: span for span in spans.get_finished_spans()}
        return by_name, measured.to_json() if measured else ""

    return serve


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/api/orders/1", "GET /api/orders/{number}"),
        ("GET", "/orders/2?token=a", "GET /api/orders/{number}"),
        ("PUT", "/files/a/b", "PUT /api/files/{path}"),
        ("DELETE", "/files/a/b", "DELETE /api/files/{path}"),
        ("PURGE", "/files/a/b", "HTTP /api/files/{path}"),
        ("HEAD", "/orders/1", "HEAD /api/orders/{number}"),
        ("GET", "/wp-login.php", "GET"),
    ],
)
def test_spans_are_named_by_routes(traced: Traced, method: str, path: str, name: str) -> None:
    """There are as many names as routes, with the prefix that a proxy takes off."""
    spans, _ = traced(lambda client: client.request(method, path))
    attributes = spans[name].attributes or {}
    assert attributes.get("http.route", "") == name.partition(" ")[2]


def test_nothing_that_the_client_keeps_to_itself(traced: Traced) -> None:
    """Neither a header nor the query, which the endpoint itself sees as they are."""
    answers: list[str] = []
    secrets = {"cookie": "a=s3cret", "authorization": "Bearer s3cret", "user-agent": "s3cret"}

    def ask(client: TestClient) -> None:
        answers.append(client.put("/files/a?token=s3cret", headers=secrets).text)
        with client.websocket_connect("/socket?token=s3cret", headers=secrets):
            pass

    spans, measured = traced(ask)
    assert answers == ["as3cret"]
    assert {"PUT /api/files/{path}", "WS /api/socket"} <= spans.keys()
    assert "s3cret" not in measured + "".join(span.to_json() for span in spans.values())


def test_trace_goes_on(traced: Traced) -> None:
    """From the client to the endpoint's own spans, and all of them name the service."""
    spans, measured = traced(
        lambda client: client.get("/orders/1", headers={"traceparent": PARENT})
    )
    own, span = spans["look up"], spans["GET /api/orders/{number}"]
    assert (span.kind, span.parent and span.parent.span_id) == (SpanKind.SERVER, 0xB7AD6B7169203331)
    assert own.context.trace_id == 0x0AF7651916CD43DD8448EB211C80319C
    assert own.resource.attributes["service.name"] == "Orders"
    assert '"service.name": "Orders"' in measured


@pytest.mark.parametrize(
    ("name", "value"),
    [("OTEL_SERVICE_NAME", "shop"), ("OTEL_RESOURCE_ATTRIBUTES", "service.name=shop")],
)
def test_environment_names_the_service(
    traced: Traced, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Where OpenTelemetry's own variables say so."""
    monkeypatch.setenv(name, value)
    spans, _ = traced(lambda client: client.get("/orders/1"))
    assert spans["look up"].resource.attributes["service.name"] == "shop"


def test_failure_is_one(traced: Traced) -> None:
    """Without what the exception holds, which the log has."""
    spans, measured = traced(lambda client: client.get("/failing"))
    span = spans["GET /api/failing"]
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "RuntimeError"
    assert '"error.type": "RuntimeError"' in measured
    assert "s3cret" not in span.to_json()


def test_nothing_without_a_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread is started, and no request is looked at."""
    monkeypatch.setattr("app.http.telemetry.providers", None)
    monkeypatch.setattr(trace, "get_tracer_provider", trace.ProxyTracerProvider)
    with TestClient(app) as client:
        assert client.get("/orders/1", headers={"traceparent": PARENT}).json() == 1


@pytest.mark.parametrize(
    "value", ["collector", "grpc://collector:4317", "http://a:s3cret@collector", "http://a/?b"]
)
def test_other_addresses_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Passwords too: they belong into OTEL_EXPORTER_OTLP_HEADERS."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", value)
    with pytest.raises(UnusableSettingsError, match=r"\AOTEL_EXPORTER_OTLP_ENDPOINT: "):
        TestClient(app).__enter__()


class Closing(TracerProvider):
    """Something that takes its time to end, or does not until it is let go."""

    def __init__(self, let_go: threading.Event | None = None) -> None:
        super().__init__(shutdown_on_exit=False)
        self.let_go = let_go
        self.ended = False

    def shutdown(self) -> None:
        """End, in a thread that keeps no process from ending."""
        assert threading.current_thread().daemon
        if self.let_go:
            self.let_go.wait()
        time.sleep(0.05)
        self.ended = True


def test_end_waits_for_the_collector_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """What can be sent is sent."""
    monkeypatch.setattr("app.http.telemetry.PATIENCE", 0.5)
    let_go = threading.Event()
    silent, slow = Closing(let_go), Closing()
    send_what_is_left(silent, slow)
    assert (silent.ended, slow.ended) == (False, True)
    let_go.set()
