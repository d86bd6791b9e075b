/*
 * One launch: from a checked program to a process that runs it. The shim does the operations before CLONE, clones, and the child goes
 * on alone; a SEQPACKET pair tells the shim how far it came. Its end without a failure is what a successful execve looks like.
 *
 *   launch_begin -> [terminal] -> [PAUSE reached -> launch_go] -> BARRIER reached -> launch_go -> executed
 *                         any step -> failed
 */
#ifndef WINDLASS_LAUNCH_H
#define WINDLASS_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "failure.h"
#include "frame.h"
#include "loop.h"
#include "program.h"

struct launch;

struct launch_calls {
  void (*terminal)(struct launch *launch, int master); /* takes the descriptor */
  void (*paused)(struct launch *launch);               /* stands at a PAUSE */
  void (*ready)(struct launch *launch);                /* stands at its BARRIER */
  void (*executed)(struct launch *launch);
  void (*failed)(struct launch *launch, const struct failure *f);
};

struct launch_request {
  const void *program;
  size_t size;
  int stdio[3];      /* become 0, 1, 2; stay the caller's */
  int pid_namespace; /* to be born in: a namespace descriptor or a pidfd; -1: the shim's own */
  int own_namespace; /* the shim's own PID namespace, to go back to */
  int cgroup;        /* cgroup2 directory, or -1 */
  int target_pidfd;  /* for SETNS_TARGET, or -1 */
  const struct rlimit *descriptors; /* RLIMIT_NOFILE to begin with: the shim raised its own */
};

struct launch {
  struct watch watch; /* the shim's end of the pair */
  struct loop *loop;
  const struct launch_calls *calls;
  unsigned char *program;
  size_t size;
  uint32_t operations;
  uint32_t pause;   /* operations done when it paused last */
  uint32_t barrier; /* operations done when it was ready */
  struct timing *timings;
  pid_t pid;
  int pidfd;
};

/* Starts the child. On failure nothing is left. */
int launch_begin(struct launch *launch, struct loop *loop, const struct launch_calls *calls, const struct launch_request *request, struct failure *f);
/* Continues a launch that another shim began: `setup` (taken) is its end of the pair, or -1 once the program was executed. */
int launch_adopt(struct launch *launch, struct loop *loop, const struct launch_calls *calls, int setup);
/* Handles what the child has said so far: for whoever learns of its end in another way. The callbacks may not free the launch. */
void launch_catch_up(struct launch *launch);
/* Lets the child go on: from its barrier, or a pause. */
int launch_go(struct launch *launch, struct failure *f);
/* Writes list{u32 opcode, u32 nanoseconds} of the operations from `first` up to `end`. */
void launch_timeline(const struct launch *launch, uint32_t first, uint32_t end, struct bytes *out);
/* Ends the watching and frees the program; pid and pidfd stay. */
void launch_finish(struct launch *launch);

#endif
