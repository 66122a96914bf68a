"""Calibration: settings within plausible ranges that meet stated figures, and how sure they are."""

from .calibrate import calibrate
from .figures import Target
from .result import Calibration, Fitted, Knob, Ridge

__all__ = ["Calibration", "Fitted", "Knob", "Ridge", "Target", "calibrate"]
