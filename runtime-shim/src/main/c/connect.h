/* Becoming another program with a connected socket. */
#ifndef WINDLASS_CONNECT_H
#define WINDLASS_CONNECT_H

#include "failure.h"

/* Connects to the Unix socket at `path` and executes `program` with that connection as its file descriptor 3. Returns only when it fails. */
int connect_and_execute(const char *path, char *program, struct failure *f);

#endif
