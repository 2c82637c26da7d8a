# The front door. CMake does the work (CMakePresets.json); these are the few commands that people need.

.DEFAULT_GOAL := help
.PHONY: help run build test soak bench bench-check fuzz format

PRESET ?= release
DURATION ?= 600
KILLS ?= 200
JOBS ?= $(shell nproc)
BUILD := build/$(PRESET)
SECONDS ?= 60

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | expand -t 14 | sed 's/^/  make /'

run: ## install what is missing, build, start modelgate with its demo
	@.ci/setup
	@$(MAKE) --no-print-directory $(BUILD)/build.ninja
	@cmake --build $(BUILD) --parallel $(JOBS) --target modelgate
	@exec $(BUILD)/modelgate serve --demo --config conf/modelgate.toml

build: ## install what is missing, build everything
	@.ci/setup
	@$(MAKE) --no-print-directory $(BUILD)/build.ninja
	@cmake --build $(BUILD) --parallel $(JOBS)

test: ## install what is missing, build, run every test
	@.ci/setup test
	@$(MAKE) --no-print-directory $(BUILD)/build.ninja
	@cmake --build $(BUILD) --parallel $(JOBS)
	@PATH="$(CURDIR)/build/tools/prometheus/usr/bin:$$PATH" ctest --test-dir $(BUILD) --output-on-failure --parallel $(JOBS)
	@/usr/bin/python3 tests/containers/bed.py

soak: ## serve mixed traffic under changes for DURATION seconds (PRESET=asan, tsan), then kill -9 under changes KILLS times
	@.ci/setup test
	@$(MAKE) --no-print-directory $(BUILD)/build.ninja
	@cmake --build $(BUILD) --parallel $(JOBS) --target modelgate
	@MODELGATE_PROGRAM="$(CURDIR)/$(BUILD)/modelgate" MODELGATE_SOURCE="$(CURDIR)" python3 tests/e2e/soak.py $(DURATION)
	@MODELGATE_PROGRAM="$(CURDIR)/$(BUILD)/modelgate" MODELGATE_SOURCE="$(CURDIR)" python3 tests/e2e/killed_test.py --kills $(KILLS)

bench: ## measure under load (benchmarks/README.md)
	@.ci/setup test
	@$(MAKE) --no-print-directory $(BUILD)/build.ninja
	@cmake --build $(BUILD) --parallel $(JOBS)
	@benchmarks/load/run --write

bench-check: ## count the instructions of one prediction, fail where it costs 5 % more than benchmarks/budget.json
	@.ci/setup test
	@$(MAKE) --no-print-directory build/release/build.ninja
	@cmake --build build/release --parallel $(JOBS) --target count_instructions
	@benchmarks/micro/check

fuzz: ## feed every parser with made-up bytes, SECONDS=60 each (tests/fuzz/run)
	@.ci/setup fuzz
	@$(MAKE) --no-print-directory build/fuzz/build.ninja
	@cmake --build build/fuzz --parallel $(JOBS) --target fuzzers
	@tests/fuzz/run --seconds $(SECONDS)

format: ## lay out every C++ file as .clang-format says
	@command -v clang-format >/dev/null || { echo 'format: install the package clang-format first' >&2; exit 1; }
	@git ls-files '*.hpp' '*.cpp' | xargs clang-format -i

# Configures once, and again when the presets change; everything else CMake notices itself.
build/%/build.ninja: CMakePresets.json
	cmake --preset $*
	@touch $@
