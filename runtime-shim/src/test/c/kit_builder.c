#include "kit_builder.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_SIZE = 12, OPERATION_HEADER_SIZE = 8 };

static void put(struct builder *builder, const void *bytes, size_t size) {
  if (size > sizeof builder->bytes - builder->size)
    abort();
  if (size > 0)
    memcpy(builder->bytes + builder->size, bytes, size);
  builder->size += size;
}

static void put_number(struct builder *builder, uint64_t number, size_t width) {
  unsigned char bytes[8];
  for (size_t i = 0; i < width; i++)
    bytes[i] = (unsigned char)(number >> 8 * i);
  put(builder, bytes, width);
}

static void set_number(struct builder *builder, size_t at, uint64_t number, size_t width) {
  size_t end = builder->size;
  builder->size = at;
  put_number(builder, number, width);
  builder->size = end;
}

static void put_text(struct builder *builder, const char *text) {
  put_number(builder, strlen(text), 4);
  put(builder, text, strlen(text) + 1);
}

static void put_list(struct builder *builder, const char *const *texts) {
  uint32_t count = 0;
  while (texts[count])
    count++;
  put_number(builder, count, 4);
  for (uint32_t i = 0; i < count; i++)
    put_text(builder, texts[i]);
}

void build_begin(struct builder *builder) {
  memset(builder, 0, sizeof *builder);
  builder->size = HEADER_SIZE;
}

void build(struct builder *builder, enum opcodes opcode, const char *signature, ...) {
  size_t begin = builder->size;
  builder->operation = begin;
  builder->operations++;
  put_number(builder, opcode, 2);
  put_number(builder, 0, 6);
  va_list arguments;
  va_start(arguments, signature);
  for (; *signature; signature++) {
    if (*signature == 'u')
      put_number(builder, va_arg(arguments, unsigned), 4);
    else if (*signature == 'U')
      put_number(builder, va_arg(arguments, uint64_t), 8);
    else if (*signature == 't')
      put_text(builder, va_arg(arguments, const char *));
    else if (*signature == 'L')
      put_list(builder, va_arg(arguments, const char *const *));
    else {
      const void *bytes = va_arg(arguments, const void *);
      size_t size = va_arg(arguments, size_t);
      put_number(builder, size, 4);
      put(builder, bytes, size);
    }
  }
  va_end(arguments);
  set_number(builder, begin + 4, builder->size - begin - OPERATION_HEADER_SIZE, 4);
}

void build_end(struct builder *builder) {
  memcpy(builder->bytes, "WLPG", 4);
  set_number(builder, 4, 1, 2);
  set_number(builder, 6, 0, 2);
  set_number(builder, 8, builder->operations, 4);
}
