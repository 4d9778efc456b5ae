# make help lists the targets.
.DEFAULT_GOAL := help
.PHONY: help up test race fuzz soak bench lint matrix ocsp-matrix clients mongod-stand-in mongod-image images FORCE

TLSLAB := .cache/tlslab$(shell go env GOEXE)
ARGS   ?=

# On Linux the program is static, so that it also runs in containers whose C library is older than this machine's. The
# embedded database keeps its data in SQLite, so its backend for PostgreSQL is left out.
BUILD := go build -tags ferretdb_no_postgresql
ifeq ($(shell go env GOOS),linux)
  BUILD := CGO_ENABLED=0 $(BUILD)
endif

$(TLSLAB): FORCE
	@test -e $@ || echo 'building, which takes a minute the first time' >&2
	@$(BUILD) -o $@ ./lab/cmd/tlslab

## scenario-ID     reproduce a scenario, as in make scenario-expired; ARGS="--client python" narrows it
scenario-%: $(TLSLAB)
	@$(TLSLAB) run $* $(ARGS)

## up              serve every scenario at its own port until Ctrl-C
up: $(TLSLAB)
	@$(TLSLAB) up $(ARGS)

## matrix          every client stack found × the catalogue; ARGS="--html matrix.html" writes a page
matrix: $(TLSLAB)
	@$(TLSLAB) matrix $(ARGS)

## clients         install more client stacks into your cache directory; CLIENTS="pymongo npm" for some
clients:
	@go run ./lab/clients/install $(CLIENTS)

## ocsp-matrix     the test matrix of MongoDB's OCSP specification, for each driver
ocsp-matrix: $(TLSLAB)
	@$(TLSLAB) ocsp-matrix $(ARGS)

## test            all tests; needs only Go, and uses the client stacks it finds (minutes, with all of them)
test:
	go test -timeout 30m ./...

# These packages have no concurrency, or only wait for programs that packages below them run.
UNRACED := /lab/explain$$|/lab/report$$|/lab/clients$$|/lab/lessons/check$$|/lab/diagnose$$|/lab/mimic$$|/scenarios/file$$

## race            tests with the race detector, except the whole catalogue on every client
race:
	go test -race -short -timeout 30m $$(go list ./... | grep -vE '$(UNRACED)')
	go test -race -timeout 5m -run TestStress -v ./lab

# Up to Go 1.26, a target may fail without a reason when its time is up (go.dev/issue/75804). Therefore a failed target
# is run again: a real failure has written its input to testdata, and fails again.
## fuzz            every fuzz target, for FUZZTIME=4s each
fuzz:
	@for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u); do \
	  for target in $$(grep -ho '^func Fuzz[A-Za-z0-9]*' $$dir/*_test.go | cut -c 6-); do \
	    echo "$$dir $$target"; \
	    run() { go test $$dir -run '^$$' -fuzz "^$$target\$$" -fuzztime $(or $(FUZZTIME),4s) -fuzzminimizetime 1x; }; \
	    run || run || exit; \
	  done; \
	done

## soak            the matrix REPEAT=3 times, protocol and wire rows SOAK=1000 times, an attack for ATTACK=60s
soak:
	go test ./lab -run TestRepeat -repeat $(or $(REPEAT),3) -timeout 2h -v
	go test ./lab -run TestSoak -soak $(or $(SOAK),1000) -timeout 2h -v
	go test ./lab/cmd/tlslab -run TestAttack -attack $(or $(ATTACK),60s) -v

## bench           benchmarks for benchstat: minting, start-up, memory, handshakes
bench:
	go test -run '^$$' -bench . -benchtime 1s -count $(or $(COUNT),5) ./scenarios ./lab/serve
	go test -run '^$$' -bench . -benchtime 5x -count $(or $(COUNT),5) ./lab/cmd/tlslab

## lint            gofmt and go vet, for Linux, macOS and Windows
lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'gofmt would change these files'; exit 1; }
	GOOS=linux go vet ./...
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...

## mongod-stand-in an image to use instead of MongoDB's, if that cannot be pulled: see TLSLAB_MONGO_IMAGE
mongod-stand-in:
	rm -rf .cache/mongod-stand-in
	mkdir -p -m 755 .cache/mongod-stand-in/rootfs && mkdir -m 1777 .cache/mongod-stand-in/rootfs/tmp
	CGO_ENABLED=0 GOOS=linux go build -trimpath -ldflags='-s -w' \
	  -o .cache/mongod-stand-in/rootfs/mongod ./lab/mongo/standin
	mkdir .cache/mongod-stand-in/rootfs/bin && ln -s /mongod .cache/mongod-stand-in/rootfs/bin/mongosh
	docker build -q -t tlslab-mongod-stand-in -f lab/mongo/standin/Dockerfile .cache/mongod-stand-in
	@echo 'now: TLSLAB_MONGO_IMAGE=tlslab-mongod-stand-in make scenario-mongod-good'

## mongod-image    images of real mongods for tests, if MongoDB's cannot be pulled; VERSIONS="6.0.5" for some
mongod-image:
	@lab/mongo/image/build $(VERSIONS)

## images          images with clients for --image: Debian's releases, and one from scratch; IMAGES="trixie" for some
images:
	@lab/image/images/build $(IMAGES)

## help            this list
help:
	@sed -n 's/^## /  make /p' Makefile

FORCE:
