/* Processes run inside a container beside its first one, each on a connection of its own. */
#ifndef WINDLASS_EXEC_H
#define WINDLASS_EXEC_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "exit_record.h"
#include "launch.h"
#include "shim.h"
#include "stream.h"

enum { EXEC_OUTPUTS = 2 };

struct exec {
  struct exec *next;
  struct shim *shim;
  struct stream stream;
  struct connection *connection; /* NULL: the client has gone, or has its END */
  uint64_t id;                   /* of the request, and of all its stream frames */
  uint32_t io;
  bool on_host; /* on the host's files and PIDs, in no container */
  bool executed;
  bool exited;
  bool killed;
  struct launch launch;
  struct failure failure; /* why it was never executed */
  struct exit_status status;
  struct output outputs[EXEC_OUTPUTS];
  struct input input;
  uint32_t columns;
  uint32_t rows;
  char *group; /* its cgroup2 directory, or NULL */
};

/* The EXEC request. */
int exec_begin(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);
struct exec *exec_of_process(struct shim *shim, pid_t pid);
/* Its process was reaped. */
void exec_reaped(struct exec *exec, const siginfo_t *information);

#endif
