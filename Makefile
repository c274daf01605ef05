# Guiju: make run | test | asan | fuzz | bench | deb | clean.  Everything that is needed is set up first, and nothing is done twice.
BUILD ?= build
NINJA = ninja -C $(BUILD)
AREA ?= area/changgeng.guiju

.PHONY: all setup run test asan fuzz bench deb clean

all: setup
	@sh tools/web.sh
	@$(NINJA) --quiet guiju

setup:
	@sh tools/setup.sh $(BUILD)

run: all
	@sh tools/run.sh $(BUILD)/guiju $(AREA)

test:
	@BROWSER=yes sh tools/setup.sh $(BUILD)
	@sh tools/web.sh
	@python3 tools/test.py $(BUILD)

# The same tests under the address and undefined-behaviour sanitisers.
asan:
	@BROWSER=yes sh tools/setup.sh $(BUILD)-asan -Db_sanitize=address,undefined -Db_lundef=false
	@sh tools/web.sh
	@python3 tools/test.py $(BUILD)-asan

# Long: ten minutes a door unless SECONDS_A_DOOR says otherwise.
fuzz:
	@sh tools/fuzz.sh $(BUILD)-fuzz

bench: all
	@sh tools/bench.sh $(BUILD)

# A Debian package of the binary, the packs and the service.
deb: all
	@sh packaging/deb.sh $(BUILD)

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-fuzz area
