"""``python -m tools.docs [check|write] [--slow] [--install] [--venv FOLDER] PAGE...``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from . import Page, Sandbox, problems, rewritten, run_page


@click.command()
@click.argument("action", type=click.Choice(["check", "write"]))
@click.argument("pages", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True)
@click.option("--slow", is_flag=True, help="Also run the blocks that take many seconds.")
@click.option("--install", is_flag=True, help="Also run the blocks that install.")
@click.option(
    "--venv", type=click.Path(path_type=Path), default=Path(sys.prefix),
    help="The environment whose commands are run.  [default: this one]",
)  # fmt: skip
def main(action: str, pages: tuple[Path, ...], slow: bool, install: bool, venv: Path) -> None:
    """Run the examples of PAGES; check the output that they show, or write it anew."""
    flags = {name for name, chosen in (("slow", slow), ("install", install)) if chosen}
    wrong = []
    for path in pages:
        page = Page.read(path)
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder, "project")
            project.mkdir()
            sandbox = Sandbox.make(project, venv.absolute())
            outcomes = list(run_page(page, sandbox, flags))
        if action == "write":
            text, lost = rewritten(page, outcomes)
            path.write_text(text, "utf-8")
            wrong += lost
        else:
            wrong += problems(outcomes)
        click.echo(f"{path}: {len(outcomes)} examples", err=True)
    for each in wrong:
        click.echo(each, err=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
