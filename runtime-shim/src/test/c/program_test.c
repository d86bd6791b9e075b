/* What program_check accepts and refuses. Programs are copied to memory of their exact size, so that a sanitizer sees any read beyond. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit_builder.h"
#include "kit_tap.h"
#include "program.h"

enum { HEADER = 12, OPERATION_HEADER = 8 };

/* The contract's table: k is a list of FSMOUNT options, l a list of texts, g one of numbers, s a slot, n a slot or none. */
static const char *const contract[OPCODES_END] = {
    [CLONE] = "U",        [BARRIER] = "",       [DUMPABLE] = "u",      [SETSID] = "",      [WRITE_FILE] = "tb",
    [SETNS] = "sU",       [SETNS_TARGET] = "U", [UNSHARE] = "U",       [PROPAGATION] = "tU", [OPEN_TREE] = "stu",
    [OPEN_TREE_IN] = "sttu", [MOUNT_ATTR] = "sUUUnu", [FSMOUNT] = "stUk", [MOVE_MOUNT] = "stu", [PIVOT] = "st",
    [MKDIR] = "tuuu",     [MKNOD] = "tuuuuu",   [SYMLINK] = "tt",      [MASK] = "t",       [READONLY] = "t",
    [SYSCTL] = "stt",     [RLIMIT] = "uUU",     [OOM_SCORE_ADJ] = "u", [TTY] = "uuu",      [CAP_BOUNDING] = "U",
    [KEEP_CAPS] = "",     [GROUPS] = "g",       [GID] = "u",           [UID] = "u",        [CAPSET] = "UUU",
    [CAP_AMBIENT] = "U",  [CHDIR] = "tu",       [NO_NEW_PRIVS] = "",   [SECCOMP] = "ub",   [UMASK] = "u",
    [HOSTNAME] = "t",     [LSM_EXEC] = "stt",   [EXECVE] = "ll",       [RECLONE] = "U",    [OPEN] = "stu",
    [CLOSE] = "s",        [CHECK_FS] = "sU",    [DEVICE] = "tt",      [OWN_STREAMS] = "uu",
    [USER_NAMESPACE] = "stt", [MAP_IDS] = "sstu", [ATTACH_ROOT] = "st", [HOOK] = "tllutt", [PAUSE] = "", [IO_PRIORITY] = "uu",
    [SCHEDULER] = "uUuuUUU", [PERSONALITY] = "u", [MEMORY_POLICY] = "ub", [LABEL] = "st", [SESSION_KEYRING] = "",
    [FSMOUNT_APART] = "stUkt",
};

static const char *const names[OPCODES_END] = {
    [CLONE] = "CLONE", [BARRIER] = "BARRIER", [DUMPABLE] = "DUMPABLE", [SETSID] = "SETSID", [WRITE_FILE] = "WRITE_FILE",
    [SETNS] = "SETNS", [SETNS_TARGET] = "SETNS_TARGET", [UNSHARE] = "UNSHARE", [PROPAGATION] = "PROPAGATION", [OPEN_TREE] = "OPEN_TREE",
    [OPEN_TREE_IN] = "OPEN_TREE_IN", [MOUNT_ATTR] = "MOUNT_ATTR", [FSMOUNT] = "FSMOUNT", [MOVE_MOUNT] = "MOVE_MOUNT", [PIVOT] = "PIVOT",
    [MKDIR] = "MKDIR", [MKNOD] = "MKNOD", [SYMLINK] = "SYMLINK", [MASK] = "MASK", [READONLY] = "READONLY", [SYSCTL] = "SYSCTL",
    [RLIMIT] = "RLIMIT", [OOM_SCORE_ADJ] = "OOM_SCORE_ADJ", [TTY] = "TTY", [CAP_BOUNDING] = "CAP_BOUNDING", [KEEP_CAPS] = "KEEP_CAPS",
    [GROUPS] = "GROUPS", [GID] = "GID", [UID] = "UID", [CAPSET] = "CAPSET", [CAP_AMBIENT] = "CAP_AMBIENT", [CHDIR] = "CHDIR",
    [NO_NEW_PRIVS] = "NO_NEW_PRIVS", [SECCOMP] = "SECCOMP", [UMASK] = "UMASK", [HOSTNAME] = "HOSTNAME", [LSM_EXEC] = "LSM_EXEC",
    [EXECVE] = "EXECVE", [RECLONE] = "RECLONE", [OPEN] = "OPEN", [CLOSE] = "CLOSE", [CHECK_FS] = "CHECK_FS", [DEVICE] = "DEVICE",
    [OWN_STREAMS] = "OWN_STREAMS", [USER_NAMESPACE] = "USER_NAMESPACE", [MAP_IDS] = "MAP_IDS",
    [ATTACH_ROOT] = "ATTACH_ROOT", [HOOK] = "HOOK", [PAUSE] = "PAUSE", [IO_PRIORITY] = "IO_PRIORITY",
    [SCHEDULER] = "SCHEDULER", [PERSONALITY] = "PERSONALITY", [MEMORY_POLICY] = "MEMORY_POLICY",
    [LABEL] = "LABEL", [SESSION_KEYRING] = "SESSION_KEYRING",
    [FSMOUNT_APART] = "FSMOUNT_APART",
};

