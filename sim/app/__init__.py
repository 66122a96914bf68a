"""The setlist app."""
from .population import Population
from .settings import REVISIONS
from .settings import SetlistSettings as Settings
def install(backend, scenario): ...
