"""What the code of functions threw, by message."""

from __future__ import annotations

from collections import Counter

MOST = 100
"""Different messages that are kept of a function: one may hold an id, so that all differ."""
LONGEST = 300
"""Characters of a message that are kept."""


class Thrown(dict[str, Counter[str]]):
    """By function: how often it threw each message."""

    def add(self, function: str, message: str) -> None:
        """A call of a function has thrown."""
        messages = self.setdefault(function, Counter())
        text = message[:LONGEST]
        if text in messages or len(messages) < MOST:
            messages[text] += 1

    def most_frequent(self) -> dict[str, str]:
        """By function, the message that it threw most often; of several the first by name."""
        return {
            function: min(messages, key=lambda text: (-messages[text], text))
            for function, messages in self.items()
        }
