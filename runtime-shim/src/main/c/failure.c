#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

int fail(struct failure *f, int error, const char *step, const char *detail, ...) {
  f->error = error;
  snprintf(f->step, sizeof f->step, "%s", step);
  va_list arguments;
  va_start(arguments, detail);
  vsnprintf(f->detail, sizeof f->detail, detail, arguments);
  va_end(arguments);
  return -1;
}
