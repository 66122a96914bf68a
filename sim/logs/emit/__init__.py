"""A run's own executions in the formats of real logs."""

from .formats import FORMATS
from .losses import Losses
from .write import Emission, Emitted, emission

__all__ = ["FORMATS", "Emission", "Emitted", "Losses", "emission"]
