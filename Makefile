# Two commands: `make demo` runs the demo hospital, `make test` runs every check. Both install what is missing first.
PYTHON ?= python3
RUN = .venv/bin/python

.PHONY: demo test
demo:
	@$(PYTHON) config/setup/install.py run
	@exec $(RUN) -m config.supervisor

test:
	@$(PYTHON) config/setup/install.py test
	@exec $(RUN) .ci/checks.py
