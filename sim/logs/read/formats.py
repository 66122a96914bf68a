"""The formats that are read: how each is recognised, decoded and turned into columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import msgspec

from .columns import Part
from .extract import of_cli, of_v1, of_v2
from .wire import V1, V2, Archived, AxiomV1, AxiomV2, Cli, Deployment, Otlp


@dataclass(frozen=True, slots=True)
class Format:
    """One format: what a line decodes to, and how the rows are got out of it."""

    name: str
    title: str
    """What a reader calls it."""
    line: Any
    """The type that one line has."""
    rows: Callable[[Sequence[Any]], Sequence[Any]]
    """Decoded lines → events."""
    extract: Callable[[Sequence[Any]], Part]
    flat: bool = False
    """Whether its keys are dotted paths, which are nested before anything else."""


def _same(lines: Sequence[Any]) -> Sequence[Any]:
    return lines


def _chained(lines: Sequence[Any]) -> Sequence[Any]:
    return list(chain.from_iterable(lines))


def _unwrapped(lines: Sequence[Any]) -> Sequence[Any]:
    for line in lines:
        line.data.convex = line.convex
    return [line.data for line in lines]


_ERRORS = ("emerg", "alert", "crit", "err")
"""How Datadog's names of a status begin that ``failure`` may have become."""


def _attributes(lines: Sequence[Archived]) -> Sequence[V2]:
    """The events in an archive, with what Datadog may have taken out of them put back."""
    for line in lines:
        event = line.attributes
        if event.timestamp < 0:
            event.timestamp = since_1970(line.date)
        if not event.status:
            event.status = "failure" if line.status.lower().startswith(_ERRORS) else "success"
    return [line.attributes for line in lines]


def since_1970(date: str) -> float:
    """ms; -1 for what is no date."""
    try:
        time = datetime.fromisoformat(date)
    except ValueError:
        return -1
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000


_BODY = msgspec.json.Decoder(V2)


def _bodies(requests: Sequence[Otlp]) -> Sequence[V2]:
    """The events in OTLP requests: the text of each record is one."""
    events = []
    for request in requests:
        for logs in request.resource_logs:
            names = [each.value.string_value for each in logs.resource.attributes
                     if each.key == "convex.deployment.name"]  # fmt: skip
            deployment = Deployment(names[0]) if names else None
            for record in chain.from_iterable(scope.log_records for scope in logs.scope_logs):
                event = _BODY.decode(record.body.string_value)
                event.convex = deployment
                events.append(event)
    return events


FORMATS = {
    each.name: each
    for each in (
        Format("webhook", "log stream V2, webhook", V2, _same, of_v2),
        Format("webhook-arrays", "log stream V2, webhook (arrays)", list[V2], _chained, of_v2),
        Format("datadog", "log stream V2, Datadog", V2, _same, of_v2),
        Format("datadog-archive", "log stream V2, Datadog archive", Archived, _attributes, of_v2),
        Format("datadog-export", "log stream V2, Datadog export", V2, _same, of_v2),
        Format("posthog-export", "log stream V2, PostHog export", V2, _same, of_v2),
        Format("self-hosted", "log stream V2, self-hosted file", V2, _same, of_v2),
        Format("axiom", "log stream V2, Axiom", AxiomV2, _unwrapped, of_v2),
        Format("axiom-flat", "log stream V2, Axiom export", AxiomV2, _unwrapped, of_v2, flat=True),
        Format("posthog", "log stream V2, PostHog (OTLP)", Otlp, _bodies, of_v2),
        Format("v1", "log stream V1", V1, _same, of_v1),
        Format("axiom-v1", "log stream V1, Axiom", AxiomV1, _unwrapped, of_v1),
        Format("axiom-flat-v1", "log stream V1, Axiom export", AxiomV1, _unwrapped, of_v1,
               flat=True),
        Format("cli", "npx convex logs --jsonl", Cli, _same, of_cli),
    )
}  # fmt: skip
ARE_ONE = ({"webhook", "webhook-arrays", "self-hosted"},)
"""Formats that may follow each other in one file: they differ in the wrapper of some rows only."""


def recognised(row: object) -> str:
    """The name of the format that a decoded line has; empty if it has none."""
    if isinstance(row, list):
        return "webhook-arrays" if row and recognised(row[0]) in ARE_ONE[0] else ""
    if not isinstance(row, dict):
        return ""
    if "resourceLogs" in row:
        return "posthog"
    if row.get("kind") in ("Completion", "Progress") and "identifier" in row:
        return "cli"
    data = row.get("data")
    attributes = row.get("attributes")
    if not isinstance(data, dict) and isinstance(attributes, dict) and "date" in row:
        event = {"timestamp": row["date"], **attributes}
        return _by_topic(event, "datadog-archive", "")
    if isinstance(data, dict):
        return _by_topic(data, "axiom", "axiom-v1")
    if "data.topic" in row or "data._topic" in row:
        return "axiom-flat" if "data.topic" in row else "axiom-flat-v1"
    v2 = "datadog" if row.get("ddsource") == "convex" else (
        "webhook" if isinstance(row.get("convex"), dict) else "self-hosted"
    )  # fmt: skip
    return _by_topic(row, v2, "v1")


def _by_topic(event: dict[str, Any], v2: str, v1: str) -> str:
    if isinstance(event.get("topic"), str) and "timestamp" in event:
        return v2
    return v1 if isinstance(event.get("_topic"), str) else ""


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """An object whose keys are dotted paths, as objects in objects; what is empty is left out."""
    whole: dict[str, Any] = {}
    for path, value in flat.items():
        if value is None or value == "":
            continue
        *outer, last = path.split(".")
        inside: Any = whole
        for key in outer:
            inside = inside.setdefault(key, {})
            if not isinstance(inside, dict):
                break
        else:
            inside[last] = value
    return whole


def nested_lines(rows: Iterable[dict[str, Any]]) -> bytes:
    """Flat rows as lines of nested JSON."""
    return b"\n".join(msgspec.json.encode(nested(row)) for row in rows)
