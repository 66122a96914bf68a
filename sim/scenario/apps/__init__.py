"""Apps of a user's own: where their modules lie, how they are imported, and whose an error is."""

from .mistakes import Misuse, Pending, mistake_of, told
from .places import BUILT_IN, Apps
from .sources import Sources

__all__ = ["BUILT_IN", "Apps", "Misuse", "Pending", "Sources", "mistake_of", "told"]
