#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"

enum { HEADER = 40 }; /* bytes of "2026-01-02T03:04:05.123456789Z stdout F " */

static int open_file(const char *path, struct failure *f) {
  int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
  return fd < 0 ? fail(f, errno, "open log", "%s", path) : fd;
}

int log_open(struct log *log, const char *path, struct log_batch *batch, struct failure *f) {
  *log = (struct log){.fd = -1, .batch = batch, .path = strdup(path)};
  if (!log->path)
    return fail(f, ENOMEM, "open log", "%s", path);
  log->fd = open_file(path, f);
  return log->fd < 0 ? -1 : 0;
}

static void header(char *out, enum log_stream stream, const struct timespec *when) {
  struct tm utc;
  gmtime_r(&when->tv_sec, &utc);
  strftime(out, HEADER, "%Y-%m-%dT%H:%M:%S.", &utc);
  long nanoseconds = when->tv_nsec;
  for (int digit = 28; digit >= 20; digit--, nanoseconds /= 10)
    out[digit] = (char)('0' + nanoseconds % 10);
  memcpy(out + 29, stream == LOG_STDOUT ? "Z stdout F " : "Z stderr F ", HEADER - 29);
}

/* How many bytes of output lie in these records. */
static uint64_t payload(const char *data, size_t size) {
  uint64_t total = 0;
  for (const char *at = data, *end = data + size; at < end;) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    const char *next = newline ? newline + 1 : end;
    total += (uint64_t)(next - at) - HEADER - (at[HEADER - 2] == 'P');
    at = next;
  }
  return total;
}

/* Appends to the file; returns how many bytes of whole records it has now. What was written of a cut record is taken back. */
static size_t write_records(struct log *log, const char *data, size_t size) {
  size_t done = 0;
  log->error = 0;
  while (done < size) {
    ssize_t count = write(log->fd, data + done, size - done);
    if (count > 0) {
      done += (size_t)count;
    } else if (count == 0 || errno != EINTR) {
      log->error = count == 0 ? ENOSPC : errno;
      break;
    }
  }
  const char *newline = done ? memrchr(data, '\n', done) : NULL;
  size_t whole = newline ? (size_t)(newline + 1 - data) : 0;
  off_t end = done > whole ? lseek(log->fd, 0, SEEK_CUR) : -1;
  if (end >= (off_t)(done - whole) && ftruncate(log->fd, end - (off_t)(done - whole)) < 0)
    log->error = errno;
  return whole;
}

/* Tells in the log how much is missing; false while that cannot be written either. */
static bool mark_gap(struct log *log, const char *head) {
  char record[HEADER + 96];
  memcpy(record, head, HEADER);
  memcpy(record + 31, "stderr", 6);
  record[HEADER - 2] = 'F';
  int size = snprintf(record + HEADER, sizeof record - HEADER, "[windlass: %llu bytes of output could not be written to this log]\n",
                      (unsigned long long)log->lost);
  if (write_records(log, record, HEADER + (size_t)size) == 0)
    return false;
  log->lost = 0;
  return true;
}

static void flush(struct log *log) {
  struct log_batch *batch = log->batch;
  size_t written = 0;
  if (batch->size && (!log->lost || mark_gap(log, batch->data)))
    written = write_records(log, batch->data, batch->size);
  log->lost += payload(batch->data + written, batch->size - written);
  batch->size = 0;
}

/* One record: what is unfinished, then `data`. */
static void record(struct log *log, const char *head, char tag, struct bytes *unfinished, const char *data, size_t size) {
  struct log_batch *batch = log->batch;
  size_t total = HEADER + unfinished->size + size + 1;
  if (sizeof batch->data - batch->size < total)
    flush(log);
  char *at = batch->data + batch->size;
  memcpy(at, head, HEADER);
  at[HEADER - 2] = tag;
  if (unfinished->size)
    memcpy(at + HEADER, unfinished->data, unfinished->size);
  memcpy(at + HEADER + unfinished->size, data, size);
  at[total - 1] = '\n';
  batch->size += total;
  bytes_free(unfinished);
}

void log_append(struct log *log, enum log_stream stream, const void *data, size_t size, const struct timespec *when) {
  if (log->fd < 0)
    return;
  struct bytes *unfinished = &log->unfinished[stream];
  char head[HEADER];
  header(head, stream, when);
  const char *at = data;
  while (size) {
    size_t room = LOG_LINE_MAX - unfinished->size;
    const char *newline = memchr(at, '\n', size <= room ? size : room + 1);
    size_t taken = newline ? (size_t)(newline - at) : size < room ? size : room;
    if (newline)
      record(log, head, 'F', unfinished, at, taken++);
    else if (size > room)
      record(log, head, 'P', unfinished, at, taken);
    else
      bytes_append(unfinished, at, taken);
    if (unfinished->failed) { /* no memory to hold the start of a line */
      unfinished->failed = false;
      record(log, head, 'P', unfinished, at, taken);
    }
    at += taken;
    size -= taken;
  }
  flush(log);
}

void log_end(struct log *log, enum log_stream stream, const struct timespec *when) {
  if (log->fd < 0 || !log->unfinished[stream].size)
    return;
  char head[HEADER];
  header(head, stream, when);
  record(log, head, 'P', &log->unfinished[stream], "", 0);
  flush(log);
}

int log_reopen(struct log *log, struct failure *f) {
  if (log->fd < 0)
    return 0;
  int fd = open_file(log->path, f);
  if (fd < 0)
    return -1;
  close(log->fd);
  log->fd = fd;
  return 0;
}

bool log_failure(struct log *log, struct failure *f) {
  if (!log->error)
    log->reported = false;
  if (!log->error || log->reported)
    return false;
  log->reported = true;
  fail(f, log->error, "write log", "%s", log->path ? log->path : "");
  return true;
}

void log_close(struct log *log) {
  if (log->fd >= 0)
    close(log->fd);
  log->fd = -1;
  free(log->path);
  log->path = NULL;
  for (int stream = 0; stream < LOG_STREAMS; stream++)
    bytes_free(&log->unfinished[stream]);
}
