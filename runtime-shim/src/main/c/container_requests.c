/* The requests about a container that exists, but for its start and its deletion. */
#include <errno.h>
#include <signal.h>

#include "container.h"
#include "group.h"
#include "standard_streams.h"
#include "syscalls.h"

static struct container *find_by_frame(struct shim *shim, struct frame *frame, struct failure *f) {
  return container_find(shim, take_text(&frame->fields), f);
}

int container_signal(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  struct container *container = find_by_frame(shim, frame, f);
  if (!container)
    return -1;
  int number = (int)take_u32(&frame->fields);
  bool all = take_u32(&frame->fields);
  if (all && number == SIGKILL && *container->cgroup) {
    if (group_kill(container->cgroup, f) < 0 && f->error != ENOENT)
      return -1;
    if (container->state == CONTAINER_EXITED) {
      connection_ok(connection, frame->id);
      return 0;
    }
  }
  if (container->state == CONTAINER_EXITED)
    return fail(f, ESRCH, "signal", "container %s has exited", container->id);
  if (sys_pidfd_send_signal(container->launch.pidfd, number) < 0)
    return fail(f, errno, "signal", "%d to container %s", number, container->id);
  connection_ok(connection, frame->id);
  return 0;
}

int container_reopen_log(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  struct container *container = find_by_frame(shim, frame, f);
  if (!container || log_reopen(&container->log, f) < 0)
    return -1;
  connection_ok(connection, frame->id);
  return 0;
}

int container_list(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  (void)f;
  uint32_t count = 0;
  size_t mark = connection_begin(connection, FRAME_OK, frame->id);
  struct bytes *out = &connection->out;
  for (struct container *at = shim->containers; at; at = at->next)
    count += at->state != CONTAINER_CREATING;
  put_u32(out, count);
  for (struct container *at = shim->containers; at; at = at->next) {
    if (at->state == CONTAINER_CREATING)
      continue;
    put_text(out, at->id);
    put_u64(out, (uint64_t)at->launch.pid);
    put_u64(out, at->start_time);
    put_u32(out, at->state == CONTAINER_STARTING ? CONTAINER_CREATED : at->state);
    put_u32(out, at->status.code);
    put_u32(out, at->status.signal);
    put_u64(out, at->status.time);
  }
  connection_finish(connection, mark);
  return 0;
}

int container_resize(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  struct container *container = find_by_frame(shim, frame, f);
  if (!container)
    return -1;
  uint32_t columns = take_u32(&frame->fields);
  uint32_t rows = take_u32(&frame->fields);
  if (!(container->io & IO_TTY) || !output_is_open(&container->outputs[LOG_STDOUT]))
    return fail(f, ENOTTY, "resize", "container %s has no terminal", container->id);
  if (terminal_resize(container->outputs[LOG_STDOUT].watch.fd, columns, rows, f) < 0)
    return -1;
  connection_ok(connection, frame->id);
  return 0;
}

int container_close_stdin(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  struct container *container = find_by_frame(shim, frame, f);
  if (!container)
    return -1;
  input_finish(&container->input);
  connection_ok(connection, frame->id);
  return 0;
}
