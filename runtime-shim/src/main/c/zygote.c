#include "zygote.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "connection.h"
#include "container.h"
#include "daemonize.h"
#include "handover.h"
#include "pod_init.h"
#include "pod_namespaces.h"
#include "process.h"
#include "shim.h"
#include "syscalls.h"
#include "zygote_hook.h"

enum { ROLE_ZYGOTE = 1, NO_SHIM = -1, ANY_PROCESS = -1, MOST_SUCCESSORS = 16 };

struct zygote {
  struct loop loop;
  struct watch listener;
  struct watch signals;
  struct connection *connections;
  struct pod *pods;
  struct zygote_hook *hooks;
  struct rlimit descriptors; /* what containers begin with: the limit of zygote and shims is raised */
};

/* A pod with its shim, and what is kept for the shim's successor. */
struct pod {
  struct pod *next;
  struct zygote *zygote;
  struct watch pair; /* to the shim */
  pid_t pid;
  int init; /* pidfd of the pod's own first process, or -1 */
  bool listened;
  uint32_t generation; /* how many shims it had before this one */
  struct kept_container *containers;
  unsigned char *payload; /* of its SPAWN */
  struct pod_request request;
  struct answer answer;
  struct failure failure; /* why its first shim could not begin */
};

static struct pod *find_pod(struct zygote *zygote, const char *id) {
  for (struct pod *pod = zygote->pods; pod; pod = pod->next)
    if (strcmp(pod->request.pod, id) == 0)
      return pod;
  return NULL;
}

static void drop_container(struct pod *pod, struct kept_container *container) {
  struct kept_container **link = &pod->containers;
  while (*link != container)
    link = &(*link)->next;
  *link = container->next;
  kept_container_clear(container);
  free(container);
}

static void forget(struct pod *pod) {
  for (struct pod **link = &pod->zygote->pods; *link; link = &(*link)->next)
    if (*link == pod) {
      *link = pod->next;
      break;
    }
  watch_close(&pod->zygote->loop, &pod->pair);
  cleanup_close(&pod->init);
  while (pod->containers)
    drop_container(pod, pod->containers);
  free(pod->payload);
  free(pod);
}

/* --- the shim's side of the fork --- */

/* Closes what is the zygote's; keeps the pair and what belongs to the pod's containers. */
static void keep_own(const struct pod *pod, int pair) {
  size_t count = 2;
  for (const struct kept_container *at = pod->containers; at; at = at->next)
    count += KEPT_DESCRIPTORS;
  int *kept = calloc(count, sizeof *kept);
  if (!kept)
    _exit(1);
  kept[0] = pair;
  kept[1] = pod->init;
  size_t next = 2;
  for (const struct kept_container *at = pod->containers; at; at = at->next, next += KEPT_DESCRIPTORS)
    memcpy(kept + next, at->fds, sizeof at->fds);
  process_close_others(kept, count);
  free(kept);
}

static struct shim *begin_shim(struct pod *pod, int pair, struct pod_handles *handles, struct failure *f) {
  const struct pod_request *request = &pod->request;
  bool first = pod->generation == 0;
  if ((first ? pod_namespaces_create(request, handles, f) : pod_namespaces_join(request, handles, f)) < 0)
    return NULL;
  struct shim *shim = shim_open(request->socket_path, pair, handles->pid_namespace, pod->generation, f);
  for (struct kept_container *at = pod->containers; shim && at; at = at->next)
    if (container_adopt(shim, at, f) < 0)
      return NULL;
  return shim;
}

static _Noreturn void become_shim(struct pod *pod, int pair) {
  struct word word = {.kind = WORD_LISTENS, .container.fds = {-1, -1, -1, -1, -1}};
  struct pod_handles handles = {-1, -1};
  keep_own(pod, pair);
  setsid();
  prctl(PR_SET_NAME, "windlass-pod", 0, 0, 0);
  struct shim *shim = begin_shim(pod, pair, &handles, &word.failure);
  if (!shim)
    word.kind = WORD_FAILED;
  if (!shim && pod->generation == 0) {
    pod_namespaces_unpin(&pod->request);
    pod_init_end(&handles.init);
  }
  if (pod->generation == 0)
    word.container.fds[KEPT_PIDFD] = handles.init;
  else
    handles.init = pod->init;
  word_send(pair, &word);
  if (!shim)
    _exit(1);
  shim->descriptors = pod->zygote->descriptors;
  shim_run(shim);
  pod_init_end(&handles.init);
  pod_namespaces_unpin(&pod->request);
  shim_end(shim);
  _exit(0);
}

