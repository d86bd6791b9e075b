/*
 * A client's connection: frames in, frames out, never blocking. Who answers later keeps a reference; a connection that the client closed
 * stays in memory, `closed`, until the last reference is released.
 */
#ifndef WINDLASS_CONNECTION_H
#define WINDLASS_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "frame.h"
#include "loop.h"

enum { CONNECTION_OUT_LIMIT = 256 << 10 }; /* above it, what is copied to the client is no longer read */

struct connection;

/* What a connection carries once it is an exec's or an attachment's own. */
struct stream {
  int (*received)(struct stream *stream, const struct frame *frame, struct failure *f);
  void (*drained)(struct stream *stream); /* the client has taken what was too much */
  void (*gone)(struct stream *stream);
};

struct connection_owner {
  /* One whole frame. Returning -1 with a failure answers ERROR to the frame's id. */
  int (*received)(void *owner, struct connection *connection, const struct frame *frame, struct failure *f);
  /* The client closed, or broke the protocol. */
  void (*gone)(void *owner, struct connection *connection);
};

struct connection {
  struct watch watch;
  struct loop *loop;
  struct connection *next; /* in the owner's list */
  const struct connection_owner *calls;
  void *owner;
  struct bytes in;
  struct bytes out;
  size_t sent; /* bytes at the front of `out` that are gone already */
  unsigned references;
  bool closed;
  bool paused;
  bool broken; /* nothing can be sent any more: hung up as soon as the loop comes round */
  bool dispatching;
  bool subscribed;
  struct stream *stream; /* NULL: requests only */
};

/* Binds and listens at `path`, mode 0600. A stale socket is replaced. Returns the descriptor, or -1. */
int connection_listen(const char *path, struct failure *f);
/* Accepts a client of uid 0; NULL when there is none, or another user's. */
struct connection *connection_accept(int listener, struct loop *loop, const struct connection_owner *calls, void *owner);

void connection_hold(struct connection *connection);
void connection_release(struct connection *connection);

/* Begins a frame: its fields go to `out`, then connection_finish sends it with the mark that this returns. */
size_t connection_begin(struct connection *connection, enum frame_type type, uint64_t id);
void connection_finish(struct connection *connection, size_t mark);
/* Sends what whole frames were put into `out`. */
void connection_flush(struct connection *connection);
/* Answers HELLO. */
int connection_hello(struct connection *connection, struct frame *frame, uint32_t role, struct failure *f);
/* Whole answers. */
void connection_send(struct connection *connection, enum frame_type type, uint64_t id, const void *payload, size_t size);
void connection_ok(struct connection *connection, uint64_t id);
void connection_error(struct connection *connection, uint64_t id, const struct failure *f);
/* EXIT: the first process of the stream ended. */
void connection_exit(struct connection *connection, uint64_t id, uint32_t code, uint32_t signal);
/* Stops or resumes reading frames. */
void connection_pause(struct connection *connection, bool paused);
/* True while more than CONNECTION_OUT_LIMIT waits to be sent. */
bool connection_full(const struct connection *connection);

#endif