static int check(const void *bytes, size_t size, uint32_t *operations, struct failure *f) {
  void *copy = malloc(size ? size : 1);
  if (!copy)
    abort();
  memcpy(copy, bytes, size);
  int result = program_check(copy, size, operations, f);
  free(copy);
  return result;
}

static int check_built(struct builder *builder, struct failure *f) {
  uint32_t operations;
  build_end(builder);
  return check(builder->bytes, builder->size, &operations, f);
}

/* Adds `opcode` with plausible arguments: every list has two items. */
static void build_valid(struct builder *builder, enum opcodes opcode) {
  struct builder single;
  build_begin(&single);
  build(&single, opcode, "");
  for (const char *kind = contract[opcode]; *kind; kind++) {
    struct builder argument;
    build_begin(&argument);
    if (*kind == 'u' || *kind == 's' || *kind == 'n')
      build(&argument, opcode, "u", *kind == 'n' ? NO_DESCRIPTOR : 3u);
    else if (*kind == 'U')
      build(&argument, opcode, "U", UINT64_C(5));
    else if (*kind == 't')
      build(&argument, opcode, "t", "/some/text");
    else if (*kind == 'b')
      build(&argument, opcode, "b", "\0bytes\0", (size_t)7);
    else if (*kind == 'g')
      build(&argument, opcode, "uuu", 2u, 1000u, 1001u);
    else if (*kind == 'l')
      build(&argument, opcode, "utt", 2u, "first", "");
    else
      build(&argument, opcode, "uuttutt", 2u, 1u, "mode", "755", 5u, "upperdir", "3");
    size_t size = argument.size - HEADER - OPERATION_HEADER;
    memcpy(single.bytes + single.size, argument.bytes + HEADER + OPERATION_HEADER, size);
    single.size += size;
  }
  size_t size = single.size - HEADER - OPERATION_HEADER;
  single.bytes[HEADER + 4] = (unsigned char)size;
  memcpy(builder->bytes + builder->size, single.bytes + HEADER, single.size - HEADER);
  builder->size += single.size - HEADER;
  builder->operations++;
}

static void every_operation_is_known_by_the_name_of_the_contract(void) {
  for (enum opcodes opcode = CLONE; opcode < OPCODES_END; opcode++)
    tap_ok(strcmp(program_operation_name(opcode), names[opcode]) == 0, "opcode %d is %s", opcode, names[opcode]);
  tap_ok(strcmp(program_operation_name(0), "UNKNOWN") == 0 && strcmp(program_operation_name(OPCODES_END), "UNKNOWN") == 0 &&
             strcmp(program_operation_name(UINT32_MAX), "UNKNOWN") == 0,
         "other opcodes are UNKNOWN");
}

