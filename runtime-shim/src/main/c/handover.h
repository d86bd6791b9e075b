/*
 * What a shim and the zygote say to each other, so that a shim's death breaks nothing: the zygote keeps duplicates of each container's
 * descriptors, reaps what the shim left behind, and forks a successor that takes over from here.
 */
#ifndef WINDLASS_HANDOVER_H
#define WINDLASS_HANDOVER_H

#include <stdint.h>
#include <sys/types.h>

#include "exit_record.h"
#include "failure.h"

/* The descriptors of a container. A terminal's master is its STDOUT. SETUP is there while it stands at its barrier. */
enum { KEPT_PIDFD, KEPT_STDIN, KEPT_STDOUT, KEPT_STDERR, KEPT_SETUP, KEPT_DESCRIPTORS };

struct kept_container {
  struct kept_container *next;
  char *id;
  char *cgroup;
  char *exit_file;
  char *log_path; /* "" = none */
  pid_t pid;
  uint64_t start_time;
  uint32_t io;
  uint32_t state; /* enum container_state: created, running, exited */
  struct exit_status status;
  int fds[KEPT_DESCRIPTORS]; /* -1: none */
};

enum word_kind {
  WORD_LISTENS = 1,  /* shim: it listens; fds[KEPT_PIDFD] is the pod's own init, if it has one */
  WORD_FAILED,       /* shim: it could not begin: `failure` */
  WORD_CREATED,      /* shim: all about a container, with its descriptors */
  WORD_RUNNING,      /* shim: the container with this id was started */
  WORD_INPUT_CLOSED, /* shim: nobody will write to its stdin any more */
  WORD_EXITED,       /* either: its first process ended, with `status` */
  WORD_DELETED,      /* shim: forget it */
};

struct word {
  enum word_kind kind;
  struct failure failure;
  struct kept_container container;
};

/* Sends a word; descriptors stay the caller's. A peer that is gone is no failure: nobody is left to care. */
void word_send(int pair, const struct word *word);
/* Receives a word whose texts and descriptors are the caller's then. 1: one came; 0: the peer is gone; -1: none is waiting. */
int word_receive(int pair, struct word *word);

/* Closes the descriptors and frees the texts, not the structure. */
void kept_container_clear(struct kept_container *container);

#endif
