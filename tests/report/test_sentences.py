"""What reports say of runs that are written down, on either side of every threshold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim import Result
from sim.report.blocks import TableBlock
from sim.report.cards import headline_cards
from sim.report.compare import compare_report
from sim.report.findings import findings
from sim.report.lineage import blocked_work, edges_table, generations_table, roots_table
from sim.report.rates import in_the_run, rate_cells, rate_columns
from sim.report.run import run_report
from sim.report.words import listed, plural, seeds_text, setting
from sim.result import Bound, CallEdge, CronUse, GuardAnswer, HopUse
from tests.made import even, made, use
from tests.report.told import told

DAY_S = 86_400.0


def test_small_parts_of_sentences() -> None:
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip
    assert [plural(n, "run") for n in (0, 1, 2, 1024)] == ["0 runs", "1 run", "2 runs",
                                                           "1,024 runs"]  # fmt: skip
    assert [setting(value) for value in (None, True, False, [], [1, None], "x", 0)] == [
        "–", "true", "false", "[]", "1, –", "x", "0",
    ]  # fmt: skip
    assert (seeds_text([4]), seeds_text([4, 5, 6])) == ("seed 4", "seeds 4 to 6")


def test_the_calls_of_a_run_are_shown_where_it_is_no_day() -> None:
    assert rate_columns(DAY_S) == ["calls/day"]
    assert rate_cells(100, DAY_S) == ["100"]
    assert in_the_run(100, DAY_S) == ""
    assert rate_columns(DAY_S / 2) == ["calls in the run", "calls/day"]
    assert rate_cells(100, DAY_S / 2) == ["100", "200"]
    assert in_the_run(335_015, 7200) == " (335,015 in this run of 2 h)"


def outcomes(**counted: float) -> Result:
    """A day of the setlist app with these outcomes."""
    none = {
        "setlists_filled": 0.0, "sync_attempts": 0.0, "sync_skipped_by_guard": 0.0,
        "catalogs_synced": 0.0, "setlists_placeholder": 0.0, "placeholders_older_than_24h": 0.0,
    }  # fmt: skip
    return replace(made({"a:a": use({"cron": 9})}), outcomes={**none, **counted})


def test_functions_that_fail_are_named_with_what_they_throw() -> None:
    def fails(calls: int, errors: int, thrown: str = "", failed: int = 0) -> list[str]:
        one = replace(use({"client": calls}, errors=errors), thrown=thrown, conflicts_failed=failed)
        return findings(made({"boom:go": one}))

    assert fails(68, 68, "Uncaught Error: kaboom\n at here") == [
        'boom:go failed in 68 of 68 calls: "kaboom at here".'
    ]
    assert fails(1000, 1, "Uncaught TypeError: no") == [
        'boom:go failed in 1 of 1,000 calls: "Uncaught TypeError: no".'
    ]
    assert fails(100, 10) == ["boom:go failed in 10 of 100 calls."]
    assert fails(100, 9) == fails(100, 50, failed=50) == []
    many = {f"f:{n}": use({"client": 9}, errors=9) for n in range(7)}
    assert findings(made(many))[4:] == ["f:4 failed in 9 of 9 calls.",
                                        "2 more functions failed too."]  # fmt: skip


def test_a_loop_that_makes_much_of_the_calls_is_told_with_its_way() -> None:
    def loops(rounds: int) -> list[str]:
        one = replace(use({"scheduler": 100}, "mutation"), rounds=rounds, by_root={"client:a": 100})
        edge = CallEdge("out:loop", "out:loop", "scheduler", 100, 100.0, 100)
        hop = HopUse("out:loop", "out:loop", 99, 99, 99, 1.0)
        return findings(replace(made({"out:loop": one}), call_graph=[edge], hops=[hop]))

    assert loops(87) == [
        "87.0% of the calls come from a loop (out:loop → out:loop): see `sim explain`."
    ]
    assert loops(9) == []


def test_an_app_that_nothing_calls_is_told_what_it_lacks() -> None:
    none = made({})
    assert findings(none) == [
        "Nothing calls this app: give it clients (app.clients of an app in TypeScript), a cron or "
        "organic traffic (traffic.organic.rate)."
    ]
    assert findings(replace(none, crons={"nightly": CronUse(0, 0)}))[0].startswith(
        "Nothing calls this app: no cron came due in 24"
    )


@pytest.mark.parametrize(("horizon", "short"), [(21_599, True), (21_600, False)])
def test_less_than_six_hours_are_short(horizon: float, short: bool) -> None:
    found = findings(made({"a:a": use({"cron": 9})}, horizon_s=horizon))
    assert [text.partition(" were")[0] for text in found] == ["Only 6.00 h"] * short


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ({"sync_attempts": 1, "sync_skipped_by_guard": 9}, ""),
        ({"sync_attempts": 1, "sync_skipped_by_guard": 10},
         "10 of 11 catalog syncs were skipped by their guard (90.9%); none imported a catalog."),
        ({"sync_attempts": 1, "sync_skipped_by_guard": 10, "catalogs_synced": 1}, ""),
        ({"setlists_placeholder": 1, "placeholders_older_than_24h": 1},
         "1 shows hold an empty placeholder at the end, 1 of them for 24 h or longer."),
        ({"sync_attempts": 1000}, ""),
        ({"sync_attempts": 1001}, "1,001 catalog syncs imported only 0 catalogs."),
        ({"sync_attempts": 1100, "catalogs_synced": 11}, ""),
        ({"sync_attempts": 1101, "catalogs_synced": 11},
         "1,101 catalog syncs imported only 11 catalogs."),
    ],
)  # fmt: skip
def test_a_job_that_was_not_done_is_a_finding(counted: dict[str, float], expected: str) -> None:
    found = findings(outcomes(**counted))
    assert len(found) == bool(expected)
    assert "".join(found).startswith(expected)


def test_what_waits_is_skipped_or_refused_is_a_finding() -> None:
    quiet = made({"a:a": use({"cron": 9})})

    def waiting(jobs: int) -> list[str]:
        return findings(replace(quiet, scheduler=replace(quiet.scheduler, final_backlog=jobs)))

    assert waiting(1000) == []
    assert waiting(1001) == ["1,001 scheduled jobs are still waiting at the end of the run."]
    skipped = replace(quiet, crons={"a": CronUse(5, 3, 1), "b": CronUse(5, 2, 0)})
    assert findings(skipped) == [
        "4 cron runs were skipped, because the run before was still going.",
        "1 cron runs were skipped, because the deployment was paused or disabled.",
    ]
    refused = replace(quiet, calls=replace(quiet.calls, refused=5, refused_organic=2))
    assert findings(refused) == [
        "5 calls were refused while the deployment was paused or disabled, 2 of them organic; they "
        "are not billed."
    ]


def guarded(own: int, only_own: int, writers: dict[str, int], unfilled: float = 0.0) -> Result:
    """A guard that refused 60 of 100 runs."""
    answers = [
        GuardAnswer("f:sync", "recent", False, 60, own, only_own, writers),
        GuardAnswer("f:sync", "passed", True, 40, 0, 0, {}),
    ]
    plain = made({"a:a": use({"cron": 9})})
    return replace(plain, guards=answers, outcomes={"fillable_shows_unfilled": unfilled})


def test_a_guard_that_refuses_more_than_a_tenth_of_its_own_work_is_a_finding() -> None:
    assert blocked_work(guarded(10, 5, {})) == []
    (text,) = blocked_work(guarded(11, 5, {}))
    assert text == (
        "The guard of f:sync blocks its own work. It refused 60 of 100 runs. In 11 of these "
        "(11.0% of all runs) the reason was a field that was written by the same execution that "
        "scheduled the run, before any work was done; in 5 there was no other reason."
    )
    (text,) = blocked_work(guarded(11, 5, {}, unfilled=1))
    assert text.endswith("1 shows have no songs at the end, although their artist has a catalog.")


def test_others_that_wrote_the_field_are_named_the_four_most_frequent_ones() -> None:
    writers = {"f:sync": 90, "x in f:sync": 80, **{f"w:{n}": n for n in range(1, 6)}}
    text = blocked_work(guarded(50, 5, writers))[1]
    assert (
        "were also written by w:5 (5 times), w:4 (4 times), w:3 (3 times), w:2 (2 times)." in text
    )
    assert "w:1" not in text
    assert "f:sync (" not in text


def test_tables_of_lineage_show_the_busiest_fourteen_edges() -> None:
    def result(edges: int) -> Result:
        graph = [CallEdge("a:a", f"f:{n:02}", "scheduler", 9, 9.0, n % 2) for n in range(edges)]
        return replace(made({"a:a": use({"cron": 9})}), call_graph=graph)

    whole, cut = edges_table(result(14)), edges_table(result(15))
    assert (whole.title, len(whole.rows)) == ("Call graph", 14)
    assert (cut.title, len(cut.rows)) == ("Call graph (the busiest of 15 edges)", 14)
    assert [row[2] for row in whole.rows[:2]] == ["called", "scheduled"]
    deep = replace(use({"cron": 9}), generation_deepest=1, generation_mean=0.5)
    flat = replace(use({"cron": 9}), generation_deepest=0)
    two = replace(deep, generation_deepest=2)
    table = generations_table(made({"a:a": deep, "b:b": flat, "c:c": two}))
    assert [row[0] for row in table.rows] == ["c:c", "a:a"]
    shares = roots_table(made({"a:a": replace(use({"cron": 8}), by_root={"x": 6, "y": 2})}))
    assert shares.rows == [["x", "6", "75.0%"], ["y", "2", "25.0%"]]


def test_fourteen_functions_are_listed_and_the_others_are_summed() -> None:
    def table(number: int) -> TableBlock:
        result = made({f"f:{n:02}": use({"cron": 3, "action": 4}, errors=1) for n in range(number)})
        tables = (block for block in run_report(result) if isinstance(block, TableBlock))
        return next(block for block in tables if block.title.startswith("Calls by"))

    assert len(table(14).rows) == 14
    assert table(14).rows[0][-1] == "action and cron"
    rest = table(16).rows
    assert len(rest) == 15
    assert rest[-1] == ["(2 others)", "14", "12.5%", "0", "0", "2", ""]


def test_the_limits_of_a_run_are_said_or_that_there_were_none() -> None:
    quiet = made({"a:a": use({"cron": 9})})
    assert "No limit of the platform or of the API was reached." in told(run_report(quiet))
    met = replace(quiet, bounds=[Bound("slots", "8 at once", 0.5, "why"),
                                 Bound("API", "9", 0.25, "so")])  # fmt: skip
    assert (
        "Limits reached, the hardest first: slots (8 at once; 50.0%: why); API (9; 25.0%: so)."
        in told(run_report(met))
    )
    noted = replace(quiet, performance=replace(quiet.performance, note="why not"))
    assert "Simulated by the reference engine: why not." in told(run_report(noted))
    assert "Simulated by" not in told(run_report(quiet))
    cards = {card.title: card.readings[0] for card in headline_cards([met]).cards}
    assert cards["Hardest limit reached"].detail == "50.0%, then API 25.0%"
    rare = replace(quiet, bounds=[Bound("slots", "8 at once", 0.002, "why")])
    cards = {card.title: card.readings[0] for card in headline_cards([rare]).cards}
    assert cards["Hardest limit reached"].value == "none"
    assert headline_cards([quiet]).runs == []
    assert headline_cards([quiet, quiet]).runs == [quiet.scenario.name] * 2


def test_two_runs_have_a_difference_and_three_have_none() -> None:
    from sim.experiments import Comparison

    first, second = made({"a:a": use({"cron": 10})}), made({"a:a": use({"cron": 25})})
    both = told(compare_report(Comparison([even(), even()], [first, second])))
    assert "difference | ratio" in both
    assert "Settings that differ" not in both
    assert "calls in the run" not in both  # it is a day
    three = told(compare_report(Comparison([even()] * 3, [first, second, second])))
    assert "difference | ratio" not in three
    half = made({"a:a": use({"cron": 10})}, horizon_s=43_200.0)
    text = told(compare_report(Comparison([even(), even(seed=2)], [half, second])))
    assert "| function calls in the run | 10 | 25 | +15 | ×2.50 |" in text
