/* An operation's arguments: decoded by a signature, each bounds-checked. */
#ifndef WINDLASS_ARGUMENTS_H
#define WINDLASS_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

enum { MAX_ARGUMENTS = 7, NO_SLOT = -1 };

/* Encoded bytes that are not yet read. */
struct reader {
  const unsigned char *at;
  size_t left;
};

bool reader_u16(struct reader *reader, uint16_t *value);
bool reader_u32(struct reader *reader, uint32_t *value);
bool reader_u64(struct reader *reader, uint64_t *value);
bool reader_skip(struct reader *reader, size_t count);

struct argument {
  uint64_t number;    /* numbers; slots; the count of a list */
  const char *text;   /* texts, ended by NUL; bytes */
  uint32_t size;      /* of the text without its NUL, or of the bytes */
  struct reader list; /* the items of a list */
};

struct args {
  struct argument at[MAX_ARGUMENTS];
};

/*
 * Decodes what `signature` says, one character each: u 32-bit number, U 64-bit number, t text, p path (a text that is not empty and
 * shorter than PATH_MAX), b bytes, S slot, N slot or none, [...] list of the items within. Bytes after the last one are ignored.
 */
int arguments_decode(const char *signature, struct reader bytes, struct args *args, struct failure *f);

/* The next item of a decoded list; 0 or "" after the last. */
uint32_t list_number(struct reader *list);
const char *list_text(struct reader *list);

/* The slot named by an argument, or NO_SLOT. */
static inline int argument_slot(const struct argument *argument) {
  return argument->number == UINT32_MAX ? NO_SLOT : (int)argument->number;
}

#endif
