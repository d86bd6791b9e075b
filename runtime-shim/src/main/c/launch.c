#include "launch.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "process.h"
#include "rights.h"
#include "syscalls.h"

enum { TIMINGS_SIZE = PROGRAM_MAX_OPERATIONS * sizeof(struct timing), PROGRAM_HEADER = 12, OPCODE_CLONE = 1 };

enum setup_kind { SETUP_READY = 1, SETUP_FAILURE, SETUP_TERMINAL, SETUP_RECLONED, SETUP_GO, SETUP_PAUSED };

struct setup_message {
  uint32_t kind;
  uint32_t done; /* operations finished */
  struct failure failure;
};

/* --- the child --- */

struct child {
  struct launch *launch;
  struct program_run run;
  uint32_t next;
  int setup;
};

static void tell(struct child *child, enum setup_kind kind, const struct failure *f, int fd) {
  struct setup_message message = {.kind = kind, .done = child->next};
  if (f)
    message.failure = *f;
  process_send(child->setup, &message, sizeof message, &fd, fd >= 0);
}

static _Noreturn void give_up(struct child *child, const struct failure *f) {
  tell(child, SETUP_FAILURE, f, -1);
  _exit(128);
}

/* Waits for the shim's word; its end means that nobody will give it. */
static void await_go(struct child *child) {
  struct setup_message message;
  if (process_receive(child->setup, &message, sizeof message, NULL, 0, 0) != sizeof message || message.kind != SETUP_GO)
    _exit(128);
}

/* The clone becomes the shim's child and goes on once the shim knows it; the caller ends. */
static void reclone(struct child *child, uint64_t flags) {
  int pidfd = -1;
  pid_t pid = process_clone(flags | SYS_CLONE_PARENT, -1, &pidfd);
  if (pid < 0) {
    struct failure f;
    fail(&f, errno, "RECLONE", "clone3");
    give_up(child, &f);
  }
  if (pid > 0) {
    tell(child, SETUP_RECLONED, NULL, pidfd);
    _exit(0);
  }
  await_go(child);
}

static void take_stdio(const struct launch_request *request) {
  for (int fd = 0; fd < 3; fd++)
    dup2(request->stdio[fd] >= 0 ? request->stdio[fd] : 0, fd); /* the shim's own 0 is /dev/null */
}

static _Noreturn void child_main(struct child *child, const struct launch_request *request) {
  struct failure f = {0};
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  process_reset_signals();
  rights_pass_quotas(true); /* it raises limits and lowers scores by the same right */
  setrlimit(RLIMIT_NOFILE, request->descriptors);
  take_stdio(request);
  int kept[PROGRAM_SLOTS + 3];
  memcpy(kept, child->run.slots, sizeof child->run.slots);
  kept[PROGRAM_SLOTS] = child->setup;
  kept[PROGRAM_SLOTS + 1] = request->target_pidfd;
  kept[PROGRAM_SLOTS + 2] = child->run.root;
  process_close_others(kept, PROGRAM_SLOTS + 3);
  for (;;) {
    uint64_t flags = 0;
    switch (program_run(child->launch->program, child->launch->size, &child->run, &child->next, &flags, &f)) {
    case PROGRAM_AT_TERMINAL:
      tell(child, SETUP_TERMINAL, NULL, child->run.terminal);
      cleanup_close(&child->run.terminal);
      child->run.terminal = -1;
      await_go(child); /* the terminal has its size then */
      break;
    case PROGRAM_AT_PAUSE:
      tell(child, SETUP_PAUSED, NULL, -1);
      await_go(child);
      break;
    case PROGRAM_AT_BARRIER:
      tell(child, SETUP_READY, NULL, -1);
      await_go(child);
      break;
    case PROGRAM_AT_RECLONE:
      reclone(child, flags);
      break;
    case PROGRAM_AT_CLONE:
      fail(&f, EINVAL, "CLONE", "a second time in one program");
      give_up(child, &f);
    case PROGRAM_AT_END:
      fail(&f, EINVAL, "EXECVE", "missing at the program's end");
      give_up(child, &f);
    case PROGRAM_FAILED:
      give_up(child, &f);
    }
  }
}

/* --- the shim --- */

/* Takes one message of the child's, if there is one. */
static bool take_message(struct launch *launch) {
  struct watch *watch = &launch->watch;
  struct setup_message message = {0};
  int fd;
  ssize_t size = process_receive(watch->fd, &message, sizeof message, &fd, 1, MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN)
    return false;
  if (size == (ssize_t)sizeof message && message.kind == SETUP_READY) {
    launch->barrier = message.done;
    launch->calls->ready(launch);
  } else if (size == (ssize_t)sizeof message && message.kind == SETUP_PAUSED) {
    launch->pause = message.done;
    launch->calls->paused(launch);
  } else if (size == (ssize_t)sizeof message && message.kind == SETUP_TERMINAL && fd >= 0) {
    launch->calls->terminal(launch, take_fd(&fd));
    launch_go(launch, &message.failure);
  } else if (size == (ssize_t)sizeof message && message.kind == SETUP_RECLONED && fd >= 0) {
    close(launch->pidfd);
    launch->pidfd = take_fd(&fd);
    launch->pid = process_of(launch->pidfd);
    launch_go(launch, &message.failure);
  } else if (size == (ssize_t)sizeof message && message.kind == SETUP_FAILURE) {
    watch_close(launch->loop, watch);
    launch->calls->failed(launch, &message.failure);
  } else if (size <= 0) {
    watch_close(launch->loop, watch);
    launch->calls->executed(launch);
  }
  if (fd >= 0)
    close(fd);
  return true;
}

