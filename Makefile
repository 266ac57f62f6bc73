# One command each. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
STEP := $(BIN)/python tools/step.py

# `make lint` checks the settings of a real installation: TLS on, nothing reachable.
LINT_ENVIRONMENT := WFM_SECRET_KEY=lint-lint-lint-lint-lint-lint-lint-lint-lint-lint-0123456789 \
	WFM_TLS=1 WFM_ALLOWED_HOSTS=wfm.example REDIS_URL=redis://127.0.0.1:1/0 \
	DATABASE_URL=postgresql://nobody@127.0.0.1:1/none WFM_STATE_DIR=.state/lint

.DEFAULT_GOAL := help
.PHONY: help setup demo run test lint format messages bench bench-forecasting bench-staffing bench-scheduling bench-scheduling-hybrid bench-scheduling-after bench-dayroster bench-adherence lock clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 26

setup: ## build .venv from the lock files (costs nothing when it is current)
	@$(PYTHON) tools/setup.py

demo: setup ## start everything with the demo operation; Ctrl-C stops it
	@exec $(BIN)/python -m wfm.launcher demo

run: setup ## start everything without demo data
	@exec $(BIN)/python -m wfm.launcher run

test: setup ## run every test with coverage
	@$(PYTHON) tools/browser.py
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-branch --cov-report=
	@mkdir -p test-artifacts
	@$(BIN)/coverage report > test-artifacts/coverage.txt; failed=$$?; sed -n '/^TOTAL/,$$p' test-artifacts/coverage.txt; exit $$failed

lint: setup ## style, types, import contracts, settings, migrations, compose file
	@$(STEP) "ruff check" $(BIN)/ruff check .
	@$(STEP) "ruff format" $(BIN)/ruff format --check .
	@$(STEP) "mypy" env $(LINT_ENVIRONMENT) $(BIN)/mypy wfm forecasting staffing scheduling adherence reporting
	@$(STEP) "import contracts" env $(LINT_ENVIRONMENT) $(BIN)/lint-imports
	@$(STEP) "manage.py check" env $(LINT_ENVIRONMENT) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(STEP) "migrations" env $(LINT_ENVIRONMENT) $(BIN)/python -W "ignore:Got an error checking:RuntimeWarning" manage.py makemigrations --check --dry-run
	@$(STEP) "compose file" $(BIN)/python tools/compose.py

format: setup ## let ruff mend and format the code
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

messages: setup ## collect the texts and compile the catalogues
	$(BIN)/python tools/messages.py extract
	$(BIN)/python tools/messages.py compile

bench: setup ## run the benchmarks and print their figures
	$(BIN)/python -m pytest tests/benchmarks -q -s

bench-forecasting: setup ## forecast real series beside seven peers; OPTIONS="--help" lists options
	@$(BIN)/python tools/bench_environment.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv-bench/bin/python -m tests.benchmarks.forecasting $(OPTIONS)

bench-staffing: setup ## staffing against exact values, pyworkforce and simulated days; OPTIONS="--help"
	@$(BIN)/python tools/bench_environment.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv-bench/bin/python -m tests.benchmarks.staffing $(OPTIONS)

bench-scheduling: setup ## schedules of the given instances beside direct CP-SAT and pyworkforce; OPTIONS="--help" lists options
	@$(BIN)/python tools/bench_environment.py
	$(BIN)/python -m tests.benchmarks.scheduling $(OPTIONS)

bench-scheduling-hybrid: setup ## office days, desks, meetings and deferred work in one solve; OPTIONS="--help" lists options
	$(BIN)/python -m tests.benchmarks.scheduling_hybrid $(OPTIONS)

bench-scheduling-after: setup ## explanations, prices of rules and planning again; OPTIONS names instances
	$(BIN)/python -m tests.benchmarks.scheduling_after $(OPTIONS)

bench-dayroster: setup ## rosters of day shifts beside a direct CP-SAT model; OPTIONS="--help" lists options
	$(BIN)/python -m tests.benchmarks.dayroster $(OPTIONS)

bench-adherence: setup ## adherence: exactness, speed, races, recovery; OPTIONS="--help" lists options
	$(BIN)/python -m tests.benchmarks.adherence $(OPTIONS)

lock: setup ## resolve requirements/*.in again into the lock files
	@for name in bootstrap base test bench; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--no-emit-index-url requirements/$$name.in -o requirements/$$name.txt; done

clean: ## remove what tools wrote; .venv and .state stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis htmlcov test-artifacts .coverage .coverage.*
	find . -name __pycache__ -not -path "./.venv*/*" -prune -exec rm -rf {} +
