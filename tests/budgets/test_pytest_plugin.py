"""The fixture and the marker, as a user's own test suite has them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.command import sim

SHIPPED = Path("scenarios").resolve()
LOADED = "sim.pytest_plugin"


@pytest.fixture(scope="module", autouse=True)
def all_imported() -> None:
    """Import what a check needs: a pytest inside pytest forgets the modules that it imports first.

    Imported again later, a library would be there twice, and its parts would not fit each other.
    """
    budgets = ("--budgets", "scenarios/budgets/incident-checklist.yaml")
    assert sim("check", "scenarios/fixed.yaml", "--horizon", "1m", "--quiet", *budgets) == 1


@pytest.fixture
def suite(pytester: pytest.Pytester, request: pytest.FixtureRequest) -> pytest.Pytester:
    """A user's repository: a scenario, and the plugin if the package is not installed."""
    if not request.config.pluginmanager.hasplugin("sim"):
        pytester.makeconftest(f'pytest_plugins = ["{LOADED}"]')
    for name in ("normal.yaml", "spike.yaml", "fixed.yaml"):
        shutil.copy(SHIPPED / name, pytester.path)
    (pytester.path / "app.yaml").write_text("extends: fixed.yaml\nhorizon: 10m\n")
    return pytester


def run(suite: pytest.Pytester, body: str, *args: str) -> pytest.RunResult:
    """Run a module of that text."""
    suite.makepyfile(body)
    return suite.runpytest_inprocess("--strict-markers", "-p", "no:cacheprovider", *args)


def test_a_budget_that_holds_passes_and_gives_the_report(suite: pytest.Pytester) -> None:
    result = run(suite, """
        def test_refresh_budget(call_budget):
            report = call_budget("app.yaml", max_calls_per_day=4.5e6, max_bandwidth="500MB")
            assert [check.verdict for check in report.scenarios[0].checks] == ["pass", "pass"]
    """)  # fmt: skip
    result.assert_outcomes(passed=1)


def test_a_broken_budget_fails_with_the_table_and_without_a_traceback(
    suite: pytest.Pytester,
) -> None:
    result = run(suite, """
        def test_refresh_budget(call_budget):
            call_budget("app.yaml", "traffic.organic.rate=9M/day", max_calls_per_day="4.5M")
    """)  # fmt: skip
    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    assert "app: FAIL, 1 of 1 bound broken" in text
    assert "Functions that add most to max_calls_per_day" in text
    assert "Traceback" not in text
    assert "pytest_plugin.py" not in text


def test_a_loaded_scenario_gets_the_budgets_of_a_file_too(suite: pytest.Pytester) -> None:
    (suite.path / "budgets.yaml").write_text(
        "budgets: [{id: calls, metric: calls, max: 10}, {id: bytes, metric: bandwidth, max: 1GB}]\n"
    )
    result = run(suite, """
        import sim

        def test_refresh_budget(call_budget):
            scenario = sim.Scenario.load("app.yaml", "budgets.bytes={metric: bandwidth, max: 1MB}")
            call_budget(scenario, budgets="budgets.yaml")
    """)  # fmt: skip
    result.assert_outcomes(failed=1)
    assert "FAIL, 2 of 2 bounds broken" in result.stdout.str()


def test_a_marked_test_is_not_run_when_its_budget_is_broken(suite: pytest.Pytester) -> None:
    result = run(suite, """
        import pytest

        @pytest.mark.call_budget("app.yaml", max_calls_per_day=10)
        def test_broken():
            raise AssertionError("the body ran")

        @pytest.mark.call_budget("app.yaml", max_calls_per_day=4.5e6)
        def test_kept():
            pass
    """)  # fmt: skip
    result.assert_outcomes(passed=1, failed=1)
    assert "the body ran" not in result.stdout.str()


