/* The CRI log writer: records, tags, rotation, and a full disk. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kit_tap.h"
#include "log.h"

static char folder[] = "/tmp/windlass-log-XXXXXX";
static char path[64];
static char text[1 << 20];
static struct log_batch batch;
static const struct timespec WHEN = {.tv_sec = 1767323045, .tv_nsec = 123456789};

#define STAMP "2026-01-02T03:04:05.123456789Z "

static void read_log(const char *from) {
  int fd = open(from, O_RDONLY | O_CLOEXEC);
  ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  text[size > 0 ? size : 0] = 0;
  close(fd);
}

static struct log opened(void) {
  struct log log;
  struct failure f;
  unlink(path);
  if (log_open(&log, path, &batch, &f) < 0)
    tap_ok(false, "the log opens: %s", f.detail);
  return log;
}

static void append(struct log *log, enum log_stream stream, const char *data) { log_append(log, stream, data, strlen(data), &WHEN); }

static void lines_become_records(void) {
  struct log log = opened();
  struct stat status;
  append(&log, LOG_STDOUT, "one\ntwo\n\n");
  append(&log, LOG_STDERR, "bad\n");
  read_log(path);
  tap_ok(strcmp(text, STAMP "stdout F one\n" STAMP "stdout F two\n" STAMP "stdout F \n" STAMP "stderr F bad\n") == 0,
         "each line is a record with time, stream and tag");
  stat(path, &status);
  tap_ok((status.st_mode & 07777) == 0640, "the file is 0640");
  log_close(&log);
}

static void a_line_may_come_in_pieces(void) {
  struct log log = opened();
  append(&log, LOG_STDOUT, "hel");
  append(&log, LOG_STDERR, "other\n");
  append(&log, LOG_STDOUT, "lo\nrest");
  read_log(path);
  tap_ok(strcmp(text, STAMP "stderr F other\n" STAMP "stdout F hello\n") == 0, "pieces are joined, and streams kept apart");
  log_end(&log, LOG_STDOUT, &WHEN);
  log_end(&log, LOG_STDERR, &WHEN);
  read_log(path);
  tap_contains(text, "stdout F hello\n" STAMP "stdout P rest\n", "what has no newline at the end is partial");
  log_close(&log);
}

/* Writes `size` letters and a newline, `step` bytes at a time; tells the payload lengths and tags of the records. */
static void long_line(size_t size, size_t step, char *shape) {
  static char line[1 << 17];
  struct log log = opened();
  memset(line, 'x', size);
  line[size] = '\n';
  for (size_t at = 0; at <= size; at += step)
    log_append(&log, LOG_STDOUT, line + at, size + 1 - at < step ? size + 1 - at : step, &WHEN);
  log_close(&log);
  read_log(path);
  *shape = 0;
  for (char *record = strtok(text, "\n"); record; record = strtok(NULL, "\n"))
    shape += sprintf(shape, "%c%zu ", record[38], strlen(record) - 40);
}

static void long_lines_are_split(void) {
  static const struct {
    size_t size;
    const char *shape;
  } CASES[] = {{16383, "F16383 "}, {16384, "F16384 "}, {16385, "P16384 F1 "}, {32768, "P16384 F16384 "}, {40000, "P16384 P16384 F7232 "}};
  static const size_t STEPS[] = {1 << 17, 65536, 4096, 1000, 1};
  char shape[256];
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    for (size_t j = 0; j < sizeof STEPS / sizeof *STEPS; j++) {
      long_line(CASES[i].size, STEPS[j], shape);
      tap_ok(strcmp(shape, CASES[i].shape) == 0, "a line of %zu bytes in steps of %zu: %s", CASES[i].size, STEPS[j], shape);
    }
}

