/* Descriptors and memory that end with their scope. Cleaning up keeps errno, so `return -1` still tells the reason. */
#ifndef WINDLASS_CLEANUP_H
#define WINDLASS_CLEANUP_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void cleanup_close(const int *fd) {
  if (*fd >= 0) {
    int kept = errno;
    close(*fd);
    errno = kept;
  }
}

static inline void cleanup_free(void *pointer) {
  int kept = errno;
  void *memory;
  memcpy(&memory, pointer, sizeof memory);
  free(memory);
  errno = kept;
}

/* `scoped_fd int fd = ...`: closed when the variable leaves its scope; -1 is nothing. */
#define scoped_fd __attribute__((cleanup(cleanup_close)))
/* `scoped_memory char *text = ...`: freed when the variable leaves its scope. */
#define scoped_memory __attribute__((cleanup(cleanup_free)))

/* Takes the descriptor out of a scoped variable, which then closes nothing. */
static inline int take_fd(int *fd) {
  int taken = *fd;
  *fd = -1;
  return taken;
}

static inline void *take_pointer(void *variable) {
  void *taken;
  void *nothing = NULL;
  memcpy(&taken, variable, sizeof taken);
  memcpy(variable, &nothing, sizeof nothing);
  return taken;
}

#endif
