# perfadvisor: make, make install, make demo, make test, make check-html, make lint, make clean
#
# Built with PGXS against the server that PG_CONFIG belongs to. The targets demo, test and lint work without
# PGXS as well: demo and test look for what is missing and install it (test/lib/prepare.sh).

EXTENSION = perfadvisor
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" perfadvisor.control)
MODULE_big = perfadvisor
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))
DATA_built = sql/$(EXTENSION)--$(EXTVERSION).sql
DATA = $(wildcard sql/*--*--*.sql)
PG_CPPFLAGS = -I$(srcdir)/src
PG_CFLAGS = -Wall -Wextra -Wshadow -Wmissing-prototypes \
	-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -fno-plt
EXTRA_CLEAN = .built_for results regression.diffs regression.out tmp_install

# The test build sets STRICT=yes. Nobody else's compiler should stop at a warning it has and ours has not.
STRICT ?= no
ifeq ($(STRICT),yes)
PG_CFLAGS += -Werror
endif

# Whether the user named a server, or make test may look for one.
PG_CONFIG_GIVEN := $(if $(filter undefined,$(origin PG_CONFIG)),,$(PG_CONFIG))
PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)

# No bitcode: with it JIT could put functions of ours into its code, but none is called per row, and making it takes
# clang and most of the time of a build. with_llvm=yes makes it.
ifneq ($(origin with_llvm),command line)
override with_llvm = no
endif

ifneq ($(wildcard $(PGXS)),)
include $(PGXS)

# As PGXS does itself from 16 on: what is not exported is called, and read, directly. And 15's headers are not C23,
# which newer compilers speak unless told otherwise.
ifeq ($(MAJORVERSION),15)
override CFLAGS += -fvisibility=hidden -std=gnu17
override CPPFLAGS := -DPGDLLEXPORT='__attribute__((visibility("default")))' $(CPPFLAGS)
endif

# Objects belong to one server and one set of flags: made again when either changes. The targets test and demo
# call make again with theirs.
ifeq ($(filter test demo lint clean check-% test-%,$(MAKECMDGOALS)),)
BUILT_FOR := $(shell $(PG_CONFIG) --version) $(pkglibdir) $(CC) $(COPT) STRICT=$(STRICT)
$(shell test "$$(cat .built_for 2>/dev/null)" = '$(BUILT_FOR)' || echo '$(BUILT_FOR)' > .built_for)
endif

$(OBJS) $(OBJS:.o=.bc): .built_for $(wildcard src/*.h src/*/*.h)
.built_for: ;
else
all install installdirs uninstall clean:
	@echo "perfadvisor: no server headers found by \"$(PG_CONFIG) --pgxs\"; install them" \
		"(Debian: apt install gcc libc6-dev postgresql-server-dev-all) or set PG_CONFIG" >&2; exit 1
endif

# The rooms are concatenated in the order of their numbers, with the files of the report's page in the place of lines
# "@include FILE". Made again too when a room goes away.
sql/$(EXTENSION)--$(EXTVERSION).sql: $(sort $(wildcard sql/rooms/*.sql)) $(wildcard src/report/*) sql/rooms
	awk '/^@include / { while ((more = (getline line < $$2)) > 0) print line; if (more < 0) exit 1; next } { print }' \
		$(filter sql/rooms/%.sql,$^) > $@ || { rm -f $@; exit 1; }

.DEFAULT_GOAL := all
.PHONY: all install installdirs uninstall clean demo test lint

# make test TESTS="record_counts advise_*" runs only those. exec: a signal that make passes on must reach the script.
test:
	@exec env MAKE='$(MAKE)' PG_CONFIG='$(PG_CONFIG_GIVEN)' TESTS='$(TESTS)' bash test/lib/run_tests.sh

# Suites that take minutes to hours: check-postgres, check-assert, check-asan and others in test/check.
check-%:
	@exec env MAKE='$(MAKE)' PG_CONFIG='$(PG_CONFIG_GIVEN)' TESTS='$(TESTS)' bash test/check/$*.sh

test-versions:
	@exec env MAKE='$(MAKE)' TESTS='$(TESTS)' bash test/check/versions.sh

demo:
	@exec env MAKE='$(MAKE)' PG_CONFIG='$(PG_CONFIG_GIVEN)' bash test/demo/demo.sh

lint:
	@bash test/lib/lint.sh
