# `make demo` and `make test` need Python 3.11 or newer and nothing else: the first of them builds .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
# One more than there are cores, for many tests wait for servers; a file's tests share what they set up.
SIDE_BY_SIDE := --numprocesses=$(shell expr $$(nproc) + 1) --dist=loadfile --no-loadscope-reorder

.PHONY: demo test types tried tools install format golden tables answers pictures lock clean

demo: install
	$(BIN)/talkwatch demo

test: install tools
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory --jobs=2 tried types

types:
	$(BIN)/mypy

# Types are checked meanwhile: that takes one core half a minute.
tried:
	@echo "the tests run a file at a time, side by side, in some twenty minutes on two cores"
	$(BIN)/pytest $(SIDE_BY_SIDE)

# A browser that looks at the pages, a database for Prefect. Where there is no apt-get their tests are skipped, and say so.
tools:
	@command -v apt-get > /dev/null || exit 0; \
	lacking=$$(for name in $$(cat deploy/debian-packages); do dpkg -s $$name > /dev/null 2>&1 || echo $$name; done | xargs); \
	test -z "$$lacking" && exit 0; \
	test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends $$lacking > /dev/null && exit 0; \
	echo "the tests use a browser and PostgreSQL; type: sudo apt-get install $$lacking"; exit 1

# Compiled here, for whoever may not write beside it, as the service may not: else each of its processes, and each pass is
# one, compiles Prefect anew, which takes longer than all else it does.
COMPILED := $(BIN)/python -m compileall -q -x '/(tests?|mypy)/'

install: $(STAMP)
	@$(COMPILED) alerts extractors flows warehouse

# uv, itself locked, because older pips stop at an extra in the lock although it is right.
$(STAMP): requirements.lock requirements-uv.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(COMPILED) -j 0 .venv/lib
	touch $@

format:
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Shows what the golden text is read as now, and accepts it: `extractor_version` changes with it.
golden: install
	$(BIN)/python -m tests.golden

# The page of tables and columns, from their comments in the warehouse.
tables: install
	$(BIN)/python -m tests.tables_page

# The answers shown in the page for analysts, from the seed articles.
answers: install
	$(BIN)/python -m tests.answers_page

# The pictures of pages in docs, from news of our own, in Chromium.
pictures: install
	$(BIN)/python -m tests.pictures

# Names, versions and hashes only: no index options, so no registry's address.
lock: install
	$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --no-header --no-annotate --upgrade -o requirements.lock
	echo "uv==$$($(BIN)/uv --version | cut -d' ' -f2)" | $(BIN)/uv pip compile - --generate-hashes --no-header --no-annotate -o requirements-uv.lock

clean:
	rm -rf .venv var dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
