/* windlass-shim: starts a zygote, from which every shim is forked. */
#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "zygote.h"

int main(int count, char **arguments) {
  struct failure f = {0};
  if (count == 2 && strcmp(arguments[1], "--version") == 0) {
    puts("windlass-shim " WINDLASS_VERSION);
    return 0;
  }
  if (count != 4 || strcmp(arguments[1], "zygote") != 0 || strcmp(arguments[2], "--state") != 0) {
    fputs("usage: windlass-shim zygote --state FOLDER\n       windlass-shim --version\n", stderr);
    return 2;
  }
  if (zygote_start(arguments[3], arguments, &f) == 0)
    return 0;
  fprintf(stderr, "windlass-shim: cannot start a zygote: %s: %s: %s\n", f.step, f.detail, strerror(f.error));
  return 1;
}
