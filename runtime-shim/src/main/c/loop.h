/* One thread, one epoll: descriptors that are watched, and what is called when they are ready. */
#ifndef WINDLASS_LOOP_H
#define WINDLASS_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "failure.h"

struct watch {
  int fd;          /* -1: nothing */
  uint32_t events; /* registered now; 0: not in the epoll */
  void (*ready)(struct watch *watch, uint32_t events);
};

/* Something to try again every few milliseconds until it returns true. */
struct loop_chore {
  struct loop_chore *next;
  bool (*attempt)(struct loop_chore *chore);
};

struct loop {
  int epoll;
  bool stopped;
  struct loop_chore *chores;
  unsigned char *scratch; /* LOOP_SCRATCH bytes for whoever runs now; pages take memory only while there is much to do */
  bool scratch_used;
};

/* Room for one read of a process's output, and for its records in a log. */
enum { LOOP_SCRATCH_READ = 64 << 10, LOOP_SCRATCH = LOOP_SCRATCH_READ + (132 << 10) };

int loop_open(struct loop *loop, struct failure *f);
/* Runs until `stopped`. One event is taken at a time, so a handler may free any watch. */
void loop_run(struct loop *loop);
void loop_add_chore(struct loop *loop, struct loop_chore *chore);

/* Sets which events of the watch are wanted; 0 takes it out of the epoll. */
int watch_for(struct loop *loop, struct watch *watch, uint32_t events);
/* Takes the watch out of the epoll and closes its descriptor. */
void watch_close(struct loop *loop, struct watch *watch);

/* The structure that a member lies in. */
#define container_of(pointer, type, member) ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

#endif
