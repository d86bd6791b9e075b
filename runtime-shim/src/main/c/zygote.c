#include "zygote.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "connection.h"
#include "daemonize.h"
#include "pod_namespaces.h"
#include "process.h"
#include "shim.h"
#include "syscalls.h"

enum { ROLE_ZYGOTE = 1 };

struct zygote {
  struct loop loop;
  struct watch listener;
  struct watch signals;
  struct connection *connections;
  struct pod *pods;
};

/* A pod whose shim lives, or is being started. */
struct pod {
  struct pod *next;
  struct zygote *zygote;
  struct watch pair; /* to the shim */
  pid_t pid;
  int init; /* pidfd of the pod's own first process, or -1 */
  unsigned char *payload; /* of its SPAWN */
  struct pod_request request;
  struct answer answer;
};

/* What a shim says over the pair first. */
struct shim_report {
  struct failure failure; /* error 0: it listens */
};

static struct pod *find_pod(struct zygote *zygote, const char *id) {
  for (struct pod *pod = zygote->pods; pod; pod = pod->next)
    if (strcmp(pod->request.pod, id) == 0)
      return pod;
  return NULL;
}

static void forget(struct pod *pod) {
  for (struct pod **link = &pod->zygote->pods; *link; link = &(*link)->next)
    if (*link == pod) {
      *link = pod->next;
      break;
    }
  watch_close(&pod->zygote->loop, &pod->pair);
  cleanup_close(&pod->init);
  free(pod->payload);
  free(pod);
}

/* --- the shim's side of the fork --- */

static _Noreturn void become_shim(const struct pod_request *request, int pair) {
  struct shim_report report = {0};
  struct failure *f = &report.failure;
  struct pod_handles handles = {-1, -1};
  int kept = pair;
  process_close_others(&kept, 1);
  setsid();
  prctl(PR_SET_NAME, "windlass-pod", 0, 0, 0);
  struct shim *shim = NULL;
  if (pod_namespaces_create(request, &handles, f) == 0)
    shim = shim_open(request->socket_path, pair, handles.pid_namespace, f);
  if (!shim)
    pod_namespaces_unpin(request);
  if (!shim && handles.init >= 0)
    sys_pidfd_send_signal(handles.init, SIGKILL);
  process_send(pair, &report, sizeof report, &handles.init, handles.init >= 0);
  if (!shim)
    _exit(1);
  cleanup_close(&handles.init);
  shim_run(shim);
  pod_namespaces_unpin(request);
  _exit(0);
}

/* --- requests --- */

static void on_shim(struct watch *watch, uint32_t events) {
  (void)events;
  struct pod *pod = container_of(watch, struct pod, pair);
  struct shim_report report;
  scoped_fd int init = -1;
  ssize_t size = process_receive(watch->fd, &report, sizeof report, &init, 1, MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN)
    return;
  if (size != (ssize_t)sizeof report) { /* it ends: SIGCHLD will tell */
    watch_close(&pod->zygote->loop, watch);
    return;
  }
  if (init >= 0)
    pod->init = take_fd(&init);
  struct connection *connection = answer_take(&pod->answer);
  if (!connection)
    return;
  if (report.failure.error) {
    connection_error(connection, pod->answer.id, &report.failure);
  } else {
    size_t mark = connection_begin(connection, FRAME_OK, pod->answer.id);
    put_u64(&connection->out, (uint64_t)pod->pid);
    connection_finish(connection, mark);
  }
  connection_release(connection);
}

static int fork_shim(struct pod *pod, struct failure *f) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
    return fail(f, errno, "socketpair", "pod %s", pod->request.pod);
  pid_t pid = fork();
  if (pid == 0)
    become_shim(&pod->request, pair[1]);
  int error = errno;
  close(pair[1]);
  pod->pair = (struct watch){.fd = pair[0], .ready = on_shim};
  if (pid < 0)
    return fail(f, error, "fork", "pod %s", pod->request.pod);
  pod->pid = pid;
  return watch_for(&pod->zygote->loop, &pod->pair, EPOLLIN) < 0 ? fail(f, errno, "epoll_ctl", "pod %s", pod->request.pod) : 0;
}