def test_outcomes_are_bounded_by_their_bare_names(suite: pytest.Pytester) -> None:
    result = run(suite, """
        def test_kept(call_budget):
            call_budget("app.yaml", min_setlists_filled=200)

        def test_broken(call_budget):
            call_budget("app.yaml", min_setlists_filled=100_000)

        def test_unknown(call_budget):
            call_budget("app.yaml", min_setlists_fill=1)
    """)  # fmt: skip
    result.assert_outcomes(passed=1, failed=2)
    assert "did you mean 'setlists_filled'?" in result.stdout.str()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('"app.yaml", max_cals=1', "did you mean 'calls'?"),
        ('"app.yaml", horizn="1h"', "there is no option 'horizn'; did you mean 'horizon'?"),
        (
            '"app.yaml", max_calls=1, statistic="wrst"',
            "unknown statistic 'wrst'; allowed: bound, mean, worst; did you mean 'worst'?",
        ),
        ('"app.yaml", max_calls=1, replications=0', "expected a whole number from 1 to 1000"),
        ('"app.yaml", max_calls=1, replications="3"', "expected a whole number from 1 to 1000"),
        ('"app.yaml", max_calls=1, fail_fast="no"', "expected True or False, not 'no'"),
        ('"app.yaml", max_calls=1, seed=-1', "seed=-1: expected a whole number from 0 on"),
        ('"app.yaml", max_calls=1, horizon=3', "horizon=3: expected a time such as '3h'"),
        ('"app.yaml", max_calls=1, budgets=[]', "budgets=[]: expected a path"),
        ('"app.yaml", max_calls=1, app_path="x"', "app_path='x': expected a list of folders"),
        ('"app.yaml", 3, max_calls=1', "3: expected an override such as"),
        ("5, max_calls=1", "scenario=5: expected a path"),
        ('"app.yaml", max_calls=True', "expected a number of calls"),
        ('"none.yaml", max_calls=1', "none.yaml: there is no such file"),
        ('"app.yaml"', "app has no budgets"),
        ('"app.yaml", max_calls_per_day=-1', "a bound cannot be negative"),
        ('"app.yaml", max_calls=1, baseline="none.json"', "none.json: there is no such file"),
    ],
)
def test_bad_input_is_one_clear_failure(suite: pytest.Pytester, call: str, message: str) -> None:
    result = run(suite, f"""
        def test_it(call_budget):
            call_budget({call})
    """)  # fmt: skip
    result.assert_outcomes(failed=1)
    assert message in result.stdout.str()


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("", "no scenario; expected call_budget"),
        ("()", "no scenario; expected call_budget"),
        ('("app.yaml", max_calls=1, statistic="wrst")', "unknown statistic 'wrst'"),
        ('("app.yaml", max_calls=1, baselin="x")', "did you mean 'baseline'?"),
        ('(scenario="none.yaml", max_calls=1)', "none.yaml: there is no such file"),
    ],
)
def test_a_wrong_marker_fails_its_test(suite: pytest.Pytester, marker: str, message: str) -> None:
    result = run(suite, f"""
        import pytest

        @pytest.mark.call_budget{marker}
        def test_it():
            pass
    """)  # fmt: skip
    result.assert_outcomes(failed=1)
    assert message in result.stdout.str()


def test_the_scenarios_own_budgets_are_judged_from_any_directory(suite: pytest.Pytester) -> None:
    app = suite.path / "app.yaml"
    app.write_text(app.read_text() + "budgets: [{id: calls, metric: calls, per: day, max: 5M}]\n")
    (suite.path / "below").mkdir()
    (suite.path / "pytest.ini").write_text("[pytest]\n")
    result = run(suite, """
        import os
        from sim import load_scenario

        def test_elsewhere(call_budget, monkeypatch):
            monkeypatch.chdir("below")
            report = call_budget("app.yaml")
            assert report.scenarios[0].checks[0].budget == "calls"

        def test_loaded(call_budget):
            scenario = load_scenario("app.yaml")
            call_budget(scenario, "app.refresh.limit=10", seed=3, max_conflicts=100)
    """)  # fmt: skip
    result.assert_outcomes(passed=2)
