# Two commands: `make demo` runs the demo hospital, `make test` runs every check. Both install what is missing first.
# `make torture` breaks everything in twenty rounds while scanners send; `make test` plays a short form of it.
# `make bench` measures a running system of its own beside the peers that this machine has; ONLY="store web" measures some parts.
PYTHON ?= python3
RUN = .venv/bin/python

.PHONY: demo test bench torture
demo:
	@$(PYTHON) config/setup/install.py run
	@exec $(RUN) -m config.supervisor

test:
	@$(PYTHON) config/setup/install.py test
	@exec $(RUN) .ci/checks.py

bench:
	@$(PYTHON) config/setup/install.py bench
	@exec $(RUN) -m tests.bench $(ONLY)

torture:
	@$(PYTHON) config/setup/install.py test
	@LIGHTBOX_TORTURE_ROUNDS=$${ROUNDS:-20} exec $(RUN) -m pytest -q --log-cli-level=WARNING tests/interop/test_torture.py
