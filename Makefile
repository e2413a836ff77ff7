# Everything a newcomer needs: `make demo` and `make test` set themselves up.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# A board by day: greybox cannot be read by night yet. QUALITY=layout shows any board.
BOARD ?= examples/product_spot.yaml
OUT ?= out/$(basename $(notdir $(BOARD)))
QUALITY ?= draft

.PHONY: install demo check test greybox clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

demo: install
	$(BIN)/storyboard render $(BOARD) -o $(OUT) --quality $(QUALITY)

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/pytest -q

# Trains the embedded model from nothing; every stage resumes where it stopped.
greybox: install
	$(BIN)/python -m training.make

clean:
	rm -rf out build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
