/*
 * blob.c
 *	  Strings and plain structs one after the other in a flat buffer, the
 *	  form in which they live in the text store.
 *
 * A string is its state, its length and its bytes with a closing zero. The
 * reader checks every length, and answers "unknown" at the end.
 */
#include "postgres.h"

#include "base/base.h"

/*
 * Appends a string; text is ignored unless state is PA_ITEM_VALUE.
 */
void
pa_blob_put(StringInfo blob, PaItemState state, const char *string)
{
	int32		length = -1;

	if (state == PA_ITEM_VALUE)
		length = strlen(string);
	else if (state == PA_ITEM_UNKNOWN)
		length = -2;
	appendBinaryStringInfo(blob, (char *) &length, sizeof(length));
	if (length >= 0)
		appendBinaryStringInfo(blob, string, length + 1);
}

/*
 * Appends bytes whose number the reader knows.
 */
void
pa_blob_put_bytes(StringInfo blob, const void *data, Size size)
{
	appendBinaryStringInfo(blob, (const char *) data, size);
}

/*
 * Reads the next string, which is copied into the current context.
 */
PaItemState
pa_blob_get(PaBlobReader *reader, char **string)
{
	int32		length;

	*string = NULL;
	if (!pa_blob_get_bytes(reader, &length, sizeof(length)) || length < -1)
		return PA_ITEM_UNKNOWN;
	if (length == -1)
		return PA_ITEM_NULL;
	if (reader->size - reader->offset < (Size) length + 1)
		return PA_ITEM_UNKNOWN;
	*string = pnstrdup(reader->data + reader->offset, length);
	reader->offset += length + 1;
	return PA_ITEM_VALUE;
}

/*
 * Reads the next bytes; false when there are not so many.
 */
bool
pa_blob_get_bytes(PaBlobReader *reader, void *data, Size size)
{
	if (reader->size - reader->offset < size)
		return false;
	memcpy(data, reader->data + reader->offset, size);
	reader->offset += size;
	return true;
}
