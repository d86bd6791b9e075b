/* Mounts: made detached, changed while nobody sees them, and attached by descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "cleanup.h"
#include "operations.h"
#include "paths.h"
#include "syscalls.h"

enum { TREE_RECURSIVE = 1, TREE_NO_FOLLOW = 2 };

enum move_make { MOVE_MUST_EXIST, MOVE_TO_DIRECTORY, MOVE_TO_FILE, MOVE_AS_SOURCE };

enum option_kind { OPTION_FLAG = 0, OPTION_STRING = 1, OPTION_DESCRIPTOR = 5 };

/* Puts a detached clone of the mount that `place` refers to into the slot. */
static int clone_tree(struct program_run *run, const struct argument *slot, int place, uint64_t flags, struct failure *f) {
  unsigned recursive = flags & TREE_RECURSIVE ? SYS_AT_RECURSIVE : 0;
  int tree = sys_open_tree(place, "", SYS_OPEN_TREE_CLONE | SYS_AT_EMPTY_PATH | recursive);
  if (tree < 0)
    return fail_call(f, "open_tree");
  slot_put(run, slot, tree);
  return 0;
}

static uint64_t open_flags(uint64_t flags) { return (uint64_t)O_PATH | (flags & TREE_NO_FOLLOW ? O_NOFOLLOW : 0); }

int op_open_tree(const struct args *args, struct program_run *run, struct failure *f) {
  uint64_t flags = args->at[2].number;
  scoped_fd int place = path_open(run, args->at[1].text, open_flags(flags));
  if (place < 0)
    return fail_call(f, "openat2");
  return clone_tree(run, &args->at[0], place, flags, f);
}

int op_open_tree_in(const struct args *args, struct program_run *run, struct failure *f) {
  uint64_t flags = args->at[3].number;
  scoped_fd int root = path_open(run, args->at[1].text, O_PATH | O_DIRECTORY);
  if (root < 0)
    return fail(f, errno, "openat2", "%s", args->at[1].text);
  scoped_fd int place = sys_openat2(root, args->at[2].text, open_flags(flags), 0, SYS_RESOLVE_IN_ROOT | SYS_RESOLVE_NO_MAGICLINKS);
  if (place < 0)
    return fail(f, errno, "openat2", "inside %s", args->at[1].text);
  return clone_tree(run, &args->at[0], place, flags, f);
}

int op_mount_attr(const struct args *args, struct program_run *run, struct failure *f) {
  int mount = slot_descriptor(run, &args->at[0], f);
  if (mount < 0)
    return -1;
  struct sys_mount_attr attributes = {.set = args->at[1].number, .clear = args->at[2].number, .propagation = args->at[3].number};
  if (argument_slot(&args->at[4]) != NO_SLOT) {
    int userns = slot_descriptor(run, &args->at[4], f);
    if (userns < 0)
      return -1;
    attributes.userns_fd = (uint64_t)userns;
    attributes.set |= SYS_MOUNT_ATTR_IDMAP;
  }
  unsigned recursive = args->at[5].number ? SYS_AT_RECURSIVE : 0;
  if (sys_mount_setattr(mount, "", SYS_AT_EMPTY_PATH | recursive, &attributes) < 0)
    return fail(f, errno, "mount_setattr", "set %#" PRIx64 ", clear %#" PRIx64 ", propagation %#" PRIx64 "%s", attributes.set,
                attributes.clear, attributes.propagation, recursive ? ", recursively" : "");
  return 0;
}

/* The kernel's own words about a file system context, which explain more than errno does. */
static int context_failure(int context, const char *step, const char *key, struct failure *f) {
  int error = errno;
  char words[384] = "";
  size_t used = 0;
  ssize_t size;
  while (used + 2 < sizeof words && (size = read(context, words + used, sizeof words - used - 2)) > 0) {
    used += (size_t)size;
    while (used > 0 && words[used - 1] == '\n')
      used--;
    words[used++] = ';';
  }
  words[used > 0 ? used - 1 : 0] = 0;
  return fail(f, error, step, "%s%s%s", key, *words ? ": " : "", words);
}

