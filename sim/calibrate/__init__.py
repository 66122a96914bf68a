"""Calibration: settings that meet stated figures or a log, and how sure they are."""

from .calibrate import calibrate
from .figures import Target
from .from_logs import FittedClient, FittedLatency, FittedTraffic, FromLogs
from .observed import FITTED_ON, Fit, JudgedFunction, SlicedLogs, calibrate_observed
from .overlay import overlay
from .result import Calibration, Fitted, Knob, Ridge

__all__ = [
    "FITTED_ON",
    "Calibration",
    "Fit",
    "Fitted",
    "FittedClient",
    "FittedLatency",
    "FittedTraffic",
    "FromLogs",
    "JudgedFunction",
    "Knob",
    "Ridge",
    "SlicedLogs",
    "Target",
    "calibrate",
    "calibrate_observed",
    "overlay",
]
