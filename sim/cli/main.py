"""The `sim` command and its exit codes.

0: done. 1: a budget is broken (no other meaning). 2: bad input, nothing written. 130: interrupted.
70: a defect in the toolkit or in a user's app, with its traceback (EX_SOFTWARE of sysexits.h).
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

import click

from sim._version import __version__
from sim.scenario import ScenarioError, cut

from .ablate import ablate_command
from .alerts import alerts_command
from .audit import audit_command
from .backfill import backfill_command
from .check import check_command
from .compare import compare_command
from .envelope import envelope_command
from .explain import explain_command
from .output import OutputError, readers_may_leave
from .recover import recover_command
from .report import report_command
from .run import run_command
from .schema import schema_command
from .sweep import sweep_command
from .tune import tune_command

BAD_INPUT, DEFECT, INTERRUPTED = 2, 70, 130
_LONGEST_LINE = 1500
"""Characters of an error: what is longer repeats what it was given."""


@click.group(
    name="sim",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  sim run scenarios/spike.yaml
  sim run scenarios/fixed.yaml --set app.refresh.limit=60 --horizon 6h
  sim compare scenarios/spike.yaml scenarios/fixed.yaml
  sim check scenarios/fixed.yaml --budgets scenarios/budgets/incident-checklist.yaml
  sim audit scenarios/claims/incident-report.yaml scenarios/*.yaml
  sim sweep scenarios/fixed.yaml --vary app.refresh.limit=20..100:20
  sim recover scenarios/spike.yaml --fix-at 12h --change revision=fixed --horizon 36h
  sim explain scenarios/spike.yaml
  sim ablate scenarios/spike.yaml scenarios/fixed.yaml --horizon 6h
  sim schema > scenario.schema.json""",
)
@click.version_option(__version__, prog_name="sim", message="%(prog)s %(version)s")
def cli() -> None:
    """Simulate a serverless app's call loops and see what a configuration will cost."""


for _command in (
    run_command,
    compare_command,
    report_command,
    check_command,
    audit_command,
    backfill_command,
    alerts_command,
    sweep_command,
    envelope_command,
    tune_command,
    recover_command,
    explain_command,
    ablate_command,
    schema_command,
):
    cli.add_command(_command)


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: Sequence[str]) -> int:
    """Run the command line; its exit code."""
    if sys.stdout is None or sys.stderr is None:
        return BAD_INPUT  # standard streams are closed: there is nowhere to report to
    try:
        outcome = None
        with readers_may_leave():
            outcome = cli.main(list(args), prog_name="sim", standalone_mode=False)
    except click.UsageError as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            error.show()
            return 0
        return _refuse(error.format_message(), error.ctx)
    except click.ClickException as error:
        return _refuse(error.format_message())
    except (ScenarioError, OutputError) as error:
        return _refuse(str(error))
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except OSError as error:  # a full disk, a folder that is gone: the surroundings, not a defect
        return _refuse(str(error))
    except Exception:  # noqa: BLE001 - whatever is left is a defect; its traceback helps
        traceback.print_exc()
        click.echo("error: this is a defect, not bad input; please report it", err=True)
        return DEFECT
    return outcome if isinstance(outcome, int) else 0


def _refuse(message: str, context: click.Context | None = None) -> int:
    for line in message.splitlines():
        click.echo(f"error: {cut(line, _LONGEST_LINE)}", err=True)
    if context is not None:
        click.echo(f"hint: {context.command_path} --help", err=True)
    return BAD_INPUT
