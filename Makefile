# Shortcuts for the documented commands; the README lists the commands themselves.
PY := .venv/bin/python

# The build of torch: cpu or cuda. The default is the build that is already installed, else cpu.
TORCH ?= $(or $(patsubst .venv/.byline-setup-%,%,$(firstword $(wildcard .venv/.byline-setup-*))),cpu)

.PHONY: setup chat run index test soak bench constraints clean

setup: .venv/.byline-setup-$(TORCH)

.venv/.byline-setup-$(TORCH): pyproject.toml constraints.txt scripts/setup.sh
	@TORCH=$(TORCH) sh scripts/setup.sh

chat: setup
	@$(PY) -m index status >/dev/null 2>&1 || $(PY) -m index rebuild
	@$(PY) -m bot chat

run: setup
	@$(PY) -m index status >/dev/null 2>&1 || $(PY) -m index rebuild
	@$(PY) -m bot run

index: setup
	@$(PY) -m index rebuild

# One more than two cores, because some tests wait; each worker takes about 1.5 GB of memory.
TEST_WORKERS ?= 3

# mypy runs in parallel with the tests, at a low priority, in the time that they wait; its errors are printed after them.
# Python compiles the tests for every worker again where it is told to write no bytecode.
test: export PYTHONDONTWRITEBYTECODE =
test: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --no-cache
	@nice -n 19 .venv/bin/mypy >.venv/mypy.log 2>&1 & mypy=$$!; \
	$(PY) -m pytest -n $(TEST_WORKERS) --dist worksteal; tests=$$?; \
	wait $$mypy || { cat .venv/mypy.log; exit 1; }; exit $$tests

# Long-running tests (about 1 hour 45 minutes); docs/reliability.md has the results.
SOAK := $(PY) -m pytest -s --timeout 10000
SOAK_MINUTES ?= 60

soak: setup
	BURST_QUESTIONS=1000 BURST_DROPS=50 BURST_SECONDS=600 $(SOAK) tests/soak/test_burst.py
	QUEUED=200 $(SOAK) tests/bot/discord/test_load.py -k many_queued
	REOPENINGS=200 $(SOAK) tests/test_reliability.py tests/index/publishing/test_server.py
	KILLS=200 STORE_EXAMPLES=50 FUZZ=2000 $(SOAK) tests/index/test_generation_faults.py tests/index/test_generation_machine.py \
		tests/index/articles/test_fuzz.py tests/bot/discord/rendering
	EXAMPLES=all $(SOAK) tests -m hypothesis
	REBUILDS=50 QUERIES=100000 $(SOAK) tests/soak/test_rebuilds.py
	SOAK_MINUTES=$(SOAK_MINUTES) $(SOAK) tests/soak/test_traffic.py

# Benchmarks: about an hour with these sizes, two hours the first time; docs/performance.md has the results.
BENCH := $(PY) benchmarks
BENCH_ARTICLES ?= articles
BENCH_SIZES ?= 1000,10000

bench: setup
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	rm -f .bench/figures.jsonl
	$(BENCH)/warm_answer.py
	$(BENCH)/many_askers.py
	$(BENCH)/cold_start.py
	$(BENCH)/rebuild_time.py $(BENCH_FOLDER)
	$(BENCH)/scale.py --sizes $(BENCH_SIZES) $(BENCH_ARTICLES)
	$(BENCH)/plot.py

# Update constraints.txt after a change of dependencies, without local package sources or index URLs.
constraints: setup
	env -u UV_FIND_LINKS -u PIP_FIND_LINKS .venv/bin/uv pip compile --quiet --universal --all-extras --upgrade \
		--python-version 3.11 --no-header --no-annotate --no-emit-find-links --no-emit-index-url \
		pyproject.toml --output-file constraints.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
