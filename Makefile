# Every command a person needs. Each installs what it lacks, into .tools/, and says what it does.
# Arguments: make run ARGS="--listen 127.0.0.1:8080", make e2e ARGS="--headed tests/smoke.spec.ts".
.DEFAULT_GOAL := help
.PHONY: help tools build run test e2e fuzz conformance soak bench bench-build fmt lint doc deny check

ARGS ?=

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

run: ## build what changed and start Onramp; ARGS go to it
	@scripts/run.sh $(ARGS)

build: ## what runs elsewhere, in target/release: onramp, hash.txt and site
	@scripts/build.sh release

test: ## every test: unit, property, integration, fuzz (briefly), end-to-end
	@scripts/test.sh

e2e: ## the end-to-end tests alone; ARGS go to Playwright, TRACE=1 keeps traces of those that fail
	@scripts/e2e.sh $(ARGS)

soak: ## kill the server under load, 100 times unless ARGS says otherwise
	@scripts/soak.sh $(ARGS)

bench: ## measure Onramp beside a bare route, Flask and Express; ARGS="--quick --only acks,live" for a part
	@scripts/bench.sh $(ARGS)

bench-build: ## measure how long a first start and a build after one edit take; prints Markdown
	@scripts/bench_build.sh $(ARGS)

fuzz: ## arbitrary bytes against what reads webhooks; ARGS are seconds per target (60)
	@scripts/fuzz.sh $(ARGS)

conformance: ## sandbox and client against the published documents, with schemathesis and Prism; ARGS="--examples 200" for longer
	@scripts/conformance.sh $(ARGS)

check: ## format, lints, documentation and dependencies, without running anything
	@scripts/check.sh

fmt: ## format the Rust code
	@scripts/tools.sh rust && cargo fmt --all && cargo fmt --manifest-path fuzz/Cargo.toml && cargo fmt --manifest-path scripts/site/Cargo.toml

lint: ## clippy (server and browser) and the types of the end-to-end tests
	@scripts/lint.sh

doc: ## the crates' documentation, in target/doc
	@scripts/doc.sh

deny: ## licences, bans, sources and advisories of the dependencies
	@scripts/deny.sh

tools: ## install what building and testing need, and nothing that is there
	@scripts/tools.sh build e2e
