# Two commands for a newcomer: `make demo` and `make test`. Each sets up what it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORES ?= 2
CONFIG ?= config/config.yaml
READY := $(VENV)/.ready

.PHONY: demo demo-real reports test clean

demo: reports  ## the bundled example: synthetic answers from 24 sites

demo-real: CONFIG := data/example/leadership_climate/config.yaml
demo-real: reports  ## real answers: 2,042 soldiers in 49 companies

reports: $(READY)  ## the reports of any study: make reports CONFIG=config/my_study.yaml
	@test -f $(CONFIG) || { echo "There is no file $(CONFIG); copy config/config.yaml and change it."; exit 2; }
	@$(BIN)/snakemake --cores $(CORES) --configfile $(CONFIG)

test: $(READY)  ## format, lint, types, workflow lint and tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile pipeline/rules
	$(BIN)/pytest

$(READY): requirements.lock pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
		uv venv --quiet --allow-existing --seed --python $(PYTHON) $(VENV) && \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
	else \
		$(PYTHON) -m venv $(VENV) && \
		$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock; \
	fi
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

clean:  ## everything that a run made, and the environment
	rm -rf $(VENV) data/[1-5]_* data/logs data/leadership_climate reports/built reports/leadership_climate .snakemake
