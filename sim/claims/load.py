"""Loading claims files: strict YAML, every problem with its line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path as FilePath

from pydantic import ValidationError

from sim.scenario import (
    FileKind,
    KeyPath,
    Problem,
    Scenario,
    ScenarioError,
    fault,
    key_lists,
    located,
    problems_of,
    read_document,
    unknown,
)
from sim.simulation import Deployed

from .claim import Claims, Question

_FILE = FileKind(
    "claims file", "title: Post-mortem of May 3rd", "sim schema --claims", "a claims file"
)  # fmt: skip


def load_claims(path: str | FilePath) -> Claims:
    """The claims in a YAML file; raises `ScenarioError` with every problem found."""
    document = read_document(located(path), _FILE)
    wrong = key_lists(document.settings, document.places, ("claims",))
    document.source = str(path)
    for key in document.settings:
        if key not in Claims.model_fields:
            raise fault(document.where((key,)), unknown(key, "key", tuple(Claims.model_fields)))
    faults = [Problem(place or document.source, message) for place, message in wrong]
    try:
        claims = Claims.model_validate(document.settings)
    except ValidationError as error:
        problems = problems_of(error, Claims, document.where)
        more = error.error_count() - len(problems)
        raise ScenarioError([*faults, *problems], more) from error
    if faults:
        raise ScenarioError(faults)
    claims._where = document.where
    return claims


def scenario_of(question: Question, scenarios: Sequence[Scenario]) -> Scenario:
    """The scenario that a question is about; raises ``ValueError`` if there is no such scenario."""
    if question.scenario:
        by_name = {scenario.name: scenario for scenario in reversed(scenarios)}
        if question.scenario not in by_name:
            raise ValueError(f"scenario: {unknown(question.scenario, 'scenario', tuple(by_name))}")
        return by_name[question.scenario]
    if question.revision:
        by_revision = {scenario.revision: scenario for scenario in reversed(scenarios)}
        if question.revision not in by_revision:
            known = tuple(name for name in by_revision if name)
            raise ValueError(f"revision: {unknown(question.revision, 'revision', known)}")
        return by_revision[question.revision]
    return scenarios[0]


def _check_names(scenarios: Sequence[Scenario]) -> None:
    """Refuse two scenarios with the same name: claims could not tell them apart."""
    named: dict[str, Scenario] = {}
    for scenario in scenarios:
        if named.setdefault(scenario.name, scenario) != scenario:
            raise fault(scenario.name, "is the name of two different scenarios: rename one")


def check_claims(claims: Claims, scenarios: Sequence[Scenario]) -> None:
    """Refuse claims on something that the scenarios do not have; raises `ScenarioError`."""
    _check_names(scenarios)
    deployed: dict[str, Deployed] = {}
    problems: list[Problem] = []

    def refuse(path: KeyPath, text: str) -> None:
        problems.append(Problem(claims.where(path), text))

    for name, claim in claims.claims.items():
        for below, question in claim.questions():
            path: KeyPath = ("claims", name, *below)
            try:
                scenario = scenario_of(question, scenarios)
            except ValueError as error:
                key = "scenario" if question.scenario else "revision"
                refuse((*path, key), f"{name}: {error} (the scenarios given)")
                continue
            kind = question.question
            try:
                kind.runs(scenario)
            except ScenarioError as error:
                refuse((*path, question.kind), f"{name}: {error.problems[0].message}")
                continue
            if scenario.hash not in deployed:
                deployed[scenario.hash] = Deployed.of(scenario)
            for key_, text in kind.faults(scenario, deployed[scenario.hash]).items():
                refuse((*path, question.kind, *key_), f"{name}: {text}")
    if problems:
        raise ScenarioError(problems)
