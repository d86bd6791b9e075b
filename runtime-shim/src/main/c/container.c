#include "container.h"

#include <errno.h>
#include <signal.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "process.h"
#include "restore.h"
#include "standard_streams.h"
#include "syscalls.h"

enum { DRAIN_LIMIT = 1 << 20, START_FAILED_CODE = 128 };

/* --- its output and input --- */

static enum log_stream stream_of(const struct output *output) { return output->type == FRAME_STDOUT ? LOG_STDOUT : LOG_STDERR; }

static void report_log(struct container *container) {
  struct failure f;
  if (!log_failure(&container->log, &f))
    return;
  struct exit_status now = {.time = exit_clock()};
  char detail[sizeof f.detail + 64];
  snprintf(detail, sizeof detail, "%s: %s", f.detail, strerror(f.error));
  shim_event(container->shim, EVENT_LOG_FAILED, container->id, &now, detail);
}

static void on_data(void *owner, struct output *output, const unsigned char *data, size_t size) {
  struct container *container = owner;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  log_append(&container->log, stream_of(output), data, size, &now);
  attach_output(container, output->type, data, size);
  report_log(container);
}

static bool is_blocked(void *owner, struct output *output) { return attach_blocked(owner, output->type); }

static bool outputs_ended(const struct container *container) {
  return !output_is_open(&container->outputs[LOG_STDOUT]) && !output_is_open(&container->outputs[LOG_STDERR]);
}

static void on_ended(void *owner, struct output *output) {
  struct container *container = owner;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  log_end(&container->log, stream_of(output), &now);
  if (container->state == CONTAINER_EXITED && outputs_ended(container))
    attach_end(container);
}

static const struct output_calls OUTPUT_CALLS = {on_data, is_blocked, on_ended};

/* Says something about the container to the zygote. */
static void tell_zygote(const struct container *container, enum word_kind kind) {
  struct word word = {.kind = kind, .container = {.id = container->id, .status = container->status, .fds = {-1, -1, -1, -1, -1}}};
  word_send(container->shim->zygote.fd, &word);
}

static void on_input_drained(void *owner) {
  struct container *container = owner;
  if (!input_is_open(&container->input))
    tell_zygote(container, WORD_INPUT_CLOSED); /* its duplicate would keep the process from seeing the end */
  attach_input_drained(container);
}

static int follow(struct container *container, struct stdio *stdio, struct failure *f) {
  int result = 0;
  for (int i = 0; i < LOG_STREAMS; i++) {
    enum frame_type type = i == LOG_STDOUT ? FRAME_STDOUT : FRAME_STDERR;
    if (stdio->shim[i + 1] >= 0)
      result |= output_open(&container->outputs[i], &container->shim->loop, take_fd(&stdio->shim[i + 1]), type, &OUTPUT_CALLS, container);
  }
  if (stdio->shim[0] >= 0)
    result |= input_open(&container->input, &container->shim->loop, take_fd(&stdio->shim[0]), on_input_drained, container);
  return result < 0 ? fail(f, errno, "create", "the streams of container %s", container->id) : 0;
}

/* --- finding and forgetting --- */

struct container *container_find(struct shim *shim, const char *id, struct failure *f) {
  for (struct container *container = shim->containers; container; container = container->next)
    if (strcmp(container->id, id) == 0)
      return container;
  fail(f, ENOENT, "find", "container %s is not known", id);
  return NULL;
}

struct container *container_of_process(struct shim *shim, pid_t pid) {
  for (struct container *container = shim->containers; container; container = container->next)
    if (container->state != CONTAINER_EXITED && container->launch.pid == pid)
      return container;
  return NULL;
}

static void forget(struct container *container) {
  struct shim *shim = container->shim;
  for (struct container **link = &shim->containers; *link; link = &(*link)->next)
    if (*link == container) {
      *link = container->next;
      break;
    }
  attach_end(container);
  for (int i = 0; i < LOG_STREAMS; i++)
    output_close(&container->outputs[i]);
  input_close(&container->input);
  log_close(&container->log);
  launch_finish(&container->launch);
  cleanup_close(&container->launch.pidfd);
  free(container->id);
  free(container->cgroup);
  free(container->exit_file);
  free(container->restored_file);
  free(container);
}

/* --- its life --- */

static void on_terminal(struct launch *launch, int master) {
  struct container *container = container_of(launch, struct container, launch);
  struct stdio stdio = {{-1, -1, -1}, {-1, master, -1}};
  struct failure f;
  if (container->io & IO_STDIN)
    stdio.shim[0] = fcntl(master, F_DUPFD_CLOEXEC, 3);
  if (follow(container, &stdio, &f) < 0)
    sys_pidfd_send_signal(launch->pidfd, SIGKILL);
}

