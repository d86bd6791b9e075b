#include "exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "at_end.h"
#include "cleanup.h"
#include "container.h"
#include "group.h"
#include "standard_streams.h"
#include "syscalls.h"

static struct exec *of_stream(struct stream *stream) { return container_of(stream, struct exec, stream); }

static struct exec *of_launch(struct launch *launch) { return container_of(launch, struct exec, launch); }

static bool outputs_ended(const struct exec *exec) { return !output_is_open(&exec->outputs[0]) && !output_is_open(&exec->outputs[1]); }

/* The client has no more interest, or got everything. */
static void leave_connection(struct exec *exec) {
  struct connection *connection = exec->connection;
  if (!connection)
    return;
  exec->connection = NULL;
  connection->stream = NULL;
  connection_pause(connection, false);
  connection_release(connection);
}

static void forget(struct exec *exec) {
  for (struct exec **link = &exec->shim->execs; *link; link = &(*link)->next)
    if (*link == exec) {
      *link = exec->next;
      break;
    }
  leave_connection(exec);
  for (int i = 0; i < EXEC_OUTPUTS; i++)
    output_close(&exec->outputs[i]);
  input_close(&exec->input);
  launch_finish(&exec->launch);
  cleanup_close(&exec->launch.pidfd);
  if (exec->group)
    group_remove(&exec->shim->loop, exec->group, !exec->killed);
  free(exec);
}

/* Ends the exec when both its process and its output have. */
static void finish_if_over(struct exec *exec) {
  if (!exec->exited || !outputs_ended(exec))
    return;
  if (exec->connection)
    connection_send(exec->connection, FRAME_END, exec->id, NULL, 0);
  forget(exec);
}

/* --- its output and input --- */

static void on_data(void *owner, struct output *output, const unsigned char *data, size_t size) {
  struct exec *exec = owner;
  if (exec->connection)
    connection_send(exec->connection, output->type, exec->id, data, size);
}

/* Before the answer to EXEC no output may be sent. */
static bool is_blocked(void *owner, struct output *output) {
  (void)output;
  struct exec *exec = owner;
  return !exec->executed || (exec->connection && connection_full(exec->connection));
}

static void on_ended(void *owner, struct output *output) {
  (void)output;
  finish_if_over(owner);
}

static const struct output_calls OUTPUT_CALLS = {on_data, is_blocked, on_ended};

static void update_outputs(struct exec *exec) {
  for (int i = 0; i < EXEC_OUTPUTS; i++)
    output_update(&exec->outputs[i]);
}

static void on_input_drained(void *owner) {
  struct exec *exec = owner;
  if (exec->connection)
    connection_pause(exec->connection, input_full(&exec->input));
}

static int follow(struct exec *exec, struct stdio *stdio, struct failure *f) {
  static const enum frame_type TYPES[EXEC_OUTPUTS] = {FRAME_STDOUT, FRAME_STDERR};
  struct loop *loop = &exec->shim->loop;
  int result = 0;
  for (int i = 0; i < EXEC_OUTPUTS; i++)
    if (stdio->shim[i + 1] >= 0)
      result |= output_open(&exec->outputs[i], loop, take_fd(&stdio->shim[i + 1]), TYPES[i], &OUTPUT_CALLS, exec);
  if (stdio->shim[0] >= 0)
    result |= input_open(&exec->input, loop, take_fd(&stdio->shim[0]), on_input_drained, exec);
  update_outputs(exec);
  return result < 0 ? fail(f, errno, "exec", "the streams") : 0;
}

/* --- the client --- */

static void kill_all(struct exec *exec) {
  struct failure f;
  exec->killed = true;
  if (exec->group && group_kill(exec->group, &f) == 0)
    return;
  if (!exec->exited && exec->launch.pid > 1)
    kill(-exec->launch.pid, SIGKILL); /* its session's first group; of 1 or less it would be ours, or everybody */
  if (!exec->exited)
    sys_pidfd_send_signal(exec->launch.pidfd, SIGKILL);
}

static int on_frame(struct stream *stream, const struct frame *frame, struct failure *f) {
  struct exec *exec = of_stream(stream);
  struct fields fields = frame->fields;
  switch (frame->type) {
  case FRAME_STDIN:
    input_write(&exec->input, fields.at, fields.left);
    if (exec->connection)
      connection_pause(exec->connection, input_full(&exec->input));
    return 0;
  case FRAME_STDIN_CLOSE:
    input_finish(&exec->input);
    return 0;
  case FRAME_STREAM_RESIZE:
    exec->columns = take_u32(&fields);
    exec->rows = take_u32(&fields);
    if (exec->io & IO_TTY && output_is_open(&exec->outputs[0]))
      terminal_resize(exec->outputs[0].watch.fd, exec->columns, exec->rows, f);
    return 0;
  case FRAME_EXEC_KILL:
    kill_all(exec);
    return 0;
  default:
    return fail(f, EPROTO, "exec", "frame type 0x%x in a stream", frame->type);
  }
}

static void on_drained(struct stream *stream) { update_outputs(of_stream(stream)); }

/* The process is left alone; its pipes are closed. */
static void on_gone(struct stream *stream) {
  struct exec *exec = of_stream(stream);
  leave_connection(exec);
  input_close(&exec->input);
  for (int i = 0; i < EXEC_OUTPUTS; i++)
    output_close(&exec->outputs[i]);
  finish_if_over(exec);
}

/* --- its life --- */

