#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "at_end.h"
#include "attach.h"
#include "container.h"
#include "exec.h"
#include "exit_record.h"
#include "restore.h"
#include "rights.h"

enum { ROLE_SHIM = 2 };

_Static_assert(sizeof(struct log_batch) <= LOOP_SCRATCH - LOOP_SCRATCH_READ, "a batch lies in the scratch");

/* --- answers --- */

void answer_later(struct answer *answer, struct connection *connection, uint64_t id) {
  connection_hold(connection);
  *answer = (struct answer){.connection = connection, .id = id};
}

struct connection *answer_take(struct answer *answer) {
  struct connection *connection = answer->connection;
  answer->connection = NULL;
  return connection;
}

void answer_error(struct answer *answer, const struct failure *f) {
  struct connection *connection = answer_take(answer);
  if (!connection)
    return;
  connection_error(connection, answer->id, f);
  connection_release(connection);
}

/* --- events --- */

static void send_event(struct connection *connection, const struct bytes *event) {
  bytes_append(&connection->out, event->data, event->size);
}

void shim_event(struct shim *shim, enum event_kind kind, const char *container, const struct exit_status *status, const char *detail) {
  struct bytes *event = &shim->events[++shim->newest % EVENTS_KEPT];
  bytes_free(event);
  size_t mark = frame_begin(event, FRAME_EVENT, shim->newest);
  put_u32(event, (uint32_t)kind);
  put_text(event, container);
  put_u32(event, status->code);
  put_u32(event, status->signal);
  put_u64(event, status->time);
  put_text(event, detail);
  frame_end(event, mark);
  struct connection *next;
  for (struct connection *at = shim->connections; at; at = next) {
    next = at->next;
    if (!at->subscribed || at->closed)
      continue;
    send_event(at, event);
    connection_flush(at);
  }
}

static int subscribe(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  (void)f;
  uint64_t since = take_u64(&frame->fields);
  uint64_t oldest = shim->newest - shim->before_first > EVENTS_KEPT ? shim->newest - EVENTS_KEPT : shim->before_first;
  connection->subscribed = true;
  size_t mark = connection_begin(connection, FRAME_OK, frame->id);
  put_u64(&connection->out, shim->newest);
  frame_end(&connection->out, mark);
  for (uint64_t at = since > oldest ? since : oldest; at < shim->newest; at++)
    send_event(connection, &shim->events[(at + 1) % EVENTS_KEPT]);
  connection_flush(connection);
  return 0;
}

/* --- requests of the shim's own --- */

static int hello(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  (void)shim;
  return connection_hello(connection, frame, ROLE_SHIM, f);
}

static int shut_down(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  for (struct container *at = shim->containers; at; at = at->next)
    if (at->state != CONTAINER_EXITED)
      return fail(f, EBUSY, "shutdown", "container %s lives", at->id);
  answer_later(&shim->shutdown, connection, frame->id);
  shim->loop.stopped = true;
  return 0;
}

struct request {
  enum frame_type type;
  int (*serve)(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);
};

static const struct request REQUESTS[] = {
    {FRAME_HELLO, hello},
    {FRAME_CREATE, container_create},
    {FRAME_START, container_start},
    {FRAME_PROCEED, container_proceed},
    {FRAME_SIGNAL, container_signal},
    {FRAME_DELETE, container_delete},
    {FRAME_REOPEN_LOG, container_reopen_log},
    {FRAME_LIST, container_list},
    {FRAME_SUBSCRIBE, subscribe},
    {FRAME_EXEC, exec_begin},
    {FRAME_ATTACH, attach_begin},
    {FRAME_RESIZE, container_resize},
    {FRAME_SHUTDOWN, shut_down},
    {FRAME_CLOSE_STDIN, container_close_stdin},
    {FRAME_AT_END, at_end_begin},
};

static int on_frame(void *owner, struct connection *connection, const struct frame *frame, struct failure *f) {
  struct shim *shim = owner;
  if (connection->stream)
    return connection->stream->received(connection->stream, frame, f);
  if (frame->type >= FRAME_STDIN && frame->type <= FRAME_EXEC_KILL)
    return 0; /* sent before the client saw its stream's END */
  struct frame request = *frame;
  for (size_t i = 0; i < sizeof REQUESTS / sizeof *REQUESTS; i++)
    if (REQUESTS[i].type == frame->type)
      return REQUESTS[i].serve(shim, connection, &request, f);
  return fail(f, ENOSYS, "request", "a shim knows no frame type 0x%x", frame->type);
}

