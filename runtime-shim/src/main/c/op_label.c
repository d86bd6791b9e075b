/* What a security module judges by, apart from the label of the next execve: labels of files, and the keys that a process holds. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cleanup.h"
#include "operations.h"
#include "syscalls.h"

enum { JOIN_SESSION_KEYRING = 1 };

/* A file system that keeps no labels is judged by what the policy says of its type. */
int op_label(const struct args *args, struct program_run *run, struct failure *f) {
  int tree = slot_descriptor(run, &args->at[0], f);
  if (tree < 0)
    return -1;
  scoped_fd int root = sys_openat2(tree, ".", O_RDONLY | O_DIRECTORY, 0, 0);
  if (root < 0)
    return fail_call(f, "openat2");
  const char *label = args->at[1].text;
  if (fsetxattr(root, "security.selinux", label, strlen(label), 0) < 0 && errno != ENOTSUP)
    return fail_call(f, "fsetxattr");
  return 0;
}

/* A kernel without keys has none to leave behind; where a filter forbids the call, what started us holds none for us either. */
int op_session_keyring(const struct args *args, struct program_run *run, struct failure *f) {
  (void)args;
  (void)run;
  if (syscall(SYS_keyctl, JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS && errno != EPERM)
    return fail_call(f, "keyctl");
  return 0;
}
