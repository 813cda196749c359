# Two commands: `make run` and `make test`. Both build the virtual environment when it is missing or old.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv/bin
ENVIRONMENT := $(PYTHON) -I arwork/runner/environment.py

.PHONY: run test test-sqlite test-postgres test-browser bench lint types environment dev-environment

run: environment
	@exec $(VENV)/python -m arwork.runner

test: dev-environment
	@exec $(VENV)/python -m tests.run $(ARGS)

test-sqlite test-postgres test-browser: dev-environment
	@exec $(VENV)/python -m tests.run --only $(@:test-%=%) $(ARGS)

bench: dev-environment
	@exec $(VENV)/python -m bench $(ARGS)

lint: dev-environment
	$(VENV)/ruff check
	$(VENV)/ruff format --check
	$(VENV)/djlint --lint --quiet templates
	$(VENV)/lint-imports

types: dev-environment
	$(VENV)/mypy arwork claims collections_app

environment:
	@$(ENVIRONMENT) requirements.txt

dev-environment:
	@$(ENVIRONMENT) requirements.txt requirements-dev.txt
