"""Bad input of every kind gets a located message in the user's words, and never a traceback."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.metrics import METRICS
from sim.scenario import ScenarioError, load_scenario, parameters, scenario_from
from sim.scenario.reading import read_yaml

from .conftest import APPS, ErrorsOf

JARGON = ("Input should", "Extra inputs", "Field required", "[type=", "pydantic", "validat",
          "Tuple", "errors.", "Traceback", "TaggedScalar", "ordereddict")  # fmt: skip
UTC_TIME = "expected a UTC time such as 2025-11-08T00:00:00Z"
DURATION = "expected a duration with its unit (us, ms, s, m, h, d, w), such as 10s or 24h"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seed: 99999999999999999999", "1:1: seed: 99999999999999999999 is too large"),
        ("seed: 1e300", "1:1: seed: 1e+300 is too large"),
        ("seed: .inf", "1:1: seed: expected a whole number such as 60, 10k or 4M, not inf"),
        ("horizon: 99999999999999d",
         "1:1: horizon: a duration cannot be longer than 100 years, as '99999999999999d' is"),
        ("horizon: 1h!!30m", f"1:1: horizon: {DURATION}, not '1h!!30m'"),
        ("horizon: 1mm", f"1:1: horizon: {DURATION}, not '1mm'"),
        (f"horizon: {'z' * 500}", f"1:1: horizon: {DURATION}, not '{'z' * 56}..."),
        ("starts: 5", f"1:1: starts: {UTC_TIME}, not 5"),
        ("starts: true", f"1:1: starts: {UTC_TIME}, not True"),
        ("app: {background: on}", "1:7: app.background: expected true or false, not 'on'"),
        ("app: {background: 1}", "1:7: app.background: expected true or false, not 1"),
        ("app: {refresh: {every: 0s}}", "1:17: app.refresh.every: must be longer than zero"),
        ("billing: {storage_mb: '9'}", "1:11: billing.storage_mb: expected a number, not '9'"),
        ("billing: {storage_mb: .inf}",
         "1:11: billing.storage_mb: expected a finite number, not inf"),
        ("billing: {developers: 0}", "1:11: billing.developers: must be at least 1"),
        ("platform: {scheduler: {parallelism: 0}}",
         "1:24: platform.scheduler.parallelism: must be at least 1"),
        ("platform: {usage_limits: [{warn: 3}]}",
         "1:27: platform.usage_limits[0].metric: a value is needed"),
        ("platform: {profile: [1]}",
         "1:12: platform.profile: unknown value '[1]'; allowed: 2025-11, 2026-03, 2026-08"),
        ("platform: 3", "1:1: platform: expected a mapping of keys, not 3"),
        ("population: {tracks: [1, 2, 3]}",
         "1:14: population.tracks: expected at most 2 items, not [1, 2, 3]"),
        ("traffic: {organic: {read: 1000}}",
         "1:21: traffic.organic.read: expected a size with its unit (B, kB, MB, GB, TB, KiB, "
         "MiB, GiB, TiB), such as 512MiB, not 1000"),
        ("traffic: {organic: {rate: 9e17/s}}",
         "1:21: traffic.organic.rate: '9e17/s' is too large"),
        ("external: {latency: {p50: 5ms}}",
         "1:12: external.latency: a latency takes {mean} (exponential), {p50, p99} "
         "(log-normal) or two or more quantiles such as {p50, p95, p99}, from p0.1 to p99.9"),
        ("extend: y.yaml",
         "1:1: the scenario: unknown key 'extend'; allowed: alerts, app, billing, bin, budgets, "
         "deployments, description, engine, extends, external, horizon, name, platform, "
         "population, revision, "
         "seed, starts, traffic; did you mean 'extends'?"),
        ("app: ''", f"1:1: app: unknown app ''; {APPS}"),
        ("app: .x", f"1:1: app: unknown app '.x'; {APPS}"),
        ("app: false", "1:1: app: expected an app's name, or a mapping of its settings"),
        ("seed: !foo 3", "1:1: YAML tags such as '!foo' are not used"),
        ("seed: !!binary aGk=", "1:1: expected text, a number, a list or a mapping"),
        ("seed: 1\n---\nseed: 2",
         "2:1: expected a single document in the stream, but found another document"),
        ("app:\n  refresh:\n    <<: {evry: 3s}\n",
         "3:5: app.refresh: unknown key 'evry'; allowed: enabled, every, inline, "
         "limit, schedules_sync, stagger; did you mean 'every'?"),
        ("external:\n  endpoints:\n    serch: {rate_limit: 3}\n",
         "3:5: external.endpoints.serch: unknown endpoint 'serch'; allowed: token, search, albums, "
         "tracks, artist, ticketmaster, setlistfm; did you mean 'search'?"),
        ("external:\n  outages:\n  - {since: 1h, until: 2h, endpoint: x}\n",
         "2:3: external.outages: item 1: unknown endpoint 'x'; allowed: token, search, albums, "
         "tracks, artist, ticketmaster, setlistfm"),
        ("external: {outages: [{since: 2h, until: 1h}]}",
         "1:22: external.outages[0]: ends before it begins: expected since before until"),
        (f"extends: {'y' * 300}", f"1:1: extends: there is no file '{'y' * 56}..."),
    ],
    ids=lambda value: value[:40],
)  # fmt: skip
def test_it_is_refused_at_its_place(errors_of: ErrorsOf, text: str, expected: str) -> None:
    assert errors_of(text) == [f"x.yaml:{expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[" * 500, "is nested too deeply"),
        ("starts: 2025-13-45",
         "has a number or date that cannot be read: month must be in 1..12"),
        ("seed: \0",
         "is not valid YAML: unacceptable character #x0000: special characters are not allowed in "
         '"<unicode string>", position 6'),
    ],
    ids=["deep", "date", "null"],
)  # fmt: skip
def test_a_file_that_yaml_cannot_read_says_why(
    errors_of: ErrorsOf, text: str, expected: str
) -> None:
    assert errors_of(text) == [f"x.yaml: {expected}"]


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    for name, expected in (
        ("a\0b", "'a\\x00b': is not a valid file name"),
        ("a" * 300, f"{'a' * 300}: cannot be read: File name too long"),
        (str(tmp_path / "loop.yaml"),
         f"{tmp_path}/loop.yaml: cannot be read: Too many levels of symbolic links"),
    ):  # fmt: skip
        with pytest.raises(ScenarioError) as caught:
            load_scenario(name)
        assert str(caught.value) == expected


def test_devices_and_pipes_are_not_even_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)  # nobody writes: opening it would wait for ever
    (tmp_path / "link.yaml").symlink_to(pipe)
    monkeypatch.setattr(os, "open", pytest.fail)
    for name, expected in (
        ("/dev/zero", "is a device, not a scenario file"),
        (str(pipe), "is a pipe, not a scenario file"),
        (str(tmp_path / "link.yaml"), "is a pipe, not a scenario file"),
        ("/proc/kmsg", "is empty"),
    ):
        with pytest.raises(ScenarioError, match=expected):
            load_scenario(name)


def test_of_very_many_problems_the_first_twenty_are_shown(errors_of: ErrorsOf) -> None:
    wrong = errors_of("".join(f"key{number}: 1\n" for number in range(15_000)))
    assert len(wrong) == 21
    assert wrong[0].startswith("x.yaml:1:1: the scenario: unknown key 'key0'")
    assert wrong[-1] == "... and 14,980 more problems"
    pair = errors_of("a: 1\npopulation: {" + ", ".join(f"k{n}: 1" for n in range(20)) + "}")
    assert len(pair) == 21
    assert pair[-1] == "... and 1 more problem"


DEEP = ".".join("a" * 3000)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (f"{DEEP}=1", "a path of 3,000 parts; settings have at most 50"),
        ("app=" + "[" * 60 + "]" * 60, "is nested too deeply"),
        ("app=" + "{a: " * 60 + "1" + "}" * 60, "is nested too deeply"),
        (("deployments.a", {"at": "1m", "change": {DEEP: 1}}), "a path of 3,000 parts"),
        (("app.refresh", [[[]]] * 3), "expected a mapping of keys"),
        (("app.refresh", {"limit": [[]]}), "expected a whole number"),
    ],
    ids=["path", "lists", "mappings", "deployment", "shallow", "inner"],
)  # fmt: skip
def test_what_is_nested_too_deeply_is_refused(
    errors_of: ErrorsOf, override: str | tuple[str, object], message: str
) -> None:
    (found,) = errors_of("seed: 1", override)
    assert message in found


def test_data_without_an_end_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["app"] = {"a": endless}
    for make in (scenario_from, lambda data: scenario_from({}).with_(app=data)):
        with pytest.raises(ScenarioError, match="is nested too deeply"):
            make(endless)


def test_half_a_character_is_refused_wherever_it_comes_from(errors_of: ErrorsOf) -> None:
    half = "has half a character in it (a lone surrogate): 'a\\ud800'"
    assert errors_of('name: "a\\ud800"') == [f"x.yaml:1:1: name: {half}"]
    assert errors_of("seed: 1", ("name", "a\ud800")) == [f"name='a\\ud800': name: {half}"]
    assert "is not valid YAML" in errors_of("seed: 1", "name=a\udcff")[0]


def test_a_file_name_that_is_not_utf_8_is_escaped(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"a\xffb.yaml")
    file.write_text("seed: 1\n")
    scenario = load_scenario(file)
    assert scenario.name == "a\\xffb"
    assert scenario.where(("seed",)) == f"{tmp_path}/a\\xffb.yaml:1:1"
    file.write_text("sed: 1\n")
    with pytest.raises(ScenarioError, match=r"/a\\xffb.yaml:1:1: the scenario: unknown key 'sed'"):
        load_scenario(file)


def test_a_cycle_is_shown_as_a_chain(tmp_path: Path, errors_of: ErrorsOf) -> None:
    (tmp_path / "y.yaml").write_text("seed: 1\nextends: x.yaml")
    assert errors_of("extends: y.yaml") == [
        "y.yaml:2:1: extends: a file cannot extend itself: x.yaml → y.yaml → x.yaml"
    ]


def test_one_wrong_section_does_not_hide_the_others(errors_of: ErrorsOf) -> None:
    text = "revision: bug\nseed: z\npopulation: {shws: 1}\napp: {refresh: {limt: 3}, sync: 3}"
    found = [error.partition(";")[0] for error in errors_of(text)]
    assert found == [
        "x.yaml:1:1: revision: unknown revision 'bug'",
        "x.yaml:4:17: app.refresh: unknown key 'limt'",
        "x.yaml:4:27: app.sync: expected a mapping of keys, not 3",
        "x.yaml:3:14: population: unknown key 'shws'",
        "x.yaml:2:1: seed: expected a whole number such as 60, 10k or 4M, not 'z'",
    ]
    assert errors_of("app: nowhere\nrevision: fixed\npopulation: {shows: 9}\nseed: z") == [
        f"x.yaml:1:1: app: unknown app 'nowhere'; {APPS}",
        "x.yaml:4:1: seed: expected a whole number such as 60, 10k or 4M, not 'z'",
    ]


PATHS = [parameter.path for parameter in parameters() if "[]" not in parameter.path]
SECTIONS = sorted({path.rpartition(".")[0] for path in PATHS} - {""})
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
    | st.sampled_from(["0s", "1e400", "4M/day", "9ms..3ms", "-1h", "200%"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["mean", "p50", "name", "x"]), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(PATHS + SECTIONS), junk=JUNK)
def test_junk_anywhere_is_accepted_or_explained_in_plain_words(path: str, junk: Any) -> None:
    said: list[str] = []
    try:
        scenario = scenario_from({}).with_(**{path: junk})
    except ScenarioError as error:
        said = [problem.message for problem in error.problems]
    assert said or scenario_from(scenario.resolved()) == scenario
    assert not [word for word in JARGON for message in said if word in message]
    assert all("\n" not in message for message in said)


def test_every_item_of_a_list_is_checked_even_if_one_has_no_id(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "budgets:\n- {metric: calls, max: 1}\n- {id: a, metric: cals, max: 1}\n"
        "- {id: a, metric: bandwidth, max: 5}\n- 7\nseed: x\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    assert [str(each).removeprefix(f"{tmp_path}/") for each in caught.value.problems] == [
        "a.yaml:2:3: budgets: item 1: needs an id of letters, digits, _ and -",
        "a.yaml:4:3: budgets: item 3: there is another item with the id 'a'",
        "a.yaml:5:3: budgets: item 4: expected a mapping of keys, not 7",
        "a.yaml:6:1: seed: expected a whole number such as 60, 10k or 4M, not 'x'",
        "a.yaml:3:11: budgets.a.metric: unknown metric 'cals'; did you mean 'calls'?; allowed: "
        f"calls, calls_peak, cost, bursts, burst_hours and {len(METRICS) + 1 - 5} more",
        "a.yaml:4:30: budgets.item-3.max: expected a size with its unit, such as 500MB, not 5",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:\n\tb: 1\n", "2:1: a tab: YAML indents with spaces"),
        ("a:\n    b: 1\n  c: 2\n", "3:3: wrong indentation: this line does not stand under the"),
        ("a: 1\n  b: 2\n", "2:4: a colon where none can be"),
        ("a: [1, 2\nb: 3\n", "2:2: a list in brackets that is not closed"),
        ("a: 'b\n", "2:1: a quote that is not closed"),
        ("a: @b\n", "1:4: a text cannot begin with this character: put it in quotes"),
        ("a: *b\n", "1:4: a text that begins with `*` is an alias in YAML: put it in quotes"),
    ],
)
def test_mistakes_in_yaml_are_told_in_words(text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_yaml(text, "a.yaml")
    assert str(caught.value).startswith(f"a.yaml:{message}")
