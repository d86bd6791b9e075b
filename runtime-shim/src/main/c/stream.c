#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { READS_PER_TURN = 4, SMALL_READ = 4 << 10 };

static int make_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* Reads once: what read(2) says, or -1 with EAGAIN. A terminal whose last slave closed reads as the end. */
static ssize_t read_some(struct output *output) {
  ssize_t count;
  do
    count = read(output->watch.fd, output->loop->scratch, FRAME_MAX_OUTPUT);
  while (count < 0 && errno == EINTR);
  output->loop->scratch_used = output->loop->scratch_used || count > SMALL_READ;
  return count < 0 && errno != EAGAIN ? 0 : count;
}

static void end(struct output *output) {
  output_close(output);
  output->calls->ended(output->owner, output);
}

static void on_output(struct watch *watch, uint32_t events) {
  (void)events;
  struct output *output = container_of(watch, struct output, watch);
  for (int turn = 0; turn < READS_PER_TURN && output_is_open(output); turn++) {
    ssize_t count = read_some(output);
    if (count < 0)
      return;
    if (count == 0) {
      end(output);
      return;
    }
    output->calls->data(output->owner, output, output->loop->scratch, (size_t)count);
    if (count < FRAME_MAX_OUTPUT || output->calls->blocked(output->owner, output))
      break;
  }
  output_update(output);
}

int output_open(struct output *output, struct loop *loop, int fd, enum frame_type type, const struct output_calls *calls, void *owner) {
  *output = (struct output){.watch = {.fd = fd, .ready = on_output}, .loop = loop, .type = type, .calls = calls, .owner = owner};
  return make_nonblocking(fd) < 0 ? -1 : watch_for(loop, &output->watch, EPOLLIN);
}

bool output_is_open(const struct output *output) { return output->loop && output->watch.fd >= 0; }

void output_update(struct output *output) {
  if (output_is_open(output))
    watch_for(output->loop, &output->watch, output->calls->blocked(output->owner, output) ? 0 : EPOLLIN);
}

void output_drain(struct output *output, size_t limit) {
  for (size_t total = 0; output_is_open(output) && total < limit;) {
    ssize_t count = read_some(output);
    if (count == 0)
      end(output);
    if (count <= 0)
      return;
    output->calls->data(output->owner, output, output->loop->scratch, (size_t)count);
    total += (size_t)count;
  }
}

void output_close(struct output *output) {
  if (output_is_open(output))
    watch_close(output->loop, &output->watch);
}

/* Writes what is pending; false when the process reads no more. */
static bool write_pending(struct input *input) {
  while (input->pending.size) {
    ssize_t count = write(input->watch.fd, input->pending.data, input->pending.size);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return errno == EAGAIN;
    bytes_drop(&input->pending, (size_t)count);
  }
  return true;
}

static void on_input(struct watch *watch, uint32_t events) {
  (void)events;
  struct input *input = container_of(watch, struct input, watch);
  if (!write_pending(input) || (input->closing && !input->pending.size)) {
    input_close(input);
    return;
  }
  if (!input->pending.size) {
    watch_for(input->loop, &input->watch, 0);
    input->drained(input->owner);
  }
}

int input_open(struct input *input, struct loop *loop, int fd, void (*drained)(void *owner), void *owner) {
  *input = (struct input){.watch = {.fd = fd, .ready = on_input}, .loop = loop, .drained = drained, .owner = owner};
  return make_nonblocking(fd);
}

bool input_is_open(const struct input *input) { return input->loop && input->watch.fd >= 0; }

void input_write(struct input *input, const void *data, size_t size) {
  if (!input_is_open(input) || input->closing)
    return;
  bytes_append(&input->pending, data, size);
  if (!write_pending(input))
    input_close(input);
  else if (input->pending.size)
    watch_for(input->loop, &input->watch, EPOLLOUT);
}

bool input_full(const struct input *input) { return input_is_open(input) && input->pending.size > 0; }

void input_finish(struct input *input) {
  if (!input_is_open(input))
    return;
  input->closing = true;
  if (!input->pending.size)
    input_close(input);
}

void input_close(struct input *input) {
  if (!input_is_open(input))
    return;
  watch_close(input->loop, &input->watch);
  bytes_free(&input->pending);
  input->drained(input->owner);
}
