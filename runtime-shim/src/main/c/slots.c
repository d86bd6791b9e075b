#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "operations.h"
#include "syscalls.h"

int slot_descriptor(const struct program_run *run, const struct argument *slot, struct failure *f) {
  int number = argument_slot(slot);
  if (number == NO_SLOT || run->slots[number] < 0)
    return fail(f, EBADF, "slot", "slot %d is empty", number);
  return run->slots[number];
}

void slot_put(struct program_run *run, const struct argument *slot, int fd) {
  int number = argument_slot(slot);
  if (run->slots[number] >= 0)
    close(run->slots[number]);
  run->slots[number] = fd;
}

int run_confine(struct program_run *run, struct failure *f) {
  int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0)
    return fail(f, errno, "open", "/");
  if (run->root >= 0)
    close(run->root);
  run->root = root;
  return 0;
}
