/* The terminal of the container's own devpts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

#include "cleanup.h"
#include "operations.h"
#include "paths.h"
#include "syscalls.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

static const uint32_t DEVPTS_MAGIC = 0x1cd1;

static int open_master(const struct program_run *run, struct failure *f) {
  scoped_fd int directory = path_open(run, "/dev/pts", O_PATH | O_DIRECTORY);
  if (directory < 0)
    return fail(f, errno, "openat2", "/dev/pts");
  struct statfs found;
  if (fstatfs(directory, &found) < 0)
    return fail(f, errno, "fstatfs", "/dev/pts");
  if ((uint32_t)found.f_type != DEVPTS_MAGIC)
    return fail(f, EXDEV, "fstatfs", "/dev/pts is not a devpts");
  int master = sys_openat2(directory, "ptmx", O_RDWR | O_NOCTTY, 0, SYS_RESOLVE_BENEATH | SYS_RESOLVE_NO_XDEV | SYS_RESOLVE_NO_SYMLINKS);
  return master < 0 ? fail(f, errno, "openat2", "/dev/pts/ptmx") : master;
}

/* The slave comes from its master: a name below /dev/pts could have been exchanged (CVE-2025-52565). */
static int open_slave(int master, struct failure *f) {
  int unlocked = 0;
  if (ioctl(master, TIOCSPTLCK, &unlocked) < 0)
    return fail(f, errno, "ioctl", "TIOCSPTLCK");
  int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  return slave < 0 ? fail(f, errno, "ioctl", "TIOCGPTPEER") : slave;
}

static int bind_console(const struct program_run *run, int slave, struct failure *f) {
  scoped_fd int tree = sys_open_tree(slave, "", SYS_OPEN_TREE_CLONE | SYS_AT_EMPTY_PATH);
  if (tree < 0)
    return fail(f, errno, "open_tree", "the terminal");
  scoped_fd int console = path_ensure(run, "/dev/console", PATH_MAKE_FILE);
  if (console < 0)
    return fail(f, errno, "openat2", "/dev/console");
  if (sys_move_mount(tree, "", console, "", SYS_MOVE_MOUNT_F_EMPTY_PATH | SYS_MOVE_MOUNT_T_EMPTY_PATH) < 0)
    return fail(f, errno, "move_mount", "/dev/console");
  return 0;
}

int op_tty(const struct args *args, struct program_run *run, struct failure *f) {
  scoped_fd int master = open_master(run, f);
  if (master < 0)
    return -1;
  scoped_fd int slave = open_slave(master, f);
  if (slave < 0)
    return -1;
  struct winsize size = {.ws_col = (unsigned short)args->at[0].number, .ws_row = (unsigned short)args->at[1].number};
  if (ioctl(master, TIOCSWINSZ, &size) < 0)
    return fail(f, errno, "ioctl", "TIOCSWINSZ");
  if (args->at[2].number && bind_console(run, slave, f) < 0)
    return -1;
  if (ioctl(slave, TIOCSCTTY, 0) < 0)
    return fail(f, errno, "ioctl", "TIOCSCTTY");
  for (int fd = 0; fd <= 2; fd++)
    if (dup2(slave, fd) < 0)
      return fail(f, errno, "dup2", "%d", fd);
  if (slave <= 2) /* it took the place of one that was closed, and stays */
    take_fd(&slave);
  run->terminal = take_fd(&master);
  return 0;
}
