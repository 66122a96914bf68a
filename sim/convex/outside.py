"""What lies outside the deployment: the answers to `fetch`. Nothing ever leaves the machine."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sim.platform.external import OK, External
from sim.platform.reference import Backend, Context, Steps
from sim.scenario import Scenario, fault

from .errors import app_error
from .machine import Mocked
from .settings import ConvexSettings, FetchRule


class Outside:
    """The rules of a scenario, in their order."""

    def __init__(self, backend: Backend, scenario: Scenario, settings: ConvexSettings) -> None:
        self._name = scenario.where(("app", "fetch"))
        self._rules = [
            _Rule(rule, number, scenario, backend) for number, rule in enumerate(settings.fetch)
        ]

    def answer(self, ctx: Context, method: str, url: str) -> Steps:
        """Answer a request, in its time: status, headers and body as JSON, or the mock to ask."""
        rule = next((rule for rule in self._rules if rule.fits(method, url)), None)
        if rule is None:
            raise fault(self._name, _no_rule(method, url))
        arrives = ctx.now
        status = yield from ctx.http_to(rule.service, limited=rule.limited)
        if status != OK:
            return json.dumps({"status": status, "headers": {}, "body": ""})
        given = rule.given
        if not given.mock:
            return rule.text
        return Mocked(given.mock, arrives, given.status, json.dumps(given.headers))


class _Rule:
    """One rule, ready to be asked."""

    def __init__(self, given: FetchRule, number: int, scenario: Scenario, backend: Backend) -> None:
        self.given = given
        self._pattern = _pattern(given.url)
        self._whole = "?" in given.url
        self.limited = given.limited or given.rate_limit is not None
        self.service = (
            External(given.service(scenario.external), backend.seed, f"fetch.{number}")
            if given.own else backend.external
        )  # fmt: skip
        body = _file_text(Path(given.file)) if given.file else given.body
        self.text = _answer(given.status, given.headers, body)

    def fits(self, method: str, url: str) -> bool:
        """Whether the rule is about a request."""
        if self.given.method and self.given.method.upper() != method:
            return False
        asked = url if self._whole else url.partition("?")[0]
        return self._pattern.fullmatch(asked.partition("#")[0]) is not None


def _pattern(url: str) -> re.Pattern[str]:
    """A rule's URL as a pattern; a host alone stands for everything on it."""
    parts = [re.escape(part) for part in url.split("*")]
    path = url.partition("://")[2]
    tail = "" if "/" in path or path.endswith("*") else "(?:/.*)?"
    return re.compile(".*".join(parts) + tail, re.DOTALL)


def _no_rule(method: str, url: str) -> str:
    """The error of a request that nothing answers, with the rule to write."""
    plain = url.partition("?")[0].partition("#")[0]
    return (
        f"app.fetch: the app asked for {method} {url}, and no rule answers that; add for instance "
        f'`- {{url: "{plain}", body: {{}}}}`'
    )


def _answer(status: int, headers: dict[str, str], body: Any) -> str:
    is_text = isinstance(body, str)
    text = body if is_text else "" if body is None else json.dumps(body)
    kind = "text/plain" if is_text else "application/json"
    return json.dumps({"status": status, "headers": {"content-type": kind, **headers},
                       "body": text})  # fmt: skip


def _file_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise app_error(file, "there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise app_error(file, "cannot be read as text") from error
