/*
 * A container whose processes are restored: its program, once started, becomes one that makes them, as children of this shim, writes the
 * number of the first into a file, and ends. From then on the container is that first process.
 */
#ifndef WINDLASS_RESTORE_H
#define WINDLASS_RESTORE_H

#include <signal.h>
#include <stdbool.h>

#include "failure.h"

struct container;
struct shim;

/* True while the container's process is the one that restores it. */
bool restore_pending(const struct container *container);
/* Whoever restored it has ended: the container's process is the restored one now. -1 says why there is none. */
int restore_take(struct container *container, const siginfo_t *information, struct failure *f);
/* A child that nobody knows has ended: kept if it is the first process of a container that is still being restored. */
void restore_note(struct shim *shim, const siginfo_t *information);

#endif
