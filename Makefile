# `make` says what there is. Everything happens in .venv, which is made on first use; a later run only runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
WORKERS ?= 2
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help train test adapters lint bench clean

help:
	@echo "make train   train a small language model in ftrl/TravelBooking-v0 (ARGS='--help' for the settings)"
	@echo "make test    format, lint, types, layers, then every test"
	@echo "make adapters  tests of the adapters whose libraries cannot share a venv (ARGS='openenv verifiers' for some)"
	@echo "make lint    the first four of these"
	@echo "make bench   speed of the environment, and agreement with FTRL's published scores where the cases are at hand"
	@echo "make clean   remove .venv, .venvs and caches; runs/ stays"

train: $(VENV)/train.stamp
	$(BIN)/python agents/train_llm.py $(ARGS)

test: lint
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

adapters: $(BIN)/python
	$(BIN)/python tests/separate_venvs.py $(ARGS)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp
	$(BIN)/python benchmarks/speed.py env
	$(if $(FTRL_REFERENCE_DIR),$(BIN)/python benchmarks/ftrl_conformance.py $(FTRL_REFERENCE_DIR)/golden)

clean:
	rm -rf $(VENV) .venvs .mypy_cache .ruff_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "ftrl_gym needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | tail -1)." >&2; \
	  echo "Install one and name it: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "'$(PYTHON)' cannot make a virtual environment (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }

# torch goes first and alone, so that pip takes a build that is at hand (such as the CPU one) before it resolves the rest.
# bfcl-eval goes last and without what it pins, old versions of half of the rest among it: tests need its checkers alone.
$(VENV)/%.stamp: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing ftrl-gym[$*] into $(VENV) (a few minutes the first time)"
	$(PIP) install -c constraints.txt torch
	$(PIP) install -c constraints.txt --editable '.[$*]'
	$(if $(filter dev,$*),$(PIP) install -c constraints.txt --no-deps bfcl-eval)
	@touch $@ $(if $(filter dev,$*),$(VENV)/train.stamp)
