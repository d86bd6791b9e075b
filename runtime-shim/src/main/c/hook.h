/* A hook of a container: a program that is told the container's state on its standard input and has to end well, in time. */
#ifndef WINDLASS_HOOK_H
#define WINDLASS_HOOK_H

#include <stdint.h>

#include "failure.h"

enum { HOOK_STATE_PARTS = 3 };

struct hook {
  const char *path;
  char *const *arguments;   /* ended by NULL; at least one */
  char *const *environment; /* ended by NULL */
  uint32_t timeout;         /* milliseconds; 0: as long as it takes */
  const char *state[HOOK_STATE_PARTS]; /* what it reads, in parts; NULL is nothing */
};

/*
 * Runs a hook to its end, in the namespaces and with the rights of the caller, which has one thread. It fails with ETIMEDOUT after the
 * timeout, with ECANCELED when `cancel` (a descriptor, or -1) ends, and with ECHILD when the hook ends otherwise than with 0; the detail
 * has the last of what it wrote. A hook that is given up is killed with its process group.
 */
int hook_run(const struct hook *hook, int cancel, struct failure *f);

#endif
