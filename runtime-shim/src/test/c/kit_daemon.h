/* Stands for the daemon: starts a zygote in a folder of its own and speaks the control protocol to it and its shims. */
#ifndef WINDLASS_KIT_DAEMON_H
#define WINDLASS_KIT_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "frame.h"
#include "kit_builder.h"

enum { MESSAGE_SIZE = 1 << 17, PATH_SIZE = 128 };

struct message {
  uint16_t type;
  uint64_t id;
  struct fields fields;
  unsigned char payload[MESSAGE_SIZE];
};

/* Runs $WINDLASS_SHIM for `folder`; its exit status, and what it wrote to its standard error. */
int daemon_start_zygote(const char *folder, char *errors, size_t size);

/* Connects to a socket, trying for some seconds; -1 when nobody listens. */
int daemon_connect(const char *path);

/*
 * Sends a request. `signature` names its fields: t (const char *), u (unsigned), U (uint64_t), p (const struct builder *, as bytes), r
 * (const char *, size_t: raw). daemon_call then waits for the answer: true when it is OK; the message has its fields, or the error's.
 */
void daemon_send(int fd, enum frame_type type, uint64_t id, const char *signature, ...);
bool daemon_call(int fd, struct message *message, enum frame_type type, const char *signature, ...);
/* Receives one frame; false after ten seconds without one, or at the end. */
bool daemon_receive(int fd, struct message *message);

/* What a stream brought until a frame of type `until`, which is FRAME_EXIT or FRAME_END. */
struct streamed {
  char out[4096];
  char err[4096];
  bool exited;
  uint32_t code;
  uint32_t signal;
};
bool daemon_stream(int fd, enum frame_type until, struct streamed *streamed);

/* The next event. */
struct event {
  uint64_t number;
  uint32_t kind;
  char container[64];
  uint32_t code;
  uint32_t signal;
};
bool daemon_event(int fd, struct event *event);

/* The whole text of a file, or "". */
const char *daemon_read_file(const char *path);

/* Whether a process sleeps. */
bool process_sleeps(pid_t pid);
/* Waits ten seconds at most until a process runs no program any more, whether anybody has been told of its end or not. */
bool process_ends(pid_t pid);

/* A pipe with a name that scripts wait at, by "read go <path": each let_go() lets one pass, whether it has come yet or not. */
int gate_make(const char *path);
void gate_let_go(int gate);

#endif