static void on_gone(void *owner, struct connection *connection) {
  struct shim *shim = owner;
  struct connection **link = &shim->connections;
  while (*link != connection)
    link = &(*link)->next;
  *link = connection->next;
  if (connection->stream)
    connection->stream->gone(connection->stream);
}

static const struct connection_owner CONNECTION_CALLS = {on_frame, on_gone};

/* --- what the loop watches --- */

static void on_client(struct watch *watch, uint32_t events) {
  (void)events;
  struct shim *shim = container_of(watch, struct shim, listener);
  struct connection *connection = connection_accept(watch->fd, &shim->loop, &CONNECTION_CALLS, shim);
  if (!connection)
    return;
  connection->next = shim->connections;
  shim->connections = connection;
}

/* Reaps everything that has ended. A zombie that stays would keep the init of its PID namespace from ending. */
static void on_signal(struct watch *watch, uint32_t events) {
  (void)events;
  struct shim *shim = container_of(watch, struct shim, signals);
  struct signalfd_siginfo ignored;
  while (read(watch->fd, &ignored, sizeof ignored) == sizeof ignored)
    continue;
  for (;;) {
    siginfo_t information = {0};
    if (waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) < 0 || information.si_pid == 0)
      return;
    struct container *container = container_of_process(shim, information.si_pid);
    struct exec *exec = container ? NULL : exec_of_process(shim, information.si_pid);
    if (container)
      container_reaped(container, &information);
    else if (exec)
      exec_reaped(exec, &information);
    else
      restore_note(shim, &information);
    /* Only now: had this shim ended in between, the zygote would have reaped it instead. */
    waitid(P_PID, (id_t)information.si_pid, &information, WEXITED | WNOHANG);
  }
}

/* The zygote tells of containers whose parent was an earlier shim. */
static void on_zygote(struct watch *watch, uint32_t events) {
  (void)events;
  struct shim *shim = container_of(watch, struct shim, zygote);
  struct word word;
  int received = word_receive(watch->fd, &word);
  if (received == 0)
    watch_for(&shim->loop, watch, 0); /* without a zygote the shim goes on alone */
  if (received <= 0)
    return;
  struct failure unknown;
  struct container *container = container_find(shim, word.container.id, &unknown);
  if (container && word.kind == WORD_EXITED)
    container_ended(container, &word.container.status);
  kept_container_clear(&word.container);
}

static int watch_signals(struct shim *shim, struct failure *f) {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_SETMASK, &children, NULL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  shim->signals = (struct watch){.fd = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK), .ready = on_signal};
  if (shim->signals.fd < 0 || watch_for(&shim->loop, &shim->signals, EPOLLIN) < 0)
    return fail(f, errno, "signalfd", "shim");
  return 0;
}

struct shim *shim_open(const char *socket_path, int zygote, int pod_pid_namespace, uint32_t generation, struct failure *f) {
  struct shim *shim = calloc(1, sizeof *shim);
  if (!shim) {
    fail(f, ENOMEM, "shim", "%s", socket_path);
    return NULL;
  }
  rights_pass_quotas(false);
  shim->socket_path = socket_path;
  shim->before_first = shim->newest = (uint64_t)generation << 32;
  shim->zygote = (struct watch){.fd = zygote, .ready = on_zygote};
  shim->pod_pid_namespace = pod_pid_namespace;
  shim->own_pid_namespace = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
  if (shim->own_pid_namespace < 0) {
    fail(f, errno, "open", "/proc/self/ns/pid");
    return NULL;
  }
  if (loop_open(&shim->loop, f) < 0 || watch_signals(shim, f) < 0)
    return NULL;
  shim->batch = (struct log_batch *)(void *)(shim->loop.scratch + LOOP_SCRATCH_READ);
  shim->listener = (struct watch){.fd = connection_listen(socket_path, f), .ready = on_client};
  if (shim->listener.fd < 0)
    return NULL;
  if (watch_for(&shim->loop, &shim->listener, EPOLLIN) < 0 || watch_for(&shim->loop, &shim->zygote, EPOLLIN) < 0) {
    fail(f, errno, "epoll_ctl", "%s", socket_path);
    return NULL;
  }
  return shim;
}

void shim_run(struct shim *shim) {
  loop_run(&shim->loop);
  unlink(shim->socket_path);
}

void shim_end(struct shim *shim) { connection_ok(shim->shutdown.connection, shim->shutdown.id); }
