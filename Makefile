# Two commands: `make run` and `make test`. Both set up what they need first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test check lint types bench audit lock clean

run: $(READY)
	$(BIN)/python flows.py corpus --out outputs

test: $(READY) check
	$(BIN)/python -m pytest

check: lint types

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

# Figures, written to tests/bench/RESULTS.md. Not part of the tests: it takes minutes.
bench: $(READY)
	$(BIN)/python -m tests.bench

# The locked packages against published advisories. Not part of the tests: it needs the network and pip-audit.
audit:
	@command -v pip-audit >/dev/null || { echo "not audited: pip-audit is not installed (pipx install pip-audit)"; exit 1; }
	@pip-audit --require-hashes --disable-pip -r requirements.lock || { echo "see above: a package with an advisory, or no way to the advisories"; exit 1; }

# The lock names no host, so it works with any mirror; pip checks every hash.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Precedent needs Python 3.11 or later; name one with: make PYTHON=python3.12 ...')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

# After a change of the bounds in pyproject.toml. Needs `uv`.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) outputs/* .mypy_cache .ruff_cache .pytest_cache
