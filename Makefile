# One named recipe per task. `make` lists them.

.DEFAULT_GOAL := help
SHELL := /bin/bash

SOURCES := pom.xml Makefile $(shell find . -path ./.git -prune -o -path '*/target' -prune -o -path ./dist -prune -o \
  -path '*/src/main/*' -type f -print -o -path './proto/*' -name '*.proto' -print -o -path '*/pom.xml' -print -o -path './scripts/*' -type f -print 2>/dev/null)

## help: list the tasks
.PHONY: help
help:
	@sed -n 's/^## \([a-z-]*\): \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "%-12s %s\n", $$1, $$2}'

## dist: build everything and lay it out below dist/, ready to run
.PHONY: dist
dist: dist/.stamp

dist/.stamp: $(SOURCES)
	scripts/setup build
	scripts/make-dist
	touch $@

## demo: run the main job once, on a daemon, registry and network of its own, and show that nothing is left
.PHONY: demo
demo:
	scripts/setup demo
	@$(MAKE) --no-print-directory dist
	scripts/demo

## run: run the daemon in the foreground, for use with crictl; ARGS="--config FILE ..." are passed on
.PHONY: run
run: dist
	exec dist/bin/windlassd $(ARGS)

## test: everything: unit tests, C tests with sanitizers, integration tests (as root)
.PHONY: test
test:
	scripts/setup test
	scripts/run-tests

## test-guest: in a disposable guest with cgroup v2, systemd, AppArmor and SELinux: the tests that need them (TESTS="Name ..." for some)
.PHONY: test-guest
test-guest: dist
	scripts/setup guest
	scripts/test-guest

## bench-pull: time cold pulls beside containerd's (needs crictl and, to compare, containerd on the PATH); ROUNDS=5 IMAGES="6:63:64 6:120 10:1024"
.PHONY: bench-pull
bench-pull: dist
	scripts/setup conformance
	bench/pull

## churn: run and remove 200 pods, 8 at a time, and compare the node before and after
.PHONY: churn
churn: dist
	scripts/setup demo
	scripts/churn

## critest: run critest against the daemon, over both transports, with NRI; LOAD=1: beside a second client
.PHONY: critest
critest: dist
	scripts/setup conformance
	conformance/critest

## critest-guest: the same in the guest, where AppArmor's specs can run
.PHONY: critest-guest
critest-guest: dist
	scripts/setup conformance
	scripts/setup guest
	conformance/critest-guest

## test-kubelet: run a real kubelet with static pods on the daemon (builds it: needs go); KUBELET_GATES=NAME=true
.PHONY: test-kubelet
test-kubelet: dist
	scripts/setup kubelet
	conformance/kubelet/test

## check-proto: compare proto/cri/api.proto with the published CRI, descriptor by descriptor
.PHONY: check-proto
check-proto:
	scripts/setup build
	proto/check/check-proto.sh

## format: apply the code formatter
.PHONY: format
format:
	./mvnw -B -q spotless:apply

## clean: remove what the build made
.PHONY: clean
clean:
	./mvnw -B -q clean
	rm -rf dist
