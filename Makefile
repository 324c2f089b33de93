# Each target does all its own set-up in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: demo test check evaluate bench setup clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/screener scan screener/examples/case --format table
	$(BIN)/screener scan screener/examples/case --format html --out demo-report.html

test: $(STAMP) check
	$(BIN)/python -m pytest -n 2

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/screener lexicon check

evaluate: $(STAMP)
	$(BIN)/python -m eval $(if $(PUBLIC),--public $(PUBLIC))

bench: $(STAMP)
	$(BIN)/python -m eval.benchmarks

clean:
	rm -rf $(VENV) demo-report.html
