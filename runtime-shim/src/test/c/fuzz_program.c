/* The fuzz target: no bytes whatever may make program_check read beyond them, or accept what cannot be walked. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_target.h"
#include "program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint8_t *exact = malloc(size ? size : 1); /* so that the sanitizer sees the first byte beyond */
  if (!exact)
    abort();
  if (size > 0)
    memcpy(exact, data, size);
  struct failure f = {0};
  uint32_t operations = UINT32_MAX;
  int checked = program_check(exact, size, &operations, &f);
  if (checked < 0 ? f.error <= 0 || operations != 0 : operations > PROGRAM_MAX_OPERATIONS)
    abort();
  free(exact);
  return checked < 0 ? -1 : 0;
}
