"""Documents at the start that are made up from the schema's validators."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from sim.scenario import KeyPath, Scenario, dotted, fault, unknown

from .drawn import Drawn
from .field_law import Generated
from .machine import Machine
from .made_up import Validator, made_up
from .values import fields_of, problem_of_law

_CHUNK = 5000
"""Documents that go to the engine at a time."""
_WHERE: KeyPath = ("app", "world", "generate")


def generate(
    machine: Machine, scenario: Scenario, wanted: Mapping[str, Generated], seed: int
) -> None:
    """Make documents up, tables that others refer to first; raises `ScenarioError`."""
    if not wanted:
        return
    types: dict[str, Validator] = machine.tell("documentTypes")
    _check(scenario, wanted, types)
    ids: dict[str, list[str]] = {}
    referred = {table for each in wanted for table in _tables_in(types[each])}
    for table in sorted({*referred, *wanted}):
        ids[table] = machine.tell("idsOf", table)
        if not ids[table] and table.startswith("_"):  # a file or job that is not there
            ids[table] = [machine.tell("madeUpId", table)]
    left = list(wanted)
    while left:
        table = _next(scenario, left, types, ids)
        left.remove(table)
        drawn = Drawn(
            seed, round(scenario.starts.timestamp() * 1000), table, fields_of(types[table]),
            wanted[table].fields, ids, lambda value: _missing(value, ids) is None,
        )  # fmt: skip
        _make(machine, table, wanted[table].count, types[table], drawn, ids[table])


def _check(
    scenario: Scenario, wanted: Mapping[str, Generated], types: Mapping[str, Validator]
) -> None:
    """Raise if a table or a field is not in the schema, or its law does not fit it."""
    for table, each in wanted.items():
        if not types:
            problem = "documents are made up from the schema, and this project has none"
            raise fault(scenario.where(_WHERE), f"{dotted(_WHERE)}: {problem}")
        if table not in types:
            problem = unknown(table, "table", tuple(types))
            raise fault(scenario.where((*_WHERE, table)), f"{dotted(_WHERE)}: {problem}")
        place = (*_WHERE, table)
        if types[table]["type"] not in ("object", "union"):
            problem = "its schema says nothing of its fields"
            raise fault(scenario.where(place), f"{dotted(place)}: {problem}")
        fields = fields_of(types[table])
        for name, law in each.fields.items():
            own = (*place, "fields", name)
            if name not in fields:
                problem = unknown(name, f"field of {table}", tuple(fields))
                raise fault(scenario.where(own), f"{dotted((*place, 'fields'))}: {problem}")
            if problem := problem_of_law(law, fields[name]):
                raise fault(scenario.where(own), f"{dotted(own)}: {problem}")


def _next(
    scenario: Scenario, left: list[str], types: Mapping[str, Validator], ids: dict[str, list[str]]
) -> str:
    """The table whose documents can be made now, best after all that it refers to."""
    for every in (True, False):
        for table in left:
            if not set(_tables_in(types[table], every)) & set(left) - {table}:
                return _able(scenario, table, types, ids, left)
    for table in left:
        if _missing(types[table], ids) is None:
            return table
    return _able(scenario, left[0], types, ids, left)


def _able(
    scenario: Scenario, table: str, types: Mapping[str, Validator], ids: dict[str, list[str]],
    left: list[str],
) -> str:  # fmt: skip
    """The table, if its documents can refer to all they must; raises `ScenarioError` if not."""
    missing = _missing(types[table], ids)
    if missing is None:
        return table
    place = (*_WHERE, table)
    field, other = missing
    problem = f"{table}.{field} refers to {other}, which has no documents: generate some, too"
    if other in left:
        problem = (
            f"{table}.{field} refers to {other}, whose documents need {table} in turn: bring some "
            "of them in a file, or make one of the references optional"
        )
    raise fault(scenario.where(place), f"{dotted(place)}: {problem}")


def _missing(validator: Validator, ids: Mapping[str, list[str]]) -> tuple[str, str] | None:
    """A field that needs a document of a table that has none: both; None if none does."""
    kind, inner = validator["type"], validator.get("value")
    if kind == "id":
        table = validator["tableName"]
        return None if ids.get(table) else ("", table)
    if kind == "union" and inner:
        missing = [_missing(each, ids) for each in inner]
        return None if None in missing else missing[0]
    if kind != "object":
        return None
    assert isinstance(inner, dict)
    for name, each in inner.items():
        if not each["optional"] and (found := _missing(each["fieldType"], ids)) is not None:
            return f"{name}.{found[0]}".rstrip("."), found[1]
    return None


def _tables_in(validator: Validator, every: bool = True) -> Iterator[str]:
    """The tables that a value may refer to, unless ``every`` without those in optional fields."""
    kind, inner = validator["type"], validator.get("value")
    if kind == "id":
        yield validator["tableName"]
    elif kind == "object":
        assert isinstance(inner, dict)
        for each in inner.values():
            if every or not each["optional"]:
                yield from _tables_in(each["fieldType"], every)
    elif kind == "union":
        for each in inner or ():
            yield from _tables_in(each, every)
    elif kind == "array":
        assert isinstance(inner, dict)
        yield from _tables_in(inner, every)


def _make(
    machine: Machine, table: str, count: int, validator: Validator, drawn: Drawn, ids: list[str]
) -> None:
    """Make a table's documents up: each may refer to those that were made before it."""
    lines = []
    new: list[str] = machine.tell("newIds", table, float(count))
    for number, made in enumerate(new):
        drawn.begin(number)
        lines.append(json.dumps({"_id": made, **made_up(validator, drawn)}))
        ids.append(made)
        if len(lines) == _CHUNK or number == count - 1:
            machine.tell("fill", table, "\n".join(lines), 0.0)
            lines.clear()
