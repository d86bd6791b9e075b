/*
 * Frames and their fields, as docs/design/0003-launch-program-and-control-protocol.md has them: little-endian and positional. Reading
 * never goes past the payload; fields that are absent at its end read as 0 or empty.
 */
#ifndef WINDLASS_FRAME_H
#define WINDLASS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  FRAME_HEADER = 16,
  FRAME_MAX_PAYLOAD = 4 << 20,
  FRAME_MAX_OUTPUT = 64 << 10, /* most bytes of a process's output in one frame */
  PROTOCOL_VERSION = 1,
};

enum frame_type {
  FRAME_HELLO = 0x01,
  FRAME_OK = 0x02,
  FRAME_ERROR = 0x03,
  FRAME_SPAWN = 0x10,
  FRAME_SHIMS = 0x11,
  FRAME_QUIT = 0x12,
  FRAME_HOOK = 0x13,
  FRAME_CREATE = 0x20,
  FRAME_START = 0x21,
  FRAME_SIGNAL = 0x22,
  FRAME_DELETE = 0x23,
  FRAME_REOPEN_LOG = 0x24,
  FRAME_LIST = 0x25,
  FRAME_SUBSCRIBE = 0x26,
  FRAME_EXEC = 0x27,
  FRAME_ATTACH = 0x28,
  FRAME_RESIZE = 0x29,
  FRAME_SHUTDOWN = 0x2a,
  FRAME_CLOSE_STDIN = 0x2b,
  FRAME_PROCEED = 0x2c,
  FRAME_AT_END = 0x30,
  FRAME_EVENT = 0x40,
  FRAME_STDOUT = 0x50,
  FRAME_STDERR = 0x51,
  FRAME_STDIN = 0x52,
  FRAME_STDIN_CLOSE = 0x53,
  FRAME_STREAM_RESIZE = 0x54,
  FRAME_EXIT = 0x55,
  FRAME_END = 0x56,
  FRAME_EXEC_KILL = 0x57,
};

/* The fields of a payload not read so far. Reading a field that is cut short sets `broken`, and everything reads as 0 from then on. */
struct fields {
  const unsigned char *at;
  size_t left;
  bool broken;
};

uint32_t take_u32(struct fields *fields);
uint64_t take_u64(struct fields *fields);
/* Text inside the payload, ended by its NUL; "" when absent. A text with a NUL inside it breaks the payload. */
const char *take_text(struct fields *fields);
/* Bytes inside the payload and their number. */
const void *take_bytes(struct fields *fields, uint32_t *size);

/* A received frame; its fields point into the receiver's buffer. */
struct frame {
  uint16_t type;
  uint64_t id;
  struct fields fields;
};

/* Reads one frame from the front of `data`: its whole size, 0 when more bytes are needed, -1 when it is no frame. */
long frame_parse(const unsigned char *data, size_t size, struct frame *frame);
/* How many bytes the frame at the front of `data` has in all, or FRAME_HEADER when that is not known yet. */
size_t frame_size_wanted(const unsigned char *data, size_t size);

/* Bytes that grow. When memory runs out, `failed` is set and the rest is dropped. */
struct bytes {
  unsigned char *data;
  size_t size;
  size_t capacity;
  bool failed;
};

/* Makes room for `more` bytes behind the present ones; NULL when memory ran out. */
unsigned char *bytes_reserve(struct bytes *bytes, size_t more);
void bytes_append(struct bytes *bytes, const void *data, size_t size);
/* Drops the first `count` bytes. */
void bytes_drop(struct bytes *bytes, size_t count);
void bytes_free(struct bytes *bytes);

void put_u32(struct bytes *bytes, uint32_t value);
void put_u64(struct bytes *bytes, uint64_t value);
void put_text(struct bytes *bytes, const char *text);

/* Begins a frame and returns the mark that frame_end needs to fill in its length. */
size_t frame_begin(struct bytes *bytes, enum frame_type type, uint64_t id);
void frame_end(struct bytes *bytes, size_t mark);

#endif
