/* Writes launch programs for tests. */
#ifndef WINDLASS_KIT_BUILDER_H
#define WINDLASS_KIT_BUILDER_H

#include <stddef.h>
#include <stdint.h>

enum opcodes {
  CLONE = 1, BARRIER, DUMPABLE, SETSID, WRITE_FILE, SETNS, SETNS_TARGET, UNSHARE, PROPAGATION, OPEN_TREE, OPEN_TREE_IN, MOUNT_ATTR, FSMOUNT,
  MOVE_MOUNT, PIVOT, MKDIR, MKNOD, SYMLINK, MASK, READONLY, SYSCTL, RLIMIT, OOM_SCORE_ADJ, TTY, CAP_BOUNDING, KEEP_CAPS, GROUPS, GID, UID,
  CAPSET, CAP_AMBIENT, CHDIR, NO_NEW_PRIVS, SECCOMP, UMASK, HOSTNAME, LSM_EXEC, EXECVE, RECLONE, OPEN, CLOSE, CHECK_FS, DEVICE,
  OWN_STREAMS, USER_NAMESPACE, MAP_IDS, ATTACH_ROOT, HOOK, PAUSE, IO_PRIORITY, SCHEDULER, PERSONALITY, MEMORY_POLICY,
  LABEL, SESSION_KEYRING, FSMOUNT_APART,
  OPCODES_END,
};

static const uint32_t NO_DESCRIPTOR = UINT32_MAX;

struct builder {
  unsigned char bytes[1 << 16];
  size_t size;
  size_t operation; /* where the current operation begins; 0 before the first */
  uint32_t operations;
};

void build_begin(struct builder *builder);

/*
 * Adds an operation. `signature` names the arguments that follow: u (unsigned), U (uint64_t), t (const char *), b (const void *,
 * size_t), L (const char *const *, ended by NULL: a list of texts). A list of other items is its count as u and then the items.
 */
void build(struct builder *builder, enum opcodes opcode, const char *signature, ...);

/* Writes the header; the builder's bytes are then the program. */
void build_end(struct builder *builder);

#endif
