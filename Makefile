# make help lists what there is.
.DEFAULT_GOAL := help
.PHONY: help up test race fuzz soak bench lint matrix ocsp-matrix clients mongod-stand-in mongod-image FORCE

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

## clients         what client stacks need beyond what is here, below your cache directory; CLIENTS="pymongo npm" for some
clients:
	@go run ./lab/clients/install $(CLIENTS)

## ocsp-matrix     the test matrix of MongoDB's OCSP specification, for each driver
ocsp-matrix: $(TLSLAB)
	@$(TLSLAB) ocsp-matrix $(ARGS)

## test            all tests; needs Go alone, and uses the client stacks that are there (minutes, with all of them)
test:
	go test -timeout 30m ./...

# Nothing of these runs at once, or it waits for other programs: what drives those is in packages below.
UNRACED := /lab/explain$$|/lab/report$$|/lab/clients$$|/lab/lessons/check$$

## race            tests with the race detector, but the whole catalogue on every client
race:
	go test -race -short -timeout 30m $$(go list ./... | grep -vE '$(UNRACED)')
	go test -race -timeout 5m -run TestStress -v ./lab

# Up to Go 1.26 a target may fail for nothing when its time is over (go.dev/issue/75804), so that one that fails is run
# again: an input that it found is in testdata by then, and fails again.
## fuzz            every fuzz target, for FUZZTIME=4s each
fuzz:
	@for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u); do \
	  for target in $$(grep -ho '^func Fuzz[A-Za-z0-9]*' $$dir/*_test.go | cut -c 6-); do \
	    echo "$$dir $$target"; \
	    run() { go test $$dir -run '^$$' -fuzz "^$$target\$$" -fuzztime $(or $(FUZZTIME),4s); }; \
	    run || run || exit; \
	  done; \
	done

## soak            the whole matrix three times, and protocol and wire rows a thousand times each, and an attack: REPEAT=3 SOAK=1000 ATTACK=60s
soak:
	go test ./lab -run TestRepeat -repeat $(or $(REPEAT),3) -timeout 2h -v
	go test ./lab -run TestSoak -soak $(or $(SOAK),1000) -timeout 2h -v
	go test ./lab/cmd/tlslab -run TestAttack -attack $(or $(ATTACK),60s) -v

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

## mongod-stand-in an image that stands in for MongoDB's, where none can be had: see TLSLAB_MONGO_IMAGE
mongod-stand-in:
	rm -rf .cache/mongod-stand-in && mkdir -p -m 755 .cache/mongod-stand-in/rootfs && mkdir -m 1777 .cache/mongod-stand-in/rootfs/tmp
	CGO_ENABLED=0 GOOS=linux go build -trimpath -ldflags='-s -w' -o .cache/mongod-stand-in/rootfs/mongod ./lab/mongo/standin
	mkdir .cache/mongod-stand-in/rootfs/bin && ln -s /mongod .cache/mongod-stand-in/rootfs/bin/mongosh
	docker build -q -t tlslab-mongod-stand-in -f lab/mongo/standin/Dockerfile .cache/mongod-stand-in
	@echo 'now: TLSLAB_MONGO_IMAGE=tlslab-mongod-stand-in make scenario-mongod-good'

## mongod-image    images of real mongods, for tests, where MongoDB's cannot be pulled; VERSIONS="6.0.5 6.0.27" for some
mongod-image:
	@lab/mongo/image/build $(VERSIONS)

## help            this list
help:
	@sed -n 's/^## /  make /p' Makefile

FORCE:
