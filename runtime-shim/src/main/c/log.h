/*
 * A container's log file in the CRI format: `2026-01-02T03:04:05.123456789Z stdout F text`. P marks a record whose line goes on in the
 * next one: lines over 16 KiB, and a last line that ended without a newline. A full disk loses output, never blocks the container, and
 * is marked in the log once writing works again.
 */
#ifndef WINDLASS_LOG_H
#define WINDLASS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "failure.h"
#include "frame.h"

enum { LOG_LINE_MAX = 16 << 10, LOG_BATCH = 128 << 10 };

enum log_stream { LOG_STDOUT, LOG_STDERR, LOG_STREAMS };

/* Records on their way to a file. One is enough for all logs of a shim; it is empty between calls. */
struct log_batch {
  size_t size;
  char data[LOG_BATCH];
};

struct log {
  int fd;
  char *path;
  struct log_batch *batch;
  struct bytes unfinished[LOG_STREAMS]; /* the start of a line without its newline so far */
  uint64_t lost;                        /* bytes of output that could not be written since the last marker */
  int error;                            /* of the last write; 0 when it worked */
  bool reported;                        /* log_failure has told this error */
};

/* Opens or creates the file. The folder must exist. */
int log_open(struct log *log, const char *path, struct log_batch *batch, struct failure *f);
/* Adds output that was read at `when`. */
void log_append(struct log *log, enum log_stream stream, const void *data, size_t size, const struct timespec *when);
/* The stream ended: writes a line that has no newline yet. */
void log_end(struct log *log, enum log_stream stream, const struct timespec *when);
/* Opens the path anew, for rotation. Records are never split between the files. When that fails, the old file stays in use. */
int log_reopen(struct log *log, struct failure *f);
/* True once for each time that writing began to fail. */
bool log_failure(struct log *log, struct failure *f);
void log_close(struct log *log);

#endif
