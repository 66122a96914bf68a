"""Deployments in mid-run: new code on the same documents. Jobs that wait run the new code."""

from __future__ import annotations

import json

from sim.platform.reference import Backend

from .crons import deploy_crons
from .load import Loaded, describe
from .settings import ConvexSettings
from .subscriptions import Subscriptions


class Deployments:
    """Follows the settings of a run."""

    def __init__(
        self,
        backend: Backend,
        loaded: Loaded,
        settings: ConvexSettings,
        subscriptions: Subscriptions,
    ) -> None:
        self._subscriptions = subscriptions
        self._backend = backend
        self._loaded = loaded
        self._settings = settings
        backend.on_deploy(self._deploy)

    def _deploy(self, settings: ConvexSettings) -> None:
        before, self._settings = self._settings, settings
        machine = self._loaded.machine
        if settings.env != before.env:
            machine.tell("environment", json.dumps(settings.env))
            self._subscriptions.redeployed()
        if (settings.root, settings.bundle) == (before.root, before.bundle):
            return
        code = settings.code()
        machine.load(code)
        machine.tell("applySchema")
        self._subscriptions.redeployed()
        deploy_crons(self._backend, describe(machine, code).crons)