static void hand_over(const struct container *container) {
  const struct output *out = &container->outputs[LOG_STDOUT];
  const struct output *err = &container->outputs[LOG_STDERR];
  struct word word = {
      .kind = WORD_CREATED,
      .container =
          {
              .id = container->id,
              .cgroup = container->cgroup,
              .exit_file = container->exit_file,
              .log_path = container->log.path,
              .pid = container->launch.pid,
              .start_time = container->start_time,
              .io = container->io,
              .state = container->state,
              .fds = {container->launch.pidfd, input_is_open(&container->input) ? container->input.watch.fd : -1,
                      output_is_open(out) ? out->watch.fd : -1, output_is_open(err) ? err->watch.fd : -1, container->launch.watch.fd},
          },
  };
  word_send(container->shim->zygote.fd, &word);
}

/* Answers CREATE or PROCEED, with the operations done since `first`. */
static void answer_progress(struct container *container, uint32_t first, uint32_t end) {
  struct connection *connection = container->answer.connection;
  if (!connection)
    return;
  size_t mark = connection_begin(connection, FRAME_OK, container->answer.id);
  put_u64(&connection->out, (uint64_t)container->launch.pid);
  put_u64(&connection->out, container->start_time);
  launch_timeline(&container->launch, first, end, &connection->out);
  connection_finish(connection, mark);
  connection_release(answer_take(&container->answer));
}

/* Nothing is handed over: without this shim a paused process ends. */
static void on_paused(struct launch *launch) {
  struct container *container = container_of(launch, struct container, launch);
  container->start_time = process_start_time(launch->pid);
  container->paused = true;
  answer_progress(container, 0, launch->pause);
}

static void on_ready(struct launch *launch) {
  struct container *container = container_of(launch, struct container, launch);
  container->state = CONTAINER_CREATED;
  container->start_time = process_start_time(launch->pid);
  hand_over(container);
  answer_progress(container, launch->pause, launch->barrier);
}

static void on_failed(struct launch *launch, const struct failure *f) {
  struct container *container = container_of(launch, struct container, launch);
  sys_pidfd_send_signal(launch->pidfd, SIGKILL);
  if (container->state == CONTAINER_CREATING) {
    container->failure = *f;
    return;
  }
  container->start_failed = true;
  answer_error(&container->answer, f);
}

/* It runs; `launch` may still tell its timeline. */
static void started(struct container *container) {
  struct launch *launch = &container->launch;
  container->state = CONTAINER_RUNNING;
  struct connection *connection = container->answer.connection;
  if (connection) {
    size_t mark = connection_begin(connection, FRAME_OK, container->answer.id);
    launch_timeline(launch, launch->barrier, launch->operations, &connection->out);
    connection_finish(connection, mark);
    connection_release(answer_take(&container->answer));
  }
  launch_finish(launch);
}

static void on_executed(struct launch *launch) {
  struct container *container = container_of(launch, struct container, launch);
  struct failure f;
  if (container->state == CONTAINER_CREATED || restore_pending(container))
    return; /* killed where it stood; or restoring now */
  if (container->state != CONTAINER_STARTING) {
    fail(&f, ECHILD, "create", "the first process of container %s ended before its barrier", container->id);
    on_failed(launch, &f);
    return;
  }
  tell_zygote(container, WORD_RUNNING);
  started(container);
}

static const struct launch_calls LAUNCH_CALLS = {on_terminal, on_paused, on_ready, on_executed, on_failed};

static void never_created(struct container *container, const siginfo_t *information) {
  if (!container->failure.error)
    fail(&container->failure, ECHILD, "create", "the first process of container %s ended with status %d before its barrier", container->id,
         information->si_status);
  answer_error(&container->answer, &container->failure);
  forget(container);
}

/* Its first process has ended: what it wrote is logged, the record written (if that is ours to do), then everyone is told. */
static void end(struct container *container, const struct exit_status *status, bool record) {
  struct failure f = {0};
  container->status = *status;
  launch_finish(&container->launch);
  input_close(&container->input);
  for (int i = 0; i < LOG_STREAMS; i++)
    output_drain(&container->outputs[i], DRAIN_LIMIT);
  container->state = CONTAINER_EXITED;
  if (record)
    exit_record_write(container->exit_file, status, &f);
  tell_zygote(container, WORD_EXITED);
  shim_event(container->shim, EVENT_EXITED, container->id, status, f.detail);
  attach_exited(container);
  if (outputs_ended(container))
    attach_end(container);
  for (int i = 0; i < LOG_STREAMS; i++)
    output_update(&container->outputs[i]);
}

