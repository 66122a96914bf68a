"""The report of `sim envelope`: how far a setting may go, for every combination of the others."""

from __future__ import annotations

from sim.experiments import FIRST_SEEDS, Envelope, Region

from .blocks import Block, Heading, TableBlock, Text
from .sweep import short_names
from .words import plural, setting


def envelope_report(found: Envelope) -> list[Block]:
    """The blocks of the report."""
    name = found.edge.path
    columns = [*short_names(found.axes), f"safe {name.rpartition('.')[2]}",
               "first unsafe value", "budgets broken there", "runs"]  # fmt: skip
    blocks: list[Block] = [
        Heading(f"{found.scenario.name}: the values of {name} that keep every budget"),
        Text(
            f"Searched: {setting(found.edge.values[0])} to {setting(found.edge.values[-1])} "
            f"({plural(len(found.edge.values), 'value')}). A value that is tried runs under "
            f"{_seeds(found.replications)}."
        ),
        TableBlock("Envelope", columns, [_row(region) for region in found.regions],
              labels=len(found.axes) + 1, notes=2),
    ]  # fmt: skip
    blocks += map(Text, _without_limit(found))
    holes = sum(len(region.safe) > 1 for region in found.regions)
    if holes:
        blocks.append(Text(f"In {plural(holes, 'row')} the safe values have gaps between them."))
    undecided = sum(not probe.decided for region in found.regions for probe in region.probes)
    if undecided:
        blocks.append(
            Text(f"{plural(undecided, 'value')} could not be decided with {found.replications} "
                 "seeds and count as unsafe (marked ~).")
        )  # fmt: skip
    return blocks


def _seeds(most: int) -> str:
    """Under how many seeds a value runs."""
    if most <= FIRST_SEEDS:
        return plural(most, "seed")
    return (
        f"{FIRST_SEEDS} to {most} seeds, until the 95% confidence bounds of all metrics are "
        "clearly above or below their limits"
    )


def _without_limit(found: Envelope) -> list[str]:
    """Where no limit was found, said in words: an empty cell of the table is easily overlooked."""
    always = sum(bool(region.safe) and not region.edges for region in found.regions)
    never = sum(not region.safe for region in found.regions)
    number = len(found.regions)
    said = []
    if always:
        said.append(
            f"{_rows('No limit was found', always, number)}: every value that was tried keeps "
            "every budget. Try a wider range."
        )
    if never:
        said.append(
            f"{_rows('No safe value was found', never, number)}: every value that was tried "
            "breaks a budget."
        )
    return said


def _rows(what: str, some: int, of: int) -> str:
    return what if some == of else f"{what} in {plural(some, 'row')}"


def _row(region: Region) -> list[str]:
    stretches = [
        setting(low) if low == high else f"{setting(low)} to {setting(high)}"
        for low, high in region.safe
    ]
    beyond = [f"{'' if edge.decided else '~'}{setting(edge.unsafe)}" for edge in region.edges]
    broken = [name for edge in region.edges for name in edge.broken]
    if not region.safe:
        broken = [name for probe in region.probes for name in probe.broken]
        beyond = beyond or ["every value"]
    return [
        *map(setting, region.settings.values()),
        ", ".join(stretches) or "none",
        ", ".join(beyond),
        ", ".join(dict.fromkeys(broken)),
        str(sum(probe.seeds for probe in region.probes)),
    ]
