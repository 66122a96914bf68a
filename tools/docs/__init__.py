"""The examples in the pages: every shell and Python block is run, and its output is compared.

How a page is written, so that a reader sees the same as this tool:

* A ``console`` block shows commands after ``$`` and what they print. A line ``...`` stands for
  lines that were left out. Nothing below a command: nothing is compared. It must exit with 0,
  unless the next command is ``echo $?``.
* An ``sh`` block holds commands to copy, one a line; they must exit with 0.
* A ``python`` block runs in one session per page; with ``>>>`` prompts its output is compared.
* A ``yaml`` or ``python`` block whose first line is a comment with a file's name, such as
  ``# my-change.yaml``, becomes that file.
* ``slow`` behind the language (``console slow``) marks what takes many seconds: `make docs-test`
  runs it. ``install`` marks what needs a clean environment: `make wheel` runs it. ``bench`` and
  ``project`` mark what takes minutes, and what needs a project of the reader's: neither is run.

`make docs` runs all pages anew and rewrites the output they show.
"""

from .blocks import Block, Page
from .examples import Example, examples
from .outcome import Outcome, problems, rewritten
from .prose import broken_links, unshown_figures
from .run import ROOT, Sandbox, run_page

__all__ = [
    "ROOT",
    "Block",
    "Example",
    "Outcome",
    "Page",
    "Sandbox",
    "broken_links",
    "examples",
    "problems",
    "rewritten",
    "run_page",
    "unshown_figures",
]
