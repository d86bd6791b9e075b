/* The zygote: started once for a state folder, it forks the shims, adopts what they leave behind, and outlives the daemon. */
#ifndef WINDLASS_ZYGOTE_H
#define WINDLASS_ZYGOTE_H

#include "failure.h"

/*
 * Starts the zygote of `state` in the background: it listens at `<state>/zygote.sock` when this returns 0. The calling process is first
 * replaced by the same program from a detached read-only clone of its file, so that no container can ever reach a writable one.
 */
int zygote_start(const char *state, char *const *arguments, struct failure *f);

#endif
