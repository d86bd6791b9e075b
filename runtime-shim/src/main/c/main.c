/* windlass-shim: starts a zygote, from which every shim is forked; or becomes another program with a connected socket. */
#include <stdio.h>
#include <string.h>

#include "connect.h"
#include "failure.h"
#include "zygote.h"

static int report(const char *what, const struct failure *f) {
  fprintf(stderr, "windlass-shim: cannot %s: %s: %s: %s\n", what, f->step, f->detail, strerror(f->error));
  return 1;
}

int main(int count, char **arguments) {
  struct failure f = {0};
  if (count == 2 && strcmp(arguments[1], "--version") == 0) {
    puts("windlass-shim " WINDLASS_VERSION);
    return 0;
  }
  if (count == 4 && strcmp(arguments[1], "connect") == 0) {
    connect_and_execute(arguments[2], arguments[3], &f);
    return report("start a program", &f);
  }
  if (count != 4 || strcmp(arguments[1], "zygote") != 0 || strcmp(arguments[2], "--state") != 0) {
    fputs("usage: windlass-shim zygote --state FOLDER\n       windlass-shim connect SOCKET PROGRAM\n       windlass-shim --version\n", stderr);
    return 2;
  }
  if (zygote_start(arguments[3], arguments, &f) == 0)
    return 0;
  return report("start a zygote", &f);
}
