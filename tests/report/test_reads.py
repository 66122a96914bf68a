"""What reports say of documents and bytes, by function."""

from __future__ import annotations

from dataclasses import replace

from sim.report.reads import SHOWN, io_table
from tests.made import made, use
from tests.report.told import told


def test_those_that_read_and_write_most_bytes_come_first() -> None:
    plain = replace(use({"client": 10}), read_mb=0.0, written_mb=0.0, cached=0)
    reads = replace(plain, read_mb=5.0, read_documents=60, cached=4)
    writes = replace(plain, read_mb=2.0, written_mb=4.0, read_documents=5, written_documents=20)
    shown = told(io_table(made({"a:a": plain, "a:r": reads, "a:w": writes})))
    assert "| a:w | 5 | 0.50 | 2 MB | 20 | 4 MB | | a:r | 60 | 10 | 5 MB | 0 | 0 MB |" in shown
    assert "a:a" not in shown


def test_only_the_largest_are_listed_and_none_whose_documents_nobody_knows() -> None:
    reads = replace(use({"client": 10}), read_mb=5.0, read_documents=6)
    many = made({f"a:{n}": reads for n in range(SHOWN + 1)})
    assert told(io_table(many)).count("| a:") == SHOWN
    assert io_table(made({"a:a": replace(reads, read_documents=0, written_documents=0)})) == []
