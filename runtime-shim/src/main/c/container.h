/*
 * One container, from CREATE to DELETE.
 *
 *   CREATING [--PAUSE--> (answered) --PROCEED-->] --READY--> CREATED --START--> STARTING --execve--> RUNNING --exit--> EXITED --DELETE--> (gone)
 *      |                   '----------------- exit or failure ------------------->'
 *      '--failure--> reaped, answered with ERROR, gone
 */
#ifndef WINDLASS_CONTAINER_H
#define WINDLASS_CONTAINER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "attach.h"
#include "exit_record.h"
#include "handover.h"
#include "launch.h"
#include "log.h"
#include "shim.h"
#include "stream.h"

/* The values up to EXITED are those of LIST. */
enum container_state { CONTAINER_CREATED = 1, CONTAINER_RUNNING, CONTAINER_EXITED, CONTAINER_CREATING, CONTAINER_STARTING };

enum container_io { IO_STDIN = 1, IO_TTY = 2, IO_STDIN_ONCE = 4, IO_HOST = 8 };

enum pid_mode { PID_BY_PROGRAM, PID_OF_POD, PID_OF_HOST, PID_OF_TARGET };

struct container {
  struct container *next;
  struct shim *shim;
  char *id;
  char *cgroup; /* cgroup2 directory, or "" */
  char *exit_file;
  char *restored_file;    /* while it is to be restored: where the number of its first process will stand; else NULL */
  siginfo_t restored_end; /* of a restored process that ended before it could be taken */
  enum container_state state;
  uint32_t io;
  bool start_failed;
  bool paused; /* CREATE is answered, PROCEED has not come */
  struct launch launch;
  struct answer answer;   /* CREATE, PROCEED or START that waits */
  struct failure failure; /* of CREATE */
  uint64_t start_time;
  struct exit_status status;
  struct output outputs[LOG_STREAMS];
  struct input input;
  struct log log;
  struct attachment *attachments;
};

struct container *container_find(struct shim *shim, const char *id, struct failure *f);
/* The container whose process this is, or NULL. */
struct container *container_of_process(struct shim *shim, pid_t pid);
/* Its process has ended, and is reaped when this has returned. */
void container_reaped(struct container *container, const siginfo_t *information);
/* The zygote has reaped it and written its exit record: it was a child of an earlier shim. */
void container_ended(struct container *container, const struct exit_status *status);
/* Takes over a container, and its descriptors, from an earlier shim of this pod. */
int container_adopt(struct shim *shim, struct kept_container *kept, struct failure *f);

/* The requests; -1 with a failure is answered with ERROR. */
int container_create(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);
int container_proceed(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);
int container_start(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);
int container_signal(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);
int container_delete(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);
int container_reopen_log(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);
int container_list(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);
int container_resize(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);
int container_close_stdin(struct shim *shim, struct connection *connection, struct frame *frame, struct failure *f);

#endif
