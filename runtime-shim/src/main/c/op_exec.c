/* The last step: becoming the container's program. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "operations.h"
#include "syscalls.h"

/* The kernel's own layout, because libc's sigaction refuses the signals that it keeps for itself. */
struct kernel_action {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)(void);
  uint64_t mask;
};

enum { SIGNAL_COUNT = 64 };

int exec_prepare(struct program_run *run, struct failure *f) {
  if (run->exec_prepared)
    return 0;
  if (sys_close_range(3, ~0U, SYS_CLOSE_RANGE_CLOEXEC) < 0)
    return fail(f, errno, "close_range", "CLOSE_RANGE_CLOEXEC");
  struct kernel_action standard = {.handler = SIG_DFL};
  for (int signal = 1; signal <= SIGNAL_COUNT; signal++)
    if (signal != SIGKILL && signal != SIGSTOP && syscall(SYS_rt_sigaction, signal, &standard, NULL, sizeof standard.mask) < 0)
      return fail(f, errno, "rt_sigaction", "signal %d", signal);
  uint64_t none = 0;
  if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none) < 0)
    return fail_call(f, "rt_sigprocmask");
  run->exec_prepared = true;
  return 0;
}

char **text_array(const struct argument *argument) {
  char **texts = calloc((size_t)argument->number + 1, sizeof *texts);
  struct reader list = argument->list;
  for (uint64_t i = 0; texts && i < argument->number; i++)
    texts[i] = (char *)(uintptr_t)list_text(&list);
  return texts;
}

static const char *search_path(char *const environment[]) {
  for (; *environment; environment++)
    if (strncmp(*environment, "PATH=", 5) == 0)
      return *environment + 5;
  return "";
}

/* Tries each directory of PATH. Like execvp: what may not be executed is passed over, and told when nothing else is found. The current
 * directory, which an empty part means elsewhere, is never searched. */
static int search_and_execute(char *const arguments[], char *const environment[], struct failure *f) {
  const char *search = search_path(environment);
  bool refused = false;
  for (const char *part = search + strspn(search, ":"); *part; part += strspn(part, ":")) {
    size_t size = strcspn(part, ":");
    char file[PATH_MAX];
    int length = snprintf(file, sizeof file, "%.*s/%s", (int)size, part, arguments[0]);
    part += size;
    if (length < 0 || (size_t)length >= sizeof file)
      continue;
    execve(file, arguments, environment);
    if (errno == EACCES)
      refused = true;
    else if (errno != ENOENT && errno != ENOTDIR)
      return fail(f, errno, "execve", "%s", file);
  }
  if (refused)
    return fail(f, EACCES, "execve", "\"%s\" may not be executed where PATH leads", arguments[0]);
  return fail(f, ENOENT, "execve", "\"%s\": executable file not found in PATH (%s)", arguments[0], search);
}

int op_execve(const struct args *args, struct program_run *run, struct failure *f) {
  scoped_memory char **arguments = text_array(&args->at[0]);
  scoped_memory char **environment = text_array(&args->at[1]);
  if (!arguments || !environment)
    return fail(f, ENOMEM, "execve", "%" PRIu64 " arguments, %" PRIu64 " variables", args->at[0].number, args->at[1].number);
  if (!arguments[0] || !*arguments[0])
    return fail(f, EINVAL, "execve", "no program is named");
  if (exec_prepare(run, f) < 0)
    return -1;
  if (!strchr(arguments[0], '/'))
    return search_and_execute(arguments, environment, f);
  execve(arguments[0], arguments, environment);
  return fail(f, errno, "execve", "%s", arguments[0]);
}
