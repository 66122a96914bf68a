# Everything a fresh machine needs is python3 (3.11 or newer) with venv and pip.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help spike test check bench model clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

spike: $(READY) ## the main job: the incident beside its fix, at full scale
	$(BIN)/sim compare scenarios/spike.yaml scenarios/fixed.yaml

test: $(READY) ## the test suite
	$(BIN)/python -m pytest

check: $(READY) ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY) ## benchmarks: ratios measured side by side
	$(BIN)/python -m pytest tests/benchmarks --benchmark-group-by=group -o addopts=

model: $(READY) ## rewrite the parameter table of MODEL.md from the schema
	$(BIN)/python -m sim.report.model MODEL.md

clean: ## remove what the targets made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks dist