static void on_setup(struct watch *watch, uint32_t events) {
  (void)events;
  take_message(container_of(watch, struct launch, watch));
}

void launch_catch_up(struct launch *launch) {
  while (launch->watch.fd >= 0 && take_message(launch))
    continue;
}

/* True when the program, whose structure is known to be right, has a CLONE: without one it would run in the shim itself. */
static bool has_clone(const struct launch *launch) {
  size_t at = PROGRAM_HEADER;
  for (uint32_t i = 0; i < launch->operations; i++) {
    uint16_t opcode;
    uint32_t size;
    memcpy(&opcode, launch->program + at, sizeof opcode);
    memcpy(&size, launch->program + at + 4, sizeof size);
    if (opcode == OPCODE_CLONE)
      return true;
    at += 8 + (size_t)size;
  }
  return false;
}

static int copy_program(struct launch *launch, const struct launch_request *request, struct failure *f) {
  if (program_check(request->program, request->size, &launch->operations, f) < 0)
    return -1;
  launch->program = malloc(request->size);
  if (!launch->program)
    return fail(f, ENOMEM, "program", "%zu bytes", request->size);
  memcpy(launch->program, request->program, request->size);
  launch->size = request->size;
  launch->timings = mmap(NULL, TIMINGS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (launch->timings == MAP_FAILED) {
    launch->timings = NULL;
    return fail(f, errno, "mmap", "timings");
  }
  return has_clone(launch) ? 0 : fail(f, EINVAL, "program", "no CLONE operation");
}

/* Clones inside the wanted PID namespace. */
static pid_t clone_child(struct launch *launch, const struct launch_request *request, uint64_t flags, struct failure *f) {
  if (request->pid_namespace >= 0 && setns(request->pid_namespace, CLONE_NEWPID) < 0)
    return fail(f, errno, "setns", "PID namespace of the new process");
  pid_t pid = process_clone(flags, request->cgroup, &launch->pidfd);
  int error = errno;
  if (pid != 0 && request->pid_namespace >= 0 && setns(request->own_namespace, CLONE_NEWPID) < 0)
    abort(); /* every later process would be born in the wrong namespace; the zygote starts a new shim */
  return pid < 0 ? fail(f, error, "clone3", "flags 0x%llx", (unsigned long long)flags) : pid;
}

static int start_child(struct launch *launch, const struct launch_request *request, struct child *child, struct failure *f) {
  uint64_t flags = 0;
  enum program_stop stop = program_run(launch->program, launch->size, &child->run, &child->next, &flags, f);
  if (stop == PROGRAM_FAILED)
    return -1;
  if (stop != PROGRAM_AT_CLONE)
    return fail(f, EINVAL, "program", "stops before its CLONE");
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
    return fail(f, errno, "socketpair", "setup");
  child->setup = pair[1];
  launch->watch = (struct watch){.fd = pair[0], .ready = on_setup};
  pid_t pid = clone_child(launch, request, flags, f);
  if (pid == 0)
    child_main(child, request);
  close(pair[1]);
  if (pid < 0)
    return -1;
  launch->pid = pid;
  return watch_for(launch->loop, &launch->watch, EPOLLIN) < 0 ? fail(f, errno, "epoll_ctl", "setup") : 0;
}

int launch_begin(struct launch *launch, struct loop *loop, const struct launch_calls *calls, const struct launch_request *request, struct failure *f) {
  *launch = (struct launch){.watch.fd = -1, .loop = loop, .calls = calls, .pid = -1, .pidfd = -1};
  struct child child = {.launch = launch, .setup = -1};
  int result = copy_program(launch, request, f);
  program_run_init(&child.run, launch->timings);
  child.run.target_pidfd = request->target_pidfd;
  if (result == 0)
    result = start_child(launch, request, &child, f);
  child.run.target_pidfd = -1;
  program_run_close(&child.run);
  if (result < 0) {
    launch_finish(launch);
    if (launch->pidfd >= 0)
      sys_pidfd_send_signal(launch->pidfd, SIGKILL);
    cleanup_close(&launch->pidfd);
    launch->pidfd = -1;
  }
  return result;
}

int launch_adopt(struct launch *launch, struct loop *loop, const struct launch_calls *calls, int setup) {
  launch->watch = (struct watch){.fd = setup, .ready = on_setup};
  launch->loop = loop;
  launch->calls = calls;
  return setup < 0 ? 0 : watch_for(loop, &launch->watch, EPOLLIN);
}

int launch_go(struct launch *launch, struct failure *f) {
  struct setup_message message = {.kind = SETUP_GO};
  if (process_send(launch->watch.fd, &message, sizeof message, NULL, 0) < 0)
    return fail(f, errno, "start", "the process is gone");
  return 0;
}

void launch_timeline(const struct launch *launch, uint32_t first, uint32_t end, struct bytes *out) {
  uint32_t count = 0;
  for (uint32_t i = first; launch->timings && i < end && i < PROGRAM_MAX_OPERATIONS; i++)
    count += launch->timings[i].opcode != 0;
  put_u32(out, count);
  for (uint32_t i = first; count && i < end && i < PROGRAM_MAX_OPERATIONS; i++)
    if (launch->timings[i].opcode) {
      put_u32(out, launch->timings[i].opcode);
      put_u32(out, launch->timings[i].nanoseconds);
    }
}

void launch_finish(struct launch *launch) {
  if (launch->watch.fd >= 0)
    watch_close(launch->loop, &launch->watch);
  free(launch->program);
  launch->program = NULL;
  if (launch->timings)
    munmap(launch->timings, TIMINGS_SIZE);
  launch->timings = NULL;
}
