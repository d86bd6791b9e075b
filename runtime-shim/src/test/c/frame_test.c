/* Frames: what is written reads back, and nothing that is cut or wrong is read past its end. */
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "kit_tap.h"

static struct bytes sample(void) {
  struct bytes out = {0};
  size_t mark = frame_begin(&out, FRAME_CREATE, UINT64_C(0x1122334455667788));
  put_u32(&out, 0xcafebabe);
  put_text(&out, "pod");
  put_u64(&out, UINT64_C(0xfedcba9876543210));
  put_text(&out, "");
  frame_end(&out, mark);
  return out;
}

static void a_frame_reads_back(void) {
  struct bytes out = sample();
  struct frame frame;
  static const unsigned char header[] = {4 + 8 + 8 + 5, 0, 0, 0, 0x20, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11};
  tap_ok(memcmp(out.data, header, sizeof header) == 0, "the header is as the design note has it");
  tap_ok(frame_parse(out.data, out.size, &frame) == (long)out.size, "a whole frame is recognised");
  tap_ok(frame.type == FRAME_CREATE && frame.id == UINT64_C(0x1122334455667788), "type and id read back");
  tap_ok(take_u32(&frame.fields) == 0xcafebabe, "a u32 reads back");
  tap_ok(strcmp(take_text(&frame.fields), "pod") == 0, "a text reads back");
  tap_ok(take_u64(&frame.fields) == UINT64_C(0xfedcba9876543210), "a u64 reads back");
  tap_ok(strcmp(take_text(&frame.fields), "") == 0, "an empty text reads back");
  tap_ok(take_u32(&frame.fields) == 0 && *take_text(&frame.fields) == 0 && !frame.fields.broken, "absent trailing fields read as nothing");
  bytes_free(&out);
}

static void a_cut_frame_waits(void) {
  struct bytes out = sample();
  struct frame frame;
  bool waits = true;
  for (size_t size = 0; size < out.size; size++) {
    unsigned char *cut = malloc(size + 1); /* exact, so that the sanitizer sees a read too far */
    memcpy(cut, out.data, size);
    waits = waits && frame_parse(cut, size, &frame) == 0;
    free(cut);
  }
  tap_ok(waits, "a frame that is cut anywhere asks for more");
  tap_ok(frame_size_wanted(out.data, 3) == FRAME_HEADER && frame_size_wanted(out.data, FRAME_HEADER) == out.size,
         "what it asks for is known from the header");
  bytes_free(&out);
}

static void cut_payloads_are_broken(void) {
  struct bytes out = sample();
  int broken = 0;
  size_t payload = out.size - FRAME_HEADER;
  for (size_t size = 0; size < payload; size++) {
    unsigned char *cut = malloc(size + 1);
    memcpy(cut, out.data + FRAME_HEADER, size);
    struct fields fields = {.at = cut, .left = size};
    take_u32(&fields);
    take_text(&fields);
    take_u64(&fields);
    take_text(&fields);
    broken += fields.broken;
    free(cut);
  }
  tap_ok(broken == (int)payload - 4, "a payload cut inside a field is broken, one cut between fields is not (%d)", broken);
  bytes_free(&out);
}

static void wrong_frames_are_refused(void) {
  struct frame frame;
  unsigned char large[FRAME_HEADER] = {1, 0, 0x40, 0};
  unsigned char reserved[FRAME_HEADER] = {0, 0, 0, 0, 1, 0, 1, 0};
  unsigned char inner_nul[] = {2, 0, 0, 0, 'a', 0, 0};
  unsigned char no_nul[] = {1, 0, 0, 0, 'a', 'b'};
  unsigned char huge[] = {0xff, 0xff, 0xff, 0xff, 'a', 0};
  tap_ok(frame_parse(large, sizeof large, &frame) == -1, "a payload over 4 MiB is refused");
  tap_ok(frame_parse(reserved, sizeof reserved, &frame) == -1, "the reserved field must be zero");
  struct fields fields = {.at = inner_nul, .left = sizeof inner_nul};
  tap_ok(*take_text(&fields) == 0 && fields.broken, "a text with a NUL inside is broken");
  fields = (struct fields){.at = no_nul, .left = sizeof no_nul};
  tap_ok(*take_text(&fields) == 0 && fields.broken, "a text without its NUL is broken");
  fields = (struct fields){.at = huge, .left = sizeof huge};
  tap_ok(*take_text(&fields) == 0 && fields.broken, "a length past the end is broken");
  uint32_t size;
  fields = (struct fields){.at = huge, .left = sizeof huge};
  tap_ok(take_bytes(&fields, &size) && size == 0 && fields.broken, "so it is for bytes");
  tap_ok(take_u64(&fields) == 0, "after that everything reads as 0");
}

static void bytes_grow_and_shrink(void) {
  struct bytes bytes = {0};
  for (int i = 0; i < 1000; i++)
    bytes_append(&bytes, "0123456789", 10);
  bytes_drop(&bytes, 9995);
  tap_ok(bytes.size == 5 && memcmp(bytes.data, "56789", 5) == 0, "dropping keeps the rest");
  bytes_drop(&bytes, 5);
  tap_ok(bytes.data == NULL && bytes.capacity == 0, "empty bytes hold no memory");
}

int main(void) {
  a_frame_reads_back();
  a_cut_frame_waits();
  cut_payloads_are_broken();
  wrong_frames_are_refused();
  bytes_grow_and_shrink();
  return tap_done();
}
