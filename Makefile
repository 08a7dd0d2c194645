# One line per command; the logic is in infra_cdk/local (and tests/), in Python.
.DEFAULT_GOAL := help
.PHONY: help up demo test check down clean env status generate golden lock
PYTHON := sh infra_cdk/local/python.sh
LOCAL := $(PYTHON) -m infra_cdk.local
ENVIRONMENTS := $(PYTHON) -m infra_cdk.local.environments
TOOLS := .build/env/tools/bin/python

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## start the local cloud and a small model, deploy the app, route one real prompt
	@$(LOCAL) up

demo: ## the journeys, against what `make up` started
	@$(LOCAL) demo

test: ## everything that must pass, with the ten slowest tests
	@$(PYTHON) -m infra_cdk.local.gate test

check: ## format, lint, types, import rules, generated files
	@$(PYTHON) -m infra_cdk.local.gate check

down: ## stop everything that was started
	@$(LOCAL) down

clean: ## stop everything and remove .build
	@$(LOCAL) clean

env: ## print the variables that point curl, the AWS CLI and SDKs to the local cloud
	@$(LOCAL) env

status: ## what runs, where, and in how much memory
	@$(LOCAL) status

generate: ## write the generated files anew
	@$(ENVIRONMENTS) tools && $(TOOLS) -m infra_cdk.generate

golden: ## accept the template's summary as it is now
	@$(ENVIRONMENTS) dev && GOLDEN=write $(TOOLS) -m pytest -q tests/infra/test_golden.py tests/infra/test_sam.py

lock: ## write the lock files anew (UPGRADE=1: newest versions)
	@$(PYTHON) -m infra_cdk.local.lock
