/*
 * dump.c
 *	  A checksummed file below the data directory, written and read from
 *	  beginning to end.
 *
 * A header tells what the file is: a magic number, the server's major
 * version, format and layout numbers of whoever keeps it, the length of the
 * body and its CRC-32C. It is written last, under a temporary name with
 * mode 0600, and the file then renamed durably: a reader sees a whole file,
 * the old or the new one.
 *
 * A file is read twice: once to compare length and checksum, and only when
 * these are right for its contents. What is wrong with it is reported in one
 * line, and the file is left as it is.
 *
 * No locks. Also works in the postmaster and without a transaction.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "port/pg_crc32c.h"
#include "storage/fd.h"

#include "base/base.h"
#include "base/fault.h"

#define DUMP_MAGIC 0x50414456
#define DUMP_MODE (S_IRUSR | S_IWUSR)
#define BUFFER_SIZE (64 * 1024)

typedef struct PaDumpHeader
{
	uint32		magic;
	uint32		server_major;
	uint32		format;
	uint32		layout;
	uint64		size;			/* of the body */
	uint32		crc;			/* of the body */
	uint32		unused;
} PaDumpHeader;

struct PaDump
{
	int			fd;
	int			elevel;			/* of complaints while writing */
	bool		failed;
	char		path[MAXPGPATH];
	char		temporary[MAXPGPATH];
	PaDumpHeader header;
	uint64		left;			/* bytes of the body still to read */
	Size		used;			/* bytes in the buffer */
	Size		taken;			/* of these, given to the reader */
	char		buffer[BUFFER_SIZE];
};

/*
 * Reports that something about a file that is being written failed, once.
 * errno tells why. What was written goes away: the disk may be full of it,
 * and after an ERROR nobody else would do that.
 */
static void
complain(PaDump *dump, const char *what)
{
	int			save_errno = errno;

	if (dump->failed)
		return;
	dump->failed = true;
	(void) unlink(dump->temporary);
	errno = save_errno;
	ereport(dump->elevel,
			(errcode_for_file_access(),
			 errmsg("could not %s file \"%s\": %m", what, dump->temporary)));
}

/*
 * Writes bytes at the place the file is at.
 */
static void
write_bytes(PaDump *dump, const void *data, Size size)
{
	if (dump->failed)
		return;
	PA_FAULT("dump");
	errno = 0;
	if (write(dump->fd, data, size) == (ssize_t) size)
		return;
	if (errno == 0)
		errno = ENOSPC;
	complain(dump, "write");
}

/*
 * Begins a file that will replace path, in the current memory context.
 * format and layout are the caller's. What goes wrong from here on is
 * reported with elevel, LOG or less, or ERROR.
 */
PaDump *
pa_dump_create(const char *path, uint32 format, uint32 layout, int elevel)
{
	PaDump	   *dump = palloc0(sizeof(PaDump));

	dump->elevel = elevel;
	strlcpy(dump->path, path, MAXPGPATH);
	snprintf(dump->temporary, MAXPGPATH, "%s.tmp", path);
	dump->header.magic = DUMP_MAGIC;
	dump->header.server_major = PA_SERVER_MAJOR;
	dump->header.format = format;
	dump->header.layout = layout;
	INIT_CRC32C(dump->header.crc);

	/* What a crash has left could have another mode */
	(void) unlink(dump->temporary);
	dump->fd = OpenTransientFilePerm(dump->temporary,
									 O_RDWR | O_CREAT | O_EXCL | PG_BINARY, DUMP_MODE);
	if (dump->fd < 0)
		complain(dump, "create");
	write_bytes(dump, &dump->header, sizeof(dump->header));
	return dump;
}

/*
 * Empties the buffer into the file.
 */
static void
flush_buffer(PaDump *dump)
{
	write_bytes(dump, dump->buffer, dump->used);
	dump->used = 0;
}

/*
 * Adds bytes to the body.
 */
void
pa_dump_put(PaDump *dump, const void *data, Size size)
{
	const char *from = data;

	COMP_CRC32C(dump->header.crc, data, size);
	dump->header.size += size;
	while (size > 0)
	{
		Size		part = Min(size, BUFFER_SIZE - dump->used);

		memcpy(dump->buffer + dump->used, from, part);
		dump->used += part;
		from += part;
		size -= part;
		if (dump->used == BUFFER_SIZE)
			flush_buffer(dump);
	}
}

/*
 * Writes the header and puts the file in the place of the old one. Returns
 * whether it is there, and the bytes it takes. Frees the dump.
 */
