"""`sim check` with bad budgets or options: one error, exit code 2, nothing written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.check.scenario import CALLS, sim, write

BAD = {
    "unknown metric": (
        "budgets: [{id: a, metric: cals, max: 1}]",
        "app.yaml:3:19: budgets.a.metric: unknown metric 'cals'; did you mean 'calls'?; allowed: "
        "calls, ",
    ),
    "wrong unit": (
        "budgets: [{id: a, metric: calls, max: 5MB}]",
        "app.yaml:3:34: budgets.a.max: expected a number of calls, such as 4.4M, not '5MB'",
    ),
    "negative": ("budgets: [{id: a, metric: calls, max: -1}]", "a bound cannot be negative"),
    "not a number": ("budgets: [{id: a, metric: calls, max: .nan}]", "not NaN"),
    "infinite": ("budgets: [{id: a, metric: calls, max: .inf}]", "is too large"),
    "huge": (f"budgets: [{{id: a, metric: calls, max: {10**400}}}]", "is too large"),
    "bounds nothing": ("budgets: [{id: a, metric: calls}]", "budgets.a: has no bound"),
    "crossed": ("budgets: [{id: a, metric: calls, max: 1, min: 2}]", "min (2) is above max (1)"),
    "no rate": (
        "budgets: [{id: a, metric: backlog_peak, per: day, max: 1}]",
        "backlog_peak has no rate per day; allowed: run",
    ),
    "no id": ("budgets: [{metric: calls, max: 1}]", "budgets: item 1: needs an id"),
    "an id that --set could not name": (
        "budgets: {a b: {metric: calls, max: 1}}", "budgets: an id consists of letters, digits"
    ),
    "a share in bytes": (
        "budgets: [{id: a, metric: slot_use, max: 5MB}]", "expected a share, such as 20%, not '5MB'"
    ),
    "a size without its unit": (
        "budgets: [{id: a, metric: bandwidth, max: 500}]",
        "budgets.a.max: expected a size with its unit, such as 500MB, not 500",
    ),
    "a time without its unit": (
        "budgets: [{id: a, metric: execution_time, max: '30'}]",
        "budgets.a.max: expected a duration with its unit, such as 30m, not '30'",
    ),
    "the bill of an unsaid period": (
        "budgets: [{id: a, metric: cost, max: 300}]",
        "budgets.a: cost needs `per: month`, a month at this rate, or `per: run`, the invoice",
    ),
    "a change that is no mapping": (
        "budgets: [{id: a, metric: calls, max_increase: 10%}]",
        "budgets.a.max_increase: expected a mapping with absolute, relative or both, such as "
        "{relative: 10%}, not '10%'",
    ),
    "one id twice": (
        "budgets: [{id: a, metric: calls, max: 1}, {id: a, metric: calls, max: 2}]",
        "budgets: item 2: there is another item with the id 'a'",
    ),
    "a key misspelt": (
        "budgets: [{id: a, metric: calls, maxx: 1}]",
        "budgets.a: unknown key 'maxx'; allowed: during, level, max, max_decrease",
    ),
    "an unknown function": (
        'budgets: [{id: a, metric: calls, max: 1, select: {function: "setlist:*"}}]',
        "budgets.a.select.function: unknown function 'setlist:*'; did you mean ",
    ),
    "a function of another type": (
        'budgets: [{id: a, metric: calls, max: 1, select: {function: "setlists:getByShow", '
        "type: action}}]",
        "budgets.a.select.type: no function that matches is a action",
    ),
    "an unknown cron": (
        "budgets: [{id: a, metric: cron_runs, min: 1, select: {cron: refresh}}]",
        "unknown cron 'refresh'; allowed: refresh-auto-setlists, ",
    ),
    "an unknown outcome": (
        "budgets: [{id: a, metric: outcomes.setlists_fill, min: 1}]",
        "did you mean 'setlists_filled'?",
    ),
    "a selector the metric has not": (
        "budgets: [{id: a, metric: bandwidth, max: 1MB, select: {trigger: cron}}]",
        "bandwidth cannot be selected by trigger; allowed: function, type",
    ),
    "no budgets": ("seed: 1", "app has no budgets"),
    "an alert on a level": (
        CALLS + "alerts: [{id: a, metric: cost, above: 1}]", "cost does not add up over a window"
    ),
    "a window that is no multiple": (
        CALLS + "alerts: [{id: a, metric: calls, above: 1, window: 1h, every: 7m}]",
        "the window must be a multiple of it",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_bad_budgets_exit_with_2_before_anything_is_simulated(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: str,
    message: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("sim.budgets.replications.simulate", None)
    assert sim("check", write(text + "\n"), "--format", "json=out.json") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.startswith("error: ")
    assert "Traceback" not in err
    assert sorted(os.listdir(here)) == ["app.yaml"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["--baseline", "none.json"],
            "error: none.json: there is no such file: `sim check "
            "--baseline FILE --update-baseline` writes it",
        ),
        (["--baseline", "dir"], "error: dir: is a directory, not a baseline"),
        (["--baseline", "dir", "--update-baseline"], "error: dir: is a directory"),
        (["--baseline", "empty"], "error: empty:1:1: not JSON"),
        (["--baseline", "bytes"], "error: bytes: is not a text file"),
        (["--baseline", "list.json"], "error: list.json: not a baseline: its schema is None"),
        (
            ["--baseline", "odd.json"],
            "error: odd.json: scenarios.app.metrics.calls/day: expected 1",
        ),
        (["--update-baseline"], "error: give the baseline's file: --baseline FILE"),
        (
            ["--baseline", "n.json", "--update-baseline", "--fail-fast"],
            "error: a run that was stopped",
        ),
        (["--budgets", "empty"], "error: empty: is empty"),
        (["--budgets", "none.yaml"], "error: none.yaml: there is no such file"),
        (["--budgets", "app.yaml"], "error: app.yaml:1:1: unknown key 'extends'; allowed: budgets"),
        (["--against", "none.yaml"], "error: none.yaml: there is no such file"),
        (["--format", "pdf"], "error: Invalid value for '--format': 'pdf' is not one of"),
        (["--format", "json=no/x"], "error: no/x: there is no directory no"),
        (["--format", "json=x", "--format", "md=x"], "error: two formats"),
        (["--replications", "0"], "error: Invalid value for '--replications'"),
    ],
)
def test_bad_options_exit_with_2_and_write_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], args: list[str], message: str
) -> None:
    write(CALLS)
    (here / "dir").mkdir()
    (here / "empty").write_text("")
    (here / "bytes").write_bytes(b"\xff\xfe\x00")
    (here / "list.json").write_text("[]")
    entry = {"hash": "", "version": "0.1.0", "seeds": [1], "settings": {},
             "metrics": {"calls/day": [1, 2]}}  # fmt: skip
    odd = {"schema": "sim.baseline/1", "scenarios": {"app": entry}}
    (here / "odd.json").write_text(json.dumps(odd))
    before = sorted(os.listdir(here))
    assert sim("check", "app.yaml", *args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(message), err
    assert sorted(os.listdir(here)) == before
