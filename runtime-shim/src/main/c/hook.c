#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "process.h"
#include "syscalls.h"

enum { TAIL = 200, NOT_EXECUTED = 127, HOOK_UMASK = 022 };

/* The last of what a hook wrote. */
struct tail {
  char text[TAIL + 1];
  size_t size;
};

/* A hook that runs. */
struct running {
  pid_t pid;
  int said;   /* what it writes to its 1 and 2 */
  int report; /* errno of its execve, or the end */
  int ended;  /* signalfd of SIGCHLD */
  struct tail tail;
};

static void tail_add(struct tail *tail, const char *bytes, size_t size) {
  if (size > TAIL) {
    bytes += size - TAIL;
    size = TAIL;
  }
  size_t kept = tail->size + size > TAIL ? TAIL - size : tail->size;
  memmove(tail->text, tail->text + tail->size - kept, kept);
  memcpy(tail->text + kept, bytes, size);
  tail->size = kept + size;
}

/* As one line without an end. */
static const char *tail_line(struct tail *tail) {
  for (size_t i = 0; i < tail->size; i++)
    if ((unsigned char)tail->text[i] < ' ')
      tail->text[i] = ' ';
  while (tail->size > 0 && tail->text[tail->size - 1] == ' ')
    tail->size--;
  tail->text[tail->size] = 0;
  return tail->text + strspn(tail->text, " ");
}

/* A file, not a pipe: a hook may leave any part of it unread. */
static int open_state(const struct hook *hook, struct failure *f) {
  scoped_fd int file = memfd_create("state", MFD_CLOEXEC);
  if (file < 0)
    return fail(f, errno, "memfd_create", "the state for hook %s", hook->path);
  for (int i = 0; i < HOOK_STATE_PARTS; i++) {
    size_t size = hook->state[i] ? strlen(hook->state[i]) : 0;
    if (size && write(file, hook->state[i], size) != (ssize_t)size)
      return fail(f, errno, "write", "the state for hook %s", hook->path);
  }
  if (lseek(file, 0, SEEK_SET) < 0)
    return fail(f, errno, "lseek", "the state for hook %s", hook->path);
  return take_fd(&file);
}

static _Noreturn void become_hook(const struct hook *hook, int state, int said, int report) {
  setsid();
  umask(HOOK_UMASK);
  process_reset_signals();
  if (dup2(state, 0) >= 0 && dup2(said, 1) >= 0 && dup2(said, 2) >= 0 && sys_close_range(3, ~0U, SYS_CLOSE_RANGE_CLOEXEC) == 0)
    execve(hook->path, hook->arguments, hook->environment);
  int error = errno;
  _exit(write(report, &error, sizeof error) == (ssize_t)sizeof error ? NOT_EXECUTED : NOT_EXECUTED - 1);
}

/* Forks, not clone3: a seccomp filter that already holds may not know that. */
static int start_hook(const struct hook *hook, struct running *running, struct failure *f) {
  int said[2];
  int report[2];
  scoped_fd int state = open_state(hook, f);
  if (state < 0)
    return -1;
  if (pipe2(said, O_CLOEXEC) < 0)
    return fail(f, errno, "pipe2", "hook %s", hook->path);
  scoped_fd int said_end = said[1];
  running->said = said[0];
  if (pipe2(report, O_CLOEXEC) < 0)
    return fail(f, errno, "pipe2", "hook %s", hook->path);
  scoped_fd int report_end = report[1];
  running->report = report[0];
  running->pid = fork();
  if (running->pid == 0)
    become_hook(hook, state, said_end, report_end);
  if (running->pid < 0)
    return fail(f, errno, "fork", "hook %s", hook->path);
  return fcntl(running->said, F_SETFL, O_NONBLOCK) < 0 ? fail(f, errno, "fcntl", "hook %s", hook->path) : 0;
}

/* Takes what was written; the descriptor is closed at its end. */
static void hear(struct running *running) {
  char bytes[4096];
  ssize_t size = 0;
  while (running->said >= 0 && (size = read(running->said, bytes, sizeof bytes)) > 0)
    tail_add(&running->tail, bytes, (size_t)size);
  if (running->said >= 0 && size == 0) {
    close(running->said);
    running->said = -1;
  }
}

static uint64_t clock_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* For poll: -1 without a deadline. */
static int time_left(uint64_t deadline) {
  uint64_t now = clock_milliseconds();
  if (deadline == 0)
    return -1;
  return deadline <= now ? 0 : (int)(deadline - now < INT32_MAX ? deadline - now : INT32_MAX);
}

/* What a poll found: 1 and the status when the hook has ended, 0 when it runs on, -1 when nobody waits any more. */
static int look(struct running *running, int cancel, int timeout, int *status) {
  struct pollfd watched[] = {{.fd = running->said, .events = POLLIN}, {.fd = running->ended, .events = POLLIN}, {.fd = cancel, .events = POLLIN}};
  struct signalfd_siginfo signals;
  poll(watched, sizeof watched / sizeof *watched, timeout);
  hear(running);
  while (read(running->ended, &signals, sizeof signals) == (ssize_t)sizeof signals)
    continue;
  if (waitpid(running->pid, status, WNOHANG) == running->pid) {
    hear(running);
    return 1;
  }
  return watched[2].revents ? -1 : 0;
}

static void kill_hook(const struct running *running) {
  kill(-running->pid, SIGKILL);
  kill(running->pid, SIGKILL);
  while (waitpid(running->pid, NULL, 0) < 0 && errno == EINTR)
    continue;
}

static int judge(const struct hook *hook, struct running *running, int status, struct failure *f) {
  int error;
  if (read(running->report, &error, sizeof error) == (ssize_t)sizeof error)
    return fail(f, error, "hook", "%.160s cannot be executed", hook->path);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return 0;
  const char *said = tail_line(&running->tail);
  return fail(f, ECHILD, "hook", "%.160s ended with %s %d%s%s", hook->path, WIFEXITED(status) ? "exit code" : "signal",
              WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), *said ? ": " : "", said);
}

static int await_hook(const struct hook *hook, struct running *running, int cancel, struct failure *f) {
  uint64_t deadline = hook->timeout ? clock_milliseconds() + hook->timeout : 0;
  int status = 0;
  int left = time_left(deadline);
  int found;
  while ((found = look(running, cancel, left, &status)) == 0 && (left = time_left(deadline)) != 0)
    continue;
  if (found > 0)
    return judge(hook, running, status, f);
  kill_hook(running);
  const char *said = tail_line(&running->tail);
  if (found < 0)
    return fail(f, ECANCELED, "hook", "%.160s was killed, because nobody waits for it any more", hook->path);
  return fail(f, ETIMEDOUT, "hook", "%.160s was killed, because it had not ended after %" PRIu32 " ms%s%s", hook->path, hook->timeout,
              *said ? ": " : "", said);
}

int hook_run(const struct hook *hook, int cancel, struct failure *f) {
  struct running running = {.pid = -1, .said = -1, .report = -1, .ended = -1};
  sigset_t children;
  sigset_t kept;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_BLOCK, &children, &kept);
  running.ended = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  int result = running.ended < 0 ? fail(f, errno, "signalfd", "hook %s", hook->path) : start_hook(hook, &running, f);
  if (result == 0)
    result = await_hook(hook, &running, cancel, f);
  else if (running.pid > 0)
    kill_hook(&running);
  cleanup_close(&running.said);
  cleanup_close(&running.report);
  cleanup_close(&running.ended);
  sigprocmask(SIG_SETMASK, &kept, NULL);
  return result;
}
