/* The change of root, and what covers parts of it: the host's devices, masks and read-only binds. */
#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "operations.h"
#include "paths.h"
#include "syscalls.h"

enum { NULL_MAJOR = 1, NULL_MINOR = 3 };

static const unsigned MOVE_BY_DESCRIPTOR = SYS_MOVE_MOUNT_F_EMPTY_PATH | SYS_MOVE_MOUNT_T_EMPTY_PATH;

/* A clone of the host's /dev/null, checked to be that: a bind of anything else would show it instead of masking (CVE-2025-31133). */
static int take_null(struct program_run *run, struct failure *f) {
  scoped_fd int tree = sys_open_tree(AT_FDCWD, "/dev/null", SYS_OPEN_TREE_CLONE);
  if (tree < 0)
    return fail(f, errno, "open_tree", "the host's /dev/null");
  struct stat found;
  if (fstat(tree, &found) < 0)
    return fail(f, errno, "fstat", "the host's /dev/null");
  if (!S_ISCHR(found.st_mode) || found.st_rdev != makedev(NULL_MAJOR, NULL_MINOR))
    return fail(f, ENODEV, "fstat", "the host's /dev/null is not the character device 1:3");
  run->null_cover.tree = take_fd(&tree);
  return 0;
}

int attach_root(int tree, const char *path, const struct program_run *run, struct failure *f) {
  scoped_fd int attach_point = path_open(run, path, O_PATH | O_DIRECTORY);
  if (attach_point < 0)
    return fail_call(f, "openat2");
  return sys_move_mount(tree, "", attach_point, "", MOVE_BY_DESCRIPTOR) < 0 ? fail_call(f, "move_mount") : 0;
}

int op_pivot(const struct args *args, struct program_run *run, struct failure *f) {
  int tree = slot_descriptor(run, &args->at[0], f);
  if (tree < 0 || take_null(run, f) < 0)
    return -1;
  scoped_fd int old_root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (old_root < 0)
    return fail(f, errno, "open", "/");
  if (!run->attached && attach_root(tree, args->at[1].text, run, f) < 0)
    return -1;
  if (fchdir(tree) < 0 || sys_pivot_root(".", ".") < 0)
    return fail_call(f, "pivot_root");
  /* The old root now lies over the new one. Its unmounting must not reach the host through shared mounts. */
  if (fchdir(old_root) < 0 || mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0 || umount2(".", MNT_DETACH) < 0)
    return fail(f, errno, "umount2", "the old root");
  if (chdir("/") < 0)
    return fail(f, errno, "chdir", "/");
  return run_confine(run, f);
}

/* Puts `cover` over `target`. A mount can be moved once only; while it is attached it can be cloned, so later covers are its clones. */
static int cover_target(struct cover *cover, int target, struct failure *f) {
  scoped_fd int clone = -1;
  if (cover->attached) {
    clone = sys_open_tree(cover->tree, "", SYS_OPEN_TREE_CLONE | SYS_AT_EMPTY_PATH);
    if (clone < 0)
      return fail(f, errno, "open_tree", "a cover");
  }
  if (sys_move_mount(cover->attached ? clone : cover->tree, "", target, "", MOVE_BY_DESCRIPTOR) < 0)
    return fail_call(f, "move_mount");
  cover->attached = true;
  return 0;
}

static int make_empty(struct program_run *run, struct failure *f) {
  scoped_fd int context = sys_fsopen("tmpfs");
  if (context < 0)
    return fail(f, errno, "fsopen", "tmpfs");
  if (sys_fsconfig(context, SYS_FSCONFIG_SET_STRING, "mode", "0555", 0) < 0 || sys_fsconfig(context, SYS_FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0 ||
      sys_fsconfig(context, SYS_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
    return fail(f, errno, "fsconfig", "tmpfs");
  int tree = sys_fsmount(context, SYS_MOUNT_ATTR_RDONLY | SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NODEV | SYS_MOUNT_ATTR_NOEXEC);
  if (tree < 0)
    return fail(f, errno, "fsmount", "tmpfs");
  run->empty_cover.tree = tree;
  return 0;
}

int op_mask(const struct args *args, struct program_run *run, struct failure *f) {
  scoped_fd int target = path_open(run, args->at[0].text, O_PATH);
  if (target < 0)
    return path_is_missing(errno) ? 0 : fail_call(f, "openat2");
  struct stat found;
  if (fstat(target, &found) < 0)
    return fail_call(f, "fstat");
  if (S_ISDIR(found.st_mode)) {
    if (run->empty_cover.tree < 0 && make_empty(run, f) < 0)
      return -1;
    return cover_target(&run->empty_cover, target, f);
  }
  if (run->null_cover.tree < 0 && take_null(run, f) < 0)
    return -1;
  return cover_target(&run->null_cover, target, f);
}

int op_readonly(const struct args *args, struct program_run *run, struct failure *f) {
  scoped_fd int target = path_open(run, args->at[0].text, O_PATH);
  if (target < 0)
    return path_is_missing(errno) ? 0 : fail_call(f, "openat2");
  scoped_fd int tree = sys_open_tree(target, "", SYS_OPEN_TREE_CLONE | SYS_AT_EMPTY_PATH | SYS_AT_RECURSIVE);
  if (tree < 0)
    return fail_call(f, "open_tree");
  /* Only added: nosuid, nodev and noexec of what is cloned stay. */
  struct sys_mount_attr attributes = {.set = SYS_MOUNT_ATTR_RDONLY};
  if (sys_mount_setattr(tree, "", SYS_AT_EMPTY_PATH | SYS_AT_RECURSIVE, &attributes) < 0)
    return fail(f, errno, "mount_setattr", "read-only");
  if (sys_move_mount(tree, "", target, "", MOVE_BY_DESCRIPTOR) < 0)
    return fail_call(f, "move_mount");
  return 0;
}

static int open_device(const char *host_path, struct failure *f) {
  scoped_fd int tree = sys_open_tree(AT_FDCWD, host_path, SYS_OPEN_TREE_CLONE);
  if (tree < 0)
    return fail(f, errno, "open_tree", "the host's %s", host_path);
  struct stat found;
  if (fstat(tree, &found) < 0)
    return fail(f, errno, "fstat", "the host's %s", host_path);
  if (!S_ISCHR(found.st_mode) && !S_ISBLK(found.st_mode))
    return fail(f, ENODEV, "fstat", "the host's %s is no device", host_path);
  return take_fd(&tree);
}

int device_reserve(const char *host_path, struct program_run *run, struct failure *f) {
  if (run->device_count == PROGRAM_MAX_DEVICES)
    return fail(f, E2BIG, "DEVICE", "%d devices are allowed", PROGRAM_MAX_DEVICES);
  int device = open_device(host_path, f);
  if (device < 0)
    return -1;
  run->devices[run->device_count++] = device;
  return 0;
}

int op_device(const struct args *args, struct program_run *run, struct failure *f) {
  scoped_fd int tree = -1;
  if (run->device_next < run->device_count)
    tree = run->devices[run->device_next++];
  else if (run->root >= 0)
    return fail(f, ENODEV, "DEVICE", "the host's %s was out of reach", args->at[1].text);
  else
    tree = open_device(args->at[1].text, f);
  if (tree < 0)
    return -1;
  scoped_fd int target = path_ensure(run, args->at[0].text, PATH_MAKE_FILE);
  if (target < 0)
    return fail_call(f, "making the target");
  if (sys_move_mount(tree, "", target, "", MOVE_BY_DESCRIPTOR) < 0)
    return fail_call(f, "move_mount");
  return 0;
}