static void arguments_are_accepted_whole_and_refused_at_every_cut(void) {
  for (enum opcodes opcode = CLONE; opcode < OPCODES_END; opcode++) {
    struct builder builder;
    struct failure f = {0};
    build_begin(&builder);
    build_valid(&builder, opcode);
    bool accepted = check_built(&builder, &f) == 0;
    size_t size = builder.size - HEADER - OPERATION_HEADER;
    size_t refused = 0;
    for (size_t cut = 0; cut < size; cut++) {
      uint32_t operations;
      builder.bytes[HEADER + 4] = (unsigned char)cut;
      refused += check(builder.bytes, HEADER + OPERATION_HEADER + cut, &operations, &f) < 0 && f.error == EINVAL &&
                 strcmp(f.step, names[opcode]) == 0;
    }
    tap_ok(accepted && refused == size, "%s: accepted whole, refused at each of %zu cuts", names[opcode], size);
  }
}

static void bytes_after_the_known_arguments_are_ignored(void) {
  for (enum opcodes opcode = CLONE; opcode < OPCODES_END; opcode++) {
    struct builder builder;
    struct failure f = {0};
    build_begin(&builder);
    build_valid(&builder, opcode);
    builder.bytes[HEADER + 4] = (unsigned char)(builder.bytes[HEADER + 4] + 3);
    builder.size += 3;
    tap_ok(check_built(&builder, &f) == 0, "%s: a later version's field is passed over", names[opcode]);
  }
}

static void a_program_is_refused_at_every_cut(void) {
  struct builder builder;
  struct failure f = {0};
  build_begin(&builder);
  for (enum opcodes opcode = CLONE; opcode < OPCODES_END; opcode++)
    build_valid(&builder, opcode);
  build_end(&builder);
  uint32_t operations = 0;
  tap_ok(check(builder.bytes, builder.size, &operations, &f) == 0 && operations == OPCODES_END - 1, "a program of all operations is accepted");
  size_t refused = 0;
  for (size_t cut = 0; cut < builder.size; cut++)
    refused += check(builder.bytes, cut, &operations, &f) < 0 && operations == 0;
  tap_ok(refused == builder.size, "and refused at each of %zu cuts", builder.size);
  tap_ok(check(builder.bytes, builder.size + 1, &operations, &f) < 0 && strstr(f.detail, "follow the last operation"), "bytes after its end are refused");
}

static void headers_are_checked(void) {
  struct builder builder;
  struct failure f = {0};
  uint32_t operations;
  build_begin(&builder);
  build_end(&builder);
  tap_ok(check(builder.bytes, builder.size, &operations, &f) == 0 && operations == 0, "an empty program is a program");
  builder.bytes[0] = 'w';
  tap_ok(check(builder.bytes, builder.size, &operations, &f) < 0 && f.error == EINVAL, "other magic bytes are refused");
  builder.bytes[0] = 'W';
  builder.bytes[4] = 2;
  tap_ok(check(builder.bytes, builder.size, &operations, &f) < 0 && f.error == EPROTONOSUPPORT && strstr(f.detail, "version 2"), "a later version is refused by its number");
  builder.bytes[4] = 1;
  builder.bytes[6] = 1;
  tap_ok(check(builder.bytes, builder.size, &operations, &f) < 0, "a reserved field that is set is refused");
  builder.bytes[6] = 0;
  builder.bytes[11] = 0xff;
  tap_ok(check(builder.bytes, builder.size, &operations, &f) < 0 && f.error == E2BIG, "too many operations are refused before they are read");
}

static void operations_are_checked(void) {
  struct builder builder;
  struct failure f = {0};
  build_begin(&builder);
  build(&builder, BARRIER, "");
  build(&builder, OPCODES_END, "");
  char unknown[32];
  snprintf(unknown, sizeof unknown, "opcode %d", OPCODES_END);
  tap_ok(check_built(&builder, &f) < 0 && f.error == ENOSYS && strstr(f.detail, "operation 1") && strstr(f.detail, unknown),
         "an unknown opcode is named with its place");
  build_begin(&builder);
  build(&builder, BARRIER, "");
  builder.bytes[HEADER + 2] = 1;
  tap_ok(check_built(&builder, &f) < 0, "a reserved field that is set is refused");
  build_begin(&builder);
  build(&builder, BARRIER, "");
  memset(builder.bytes + HEADER + 4, 0xff, 4);
  tap_ok(check_built(&builder, &f) < 0 && f.error == EINVAL, "arguments that would reach beyond the program are refused");
}

