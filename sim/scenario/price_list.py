"""A price list of one's own: `billing.price_list` names a file with `prices`."""

from __future__ import annotations

from pathlib import Path as FilePath

from .document import YamlDocument
from .errors import shown, unknown
from .near import near_file
from .overrides import set_path
from .readable import Readable, exists
from .reading import FileKind, read_document
from .text import fault

PRICE_LIST = "billing.price_list"
_PATH = ("billing", "price_list")
_KIND = FileKind(
    "price list", "prices: {calls: 1.8}", "sim settings billing.prices", "a price list"
)


def with_price_list(document: YamlDocument, readable: Readable) -> YamlDocument:
    """The document over the prices of the file that it names; raises `ScenarioError`.

    The path is relative to the file that names it, or to the working directory where an override
    does.
    """
    billing = document.settings.get("billing")
    named = billing.get("price_list") if isinstance(billing, dict) else None
    if not isinstance(named, str) or not named:
        return document
    where = document.where(_PATH)
    folder = document.folder(_PATH) or FilePath()
    file = folder / named
    if file not in readable:
        raise fault(where, f"{PRICE_LIST}: {shown(named)} is outside the scenario's folder and the "
                    "working directory; --extends-path DIR allows another folder")  # fmt: skip
    if not exists(file):
        raise fault(where, f"{PRICE_LIST}: there is no file {shown(named)}"
                    f"{near_file(named, folder)}")  # fmt: skip
    listed = read_document(file, _KIND)
    for key in listed.settings:
        if key != "prices":
            raise fault(listed.where((key,)), unknown(key, "key", ["prices"]))
    below = set_path(("billing", "prices"), listed.settings.get("prices", {}), listed.source)
    below.places |= {("billing", *path): place for path, place in listed.places.items()}
    return below.overlaid(document)
