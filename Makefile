# `make help` lists the targets. Each works alone on a fresh clone that has nothing but python3:
# what a target needs is installed into .venv first, and again whenever pyproject.toml changes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST_ARGS ?=

# A virtual environment is only its own if the caller's Python settings stay out of it.
unexport PYTHONPATH
unexport PYTHONHOME
export PIP_USER := 0
export PYTHONUTF8 := 1

# Stamps lie inside .venv: remove .venv and everything is set up anew.
BASE := $(VENV)/.installed-base
DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test check lint format types docs names wheel coverage clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(BASE)  ## a bot on a failing exchange, crashed, killed and restored before your eyes
	$(BIN)/benthic demo

test: $(DEV)  ## all tests, a process for each core; PYTEST_ARGS='-k ledger' picks some
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

check: lint types docs test  ## everything that must pass before a change is done

lint: $(DEV)  ## format and lint, without changing a file
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(DEV)  ## format, and repair what can be repaired safely
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(DEV) names  ## mypy strict and basedpyright
	$(BIN)/mypy
	$(BIN)/basedpyright

docs: $(DEV)  ## the handbook, as HTML in build/docs; a warning is an error
	$(BIN)/python -m sphinx -q -n -W --keep-going -b html -d build/doctrees docs build/docs

# Type checkers find a package by the name of its folder, and this folder may have any name.
names:  ## the path on which `import benthic` resolves for type checkers
	@mkdir -p build/names
	@ln -sfn ../.. build/names/benthic

wheel: $(DEV)  ## build the wheel and try it in an environment of its own
	rm -rf build/lib build/bdist.* build/wheel build/wheel-venv
	$(PIP) wheel --quiet --no-deps --wheel-dir build/wheel .
	$(PYTHON) -m venv build/wheel-venv
	build/wheel-venv/bin/python -m pip --disable-pip-version-check install --quiet build/wheel/benthic-*.whl
	cd build/wheel && ../wheel-venv/bin/python ../../tests/try_wheel.py

coverage: $(DEV)  ## all tests, then what they did not run
	$(BIN)/coverage run -m pytest $(PYTEST_ARGS)
	$(BIN)/coverage report

clean:  ## remove what was built; .venv stays
	rm -rf build .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "benthic needs Python 3.11 or newer and this is %d.%d: run make PYTHON=/path/to/python3.11 again" % sys.version_info[:2])'
	$(PYTHON) -m venv --clear $(VENV)

# Order-only on the interpreter: its date says nothing about what is installed.
$(BASE): pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --editable .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --editable '.[dev,bench,data]'
	@touch $(BASE) $@
