/* User namespaces that only serve to map the ids of mounts. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "operations.h"
#include "process.h"
#include "syscalls.h"

/* Holds the namespace until it is killed, or until whoever made it is gone. */
static _Noreturn void hold(int end) {
  char byte;
  process_reset_signals();
  process_close_others(&end, 1);
  while (read(end, &byte, 1) < 0 && errno == EINTR)
    continue;
  _exit(0);
}

static int write_map(pid_t pid, const char *name, const char *map, struct failure *f) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  return process_write_file(AT_FDCWD, path, map) < 0 ? fail(f, errno, name, "%s", map) : 0;
}

static int open_namespace(pid_t pid, struct failure *f) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/user", pid);
  int namespace = open(path, O_RDONLY | O_CLOEXEC);
  return namespace < 0 ? fail(f, errno, "open", "%s", path) : namespace;
}

static void end(int pidfd) {
  siginfo_t information;
  sys_pidfd_send_signal(pidfd, SIGKILL);
  while (waitid(P_PIDFD, (id_t)pidfd, &information, WEXITED) < 0 && errno == EINTR)
    continue;
}

int op_user_namespace(const struct args *args, struct program_run *run, struct failure *f) {
  int pair[2];
  if (pipe2(pair, O_CLOEXEC) < 0)
    return fail_call(f, "pipe2");
  scoped_fd int wait_end = pair[0];
  scoped_fd int held_end = pair[1];
  scoped_fd int pidfd = -1;
  pid_t pid = process_clone(SYS_CLONE_NEWUSER, -1, &pidfd);
  if (pid == 0)
    hold(wait_end);
  if (pid < 0)
    return fail_call(f, "clone3");
  int namespace = -1;
  if (write_map(pid, "uid_map", args->at[1].text, f) == 0 && write_map(pid, "gid_map", args->at[2].text, f) == 0)
    namespace = open_namespace(pid, f);
  end(pidfd);
  if (namespace < 0)
    return -1;
  slot_put(run, &args->at[0], namespace);
  return 0;
}

int op_map_ids(const struct args *args, struct program_run *run, struct failure *f) {
  int mount = slot_descriptor(run, &args->at[0], f);
  int userns = mount < 0 ? -1 : slot_descriptor(run, &args->at[1], f);
  if (userns < 0)
    return -1;
  struct sys_mount_attr attributes = {.set = SYS_MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)userns};
  unsigned recursive = args->at[3].number ? SYS_AT_RECURSIVE : 0;
  if (sys_mount_setattr(mount, "", SYS_AT_EMPTY_PATH | recursive, &attributes) < 0)
    return fail_call(f, "mount_setattr");
  return 0;
}
