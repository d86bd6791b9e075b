#include "restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "container.h"
#include "process.h"
#include "syscalls.h"

enum { LONGEST_NUMBER = 32 };

bool restore_pending(const struct container *container) { return container->restored_file && container->state == CONTAINER_STARTING; }

/* The process whose number was written, or -1. */
static pid_t restored_process(const struct container *container) {
  char text[LONGEST_NUMBER];
  scoped_fd int file = open(container->restored_file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (size <= 0)
    return -1;
  text[size] = 0;
  long number = strtol(text, NULL, 10);
  return number > 1 && number <= INT32_MAX ? (pid_t)number : -1;
}

int restore_take(struct container *container, const siginfo_t *information, struct failure *f) {
  if (information->si_code != CLD_EXITED || information->si_status != 0)
    return fail(f, ECHILD, "restore", "the restoring program ended with %s %d", information->si_code == CLD_EXITED ? "status" : "signal",
                information->si_status);
  pid_t pid = restored_process(container);
  if (pid < 0)
    return fail(f, ECHILD, "restore", "the restoring program named no process in %s", container->restored_file);
  bool ended = container->restored_end.si_pid == pid;
  int pidfd = ended ? -1 : sys_pidfd_open(pid, 0);
  if (!ended && pidfd < 0)
    return fail(f, errno, "pidfd_open", "restored process %d", pid);
  cleanup_close(&container->launch.pidfd);
  container->launch.pidfd = pidfd;
  container->launch.pid = pid;
  container->start_time = process_start_time(pid);
  free(container->restored_file);
  container->restored_file = NULL;
  return 0;
}

void restore_note(struct shim *shim, const siginfo_t *information) {
  for (struct container *at = shim->containers; at; at = at->next)
    if (restore_pending(at) && restored_process(at) == information->si_pid)
      at->restored_end = *information;
}
