# Each target does all its own set-up in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: demo serve test check evaluate bench setup clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; } || \
	  echo "The tests of the review pages need a browser: install Debian's package chromium."
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/screener scan screener/examples/case --format table
	$(BIN)/screener scan screener/examples/case --format html --out demo-report.html
	$(BIN)/screener case screener/examples/case --format table
	$(BIN)/screener case screener/examples/case --format html --out demo-case.html

# A first look at the service: SQLite, a first admin, the example case. For this machine only, never for real notes.
serve: $(STAMP)
	mkdir -p .serve
	SCREENER_MODE=development SCREENER_STORE=true SCREENER_DATABASE_URL=sqlite:///.serve/first-look.db \
	  $(BIN)/screener serve --example

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
	rm -rf $(VENV) .serve demo-report.html demo-case.html
