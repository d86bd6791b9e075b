#include "handover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "frame.h"
#include "process.h"

enum { LARGEST_WORD = 32 << 10 };

static void put_optional(struct bytes *out, const char *text) { put_text(out, text ? text : ""); }

void word_send(int pair, const struct word *word) {
  const struct kept_container *container = &word->container;
  struct bytes out = {0};
  int fds[KEPT_DESCRIPTORS];
  uint32_t present = 0;
  size_t count = 0;
  for (int i = 0; i < KEPT_DESCRIPTORS; i++)
    if (container->fds[i] >= 0) {
      present |= 1u << i;
      fds[count++] = container->fds[i];
    }
  put_u32(&out, (uint32_t)word->kind);
  put_u32(&out, present);
  put_u32(&out, (uint32_t)word->failure.error);
  put_text(&out, word->failure.step);
  put_text(&out, word->failure.detail);
  put_optional(&out, container->id);
  put_optional(&out, container->cgroup);
  put_optional(&out, container->exit_file);
  put_optional(&out, container->log_path);
  put_u32(&out, (uint32_t)container->pid);
  put_u64(&out, container->start_time);
  put_u32(&out, container->io);
  put_u32(&out, container->state);
  put_u32(&out, container->status.code);
  put_u32(&out, container->status.signal);
  put_u64(&out, container->status.time);
  if (!out.failed)
    process_send(pair, out.data, out.size, fds, count);
  bytes_free(&out);
}

static void decode(struct fields *fields, struct word *word, const int *fds) {
  struct kept_container *container = &word->container;
  word->kind = (enum word_kind)take_u32(fields);
  uint32_t present = take_u32(fields);
  for (int i = 0, next = 0; i < KEPT_DESCRIPTORS; i++)
    container->fds[i] = present & 1u << i ? fds[next++] : -1;
  word->failure.error = (int)take_u32(fields);
  snprintf(word->failure.step, sizeof word->failure.step, "%s", take_text(fields));
  snprintf(word->failure.detail, sizeof word->failure.detail, "%s", take_text(fields));
  container->id = strdup(take_text(fields));
  container->cgroup = strdup(take_text(fields));
  container->exit_file = strdup(take_text(fields));
  container->log_path = strdup(take_text(fields));
  container->pid = (pid_t)take_u32(fields);
  container->start_time = take_u64(fields);
  container->io = take_u32(fields);
  container->state = take_u32(fields);
  container->status.code = take_u32(fields);
  container->status.signal = take_u32(fields);
  container->status.time = take_u64(fields);
}

int word_receive(int pair, struct word *word) {
  scoped_memory unsigned char *data = malloc(LARGEST_WORD);
  int fds[KEPT_DESCRIPTORS];
  *word = (struct word){0};
  ssize_t size = data ? process_receive(pair, data, LARGEST_WORD, fds, KEPT_DESCRIPTORS, MSG_DONTWAIT) : -1;
  if (size < 0)
    return !data || errno == EAGAIN ? -1 : 0;
  if (size == 0)
    return 0;
  struct fields fields = {.at = data, .left = (size_t)size};
  decode(&fields, word, fds);
  return 1;
}

void kept_container_clear(struct kept_container *container) {
  for (int i = 0; i < KEPT_DESCRIPTORS; i++) {
    cleanup_close(&container->fds[i]);
    container->fds[i] = -1;
  }
  free(container->id);
  free(container->cgroup);
  free(container->exit_file);
  free(container->log_path);
  container->id = container->cgroup = container->exit_file = container->log_path = NULL;
}
