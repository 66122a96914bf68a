"""Ids as the platform makes them, from numbers: the same run has the same ids."""

from __future__ import annotations

from hashlib import blake2b

from sim.draws import draw, stream_key

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Of the ids of documents: Crockford's base 32, in lower case."""
_MASK = (1 << 62) - 1


class Ids:
    """Ids of one run."""

    def __init__(self, seed: int) -> None:
        self._request = stream_key(seed, "log:request")
        self._execution = stream_key(seed, "log:execution")
        self._document = stream_key(seed, "log:document")
        self._job = stream_key(seed, "log:job")

    def request(self, number: int, called: int = 0, caller: int = 0) -> str:
        """Of a request: 16 hexadecimal digits."""
        return f"{draw(self._request ^ draw(called, caller), number & _MASK):016x}"

    def uuid(self, number: int) -> str:
        """Of an execution: a UUID of version 4."""
        text = (
            f"{draw(self._execution, 2 * number):016x}{draw(self._execution, 2 * number + 1):016x}"
        )
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"

    def job(self, number: int) -> str:
        """Of a row of ``_scheduled_functions``."""
        return _document_id(self._job, number)

    def document(self, table: int, number: int) -> str:
        """Of a document."""
        return _document_id(self._document ^ table, number)

    def of_key(self, key: str) -> str:
        """Of a document, or of what stands for a range, that a run knows by a text."""
        digest = blake2b(key.encode("utf-8", "replace"), digest_size=7).digest()
        return _document_id(self._document, int.from_bytes(digest, "little"))


def _document_id(key: int, number: int) -> str:
    """32 characters, of which the first is the same for all."""
    bits = (
        draw(key, 3 * number) << 128 | draw(key, 3 * number + 1) << 64 | draw(key, 3 * number + 2)
    )
    return "k" + "".join(_DIGITS[bits >> shift & 31] for shift in range(0, 155, 5))
