"""The keys of `app:` for an app's own TypeScript."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    field_validator,
    model_validator,
)

from sim.scenario import (
    MILLISECOND,
    SECOND,
    Count,
    Duration,
    ExternalSettings,
    Interval,
    Latency,
    Rate,
    Settings,
    Share,
    Size,
    param,
)

from .bundle import Bundle, bundle_project, bundle_scripts, read_bundle
from .client_settings import Client
from .errors import app_error
from .field_law import Generated
from .json_value import Json

_OURS = "our own; no such setting on the platform"
_LEAST_MEMORY = 64 << 20


class FetchRule(Settings):
    """How a `fetch` of the app's is answered. The first rule that fits answers."""

    url: str = param(
        ..., "Which URLs: scheme, host and path, such as `https://api.example.com/search*`; `*` "
        "stands for anything. The query string counts only if there is a `?` in it.",
    )  # fmt: skip
    method: str = param("", "Only requests of this method; empty: of any.")
    status: int = param(200, "The HTTP status.")
    headers: dict[str, str] = param({}, "Headers of the answer.")
    body: Json = param(None, "The body of the answer: a text as it is, anything else as JSON.")
    file: str = param("", "A file that holds the body.")
    mock: str = param(
        "", "A function exported by the module `mocks` that answers: it gets the request and "
        "returns the body, or {status, body, json, headers}.",
    )  # fmt: skip
    limited: bool = param(
        True, "Whether the scenario's `external.rate_limit` covers it. A request that it refuses "
        "is answered with 429 and an empty body.",
    )  # fmt: skip
    latency: Latency | None = param(None, "Round trip; as `external.latency` unless given.")
    rate_limit: Count | None = param(
        None, "A limit of its own: requests in `rate_window`; 0: none."
    )
    rate_window: Interval | None = param(None, "The window of its own limit.")
    error_rate: Share | None = param(
        None, "Share of requests that fail with 503; as `external.error_rate` unless given."
    )

    @property
    def own(self) -> bool:
        """Whether it is a service of its own, beside the scenario's `external`."""
        given = (self.latency, self.rate_limit, self.rate_window, self.error_rate)
        return any(value is not None for value in given)

    def service(self, external: ExternalSettings) -> ExternalSettings:
        """The settings of its service: its own over the scenario's."""
        changes = {
            "latency": self.latency, "rate_limit": self.rate_limit,
            "rate_window": self.rate_window, "error_rate": self.error_rate,
        }  # fmt: skip
        if self.rate_limit is None:
            changes["rate_limit"] = 0 if not self.limited else external.rate_limit
        return external.model_copy(
            update={key: value for key, value in changes.items() if value is not None}
        )

    @model_validator(mode="after")
    def _answers_once(self) -> FetchRule:
        bodies = [self.body is not None, bool(self.file), bool(self.mock)]
        if sum(bodies) > 1:
            raise ValueError("expected one of body, file and mock")
        if not 100 <= self.status <= 599:
            raise ValueError(f"status: {self.status} is no HTTP status")
        return self


class Seed(Settings):
    """A mutation of the app's own that fills the tables before the run starts."""

    function: str = param(..., "Its path, such as `seed:fill`.")
    args: Json = param({}, "Its arguments.")
    args_file: str = param("", "A JSON file that holds the arguments instead.")


class World(Settings):
    """The documents that are there when the run starts."""

    export: str = param("", "A ZIP that `convex export` wrote.")
    folder: str = param("", "A folder of JSONL files, one per table: `artists.jsonl`.")
    generate: dict[str, Generated] = param(
        {}, "Documents that are made up from the schema, by table: `{shows: 500, artists: 80}`. "
        "They refer to documents that are there.",
    )  # fmt: skip
    seed: Seed | None = param(None, "A mutation that fills the tables; the limits do not hold.")


