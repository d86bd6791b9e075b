/* The ends of a process's standard streams that the shim holds: outputs it reads, and an input it writes; none of them blocks. */
#ifndef WINDLASS_STREAM_H
#define WINDLASS_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "frame.h"
#include "loop.h"

struct output;

struct output_calls {
  void (*data)(void *owner, struct output *output, const unsigned char *data, size_t size);
  bool (*blocked)(void *owner, struct output *output); /* true while a receiver cannot take more */
  void (*ended)(void *owner, struct output *output);   /* nobody can write any more; the output is closed */
};

/* The reading end of a stdout or stderr pipe, or a terminal's master. */
struct output {
  struct watch watch;
  struct loop *loop;
  enum frame_type type; /* FRAME_STDOUT or FRAME_STDERR */
  const struct output_calls *calls;
  void *owner;
};

/* Takes `fd`. */
int output_open(struct output *output, struct loop *loop, int fd, enum frame_type type, const struct output_calls *calls, void *owner);
bool output_is_open(const struct output *output);
/* Reads on, or stops reading, as the receivers can take it. */
void output_update(struct output *output);
/* Reads what was written so far, at most `limit` bytes, whether or not a receiver is full. */
void output_drain(struct output *output, size_t limit);
void output_close(struct output *output);

/* The writing end of a stdin pipe, or a terminal's master. */
struct input {
  struct watch watch;
  struct loop *loop;
  struct bytes pending;
  bool closing; /* closed once `pending` is written */
  void (*drained)(void *owner);
  void *owner;
};

/* Takes `fd`. `drained` is called when an input that was full takes data again, or will never take more. */
int input_open(struct input *input, struct loop *loop, int fd, void (*drained)(void *owner), void *owner);
bool input_is_open(const struct input *input);
void input_write(struct input *input, const void *data, size_t size);
/* True while the process has not read what was written: the writer should wait for `drained`. */
bool input_full(const struct input *input);
void input_finish(struct input *input);
void input_close(struct input *input);

#endif
