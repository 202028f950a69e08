"""What a collector gets from a service that runs, and what the service does when there is none."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.generated.project import Project, generate
from tests.generated.server import HOST, ask, serve
from tests.generated.test_shutdown import DOCKER_KILLS_AFTER

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ENDPOINT = {
    "name": "get_post",
    "method": "GET",
    "path": "/posts/{post_id:int}",
    "query": {"token": "str"},
    "response": "json-model",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project whose requests are traced, behind another one's id."""
    folder = tmp_path_factory.mktemp("telemetry") / "service"
    return generate(folder, endpoints=[ENDPOINT], application=["request-id", "telemetry"])


Received = dict[str, list[tuple[dict[str, str], bytes]]]


@contextmanager
def collector() -> Iterator[tuple[str, Received]]:
    """Yield the address of a collector on this machine, and what it gets: headers, bodies."""
    received: Received = {}

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            received.setdefault(self.path, []).append((dict(self.headers), body))
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer((HOST, 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}", received
        finally:
            server.shutdown()
            thread.join()


def attributes(several: Any) -> dict[str, Any]:
    """Return attributes of OTLP as a mapping."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in several}


def asked(project: Project, endpoint: str) -> tuple[bytes, float]:
    """Ask a service once, with secrets, and stop it; return the status line, and for how long."""
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_HEADERS": "x-api-key=collector-key",
    }
    secrets = ("Cookie: session=s3cret", "Authorization: Bearer s3cret", "User-Agent: s3cret")
    with serve(project, "uvicorn", "app.main:app", settings=settings) as port:
        target = "GET /posts/1?token=s3cret"
        answer = ask(port, target, *secrets, f"traceparent: {PARENT}")
        stopped = time.monotonic()
    return answer.status_line, time.monotonic() - stopped


def test_collector_gets_traces_and_metrics(project: Project) -> None:
    """Before the service has ended, and nothing of what the client keeps to itself."""
    with collector() as (endpoint, received):
        assert asked(project, f"{endpoint}/")[0] == b"HTTP/1.1 200 OK"
    assert received.keys() == {"/v1/traces", "/v1/metrics"}
    for headers, body in [one for several in received.values() for one in several]:
        assert headers["x-api-key"] == "collector-key"
        assert b"s3cret" not in body
    traces = ExportTraceServiceRequest.FromString(received["/v1/traces"][0][1])
    (resource,) = traces.resource_spans
    assert attributes(resource.resource.attributes)["service.name"] == "service"
    spans = [span for scope in resource.scope_spans for span in scope.spans]
    (span,) = [one for one in spans if one.parent_span_id.hex() == PARENT[36:52]]
    assert {one.trace_id.hex() for one in spans} == {PARENT[3:35]}
    assert span.name == "GET /posts/{post_id}"
    told = attributes(span.attributes)
    assert (told["http.route"], told["url.query"]) == ("/posts/{post_id}", "REDACTED")
    assert told["http.response.status_code"] == 200
    counted = ExportMetricsServiceRequest.FromString(received["/v1/metrics"][-1][1])
    metrics = {
        metric.name: metric
        for resource in counted.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    (point,) = metrics["http.server.request.duration"].histogram.data_points
    assert point.count == 1
    assert attributes(point.attributes)["http.route"] == "/posts/{post_id}"


def test_service_does_without_its_collector(project: Project) -> None:
    """When that says nothing, the service answers, and ends before its image is killed."""
    with closing(socket.create_server((HOST, 0))) as silent:
        status, seconds = asked(project, f"http://{HOST}:{silent.getsockname()[1]}")
    assert status == b"HTTP/1.1 200 OK"
    assert seconds < DOCKER_KILLS_AFTER
