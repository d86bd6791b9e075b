#include "program.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arguments.h"
#include "operations.h"

enum { VERSION = 1 };

enum opcode { OP_CLONE = 1, OP_BARRIER = 2, OP_PIVOT = 15, OP_TTY = 24, OP_RECLONE = 39, OP_DEVICE = 43, OP_ATTACH_ROOT = 47, OP_PAUSE = 49 };

/* What is known of an opcode. `main` is the argument that failures name: NOTHING, or its index. */
struct kind {
  const char *name;
  const char *signature;
  int main;
  operation *function; /* NULL: a stop */
};

enum { NOTHING = -1 };

static const struct kind kinds[] = {
    [OP_CLONE] = {"CLONE", "U", 0, NULL},
    [OP_BARRIER] = {"BARRIER", "", NOTHING, NULL},
    [3] = {"DUMPABLE", "u", 0, op_dumpable},
    [4] = {"SETSID", "", NOTHING, op_setsid},
    [5] = {"WRITE_FILE", "pb", 0, op_write_file},
    [6] = {"SETNS", "SU", 0, op_setns},
    [7] = {"SETNS_TARGET", "U", 0, op_setns_target},
    [8] = {"UNSHARE", "U", 0, op_unshare},
    [9] = {"PROPAGATION", "pU", 0, op_propagation},
    [10] = {"OPEN_TREE", "Spu", 1, op_open_tree},
    [11] = {"OPEN_TREE_IN", "Sppu", 2, op_open_tree_in},
    [12] = {"MOUNT_ATTR", "SUUUNu", 0, op_mount_attr},
    [13] = {"FSMOUNT", "StU[utt]", 1, op_fsmount},
    [14] = {"MOVE_MOUNT", "Spu", 1, op_move_mount},
    [OP_PIVOT] = {"PIVOT", "Sp", 1, op_pivot},
    [16] = {"MKDIR", "puuu", 0, op_mkdir},
    [17] = {"MKNOD", "puuuuu", 0, op_mknod},
    [18] = {"SYMLINK", "tp", 1, op_symlink},
    [19] = {"MASK", "p", 0, op_mask},
    [20] = {"READONLY", "p", 0, op_readonly},
    [21] = {"SYSCTL", "Spt", 1, op_sysctl},
    [22] = {"RLIMIT", "uUU", 0, op_rlimit},
    [23] = {"OOM_SCORE_ADJ", "u", NOTHING, op_oom_score_adj},
    [OP_TTY] = {"TTY", "uuu", NOTHING, op_tty},
    [25] = {"CAP_BOUNDING", "U", NOTHING, op_cap_bounding},
    [26] = {"KEEP_CAPS", "", NOTHING, op_keep_caps},
    [27] = {"GROUPS", "[u]", NOTHING, op_groups},
    [28] = {"GID", "u", 0, op_gid},
    [29] = {"UID", "u", 0, op_uid},
    [30] = {"CAPSET", "UUU", NOTHING, op_capset},
    [31] = {"CAP_AMBIENT", "U", NOTHING, op_cap_ambient},
    [32] = {"CHDIR", "pu", 0, op_chdir},
    [33] = {"NO_NEW_PRIVS", "", NOTHING, op_no_new_privs},
    [34] = {"SECCOMP", "ub", NOTHING, op_seccomp},
    [35] = {"UMASK", "u", 0, op_umask},
    [36] = {"HOSTNAME", "t", 0, op_hostname},
    [37] = {"LSM_EXEC", "Spt", 1, op_lsm_exec},
    [38] = {"EXECVE", "[t][t]", NOTHING, op_execve},
    [OP_RECLONE] = {"RECLONE", "U", 0, NULL},
    [40] = {"OPEN", "Spu", 1, op_open},
    [41] = {"CLOSE", "S", 0, op_close},
    [42] = {"CHECK_FS", "SU", 0, op_check_fs},
    [OP_DEVICE] = {"DEVICE", "pp", 0, op_device},
    [44] = {"OWN_STREAMS", "uu", 0, op_own_streams},
    [45] = {"USER_NAMESPACE", "Stt", 1, op_user_namespace},
    [46] = {"MAP_IDS", "SSpu", 2, op_map_ids},
    [OP_ATTACH_ROOT] = {"ATTACH_ROOT", "Sp", 1, op_attach_root},
    [48] = {"HOOK", "p[t][t]utt", 0, op_hook},
    [OP_PAUSE] = {"PAUSE", "", NOTHING, NULL},
    [50] = {"IO_PRIORITY", "uu", NOTHING, op_io_priority},
    [51] = {"SCHEDULER", "uUuuUUU", NOTHING, op_scheduler},
    [52] = {"PERSONALITY", "u", 0, op_personality},
    [53] = {"MEMORY_POLICY", "ub", NOTHING, op_memory_policy},
    [54] = {"LABEL", "St", 1, op_label},
    [55] = {"SESSION_KEYRING", "", NOTHING, op_session_keyring},
    [56] = {"FSMOUNT_APART", "StU[utt]p", 1, op_fsmount_apart},
};

