/* How the kernel treats the process: its priorities, its scheduling, where its memory lies, and what machine it is told of. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "operations.h"

enum { IOPRIO_PROCESS = 1, IOPRIO_CLASS_SHIFT = 13, MOST_NODES = 1024 };

/* The kernel's layout (linux/sched/types.h), up to what every kernel that we run on knows. */
struct scheduling {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
};

int op_io_priority(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  int value = (int)(args->at[0].number << IOPRIO_CLASS_SHIFT | args->at[1].number);
  if (syscall(SYS_ioprio_set, IOPRIO_PROCESS, 0, value) < 0)
    return fail(f, errno, "ioprio_set", "class %" PRIu64 ", priority %" PRIu64, args->at[0].number, args->at[1].number);
  return 0;
}

int op_scheduler(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  struct scheduling wanted = {
      .size = sizeof wanted,
      .policy = (uint32_t)args->at[0].number,
      .flags = args->at[1].number,
      .nice = (int32_t)(uint32_t)args->at[2].number,
      .priority = (uint32_t)args->at[3].number,
      .runtime = args->at[4].number,
      .deadline = args->at[5].number,
      .period = args->at[6].number,
  };
  if (syscall(SYS_sched_setattr, 0, &wanted, 0) < 0)
    return fail(f, errno, "sched_setattr", "policy %" PRIu32 ", nice %" PRId32 ", priority %" PRIu32, wanted.policy, wanted.nice, wanted.priority);
  return 0;
}

int op_personality(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  return personality((unsigned long)args->at[0].number) < 0 ? fail_call(f, "personality") : 0;
}

int op_memory_policy(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  unsigned long nodes[MOST_NODES / (8 * sizeof(unsigned long))] = {0};
  const struct argument *mask = &args->at[1];
  if (mask->size > sizeof nodes)
    return fail(f, EINVAL, "arguments", "a mask of %" PRIu32 " bytes; %zu are allowed", mask->size, sizeof nodes);
  memcpy(nodes, mask->text, mask->size);
  /* The kernel reads one bit less than it is told. */
  unsigned long bits = mask->size ? 8 * (unsigned long)mask->size + 1 : 0;
  if (syscall(SYS_set_mempolicy, (int)args->at[0].number, mask->size ? nodes : NULL, bits) < 0)
    return fail(f, errno, "set_mempolicy", "mode %#" PRIx64, args->at[0].number);
  return 0;
}
