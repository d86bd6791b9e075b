/* What containers and execs share about their standard streams. */
#ifndef WINDLASS_STANDARD_STREAMS_H
#define WINDLASS_STANDARD_STREAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"

/* Both ends of the standard streams of a process to be; -1 where there is none. */
struct stdio {
  int process[3]; /* its 0, 1 and 2 */
  int shim[3];    /* what the shim writes, and reads */
};

/* Makes the pipes; none for a terminal's streams. All are -1 after a failure. */
int stdio_open(struct stdio *stdio, bool with_input, bool terminal, struct failure *f);
void stdio_close_process(struct stdio *stdio);
void stdio_close(struct stdio *stdio);

/* Sets a terminal's size. */
int terminal_resize(int master, uint32_t columns, uint32_t rows, struct failure *f);

#endif
