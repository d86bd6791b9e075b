#include "loop.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CHORE_INTERVAL_MS = 10, IDLE_MS = 1000 };

int loop_open(struct loop *loop, struct failure *f) {
  loop->epoll = epoll_create1(EPOLL_CLOEXEC);
  loop->stopped = false;
  loop->chores = NULL;
  loop->scratch_used = false;
  if (loop->epoll < 0)
    return fail(f, errno, "epoll_create1", "event loop");
  loop->scratch = mmap(NULL, LOOP_SCRATCH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return loop->scratch == MAP_FAILED ? fail(f, errno, "mmap", "event loop") : 0;
}

static void do_chores(struct loop *loop) {
  for (struct loop_chore **link = &loop->chores; *link;) {
    struct loop_chore *chore = *link;
    struct loop_chore *next = chore->next;
    if (chore->attempt(chore))
      *link = next;
    else
      link = &chore->next;
  }
}

void loop_add_chore(struct loop *loop, struct loop_chore *chore) {
  chore->next = loop->chores;
  loop->chores = chore;
}

void loop_run(struct loop *loop) {
  while (!loop->stopped) {
    struct epoll_event event;
    int count = epoll_wait(loop->epoll, &event, 1, loop->chores ? CHORE_INTERVAL_MS : loop->scratch_used ? IDLE_MS : -1);
    if (count > 0) {
      struct watch *watch = event.data.ptr;
      watch->ready(watch, event.events);
    } else if (loop->chores) {
      do_chores(loop);
    } else if (count == 0) {
      madvise(loop->scratch, LOOP_SCRATCH, MADV_DONTNEED);
      loop->scratch_used = false;
    }
  }
}

int watch_for(struct loop *loop, struct watch *watch, uint32_t events) {
  if (watch->events == events)
    return 0;
  struct epoll_event event = {.events = events, .data.ptr = watch};
  int operation = !events ? EPOLL_CTL_DEL : watch->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(loop->epoll, operation, watch->fd, &event) < 0)
    return -1;
  watch->events = events;
  return 0;
}

void watch_close(struct loop *loop, struct watch *watch) {
  if (watch->fd < 0)
    return;
  watch_for(loop, watch, 0);
  close(watch->fd);
  watch->fd = -1;
  watch->events = 0;
}
