/*
 * Feeds a fuzz target without libFuzzer: mutations of a program of all kinds of arguments, for as many seconds as the first argument
 * says, from the seed in the second. What was accepted is mutated further. A crash is repeated by the seed that is printed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz_target.h"
#include "kit_builder.h"

enum { MAX_SIZE = 4096, POOL_SIZE = 256, BATCH = 4096 };

struct input {
  size_t size;
  unsigned char bytes[MAX_SIZE];
};

struct fuzzer {
  uint64_t random;
  uint32_t kept;
  struct input pool[POOL_SIZE];
};

static uint64_t next_random(struct fuzzer *fuzzer) {
  fuzzer->random ^= fuzzer->random << 13;
  fuzzer->random ^= fuzzer->random >> 7;
  fuzzer->random ^= fuzzer->random << 17;
  return fuzzer->random;
}

static size_t below(struct fuzzer *fuzzer, size_t limit) { return limit ? (size_t)(next_random(fuzzer) % limit) : 0; }

static void keep(struct fuzzer *fuzzer, const struct input *input) {
  size_t place = fuzzer->kept < POOL_SIZE ? fuzzer->kept++ : 1 + below(fuzzer, POOL_SIZE - 1);
  fuzzer->pool[place] = *input;
}

/* Overwrites four bytes with a number at a limit: where a count or a length lies, that is what breaks parsers. */
static void set_limit(struct fuzzer *fuzzer, struct input *input) {
  static const uint32_t limits[] = {0, 1, 2, 63, 64, 255, 1024, 1025, 4095, 4096, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  uint32_t value = limits[below(fuzzer, sizeof limits / sizeof *limits)] + (uint32_t)below(fuzzer, 3);
  if (input->size < 4)
    return;
  size_t at = below(fuzzer, input->size - 3);
  for (size_t i = 0; i < 4; i++)
    input->bytes[at + i] = (unsigned char)(value >> 8 * i);
}

static void remove_part(struct fuzzer *fuzzer, struct input *input) {
  size_t at = below(fuzzer, input->size);
  size_t count = below(fuzzer, input->size - at + 1);
  memmove(input->bytes + at, input->bytes + at + count, input->size - at - count);
  input->size -= count;
}

/* Inserts a part of another input. */
static void insert_part(struct fuzzer *fuzzer, struct input *input) {
  const struct input *other = &fuzzer->pool[below(fuzzer, fuzzer->kept)];
  size_t from = below(fuzzer, other->size);
  size_t room = MAX_SIZE - input->size;
  size_t count = below(fuzzer, (other->size - from < room ? other->size - from : room) + 1);
  size_t at = below(fuzzer, input->size + 1);
  memmove(input->bytes + at + count, input->bytes + at, input->size - at);
  memcpy(input->bytes + at, other->bytes + from, count);
  input->size += count;
}

static void mutate(struct fuzzer *fuzzer, struct input *input) {
  switch (below(fuzzer, 6)) {
  case 0:
    if (input->size > 0)
      input->bytes[below(fuzzer, input->size)] ^= (unsigned char)(1u << below(fuzzer, 8));
    break;
  case 1:
    if (input->size > 0)
      input->bytes[below(fuzzer, input->size)] = (unsigned char)next_random(fuzzer);
    break;
  case 2:
    remove_part(fuzzer, input);
    break;
  case 3:
    insert_part(fuzzer, input);
    break;
  default:
    set_limit(fuzzer, input);
  }
}

static void add_first_input(struct fuzzer *fuzzer) {
  static const char *const texts[] = {"sh", "-c", "", NULL};
  struct builder builder;
  build_begin(&builder);
  build(&builder, CLONE, "U", UINT64_C(0x20020000));
  build(&builder, WRITE_FILE, "tb", "/sys/fs/cgroup/tasks", "0", (size_t)1);
  build(&builder, OPEN_TREE_IN, "uttu", 1u, "/root", "path", 1u);
  build(&builder, MOUNT_ATTR, "uUUUuu", 1u, UINT64_C(1), UINT64_C(2), UINT64_C(3), NO_DESCRIPTOR, 1u);
  build(&builder, FSMOUNT, "utUuuttutt", 0u, "overlay", UINT64_C(0), 2u, 1u, "upperdir", "/u", 5u, "lowerdir+", "1");
  build(&builder, MKNOD, "tuuuuu", "/dev/null", 020666u, 1u, 3u, 0u, 0u);
  build(&builder, GROUPS, "uuu", 2u, 10u, 20u);
  build(&builder, SECCOMP, "ub", 0u, "12345678", (size_t)8);
  build(&builder, ATTACH_ROOT, "ut", 1u, "/root");
  build(&builder, HOOK, "tLLutt", "/hook", texts, texts, 1000u, "{", "}");
  build(&builder, PAUSE, "");
  build(&builder, BARRIER, "");
  build(&builder, EXECVE, "LL", texts, texts);
  build_end(&builder);
  struct input first = {.size = builder.size};
  memcpy(first.bytes, builder.bytes, builder.size);
  if (LLVMFuzzerTestOneInput(first.bytes, first.size) != 0)
    abort();
  keep(fuzzer, &first);
}

int main(int count, char **arguments) {
  static struct fuzzer fuzzer;
  long seconds = count > 1 ? strtol(arguments[1], NULL, 10) : 10;
  uint64_t seed = count > 2 ? strtoull(arguments[2], NULL, 10) : (uint64_t)time(NULL);
  fuzzer.random = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
  printf("seed %" PRIu64 "\n", seed);
  fflush(stdout);
  add_first_input(&fuzzer);
  uint64_t tried = 0;
  uint64_t accepted = 0;
  for (time_t end = time(NULL) + seconds; time(NULL) < end;)
    for (int i = 0; i < BATCH; i++, tried++) {
      struct input input = fuzzer.pool[below(&fuzzer, fuzzer.kept)];
      for (size_t mutations = 1 + below(&fuzzer, 4); mutations > 0; mutations--)
        mutate(&fuzzer, &input);
      if (LLVMFuzzerTestOneInput(input.bytes, input.size) == 0) {
        accepted++;
        keep(&fuzzer, &input);
      }
    }
  printf("%" PRIu64 " inputs, %" PRIu64 " of them accepted\n", tried, accepted);
  return accepted > 0 ? 0 : 1;
}
