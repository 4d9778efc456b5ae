# make help lists what there is.
.DEFAULT_GOAL := help
.PHONY: help up test race soak bench lint matrix FORCE

TLSLAB := .cache/tlslab$(shell go env GOEXE)
ARGS   ?=

$(TLSLAB): FORCE
	@test -e $@ || echo 'building, which takes a minute for the first time' >&2
	@go build -o $@ ./lab/cmd/tlslab

## scenario-ID     reproduce a scenario, as in make scenario-expired; ARGS="--client python" narrows it
scenario-%: $(TLSLAB)
	@$(TLSLAB) run $* $(ARGS)

## up              serve every scenario at its own port until Ctrl-C
up: $(TLSLAB)
	@$(TLSLAB) up $(ARGS)

## matrix          every client stack found × the catalogue; ARGS="--html matrix.html" makes a page of it
matrix: $(TLSLAB)
	@$(TLSLAB) matrix $(ARGS)

## test            all tests; needs Go alone, and uses the client stacks that are there (minutes, with all of them)
test:
	go test ./...

## race            all tests but the whole catalogue on every client, with the race detector
race:
	go test -race -short ./...

## soak            protocol and wire rows, a thousand times each: SOAK=1000
soak:
	go test ./lab -run TestSoak -soak $(or $(SOAK),1000) -timeout 2h -v

## bench           benchmarks, as benchstat reads them: minting, start-up, memory, handshakes
bench:
	go test -run '^$$' -bench . -benchtime 1s -count $(or $(COUNT),5) ./scenarios ./lab/serve
	go test -run '^$$' -bench . -benchtime 5x -count $(or $(COUNT),5) ./lab/cmd/tlslab

## lint            gofmt and go vet, for Linux, macOS and Windows
lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'gofmt would change these files'; exit 1; }
	GOOS=linux go vet ./...
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...

## help            this list
help:
	@sed -n 's/^## /  make /p' Makefile

FORCE:
