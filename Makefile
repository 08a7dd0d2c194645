# One line per command; the logic is in infra_cdk/local (and tests/), in Python.
.DEFAULT_GOAL := help
.PHONY: help up demo test check bench down clean env status generate golden lock synth diff bootstrap deploy destroy
PYTHON := sh infra_cdk/local/python.sh
LOCAL := $(PYTHON) -m infra_cdk.local
DEPLOYMENT := $(PYTHON) -m infra_cdk.deployment
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

bench: ## this router and its peers, measured side by side (QUICK=1: a look)
	@$(ENVIRONMENTS) dev && $(TOOLS) -m tests.bench.peers

down: ## stop everything that was started
	@$(LOCAL) down

clean: ## stop everything and remove .build
	@$(LOCAL) clean

env: ## print the variables that point curl, the AWS CLI and SDKs to the local cloud
	@$(LOCAL) env

status: ## what runs, where, and in how much memory
	@$(LOCAL) status

synth: ## the templates of STAGE=dev or prod; needs no account
	@$(DEPLOYMENT) synth $(STAGE)

diff: ## what deploying STAGE would change; without an account: since this clone deployed it last
	@$(DEPLOYMENT) diff $(STAGE)

bootstrap: ## prepare your AWS account for the CDK, once; `make deploy` does it if it may
	@$(DEPLOYMENT) bootstrap $(STAGE)

deploy: ## deploy STAGE to your AWS account; the first time it prints an admin key, once
	@$(DEPLOYMENT) deploy $(STAGE)

destroy: ## delete STAGE from your AWS account, after asking; protected data stays
	@$(DEPLOYMENT) destroy $(STAGE)

generate: ## write the generated files anew
	@$(ENVIRONMENTS) tools && $(TOOLS) -m infra_cdk.generate

golden: ## accept the template's summary as it is now
	@$(ENVIRONMENTS) dev && GOLDEN=write $(TOOLS) -m pytest -q tests/infra/test_golden.py \
		tests/infra/test_sam.py::test_the_page_has_the_commands_of_the_template

lock: ## write the lock files anew (UPGRADE=1: newest versions)
	@$(PYTHON) -m infra_cdk.local.lock
