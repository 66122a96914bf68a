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
from sim.bad_input import BadInput
from sim.charsets import never_fail
from sim.escaping import cut, visible
from sim.interrupts import errors_are_interrupts

from .command import write_lines
from .commands import LazyGroup
from .pipes import readers_may_leave

BAD_INPUT, DEFECT, INTERRUPTED = 2, 70, 130
_LONGEST_LINE = 1500
"""Characters of an error: what is longer repeats what it was given."""

_EXAMPLES = """
sim run shipped:spike
sim compare shipped:spike shipped:fixed
sim run shipped:fixed --set app.refresh.limit=60 --horizon 6h
sim check my-app.yaml --budgets budgets.yaml
sim COMMAND --help
"""
_FILES = """
A scenario is a YAML file. `-` reads it from standard input.
`shipped:NAME` is one that comes with sim: `sim scenarios` lists them.
"""
_COMPLETION = """
bash:  eval "$(_SIM_COMPLETE=bash_source sim)"     in ~/.bashrc
zsh:   eval "$(_SIM_COMPLETE=zsh_source sim)"      in ~/.zshrc
fish:  _SIM_COMPLETE=fish_source sim | source      in ~/.config/fish/config.fish
"""


class _Sim(LazyGroup):
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, what is common to all commands, and completion."""
        write_lines(formatter, "Examples", _EXAMPLES)
        write_lines(formatter, "Scenarios", _FILES)
        write_lines(formatter, "Completion of commands, files and settings in the shell",
                    _COMPLETION)  # fmt: skip


@click.group(
    name="sim",
    cls=_Sim,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="sim", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Simulate a serverless app to see its function calls, conflicts and cost before you deploy."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: Sequence[str]) -> int:
    """Run the command line; its exit code."""
    if sys.stdout is None or sys.stderr is None:
        return BAD_INPUT  # standard streams are closed: there is nowhere to report to
    never_fail(sys.stdout, sys.stderr)
    try:
        outcome = None
        with errors_are_interrupts(), readers_may_leave():
            outcome = cli.main(list(args), prog_name="sim", standalone_mode=False)
    except click.UsageError as error:
        command = "" if error.ctx is None else f"{error.ctx.command_path} --help"
        return _refuse(error.format_message(), command)
    except click.ClickException as error:
        return _refuse(error.format_message())
    except BadInput as error:
        return _refuse(str(error), error.hint)
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


def _refuse(message: str, hint: str = "") -> int:
    for line in message.splitlines():
        # Not by click, which writes UTF-8 to an ASCII stream.
        sys.stderr.write(f"error: {visible(cut(line, _LONGEST_LINE))}\n")
    if hint:
        sys.stderr.write(f"hint: {visible(hint)}\n")
    return BAD_INPUT
