/*
 * What is written into files when a client is gone, whatever made it go: how a group that the client froze is thawed although the client
 * was killed. A program that the client had run on the host's files is let end first.
 */
#ifndef WINDLASS_AT_END_H
#define WINDLASS_AT_END_H

#include "connection.h"
#include "failure.h"
#include "frame.h"

struct at_end;
struct shim;

/* The AT_END request: from now on the connection is the promise's own. */
int at_end_begin(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);
/* Keeps the promises that are due, unless a program still runs on the host's files. */
void at_end_settle(struct shim *shim);

#endif
