/*
 * The first process of a pod's PID namespace, which reaps what its containers orphan. For a pod with a user namespace it is also the one
 * that is born in it, so that the user namespace owns the pod's other namespaces.
 */
#ifndef WINDLASS_POD_INIT_H
#define WINDLASS_POD_INIT_H

#include <stdint.h>
#include <sys/types.h>

#include "failure.h"
#include "frame.h"

/* Clones it with these CLONE_NEW* flags; *pidfd is to it. The maps, lists of {u32 inside, u32 outside, u32 size}, are written for CLONE_NEWUSER. */
pid_t pod_init_start(uint64_t flags, struct fields uid_map, struct fields gid_map, int *pidfd, struct failure *f);
/* Kills it, and waits for its end if it is a child of this process. Its PID namespace ends with it. */
void pod_init_end(int *pidfd);

#endif
