"""Engines of JavaScript: Node as a process of its own, or quickjs-ng inside this one.

Both run the same runtime and give the same bytes; Node is faster, quickjs-ng is always there.
"""

from .engine import Broken, Engine, JavaScriptError, Stopped
from .find import find_node, open_engine

__all__ = ["Broken", "Engine", "JavaScriptError", "Stopped", "find_node", "open_engine"]
