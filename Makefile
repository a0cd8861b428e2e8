# The commands of this project: make help lists them.
PYTHON ?= python3
VENV ?= .venv

BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
LINT_INSTALLED := $(VENV)/.lint-installed
DOCS_INSTALLED := $(VENV)/.docs-installed
RELEASE_INSTALLED := $(VENV)/.release-installed
# What Django or Python will drop, and what is left open, ends every command of the example project.
MANAGE := $(BIN)/python -W error example_project/manage.py
PORT ?= 8000

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

$(LINT_INSTALLED): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	touch $@

$(DOCS_INSTALLED): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,docs]'
	touch $@

$(RELEASE_INSTALLED): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,release]'
	touch $@

.PHONY: shop
shop: $(INSTALLED)
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) seed

.PHONY: demo
demo: shop ## Open every page with an N+1 and its fixed twin, and print what is reported
	$(MANAGE) demo

.PHONY: run
run: shop ## Serve the example project on http://localhost:8000/, or on another PORT
	$(MANAGE) runserver $(PORT)

.PHONY: test
test: $(INSTALLED) ## Run the tests that need nothing but Python
	$(BIN)/python -m pytest -q

.PHONY: test-all
test-all: $(INSTALLED) ## Run the long tests too
	$(BIN)/python -m pytest -q -m 'long or not long' -n 2 --ignore tests/accuracy

.PHONY: test-browser
test-browser: $(INSTALLED) ## Look at the panel in a real browser, and take its pictures (wants Chromium)
	@command -v chromium >/dev/null || test -x "$(CHROMIUM)" || \
	  { echo 'Chromium is needed: apt-get install chromium, or make test-browser CHROMIUM=/path/to/chromium'; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,browser]'
	$(BIN)/python -m pytest -q -m 'long or not long' tests/browser

.PHONY: coverage
# The accuracy and a fault in each function take long to trace, and cover few lines that are not covered without.
coverage: $(RELEASE_INSTALLED) ## Run the tests, and fail below 95 % of lines and branches
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -q -m 'long or not long' -n 2 --ignore tests/accuracy --ignore tests/robustness/test_faults.py
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

.PHONY: readme
readme: shop ## Put the demo's output into the README
	$(BIN)/python docs/paste_demo.py

.PHONY: messages
messages: $(INSTALLED) ## Put the messages about the samples into the documentation
	$(BIN)/python docs/paste_messages.py

.PHONY: docs
docs: $(DOCS_INSTALLED) ## Build the documentation into docs/_build/html; a warning is an error
	$(BIN)/python -m sphinx -b html -W --keep-going --quiet docs docs/_build/html

.PHONY: accuracy
accuracy: $(INSTALLED) ## Judge the detector on every way Django repeats a query, and print the table
	$(BIN)/python -m tests.accuracy

.PHONY: bench
bench: $(INSTALLED) ## Measure what watching costs, beside other tools
	$(BIN)/python -m benchmarks table

.PHONY: bench-check
bench-check: $(INSTALLED) ## Compare instructions with the budget (wants valgrind)
	$(BIN)/python -m benchmarks check

.PHONY: soak
soak: $(INSTALLED) ## Send 200,000 requests to real servers and watch their memory
	$(BIN)/python -m benchmarks soak --requests 200000

.PHONY: databases
databases: $(INSTALLED) ## Run all tests on PostgreSQL and MariaDB
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,robustness,accuracy]'
	.ci/databases $(BIN)/python whole

.PHONY: servers
servers: $(INSTALLED) ## Send concurrent requests to real servers and judge every report
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,robustness]'
	$(BIN)/python -m tests.robustness.servers

.PHONY: django-tests
django-tests: $(INSTALLED) ## Run Django's own tests without the tool and while it records
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,robustness]'
	$(BIN)/python -m tests.robustness.django_suite

.PHONY: fuzz
fuzz: $(INSTALLED) ## Fuzz what reads text of strangers, 20 minutes of processor time each
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,fuzz]'
	$(BIN)/python -m tests.robustness.fuzz --seconds 1200

.PHONY: lint
lint: $(LINT_INSTALLED) ## Check style, types and the import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: hooks
hooks: $(RELEASE_INSTALLED) ## Run the hooks of pre-commit on all files
	$(BIN)/pre-commit run --all-files

.PHONY: dist
dist: $(RELEASE_INSTALLED) ## Build the wheel and the source distribution into dist/, and check both
	rm -rf dist
	$(BIN)/python -m build --outdir dist >/dev/null
	$(BIN)/python -m build --wheel --outdir dist/straight . >/dev/null
	$(BIN)/python -m twine check --strict dist/*.whl dist/*.tar.gz
	$(BIN)/python -m tests.release.distributions dist

.PHONY: walk-through
walk-through: ## Do all that the README and the tutorial say, as a newcomer would
	$(PYTHON) docs/walk_through.py