/* The descriptor in the slot that the value of an option names in decimal. */
static int option_descriptor(const char *key, const char *value, const struct program_run *run, struct failure *f) {
  char *end;
  unsigned long slot = strtoul(value, &end, 10);
  if (*value == 0 || *end != 0 || slot >= PROGRAM_SLOTS || run->slots[slot] < 0)
    return fail(f, EBADF, "fsconfig", "%s: \"%s\" is no slot with a descriptor", key, value);
  return run->slots[slot];
}

/* One option of FSMOUNT: kind, key, value. What a descriptor is of is handed over as such, or, once it is attached, by its path. */
static int set_option(int context, struct reader *options, bool attached, const struct program_run *run, struct failure *f) {
  uint32_t kind = list_number(options);
  const char *key = list_text(options);
  const char *value = list_text(options);
  int result;
  if (kind == OPTION_FLAG) {
    result = sys_fsconfig(context, SYS_FSCONFIG_SET_FLAG, key, NULL, 0);
  } else if (kind == OPTION_STRING) {
    result = sys_fsconfig(context, SYS_FSCONFIG_SET_STRING, key, value, 0);
  } else if (kind == OPTION_DESCRIPTOR) {
    int descriptor = option_descriptor(key, value, run, f);
    if (descriptor < 0)
      return -1;
    char path[sizeof "/proc/self/fd/" + 3 * sizeof descriptor];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    result = attached ? sys_fsconfig(context, SYS_FSCONFIG_SET_STRING, key, path, 0)
                      : sys_fsconfig(context, SYS_FSCONFIG_SET_FD, key, NULL, descriptor);
  } else {
    return fail(f, EINVAL, "fsconfig", "%s: unknown kind %" PRIu32, key, kind);
  }
  return result < 0 ? context_failure(context, "fsconfig", key, f) : 0;
}

