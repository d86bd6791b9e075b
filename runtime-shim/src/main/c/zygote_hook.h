/* Hooks that run in the namespaces of the zygote, which are the runtime's: each in the hands of a process of its own, so that one that
 * takes long holds up nobody. */
#ifndef WINDLASS_ZYGOTE_HOOK_H
#define WINDLASS_ZYGOTE_HOOK_H

#include <sys/resource.h>

#include "connection.h"
#include "failure.h"
#include "loop.h"

struct zygote_hook;

/* The HOOK request. `hooks` is the list of those that run, `descriptors` the limit that they begin with. */
int zygote_hook_begin(struct zygote_hook **hooks, struct loop *loop, const struct rlimit *descriptors, struct connection *connection,
                      struct frame *frame, struct failure *f);
/* The client has gone: its hooks are killed, but for those with a claim. */
void zygote_hooks_left(struct zygote_hook *hooks, const struct connection *connection);

#endif
