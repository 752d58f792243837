EXTENSION = perfadvisor
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" perfadvisor.control)
MODULE_big = perfadvisor
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))
DATA_built = sql/$(EXTENSION)--$(EXTVERSION).sql
DATA = $(wildcard sql/*--*--*.sql)
PG_CPPFLAGS = -I$(srcdir)/src
PG_CFLAGS = -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

sql/$(EXTENSION)--$(EXTVERSION).sql: $(sort $(wildcard sql/rooms/*.sql))
	cat $^ > $@

$(OBJS): $(wildcard src/*.h src/*/*.h)