static void many_short_lines_fill_batches(void) {
  static char lines[20000];
  struct log log = opened();
  for (size_t i = 0; i < sizeof lines; i += 2)
    memcpy(lines + i, "a\n", 2);
  log_append(&log, LOG_STDOUT, lines, sizeof lines, &WHEN);
  read_log(path);
  size_t expected = sizeof lines / 2 * (sizeof STAMP - 1 + sizeof "stdout F a\n" - 1);
  tap_ok(strlen(text) == expected, "more records than a batch holds are all written (%zu of %zu)", strlen(text), expected);
  log_close(&log);
}

static void rotation_splits_no_record(void) {
  struct log log = opened();
  struct failure f;
  char rotated[80];
  snprintf(rotated, sizeof rotated, "%s.1", path);
  append(&log, LOG_STDOUT, "before\nhalf");
  rename(path, rotated);
  tap_ok(log_reopen(&log, &f) == 0, "the log reopens");
  append(&log, LOG_STDOUT, " done\n");
  read_log(rotated);
  tap_ok(strcmp(text, STAMP "stdout F before\n") == 0, "the old file has whole records");
  read_log(path);
  tap_ok(strcmp(text, STAMP "stdout F half done\n") == 0, "the new file begins with a whole record");
  char hidden[80];
  snprintf(hidden, sizeof hidden, "%s.hidden", folder);
  rename(folder, hidden);
  tap_ok(log_reopen(&log, &f) == -1 && f.error == ENOENT, "a folder that is gone is a failure");
  rename(hidden, folder);
  append(&log, LOG_STDOUT, "still\n");
  tap_ok(!log_failure(&log, &f), "after which the old file stays in use");
  log_close(&log);
}

static void a_full_disk_is_marked(void) {
  static char lines[64 << 10];
  struct failure f;
  if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
      mount("tmpfs", folder, "tmpfs", 0, "size=64k") < 0) {
    tap_skip("a full disk is marked", "needs root, to mount a small tmpfs");
    return;
  }
  struct log log = opened();
  memset(lines, 'y', sizeof lines);
  for (size_t i = 99; i < sizeof lines; i += 100)
    lines[i] = '\n';
  lines[sizeof lines - 1] = '\n';
  log_append(&log, LOG_STDOUT, lines, sizeof lines, &WHEN);
  tap_ok(log_failure(&log, &f) && f.error == ENOSPC, "the failure is told");
  log_append(&log, LOG_STDOUT, lines, sizeof lines, &WHEN);
  tap_ok(!log_failure(&log, &f), "but once");
  read_log(path);
  size_t whole = strlen(text);
  tap_ok(whole > 0 && text[whole - 1] == '\n' && whole % 140 == 0, "the file ends with a whole record (%zu)", whole);
  size_t lost = 2 * sizeof lines - whole / 140 * 100; /* a record of a line of 100 bytes, newline included, has 140 */
  if (truncate(path, 0) < 0)
    tap_ok(false, "truncate");
  append(&log, LOG_STDOUT, "again\n");
  read_log(path);
  char expected[256];
  snprintf(expected, sizeof expected, STAMP "stderr F [windlass: %zu bytes of output could not be written to this log]\n" STAMP "stdout F again\n", lost);
  tap_ok(strcmp(text, expected) == 0, "the gap is marked with its size, and logging goes on");
  tap_ok(!log_failure(&log, &f), "working again is no failure");
  log_close(&log);
  umount2(folder, MNT_DETACH);
}

int main(void) {
  struct failure f;
  struct log log;
  if (!mkdtemp(folder))
    return 1;
  snprintf(path, sizeof path, "%s/0.log", folder);
  lines_become_records();
  a_line_may_come_in_pieces();
  long_lines_are_split();
  many_short_lines_fill_batches();
  rotation_splits_no_record();
  a_full_disk_is_marked();
  tap_ok(log_open(&log, "/nonexistent/folder/log", &batch, &f) == -1 && f.error == ENOENT, "the folder must exist");
  log_close(&log);
  char rotated[80];
  snprintf(rotated, sizeof rotated, "%s.1", path);
  unlink(path);
  unlink(rotated);
  rmdir(folder);
  return tap_done();
}
