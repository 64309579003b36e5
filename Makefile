# Two commands are enough: `make run` and `make test`. Both set up what they need.
# Needed on the machine: make and Python 3.11 or newer. uv is used when present, else fetched.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# All data of `make run` lie in the checkout, so a clone is complete in itself and is removed with it.
# The installed command `zhiheng` uses ~/.local/share/zhiheng. ZHIHENG_HOME overrides both.
ZHIHENG_HOME ?= $(CURDIR)/.home
export ZHIHENG_HOME := $(abspath $(ZHIHENG_HOME))

# The Python of the machine is used; uv must not fetch another.
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
unexport VIRTUAL_ENV

UV := $(or $(shell command -v uv 2>/dev/null),$(CURDIR)/.venv-bootstrap/bin/uv)
BIN := .venv/bin
ARGS ?=

.PHONY: help run test lint format types bench docs messages setup clean

help: ## Show this list
	@echo "质衡 Zhiheng — make COMMAND [PORT=8000] [ZHIHENG_HOME=folder]"
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  \1\t/' | expand -t 14

run: .venv/.ready-to-run ## Set up, load the synthetic province on first start, serve it
	@$(BIN)/zhiheng run --demo $(ARGS)

test: .venv/.ready-to-develop ## Run all tests, on SQLite and on PostgreSQL where a server answers
	@$(BIN)/python tools/suite.py $(ARGS)

lint: .venv/.ready-to-develop ## Check style, the import rule, translations and the lock file
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python tools/messages.py --check
	@$(BIN)/python tools/lock.py

format: .venv/.ready-to-develop ## Format the code and mend what can be mended by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: .venv/.ready-to-develop ## Check the types
	@$(BIN)/mypy $(ARGS)

bench: .venv/.ready-to-develop ## Measure speed and memory (one part: make bench ARGS=ledger)
	@$(BIN)/python -m benchmarks $(ARGS)

docs: .venv/.ready-to-develop ## Write the reference pages anew and check all links
	@$(BIN)/python -m tools.docs $(ARGS)

messages: .venv/.ready-to-develop ## Bring the translation catalogues up to date (one room: ARGS=kernel)
	@$(BIN)/python tools/messages.py $(ARGS)

setup: .venv/.ready-to-develop ## Only set up the environment of a developer

clean: ## Remove the environment and caches; data in ZHIHENG_HOME stay
	rm -rf .venv .venv-bootstrap .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# --inexact: a developer's environment is not stripped by `make run`.
.venv/.ready-to-run: pyproject.toml uv.lock | $(UV)
	@echo "Setting up (once; needs the package registry) …"
	@$(UV) sync --locked --inexact --no-dev --extra postgres
	@touch $@

.venv/.ready-to-develop: pyproject.toml uv.lock | $(UV)
	@echo "Setting up for development (once; needs the package registry) …"
	@$(UV) sync --locked --extra postgres
	@touch .venv/.ready-to-run $@

$(CURDIR)/.venv-bootstrap/bin/uv:
	@./tools/bootstrap .venv-bootstrap
