# Everything runs in .venv, which is installed on first use and again when pyproject.toml or
# constraints.txt change. Needs python3 (3.11 or newer) with venv and pip; nothing else.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
PIP := -m pip --disable-pip-version-check
OUT := out
PAGES := README.md $(wildcard docs/*.md)
PYTHONS ?= python3.11 python3.12 python3.13 python3.14

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
audit: $(INSTALLED) ## Hold the incident report and the dashboards against the model (half a minute).
	$(VENV)/bin/sim audit scenarios/claims/incident-report.yaml scenarios/spike.yaml \
		scenarios/fixed.yaml scenarios/normal.yaml scenarios/spike-3-days.yaml
	$(VENV)/bin/sim audit scenarios/claims/dashboard.yaml scenarios/measured.yaml

.PHONY: test
test: $(INSTALLED) needs ## Run the tests on all cores, without the benchmarks.
	$(PY) -m pytest -n logical --dist worksteal

# Programs beside Python's packages: found, or installed, or one line says what to install.
.PHONY: needs
needs: $(INSTALLED)
	@$(PY) -m tools.needs browser

.PHONY: examples
examples: $(INSTALLED) ## Run the example apps whole, and compare what their pages say (two minutes).
	$(PY) -m pytest -n logical -m long tests/convex

EXAMPLES ?= 10000

.PHONY: fuzz
fuzz: $(INSTALLED) ## Hold both engines against each other on 10,000 random scenarios (an hour).
	$(PY) -m tests.platform.compiled.fuzz --examples $(EXAMPLES)

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

.PHONY: bench-logs
bench-logs: $(INSTALLED) ## Time the reading of 5 and 10 million log events (minutes, 9 GB of disk).
	$(PY) -m tests.benchmarks.logs $(OUT)/logs 5 10

.PHONY: reports
reports: $(INSTALLED) ## Rewrite the published reports of the shipped scenarios (half a minute).
	$(PY) -m tools.publish scenarios reports

.PHONY: ablation
ablation: $(INSTALLED) ## Rewrite the report of what each change did: 4,096 runs (seven minutes).
	$(VENV)/bin/sim ablate scenarios/spike.yaml scenarios/fixed.yaml --store ablation.sqlite \
		--budgets scenarios/budgets/incident-checklist.yaml --out reports/ablation.md

.PHONY: seeds
seeds: $(INSTALLED) ## Rewrite the report of the measured incident under many seeds (ten minutes).
	$(PY) -m tools.measured reports

.PHONY: docs
docs: $(INSTALLED) ## Run the examples of the pages and rewrite the output they show (minutes).
	$(PY) -m tools.docs write --slow $(PAGES)

.PHONY: docs-test
docs-test: $(INSTALLED) ## Check the examples of the pages, those that take long included (minutes).
	$(PY) -m tools.docs check --slow $(PAGES)

.PHONY: model
model: $(INSTALLED) ## Rewrite the parameter table of MODEL.md from the schema.
	$(PY) -m tools.parameter_table MODEL.md

.PHONY: mutation
mutation: $(INSTALLED) ## Change the code in a sample of places and see that a test fails (hours).
	$(PY) -m tools.mutation --sample 40 --seed 2 --out reports/mutation.md

.PHONY: assumptions
assumptions: $(INSTALLED) ## Measure anew what MODEL.md's figures depend on (minutes).
	$(PY) -m tools.assumptions MODEL.md

# The wheel as a user has it: in an environment of its own, with the examples of the README.
.PHONY: wheel
wheel: $(INSTALLED) ## Build the wheel, install it in a clean environment and run the README there.
	rm -rf dist .venv-wheel
	$(PY) -m build --wheel --outdir dist
	$(PY) -m tools.wheel dist/sim-*.whl
	$(PYTHON) -m venv .venv-wheel
	.venv-wheel/bin/python $(PIP) install --quiet --constraint constraints.txt dist/sim-*.whl
	.venv-wheel/bin/sim --version
	cd dist && ../.venv-wheel/bin/sim run shipped:monitor --horizon 10m
	$(PY) -m tools.docs check --install --venv .venv-wheel README.md
	rm -rf .venv-wheel

.PHONY: test-pythons
test-pythons: ## Try the package under every Python in PYTHONS that is found.
	$(PYTHON) -m tools.pythons $(PYTHONS)

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