bool
pa_dump_finish(PaDump *dump, uint64 *size)
{
	bool		done;

	flush_buffer(dump);
	FIN_CRC32C(dump->header.crc);
	if (!dump->failed && lseek(dump->fd, 0, SEEK_SET) != 0)
		complain(dump, "seek in");
	write_bytes(dump, &dump->header, sizeof(dump->header));
	if (dump->fd >= 0 && CloseTransientFile(dump->fd) != 0)
		complain(dump, "close");

	/* It is flushed to disk before and after */
	done = !dump->failed &&
		durable_rename(dump->temporary, dump->path, dump->elevel) == 0;
	if (!done)
		(void) unlink(dump->temporary);
	*size = sizeof(PaDumpHeader) + dump->header.size;
	pfree(dump);
	return done;
}

/*
 * Fills the buffer with the next bytes of the body. False at its end, or
 * when the file ends before.
 */
static bool
fill_buffer(PaDump *dump)
{
	ssize_t		got;

	got = read(dump->fd, dump->buffer, Min(dump->left, BUFFER_SIZE));
	if (got <= 0)
		return false;
	dump->left -= got;
	dump->used = got;
	dump->taken = 0;
	return true;
}

/*
 * Goes to the beginning of the body.
 */
static bool
rewind_body(PaDump *dump)
{
	dump->left = dump->header.size;
	dump->used = dump->taken = 0;
	return lseek(dump->fd, sizeof(PaDumpHeader), SEEK_SET) == sizeof(PaDumpHeader);
}

/*
 * Returns what is wrong with a file, or NULL.
 */
static const char *
find_fault(PaDump *dump, uint32 format, uint32 layout)
{
	PaDumpHeader *header = &dump->header;
	struct stat st;
	pg_crc32c	crc;

	if (read(dump->fd, header, sizeof(*header)) != sizeof(*header))
		return "it is too short";
	if (header->magic != DUMP_MAGIC)
		return "it is of another kind";
	if (header->server_major != PA_SERVER_MAJOR)
		return "another major version of PostgreSQL has written it";
	if (header->format != format || header->layout != layout)
		return "another version of perfadvisor has written it";
	if (fstat(dump->fd, &st) != 0 ||
		(uint64) st.st_size != sizeof(*header) + header->size)
		return "it does not have the length it should";
	if (!rewind_body(dump))
		return "it cannot be read";
	INIT_CRC32C(crc);
	while (fill_buffer(dump))
		COMP_CRC32C(crc, dump->buffer, dump->used);
	FIN_CRC32C(crc);
	if (dump->left > 0 || crc != header->crc || !rewind_body(dump))
		return "its checksum is wrong";
	return NULL;
}

/*
 * Opens a file for reading, in the current memory context. Returns NULL when
 * there is none, or when it cannot be used, which is logged.
 */
PaDump *
pa_dump_open(const char *path, uint32 format, uint32 layout)
{
	PaDump	   *dump = palloc0(sizeof(PaDump));
	const char *fault = NULL;

	strlcpy(dump->path, path, MAXPGPATH);
	dump->fd = OpenTransientFile(path, O_RDONLY | PG_BINARY);
	if (dump->fd >= 0)
	{
		fault = find_fault(dump, format, layout);
		if (fault == NULL)
			return dump;
		(void) CloseTransientFile(dump->fd);
	}
	else if (errno != ENOENT)
		fault = "it cannot be opened";
	if (fault != NULL)
		ereport(LOG,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("ignoring file \"%s\": %s", path, fault)));
	pfree(dump);
	return NULL;
}

/*
 * Reads the next bytes of the body. False when there are not so many.
 */
bool
pa_dump_get(PaDump *dump, void *data, Size size)
{
	char	   *to = data;

	if (size > pa_dump_left(dump))
		return false;
	while (size > 0)
	{
		Size		part;

		if (dump->taken == dump->used && !fill_buffer(dump))
			return false;
		part = Min(size, dump->used - dump->taken);
		memcpy(to, dump->buffer + dump->taken, part);
		dump->taken += part;
		to += part;
		size -= part;
	}
	return true;
}

/*
 * Returns how many bytes of the body have not been read.
 */
uint64
pa_dump_left(const PaDump *dump)
{
	return dump->left + (dump->used - dump->taken);
}

/*
 * Closes a file that was read, and frees the dump.
 */
void
pa_dump_close(PaDump *dump)
{
	(void) CloseTransientFile(dump->fd);
	pfree(dump);
}