static int spawn(struct zygote *zygote, struct connection *connection, struct frame *frame, struct failure *f) {
  struct pod *pod = calloc(1, sizeof *pod);
  unsigned char *payload = malloc(frame->fields.left + 1);
  if (!pod || !payload) {
    free(pod);
    free(payload);
    return fail(f, ENOMEM, "spawn", "%zu bytes", frame->fields.left);
  }
  memcpy(payload, frame->fields.at, frame->fields.left);
  *pod = (struct pod){.zygote = zygote, .pair.fd = -1, .init = -1, .payload = payload};
  struct fields fields = {.at = payload, .left = frame->fields.left};
  int result = pod_request_parse(fields, &pod->request, f);
  if (result == 0 && find_pod(zygote, pod->request.pod))
    result = fail(f, EEXIST, "spawn", "pod %s has a shim", pod->request.pod);
  if (result < 0 || fork_shim(pod, f) < 0) {
    forget(pod);
    return -1;
  }
  pod->next = zygote->pods;
  zygote->pods = pod;
  answer_later(&pod->answer, connection, frame->id);
  return 0;
}

static int list_shims(struct zygote *zygote, struct connection *connection, struct frame *frame) {
  uint32_t count = 0;
  size_t mark = connection_begin(connection, FRAME_OK, frame->id);
  for (struct pod *pod = zygote->pods; pod; pod = pod->next)
    count++;
  put_u32(&connection->out, count);
  for (struct pod *pod = zygote->pods; pod; pod = pod->next) {
    put_text(&connection->out, pod->request.pod);
    put_u64(&connection->out, (uint64_t)pod->pid);
    put_text(&connection->out, pod->request.socket_path);
  }
  connection_finish(connection, mark);
  return 0;
}

static int quit(struct zygote *zygote, struct connection *connection, struct frame *frame, struct failure *f) {
  if (zygote->pods)
    return fail(f, EBUSY, "quit", "the shim of pod %s lives", zygote->pods->request.pod);
  connection_ok(connection, frame->id);
  zygote->loop.stopped = true;
  return 0;
}

static int on_frame(void *owner, struct connection *connection, const struct frame *frame, struct failure *f) {
  struct zygote *zygote = owner;
  struct frame request = *frame;
  switch (frame->type) {
  case FRAME_HELLO:
    return connection_hello(connection, &request, ROLE_ZYGOTE, f);
  case FRAME_SPAWN:
    return spawn(zygote, connection, &request, f);
  case FRAME_SHIMS:
    return list_shims(zygote, connection, &request);
  case FRAME_QUIT:
    return quit(zygote, connection, &request, f);
  default:
    return fail(f, ENOSYS, "request", "a zygote knows no frame type 0x%x", frame->type);
  }
}

static void on_gone(void *owner, struct connection *connection) {
  struct zygote *zygote = owner;
  struct connection **link = &zygote->connections;
  while (*link != connection)
    link = &(*link)->next;
  *link = connection->next;
}

static const struct connection_owner CONNECTION_CALLS = {on_frame, on_gone};

/* --- what the loop watches --- */

static void on_client(struct watch *watch, uint32_t events) {
  (void)events;
  struct zygote *zygote = container_of(watch, struct zygote, listener);
  struct connection *connection = connection_accept(watch->fd, &zygote->loop, &CONNECTION_CALLS, zygote);
  if (!connection)
    return;
  connection->next = zygote->connections;
  zygote->connections = connection;
}

