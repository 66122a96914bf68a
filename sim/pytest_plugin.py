"""Call budgets in a test suite: the fixture and the marker `call_budget`.

Loaded in every pytest session where the package is installed, so nothing of it is imported before
a budget is checked.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sim.budgets import CheckReport
    from sim.scenario import Scenario

_OPTIONS = (
    "budgets", "against", "baseline", "replications", "statistic", "seed", "horizon", "fail_fast",
    "app_path", "extends_path",
)  # fmt: skip
_BOUND = re.compile(r"(max|min)_(\w+?)(?:_per_(run|hour|day|month))?")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "call_budget(scenario, *overrides, **bounds): check a scenario's call budgets before the "
        'test runs, such as call_budget("app.yaml", max_calls_per_day=4.5e6)',
    )


def pytest_runtest_call(item: pytest.Item) -> None:
    """Check the budgets that a test is marked with; a broken one fails the test."""
    for mark in item.iter_markers("call_budget"):
        if not mark.args and "scenario" not in mark.kwargs:
            pytest.fail('call_budget: no scenario; expected call_budget("app.yaml", ...)',
                        pytrace=False)  # fmt: skip
        CallBudget(item.config.rootpath)(*mark.args, **mark.kwargs)


@pytest.fixture
def call_budget(pytestconfig: pytest.Config) -> CallBudget:
    """Check a scenario's budgets: ``call_budget("app.yaml", max_calls_per_day=4.5e6)``."""
    return CallBudget(pytestconfig.rootpath)


class CallBudget:
    """Simulates a scenario and fails the test if a budget is broken or cannot be judged."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __call__(
        self,
        scenario: str | Path | Scenario,
        *overrides: str,
        budgets: str | Path | None = None,
        against: str | Path | None = None,
        baseline: str | Path | None = None,
        replications: int = 1,
        statistic: str = "bound",
        seed: int | None = None,
        horizon: str | None = None,
        fail_fast: bool = False,
        app_path: Sequence[str | Path] = (),
        extends_path: Sequence[str | Path] = (),
        **bounds: float | str,
    ) -> CheckReport:
        """Check a scenario, as `sim check` does.

        Paths are looked for in the working directory, then in pytest's root. ``overrides`` are
        ``"path=value"`` texts; ``app_path`` and ``extends_path`` are folders, as `sim check` takes
        them; ``bounds`` are ``max_<metric>`` or ``min_<metric>``, with
        ``_per_day`` or another period where the metric has a rate, and an outcome's bare name is a
        metric too: ``min_setlists_filled=450``. They are added to the scenario's own budgets.
        The test fails for a keyword that is neither an option nor a bound, and for a value that an
        option does not take.
        """
        __tracebackhide__ = True
        from sim.scenario import ScenarioError

        refused = ""
        try:
            added = {name: _budget(name, value) for name, value in bounds.items()}
            report = self._check(
                scenario, overrides, added, budgets=budgets, against=against, baseline=baseline,
                how={"replications": replications, "statistic": statistic,
                     "fail_fast": fail_fast},
                given={"seed": seed, "horizon": horizon},
                paths={"app_path": app_path, "extends_path": extends_path},
            )  # fmt: skip
        except (ScenarioError, _Refused) as error:
            refused = f"call_budget: {error}"
        if refused:  # not within the handler: pytest would show both
            pytest.fail(refused, pytrace=False)
        if report.exit_code:
            pytest.fail(_table(report), pytrace=False)
        return report

    def _check(
        self, scenario: str | Path | Scenario, overrides: Sequence[str], added: dict[str, Any], *,
        budgets: str | Path | None, against: str | Path | None, baseline: str | Path | None,
        how: dict[str, Any], given: dict[str, Any], paths: dict[str, Sequence[str | Path]],
    ) -> CheckReport:  # fmt: skip
        from sim.budgets import How, check, load_baseline
        from sim.scenario import Scenario, load_budgets, load_scenario

        judged = How(**how)
        _check_options(overrides, budgets, against, baseline, given, paths)
        folders: dict[str, Any] = {
            name: [self._find(folder) for folder in own] for name, own in paths.items()
        }
        sets: list[str | tuple[str, Any]] = [
            *overrides,
            *((f"budgets.{name}", budget) for name, budget in added.items()),
        ]
        if isinstance(scenario, Scenario):
            changes = {path: value for path, value in given.items() if value is not None}
            if budgets is not None:  # below the scenario's own, as for a file
                for section, items in load_budgets(self._find(budgets)).settings.items():
                    own = getattr(scenario, section)
                    changes |= {f"{section}.{name}": item for name, item in items.items()
                                if name not in own}  # fmt: skip
            for override in sets:
                path, value = override if isinstance(override, tuple) else _pair(override)
                changes[path] = value
            loaded = scenario.with_(**changes)
        else:
            below = [] if budgets is None else [load_budgets(self._find(budgets))]
            file = self._find(_path("scenario", scenario))
            loaded = load_scenario(file, sets, below=below, **given, **folders)
        other = None if against is None else load_scenario(self._find(against), **given, **folders)
        old = None if baseline is None else load_baseline(self._find(baseline))
        return check([loaded], judged, baseline=old, against=other)

    def _find(self, file: str | Path) -> Path:
        """The file in the working directory, else in pytest's root."""
        path = Path(file)
        return path if path.exists() or not (self._root / path).exists() else self._root / path


