/* Clients that follow a container's standard streams beside its log. */
#ifndef WINDLASS_ATTACH_H
#define WINDLASS_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

#include "connection.h"
#include "failure.h"
#include "stream.h"

struct container;
struct shim;

struct attachment {
  struct stream stream;
  struct attachment *next;
  struct container *container;
  struct connection *connection;
  uint64_t id; /* of the ATTACH */
  uint32_t streams;
};

/* The ATTACH request. */
int attach_begin(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);
/* Copies output to every client that wants it. */
void attach_output(struct container *container, enum frame_type type, const void *data, size_t size);
/* True while a client of this output has too much to read. */
bool attach_blocked(const struct container *container, enum frame_type type);
/* The container's stdin takes data again. */
void attach_input_drained(struct container *container);
/* Tells every client that the first process ended. */
void attach_exited(struct container *container);
/* Ends every attachment: no more output will come. */
void attach_end(struct container *container);

#endif
