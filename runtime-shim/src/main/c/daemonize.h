/* How the zygote becomes a background process that runs from a binary nobody can write to. */
#ifndef WINDLASS_DAEMONIZE_H
#define WINDLASS_DAEMONIZE_H

#include "failure.h"

/* Replaces this process by its own program from a detached read-only mount, unless it runs from one already (CVE-2019-5736). */
int seal_binary(char *const *arguments, struct failure *f);
/* Takes the lock of the state folder and writes the holder's pid into it. Returns its descriptor, or -1. */
int lock_state(const char *state, struct failure *f);
/*
 * Forks twice. In the background process it returns a descriptor for daemonize_ready; in the caller 0 with *done set, once the
 * background process was ready, or -1 with its failure.
 */
int daemonize(const char *log_path, int *done, struct failure *f);
/* Tells the waiting caller how it went; `f` is NULL when all is well. */
void daemonize_ready(int report, const struct failure *f);

#endif
