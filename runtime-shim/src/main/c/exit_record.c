#include "exit_record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"

uint64_t exit_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct exit_status exit_status_of(const siginfo_t *information) {
  uint32_t status = (uint32_t)information->si_status;
  bool signalled = information->si_code != CLD_EXITED;
  return (struct exit_status){.code = signalled ? 128 + status : status, .signal = signalled ? status : 0, .time = exit_clock()};
}

int exit_record_write(const char *path, const struct exit_status *status, struct failure *f) {
  char temporary[PATH_MAX];
  char text[128];
  int size = snprintf(text, sizeof text, "{\"exitCode\":%u,\"signal\":%u,\"exitedAt\":%llu}\n", status->code, status->signal,
                      (unsigned long long)status->time);
  if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int)sizeof temporary)
    return fail(f, ENAMETOOLONG, "write exit record", "%s", path);
  scoped_fd int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail(f, errno, "open exit record", "%s", temporary);
  if (write(fd, text, (size_t)size) != size)
    return fail(f, errno, "write exit record", "%s", temporary);
  if (rename(temporary, path) < 0)
    return fail(f, errno, "rename exit record", "%s", path);
  return 0;
}
