/* What is set through procfs: only below a directory that was checked to be the root of a procfs (CVE-2025-52881). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "cleanup.h"
#include "operations.h"
#include "paths.h"
#include "syscalls.h"

enum { PROC_ROOT_INODE = 1 };

static const uint32_t PROC_MAGIC = 0x9fa0;

/* Below a procfs root; its own links (self, thread-self) are followed only where STRICT does not forbid it. */
static const uint64_t BELOW = SYS_RESOLVE_BENEATH | SYS_RESOLVE_NO_XDEV | SYS_RESOLVE_NO_MAGICLINKS;
static const uint64_t STRICT = SYS_RESOLVE_BENEATH | SYS_RESOLVE_NO_XDEV | SYS_RESOLVE_NO_MAGICLINKS | SYS_RESOLVE_NO_SYMLINKS;

static int check_procfs(int directory, struct failure *f) {
  struct statfs type;
  struct stat root;
  if (fstatfs(directory, &type) < 0 || fstat(directory, &root) < 0)
    return fail(f, errno, "fstatfs", "procfs");
  if ((uint32_t)type.f_type != PROC_MAGIC || root.st_ino != PROC_ROOT_INODE)
    return fail(f, EXDEV, "fstatfs", "this is not the root of a procfs");
  return 0;
}

/* Whether `path` is relative and no part of it is empty, "." or "..". */
static bool is_plain(const char *path) {
  for (const char *part = path;; part++) {
    size_t size = strcspn(part, "/");
    if (size == 0 || (*part == '.' && (size == 1 || (size == 2 && part[1] == '.'))))
      return false;
    part += size;
    if (*part == 0)
      return true;
  }
}

/* Writes `value` at once to the file `name` below the directory. */
static int write_below(int directory, const char *name, const char *value, struct failure *f) {
  scoped_fd int file = sys_openat2(directory, name, O_WRONLY | O_NOCTTY, 0, STRICT);
  if (file < 0)
    return fail(f, errno, "openat2", "%s", name);
  size_t size = strlen(value);
  ssize_t written = write(file, value, size);
  if (written < 0)
    return fail(f, errno, "write", "\"%s\"", value);
  return (size_t)written == size ? 0 : fail(f, EIO, "write", "%zd of %zu bytes", written, size);
}

int op_sysctl(const struct args *args, struct program_run *run, struct failure *f) {
  int proc = slot_descriptor(run, &args->at[0], f);
  if (proc < 0 || check_procfs(proc, f) < 0)
    return -1;
  if (!is_plain(args->at[1].text))
    return fail(f, EINVAL, "arguments", "the name must be relative, without empty parts, \".\" and \"..\"");
  scoped_fd int sys = sys_openat2(proc, "sys", O_PATH | O_DIRECTORY, 0, STRICT);
  if (sys < 0)
    return fail(f, errno, "openat2", "sys");
  return write_below(sys, args->at[1].text, args->at[2].text, f);
}

int op_lsm_exec(const struct args *args, struct program_run *run, struct failure *f) {
  int proc = slot_descriptor(run, &args->at[0], f);
  if (proc < 0 || check_procfs(proc, f) < 0)
    return -1;
  if (!is_plain(args->at[1].text))
    return fail(f, EINVAL, "arguments", "the attribute must be relative, without empty parts, \".\" and \"..\"");
  scoped_fd int attributes = sys_openat2(proc, "thread-self/attr", O_PATH | O_DIRECTORY, 0, BELOW);
  if (attributes < 0)
    return fail(f, errno, "openat2", "thread-self/attr");
  return write_below(attributes, args->at[1].text, args->at[2].text, f);
}

static int set_score(int self, int score, struct failure *f) {
  char text[16];
  snprintf(text, sizeof text, "%d", score);
  return write_below(self, "oom_score_adj", text, f);
}

static int get_score(int self, int *score, struct failure *f) {
  scoped_fd int file = sys_openat2(self, "oom_score_adj", O_RDONLY, 0, STRICT);
  char text[16] = "";
  if (file < 0 || read(file, text, sizeof text - 1) < 0)
    return fail(f, errno, "read", "oom_score_adj");
  *score = (int)strtol(text, NULL, 10);
  return 0;
}

/* The lowest allowed score is not told by the kernel: it lies above `refused` and is at most the present one. */
static int set_lowest_score(int self, int refused, struct failure *f) {
  int allowed = 0;
  if (get_score(self, &allowed, f) < 0)
    return -1;
  while (allowed - refused > 1) {
    int middle = refused + (allowed - refused) / 2;
    struct failure reason;
    if (set_score(self, middle, &reason) == 0)
      allowed = middle;
    else if (reason.error == EACCES || reason.error == EPERM)
      refused = middle;
    else
      return fail(f, reason.error, reason.step, "%d", middle);
  }
  return 0;
}

int op_oom_score_adj(const struct args *args, struct program_run *run, struct failure *f) {
  int score = (int)(uint32_t)args->at[0].number;
  scoped_fd int proc = path_open(run, "/proc", O_PATH | O_DIRECTORY);
  if (proc < 0)
    return fail(f, errno, "openat2", "/proc");
  if (check_procfs(proc, f) < 0)
    return -1;
  scoped_fd int self = sys_openat2(proc, "self", O_PATH | O_DIRECTORY, 0, BELOW);
  if (self < 0)
    return fail(f, errno, "openat2", "/proc/self");
  if (set_score(self, score, f) == 0)
    return 0;
  return f->error == EACCES || f->error == EPERM ? set_lowest_score(self, score, f) : -1;
}
