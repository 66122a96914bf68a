"""The report of a run held against logs: figures side by side, then what makes the difference."""

from __future__ import annotations

from sim.experiments.observed import Prediction, Way
from sim.numbers import amount, cell, percent, seconds, signed, times, titled

from .blocks import Block, Heading, TableBlock, Text

SHOWN = 20
_HOW = {"cron": "by a cron", "scheduler": "scheduled", "client": "by clients",
        "unknown": "not logged why"}  # fmt: skip


def predict_report(prediction: Prediction) -> list[Block]:
    """The blocks of the report."""
    logs, predicted = prediction.logs.result, prediction.predicted
    rows = []
    for metric in prediction.metrics():
        observed, expected = metric.values
        rows.append([
            titled(metric.name, metric.unit), cell(observed, metric.unit),
            cell(expected, metric.unit), signed(expected - observed, metric.unit),
            times(expected, observed),
        ])  # fmt: skip
    return [
        Heading(f"{predicted.scenario.name} held against {logs.scenario.name}"),
        Text(
            f"Observed: {amount(logs.calls.per_day)} calls a day over "
            f"{seconds(logs.scenario.horizon_s)}. Predicted: {amount(predicted.calls.per_day)} "
            f"over {seconds(predicted.scenario.horizon_s)}. {_fit(prediction)}"
        ),
        TableBlock(
            "Side by side", ["metric", "observed", "predicted", "difference", "ratio"], rows
        ),
        _ways(prediction),
    ]


def _fit(prediction: Prediction) -> str:
    """How much of the calls is predicted for the right function and reason."""
    whole = sum(way.observed for way in prediction.ways)
    met = sum(min(way.observed, way.predicted) for way in prediction.ways)
    if not whole:
        return ""
    return (
        f"{percent(met / whole)} of the observed calls are predicted, for the right function and "
        "reason."
    )


def _ways(prediction: Prediction) -> TableBlock:
    rows = [
        [way.function, _how(way), amount(way.observed), amount(way.predicted),
         signed(way.difference)]
        for way in prediction.ways[:SHOWN]
    ]  # fmt: skip
    columns = ["function", "how it is called", "observed/day", "predicted/day", "difference"]
    return TableBlock("What makes the difference", columns, rows, labels=2)


def _how(way: Way) -> str:
    if way.trigger == "action":
        return f"in {way.caller}"
    return _HOW.get(way.trigger, way.trigger)
