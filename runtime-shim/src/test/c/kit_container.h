/* Runs a launch program as the shim does, in a mount namespace that ends with it, and tells what came of it. */
#ifndef WINDLASS_KIT_CONTAINER_H
#define WINDLASS_KIT_CONTAINER_H

#include <stdbool.h>

#include "failure.h"
#include "kit_builder.h"
#include "program.h"

enum { OUTPUT_SIZE = 1 << 16 };

struct outcome {
  bool failed; /* program_run failed with `failure` */
  struct failure failure;
  int status;               /* exit status of the program's process, 128 + signal if it was killed */
  char output[OUTPUT_SIZE]; /* what it wrote to 1 and 2, or to its terminal */
  struct timing timings[PROGRAM_MAX_OPERATIONS];
};

/* What a test adds to a run; all may be absent. Both run in the process that stands for the shim. */
struct run_hooks {
  void (*before)(const char *folder); /* the folder is made and filled, the program not yet run */
  void (*after)(const char *folder);  /* what it prints comes after the program's output */
  const struct builder *target;       /* a program that runs meanwhile: the target of SETNS_TARGET */
};

/*
 * `folder`, which programs name in their paths, is a tmpfs that holds:
 *   lower/  a root: bin/probe, dev etc proc run sys tmp, etc/hostname, etc/masked, etc/dangling -> ../run/made, etc/out -> /../../outside,
 *           etc/host -> /mnt/outside/file
 *   upper/ work/ root/  for the overlay and its attach point
 *   outside/file  what no program may reach from the inside
 */
extern const char *const FOLDER;

void run_program(struct builder *builder, const struct run_hooks *hooks, struct outcome *outcome);

/* Checks that a program ran and its process ended with 0; or that a step of it failed so. Both show what happened instead. */
void tap_ran(const struct outcome *outcome, const char *name);
void tap_failed(const struct outcome *outcome, int error, const char *step, const char *part, const char *name);

/* Adds what begins most programs: CLONE with `flags`, slave mounts, the overlay in slot 0. */
void build_overlay(struct builder *builder, uint64_t flags);

/* Adds PIVOT to slot 0, and /proc and /dev with null and pts. */
void build_inside(struct builder *builder);

/* Adds EXECVE of /bin/probe with `commands`, ended by NULL, and ends the program. */
void build_probe(struct builder *builder, const char *const *commands);

#endif
