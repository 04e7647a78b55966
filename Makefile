# make run     everything from nothing: environment, front end, database, sandbox workspace; ARGS="--port 8123 --no-browser"
# make test    lint, types, import contracts, front end, unit, database and browser tests
# make check   the part of it that needs no database
# make bench   the figures, as a table; make bench-ui for the screens; make soak for the long fault drill
# make dev     the product with the front end served and reloaded by Vite

SHELL := /bin/sh
ifndef PYTHON
PYTHON := $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
endif
ARGS ?=
BIN := .venv/bin
STAMPS := .stamps
FRONTEND := $(shell find frontend -name node_modules -prune -o -type f -print 2>/dev/null)

.PHONY: run test check bench bench-ui soak dev install clean

run: $(STAMPS)/package
	@exec $(BIN)/threadline serve $(ARGS)

test: $(STAMPS)/package $(STAMPS)/node_modules
	@exec $(BIN)/python -m tests.everything $(ARGS)

check: $(STAMPS)/package $(STAMPS)/node_modules
	@exec $(BIN)/python -m tests.everything --only check $(ARGS)

bench: $(STAMPS)/package
	@exec $(BIN)/python -m bench $(ARGS)

bench-ui: $(STAMPS)/package
	@exec $(BIN)/python -m bench ui $(ARGS)

soak: $(STAMPS)/package
	@THREADLINE_TEST_SOAK=1 exec $(BIN)/python -m pytest tests/faults -q $(ARGS)

dev: $(STAMPS)/package $(STAMPS)/node_modules
	@$(BIN)/threadline serve --no-browser $(ARGS) & trap "kill $$! 2>/dev/null" EXIT INT TERM; \
	cd frontend && ../$(BIN)/node node_modules/vite/bin/vite.js

install: $(STAMPS)/package

# A new lock file makes the environment anew from what it says; nothing is resolved on a user's machine.
$(STAMPS)/environment: requirements.lock
	@test -n "$(PYTHON)" || { echo "Threadline needs Python 3.11 or newer: install it (Debian: apt-get install python3 python3-venv)."; exit 1; }
	@mkdir -p $(STAMPS)
	@echo "Creating the environment (once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "Python's venv module is missing (Debian: apt-get install python3-venv)."; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.lock
	@touch $@

# The package build builds the front end when its sources changed (hatch_build.py).
$(STAMPS)/package: $(STAMPS)/environment pyproject.toml hatch_build.py $(FRONTEND)
	@echo "Building the front end and installing the package"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --reinstall-package threadline -e .
	@touch $@

$(STAMPS)/node_modules: frontend/package-lock.json $(STAMPS)/environment
	@cd frontend && PATH="$(CURDIR)/$(BIN):$$PATH" ../$(BIN)/npm ci --ignore-scripts --no-audit --no-fund --prefer-offline
	@touch $@

clean:
	rm -rf .stamps .venv threadline/web/static frontend/node_modules build dist
