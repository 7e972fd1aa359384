"""Whether traces are wanted, by the standard variables of OpenTelemetry, and whether they can be made: asked before a server
starts.

Imports nothing that counts: by the first import of prometheus-client it is settled where a process keeps its figures.
"""

import os
from collections.abc import Mapping

from kb.core.errors import ConfigurationError

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


def wants_traces(environment: Mapping[str, str] | None = None) -> bool:
    """Raises ConfigurationError where they are wanted in a way in which they cannot be sent."""
    given = os.environ if environment is None else environment
    exporter = given.get("OTEL_TRACES_EXPORTER", "").strip().lower() or "otlp"
    is_off = given.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or exporter == "none"
    if is_off or not any(given.get(name, "").strip() for name in _ENDPOINTS):
        return False
    if exporter != "otlp":
        raise ConfigurationError(
            "OTEL_TRACES_EXPORTER is “%(given)s”, but traces are sent by otlp alone.",
            remedy="OTEL_TRACES_EXPORTER=otlp, or none for no traces",
            given=exporter,
        )
    protocol = next((given[name] for name in _PROTOCOLS if given.get(name)), "http/protobuf")
    if protocol != "http/protobuf":
        raise ConfigurationError(
            "Traces are to be sent by “%(given)s”, but can be sent by http/protobuf alone.",
            remedy="OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, and the port of the collector for it: 4318 as a rule",
            given=protocol,
        )
    return True


def check_traces() -> None:
    """Raises ConfigurationError where traces are wanted and cannot be made."""
    if not wants_traces():
        return
    try:
        import webapp.shared.open_telemetry  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and the packages for traces are not installed.",
            remedy="Type: .venv/bin/pip install 'kb-assist[otel]'; or leave the variable out",
        ) from error
