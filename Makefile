# `make help` lists the words. Everything lives in .venv and var; nothing outside this folder changes.

PYTHON ?= python3
INSTALL = .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check \
	--require-hashes --no-deps --only-binary :all:
MAKEMESSAGES = manage.py makemessages --locale da --no-obsolete --add-location file --ignore var --ignore tests
UV := $(or $(shell command -v uv),var/uv/bin/uv)

# What the checks see, whatever this machine's .env says.
IN_DEBUG = env DEBUG=on DATABASE_URL=sqlite://:memory: SITE_URL=http://127.0.0.1:8000
IN_PRODUCTION = env DEBUG=off DATABASE_URL=sqlite://:memory: SITE_URL=https://relays.example \
	ALLOWED_HOSTS=relays.example SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz

.DELETE_ON_ERROR:
.SILENT:
.DEFAULT_GOAL := help
.PHONY: help run test race bench axe lighthouse valid check check-messages requirements messages clean can-write has-gettext

help: ## this list
	sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null || \
	sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1: \2/p' $(MAKEFILE_LIST)

run: .venv/ready .env ## the site with its demo newsroom, on 127.0.0.1:8000 (PORT=8001 make run)
	exec $(if $(PORT),env SITE_URL=http://127.0.0.1:$(PORT)) .venv/bin/python manage.py run

test: .venv/ready-dev ## the whole suite, on SQLite or on DATABASE_URL's database (ARGS="-k baton")
	mkdir -p var
	exec .venv/bin/pytest --numprocesses auto $(ARGS)

race: .venv/ready-dev ## the races of the suite in 300 rounds, on SQLite and on PostgreSQL (ARGS="-k offer")
	mkdir -p var
	$(RACE) DATABASE_URL=sqlite:///var/suite.sqlite3 .venv/bin/pytest --create-db $(ARGS) tests/test_races.py
	$(RACE) DATABASE_URL='$(POSTGRESQL)' .venv/bin/pytest --create-db $(ARGS) tests/test_races.py

RACE = env RACE_ROUNDS=300
POSTGRESQL = $(or $(filter postgres%,$(DATABASE_URL)),postgres://postgres@127.0.0.1:5432/test)

bench: .venv/ready .env ## what each page costs with few articles and with many, printed (ARGS="1000 100000", PORT=8099)
	exec env SITE_URL=http://127.0.0.1:$(or $(PORT),8099) ALLOWED_HOSTS=127.0.0.1 \
		.venv/bin/python manage.py bench $(or $(ARGS),1000 100000)

axe: .venv/ready-dev ## axe over every page, light and dark, at 1440, 390 and 320 px: some twenty minutes
	mkdir -p var
	exec env AXE_EVERY=1 .venv/bin/pytest --numprocesses 1 $(ARGS) tests/browser/test_everybody.py -k axe

# From npm, for these two alone: never in CI, nothing of it is kept in the repository.
# Lighthouse 12 is the last that runs on Debian's Node.
NPM_TOOLS = lighthouse@12.8.2 vnu-jar@26.9.27

var/npm/tools: Makefile | can-write
	command -v npm >/dev/null || { echo "This needs npm: apt-get install npm." >&2; exit 1; }
	mkdir -p var/npm
	npm install --prefix var/npm --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel error $(NPM_TOOLS)
	touch $@

lighthouse: .venv/ready-dev var/npm/tools ## Lighthouse's figures for four pages of the demo newsroom (npm, Chromium)
	.venv/bin/python -m tests.lighthouse

valid: .venv/ready-dev var/npm/tools ## every page that the suite walks, read by the Nu HTML checker (npm, java)
	command -v java >/dev/null || { echo "The checker needs java: apt-get install default-jre-headless." >&2; exit 1; }
	rm -rf var/pages && mkdir -p var/pages
	KEEP_PAGES=var/pages .venv/bin/pytest --quiet $(ARGS) tests/test_marked.py
	java -jar var/npm/node_modules/vnu-jar/build/dist/vnu.jar --errors-only --filterfile tests/nu-filters.txt var/pages
	echo "$$(ls var/pages | wc -l) pages are valid."

check: .venv/ready-dev | has-gettext ## everything that can be checked without running the site
	mkdir -p var
	.venv/bin/ruff check --quiet
	.venv/bin/ruff format --check --quiet
	find templates -name '*.html' -exec .venv/bin/djade --check {} +
	.venv/bin/lint-imports
	$(IN_DEBUG) .venv/bin/mypy relay_cms articles relays
	$(IN_DEBUG) .venv/bin/python manage.py makemigrations --check --dry-run
	$(IN_DEBUG) .venv/bin/python manage.py check
	$(IN_PRODUCTION) .venv/bin/python manage.py check --deploy --fail-level WARNING
	$(MAKE) --no-print-directory check-messages
	.venv/bin/pytest --quiet -m 'not django_db' tests/test_translations.py # the catalogue; pages and letters are the suite's

check-messages: .venv/ready-dev | has-gettext # the catalogue holds exactly what the source says
	rm -rf var/messages && mkdir -p var/messages
	cp -r manage.py relay_cms articles relays templates static var/messages/
	cd var/messages && for domain in django djangojs; do \
		$(IN_DEBUG) ../../.venv/bin/python $(MAKEMESSAGES) --domain $$domain --verbosity 0 || exit 1; done
	diff --unified=0 --recursive --exclude='*.mo' --ignore-matching-lines='^"POT-Creation-Date' --ignore-matching-lines='^#: ' \
		relay_cms/locale var/messages/relay_cms/locale || \
		{ echo "The Danish catalogue is behind the source: run make messages, translate, commit." >&2; exit 1; }
	rm -rf var/messages

messages: .venv/ready-dev | has-gettext ## bring the Danish catalogue up to date with the source, and compile it
	mkdir -p relay_cms/locale
	for domain in django djangojs; do \
		$(IN_DEBUG) .venv/bin/python $(MAKEMESSAGES) --domain $$domain || exit 1; done
	$(IN_DEBUG) .venv/bin/python manage.py compilemessages --locale da --ignore .venv --ignore var

requirements: | can-write ## pin and hash what pyproject.toml asks for (ARGS=--upgrade for the newest)
	[ -x "$(UV)" ] || { mkdir -p var && $(PYTHON) -m venv var/uv && \
		var/uv/bin/python -m pip install --quiet --quiet --disable-pip-version-check uv; }
	$(UV) $(COMPILE) pyproject.toml --output-file requirements/runtime.txt
	$(UV) $(COMPILE) pyproject.toml --output-file requirements/dev.txt --extra dev

COMPILE = pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 $(ARGS)

clean: ## remove what the tools left behind; keeps .venv, .env, uploads and the database
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf var/static var/static.made var/messages var/uv var/test.sqlite3*
	find relay_cms articles relays tests -name __pycache__ -prune -exec rm -rf {} +

# The environment: `make run` needs the small half of it, everything else both ----------------

.venv/ready: requirements/runtime.txt | .venv/bin/pip
	echo "Installing what the site needs (half a minute, once)."
	$(INSTALL) -r $<
	touch $@

.venv/ready-dev: requirements/dev.txt | .venv/ready
	echo "Installing what tests and checks need (half a minute, once)."
	$(INSTALL) -r $<
	touch $@

.venv/bin/pip: | can-write
	command -v $(PYTHON) >/dev/null || \
		{ echo "Relay CMS needs Python 3.11 or newer, and there is no $(PYTHON) here: apt-get install python3 python3-venv." >&2; exit 1; }
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Relay CMS needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1): try PYTHON=python3.11 make run." >&2; exit 1; }
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "This Python cannot make virtual environments yet: apt-get install python3-venv." >&2; exit 1; }
	$(PYTHON) -m venv .venv

# The settings refuse to start without these; the first start writes them once.
.env: | .venv/ready
	mkdir -p var
	umask 077; { \
		echo "# Written by the first make run. .env.example explains each line and names the others."; \
		echo "DEBUG=off"; \
		echo "SECRET_KEY=$$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')"; \
		echo "ALLOWED_HOSTS=127.0.0.1,localhost"; \
		echo "SITE_URL=http://127.0.0.1:8000"; \
	} > var/env.new && mv var/env.new .env

can-write:
	[ -w . ] || { echo "Relay CMS keeps its files in $(CURDIR), where the user $$(id -un) has no right to write." >&2; exit 1; }

has-gettext:
	command -v msgfmt >/dev/null && command -v xgettext >/dev/null || \
		{ echo "The translations need gettext (msgfmt, xgettext): apt-get install gettext." >&2; exit 1; }
