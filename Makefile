# Everything runs in .venv, which is installed on first use and again when pyproject.toml or
# constraints.txt change. Needs python3 (3.11 or newer) with venv and pip; nothing else.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
PIP := -m pip --disable-pip-version-check
OUT := out

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The stamp is written last: an interrupted installation is taken up again.
$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PY) $(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

.PHONY: install
install: $(INSTALLED) ## Create .venv and install the toolkit with its development tools.

.PHONY: spike
spike: $(INSTALLED) ## The main job: the incident at full scale, side by side with its fix.
	$(VENV)/bin/sim compare scenarios/spike.yaml scenarios/fixed.yaml

.PHONY: audit
audit: $(INSTALLED) ## Hold the incident report's statements against the model (half a minute).
	$(VENV)/bin/sim audit scenarios/claims/incident-report.yaml scenarios/spike.yaml \
		scenarios/fixed.yaml scenarios/normal.yaml scenarios/spike-3-days.yaml

.PHONY: test
test: $(INSTALLED) ## Run the tests on all cores, without the benchmarks.
	$(PY) -m pytest -n logical --dist worksteal

.PHONY: hostile
hostile: $(INSTALLED) ## Run the whole hostile corpus: thousands of damaged inputs (minutes).
	$(PY) -m tests.hostile

.PHONY: check
check: $(INSTALLED) ## Lint, formatting and types.
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

.PHONY: format
format: $(INSTALLED) ## Put the code into the project's format.
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

.PHONY: bench
bench: $(INSTALLED) ## Time the engines side by side and print the tables (minutes).
	$(PY) -m pytest tests/benchmarks --benchmark-quiet

.PHONY: reports
reports: $(INSTALLED) ## Rewrite the published reports of the shipped scenarios (half a minute).
	$(PY) -m tools.publish scenarios reports

.PHONY: ablation
ablation: $(INSTALLED) ## Rewrite the report of what each change bought: 4,096 runs (seven minutes).
	$(VENV)/bin/sim ablate scenarios/spike.yaml scenarios/fixed.yaml --store ablation.sqlite \
		--budgets scenarios/budgets/incident-checklist.yaml --out reports/ablation.md

.PHONY: model
model: $(INSTALLED) ## Rewrite the parameter table of MODEL.md from the schema.
	$(PY) -m tools.parameter_table MODEL.md

.PHONY: wheel
wheel: $(INSTALLED) ## Build the wheel and run its command in a clean environment.
	rm -rf dist .venv-wheel
	$(PY) -m build --wheel --outdir dist
	$(PYTHON) -m venv .venv-wheel
	.venv-wheel/bin/python $(PIP) install --quiet --constraint constraints.txt dist/sim-*.whl
	cd dist && ../.venv-wheel/bin/sim --version
	rm -rf .venv-wheel

.PHONY: lock
lock: ## Renew constraints.txt (needs uv).
	uv pip compile --universal --python-version 3.11 --all-extras --upgrade \
		--no-header --no-annotate \
		--quiet pyproject.toml --output-file constraints.txt

.PHONY: clean
clean: ## Remove everything that was made, .venv included.
	rm -rf $(VENV) .venv-wheel dist build $(OUT) .mypy_cache .pytest_cache .ruff_cache .hypothesis \
		.benchmarks
	find sim tests -name __pycache__ -type d -exec rm -rf {} +
