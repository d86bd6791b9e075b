/* How a process ended, and the file that outlives who saw it. */
#ifndef WINDLASS_EXIT_RECORD_H
#define WINDLASS_EXIT_RECORD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "failure.h"

struct exit_status {
  uint32_t code;   /* 128 + signal when a signal ended it */
  uint32_t signal; /* 0: it ended by itself */
  uint64_t time;   /* nanoseconds since the epoch */
};

/* The status that waitid(2) gave, taken now. */
struct exit_status exit_status_of(const siginfo_t *information);
/* Nanoseconds since the epoch. */
uint64_t exit_clock(void);
/* Writes {"exitCode":N,"signal":N,"exitedAt":NANOSECONDS} to `path`, by temporary file and rename. */
int exit_record_write(const char *path, const struct exit_status *status, struct failure *f);

#endif
