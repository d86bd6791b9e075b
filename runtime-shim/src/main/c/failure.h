/* The error contract: functions return 0 or -1 and describe a failure through a pointer. Nothing prints; nothing exits but main. */
#ifndef WINDLASS_FAILURE_H
#define WINDLASS_FAILURE_H

struct failure {
  int error;        /* errno value */
  char step[64];    /* what was attempted: "MOVE_MOUNT", "clone3" */
  char detail[512]; /* on what: a path, an id, an index */
};

/* Fills `f` with `error`, the step and a formatted detail; returns -1. */
__attribute__((format(printf, 4, 5))) int fail(struct failure *f, int error, const char *step, const char *detail, ...);

#endif