/* Whoever restored it has ended. */
static void restored(struct container *container, const siginfo_t *information) {
  struct failure f;
  if (restore_take(container, information, &f) < 0) {
    struct exit_status status = {.code = START_FAILED_CODE, .time = exit_clock()};
    answer_error(&container->answer, &f);
    end(container, &status, true);
    return;
  }
  tell_zygote(container, WORD_DELETED); /* what it kept was about another process */
  started(container);
  hand_over(container);
  if (container->restored_end.si_pid) {
    struct exit_status status = exit_status_of(&container->restored_end);
    end(container, &status, true);
  }
}

void container_reaped(struct container *container, const siginfo_t *information) {
  launch_catch_up(&container->launch);
  if (container->launch.pid != information->si_pid)
    return; /* it was the first of a RECLONE */
  if (restore_pending(container) && !container->start_failed) {
    restored(container, information);
    return;
  }
  if (container->state == CONTAINER_CREATING) {
    never_created(container, information);
    return;
  }
  struct exit_status status = exit_status_of(information);
  if (container->start_failed)
    status = (struct exit_status){.code = START_FAILED_CODE, .time = status.time};
  end(container, &status, true);
}

void container_ended(struct container *container, const struct exit_status *status) {
  launch_catch_up(&container->launch);
  if (container->state != CONTAINER_EXITED)
    end(container, status, false);
}

int container_adopt(struct shim *shim, struct kept_container *kept, struct failure *f) {
  struct container *container = calloc(1, sizeof *container);
  if (!container)
    return fail(f, ENOMEM, "adopt", "container %s", kept->id);
  *container = (struct container){
      .next = shim->containers,
      .shim = shim,
      .id = take_pointer(&kept->id),
      .cgroup = take_pointer(&kept->cgroup),
      .exit_file = take_pointer(&kept->exit_file),
      .state = kept->state,
      .io = kept->io,
      .start_time = kept->start_time,
      .launch = {.watch.fd = -1, .pid = kept->pid, .pidfd = take_fd(&kept->fds[KEPT_PIDFD])},
      .log.fd = -1,
  };
  shim->containers = container;
  struct stdio stdio = {{-1, -1, -1}, {take_fd(&kept->fds[KEPT_STDIN]), take_fd(&kept->fds[KEPT_STDOUT]), take_fd(&kept->fds[KEPT_STDERR])}};
  struct failure ignored; /* a log that cannot be opened must not cost the container its output's reader */
  if (*kept->log_path)
    log_open(&container->log, kept->log_path, shim->batch, &ignored);
  int setup = kept->state == CONTAINER_CREATED ? take_fd(&kept->fds[KEPT_SETUP]) : -1;
  if (launch_adopt(&container->launch, &shim->loop, &LAUNCH_CALLS, setup) < 0)
    return fail(f, errno, "adopt", "container %s", container->id);
  if (kept->state == CONTAINER_EXITED) {
    container->status = kept->status;
    shim_event(shim, EVENT_EXITED, container->id, &container->status, "");
  }
  return follow(container, &stdio, f);
}

/* --- requests --- */

struct create_request {
  const char *id;
  const void *program;
  uint32_t program_size;
  const char *log_path;
  uint32_t io;
  uint32_t pid_mode;
  const char *target;
  const char *cgroup;
  const char *exit_file;
  const char *restored_file;
};

static int parse_create(struct fields *fields, struct create_request *request, struct failure *f) {
  request->id = take_text(fields);
  request->program = take_bytes(fields, &request->program_size);
  request->log_path = take_text(fields);
  request->io = take_u32(fields);
  request->pid_mode = take_u32(fields);
  request->target = take_text(fields);
  request->cgroup = take_text(fields);
  request->exit_file = take_text(fields);
  request->restored_file = fields->left ? take_text(fields) : "";
  if (fields->broken || !*request->id || !*request->exit_file || request->pid_mode > PID_OF_TARGET)
    return fail(f, EPROTO, "create", "malformed request for container %s", request->id);
  return 0;
}