/* --- what shims say --- */

static void answer_spawn(struct pod *pod) {
  struct connection *connection = answer_take(&pod->answer);
  if (!connection)
    return;
  size_t mark = connection_begin(connection, FRAME_OK, pod->answer.id);
  put_u64(&connection->out, (uint64_t)pod->pid);
  connection_finish(connection, mark);
  connection_release(connection);
}

static struct kept_container *find_container(struct pod *pod, const char *id) {
  for (struct kept_container *at = pod->containers; at; at = at->next)
    if (strcmp(at->id, id) == 0)
      return at;
  return NULL;
}

static void keep_container(struct pod *pod, struct kept_container *container) {
  struct kept_container *kept = malloc(sizeof *kept);
  if (!kept) {
    kept_container_clear(container);
    return;
  }
  *kept = *container;
  kept->next = pod->containers;
  pod->containers = kept;
}

static void close_kept(struct kept_container *kept, int which) {
  cleanup_close(&kept->fds[which]);
  kept->fds[which] = -1;
}

static void update_container(struct pod *pod, struct kept_container *kept, const struct word *word) {
  switch (word->kind) {
  case WORD_RUNNING:
    kept->state = CONTAINER_RUNNING;
    close_kept(kept, KEPT_SETUP);
    break;
  case WORD_INPUT_CLOSED:
    close_kept(kept, KEPT_STDIN);
    break;
  case WORD_EXITED:
    kept->state = CONTAINER_EXITED;
    kept->status = word->container.status;
    close_kept(kept, KEPT_SETUP);
    close_kept(kept, KEPT_STDIN);
    break;
  case WORD_DELETED:
    drop_container(pod, kept);
    break;
  default:
    break;
  }
}

/* Takes one word of the shim's; false when there is none. */
static bool hear_shim(struct pod *pod) {
  struct word word;
  int received = pod->pair.fd < 0 ? -1 : word_receive(pod->pair.fd, &word);
  if (received == 0)
    watch_close(&pod->zygote->loop, &pod->pair); /* it ends: SIGCHLD will tell */
  if (received <= 0)
    return false;
  if (word.kind == WORD_CREATED) {
    keep_container(pod, &word.container);
    return true;
  }
  if (word.kind == WORD_LISTENS) {
    pod->listened = true;
    if (word.container.fds[KEPT_PIDFD] >= 0)
      pod->init = take_fd(&word.container.fds[KEPT_PIDFD]);
    answer_spawn(pod);
  } else if (word.kind == WORD_FAILED) {
    pod->failure = word.failure; /* answered when the shim is gone, so that the pod can be tried again */
  } else {
    struct kept_container *kept = find_container(pod, word.container.id);
    if (kept)
      update_container(pod, kept, &word);
  }
  kept_container_clear(&word.container);
  return true;
}

static void on_shim(struct watch *watch, uint32_t events) {
  (void)events;
  hear_shim(container_of(watch, struct pod, pair));
}

static int fork_shim(struct pod *pod, struct failure *f) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
    return fail(f, errno, "socketpair", "pod %s", pod->request.pod);
  pid_t pid = fork();
  if (pid == 0)
    become_shim(pod, pair[1]);
  int error = errno;
  close(pair[1]);
  pod->pair = (struct watch){.fd = pair[0], .ready = on_shim};
  pod->listened = false;
  if (pid < 0)
    return fail(f, error, "fork", "pod %s", pod->request.pod);
  pod->pid = pid;
  return watch_for(&pod->zygote->loop, &pod->pair, EPOLLIN) < 0 ? fail(f, errno, "epoll_ctl", "pod %s", pod->request.pod) : 0;
}

/* --- requests --- */

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
  case FRAME_HOOK:
    return zygote_hook_begin(&zygote->hooks, &zygote->loop, &zygote->descriptors, connection, &request, f);
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
  zygote_hooks_left(zygote->hooks, connection);
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

