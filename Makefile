# Python 3.11 or newer is all this needs: no root, no Docker, no service.
PYTHON ?= python3
PORT ?= 8000
RUN := .venv/bin/python
# Everything that tools remember lies under var/: a run leaves no file among the sources.
export PYTHONPYCACHEPREFIX := $(CURDIR)/var/cache/python

help:
	@echo "make demo        the whole system on http://127.0.0.1:$(PORT)/ (PORT=8001 moves it)"
	@echo "make demo-reset  forget the demo's data and start afresh"
	@echo "make test        all tests: SQLite; PostgreSQL and Redis where DATABASE_URL and REDIS_URL name them; a browser where found"
	@echo "make lint        style, types, import contracts, migrations, production checks, the API document"
	@echo "make bench       what a sign-in costs on this machine, beside what it must cost"
	@echo "make histories   2,000 random steps of paying, cancelling and crashing for each of 20 seeds (an hour or so)"
	@echo "make format      write Python and templates in the house's style"
	@echo "make openapi     write docs/openapi.yaml from the code"
	@echo "make docs        write the generated parts of docs/*.md from the code"
	@echo "make manual      take the pictures of docs/manual.md anew (needs a Chromium)"
	@echo "make pins        compile requirements*.txt from requirements*.in"

demo: .venv/.pins
	PORT=$(PORT) exec $(RUN) manage.py demo

demo-reset: .venv/.pins
	PORT=$(PORT) exec $(RUN) manage.py demo --reset

# REQUIRE=postgresql,redis,rabbitmq,browser makes what is missing a failure; ARGS= goes to pytest.
test: .venv/.pins-dev
	@REQUIRE="$(REQUIRE)" $(RUN) tests/run.py $(ARGS)

lint: .venv/.pins-dev
	@$(RUN) tests/lint.py

# SQLite in memory, or the services that DATABASE_URL and REDIS_URL name; ARGS=name runs one of tests/bench/ alone.
bench: .venv/.pins
	@$(RUN) -m tests.bench $(ARGS)

# SEEDS= and STEPS= for other lengths; SQLite in memory unless DATABASE_URL names a server.
SEEDS ?= 20
STEPS ?= 2000
histories: .venv/.pins-dev
	HISTORY_SEEDS=$(SEEDS) HISTORY_STEPS=$(STEPS) .venv/bin/pytest -q -p no:randomly -k long \
		candidate_api/invariants/tests/test_histories.py

format: .venv/.pins-dev
	@.venv/bin/ruff check --fix --quiet && .venv/bin/ruff format --quiet
	@.venv/bin/djlint templates --reformat --quiet

openapi: .venv/.pins
	@$(RUN) tests/openapi.py --write

docs: .venv/.pins-dev
	@$(RUN) tests/docs.py --write

# The chapters' tests take them as they go; the manual's words are written by hand.
manual: .venv/.pins-dev
	WRITE_MANUAL=1 .venv/bin/pytest -q -p no:randomly tests/e2e/chapters

PINS := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make pins"
pins: .venv/.pins
	$(PINS) -o requirements.txt requirements.in >/dev/null
	$(PINS) -o requirements-dev.txt requirements-dev.in >/dev/null

# pip fetches uv, uv fetches the rest in seconds; both accept only the pinned digests.
.venv/.pins: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed (PYTHON=python3.11)")'
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > .venv/uv.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	$(call install,-r requirements.txt)
	touch $@

.venv/.pins-dev: requirements-dev.txt .venv/.pins
	$(call install,-r requirements.txt -r requirements-dev.txt)
	touch $@

# uv is fast, pip is always there: should the one fail, the other does it. uv does not read pip's configuration, so a
# mirror that is named there is handed on.
install = $${UV_DEFAULT_INDEX:+env} $$($(RUN) -m pip config get global.index-url 2>/dev/null | sed 's/^/env UV_DEFAULT_INDEX=/') \
	.venv/bin/uv pip install --quiet --python $(RUN) --require-hashes $(1) \
	|| $(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes $(1)

.PHONY: help demo demo-reset test bench histories lint format openapi docs manual pins
