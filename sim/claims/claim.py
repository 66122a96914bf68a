"""The schema of claims files: what a report states, and how each statement is tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import PrivateAttr, field_validator, model_validator

from sim.scenario import KeyPath, Settings, by_id, check_ids, param

from .kind import ClaimKind
from .measure import Measure
from .price import Priced
from .setting import Setting
from .switch import Switch
from .together import Together

KINDS = ("measure", "together", "price", "setting", "switch")


class Question(Settings):
    """One question about one scenario, of exactly one kind."""

    scenario: str = param("", "The scenario that it is about, by name. Default: the first one.")
    revision: str = param("", "Or by revision: the first scenario that has it.")
    measure: Measure | None = param(
        None, "A metric, or the ratio of two, compared with a stated figure."
    )
    together: Together | None = param(None, "Calls and GB-hours: how long an action can have run.")
    price: Priced | None = param(None, "What stated usage costs, compared with the stated dollars.")
    setting: Setting | None = param(None, "A setting, compared with its stated value.")
    switch: Switch | None = param(None, "Cause and effect: the run repeated with settings changed.")

    @model_validator(mode="after")
    def _one_kind(self) -> Question:
        asked = self._asked()
        if len(asked) != 1:
            found = f", not {' and '.join(asked)}" if asked else ""
            raise ValueError(f"expected exactly one of {', '.join(self._askable())}{found}")
        if self.scenario and self.revision:
            raise ValueError("give the scenario or the revision, not both")
        return self

    @classmethod
    def _askable(cls) -> tuple[str, ...]:
        return KINDS

    def _asked(self) -> list[str]:
        return [key for key in self._askable() if getattr(self, key)]

    @property
    def kind(self) -> str:
        """The key of the question."""
        return self._asked()[0]

    @property
    def question(self) -> ClaimKind:
        """The question itself."""
        found: ClaimKind = getattr(self, self.kind)
        return found


class Claim(Question):
    """A statement, word for word, and the questions that test it."""

    quote: str = param(..., "The statement, word for word.")
    section: str = param("", "Where in the report it is.")
    reading: str = param("", "How it is understood, if that is not obvious; shown in reports.")
    all: tuple[Question, ...] = param((), "Several questions; the worst answer is the verdict.")
    untestable: str = param("", "Why no simulation can test it.")

    @classmethod
    def _askable(cls) -> tuple[str, ...]:
        return (*KINDS, "all", "untestable")

    def questions(self) -> Iterator[tuple[KeyPath, Question]]:
        """Every question with its path in the claim; the claim's scenario is the default."""
        if self.untestable:
            return
        if not self.all:
            yield (), self
        about = {"scenario": self.scenario, "revision": self.revision}
        for number, each in enumerate(self.all):
            named = each.scenario or each.revision
            yield ("all", number), each if named else each.model_copy(update=about)


class Claims(Settings):
    """A report's statements."""

    title: str = param(..., "What the report is called.")
    source: str = param("", "Where it is: a file, an address, or a remark.")
    conclusion: str = param(
        "", "What its author concludes from the statements together; shown in reports as written."
    )
    claims: dict[str, Claim] = param(..., "A list of items with an `id`, or a mapping by id.")

    _where: Callable[[KeyPath], str] | None = PrivateAttr(None)

    @field_validator("claims", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        items = by_id(value) if isinstance(value, list) else value
        if isinstance(items, dict):
            check_ids(items)
            if not items:
                raise ValueError("there are no claims to audit")
        return items

    def where(self, path: KeyPath) -> str:
        """The place of a key, such as ``file:line:column``."""
        return self._where(path) if self._where is not None else self.title
