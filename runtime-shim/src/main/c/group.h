/* Cgroup2 directories as sets of processes: made, killed, emptied and removed. */
#ifndef WINDLASS_GROUP_H
#define WINDLASS_GROUP_H

#include <stdbool.h>

#include "failure.h"
#include "loop.h"

/* Makes `<parent>/<name>`; *path is its allocated path. Returns its descriptor, or -1. */
int group_make(const char *parent, const char *name, char **path, struct failure *f);
/* Kills every process in the group and below. A killed group must not be joined again: the kernel kills newcomers, too. */
int group_kill(const char *path, struct failure *f);
/* Removes the group, at once or as soon as it can be; takes `path`. Processes still in it go to the parent group, if `release` says so. */
void group_remove(struct loop *loop, char *path, bool release);

#endif