static const struct kind *kind_of(uint32_t opcode) {
  return opcode < sizeof kinds / sizeof *kinds && kinds[opcode].name ? &kinds[opcode] : NULL;
}

const char *program_operation_name(uint32_t opcode) {
  const struct kind *kind = kind_of(opcode);
  return kind ? kind->name : "UNKNOWN";
}

struct operation_bytes {
  uint16_t opcode;
  struct reader arguments;
};

static bool next_operation(struct reader *program, struct operation_bytes *found) {
  uint16_t zero;
  uint32_t size;
  if (!reader_u16(program, &found->opcode) || !reader_u16(program, &zero) || !reader_u32(program, &size))
    return false;
  found->arguments = (struct reader){program->at, size};
  return zero == 0 && reader_skip(program, size);
}

static int check_header(struct reader *program, uint32_t *operations, struct failure *f) {
  const unsigned char *magic = program->at;
  uint16_t version = 0;
  uint16_t zero = 0;
  if (!reader_skip(program, 4) || !reader_u16(program, &version) || !reader_u16(program, &zero) || !reader_u32(program, operations))
    return fail(f, EINVAL, "program", "the header is cut off");
  if (memcmp(magic, "WLPG", 4) != 0)
    return fail(f, EINVAL, "program", "this is not a launch program");
  if (version != VERSION || zero != 0)
    return fail(f, EPROTONOSUPPORT, "program", "version %u; this helper runs version %d", version, VERSION);
  if (*operations > PROGRAM_MAX_OPERATIONS)
    return fail(f, E2BIG, "program", "%" PRIu32 " operations; %d are allowed", *operations, PROGRAM_MAX_OPERATIONS);
  return 0;
}

int program_check(const void *bytes, size_t size, uint32_t *operations, struct failure *f) {
  struct reader program = {bytes, size};
  *operations = 0;
  uint32_t count;
  if (check_header(&program, &count, f) < 0)
    return -1;
  for (uint32_t i = 0; i < count; i++) {
    struct operation_bytes found;
    if (!next_operation(&program, &found))
      return fail(f, EINVAL, "program", "operation %" PRIu32 " is cut off or malformed", i);
    const struct kind *kind = kind_of(found.opcode);
    if (!kind)
      return fail(f, ENOSYS, "program", "operation %" PRIu32 " has the unknown opcode %u", i, found.opcode);
    struct args args;
    struct failure reason;
    if (arguments_decode(kind->signature, found.arguments, &args, &reason) < 0)
      return fail(f, reason.error, kind->name, "operation %" PRIu32 ": %s", i, reason.detail);
  }
  if (program.left != 0)
    return fail(f, EINVAL, "program", "%zu bytes follow the last operation", program.left);
  *operations = count;
  return 0;
}

void program_run_init(struct program_run *run, struct timing *timings) {
  *run = (struct program_run){.target_pidfd = -1, .terminal = -1, .timings = timings, .root = -1};
  run->null_cover.tree = run->empty_cover.tree = -1;
  for (int i = 0; i < PROGRAM_SLOTS; i++)
    run->slots[i] = -1;
}

