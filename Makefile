# make run | make test | make check: each installs what it needs into .venv, from the lock files.

PORT ?= 8000
DATA ?= data
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --extra postgres --extra build
PYTEST ?=

.DEFAULT_GOAL := help
.PHONY: help run codes test check format bench lock messages clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Maillage needs Python 3.11 or newer (make PYTHON=python3.12 …)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 1; }

# The dev lock holds the other one: a machine that has it needs nothing more to run.
$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	@if [ ! -e $(VENV)/.dev ]; then echo "installing (some minutes the first time)…"; $(PIP) install --require-hashes -r requirements.lock; \
		else $(PIP) install --require-hashes -r requirements-dev.lock; fi
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Most of what is installed here is never imported: what is, is compiled then.
$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "installing (some minutes the first time)…"
	@$(PIP) install --no-compile --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run

run: $(VENV)/.run ## start everything on this machine (PORT=8000 DATA=data)
	@exec $(BIN)/maillage run --port $(PORT) --data $(DATA)

codes: $(VENV)/.run ## the demo accounts with their present second-factor codes
	@$(BIN)/maillage demo codes --data $(DATA)

test: $(VENV)/.dev ## the whole suite, on SQLite and on PostgreSQL (PYTEST='-k name')
	@bash tests/run $(PYTEST)

check: $(VENV)/.dev ## format, lint, types, floors, migrations, translations, docs
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/lint-imports
	$(BIN)/mypy
	DJANGO_SETTINGS_MODULE=maillage.config.settings.test $(BIN)/python -m django makemigrations --check --dry-run
	$(BIN)/python -m pytest -q tests/architecture

format: $(VENV)/.dev ## write the format and the fixes that are safe
	$(BIN)/ruff format src tests benchmarks
	$(BIN)/ruff check --fix src tests benchmarks

bench: $(VENV)/.dev ## measure what is claimed; writes benchmarks/results/latest.json
	$(BIN)/python -m benchmarks

messages: $(VENV)/.dev ## gather the texts to translate, then compile the catalogues
	$(BIN)/python -m tests.messages

lock: $(VENV)/.dev ## renew both lock files
	$(LOCK) --upgrade --output-file requirements.lock
	$(LOCK) --upgrade --extra dev --output-file requirements-dev.lock

clean: ## remove what was installed and built (never the data)
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
