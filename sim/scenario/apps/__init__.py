"""Users' apps: where their modules are, how they are imported, and whose fault an error is."""

from .mistakes import Misuse, Pending, mistake_of, told
from .places import BUILT_IN, Apps
from .sources import Sources

__all__ = ["BUILT_IN", "Apps", "Misuse", "Pending", "Sources", "mistake_of", "told"]
