PYTHON ?= python3
VENV ?= .venv
VENV2 ?= .venv-anndata
JOBS ?= 2
RUN = $(VENV)/bin

.PHONY: demo test lint bench oracle real-sets clean
.DELETE_ON_ERROR:

# Tests share the processors and what was compiled: linear algebra keeps to a thread each, bytecode is written.
test: export OPENBLAS_NUM_THREADS = 1
unexport PYTHONDONTWRITEBYTECODE

demo: $(VENV)/.installed
	$(RUN)/ebayes-lm demo

# What knows no labels is the same under any pandas.
UNLABELLED = tests/core tests/kernels tests/benchmarks tests/test_notebooks.py tests/test_calibration.py \
	tests/test_mixed_calibration.py tests/test_adjusted_calibration.py tests/test_factor_study.py

# The whole suite on the newest pandas, then what handles labels on the older one that AnnData asks for.
test: $(VENV)/.tested $(VENV2)/.tested
	$(RUN)/python -m pytest -n $(JOBS) -q
	$(VENV2)/bin/python -m pytest -n $(JOBS) -q $(UNLABELLED:%=--ignore=%)

lint: $(VENV)/.linted
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

# ebayes_lm, R limma (where Rscript is present) and pylimma in one run.
bench: $(VENV)/.benched
	$(RUN)/python -m benchmarks

# Fresh random cases against live R; RSCRIPT names the command that runs an R file.
N ?= 20
oracle: $(VENV)/.tested
	$(RUN)/python -m tests.parity.oracle --cases $(N)

# Whole real data sets of R's data packages against live R; KEEP names a folder in which R's answers stay.
real-sets: $(VENV)/.tested
	$(RUN)/python -m tests.parity.survey $(SETS) $(if $(KEEP),--keep $(KEEP))

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install -q -U "pip>=25.1"
	touch $@
$(VENV)/.installed: $(VENV)/.made pyproject.toml
	$(RUN)/python -m pip install -q -e .
	touch $@
$(VENV)/.tested: $(VENV)/.installed
	$(RUN)/python -m pip install -q --group test
	touch $@
$(VENV)/.linted: $(VENV)/.tested
	$(RUN)/python -m pip install -q --group lint
	touch $@
$(VENV)/.benched: $(VENV)/.tested
	$(RUN)/python -m pip install -q --group bench --no-deps
	touch $@
$(VENV2)/.tested: pyproject.toml
	$(PYTHON) -m venv $(VENV2)
	$(VENV2)/bin/python -m pip install -q -U "pip>=25.1"
	$(VENV2)/bin/python -m pip install -q -e ".[anndata]" --group test
	touch $@

clean:
	rm -rf $(VENV) $(VENV2) ebayes_lm_demo
