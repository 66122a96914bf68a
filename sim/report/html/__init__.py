"""HTML reports: one self-contained file each."""

from .page import fragment, to_html

__all__ = ["fragment", "to_html"]
