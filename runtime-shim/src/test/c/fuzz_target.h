/* The interface of libFuzzer's targets, so that clang's driver can be linked instead of ours. 0: the input may be kept; -1: it is rejected. */
#ifndef WINDLASS_FUZZ_TARGET_H
#define WINDLASS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
