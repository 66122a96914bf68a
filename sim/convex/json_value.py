"""Settings that are any JSON."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BeforeValidator


def any_json(value: Any) -> Any:
    """JSON is anything YAML can write, dates aside."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"expected what JSON can hold: {error}") from error
    return value


Json = Annotated[Any, BeforeValidator(any_json)]
