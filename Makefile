# `make demo` and `make test` each run alone on a machine that has Python 3.11 or newer and make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
JOBS   ?= auto
LOCALE := bpsym/locale
DOMAIN := bpsym

.DELETE_ON_ERROR:
.PHONY: demo test lint types check bench bench-verify bench-fuzz bench-homework goldens catalogues clean

demo: $(VENV)/.installed
	$(BIN)/bpsym worksheet examples/two-by-two.toml -o two-by-two.pdf
	@echo "The worked example is in $(CURDIR)/two-by-two.pdf"

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

# One after the other also under `make -j`, so that pytest's closing line stands last.
check:
	$(MAKE) lint
	$(MAKE) types
	$(MAKE) test

# Ratios against SymPy, NumPy and the import of SymPy, all measured in one run.
bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks

# 10 000 broken and 10 000 unbroken derivations: what the verifier finds, and what it wrongly finds.
bench-verify: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/verify_mutants.py
	$(BIN)/python benchmarks/verify_sheets.py
	$(BIN)/python benchmarks/verify_sheets.py --random 500
	$(BIN)/python benchmarks/verify_sheets.py --alone --format markdown

# A million random, damaged and hostile documents: none may crash the verifier, take 2 s or 500 MB. Hours; COUNT= for less.
# Then answers, notebooks, rosters and descriptions that are damaged.
bench-fuzz: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/fuzz_verify.py --count $(or $(COUNT),1000000)
	$(BIN)/python benchmarks/fuzz_grading.py

# Students, PDF files and memory; a simulated class of 1000 marked.
bench-homework: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/bench_variants.py 1000 10000
	$(BIN)/python benchmarks/bench_grading.py

# The diff of tests/golden is for a reviewer to read.
goldens: $(VENV)/.installed-dev
	$(BIN)/python -m pytest --update-goldens

# Templates and Python sources -> .po (for translators) -> .mo (what runs).
catalogues: $(VENV)/.installed-dev
	mkdir -p build
	$(BIN)/pybabel -q extract -F pyproject.toml -k say -k counted:1,2 -o build/$(DOMAIN).pot --add-location=file --sort-by-file \
	    --project=$(DOMAIN) --copyright-holder="The bpsym authors" .
	for po in $(LOCALE)/*/LC_MESSAGES/$(DOMAIN).po; do \
	    language=$$(basename $$(dirname $$(dirname $$po))); \
	    $(BIN)/pybabel -q update -i build/$(DOMAIN).pot -o $$po -l $$language \
	        --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width=120 || exit 1; \
	    $(BIN)/pybabel compile --statistics -i $$po -o $${po%.po}.mo -l $$language || exit 1; \
	done

# pip compiles what it copies; what stays here is compiled as well, so that no command does it when it starts.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable .
	$(BIN)/python -m compileall -q bpsym
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable '.[dev]'
	$(BIN)/python -m compileall -q bpsym
	@touch $@ $(VENV)/.installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "bpsym needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)

clean:
	rm -rf build dist two-by-two.pdf .mypy_cache .pytest_cache .ruff_cache .hypothesis
