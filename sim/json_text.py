"""How plain data is written as JSON: the same in every file and on every output."""

from __future__ import annotations

import json
from typing import Any


def json_text(data: Any) -> str:
    """Data as JSON that people read too: indented by two, every letter as it is, a last newline.

    Raises ``ValueError`` for a number that is not finite: JSON has none.
    """
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
