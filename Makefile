# `make demo` and `make test` need Python 3.11 or newer and nothing else: the first of them builds .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test tools tests-slow-flows tests-slow-rest tests-quick install format golden tables lock clean

demo: install
	$(BIN)/talkwatch demo

test: install tools
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@echo "the tests run two at a time, one on each core; each lot prints when it is done, all in about twenty minutes"
	$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target tests-slow-flows tests-slow-rest tests-quick

# Two lots that take about as long as each other: most of that time they wait for servers.
FIRST_LOT := $(wildcard tests/test_flows_[a-p]*.py)

tests-slow-flows:
	$(BIN)/pytest -m slow $(FIRST_LOT)

tests-slow-rest:
	$(BIN)/pytest -m slow $(filter-out $(FIRST_LOT),$(wildcard tests/test_*.py))

tests-quick:
	$(BIN)/pytest -m "not slow"

# The browser that looks at the pages. Where there is no apt-get its tests are skipped, and say so.
tools:
	@command -v apt-get > /dev/null || exit 0; \
	lacking=$$(for name in $$(cat deploy/debian-packages); do dpkg -s $$name > /dev/null 2>&1 || echo $$name; done | xargs); \
	test -z "$$lacking" && exit 0; \
	test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends $$lacking > /dev/null && exit 0; \
	echo "the tests look at the pages with a browser; type: sudo apt-get install $$lacking"; exit 1

install: $(STAMP)

# uv, itself locked, because older pips stop at an extra in the lock although it is right.
$(STAMP): requirements.lock requirements-uv.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
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

# Names, versions and hashes only: no index options, so no registry's address.
lock: install
	$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --no-header --no-annotate --upgrade -o requirements.lock
	echo "uv==$$($(BIN)/uv --version | cut -d' ' -f2)" | $(BIN)/uv pip compile - --generate-hashes --no-header --no-annotate -o requirements-uv.lock

clean:
	rm -rf .venv var dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
