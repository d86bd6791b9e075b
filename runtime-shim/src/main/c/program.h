/* Launch programs: parsing and running. The format is described in docs/design/0003-launch-program-and-control-protocol.md. */
#ifndef WINDLASS_PROGRAM_H
#define WINDLASS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

enum { PROGRAM_SLOTS = 256, PROGRAM_MAX_OPERATIONS = 1024, PROGRAM_MAX_DEVICES = 768 };

/* How long an operation took. The array lies in memory shared between the shim and its child. */
struct timing {
  uint32_t opcode;
  uint32_t nanoseconds;
};

/* Where program_run stopped. */
enum program_stop {
  PROGRAM_FAILED = -1,
  PROGRAM_AT_CLONE,   /* the caller clones with *flags and goes on in the child at *next */
  PROGRAM_AT_RECLONE, /* as above, with CLONE_PARENT */
  PROGRAM_AT_BARRIER, /* the caller reports readiness, waits, and goes on at *next */
  PROGRAM_AT_PAUSE,   /* as at the barrier: others do something about the process before it goes on */
  PROGRAM_AT_TERMINAL, /* TTY made `terminal`; the caller hands it over, sets it to -1, and goes on at *next */
  PROGRAM_AT_END,
};

/* A detached mount that covers a path. Once it covers one, the next is cloned from it. */
struct cover {
  int tree; /* -1 before it was made */
  bool attached;
};

/* What a run needs beside the program. Begins by program_run_init. */
struct program_run {
  int slots[PROGRAM_SLOTS];
  int target_pidfd;       /* for SETNS_TARGET, else -1 */
  int terminal;           /* out: master side made by TTY, to be sent to the shim; -1 before */
  struct timing *timings; /* shared array of PROGRAM_MAX_OPERATIONS elements, by operation index; may be NULL */

  /* Kept by the operations. */
  int root;                         /* the root that paths are confined to, after PIVOT or SETNS_TARGET; -1 before */
  struct cover null_cover;          /* the host's /dev/null, taken by PIVOT */
  struct cover empty_cover;         /* an empty read-only tmpfs */
  int devices[PROGRAM_MAX_DEVICES]; /* the host's devices for the DEVICE operations after PIVOT, in their order */
  uint32_t device_count;
  uint32_t device_next;
  bool attached;      /* ATTACH_ROOT did the first half of PIVOT */
  bool exec_prepared; /* signals are reset and descriptors are close-on-exec */
};

/* Empties `run`: no descriptor is held. */
void program_run_init(struct program_run *run, struct timing *timings);

/* Closes all that the run opened but `terminal`: for the side of a clone that does not go on with the program. */
void program_run_close(struct program_run *run);

/* Checks all of `bytes` (every operation's arguments, too) without running anything. `bytes` must outlive its use. */
int program_check(const void *bytes, size_t size, uint32_t *operations, struct failure *f);

/* Runs operations from index `next` of a checked program until one of the stops; EXECVE does not return when it succeeds. */
enum program_stop program_run(const void *bytes, size_t size, struct program_run *run, uint32_t *next, uint64_t *flags, struct failure *f);

/* The name of an opcode as in the design note, or "UNKNOWN". */
const char *program_operation_name(uint32_t opcode);

#endif
