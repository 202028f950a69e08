"""Traces and metrics of every request, sent to an OpenTelemetry collector (OTLP over HTTP).

FastAPI records them by itself as soon as there is somebody to give them to: which route answered,
with which status, and how long it and its dependencies took.
"""

import time
from threading import Thread
from typing import Annotated

from anyio import to_thread
from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.addresses import HOST, PATH, address
from app.settings import Settings

PATIENCE = 5.0
"""Seconds that a service which stops waits for its collector."""

Collector = Annotated[
    SecretStr, address(rf"https?://{HOST}(?:{PATH})?", "http://collector.example:4318")
]


class TelemetrySettings(Settings):
    """Where the collector is; without it nothing is recorded.

    What else OpenTelemetry's SDK reads from the environment counts as well, such as
    `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER` and `OTEL_EXPORTER_OTLP_HEADERS`.
    """

    model_config = SettingsConfigDict(env_prefix="OTEL_EXPORTER_OTLP_")

    endpoint: Collector | None = None


class Telemetry:
    """ASGI middleware that sends what is recorded while the service runs, and the rest at its end.

    What endpoints and libraries record with `opentelemetry.trace` and `opentelemetry.metrics` goes
    the same way. When the collector is away, that is logged, and requests are answered as before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan (ASGI 3.0)."""
        endpoint = TelemetrySettings.current().endpoint if scope["type"] == "lifespan" else None
        if endpoint is None:
            await self.app(scope, receive, send)
            return
        traces, counts = providers(endpoint.get_secret_value(), scope["app"].title)
        trace.set_tracer_provider(traces)
        metrics.set_meter_provider(counts)

        async def send_last(message: Message) -> None:
            if message["type"] != "lifespan.startup.complete":
                # A server may end the process as soon as it has this message.
                await to_thread.run_sync(send_what_is_left, traces, counts)
            await send(message)

        await self.app(scope, receive, send_last)


class WithoutQueries(SpanProcessor):
    """Takes out of spans the one thing that a client sends and FastAPI puts there.

    FastAPI hides the parameters that it knows to be secret: not `token`, `code` or `api_key`.
    """

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Hide the query."""
        if "url.query" in (span.attributes or {}):
            span.set_attribute("url.query", "REDACTED")


def providers(endpoint: str, service_name: str) -> tuple[TracerProvider, MeterProvider]:
    """Return what sends spans and metrics to a collector, under the name of this service."""
    named = Resource.create({"service.name": service_name})
    resource = named.merge(OTELResourceDetector().detect())
    base = endpoint.rstrip("/")
    traces = TracerProvider(resource=resource, shutdown_on_exit=False)
    traces.add_span_processor(WithoutQueries())
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces")))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics"))
    return traces, MeterProvider([reader], resource=resource, shutdown_on_exit=False)


def send_what_is_left(*recorded: TracerProvider | MeterProvider) -> None:
    """Close providers, but leave them alone when a collector does not answer in time.

    They would try for half a minute, and their process be killed meanwhile.
    """
    closing = [Thread(target=one.shutdown, daemon=True) for one in recorded]
    deadline = time.monotonic() + PATIENCE
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join(max(0, deadline - time.monotonic()))
