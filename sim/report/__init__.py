"""Reports: blocks of text and tables, written to a terminal or as Markdown."""

from .blocks import Block, Bullets, Heading, Table, Text
from .compare import compare_report
from .findings import findings
from .markdown import to_markdown
from .run import run_report
from .terminal import write_terminal

__all__ = [
    "Block",
    "Bullets",
    "Heading",
    "Table",
    "Text",
    "compare_report",
    "findings",
    "run_report",
    "to_markdown",
    "write_terminal",
]
