#include "pod_init.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "process.h"
#include "syscalls.h"

enum { MOST_MAPPINGS = 340 }; /* the kernel's own limit */

/* Root of its own user namespace, once that has its maps; a namespace without root leaves it as it is. */
static void become_root(int go) {
  char byte;
  if (read(go, &byte, 1) != 1)
    _exit(1); /* the maps were not written */
  syscall(SYS_setgroups, 0, NULL);
  syscall(SYS_setresgid, 0, 0, 0);
  syscall(SYS_setresuid, 0, 0, 0);
}

static _Noreturn void reap_for_ever(int starter) {
  process_close_others(&starter, 1);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  become_root(starter);
  prctl(PR_SET_NAME, "windlass-init", 0, 0, 0);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  /* Only now may others come into its namespaces. */
  if (write(starter, "", 1) != 1)
    _exit(1);
  close(starter);
  for (;;) {
    siginfo_t information;
    sigwaitinfo(&all, &information);
    while (waitpid(-1, NULL, WNOHANG) > 0)
      continue;
  }
}

static int write_map(pid_t pid, const char *name, struct fields map, struct failure *f) {
  char path[64];
  struct bytes text = {0};
  uint32_t count = take_u32(&map);
  if (count == 0 || count > MOST_MAPPINGS)
    return fail(f, EINVAL, name, "%u mappings", count);
  for (; count > 0; count--) {
    char line[64];
    uint32_t inside = take_u32(&map);
    uint32_t outside = take_u32(&map);
    bytes_append(&text, line, (size_t)snprintf(line, sizeof line, "%u %u %u\n", inside, outside, take_u32(&map)));
  }
  bytes_append(&text, "", 1);
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  int result = text.failed ? -1 : process_write_file(AT_FDCWD, path, (const char *)text.data);
  if (result < 0)
    fail(f, errno, name, "%s", text.failed ? "no memory" : (const char *)text.data);
  bytes_free(&text);
  return result;
}

/* Lets it begin, and waits until it is what it will be. */
static int begin(int init, struct failure *f) {
  char byte;
  ssize_t size;
  if (send(init, "", 1, MSG_NOSIGNAL) != 1)
    return fail(f, errno, "send", "the pod's init");
  do
    size = read(init, &byte, 1);
  while (size < 0 && errno == EINTR);
  return size == 1 ? 0 : fail(f, size < 0 ? errno : ESRCH, "read", "the pod's init has ended");
}

pid_t pod_init_start(uint64_t flags, struct fields uid_map, struct fields gid_map, int *pidfd, struct failure *f) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    return fail(f, errno, "socketpair", "the pod's init");
  scoped_fd int init = ends[0];
  int starter = ends[1];
  pid_t pid = process_clone(flags, -1, pidfd);
  if (pid == 0)
    reap_for_ever(starter);
  int error = errno;
  close(starter);
  if (pid < 0)
    return fail(f, error, "clone3", "namespaces 0x%llx of the pod", (unsigned long long)flags);
  if (!(flags & CLONE_NEWUSER) || (write_map(pid, "uid_map", uid_map, f) == 0 && write_map(pid, "gid_map", gid_map, f) == 0))
    if (begin(init, f) == 0)
      return pid;
  pod_init_end(pidfd);
  return -1;
}

void pod_init_end(int *pidfd) {
  siginfo_t information = {0};
  if (*pidfd < 0)
    return;
  pid_t pid = process_of(*pidfd);
  sys_pidfd_send_signal(*pidfd, SIGKILL);
  bool ours = waitid(P_PIDFD, (id_t)*pidfd, &information, WEXITED | WNOHANG | WNOWAIT) == 0;
  /* Whatever else of ours ends is reaped, too: in the same namespace its zombie would keep the init from ending. */
  while (ours && waitid(P_ALL, 0, &information, WEXITED) == 0 && information.si_pid != pid)
    continue;
  close(*pidfd);
  *pidfd = -1;
}
