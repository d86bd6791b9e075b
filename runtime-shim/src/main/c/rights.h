/* What the calling process may do. */
#ifndef WINDLASS_RIGHTS_H
#define WINDLASS_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>

enum { CAPABILITY_VERSION_3 = 0x20080522 };

/* Layouts of linux/capability.h. A call takes two `words`, the lower capabilities first. */
struct capability_header {
  uint32_t version;
  int32_t pid;
};

struct capability_words {
  uint32_t effective;
  uint32_t permitted;
  uint32_t inheritable;
};

/*
 * Takes or puts aside the right to write past disk quotas (CAP_SYS_RESOURCE), if the process was given it at all. ext4 does not keep
 * those who have it in effect to a quota, so that a log would grow without end.
 */
void rights_pass_quotas(bool may);

#endif
