#include "attach.h"

#include <errno.h>
#include <stdlib.h>

#include "container.h"
#include "standard_streams.h"

enum attach_stream { ATTACH_STDIN = 1, ATTACH_STDOUT = 2, ATTACH_STDERR = 4 };

static bool wants(const struct attachment *attachment, enum frame_type type) {
  return attachment->streams & (type == FRAME_STDOUT ? ATTACH_STDOUT : ATTACH_STDERR);
}

static struct attachment *of_stream(struct stream *stream) { return container_of(stream, struct attachment, stream); }

static void update_outputs(struct container *container) {
  for (int i = 0; i < LOG_STREAMS; i++)
    output_update(&container->outputs[i]);
}

/* Takes the attachment off its container and connection. */
static void detach(struct attachment *attachment) {
  struct container *container = attachment->container;
  struct attachment **link = &container->attachments;
  while (*link != attachment)
    link = &(*link)->next;
  *link = attachment->next;
  attachment->connection->stream = NULL;
  connection_pause(attachment->connection, false);
  connection_release(attachment->connection);
  free(attachment);
}

static void on_gone(struct stream *stream) {
  struct attachment *attachment = of_stream(stream);
  struct container *container = attachment->container;
  bool gave_input = attachment->streams & ATTACH_STDIN;
  detach(attachment);
  if (gave_input && container->io & IO_STDIN_ONCE)
    input_finish(&container->input);
  update_outputs(container);
}

static void on_drained(struct stream *stream) { update_outputs(of_stream(stream)->container); }

static int on_frame(struct stream *stream, const struct frame *frame, struct failure *f) {
  struct attachment *attachment = of_stream(stream);
  struct container *container = attachment->container;
  struct fields fields = frame->fields;
  bool gives_input = attachment->streams & ATTACH_STDIN;
  switch (frame->type) {
  case FRAME_STDIN:
    if (gives_input)
      input_write(&container->input, fields.at, fields.left);
    connection_pause(attachment->connection, input_full(&container->input));
    return 0;
  case FRAME_STDIN_CLOSE:
    if (gives_input && container->io & IO_STDIN_ONCE)
      input_finish(&container->input);
    return 0;
  case FRAME_STREAM_RESIZE: {
    uint32_t columns = take_u32(&fields);
    uint32_t rows = take_u32(&fields);
    if (container->io & IO_TTY && output_is_open(&container->outputs[LOG_STDOUT]))
      terminal_resize(container->outputs[LOG_STDOUT].watch.fd, columns, rows, f);
    return 0;
  }
  default:
    return fail(f, EPROTO, "attach", "frame type 0x%x in a stream", frame->type);
  }
}

int attach_begin(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f) {
  const char *id = take_text(&frame->fields);
  uint32_t streams = take_u32(&frame->fields);
  struct container *container = container_find(shim, id, f);
  if (!container)
    return -1;
  if (container->state != CONTAINER_CREATED && container->state != CONTAINER_STARTING && container->state != CONTAINER_RUNNING)
    return fail(f, ESRCH, "attach", "container %s is not running", id);
  struct attachment *attachment = calloc(1, sizeof *attachment);
  if (!attachment)
    return fail(f, ENOMEM, "attach", "container %s", id);
  *attachment = (struct attachment){
      .stream = {.received = on_frame, .drained = on_drained, .gone = on_gone},
      .next = container->attachments,
      .container = container,
      .connection = connection,
      .id = frame->id,
      .streams = streams,
  };
  connection_hold(connection);
  container->attachments = attachment;
  connection->stream = &attachment->stream;
  connection_ok(connection, frame->id);
  return 0;
}

void attach_output(struct container *container, enum frame_type type, const void *data, size_t size) {
  for (struct attachment *at = container->attachments; at; at = at->next)
    if (wants(at, type))
      connection_send(at->connection, type, at->id, data, size);
}

bool attach_blocked(const struct container *container, enum frame_type type) {
  for (const struct attachment *at = container->attachments; at; at = at->next)
    if (wants(at, type) && connection_full(at->connection))
      return true;
  return false;
}

void attach_input_drained(struct container *container) {
  struct attachment *next;
  for (struct attachment *at = container->attachments; at; at = next) {
    next = at->next;
    connection_pause(at->connection, input_full(&container->input));
  }
}

void attach_exited(struct container *container) {
  for (struct attachment *at = container->attachments; at; at = at->next)
    connection_exit(at->connection, at->id, container->status.code, container->status.signal);
}

void attach_end(struct container *container) {
  while (container->attachments) {
    struct attachment *at = container->attachments;
    connection_send(at->connection, FRAME_END, at->id, NULL, 0);
    detach(at);
  }
}