static void shim_ended(struct pod *pod, const siginfo_t *information) {
  if (pod->pair.events) /* its last words first */
    on_shim(&pod->pair, 0);
  struct failure f;
  fail(&f, ECHILD, "spawn", "the shim of pod %s ended with status %d", pod->request.pod, information->si_status);
  answer_error(&pod->answer, &f);
  if (information->si_code != CLD_EXITED)
    dprintf(STDERR_FILENO, "shim %d of pod %s was ended by signal %d\n", pod->pid, pod->request.pod, information->si_status);
  if (pod->init >= 0)
    sys_pidfd_send_signal(pod->init, SIGKILL);
  forget(pod);
}

/* Reaps shims, and every orphan: the zygote is their subreaper. */
static void reap(struct zygote *zygote) {
  for (;;) {
    siginfo_t information = {0};
    if (waitid(P_ALL, 0, &information, WEXITED | WNOHANG) < 0 || information.si_pid == 0)
      return;
    for (struct pod *pod = zygote->pods; pod; pod = pod->next)
      if (pod->pid == information.si_pid) {
        shim_ended(pod, &information);
        break;
      }
  }
}

static void on_signal(struct watch *watch, uint32_t events) {
  (void)events;
  struct zygote *zygote = container_of(watch, struct zygote, signals);
  struct signalfd_siginfo signal_information;
  while (read(watch->fd, &signal_information, sizeof signal_information) == sizeof signal_information)
    if (signal_information.ssi_signo == SIGTERM && !zygote->pods)
      zygote->loop.stopped = true;
  reap(zygote);
}

static int watch_signals(struct zygote *zygote, struct failure *f) {
  sigset_t taken;
  sigemptyset(&taken);
  sigaddset(&taken, SIGCHLD);
  sigaddset(&taken, SIGTERM);
  sigprocmask(SIG_SETMASK, &taken, NULL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  zygote->signals = (struct watch){.fd = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK), .ready = on_signal};
  if (zygote->signals.fd < 0 || watch_for(&zygote->loop, &zygote->signals, EPOLLIN) < 0)
    return fail(f, errno, "signalfd", "zygote");
  return 0;
}

static int open_zygote(struct zygote *zygote, const char *socket_path, struct failure *f) {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
    return fail(f, errno, "prctl", "zygote");
  prctl(PR_SET_NAME, "windlass-zygote", 0, 0, 0);
  if (loop_open(&zygote->loop, f) < 0 || watch_signals(zygote, f) < 0)
    return -1;
  zygote->listener = (struct watch){.fd = connection_listen(socket_path, f), .ready = on_client};
  if (zygote->listener.fd < 0)
    return -1;
  return watch_for(&zygote->loop, &zygote->listener, EPOLLIN) < 0 ? fail(f, errno, "epoll_ctl", "%s", socket_path) : 0;
}

int zygote_start(const char *state, char *const *arguments, struct failure *f) {
  char folder[PATH_MAX];
  char socket_path[PATH_MAX + 16];
  char log_path[PATH_MAX + 16];
  if (seal_binary(arguments, f) < 0)
    return -1;
  if (!realpath(state, folder))
    return fail(f, errno, "realpath", "%s", state);
  snprintf(socket_path, sizeof socket_path, "%s/zygote.sock", folder);
  snprintf(log_path, sizeof log_path, "%s/zygote.log", folder);
  int lock = lock_state(folder, f);
  if (lock < 0)
    return -1;
  int done = 0;
  int report = daemonize(log_path, &done, f);
  if (report < 0 || done) {
    close(lock);
    return report < 0 ? -1 : 0;
  }
  struct zygote zygote = {0};
  if (ftruncate(lock, 0) < 0 || dprintf(lock, "%d\n", getpid()) < 0 || open_zygote(&zygote, socket_path, f) < 0) {
    daemonize_ready(report, f);
    _exit(1);
  }
  daemonize_ready(report, NULL);
  loop_run(&zygote.loop);
  unlink(socket_path);
  _exit(0);
}