class _Refused(Exception):
    """A keyword or a value that there is not."""


def _path(name: str, value: object) -> str | Path:
    """The path that an option was given."""
    if not isinstance(value, (str, Path)) or not str(value):
        raise _Refused(f"{name}={value!r}: expected a path")
    return value


def _check_options(
    overrides: Sequence[str], budgets: object, against: object, baseline: object,
    given: dict[str, Any], paths: dict[str, Sequence[str | Path]],
) -> None:  # fmt: skip
    """Refuse values of options that are of another kind."""
    for override in overrides:
        if not isinstance(override, str):
            raise _Refused(f"{override!r}: expected an override such as 'app.refresh.limit=20'")
    for name, value in (("budgets", budgets), ("against", against), ("baseline", baseline)):
        if value is not None:
            _path(name, value)
    seed, horizon = given["seed"], given["horizon"]
    if seed is not None and (type(seed) is not int or seed < 0):
        raise _Refused(f"seed={seed!r}: expected a whole number from 0 on")
    if horizon is not None and not isinstance(horizon, str):
        raise _Refused(f"horizon={horizon!r}: expected a time such as '3h'")
    for name, folders in paths.items():
        if isinstance(folders, (str, Path)) or not isinstance(folders, Sequence):
            raise _Refused(f"{name}={folders!r}: expected a list of folders")
        for folder in folders:
            _path(name, folder)


def _pair(override: str) -> tuple[str, Any]:
    """The path and value of a ``path=value`` text."""
    from sim.scenario import parse_override

    settings: Any = parse_override(override).settings
    path = override.partition("=")[0].strip()
    for part in path.split("."):
        settings = settings[part.strip()]
    return path, settings


def _budget(name: str, value: float | str) -> dict[str, Any]:
    """The budget that a keyword such as ``max_calls_per_day`` stands for."""
    match = _BOUND.fullmatch(name)
    if match is None:
        allowed = "max_<metric> or min_<metric>, with _per_day or another period"
        close = get_close_matches(name, _OPTIONS, n=1, cutoff=0.6)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise _Refused(f"there is no option {name!r}{hint}; bounds are {allowed}")
    from sim.metrics import METRICS, OUTCOME

    side, metric, period = match.groups()
    if metric not in METRICS:
        close = get_close_matches(metric, METRICS, n=1, cutoff=0.8)
        if close:
            raise _Refused(f"{name}: there is no metric {metric!r}; did you mean {close[0]!r}?")
        metric = OUTCOME + metric
    budget = {"metric": metric, side: value}
    return budget if period is None else {**budget, "per": period}


def _table(report: CheckReport) -> str:
    from sim.report import check_report, write_terminal

    stream = io.StringIO()
    write_terminal(check_report(report), stream)
    return stream.getvalue()
