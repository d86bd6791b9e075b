#include "kit_tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int checks;
static int failures;

bool tap_ok(bool passed, const char *name, ...) {
  va_list arguments;
  printf("%sok %d - ", passed ? "" : "not ", ++checks);
  va_start(arguments, name);
  vprintf(name, arguments);
  va_end(arguments);
  putchar('\n');
  failures += !passed;
  return passed;
}

static void show(const char *text) {
  for (; *text; text += strspn(text, "\n")) {
    size_t size = strcspn(text, "\n");
    printf("# %.*s\n", (int)size, text);
    text += size;
  }
}

bool tap_contains(const char *text, const char *part, const char *name) {
  if (tap_ok(strstr(text, part) != NULL, "%s", name))
    return true;
  printf("# expected to find: %s\n# in:\n", part);
  show(text);
  return false;
}

bool tap_lacks(const char *text, const char *part, const char *name) {
  if (tap_ok(strstr(text, part) == NULL, "%s", name))
    return true;
  printf("# expected not to find: %s\n# in:\n", part);
  show(text);
  return false;
}

void tap_skip(const char *name, const char *reason) { printf("ok %d - %s # SKIP %s\n", ++checks, name, reason); }

int tap_done(void) {
  printf("1..%d\n", checks);
  return failures == 0 ? 0 : 1;
}
