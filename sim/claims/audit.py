"""`audit`: test a report's statements; each gets a verdict and a reason."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path as FilePath
from typing import Any

from sim._version import __version__
from sim.experiments import RunJob, Runner, Store
from sim.experiments.runs import Done
from sim.json_text import json_text
from sim.result import Result, ScenarioFacts
from sim.scenario import SECOND, Given, Scenario, as_scenarios

from .claim import Claim, Claims
from .load import check_claims, load_claims, scenario_of
from .verdict import VERDICTS, ClaimVerdict, Finding, worst

SCHEMA = "sim.audit/1"


@dataclass(frozen=True, slots=True)
class Audited:
    """One statement, and what the model says about it."""

    id: str
    section: str
    quote: str
    reading: str
    verdict: ClaimVerdict
    """The verdict of the worst finding."""
    reason: str
    findings: list[Finding]
    where: str = ""
    """The place of the claim: ``file:line:column``."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Every statement of a report, audited."""

    title: str
    source: str
    scenarios: list[ScenarioFacts]
    """The scenarios that the statements are about. Each ran under ``replications`` seeds, beginning
    with its own."""
    replications: int
    claims: list[Audited]
    conclusion: str = ""
    """What the author of the claims concludes from them; not computed."""
    observed: bool = False
    """Whether the statements were held against logs instead of runs."""

    def counts(self) -> dict[ClaimVerdict, int]:
        """How many statements got each verdict."""
        return {
            verdict: sum(each.verdict == verdict for each in self.claims) for verdict in VERDICTS
        }

    def __getitem__(self, claim: str) -> Audited:
        """A statement by its id."""
        return next(each for each in self.claims if each.id == claim)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, keys in a fixed order; null for numbers that are not finite."""
        data = {"schema": SCHEMA, "version": __version__, "counts": self.counts(), **asdict(self)}
        for claim in data["claims"]:
            for finding in claim["findings"]:
                if not math.isfinite(finding["value"] or 0.0):
                    finding["value"] = None
        return data

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())


def audit(
    claims: Claims | str | FilePath,
    scenarios: Given | Iterable[Given],
    *,
    replications: int = 1,
    store: Store | None = None,
    workers: int | None = None,
    done: Done | None = None,
) -> AuditReport:
    """Test the statements of a claims file on scenarios.

    ``replications``: runs of each scenario under successive seeds; verdicts then use the 95%
    confidence interval of the mean. ``store``, ``workers``, ``done``: as `Runner` takes them.
    Raises `ScenarioError` before anything is simulated if a claim names something that does not
    exist.
    """
    if replications < 1:
        raise ValueError("an audit needs at least one replication")
    stated = claims if isinstance(claims, Claims) else load_claims(claims)
    # Claims are data: they cannot make another app's code run.
    loaded = [each.without_imports() for each in as_scenarios(scenarios)]
    check_claims(stated, loaded)
    with Runner(store=store, workers=workers, done=done) as runner:
        runs = _Runs(stated, loaded, replications, runner)
    return AuditReport(
        stated.title,
        stated.source,
        [
            ScenarioFacts(each.name, each.revision, each.hash, each.horizon / SECOND, each.seed)
            for each in loaded
        ],
        replications,
        [_audited(name, claim, stated, loaded, runs) for name, claim in stated.claims.items()],
        conclusion=stated.conclusion,
    )


class _Runs:
    """All runs that the questions need, simulated together."""

    def __init__(
        self, claims: Claims, scenarios: Sequence[Scenario], replications: int, runner: Runner
    ) -> None:
        self._replications = replications
        jobs = [
            job
            for claim in claims.claims.values()
            for _, question in claim.questions()
            for scenario in question.question.runs(scenario_of(question, scenarios))
            for job in self._jobs(scenario)
        ]
        results = runner.results(jobs)
        self._found = {job.key: result for job, result in zip(jobs, results, strict=True)}

    def _jobs(self, scenario: Scenario) -> list[RunJob]:
        seeds = range(scenario.seed, scenario.seed + self._replications)
        return [RunJob(scenario, seed) for seed in seeds]

    def __call__(self, scenario: Scenario) -> list[Result]:
        """The results of a scenario, in the order of the seeds."""
        return [self._found[job.key] for job in self._jobs(scenario)]


def _audited(
    name: str, claim: Claim, claims: Claims, scenarios: Sequence[Scenario], runs: _Runs
) -> Audited:
    findings = [
        question.question.ask(scenario_of(question, scenarios), runs)
        for _, question in claim.questions()
    ]
    verdict: ClaimVerdict = "not testable"
    if findings:
        verdict = worst(finding.verdict for finding in findings)
    return Audited(
        id=name,
        section=claim.section,
        quote=claim.quote,
        reading=claim.reading,
        verdict=verdict,
        reason=claim.untestable or " ".join(finding.reason for finding in findings),
        findings=findings,
        where=claims.where(("claims", name)),
    )
