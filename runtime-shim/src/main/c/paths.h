/* Paths of launch programs: the host's before PIVOT, confined to the container's root after it. */
#ifndef WINDLASS_PATHS_H
#define WINDLASS_PATHS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "program.h"

enum path_make { PATH_MUST_EXIST, PATH_MAKE_DIRECTORY, PATH_MAKE_FILE };

/* Opens an existing path; -1 and errno. A container's magic links (/proc/self/fd/5) lead out of its root and are refused. */
int path_open(const struct program_run *run, const char *path, uint64_t flags);

/* An O_PATH descriptor of the path, which is made with its parents when it is missing. Symbolic links whose target is missing are
 * followed inside the root, as they were if the target existed. */
int path_ensure(const struct program_run *run, const char *path, enum path_make make);

/* Where a new directory entry goes. */
struct path_place {
  int parent;
  char name[NAME_MAX + 1];
};

/* Makes the parents of `path` and opens the last one; the caller closes `parent`. */
int path_place(const struct program_run *run, const char *path, struct path_place *place);

/* Whether an error of path_open means that nothing is there. */
bool path_is_missing(int error);

#endif
