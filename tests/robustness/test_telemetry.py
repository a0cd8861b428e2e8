"""Findings leave the process as OpenTelemetry and Sentry collect them, over their own transports on loopback."""

from __future__ import annotations

import gzip
import json
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import reload
from typing import Any

import pytest

from django_querywatch.records import Report
from tests.reporters.values import finding, frame


def report_of(**facts: Any) -> Report:
    found = finding(location=frame("/srv/shop/views.py", 9, "orders"), tables=("shop_order",), **facts)
    return Report(
        findings=(found,), query_count=51, avoidable=50, name="GET /orders/", route="orders/<int:pk>/"
    )


class Collector(BaseHTTPRequestHandler):
    """Keeps the body of each request."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.received.append((self.path, body))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        server.received = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def telemetry() -> Any:
    """The reporter, and where its spans and metrics can be read; providers are set once a process."""
    pytest.importorskip("opentelemetry.sdk", reason="pip install 'django-querywatch[robustness]'")
    from opentelemetry import metrics, trace
    from opentelemetry.exporter.prometheus import PrometheusMetricReader
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    class Telemetry:
        spans = InMemorySpanExporter()
        reader = InMemoryMetricReader()
        provider = TracerProvider()

    trace.set_tracer_provider(Telemetry.provider)
    trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(Telemetry.spans))  # type: ignore[attr-defined]
    metrics.set_meter_provider(MeterProvider([Telemetry.reader, PrometheusMetricReader()]))
    from django_querywatch.reporters import otel

    Telemetry.reporter = reload(otel)  # type: ignore[attr-defined]
    Telemetry.tracer = trace.get_tracer("test")  # type: ignore[attr-defined]
    return Telemetry


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    if "telemetry" in request.fixturenames:
        telemetry = request.getfixturevalue("telemetry")
        telemetry.spans.clear()
        telemetry.reporter._repeats = telemetry.reporter.Repeats()


def span_of(telemetry: Any, *reports: Report) -> Any:
    with telemetry.tracer.start_as_current_span("GET orders"):
        for report in reports:
            telemetry.reporter.report(report)
    return telemetry.spans.get_finished_spans()[-1]


def points(telemetry: Any) -> dict[str, dict[Any, int]]:
    read = telemetry.reader.get_metrics_data()
    data = json.loads(read.to_json()) if read is not None else {"resource_metrics": []}
    return {
        metric["name"]: {
            tuple(sorted(point["attributes"].items())): point["value"]
            for point in metric["data"]["data_points"]
        }
        for resource in data["resource_metrics"]
        for scope in resource["scope_metrics"]
        for metric in scope["metrics"]
    }


def test_a_finding_is_an_event_of_the_requests_span(telemetry: Any) -> None:
    span = span_of(telemetry, report_of())
    assert span.attributes["querywatch.queries"] == 51
    assert span.attributes["querywatch.avoidable_queries"] == 50
    (event,) = span.events
    told = event.attributes
    assert event.name == "querywatch.finding"
    assert told["querywatch.relation"] == "shop.Order.user"
    assert told["querywatch.fix"] == 'Order.objects.select_related("user")'
    assert (told["code.file.path"], told["code.line.number"]) == ("/srv/shop/views.py", 9)
    assert told["db.query.summary"] == "SELECT shop_order"
    assert "db.query.text" in told


def test_metrics_count_by_route(telemetry: Any) -> None:
    before = points(telemetry)
    telemetry.reporter.report(report_of())
    route = (("http.route", "orders/<int:pk>/"),)
    kind = (*route, ("querywatch.kind", "n_plus_one"))
    now = points(telemetry)
    assert now["querywatch.queries"][route] - before.get("querywatch.queries", {}).get(route, 0) == 51
    assert now["querywatch.findings"][kind] - before.get("querywatch.findings", {}).get(kind, 0) == 1
    name = "querywatch.avoidable_queries"
    assert now[name][route] - before.get(name, {}).get(route, 0) == 50


def test_prometheus_scrapes_the_same_metrics(telemetry: Any) -> None:
    from prometheus_client import start_http_server

    telemetry.reporter.report(report_of())
    server, thread = start_http_server(0, addr="127.0.0.1")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10) as response:
            lines = response.read().decode().splitlines()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    counted = points(telemetry)
    route = (("http.route", "orders/<int:pk>/"),)
    kind = (*route, ("querywatch.kind", "n_plus_one"))
    for name, labels in (("queries", route), ("avoidable_queries", route), ("findings", kind)):
        assert _scraped(lines, f"querywatch_{name}_total") == counted[f"querywatch.{name}"][labels]


def _scraped(lines: list[str], name: str) -> float:
    (line,) = [line for line in lines if line.startswith(f"{name}{{") and "orders/<int:pk>/" in line]
    return float(line.rpartition(" ")[2])


def test_a_thousand_requests_tell_a_finding_four_times(telemetry: Any) -> None:
    span = span_of(telemetry, *[report_of() for _ in range(1_000)])
    assert [event.attributes["querywatch.requests"] for event in span.events] == [1, 10, 100, 1_000]


def test_without_a_span_there_are_metrics_still(telemetry: Any) -> None:
    telemetry.reporter.report(report_of())
    assert telemetry.spans.get_finished_spans() == ()


def test_a_collector_receives_it_over_otlp(telemetry: Any, collector: HTTPServer) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    span = span_of(telemetry, report_of())
    exporter = OTLPSpanExporter(endpoint=f"http://127.0.0.1:{collector.server_port}/v1/traces")
    exporter.export([span])
    exporter.shutdown()
    ((path, body),) = collector.received  # type: ignore[attr-defined]
    assert path == "/v1/traces"
    sent = ExportTraceServiceRequest.FromString(body)
    (event,) = sent.resource_spans[0].scope_spans[0].spans[0].events
    told = {pair.key: pair.value for pair in event.attributes}
    assert told["code.line.number"].int_value == 9
    assert told["querywatch.relation"].string_value == "shop.Order.user"


@pytest.fixture
def sentry(collector: HTTPServer) -> Iterator[Any]:
    sentry_sdk = pytest.importorskip("sentry_sdk", reason="pip install 'django-querywatch[robustness]'")
    from django_querywatch.reporters import sentry as reporter

    reporter._repeats = reporter.Repeats()
    sentry_sdk.init(f"http://key@127.0.0.1:{collector.server_port}/1", default_integrations=False)
    yield reporter
    sentry_sdk.get_client().close(timeout=5)
    sentry_sdk.init()


def events(collector: HTTPServer) -> list[dict[str, Any]]:
    import sentry_sdk

    sentry_sdk.flush(5)
    lines = [line for _, body in collector.received for line in body.splitlines()]  # type: ignore[attr-defined]
    sent = [json.loads(line) for line in lines if line.startswith(b"{")]
    return [event for event in sent if event.get("logger") == "django_querywatch"]


def test_a_finding_is_an_issue_of_its_own(sentry: Any, collector: HTTPServer) -> None:
    report = report_of()
    sentry.report(report)
    (event,) = events(collector)
    assert event["fingerprint"] == ["django-querywatch", report.findings[0].id]
    assert event["level"] == "warning"
    assert "shop.Order.user fetched 50 times" in event["message"]
    assert 'fix: Order.objects.select_related("user")' in event["message"]
    assert event["tags"]["querywatch.relation"] == "shop.Order.user"
    assert event["tags"]["querywatch.route"] == "orders/<int:pk>/"


def test_a_thousand_requests_are_four_events(sentry: Any, collector: HTTPServer) -> None:
    for _ in range(1_000):
        sentry.report(report_of())
    assert [event["contexts"]["querywatch"]["requests"] for event in events(collector)] == [1, 10, 100, 1_000]


@pytest.mark.parametrize("name", ["otel", "sentry"])
def test_a_missing_package_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from django_querywatch.settings_rules import RULES

    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    monkeypatch.delitem(sys.modules, f"django_querywatch.reporters.{name}", raising=False)
    problem = RULES["REPORTERS"]([f"django_querywatch.reporters.{name}.report"])
    assert problem is not None
    assert f"pip install 'django-querywatch[{name}]'" in problem
