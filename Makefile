# Everything a newcomer needs: `make demo` and `make test` set themselves up.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# The layout shows any board. greybox renders with QUALITY=draft; its pictures are soft.
BOARD ?= examples/kitchen.yaml
OUT ?= out/$(basename $(notdir $(BOARD)))
QUALITY ?= layout

.PHONY: install demo check manual quick test greybox clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

demo: install
	$(BIN)/storyboard render $(BOARD) -o $(OUT) --quality $(QUALITY)

# Style, types, import layers.
check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The manual, in site/index.html; it opens from the disk.
manual: install
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# Under a minute: language, planning and architecture, without model, browser and slow tests.
quick: install
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n 2 --dist worksteal \
	  -m 'not gpu and not slow and not browser and not model'

# Everything that CI runs.
test: check manual
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n 2 --dist worksteal

# Trains the embedded model from nothing; every stage resumes where it stopped.
greybox: install
	$(BIN)/python -m training.make

clean:
	rm -rf out site build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
