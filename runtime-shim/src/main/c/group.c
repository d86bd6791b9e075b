#include "group.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "process.h"

enum { REMOVE_ATTEMPTS = 500, SWEEPS = 64 };

struct removal {
  struct loop_chore chore;
  char *path;
  bool release;
  int attempts;
};

int group_make(const char *parent, const char *name, char **path, struct failure *f) {
  scoped_memory char *made = NULL;
  if (asprintf(&made, "%s/%s", parent, name) < 0)
    return fail(f, ENOMEM, "mkdir", "%s/%s", parent, name);
  if (mkdir(made, 0755) < 0)
    return fail(f, errno, "mkdir", "%s", made);
  int fd = open(made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    fail(f, errno, "open", "%s", made);
    rmdir(made);
    return -1;
  }
  *path = take_pointer(&made);
  return fd;
}

/* Does `act` for each process of the group; returns how many there were. */
static int each_process(int group, void (*act)(int group, const char *pid)) {
  scoped_fd int fd = openat(group, "cgroup.procs", O_RDONLY | O_CLOEXEC);
  char text[4096];
  ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  int count = 0;
  text[size > 0 ? size : 0] = 0;
  char *rest = text;
  for (char *pid = strsep(&rest, "\n"); pid && rest; pid = strsep(&rest, "\n"), count++)
    act(group, pid);
  return count;
}

static void kill_process(int group, const char *pid) {
  (void)group;
  long number = strtol(pid, NULL, 10);
  if (number > 1) /* 0 stands for a process that our PID namespace cannot see, and would mean our own group */
    kill((pid_t)number, SIGKILL);
}

static void move_to_parent(int group, const char *pid) { process_write_file(group, "../cgroup.procs", pid); }

int group_kill(const char *path, struct failure *f) {
  scoped_fd int group = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (group < 0)
    return fail(f, errno, "open", "%s", path);
  if (process_write_file(group, "cgroup.kill", "1") == 0)
    return 0;
  if (errno != ENOENT && errno != ENODEV) /* ENODEV: systemd has just removed the group, as its last process has ended */
    return fail(f, errno, "write", "%s/cgroup.kill", path);
  for (int sweep = 0; sweep < SWEEPS && each_process(group, kill_process) > 0; sweep++)
    continue;
  return 0;
}

static bool attempt(struct loop_chore *chore) {
  struct removal *removal = container_of(chore, struct removal, chore);
  if (rmdir(removal->path) < 0 && errno == EBUSY) {
    scoped_fd int group = removal->release ? open(removal->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    for (int sweep = 0; group >= 0 && sweep < SWEEPS && each_process(group, move_to_parent) > 0; sweep++)
      continue;
    if ((group < 0 || rmdir(removal->path) < 0) && removal->attempts++ < REMOVE_ATTEMPTS)
      return false;
  }
  free(removal->path);
  free(removal);
  return true;
}

void group_remove(struct loop *loop, char *path, bool release) {
  struct removal *removal = calloc(1, sizeof *removal);
  if (!removal) {
    rmdir(path);
    free(path);
    return;
  }
  *removal = (struct removal){.chore.attempt = attempt, .path = path, .release = release};
  if (!attempt(&removal->chore))
    loop_add_chore(loop, &removal->chore);
}
