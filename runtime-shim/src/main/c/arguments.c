#include "arguments.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "program.h"

bool reader_skip(struct reader *reader, size_t count) {
  if (count > reader->left)
    return false;
  reader->at += count;
  reader->left -= count;
  return true;
}

static bool reader_number(struct reader *reader, size_t width, uint64_t *value) {
  const unsigned char *at = reader->at;
  if (!reader_skip(reader, width))
    return false;
  *value = 0;
  for (size_t i = width; i > 0; i--)
    *value = *value << 8 | at[i - 1];
  return true;
}

bool reader_u16(struct reader *reader, uint16_t *value) {
  uint64_t wide;
  if (!reader_number(reader, 2, &wide))
    return false;
  *value = (uint16_t)wide;
  return true;
}

bool reader_u32(struct reader *reader, uint32_t *value) {
  uint64_t wide;
  if (!reader_number(reader, 4, &wide))
    return false;
  *value = (uint32_t)wide;
  return true;
}

bool reader_u64(struct reader *reader, uint64_t *value) { return reader_number(reader, 8, value); }

/* Reads a count and that many bytes. */
static bool read_bytes(struct reader *reader, struct argument *argument) {
  if (!reader_u32(reader, &argument->size))
    return false;
  argument->text = (const char *)reader->at;
  return reader_skip(reader, argument->size);
}

static const char *read_text(struct reader *reader, struct argument *argument) {
  if (!read_bytes(reader, argument) || reader->left == 0)
    return "is cut off";
  if (*reader->at != 0)
    return "does not end with NUL";
  reader_skip(reader, 1);
  return memchr(argument->text, 0, argument->size) ? "has a NUL inside" : NULL;
}

static const char *read_path(struct reader *reader, struct argument *argument) {
  const char *fault = read_text(reader, argument);
  if (fault)
    return fault;
  if (argument->size == 0)
    return "is an empty path";
  return argument->size < PATH_MAX ? NULL : "is a path that is too long";
}

static const char *read_u32(struct reader *reader, struct argument *argument) {
  uint32_t number;
  if (!reader_u32(reader, &number))
    return "is cut off";
  argument->number = number;
  return NULL;
}

static const char *read_slot(struct reader *reader, struct argument *argument, bool may_be_none) {
  const char *fault = read_u32(reader, argument);
  if (fault || argument->number < PROGRAM_SLOTS || (may_be_none && argument->number == UINT32_MAX))
    return fault;
  return "names a slot that does not exist";
}

/* One value that is no list; NULL, or what is wrong with it. */
static const char *read_value(char kind, struct reader *reader, struct argument *argument) {
  switch (kind) {
  case 'u':
    return read_u32(reader, argument);
  case 'U':
    return reader_u64(reader, &argument->number) ? NULL : "is cut off";
  case 't':
    return read_text(reader, argument);
  case 'p':
    return read_path(reader, argument);
  case 'b':
    return read_bytes(reader, argument) ? NULL : "is cut off";
  case 'S':
    return read_slot(reader, argument, false);
  case 'N':
    return read_slot(reader, argument, true);
  default:
    return "has an unknown kind";
  }
}

/* `items` is the signature after the opening bracket. */
static const char *read_list(const char *items, struct reader *reader, struct argument *argument) {
  const char *fault = read_u32(reader, argument);
  argument->list = *reader;
  for (uint64_t i = 0; !fault && i < argument->number; i++)
    for (const char *kind = items; !fault && *kind != ']'; kind++) {
      struct argument ignored = {0};
      fault = read_value(*kind, reader, &ignored);
    }
  argument->list.left -= reader->left;
  return fault ? "is a list that is cut off or has a malformed item" : NULL;
}

int arguments_decode(const char *signature, struct reader bytes, struct args *args, struct failure *f) {
  memset(args, 0, sizeof *args);
  int index = 0;
  for (const char *kind = signature; *kind; kind++, index++) {
    struct argument *argument = &args->at[index];
    const char *fault;
    if (*kind == '[') {
      fault = read_list(kind + 1, &bytes, argument);
      kind = strchr(kind, ']');
    } else {
      fault = read_value(*kind, &bytes, argument);
    }
    if (fault) {
      argument->text = NULL;
      return fail(f, EINVAL, "arguments", "argument %d %s", index + 1, fault);
    }
  }
  return 0;
}

uint32_t list_number(struct reader *list) {
  uint32_t number = 0;
  return reader_u32(list, &number) ? number : 0;
}

const char *list_text(struct reader *list) {
  struct argument argument = {0};
  return read_text(list, &argument) ? "" : argument.text;
}
