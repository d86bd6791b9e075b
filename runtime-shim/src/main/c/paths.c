#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "syscalls.h"

enum { MAX_LINKS = 40, DIRECTORY_MODE = 0755, FILE_MODE = 0644 };

int path_open(const struct program_run *run, const char *path, uint64_t flags) {
  if (run->root < 0)
    return sys_openat2(AT_FDCWD, path, flags, 0, 0);
  return sys_openat2(run->root, path, flags, 0, SYS_RESOLVE_IN_ROOT | SYS_RESOLVE_NO_MAGICLINKS);
}

bool path_is_missing(int error) { return error == ENOENT || error == ENOTDIR; }

/* Makes one entry with exactly its mode; one that appeared meanwhile is taken as it is. */
static int make_entry(int parent, const char *name, bool directory) {
  mode_t kept = umask(0);
  int made = directory ? mkdirat(parent, name, DIRECTORY_MODE) : mknodat(parent, name, S_IFREG | FILE_MODE, 0);
  umask(kept);
  return made < 0 && errno != EEXIST ? -1 : 0;
}

/* The end of the component that begins at or after `from`; `*begin` is its first byte. NULL after the last. */
static char *next_component(char *from, char **begin) {
  from += strspn(from, "/");
  *begin = from;
  return *from ? from + strcspn(from, "/") : NULL;
}

/* Rewrites `path`, whose component [begin, end) is the symbolic link `link`, to the path through the link's target. */
static int replace_link(char path[PATH_MAX], const char *begin, const char *end, int link) {
  char target[PATH_MAX];
  ssize_t size = readlinkat(link, "", target, sizeof target - 1);
  if (size < 0)
    return -1;
  target[size] = 0;
  int before = *target == '/' ? 0 : (int)(begin - path);
  char whole[PATH_MAX];
  int length = snprintf(whole, sizeof whole, "%.*s%s%s", before, path, target, end);
  if (length < 0 || (size_t)length >= sizeof whole) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(path, whole, (size_t)length + 1);
  return 0;
}

enum step { STEP_FAILED = -1, STEP_DONE, STEP_LINK };

/*
 * Opens the part of `path` that ends at `end` (its last component begins at `begin`), and makes that component in `*directory` when it is
 * missing. Each part is resolved anew from the root by the kernel, so what others rename meanwhile cannot lead out of it.
 */
static enum step step_into(const struct program_run *run, char path[PATH_MAX], char *begin, char *end, bool directory_wanted, int *directory) {
  char kept = *end;
  *end = 0;
  int found = path_open(run, path, O_PATH);
  scoped_fd int link = found < 0 && errno == ENOENT ? path_open(run, path, O_PATH | O_NOFOLLOW) : -1;
  if (found < 0 && link < 0 && errno == ENOENT && make_entry(*directory, begin, directory_wanted) == 0)
    found = path_open(run, path, O_PATH);
  *end = kept;
  if (link >= 0)
    return replace_link(path, begin, end, link) < 0 ? STEP_FAILED : STEP_LINK;
  if (found < 0)
    return STEP_FAILED;
  close(*directory);
  *directory = found;
  return STEP_DONE;
}

/* Walks all of `path`; STEP_LINK when it was rewritten and the walk has to begin anew. */
static enum step walk(const struct program_run *run, char path[PATH_MAX], enum path_make make, int *result) {
  scoped_fd int directory = path_open(run, *path == '/' ? "/" : ".", O_PATH | O_DIRECTORY);
  if (directory < 0)
    return STEP_FAILED;
  char *begin;
  for (char *end = next_component(path, &begin); end; end = next_component(end, &begin)) {
    bool last = end[strspn(end, "/")] == 0;
    enum step step = step_into(run, path, begin, end, !last || make == PATH_MAKE_DIRECTORY, &directory);
    if (step != STEP_DONE)
      return step;
  }
  *result = take_fd(&directory);
  return STEP_DONE;
}

int path_ensure(const struct program_run *run, const char *path, enum path_make make) {
  int found = path_open(run, path, O_PATH);
  if (found >= 0 || errno != ENOENT || make == PATH_MUST_EXIST)
    return found;
  char copy[PATH_MAX];
  if (strlen(path) >= sizeof copy) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(copy, path);
  for (int links = 0; links < MAX_LINKS; links++) {
    int result = -1;
    enum step step = walk(run, copy, make, &result);
    if (step != STEP_LINK)
      return result;
  }
  errno = ELOOP;
  return -1;
}

int path_place(const struct program_run *run, const char *path, struct path_place *place) {
  size_t end = strlen(path);
  while (end > 0 && path[end - 1] == '/')
    end--;
  size_t begin = end;
  while (begin > 0 && path[begin - 1] != '/')
    begin--;
  size_t size = end - begin;
  const char *name = path + begin;
  bool dots = (size == 1 || (size == 2 && name[1] == '.')) && *name == '.';
  if (size == 0 || size > NAME_MAX || begin >= PATH_MAX || dots) {
    errno = size > NAME_MAX || begin >= PATH_MAX ? ENAMETOOLONG : EINVAL;
    return -1;
  }
  memcpy(place->name, name, size);
  place->name[size] = 0;
  char parent[PATH_MAX] = ".";
  if (begin > 0) {
    memcpy(parent, path, begin);
    parent[begin] = 0;
  }
  place->parent = path_ensure(run, parent, PATH_MAKE_DIRECTORY);
  return place->parent < 0 ? -1 : 0;
}