static void texts_are_checked(void) {
  struct builder builder;
  struct failure f = {0};
  build_begin(&builder);
  build(&builder, HOSTNAME, "t", "a name");
  builder.bytes[builder.size - 3] = 0;
  tap_ok(check_built(&builder, &f) < 0 && strstr(f.detail, "NUL inside"), "a NUL inside a text is refused");
  build_begin(&builder);
  build(&builder, HOSTNAME, "t", "a name");
  builder.bytes[builder.size - 1] = 'x';
  tap_ok(check_built(&builder, &f) < 0 && strstr(f.detail, "does not end with NUL"), "a text without its NUL is refused");
  build_begin(&builder);
  build(&builder, HOSTNAME, "u", UINT32_MAX);
  tap_ok(check_built(&builder, &f) < 0, "a text that claims 4 GiB is refused");
  build_begin(&builder);
  build(&builder, MASK, "t", "");
  tap_ok(check_built(&builder, &f) < 0 && strstr(f.detail, "empty path"), "an empty path is refused");
  char path[5000];
  memset(path, 'x', sizeof path - 1);
  path[sizeof path - 1] = 0;
  build_begin(&builder);
  build(&builder, MASK, "t", path);
  tap_ok(check_built(&builder, &f) < 0 && strstr(f.detail, "too long"), "a path beyond PATH_MAX is refused");
}

static void lists_are_checked(void) {
  struct builder builder;
  struct failure f = {0};
  build_begin(&builder);
  build(&builder, GROUPS, "u", UINT32_MAX);
  tap_ok(check_built(&builder, &f) < 0 && f.error == EINVAL, "a list that claims more numbers than there are is refused");
  build_begin(&builder);
  build(&builder, EXECVE, "utu", UINT32_MAX, "sh", 0u);
  tap_ok(check_built(&builder, &f) < 0 && strstr(f.detail, "list"), "a list that claims more texts than there are is refused");
  build_begin(&builder);
  build(&builder, FSMOUNT, "utUuut", 0u, "tmpfs", UINT64_C(0), 1u, 1u, "mode");
  tap_ok(check_built(&builder, &f) < 0, "an option without a value is refused");
  build_begin(&builder);
  build(&builder, EXECVE, "uu", 0u, 0u);
  tap_ok(check_built(&builder, &f) == 0, "empty lists are lists");
}

static void slots_are_checked(void) {
  struct builder builder;
  struct failure f = {0};
  build_begin(&builder);
  build(&builder, CLOSE, "u", (unsigned)PROGRAM_SLOTS);
  tap_ok(check_built(&builder, &f) < 0 && strstr(f.detail, "slot"), "a slot beyond the last is refused");
  build_begin(&builder);
  build(&builder, CLOSE, "u", NO_DESCRIPTOR);
  tap_ok(check_built(&builder, &f) < 0, "no slot is refused where one is needed");
  build_begin(&builder);
  build(&builder, MOUNT_ATTR, "uUUUuu", 0u, UINT64_C(0), UINT64_C(0), UINT64_C(0), (unsigned)PROGRAM_SLOTS, 0u);
  tap_ok(check_built(&builder, &f) < 0, "a user namespace's slot beyond the last is refused");
}

int main(void) {
  every_operation_is_known_by_the_name_of_the_contract();
  arguments_are_accepted_whole_and_refused_at_every_cut();
  bytes_after_the_known_arguments_are_ignored();
  a_program_is_refused_at_every_cut();
  headers_are_checked();
  operations_are_checked();
  texts_are_checked();
  lists_are_checked();
  slots_are_checked();
  return tap_done();
}