/* The PID namespace to be born in, or -1 for the shim's. */
static int pid_namespace(struct shim *shim, const struct create_request *request, int *namespace, struct failure *f) {
  *namespace = -1;
  if (request->pid_mode == PID_OF_POD && shim->pod_pid_namespace < 0)
    return fail(f, EINVAL, "create", "the pod has no PID namespace of its own");
  if (request->pid_mode == PID_OF_POD)
    *namespace = shim->pod_pid_namespace;
  if (request->pid_mode != PID_OF_TARGET)
    return 0;
  struct container *target = container_find(shim, request->target, f);
  if (!target)
    return -1;
  if (target->state != CONTAINER_RUNNING)
    return fail(f, ESRCH, "create", "target container %s is not running", request->target);
  *namespace = target->launch.pidfd;
  return 0;
}

static int launch(struct container *container, const struct create_request *request, struct failure *f) {
  struct shim *shim = container->shim;
  struct stdio stdio;
  struct launch_request wanted = {.program = request->program, .size = request->program_size, .target_pidfd = -1, .descriptors = &shim->descriptors};
  if (pid_namespace(shim, request, &wanted.pid_namespace, f) < 0)
    return -1;
  if (*request->log_path && log_open(&container->log, request->log_path, shim->batch, f) < 0)
    return -1;
  scoped_fd int cgroup = *request->cgroup ? open(request->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (*request->cgroup && cgroup < 0)
    return fail(f, errno, "open cgroup", "%s", request->cgroup);
  if (stdio_open(&stdio, request->io & IO_STDIN, request->io & IO_TTY, f) < 0)
    return -1;
  memcpy(wanted.stdio, stdio.process, sizeof wanted.stdio);
  wanted.own_namespace = shim->own_pid_namespace;
  wanted.cgroup = cgroup;
  int result = launch_begin(&container->launch, &shim->loop, &LAUNCH_CALLS, &wanted, f);
  stdio_close_process(&stdio);
  if (result == 0 && follow(container, &stdio, f) < 0) {
    sys_pidfd_send_signal(container->launch.pidfd, SIGKILL);
    result = -1;
  }
  stdio_close(&stdio);
  return result;
}

int container_create(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  struct create_request request;
  struct failure unknown;
  if (parse_create(&frame->fields, &request, f) < 0)
    return -1;
  if (container_find(shim, request.id, &unknown))
    return fail(f, EEXIST, "create", "container %s exists", request.id);
  struct container *container = calloc(1, sizeof *container);
  if (!container)
    return fail(f, ENOMEM, "create", "container %s", request.id);
  container->shim = shim;
  container->state = CONTAINER_CREATING;
  container->io = request.io;
  container->log.fd = -1;
  container->launch = (struct launch){.watch.fd = -1, .pid = -1, .pidfd = -1};
  container->id = strdup(request.id);
  container->cgroup = strdup(request.cgroup);
  container->exit_file = strdup(request.exit_file);
  container->restored_file = *request.restored_file ? strdup(request.restored_file) : NULL;
  bool whole = container->id && container->cgroup && container->exit_file && (container->restored_file || !*request.restored_file);
  if (!whole || launch(container, &request, f) < 0) {
    forget(container);
    return whole ? -1 : fail(f, ENOMEM, "create", "container %s", request.id);
  }
  container->next = shim->containers;
  shim->containers = container;
  answer_later(&container->answer, connection, frame->id);
  return 0;
}

static struct container *find_by_frame(struct shim *shim, struct frame *frame, struct failure *f) {
  return container_find(shim, take_text(&frame->fields), f);
}

int container_proceed(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  struct container *container = find_by_frame(shim, frame, f);
  if (!container)
    return -1;
  if (!container->paused)
    return fail(f, EINVAL, "proceed", "container %s does not pause", container->id);
  if (launch_go(&container->launch, f) < 0)
    return -1;
  container->paused = false;
  answer_later(&container->answer, connection, frame->id);
  return 0;
}

int container_start(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  struct container *container = find_by_frame(shim, frame, f);
  if (!container)
    return -1;
  if (container->state != CONTAINER_CREATED)
    return fail(f, EINVAL, "start", "container %s is not in the created state", container->id);
  if (launch_go(&container->launch, f) < 0)
    return -1;
  container->state = CONTAINER_STARTING;
  answer_later(&container->answer, connection, frame->id);
  return 0;
}

int container_delete(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  struct container *container = find_by_frame(shim, frame, f);
  if (!container)
    return -1;
  if (container->state != CONTAINER_EXITED)
    return fail(f, EBUSY, "delete", "container %s has not exited", container->id);
  tell_zygote(container, WORD_DELETED);
  forget(container);
  connection_ok(connection, frame->id);
  return 0;
}