static void close_held(int *fd) {
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

void program_run_close(struct program_run *run) {
  for (int i = 0; i < PROGRAM_SLOTS; i++)
    close_held(&run->slots[i]);
  close_held(&run->root);
  close_held(&run->null_cover.tree);
  close_held(&run->empty_cover.tree);
  for (; run->device_next < run->device_count; run->device_next++)
    close_held(&run->devices[run->device_next]);
}

/* Says where in the program a step failed, and on what. */
static void name_failure(const struct kind *kind, uint32_t index, const struct args *args, struct failure *f) {
  struct failure reason = *f;
  char main[160] = "";
  if (kind->main != NOTHING && args->at[kind->main].text)
    snprintf(main, sizeof main, " %s", args->at[kind->main].text);
  else if (kind->main != NOTHING)
    snprintf(main, sizeof main, " %" PRIu64, args->at[kind->main].number);
  fail(f, reason.error, kind->name, "operation %" PRIu32 "%s: %s%s%.300s", index, main, reason.step, *reason.detail ? ": " : "",
       reason.detail);
}

static uint64_t clock_nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * UINT64_C(1000000000) + (uint64_t)time.tv_nsec;
}

/* From PIVOT, or ATTACH_ROOT, on paths are the container's, so the devices that later operations name are opened before it. */
static int reserve_devices(struct reader following, struct program_run *run, struct failure *f) {
  struct operation_bytes found;
  while (next_operation(&following, &found)) {
    if (found.opcode != OP_DEVICE)
      continue;
    struct args args;
    if (arguments_decode(kinds[OP_DEVICE].signature, found.arguments, &args, f) < 0 || device_reserve(args.at[1].text, run, f) < 0)
      return -1;
  }
  return 0;
}

static bool takes_root(uint32_t opcode, const struct program_run *run) {
  return opcode == OP_ATTACH_ROOT || (opcode == OP_PIVOT && !run->attached);
}

static int run_operation(const struct operation_bytes *found, struct reader following, uint32_t index, struct program_run *run,
                         struct failure *f) {
  const struct kind *kind = kind_of(found->opcode);
  struct args args;
  if (!kind)
    return fail(f, ENOSYS, "program", "operation %" PRIu32 " has the unknown opcode %u", index, found->opcode);
  if (arguments_decode(kind->signature, found->arguments, &args, f) < 0 ||
      (takes_root(found->opcode, run) && reserve_devices(following, run, f) < 0) || kind->function(&args, run, f) < 0) {
    name_failure(kind, index, &args, f);
    return -1;
  }
  return 0;
}

/* The stop that an operation is, or PROGRAM_AT_END when it is none. */
static enum program_stop stop_of(const struct operation_bytes *found, uint64_t *flags) {
  struct reader arguments = found->arguments;
  switch (found->opcode) {
  case OP_CLONE:
    return reader_u64(&arguments, flags) ? PROGRAM_AT_CLONE : PROGRAM_FAILED;
  case OP_RECLONE:
    return reader_u64(&arguments, flags) ? PROGRAM_AT_RECLONE : PROGRAM_FAILED;
  case OP_BARRIER:
    return PROGRAM_AT_BARRIER;
  case OP_PAUSE:
    return PROGRAM_AT_PAUSE;
  default:
    return PROGRAM_AT_END;
  }
}

enum program_stop program_run(const void *bytes, size_t size, struct program_run *run, uint32_t *next, uint64_t *flags, struct failure *f) {
  struct reader program = {bytes, size};
  uint32_t count;
  struct operation_bytes found = {0};
  if (check_header(&program, &count, f) < 0)
    return PROGRAM_FAILED;
  for (uint32_t i = 0; i < *next && i < count; i++)
    if (!next_operation(&program, &found))
      return (enum program_stop)fail(f, EINVAL, "program", "operation %" PRIu32 " is cut off or malformed", i);
  while (*next < count) {
    uint32_t index = (*next)++;
    if (!next_operation(&program, &found))
      return (enum program_stop)fail(f, EINVAL, "program", "operation %" PRIu32 " is cut off or malformed", index);
    struct timing *timing = run->timings ? &run->timings[index] : NULL;
    if (timing)
      *timing = (struct timing){.opcode = found.opcode};
    enum program_stop stop = stop_of(&found, flags);
    if (stop != PROGRAM_AT_END)
      return stop;
    uint64_t begin = clock_nanoseconds();
    if (run_operation(&found, program, index, run, f) < 0)
      return PROGRAM_FAILED;
    uint64_t took = clock_nanoseconds() - begin;
    if (timing)
      timing->nanoseconds = took < UINT32_MAX ? (uint32_t)took : UINT32_MAX;
    if (found.opcode == OP_TTY)
      return PROGRAM_AT_TERMINAL;
  }
  return PROGRAM_AT_END;
}
