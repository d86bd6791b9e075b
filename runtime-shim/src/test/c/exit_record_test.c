/* Exit records and statuses. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit_record.h"
#include "kit_tap.h"

static struct exit_status status_of_child(int code, int signal) {
  pid_t pid = fork();
  if (pid == 0) {
    if (signal)
      raise(signal);
    _exit(code);
  }
  siginfo_t information;
  waitid(P_PID, (id_t)pid, &information, WEXITED);
  return exit_status_of(&information);
}

int main(void) {
  char folder[] = "/tmp/windlass-exit-XXXXXX";
  char path[64];
  char temporary[80];
  char text[256] = "";
  struct failure f;
  if (!mkdtemp(folder))
    return 1;
  snprintf(path, sizeof path, "%s/exit", folder);
  snprintf(temporary, sizeof temporary, "%s.tmp", path);

  struct exit_status status = status_of_child(7, 0);
  tap_ok(status.code == 7 && status.signal == 0, "an exit code is itself");
  tap_ok(status.time > UINT64_C(1700000000000000000), "the time is in nanoseconds since the epoch");
  status = status_of_child(0, SIGKILL);
  tap_ok(status.code == 137 && status.signal == SIGKILL, "a signal is 128 and its number");

  status = (struct exit_status){.code = 143, .signal = 15, .time = UINT64_C(1767323045123456789)};
  tap_ok(exit_record_write(path, &status, &f) == 0, "a record is written");
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t size = read(fd, text, sizeof text - 1);
  tap_ok(size > 0 && strcmp(text, "{\"exitCode\":143,\"signal\":15,\"exitedAt\":1767323045123456789}\n") == 0, "as one JSON object: %s", text);
  tap_ok(access(temporary, F_OK) < 0, "no temporary file is left");
  tap_ok(exit_record_write("/nonexistent/folder/exit", &status, &f) == -1 && f.error == ENOENT, "a missing folder is a failure");
  tap_contains(f.detail, "/nonexistent/folder/exit.tmp", "which names the file");
  close(fd);
  unlink(path);
  rmdir(folder);
  return tap_done();
}