class ConvexSettings(Settings):
    """All settings of an app in its own TypeScript."""

    name: str = param("convex", "The app: `convex`.")
    root: str = param("", "The project's folder, which holds `convex/`.")
    bundle: str = param("", "A bundle made by `sim bundle`, instead of `root`.")
    javascript: Literal["auto", "node", "quickjs"] = param(
        "auto", "What runs it; auto: Node if there is one (20 or newer), else quickjs-ng. The "
        "results are the same.", source=_OURS,
    )  # fmt: skip
    memory: Size = param("1GiB", "Memory of the engine of JavaScript.", source=_OURS)
    time_limit: Duration = param(
        "10s", "Real time after which a function that does not come back is stopped: it then has "
        "run into its time-out.", source=_OURS,
    )  # fmt: skip
    env: dict[str, str] = param({}, "Environment variables, as `process.env` has them.")
    identity: dict[str, Json] | None = param(
        None, "What `ctx.auth.getUserIdentity()` returns to clients' calls; nobody unless given."
    )
    jobs: Literal["auto", "kept", "dropped"] = param(
        "auto", "Whether `_scheduled_functions` has rows; auto: if the code reads it or cancels.",
        source=_OURS,
    )  # fmt: skip
    fetch: tuple[FetchRule, ...] = param((), "How requests to other services are answered.")
    mocks: str = param("", "A TypeScript module of mocks and clients' scripts.")
    world: World = param(World(), "The documents at the start.")
    clients: dict[str, Client] = param({}, "Who calls the app from outside.")
    query_cache: Size = param(
        "100MiB", "Memory of the query cache; 0: there is none.",
        source="convex-backend: `UDF_CACHE_MAX_SIZE`",
    )  # fmt: skip
    writes: dict[str, Rate] = param(
        {}, "Organic writes by table, spread evenly over its documents: they conflict.",
    )  # fmt: skip

    @field_validator("memory")
    @classmethod
    def _enough(cls, value: int) -> int:
        if value < _LEAST_MEMORY:
            raise ValueError("expected at least 64MiB")
        return value

    @field_validator("time_limit")
    @classmethod
    def _some_time(cls, value: int) -> int:
        if value < 100 * MILLISECOND:
            raise ValueError("expected at least 100ms")
        return value

    @field_validator("name")
    @classmethod
    def _is_this_app(cls, value: str) -> str:
        if value != "convex":
            raise ValueError("expected `convex`")
        return value

    @property
    def seconds(self) -> float:
        """The real time limit in seconds."""
        return self.time_limit / SECOND

    @model_validator(mode="after")
    def _has_code(self) -> ConvexSettings:
        if bool(self.root) == bool(self.bundle):
            raise ValueError("expected either `root`, the folder that holds `convex/`, or `bundle`")
        if self.mocks and not self.root:
            raise ValueError("`mocks` are bundled by the esbuild of `root`: there is none")
        needing = [rule.mock for rule in self.fetch] + [c.script for c in self.clients.values()]
        if any(needing) and not self.mocks:
            raise ValueError("mock and script are functions of the module `mocks`: give its file")
        return self

    def code(self) -> Bundle:
        """The app's functions as one script; raises `ScenarioError`."""
        return bundle_project(Path(self.root)) if self.root else read_bundle(Path(self.bundle))

    def scripts(self) -> Bundle | None:
        """The module of mocks and clients."""
        return bundle_scripts(Path(self.mocks), Path(self.root)) if self.mocks else None

    def _files(self) -> dict[str, str]:
        """What the files that it names hold, by a hash each."""
        files = [self.world.export, *(rule.file for rule in self.fetch)]
        if self.world.seed is not None:
            files.append(self.world.seed.args_file)
        if self.world.folder:
            files += sorted(str(file) for file in Path(self.world.folder).glob("*.jsonl"))
        return {Path(file).name: _digest(Path(file)) for file in files if file}

    def simulated_as(self) -> dict[str, Any]:
        """What is simulated: the code and the files themselves, not where they lie."""
        settings = self.model_dump(mode="json")
        for key in ("root", "bundle", "mocks", "javascript", "memory", "time_limit"):
            settings.pop(key)
        settings["world"] |= {"export": "", "folder": ""}
        if settings["world"]["seed"]:
            settings["world"]["seed"]["args_file"] = ""
        for rule in settings["fetch"]:
            rule["file"] = ""
        scripts = self.scripts()
        return {
            **settings,
            "code": self.code().digest,
            "scripts": scripts.digest if scripts else "",
            "files": self._files(),
        }


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    except FileNotFoundError as error:
        raise app_error(file, "there is no such file") from error
    except OSError as error:
        raise app_error(file, f"cannot be read: {error.strerror}") from error