static struct kept_container *find_running(struct pod *pod, pid_t pid) {
  for (struct kept_container *kept = pod->containers; kept; kept = kept->next)
    if (kept->state != CONTAINER_EXITED && (pid == kept->pid || pid == ANY_PROCESS))
      return kept;
  return NULL;
}

/* Nothing of the pod's is left to be looked after. */
static void end_pod(struct pod *pod) {
  if (pod->init >= 0)
    sys_pidfd_send_signal(pod->init, SIGKILL);
  forget(pod);
}

/* Forks a successor for a shim that ended without being told to. */
static void replace_shim(struct pod *pod) {
  struct failure f;
  watch_close(&pod->zygote->loop, &pod->pair);
  pod->generation++;
  if (fork_shim(pod, &f) == 0)
    return;
  dprintf(STDERR_FILENO, "cannot replace the shim of pod %s: %s: %s\n", pod->request.pod, f.step, f.detail);
  pod->pid = NO_SHIM;
}

static void shim_ended(struct pod *pod, const siginfo_t *information) {
  bool told = information->si_code == CLD_EXITED && information->si_status == 0;
  while (hear_shim(pod)) /* its last words first */
    continue;
  if (!told)
    dprintf(STDERR_FILENO, "shim %d of pod %s ended by %s %d%s%s\n", pod->pid, pod->request.pod,
            information->si_code == CLD_EXITED ? "status" : "signal", information->si_status, pod->failure.error ? ": " : "",
            pod->failure.error ? pod->failure.detail : "");
  if (!pod->failure.error)
    fail(&pod->failure, ECHILD, "spawn", "the shim of pod %s ended with status %d", pod->request.pod, information->si_status);
  answer_error(&pod->answer, &pod->failure);
  pod->failure.error = 0;
  if (!told && pod->listened && pod->generation < MOST_SUCCESSORS) {
    replace_shim(pod);
    return;
  }
  pod->pid = NO_SHIM;
  if (told || !find_running(pod, ANY_PROCESS)) /* else no shim can be had, but exits are still recorded */
    end_pod(pod);
}

/* A container that an earlier shim began has ended: its record is written here, and the shim of now tells the daemon. */
static void orphan_ended(struct pod *pod, const siginfo_t *information) {
  while (hear_shim(pod)) /* an earlier shim may have dealt with it */
    continue;
  struct kept_container *kept = find_running(pod, information->si_pid);
  if (!kept)
    return;
  struct failure f;
  struct word word = {.kind = WORD_EXITED, .container = {.id = kept->id, .status = exit_status_of(information), .fds = {-1, -1, -1, -1, -1}}};
  kept->status = word.container.status;
  kept->state = CONTAINER_EXITED;
  if (exit_record_write(kept->exit_file, &kept->status, &f) < 0)
    dprintf(STDERR_FILENO, "container %s of pod %s: %s: %s\n", kept->id, pod->request.pod, f.step, f.detail);
  if (pod->pair.fd >= 0)
    word_send(pod->pair.fd, &word);
  if (pod->pid == NO_SHIM && !find_running(pod, ANY_PROCESS))
    end_pod(pod);
}

static void child_ended(struct zygote *zygote, const siginfo_t *information) {
  for (struct pod *pod = zygote->pods; pod; pod = pod->next) {
    if (pod->pid == information->si_pid) {
      shim_ended(pod, information);
      return;
    }
    if (find_running(pod, information->si_pid)) {
      orphan_ended(pod, information);
      return;
    }
  }
}

/* Reaps shims, and every orphan: the zygote is their subreaper. */
static void reap(struct zygote *zygote) {
  for (;;) {
    siginfo_t information = {0};
    if (waitid(P_ALL, 0, &information, WEXITED | WNOHANG) < 0 || information.si_pid == 0)
      return;
    child_ended(zygote, &information);
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
  getrlimit(RLIMIT_NOFILE, &zygote->descriptors);
  struct rlimit raised = {zygote->descriptors.rlim_max, zygote->descriptors.rlim_max};
  setrlimit(RLIMIT_NOFILE, &raised);
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
