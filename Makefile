# make run    a whole portal on this machine        PORT=8000  MODELOPS_HOME=folder  DEMO=0  TLS=1
# make test   the whole suite on throw-away servers ARGS="tests/registry -x"
# make lint   style, types, import contracts
# make bench  measurements                          ARGS="sealing --quick"
# make lock   pin the packages of pyproject.toml again (needs uv)
# make clean  remove what the other targets made in this folder; data folders stay, and ~/.cache/modelops-migrated

PYTHON ?= python3
PORT ?= 8000
DEMO ?= 1
TLS ?=
ARGS ?=
VENV := .venv/bin

.PHONY: run test lint lock bench clean

run:
	@$(PYTHON) modelops/embedded/install.py
	@PORT=$(PORT) DEMO=$(DEMO) $(if $(TLS),MODELOPS_TLS=$(TLS)) $(VENV)/python -m modelops.embedded run

# Hundreds of Python processes are started: without compiled modules the run takes half as long again.
test: export PYTHONDONTWRITEBYTECODE :=
# Four on two cores: a process waits for servers, browsers and others' processes a good part of its time.
test:
	@$(PYTHON) modelops/embedded/install.py --tests
	@$(VENV)/python -m pytest -n 4 $(ARGS)

lint:
	@$(PYTHON) modelops/embedded/install.py --tests
	$(VENV)/ruff check .
	@# The Django plugin of mypy reads the settings, and they refuse to be read without a secret.
	SECRET_KEY=$$($(VENV)/python -c 'import secrets; print(secrets.token_urlsafe(48))') MODELOPS_ENV=test \
	    $(VENV)/mypy modelops/lib modelops/crypto modelops/jobs modelops/embedded compliance/audit \
	    registry/scanning/engine registry/scanning/isolated.py registry/scanning/judging.py registry/scanning/services.py \
	    registry/scanning/rescanning.py registry/scanning/keeping_back.py registry/scanning/waiting.py
	$(VENV)/lint-imports --no-logo --no-cache

bench:
	@$(PYTHON) modelops/embedded/install.py --tests
	@$(VENV)/python -m benchmarks $(ARGS)

COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url
lock:
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) --group embedded -o modelops/embedded/requirements.txt
	$(COMPILE) --group test -c requirements.txt -o tests/requirements.txt
	grep -om1 '^uv==[0-9.]*' modelops/embedded/uv.txt | $(COMPILE) - -o modelops/embedded/uv.txt

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
