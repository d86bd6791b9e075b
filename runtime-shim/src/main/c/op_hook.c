/* Hooks that run in the container's namespaces, and the root as they find it: attached, with all mounts in it, and not yet pivoted to. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "hook.h"
#include "operations.h"

int op_attach_root(const struct args *args, struct program_run *run, struct failure *f) {
  int tree = slot_descriptor(run, &args->at[0], f);
  if (tree < 0)
    return -1;
  if (run->attached)
    return fail(f, EINVAL, "arguments", "the root is attached already");
  if (attach_root(tree, args->at[1].text, run, f) < 0)
    return -1;
  int root = fcntl(tree, F_DUPFD_CLOEXEC, 3);
  if (root < 0)
    return fail_call(f, "fcntl");
  if (run->root >= 0)
    close(run->root);
  run->root = root;
  run->attached = true;
  return 0;
}

int op_hook(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  scoped_memory char **arguments = text_array(&args->at[1]);
  scoped_memory char **environment = text_array(&args->at[2]);
  if (!arguments || !environment)
    return fail(f, ENOMEM, "hook", "%" PRIu64 " arguments, %" PRIu64 " variables", args->at[1].number, args->at[2].number);
  if (!arguments[0])
    return fail(f, EINVAL, "arguments", "a hook has at least one argument");
  char pid[16];
  snprintf(pid, sizeof pid, "%d", getpid());
  struct hook hook = {args->at[0].text, arguments, environment, (uint32_t)args->at[3].number, {args->at[4].text, pid, args->at[5].text}};
  return hook_run(&hook, -1, f);
}
