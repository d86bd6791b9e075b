#include "standard_streams.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cleanup.h"

static void close_all(int *fds) {
  for (int i = 0; i < 3; i++) {
    cleanup_close(&fds[i]);
    fds[i] = -1;
  }
}

int stdio_open(struct stdio *stdio, bool with_input, bool terminal, struct failure *f) {
  memset(stdio, 0xff, sizeof *stdio);
  for (int i = terminal ? 3 : with_input ? 0 : 1; i < 3; i++) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
      fail(f, errno, "pipe2", "standard stream %d", i);
      stdio_close(stdio);
      return -1;
    }
    stdio->process[i] = ends[i == 0 ? 0 : 1];
    stdio->shim[i] = ends[i == 0 ? 1 : 0];
  }
  return 0;
}

void stdio_close_process(struct stdio *stdio) { close_all(stdio->process); }

void stdio_close(struct stdio *stdio) {
  close_all(stdio->process);
  close_all(stdio->shim);
}

int terminal_resize(int master, uint32_t columns, uint32_t rows, struct failure *f) {
  struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
  return ioctl(master, TIOCSWINSZ, &size) < 0 ? fail(f, errno, "TIOCSWINSZ", "%u columns, %u rows", columns, rows) : 0;
}
