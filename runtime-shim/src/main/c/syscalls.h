/*
 * The kernel's newer calls, which musl does not wrap, and their constants, which depend on how new the installed headers are: this file
 * needs no kernel header. Names start with sys_ so that a libc that does know a call cannot collide. All return -1 and set errno.
 */
#ifndef WINDLASS_SYSCALLS_H
#define WINDLASS_SYSCALLS_H

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* Calls since number 424 have one number on every architecture. */
enum sys_number {
  NUMBER_PIDFD_SEND_SIGNAL = 424,
  NUMBER_OPEN_TREE = 428,
  NUMBER_MOVE_MOUNT = 429,
  NUMBER_FSOPEN = 430,
  NUMBER_FSCONFIG = 431,
  NUMBER_FSMOUNT = 432,
  NUMBER_PIDFD_OPEN = 434,
  NUMBER_CLONE3 = 435,
  NUMBER_CLOSE_RANGE = 436,
  NUMBER_OPENAT2 = 437,
  NUMBER_PIDFD_GETFD = 438,
  NUMBER_MOUNT_SETATTR = 442,
};

#define SYS_CLONE_NEWTIME UINT64_C(0x00000080)
#define SYS_CLONE_PIDFD UINT64_C(0x00001000)
#define SYS_CLONE_PARENT UINT64_C(0x00008000)
#define SYS_CLONE_NEWNS UINT64_C(0x00020000)
#define SYS_CLONE_NEWCGROUP UINT64_C(0x02000000)
#define SYS_CLONE_NEWUTS UINT64_C(0x04000000)
#define SYS_CLONE_NEWIPC UINT64_C(0x08000000)
#define SYS_CLONE_NEWUSER UINT64_C(0x10000000)
#define SYS_CLONE_NEWPID UINT64_C(0x20000000)
#define SYS_CLONE_NEWNET UINT64_C(0x40000000)
#define SYS_CLONE_INTO_CGROUP UINT64_C(0x200000000)

struct sys_clone_args {
  uint64_t flags;
  uint64_t pidfd;
  uint64_t child_tid;
  uint64_t parent_tid;
  uint64_t exit_signal;
  uint64_t stack;
  uint64_t stack_size;
  uint64_t tls;
  uint64_t set_tid;
  uint64_t set_tid_size;
  uint64_t cgroup;
};

struct sys_open_how {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};

#define SYS_RESOLVE_NO_XDEV UINT64_C(0x01)
#define SYS_RESOLVE_NO_MAGICLINKS UINT64_C(0x02)
#define SYS_RESOLVE_NO_SYMLINKS UINT64_C(0x04)
#define SYS_RESOLVE_BENEATH UINT64_C(0x08)
#define SYS_RESOLVE_IN_ROOT UINT64_C(0x10)

struct sys_mount_attr {
  uint64_t set;
  uint64_t clear;
  uint64_t propagation;
  uint64_t userns_fd;
};

#define SYS_MOUNT_ATTR_RDONLY UINT64_C(0x00000001)
#define SYS_MOUNT_ATTR_NOSUID UINT64_C(0x00000002)
#define SYS_MOUNT_ATTR_NODEV UINT64_C(0x00000004)
#define SYS_MOUNT_ATTR_NOEXEC UINT64_C(0x00000008)
#define SYS_MOUNT_ATTR_IDMAP UINT64_C(0x00100000)

#define SYS_OPEN_TREE_CLONE 1u
#define SYS_AT_SYMLINK_NOFOLLOW 0x100u
#define SYS_AT_EMPTY_PATH 0x1000u
#define SYS_AT_RECURSIVE 0x8000u
#define SYS_MOVE_MOUNT_F_EMPTY_PATH 0x04u
#define SYS_MOVE_MOUNT_T_EMPTY_PATH 0x40u
#define SYS_FSOPEN_CLOEXEC 1u
#define SYS_FSMOUNT_CLOEXEC 1u

enum sys_fsconfig_command {
  SYS_FSCONFIG_SET_FLAG = 0,
  SYS_FSCONFIG_SET_STRING = 1,
  SYS_FSCONFIG_SET_FD = 5,
  SYS_FSCONFIG_CMD_CREATE = 6,
};

#define SYS_CLOSE_RANGE_CLOEXEC 4u

/* Like fork: returns 0 in the child. No stack is given, so the child runs on a copy of the caller's. */
static inline pid_t sys_clone3(const struct sys_clone_args *arguments) {
  return (pid_t)syscall(NUMBER_CLONE3, arguments, sizeof *arguments);
}

static inline int sys_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct sys_open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve};
  return (int)syscall(NUMBER_OPENAT2, directory, path, &how, sizeof how);
}

static inline int sys_open_tree(int directory, const char *path, unsigned flags) {
  return (int)syscall(NUMBER_OPEN_TREE, directory, path, flags | (unsigned)O_CLOEXEC);
}

static inline int sys_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags) {
  return (int)syscall(NUMBER_MOVE_MOUNT, from, from_path, to, to_path, flags);
}

static inline int sys_mount_setattr(int directory, const char *path, unsigned flags, const struct sys_mount_attr *attributes) {
  return (int)syscall(NUMBER_MOUNT_SETATTR, directory, path, flags, attributes, sizeof *attributes);
}

static inline int sys_fsopen(const char *type) { return (int)syscall(NUMBER_FSOPEN, type, SYS_FSOPEN_CLOEXEC); }

static inline int sys_fsconfig(int context, enum sys_fsconfig_command command, const char *key, const char *value, int extra) {
  return (int)syscall(NUMBER_FSCONFIG, context, command, key, value, extra);
}

static inline int sys_fsmount(int context, uint64_t attributes) {
  return (int)syscall(NUMBER_FSMOUNT, context, SYS_FSMOUNT_CLOEXEC, (unsigned)attributes);
}

static inline int sys_pivot_root(const char *new_root, const char *put_old) { return (int)syscall(SYS_pivot_root, new_root, put_old); }

static inline int sys_pidfd_open(pid_t pid, unsigned flags) { return (int)syscall(NUMBER_PIDFD_OPEN, pid, flags); }

static inline int sys_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(NUMBER_PIDFD_SEND_SIGNAL, pidfd, signal, (siginfo_t *)NULL, 0u);
}

static inline int sys_pidfd_getfd(int pidfd, int fd) { return (int)syscall(NUMBER_PIDFD_GETFD, pidfd, fd, 0u); }

static inline int sys_close_range(unsigned first, unsigned last, unsigned flags) {
  return (int)syscall(NUMBER_CLOSE_RANGE, first, last, flags);
}

#endif