static int make_mount(const struct args *args, bool attached, struct program_run *run, struct failure *f) {
  scoped_fd int context = sys_fsopen(args->at[1].text);
  if (context < 0)
    return fail_call(f, "fsopen");
  struct reader options = args->at[3].list;
  for (uint64_t i = 0; i < args->at[3].number; i++)
    if (set_option(context, &options, attached, run, f) < 0)
      return -1;
  if (sys_fsconfig(context, SYS_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
    return context_failure(context, "fsconfig", "create", f);
  int mount = sys_fsmount(context, args->at[2].number);
  if (mount < 0)
    return context_failure(context, "fsmount", "", f);
  slot_put(run, &args->at[0], mount);
  return 0;
}

int op_fsmount(const struct args *args, struct program_run *run, struct failure *f) { return make_mount(args, false, run, f); }

static const struct sys_mount_attr ALONE = {.propagation = MS_PRIVATE};

/* Attaches the trees that options name, each over the one before: whoever looks them up by their descriptors sees each alone. A clone of a
 * shared mount is its peer, so that whatever is attached over it would be attached over the host's, too. */
static int attach_trees(const struct args *args, const char *where, const struct program_run *run, struct failure *f) {
  struct reader options = args->at[3].list;
  for (uint64_t i = 0; i < args->at[3].number; i++) {
    uint32_t kind = list_number(&options);
    const char *key = list_text(&options);
    const char *value = list_text(&options);
    if (kind != OPTION_DESCRIPTOR)
      continue;
    int tree = option_descriptor(key, value, run, f);
    if (tree < 0)
      return -1;
    if (sys_mount_setattr(tree, "", SYS_AT_EMPTY_PATH, &ALONE) < 0)
      return fail(f, errno, "mount_setattr", "%s of slot %s", key, value);
    if (sys_move_mount(tree, "", AT_FDCWD, where, SYS_MOVE_MOUNT_F_EMPTY_PATH) < 0)
      return fail(f, errno, "move_mount", "%s of slot %s", key, value);
  }
  return 0;
}

static int mount_attached(const struct args *args, struct program_run *run, struct failure *f) {
  if (sys_mount_setattr(AT_FDCWD, "/", SYS_AT_RECURSIVE, &ALONE) < 0)
    return fail(f, errno, "mount_setattr", "/");
  if (attach_trees(args, args->at[4].text, run, f) < 0)
    return -1;
  return make_mount(args, true, run, f);
}

int op_fsmount_apart(const struct args *args, struct program_run *run, struct failure *f) {
  scoped_fd int home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  if (home < 0)
    return fail(f, errno, "open", "/proc/self/ns/mnt");
  if (unshare(CLONE_NEWNS) < 0)
    return fail(f, errno, "unshare", "a mount namespace for the moment");
  int result = mount_attached(args, run, f);
  if (setns(home, CLONE_NEWNS) < 0)
    abort(); /* every later mount would be made where nobody sees it; the zygote starts a new shim */
  return result;
}

static int target_make(int mount, uint64_t make, enum path_make *result, struct failure *f) {
  struct stat source;
  switch (make) {
  case MOVE_MUST_EXIST:
    *result = PATH_MUST_EXIST;
    return 0;
  case MOVE_TO_DIRECTORY:
    *result = PATH_MAKE_DIRECTORY;
    return 0;
  case MOVE_TO_FILE:
    *result = PATH_MAKE_FILE;
    return 0;
  case MOVE_AS_SOURCE:
    if (fstat(mount, &source) < 0)
      return fail_call(f, "fstat");
    *result = S_ISDIR(source.st_mode) ? PATH_MAKE_DIRECTORY : PATH_MAKE_FILE;
    return 0;
  default:
    return fail(f, EINVAL, "arguments", "unknown way %" PRIu64 " to make the target", make);
  }
}

int op_move_mount(const struct args *args, struct program_run *run, struct failure *f) {
  int mount = slot_descriptor(run, &args->at[0], f);
  enum path_make make = PATH_MUST_EXIST;
  if (mount < 0 || target_make(mount, args->at[2].number, &make, f) < 0)
    return -1;
  scoped_fd int target = path_ensure(run, args->at[1].text, make);
  if (target < 0)
    return fail_call(f, make == PATH_MUST_EXIST ? "openat2" : "making the target");
  if (sys_move_mount(mount, "", target, "", SYS_MOVE_MOUNT_F_EMPTY_PATH | SYS_MOVE_MOUNT_T_EMPTY_PATH) < 0)
    return fail_call(f, "move_mount");
  return 0;
}

int op_propagation(const struct args *args, struct program_run *run, struct failure *f) {
  uint64_t flags = args->at[1].number;
  scoped_fd int mount = path_open(run, args->at[0].text, O_PATH);
  if (mount < 0)
    return fail_call(f, "openat2");
  struct sys_mount_attr attributes = {.propagation = flags & ~(uint64_t)MS_REC};
  unsigned recursive = flags & MS_REC ? SYS_AT_RECURSIVE : 0;
  if (sys_mount_setattr(mount, "", SYS_AT_EMPTY_PATH | recursive, &attributes) < 0)
    return fail(f, errno, "mount_setattr", "propagation %#" PRIx64, flags);
  return 0;
}

int op_check_fs(const struct args *args, struct program_run *run, struct failure *f) {
  int mount = slot_descriptor(run, &args->at[0], f);
  if (mount < 0)
    return -1;
  struct statfs found;
  if (fstatfs(mount, &found) < 0)
    return fail_call(f, "fstatfs");
  uint32_t type = (uint32_t)found.f_type;
  if (type != args->at[1].number)
    return fail(f, EXDEV, "fstatfs", "the mount has the type %#" PRIx32 ", expected was %#" PRIx64, type, args->at[1].number);
  return 0;
}
