"""Spans kept and sent by OTLP where `OTEL_EXPORTER_OTLP_ENDPOINT` is set, by OpenTelemetry's own variables; else nothing.

Its libraries are imported only there. What makes spans: FastAPI of requests, two instrumentations of Kafka's producer and of
MongoDB's commands, and `shared.kernel.tracing` of what is handled.
"""

import os
import threading
from collections.abc import Mapping, MutableMapping
from typing import Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
FLUSH_SECONDS = 2.0
"""Seconds that the last spans have to leave when a process stops."""
UNTRACED = ("/health", "/metrics")
"""Addresses that are asked again and again by machines."""


def wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether spans are to be kept: there is somewhere to send them to, and nothing says otherwise."""
    disabled = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    exported = environment.get("OTEL_TRACES_EXPORTER", "").strip() in ("", "otlp")
    return exported and not disabled and any(environment.get(name) for name in ENDPOINTS)


def set_up(service: str, instance: str) -> None:
    """Keep and send the spans of this process, where that is wanted. Before any connection is made."""
    if wanted():
        from shared.traces import provider

        provider.set_up(service, instance)


def end(provider: trace.TracerProvider | None = None, *, within: float = FLUSH_SECONDS) -> None:
    """Send what is left, for so many seconds at most: whoever receives it may be away. Of this process's provider by default."""
    if shutdown := getattr(provider or trace.get_tracer_provider(), "shutdown", None):
        last = threading.Thread(target=shutdown, daemon=True)
        last.start()
        last.join(within)


def of_requests() -> TelemetryConfig:
    """FastAPI's own spans, one a request. Its log lines would quote what was sent, and it would send them by itself."""
    return {
        "tracing": True, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False, "exclude": _untraced,
    }  # fmt: skip


def _untraced(scope: MutableMapping[str, Any]) -> bool:
    return str(scope["path"]).removeprefix(scope.get("root_path", "")).startswith(UNTRACED)
