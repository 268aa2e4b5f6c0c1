PYTHON ?= python3
VENV ?= .venv
VENV2 ?= .venv-anndata
JOBS ?= 2
RUN = $(VENV)/bin
# What is imported is compiled then, which is a small part of what is installed.
INSTALL = -m pip install -q --no-compile

.PHONY: demo test lint docs environments bench oracle real-sets clean
.DELETE_ON_ERROR:

# Tests share the processors and what was compiled: linear algebra keeps to a thread each, bytecode is written.
test: export OPENBLAS_NUM_THREADS = 1
unexport PYTHONDONTWRITEBYTECODE

demo: $(VENV)/.installed
	$(RUN)/ebayes-lm demo

# What meets no labels is the same under any pandas: numbers and how they are spread, blocks on disk and in processes.
UNLABELLED = core kernels benchmarks browser guide test_architecture.py test_notebooks.py \
	$(addprefix test_,calibration.py mixed_calibration.py adjusted_calibration.py factor_study.py significance.py \
		exactness.py equivalences.py weight_properties.py nist.py) \
	$(addprefix parity/test_,compat.py comparison.py survey.py exchange.py) \
	$(addprefix batch/test_,control_remarks.py control_rows.py component_number.py estimate_structure.py) \
	$(addprefix data/test_,blocks.py checkpoint.py cluster.py dask_array.py plan.py progress.py sample_blocks.py \
		scratch.py sources.py) \
	$(addprefix data/stores/test_,damaged_hdf5.py heaps.py hdf5.py layout.py numpy_file.py plink.py sparse_groups.py \
		writing.py zarr_chunks.py zarr_damage.py zarr_store.py) \
	$(addprefix results/test_,out_memory.py sample_memory.py killed_runs.py) \
	weights/test_stored_memory.py batch/test_memory.py

# The whole suite on the newest pandas, then what handles labels on the older one that AnnData asks for.
test: $(VENV)/.tested $(VENV2)/.tested
	$(RUN)/python -m pytest -n $(JOBS) --dist worksteal -q
	$(VENV2)/bin/python -m pytest -n $(JOBS) --dist worksteal -q $(UNLABELLED:%=--ignore=tests/%)

environments: $(VENV)/.tested $(VENV2)/.tested

lint: $(VENV)/.linted
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

# The documentation as a site in docs/_site/html; DOCS_RUN_NOTEBOOKS=1 runs the notebooks for it.
docs: $(VENV)/.documented
	$(RUN)/python -m sphinx -q -W --keep-going -b html docs docs/_site/html

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
	$(RUN)/python $(INSTALL) -U "pip>=25.1"
	touch $@
$(VENV)/.installed: $(VENV)/.made pyproject.toml
	$(RUN)/python $(INSTALL) -e .
	touch $@
$(VENV)/.tested: $(VENV)/.installed
	$(RUN)/python $(INSTALL) --group test --group browser
	touch $@
$(VENV)/.linted: $(VENV)/.tested
	$(RUN)/python $(INSTALL) --group lint
	touch $@
$(VENV)/.documented: $(VENV)/.linted
	$(RUN)/python $(INSTALL) --group docs
	touch $@
$(VENV)/.benched: $(VENV)/.tested
	$(RUN)/python $(INSTALL) --group bench --no-deps
	touch $@
$(VENV2)/.tested: pyproject.toml
	$(PYTHON) -m venv $(VENV2)
	$(VENV2)/bin/python $(INSTALL) -U "pip>=25.1"
	$(VENV2)/bin/python $(INSTALL) -e ".[anndata]" --group test
	touch $@

clean:
	rm -rf $(VENV) $(VENV2) ebayes_lm_demo docs/_site
