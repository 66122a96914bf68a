"""`sim settings`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .command import command
from .inputs import INPUT_FILE, SETTING_PATH
from .options import app_path_option, extends_path_option, format_option
from .output import emit

if TYPE_CHECKING:
    from sim.report import Block
    from sim.scenario import Parameter, Scenario, ScenarioError

IN_FULL = 12
"""Settings that are described in full; more than that are shown in tables."""


@command(
    "settings",
    examples="""
sim settings
sim settings app.refresh
sim settings platform.scheduler.parallelism
sim settings app --scenario shipped:monitor
sim settings --format json
""",
)
@click.argument("path", required=False, default="", type=SETTING_PATH)
@click.option(
    "--scenario",
    "file",
    metavar="FILE",
    type=INPUT_FILE,
    help="Show the settings of the app of this scenario, with the values that it sets.",
)
@app_path_option
@extends_path_option
@format_option
def settings_command(
    path: str, file: str | None, app_path: tuple[str, ...], extends_path: tuple[str, ...],
    format_: str,
) -> None:  # fmt: skip
    """Show what a scenario can set: the unit, default, plausible range and source of each setting.

    PATH is a setting or a section, such as app.refresh; without it all settings are listed.
    """
    from sim.scenario import flatten, load_scenario, parameters, parameters_of

    if file is None and (app_path or extends_path):
        raise click.UsageError("--app-path and --extends-path belong to --scenario: give it too")
    scenario = None
    if file is not None:
        scenario = load_scenario(file, app_path=app_path, extends_path=extends_path)
    every = parameters() if scenario is None else parameters_of(scenario)
    found = [each for each in every if _is_below(each.path, path)]
    if not found:
        raise _unknown(path, every, of_scenario=scenario is not None)
    values = {} if scenario is None else flatten(scenario.resolved())
    emit(_blocks(path, found, scenario, values), lambda: _as_json(found, values), format_, ())


def _is_below(setting: str, path: str) -> bool:
    return not path or setting == path or setting.startswith((f"{path}.", f"{path}["))


def _unknown(path: str, every: Sequence[Parameter], *, of_scenario: bool) -> ScenarioError:
    from sim.scenario import fault, unknown

    section = path.rpartition(".")[0]
    near = [each.path for each in every if section and _is_below(each.path, section)]
    sections = dict.fromkeys(each.path.partition(".")[0] for each in every)
    found = fault(path, unknown(path, "setting", near or tuple(sections)))
    if path.startswith("app.") and not of_scenario:
        found.hint = "these are of the built-in app; `--scenario FILE` shows those of another one"
    elif Path(path).exists():
        found.hint = f"`sim settings --scenario {path}` shows the settings of that scenario"
    return found


def _blocks(
    path: str, found: Sequence[Parameter], scenario: Scenario | None, values: Mapping[str, Any]
) -> list[Block]:
    from sim.report import Bullets, Heading, TableBlock, Text

    of = "a scenario can set" if scenario is None else f"{scenario.name} can set"
    blocks: list[Block] = [Heading(f"What {of}{f' under {path}' if path else ''}")]
    if len(found) <= IN_FULL:
        blocks += [Bullets(each.path, _facts(each, values)) for each in found]
        return blocks
    columns = ["setting", "unit", "default", "plausible range"]
    if scenario is not None:
        columns.insert(3, "value")
    named = {each.path: each for each in found}
    for section in dict.fromkeys(map(_section, found)):
        rows = [
            [each.path, each.type, each.default or "-", each.plausible or "-"]
            for each in found
            if _section(each) == section
        ]
        for row in rows if scenario is not None else ():
            row.insert(3, _set(named[row[0]], values) or "-")
        blocks.append(TableBlock(section, columns, rows, labels=len(columns)))
    blocks.append(Text("sim settings PATH says what a setting is and where its default is from."))
    return blocks


def _section(each: Parameter) -> str:
    """What a setting is listed under."""
    head, dot, _ = each.path.partition(".")
    return head if dot else "the scenario itself"


def _facts(each: Parameter, values: Mapping[str, Any]) -> list[str]:
    """What there is to say of a setting."""
    facts = {
        "unit": each.type,
        "default": each.default,
        "value": _set(each, values),
        "plausible range": each.plausible,
        "source": each.source,
    }
    told = "; ".join(f"{name}: {text}" for name, text in facts.items() if text)
    return [each.description, told]


def _set(each: Parameter, values: Mapping[str, Any]) -> str:
    """What the scenario sets a setting to; of items, what each of them sets it to."""
    path = each.path
    if path in values:
        return _shown(values[path], each)
    if "[]." in path:
        head, _, key = path.rpartition("[].")
        items = values.get(head) or []
        shown = [_shown(item.get(key), each) for item in items if isinstance(item, dict)]
        return "; ".join(shown) if any(text != "-" for text in shown) else ""
    if ".<id>" not in path:
        below = {name.removeprefix(f"{path}.").partition(".")[0] for name in values
                 if name.startswith(f"{path}.")}  # fmt: skip
        return ", ".join(sorted(below))
    pattern = re.compile(re.escape(path).replace("<id>", "([^.]+)"))
    told = [
        f"{found[1]}: {text}"
        for name, value in values.items()
        if (found := pattern.fullmatch(name)) is not None
        and (text := _shown(value, each)) not in ("-", each.default)
    ]
    return "; ".join(told)


def _shown(value: Any, each: Parameter) -> str:
    """A value as a scenario file spells it."""
    from sim.scenario import readable_size

    if value is None or value in ("", [], {}):
        return "-"
    if each.type == "size":
        return readable_size(value)
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return f"{len(value)} item{'' if len(value) == 1 else 's'}"  # the rows below show them
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)  # which is YAML too


def _as_json(found: Sequence[Parameter], values: Mapping[str, Any]) -> str:
    rows = [
        {**asdict(each), **({"value": values[each.path]} if each.path in values else {})}
        for each in found
    ]
    return json.dumps({"schema": "sim.settings/1", "settings": rows}, indent=2) + "\n"
