/* The operations of launch programs: each does one step and decides nothing. What they mean is said in the design note 0003. */
#ifndef WINDLASS_OPERATIONS_H
#define WINDLASS_OPERATIONS_H

#include <errno.h>

#include "arguments.h"
#include "failure.h"
#include "program.h"

typedef int operation(const struct args *args, struct program_run *run, struct failure *f);

operation op_dumpable, op_setsid, op_setns, op_setns_target, op_unshare, op_rlimit, op_hostname, op_umask, op_chdir;
operation op_write_file, op_open, op_close, op_mkdir, op_mknod, op_symlink;
operation op_propagation, op_open_tree, op_open_tree_in, op_mount_attr, op_fsmount, op_fsmount_apart, op_move_mount, op_check_fs;
operation op_user_namespace, op_map_ids;
operation op_pivot, op_mask, op_readonly, op_device;
operation op_sysctl, op_lsm_exec, op_oom_score_adj;
operation op_tty;
operation op_cap_bounding, op_keep_caps, op_groups, op_gid, op_uid, op_capset, op_cap_ambient;
operation op_own_streams;
operation op_no_new_privs, op_seccomp;
operation op_execve;
operation op_attach_root, op_hook;
operation op_io_priority, op_scheduler, op_personality, op_memory_policy;
operation op_label, op_session_keyring;

/* Opens the host's device for a DEVICE operation that comes after PIVOT, when the host's tree is out of reach. */
int device_reserve(const char *host_path, struct program_run *run, struct failure *f);

/* Attaches a detached tree at a path. */
int attach_root(int tree, const char *path, const struct program_run *run, struct failure *f);

/* Makes the current root the one that paths are confined to. */
int run_confine(struct program_run *run, struct failure *f);

/* Makes all descriptors above 2 close-on-exec and resets signals, once: a seccomp filter may forbid it later. */
int exec_prepare(struct program_run *run, struct failure *f);

/* A list of texts as execve wants it; NULL when memory is short. The texts stay the program's. */
char **text_array(const struct argument *argument);

/* The descriptor in a slot; fails when the slot is empty. */
int slot_descriptor(const struct program_run *run, const struct argument *slot, struct failure *f);

/* Gives `fd` to the slot, and closes what it held. */
void slot_put(struct program_run *run, const struct argument *slot, int fd);

/* For a call whose only object is the operation's main argument, which program_run names. Takes errno. */
static inline int fail_call(struct failure *f, const char *call) { return fail(f, errno, call, "%s", ""); }

#endif
