# The two commands a stranger needs are `make demo` and `make test`. `make help` names the rest.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
MAX_MB  := 25

# What may be changed from the command line: make test PKG=./store/... RUN=TestCrash
PKG       ?= ./...
RUN       ?=
ARGS      ?=
TESTFLAGS ?=
BENCH     ?= .
COUNT     ?= 1
BENCHTIME ?= 1s
FUZZTIME  ?= 10s

# TESTFLAGS come last, because go test takes what follows a flag of the test's own for its value.
TEST := go test -timeout 15m $(if $(RUN),-run '$(RUN)')
TOOL := go tool -modfile=tools/go.mod

.PHONY: help
help: ## name the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PKG=./store/... RUN=TestName narrow test, test-unit and bench; ARGS='--speed 60' goes to the demo."

.PHONY: demo
demo: build ## run the whole bot with the browser room as its chat: no account, no config
	@exec bin/sitrep demo $(ARGS)

# Mattermost's client brings gRPC along. Its tracing pages run templates, which find methods by name, and then the
# linker keeps every method of every type; grpcnotrace leaves them out and with them nine megabytes.
.PHONY: build
build: ## build bin/sitrep, static and stripped, and check its size
	@.ci/setup go
	@mkdir -p bin
	@CGO_ENABLED=0 go build -tags grpcnotrace -trimpath -ldflags "-s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)" -o bin/sitrep ./cmd/sitrep
	@size=$$(wc -c < bin/sitrep); \
	if (( size > $(MAX_MB) * 1000000 )); then \
		echo "bin/sitrep has $$size bytes, more than $(MAX_MB) MB: look for a new dependency that is not worth its weight" >&2; exit 1; \
	fi

.PHONY: setup
setup: ## install and build what the tests need; quick when all is there
	@.ci/setup

.PHONY: test
test: setup vet ## run every test: race detector, real browser, real Mattermost
	@SITREP_E2E=1 $(TEST) -race $(PKG) $(TESTFLAGS) || { $(MAKE) --no-print-directory again; exit 1; }

.PHONY: test-unit
test-unit: ## run the tests that need nothing but Go
	@SITREP_E2E=0 $(TEST) -short $(PKG) $(TESTFLAGS)

.PHONY: again
again:
	@echo "run one test again:  make test PKG=./its/folder RUN='^TestName$$'" >&2

.PHONY: vet
vet:
	@go vet $(PKG)

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME each
	@.ci/fuzz $(FUZZTIME)

.PHONY: bench
bench: ## run the benchmarks; what docs/benchmarks.md needs lands in bin/bench.txt
	@.ci/bench '$(BENCH)' $(COUNT) $(BENCHTIME) $(PKG)

.PHONY: lint
lint: ## check style, module files and licences
	@.ci/lint

.PHONY: fmt
fmt: ## write all Go files in the one agreed form
	@$(TOOL) golangci-lint fmt

.PHONY: fix
fix: ## let the linters mend what they can; read the diff afterwards
	@$(TOOL) golangci-lint run --fix ./...

.PHONY: deadcode
deadcode: ## name functions that no program and no test reaches
	@$(TOOL) deadcode -test ./...

.PHONY: image
image: ## build the container image
	docker build -t sitrep --build-arg VERSION=$(VERSION) --build-arg COMMIT=$(COMMIT) .

.PHONY: clean
clean: ## remove what was built here (the test server stays in the user's cache)
	rm -rf bin dist
