/* Processes by descriptor. */
#ifndef WINDLASS_PROCESS_H
#define WINDLASS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "failure.h"

/* As fork, with clone3's flags; the child's pidfd goes to *pidfd. `cgroup` is a cgroup2 directory to be born in, or -1. */
pid_t process_clone(uint64_t flags, int cgroup, int *pidfd);
/* The pid behind a pidfd as this process sees it, or -1. */
pid_t process_of(int pidfd);
/* Clock ticks since boot when the process started (field 22 of its stat), or 0. */
uint64_t process_start_time(pid_t pid);
/* Every signal to its default action, none blocked: for the child of a program that ignores and blocks some. */
void process_reset_signals(void);
/* Closes every descriptor from 3 on but those in `kept` (-1 entries count for nothing; the array is sorted in place). */
void process_close_others(int *kept, size_t count);

/* Sends a datagram with at most `count` descriptors. */
int process_send(int socket, const void *data, size_t size, const int *fds, size_t count);
/* Receives one, with up to `count` descriptors (all others -1); `flags` as in recvmsg(2). Its size, 0 at the end, -1 with errno. */
ssize_t process_receive(int socket, void *data, size_t size, int *fds, size_t count, int flags);

/* Writes `text` to a file below `directory`, in one write. */
int process_write_file(int directory, const char *path, const char *text);

#endif
