#include "daemonize.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "syscalls.h"

static const char SELF[] = "/proc/self/exe";
static const char SEALED_NAME[] = "windlass-zygote"; /* argv[0] after the replacement */

int seal_binary(char *const *arguments, struct failure *f) {
  struct statvfs mount;
  if (statvfs(SELF, &mount) < 0)
    return fail(f, errno, "statvfs", "%s", SELF);
  if (mount.f_flag & ST_RDONLY && mount.f_flag & ST_NOSUID)
    return 0;
  if (strcmp(arguments[0], SEALED_NAME) == 0)
    return fail(f, EROFS, "execveat", "%s is still writable in its read-only clone", SELF);
  scoped_fd int clone = sys_open_tree(AT_FDCWD, SELF, SYS_OPEN_TREE_CLONE);
  struct sys_mount_attr attributes = {.set = SYS_MOUNT_ATTR_RDONLY | SYS_MOUNT_ATTR_NOSUID};
  if (clone < 0)
    return fail(f, errno, "open_tree", "%s", SELF);
  if (sys_mount_setattr(clone, "", SYS_AT_EMPTY_PATH, &attributes) < 0)
    return fail(f, errno, "mount_setattr", "%s", SELF);
  char *sealed[8] = {(char *)(uintptr_t)SEALED_NAME};
  for (size_t i = 1; i + 1 < sizeof sealed / sizeof *sealed && arguments[i]; i++)
    sealed[i] = arguments[i];
  syscall(SYS_execveat, clone, "", sealed, environ, SYS_AT_EMPTY_PATH);
  return fail(f, errno, "execveat", "%s", SELF);
}

int lock_state(const char *state, struct failure *f) {
  char path[PATH_MAX];
  char pid[32] = "";
  snprintf(path, sizeof path, "%s/zygote.lock", state);
  scoped_fd int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail(f, errno, "open", "%s", path);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0)
    return take_fd(&fd);
  int error = errno;
  if (error != EWOULDBLOCK)
    return fail(f, error, "flock", "%s", path);
  ssize_t size = read(fd, pid, sizeof pid - 1);
  pid[size > 0 ? strcspn(pid, "\n") : 0] = 0;
  return fail(f, EBUSY, "start", "another zygote (pid %s) serves %s", pid, state);
}

/* In the background: own session, no terminal, nothing of the caller's kept. */
static int detach(const char *log_path, struct failure *f) {
  umask(022);
  if (chdir("/") < 0)
    return fail(f, errno, "chdir", "/");
  scoped_fd int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  scoped_fd int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (null < 0 || log < 0)
    return fail(f, errno, "open", "%s", null < 0 ? "/dev/null" : log_path);
  if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(log, 2) < 0)
    return fail(f, errno, "dup2", "standard streams");
  return 0;
}

static int await_report(int report, struct failure *f) {
  ssize_t size;
  do
    size = read(report, f, sizeof *f);
  while (size < 0 && errno == EINTR);
  if (size != (ssize_t)sizeof *f)
    return fail(f, ECHILD, "start", "the zygote ended before it listened");
  return f->error ? -1 : 0;
}

int daemonize(const char *log_path, int *done, struct failure *f) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0)
    return fail(f, errno, "pipe2", "start");
  pid_t child = fork();
  if (child < 0)
    return fail(f, errno, "fork", "start");
  if (child > 0) {
    close(ends[1]);
    waitpid(child, NULL, 0);
    *done = 1;
    int result = await_report(ends[0], f);
    close(ends[0]);
    return result;
  }
  close(ends[0]);
  setsid();
  child = fork();
  if (child != 0)
    _exit(child < 0);
  *done = 0;
  if (detach(log_path, f) == 0)
    return ends[1];
  daemonize_ready(ends[1], f);
  _exit(1);
}

void daemonize_ready(int report, const struct failure *f) {
  struct failure none = {0};
  ssize_t written = write(report, f ? f : &none, sizeof none);
  (void)written; /* nobody waits any more */
  close(report);
}
