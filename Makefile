# make demo   set up the environment and annotate a sample article
# make test   set up the environment and run the tests (make test-full: browsers and services too)
# make bench  CPU time beside other tools, into eval/bench/
# make train  rebuild models/ from corpus/
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: pictures demo test test-full train check bench clean

demo: $(VENV)/ready
	$(BIN)/bantin annotate corpus/sample.txt --published 2021-06

test: $(VENV)/ready-test
	$(BIN)/python -m pytest

test-full: $(VENV)/ready-full
	$(BIN)/python -m pytest -m "full or not full"

bench: $(VENV)/ready-test
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python benchmarks/bench.py

pictures: $(VENV)/ready-full
	$(BIN)/python docs/make_pictures.py

train: $(VENV)/ready
	$(BIN)/bantin train --corpus corpus/train

check: $(VENV)/ready-test
	$(BIN)/ruff check pipeline models eval tests benchmarks
	$(BIN)/python -m pytest

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/ready-test: $(VENV)/ready
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

$(VENV)/ready-full: $(VENV)/ready-test
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[full]'
	touch $@

clean:
	rm -rf $(VENV) build dist
