#include "at_end.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "exec.h"
#include "shim.h"

struct at_end {
  struct at_end *next;
  struct shim *shim;
  struct stream stream;
  struct connection *connection;
  bool due;
  size_t size;
  unsigned char files[]; /* list{str path, str text} as it came */
};

static int on_frame(struct stream *stream, const struct frame *frame, struct failure *f) {
  (void)stream;
  return fail(f, EPROTO, "at end", "frame type 0x%x on a connection that waits for its end", frame->type);
}

static void on_drained(struct stream *stream) { (void)stream; }

static void on_gone(struct stream *stream) {
  struct at_end *promise = container_of(stream, struct at_end, stream);
  promise->due = true;
  promise->connection->stream = NULL;
  connection_release(promise->connection);
  at_end_settle(promise->shim);
}

/* A group that is gone needs no thawing, and nobody is left who could be told. */
static void write_file(const char *path, const char *text) {
  scoped_fd int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 || write(fd, text, strlen(text)) < 0)
    return;
}

static void keep(const struct at_end *promise) {
  struct fields fields = {.at = promise->files, .left = promise->size};
  for (uint32_t count = take_u32(&fields); count > 0 && !fields.broken; count--) {
    const char *path = take_text(&fields);
    const char *text = take_text(&fields);
    if (!fields.broken)
      write_file(path, text);
  }
}

static bool program_runs(const struct shim *shim) {
  for (const struct exec *exec = shim->execs; exec; exec = exec->next)
    if (exec->on_host && !exec->exited)
      return true;
  return false;
}

void at_end_settle(struct shim *shim) {
  if (program_runs(shim))
    return;
  for (struct at_end **link = &shim->promises; *link;) {
    struct at_end *promise = *link;
    if (!promise->due) {
      link = &promise->next;
      continue;
    }
    *link = promise->next;
    keep(promise);
    free(promise);
  }
}

static int check(struct fields fields, struct failure *f) {
  for (uint32_t count = take_u32(&fields); count > 0 && !fields.broken; count--) {
    if (*take_text(&fields) != '/')
      fields.broken = true;
    take_text(&fields);
  }
  return fields.broken ? fail(f, EPROTO, "at end", "malformed request") : 0;
}

int at_end_begin(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  if (check(frame->fields, f) < 0)
    return -1;
  struct at_end *promise = calloc(1, sizeof *promise + frame->fields.left);
  if (!promise)
    return fail(f, ENOMEM, "at end", "%zu bytes", frame->fields.left);
  promise->shim = shim;
  promise->stream = (struct stream){.received = on_frame, .drained = on_drained, .gone = on_gone};
  promise->connection = connection;
  promise->size = frame->fields.left;
  memcpy(promise->files, frame->fields.at, promise->size);
  promise->next = shim->promises;
  shim->promises = promise;
  connection_hold(connection);
  connection->stream = &promise->stream;
  connection_ok(connection, frame->id);
  return 0;
}
