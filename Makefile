# Two commands: `make demo` runs the demo hospital, `make test` runs every check. Both install what is missing first.
# `make bench` measures a running system of its own beside the peers that this machine has; ONLY="store web" measures some parts.
PYTHON ?= python3
RUN = .venv/bin/python

.PHONY: demo test bench
demo:
	@$(PYTHON) config/setup/install.py run
	@exec $(RUN) -m config.supervisor

test:
	@$(PYTHON) config/setup/install.py test
	@exec $(RUN) .ci/checks.py

bench:
	@$(PYTHON) config/setup/install.py bench
	@exec $(RUN) -m tests.bench $(ONLY)