static void on_terminal(struct launch *launch, int master) {
  struct exec *exec = of_launch(launch);
  struct stdio stdio = {{-1, -1, -1}, {-1, master, -1}};
  struct failure f;
  if (!exec->connection) {
    close(master);
    return;
  }
  if (exec->columns || exec->rows)
    terminal_resize(master, exec->columns, exec->rows, &f);
  if (exec->io & IO_STDIN)
    stdio.shim[0] = fcntl(master, F_DUPFD_CLOEXEC, 3);
  if (follow(exec, &stdio, &f) < 0)
    sys_pidfd_send_signal(launch->pidfd, SIGKILL);
}

/* A barrier or a pause means nothing to an exec. */
static void on_ready(struct launch *launch) {
  struct failure f;
  launch_go(launch, &f);
}

static void on_failed(struct launch *launch, const struct failure *f) {
  struct exec *exec = of_launch(launch);
  exec->failure = *f;
  sys_pidfd_send_signal(launch->pidfd, SIGKILL);
}

static void on_executed(struct launch *launch) {
  struct exec *exec = of_launch(launch);
  exec->executed = true;
  if (exec->connection) {
    size_t mark = connection_begin(exec->connection, FRAME_OK, exec->id);
    put_u64(&exec->connection->out, (uint64_t)launch->pid);
    connection_finish(exec->connection, mark);
  }
  launch_finish(launch);
  update_outputs(exec);
}

static const struct launch_calls LAUNCH_CALLS = {on_terminal, on_ready, on_ready, on_executed, on_failed};

struct exec *exec_of_process(struct shim *shim, pid_t pid) {
  for (struct exec *exec = shim->execs; exec; exec = exec->next)
    if (!exec->exited && exec->launch.pid == pid)
      return exec;
  return NULL;
}

void exec_reaped(struct exec *exec, const siginfo_t *information) {
  launch_catch_up(&exec->launch);
  if (exec->launch.pid != information->si_pid)
    return; /* it was the first of a RECLONE */
  exec->exited = true;
  at_end_settle(exec->shim);
  if (!exec->executed) {
    if (exec->connection)
      connection_error(exec->connection, exec->id, &exec->failure);
    forget(exec);
    return;
  }
  exec->status = exit_status_of(information);
  if (exec->connection)
    connection_exit(exec->connection, exec->id, exec->status.code, exec->status.signal);
  input_close(&exec->input);
  finish_if_over(exec);
}

/* --- the request --- */

struct exec_request {
  const char *container;
  const char *name;
  const void *program;
  uint32_t program_size;
  uint32_t io;
};

static int join_group(struct exec *exec, const struct container *container, const char *name, struct failure *f) {
  char text[256];
  if (!*container->cgroup)
    return -1;
  snprintf(text, sizeof text, "exec-%s", name);
  return group_make(container->cgroup, text, &exec->group, f);
}

/* In the container, or on the host when there is none. */
static int launch(struct exec *exec, struct container *container, const struct exec_request *request, struct failure *f) {
  struct stdio stdio;
  scoped_fd int cgroup = container ? join_group(exec, container, request->name, f) : -1;
  if (cgroup < 0 && container && *container->cgroup)
    return -1;
  if (stdio_open(&stdio, request->io & IO_STDIN, request->io & IO_TTY, f) < 0)
    return -1;
  struct launch_request wanted = {
      .program = request->program,
      .size = request->program_size,
      .pid_namespace = container ? container->launch.pidfd : -1,
      .own_namespace = exec->shim->own_pid_namespace,
      .cgroup = cgroup,
      .target_pidfd = container ? container->launch.pidfd : -1,
      .descriptors = &exec->shim->descriptors,
  };
  memcpy(wanted.stdio, stdio.process, sizeof wanted.stdio);
  int result = launch_begin(&exec->launch, &exec->shim->loop, &LAUNCH_CALLS, &wanted, f);
  stdio_close_process(&stdio);
  if (result == 0)
    result = follow(exec, &stdio, f);
  stdio_close(&stdio);
  return result;
}

static struct container *running(struct shim *shim, const char *id, struct failure *f) {
  struct container *container = container_find(shim, id, f);
  if (container && container->state != CONTAINER_RUNNING) {
    fail(f, ESRCH, "exec", "container %s is not running", id);
    return NULL;
  }
  return container;
}

int exec_begin(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  struct exec_request request;
  request.container = take_text(&frame->fields);
  request.name = take_text(&frame->fields);
  request.program = take_bytes(&frame->fields, &request.program_size);
  request.io = take_u32(&frame->fields);
  uint32_t columns = take_u32(&frame->fields);
  uint32_t rows = take_u32(&frame->fields);
  if (frame->fields.broken || !*request.name || strchr(request.name, '/'))
    return fail(f, EPROTO, "exec", "malformed request for container %s", request.container);
  struct container *container = NULL;
  if (!(request.io & IO_HOST) && !(container = running(shim, request.container, f)))
    return -1;
  struct exec *exec = calloc(1, sizeof *exec);
  if (!exec)
    return fail(f, ENOMEM, "exec", "in container %s", request.container);
  *exec = (struct exec){
      .shim = shim,
      .stream = {.received = on_frame, .drained = on_drained, .gone = on_gone},
      .id = frame->id,
      .io = request.io,
      .on_host = request.io & IO_HOST,
      .columns = columns,
      .rows = rows,
      .launch = {.watch.fd = -1, .pid = -1, .pidfd = -1},
  };
  if (launch(exec, container, &request, f) < 0) {
    if (exec->launch.pidfd >= 0)
      kill_all(exec);
    forget(exec);
    return -1;
  }
  exec->next = shim->execs;
  shim->execs = exec;
  exec->connection = connection;
  connection->stream = &exec->stream;
  connection_hold(connection);
  return 0;
}
