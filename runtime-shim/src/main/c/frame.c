#include "frame.h"

#include <stdlib.h>
#include <string.h>

static uint64_t little(const unsigned char *at, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i > 0; i--)
    value = value << 8 | at[i - 1];
  return value;
}

static void store(unsigned char *at, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; i++)
    at[i] = (unsigned char)(value >> (8 * i));
}

/* The next `size` bytes, or NULL: at the regular end of the payload, or because it is broken. */
static const unsigned char *advance(struct fields *fields, size_t size) {
  if (fields->broken || fields->left < size) {
    fields->broken = fields->broken || fields->left > 0;
    fields->left = 0;
    return NULL;
  }
  const unsigned char *at = fields->at;
  fields->at += size;
  fields->left -= size;
  return at;
}

uint32_t take_u32(struct fields *fields) {
  const unsigned char *at = advance(fields, 4);
  return at ? (uint32_t)little(at, 4) : 0;
}

uint64_t take_u64(struct fields *fields) {
  const unsigned char *at = advance(fields, 8);
  return at ? little(at, 8) : 0;
}

static const void *take_counted(struct fields *fields, uint32_t *size, size_t after) {
  const unsigned char *head = advance(fields, 4);
  *size = head ? (uint32_t)little(head, 4) : 0;
  if (!head)
    return NULL;
  if (fields->left < *size + after) {
    fields->broken = true;
    fields->left = 0;
    *size = 0;
    return NULL;
  }
  return advance(fields, *size + after);
}

const char *take_text(struct fields *fields) {
  uint32_t size;
  const char *text = take_counted(fields, &size, 1);
  if (!text)
    return "";
  if (memchr(text, 0, (size_t)size + 1) != text + size) {
    fields->broken = true;
    fields->left = 0;
    return "";
  }
  return text;
}

const void *take_bytes(struct fields *fields, uint32_t *size) {
  const void *bytes = take_counted(fields, size, 0);
  return bytes ? bytes : "";
}

size_t frame_size_wanted(const unsigned char *data, size_t size) {
  return size < FRAME_HEADER ? FRAME_HEADER : FRAME_HEADER + (size_t)little(data, 4);
}

long frame_parse(const unsigned char *data, size_t size, struct frame *frame) {
  if (size < FRAME_HEADER)
    return 0;
  uint64_t payload = little(data, 4);
  if (payload > FRAME_MAX_PAYLOAD || little(data + 6, 2) != 0)
    return -1;
  if (size < FRAME_HEADER + payload)
    return 0;
  frame->type = (uint16_t)little(data + 4, 2);
  frame->id = little(data + 8, 8);
  frame->fields = (struct fields){.at = data + FRAME_HEADER, .left = (size_t)payload};
  return (long)(FRAME_HEADER + payload);
}

unsigned char *bytes_reserve(struct bytes *bytes, size_t more) {
  if (bytes->capacity - bytes->size < more) {
    size_t capacity = bytes->capacity ? bytes->capacity : 256;
    while (capacity - bytes->size < more)
      capacity *= 2;
    unsigned char *grown = realloc(bytes->data, capacity);
    if (!grown) {
      bytes->failed = true;
      return NULL;
    }
    bytes->data = grown;
    bytes->capacity = capacity;
  }
  return bytes->data + bytes->size;
}

void bytes_append(struct bytes *bytes, const void *data, size_t size) {
  unsigned char *at = size ? bytes_reserve(bytes, size) : NULL;
  if (!at)
    return;
  memcpy(at, data, size);
  bytes->size += size;
}

void bytes_drop(struct bytes *bytes, size_t count) {
  bytes->size -= count;
  if (bytes->size)
    memmove(bytes->data, bytes->data + count, bytes->size);
  else
    bytes_free(bytes);
}

void bytes_free(struct bytes *bytes) {
  free(bytes->data);
  *bytes = (struct bytes){.failed = bytes->failed};
}

void put_u32(struct bytes *bytes, uint32_t value) {
  unsigned char field[4];
  store(field, value, sizeof field);
  bytes_append(bytes, field, sizeof field);
}

void put_u64(struct bytes *bytes, uint64_t value) {
  unsigned char field[8];
  store(field, value, sizeof field);
  bytes_append(bytes, field, sizeof field);
}

void put_text(struct bytes *bytes, const char *text) {
  size_t size = strlen(text);
  put_u32(bytes, (uint32_t)size);
  bytes_append(bytes, text, size + 1);
}

size_t frame_begin(struct bytes *bytes, enum frame_type type, uint64_t id) {
  size_t mark = bytes->size;
  put_u32(bytes, 0);
  put_u32(bytes, (uint32_t)type);
  put_u64(bytes, id);
  return mark;
}

void frame_end(struct bytes *bytes, size_t mark) {
  if (!bytes->failed)
    store(bytes->data + mark, bytes->size - mark - FRAME_HEADER, 4);
}
