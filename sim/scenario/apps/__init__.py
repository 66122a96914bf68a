"""Apps of a user's own: where their modules lie, how they are imported, and whose an error is."""

from .mistakes import Misuse, mistake_of, told
from .places import Apps
from .sources import Sources

__all__ = ["Apps", "Misuse", "Sources", "mistake_of", "told"]
