"""Loading scenario files: precedence, and errors as a person reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import MILLISECOND, MINUTE, ScenarioError, load_scenario, scenario_from

from .conftest import APPS


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text)
    return file


def errors_of(file: Path | str, *overrides: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file, overrides)
    folder = str(Path(file).parent) + "/"
    return [line.replace(folder, "") for line in str(caught.value).splitlines()]


def test_a_child_is_laid_over_its_parent_and_overrides_over_both(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", "revision: buggy\nseed: 3\napp: {refresh: {limit: 33}}\n")
    child = write(tmp_path, "child.yaml", "extends: base.yaml\nrevision: fixed\nhorizon: 2h\n")
    scenario = load_scenario(child, ["app.refresh.stagger=1s"], seed=9, horizon="3h")
    settings = scenario.resolved()
    assert scenario.name == "child"
    assert (scenario.seed, settings["horizon"]) == (9, "3h")
    assert settings["app"]["refresh"] == {
        "enabled": True, "every": "12h", "limit": 33, "stagger": "1s",
        "inline": False, "schedules_sync": False,
    }  # fmt: skip


def test_a_change_of_revision_keeps_explicit_settings_and_derives_the_rest() -> None:
    buggy = scenario_from({"revision": "buggy", "app": {"refresh": {"limit": 33}}})
    fixed = buggy.with_(revision="fixed")
    explicit = scenario_from({"revision": "fixed", "app": {"refresh": {"limit": 33}}})
    assert fixed == explicit
    assert fixed.hash == explicit.hash != buggy.hash


def test_a_profile_and_a_class_set_the_platforms_constants() -> None:
    def parallelism(**platform: str) -> object:
        return scenario_from({"platform": platform}).platform.scheduler.parallelism

    assert parallelism() == 10
    assert parallelism(deployment_class="S256") == 300
    assert parallelism(profile="2026-03") == 10
    assert parallelism(profile="2026-03", deployment_class="S256") == 300
    assert parallelism(profile="2026-08") == 8
    assert parallelism(profile="2026-08", deployment_class="S256") == 256
    march = scenario_from({"platform": {"profile": "2026-03"}}).platform
    assert (march.occ.called.initial, march.occ.wait_until_visible) == (100 * MILLISECOND, True)
    assert march.actions.timeout == 10 * MINUTE
    today = scenario_from({"platform": {"profile": "2026-08"}}).platform
    assert today.occ.wait_until_visible
    assert today.occ.called.initial == 100_000


def test_a_resolved_scenario_loads_to_an_equal_one() -> None:
    for revision in ("before", "buggy", "fixed", "hardened", "lull", "cron-sync"):
        scenario = scenario_from({"revision": revision, "external": {"latency": {"mean": "9ms"}}})
        again = scenario_from(scenario.resolved())
        assert again == scenario
        assert again.hash == scenario.hash


def test_names_and_seeds_do_not_change_the_hash() -> None:
    scenario = scenario_from({})
    assert scenario.with_(name="x", description="y", seed=7).hash == scenario.hash
    assert scenario.with_(**{"external.rate_limit": 7}).hash != scenario.hash


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("app: {refresh: {limt: 2}}",
         "x.yaml:1:17: app.refresh: unknown key 'limt'; allowed: enabled, every, inline, "
         "limit, schedules_sync, stagger; "
         "did you mean 'limit'?"),
        ("revision: fixd",
         "x.yaml:1:1: revision: unknown revision 'fixd'; allowed: before, buggy, fixed, hardened, "
         "lull, no-placeholder, cron-sync, page-view-sync; "
         "did you mean 'fixed'?"),
        ("horizon: 24",
         "x.yaml:1:1: horizon: expected a duration with its unit (us, ms, s, m, h, d, w), such as "
         "10s or 24h, not 24"),
        ("horizon: -1h", "x.yaml:1:1: horizon: a duration cannot be negative"),
        ("horizon: 0s", "x.yaml:1:1: horizon: must be longer than zero"),
        ("bin: 1us",
         "x.yaml:1:1: bin: the horizon has 86,400,000,000 bins of this length; at most 20,000 "
         "are allowed: make it 5s or more"),
        ("population: {shows: 2000000}", "x.yaml:1:1: population: more than 1,000,000 shows"),
        ("traffic: {organic: {rate: 4M}}",
         "x.yaml:1:21: traffic.organic.rate: expected a rate with its period (s, min, h, day, "
         "week), such as 4M/day or 27/s, not '4M'"),
        ("traffic: {organic: {rate: .nan}}",
         "x.yaml:1:21: traffic.organic.rate: expected a rate with its period (s, min, h, day, "
         "week), such as 4M/day or 27/s, not nan"),
        ("billing: {plan: pro}",
         "x.yaml:1:11: billing.plan: unknown value 'pro'; allowed: free, starter, professional, "
         "business; did you mean 'professional'?"),
        ("external: {error_rate: 120%}",
         "x.yaml:1:12: external.error_rate: expected a share between 0 and 1, such as 0.02 or 2%, "
         "not '120%'"),
        ("platform: {latency: {query: 9ms..3ms}}",
         "x.yaml:1:22: platform.latency.query: the lower end is above the upper end"),
        ("population: {shows: 3}",
         "x.yaml:1:1: population: shows_without_setlist is above shows"),
        ("app: nowhere", f"x.yaml:1:1: app: unknown app 'nowhere'; {APPS}"),
        ("app: {name: json}", f"x.yaml:1:1: app: unknown app 'json'; {APPS}"),
        ("seed: [1]", "x.yaml:1:1: seed: expected a whole number such as 60, 10k or 4M, not [1]"),
        ("seed: 1\nseed: 2", 'x.yaml:2:1: found duplicate key "seed"'),
        ("a: [1", "x.yaml:1:6: a list in brackets that is not closed: expected `,` or `]`"),
        ("- 1", "x.yaml:1:1: a scenario is a mapping of keys, such as `revision: buggy`"),
        ("", "x.yaml: is empty; a scenario is a mapping of keys (try `sim schema`)"),
        ("extends: y.yaml", "x.yaml:1:1: extends: there is no file 'y.yaml'"),
        ("extends: x.yml", "x.yaml:1:1: extends: there is no file 'x.yml'"),  # x.yaml: itself
        ("extends: x.yaml", "x.yaml:1:1: extends: a file cannot extend itself: "
                            "x.yaml → x.yaml"),
        ("extends: 3", "x.yaml:1:1: extends: expected a file's name, not 3"),
        ("1: 2", "x.yaml:1:1: keys are names, not 1"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_clear_error(tmp_path: Path, text: str, expected: str) -> None:
    assert errors_of(write(tmp_path, "x.yaml", text)) == [expected]


def test_every_problem_is_reported_at_once_each_at_its_place(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", "platform:\n  profle: x\n")
    child = write(
        tmp_path, "child.yaml",
        "extends: base.yaml\napp:\n  refresh:\n    every: 6\nhorizon: soon\n",
    )  # fmt: skip
    found = errors_of(child, "population.filtered=[1, x]")
    assert [line.split(" ")[0] for line in found] == [
        "child.yaml:4:5:", "population.filtered=[1,", "child.yaml:5:1:", "base.yaml:2:3:",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("limit", "limit: expected path=value, such as app.refresh.limit=20"),
        ("app..limit=3", "app..limit=3: expected path=value, such as app.refresh.limit=20"),
        ("app.refresh.limit=x",
         "app.refresh.limit=x: app.refresh.limit: expected a whole number such as 60, 10k "
         "or 4M, not 'x'"),
        ("seed=[", "seed=[: the value is not valid YAML"),
    ],
)  # fmt: skip
def test_a_bad_override_names_the_argument(tmp_path: Path, override: str, expected: str) -> None:
    assert errors_of(write(tmp_path, "x.yaml", "revision: fixed"), override) == [expected]


def test_files_that_cannot_be_read_say_so(tmp_path: Path) -> None:
    assert errors_of(tmp_path / "none.yaml") == ["none.yaml: there is no such file"]
    assert errors_of(tmp_path)[0].endswith("is a directory, not a scenario file")
    binary = tmp_path / "b.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    assert errors_of(binary) == ["b.yaml: is not a text file"]
    large = write(tmp_path, "large.yaml", "#" * (1 << 20) + "\n\n")
    assert errors_of(large) == ["large.yaml: is larger than 256 KiB: not a scenario file"]


def test_aliases_cannot_blow_a_file_up(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (error,) = errors_of(write(tmp_path, "bomb.yaml", "\n".join(lines)))
    assert error.endswith("more than 20,000 values")


def test_an_app_beside_the_scenario_is_found(tmp_path: Path) -> None:
    write(
        tmp_path, "tiny_app.py",
        "from sim.scenario import Settings as Base\n"
        "class Settings(Base):\n    name: str = 'tiny_app'\n    size: int = 1\n"
        "def install(backend, scenario):\n    return dict\n",
    )  # fmt: skip
    scenario = load_scenario(write(tmp_path, "x.yaml", "app: tiny_app"), ["app.size=4"])
    assert scenario.resolved()["app"] == {"name": "tiny_app", "size": 4}
    assert errors_of(write(tmp_path, "y.yaml", "app: {name: tiny_app, sise: 2}")) == [
        "y.yaml:1:23: app: unknown key 'sise'; allowed: name, size; did you mean 'size'?"
    ]


@pytest.mark.parametrize(
    ("written", "engine"),
    [("reference", "reference"), ("simpy", "reference"), ("compiled", "compiled")],
)
def test_engines_have_names_and_the_old_one_of_the_reference_stays(
    written: str, engine: str
) -> None:
    scenario = scenario_from({"engine": written})
    assert scenario.engine == engine
    assert scenario.with_(engine=written).engine == engine
    assert scenario.resolved()["engine"] == engine


def test_an_unknown_engine_is_refused_with_the_ones_there_are() -> None:
    told = "allowed: reference, compiled; did you mean 'reference'"
    with pytest.raises(ScenarioError, match=told):
        scenario_from({"engine": "referense"})
