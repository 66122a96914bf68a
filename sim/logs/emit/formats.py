"""The wrappers that services put around events: how rows become the lines of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from sim.logs.row import Line

from .events import Event, cli, v1, v2

Rows = Sequence[Line]
_encode = msgspec.json.encode
_OTLP_BATCH, _WEBHOOK_BATCH = 400, 128
"""Events that the platform puts into one request."""
DEPLOYMENT = {
    "deployment_name": "simulated-deployment-1",
    "deployment_type": "prod",
    "deployment_ref": None,
    "project_name": "simulated",
    "project_slug": "simulated",
    "deployment_region": None,
}


def _v2(rows: Rows) -> Iterator[Event]:
    return map(v2, rows)


def _webhook(rows: Rows) -> Iterator[bytes]:
    for event in _v2(rows):
        yield _encode({**event, "convex": DEPLOYMENT})


def _webhook_arrays(rows: Rows) -> Iterator[bytes]:
    for first in range(0, len(rows), _WEBHOOK_BATCH):
        batch = rows[first : first + _WEBHOOK_BATCH]
        yield _encode([{**event, "convex": DEPLOYMENT} for event in _v2(batch)])


def _axiom(rows: Rows) -> Iterator[bytes]:
    for event in _v2(rows):
        yield _encode(
            {"_time": event["timestamp"], "data": event, "attributes": {}, "convex": DEPLOYMENT}
        )


def _axiom_flat(rows: Rows) -> Iterator[bytes]:
    for event in _v2(rows):
        whole = {"_time": event["timestamp"], "data": event, "convex": DEPLOYMENT}
        yield _encode(dict(flat(whole)))


def _datadog(rows: Rows) -> Iterator[bytes]:
    about = {"ddsource": "convex", "ddtags": "", "hostname": DEPLOYMENT["deployment_name"],
             "service": None}  # fmt: skip
    for event in _v2(rows):
        yield _encode({**about, **event, "convex": DEPLOYMENT})


def _posthog(rows: Rows) -> Iterator[bytes]:
    name = DEPLOYMENT["deployment_name"]
    resource = {"attributes": [_attribute("service.name", name),
                               _attribute("convex.deployment.name", name),
                               _attribute("convex.deployment.type", "prod")]}  # fmt: skip
    for first in range(0, len(rows), _OTLP_BATCH):
        records = [_record(event) for event in _v2(rows[first : first + _OTLP_BATCH])]
        scope = {"scope": {"name": "convex"}, "logRecords": records}
        yield _encode({"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]})


def _self_hosted(rows: Rows) -> Iterator[bytes]:
    for event in _v2(rows):
        yield _encode(event)


def _v1(rows: Rows) -> Iterator[bytes]:
    """As Axiom gets them: webhooks have no version 1."""
    for row in rows:
        event = v1(row)
        if event is not None:
            yield _encode(
                {"_time": row.at // 1000, "data": event, "attributes": {}, "convex": DEPLOYMENT}
            )


def _cli(rows: Rows) -> Iterator[bytes]:
    for row in rows:
        entry = cli(row)
        if entry is not None:
            yield _encode(entry)


FORMATS: dict[str, Callable[[Rows], Iterator[bytes]]] = {
    "webhook": _webhook,
    "webhook-arrays": _webhook_arrays,
    "axiom": _axiom,
    "axiom-flat": _axiom_flat,
    "datadog": _datadog,
    "posthog": _posthog,
    "self-hosted": _self_hosted,
    "v1": _v1,
    "cli": _cli,
}
"""Name of a format → rows as lines, without their ends."""


def _attribute(key: str, text: Any) -> Event:
    return {"key": key, "value": {"stringValue": text}}


def _record(event: Event) -> Event:
    # The platform has another name for this topic here.
    topic = "deployment_audit_log" if event["topic"] == "audit_log" else event["topic"]
    attributes = [_attribute("convex.topic", topic)]
    if "function" in event:
        attributes += [_attribute("convex.function.path", event["function"]["path"]),
                       _attribute("convex.function.type", event["function"]["type"])]  # fmt: skip
    failed = event.get("status") == "failure"
    return {
        "timeUnixNano": str(event["timestamp"] * 1_000_000),
        "severityText": "ERROR" if failed else "INFO",
        "severityNumber": 17 if failed else 9,
        "body": {"stringValue": _encode(event).decode()},
        "attributes": attributes,
    }


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of an object by their dotted paths; what is empty is left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{path}.{key}" if path else key)
    elif value is not None:
        yield path, value
