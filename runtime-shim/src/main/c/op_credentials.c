/* Who the process is and what it may do. The system calls are made directly: the process has one thread. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "operations.h"
#include "rights.h"
#include "syscalls.h"

enum { MAX_CAPABILITIES = 64, MAX_GROUPS = 65536 };

enum { SECCOMP_FILTER = 1, FILTER_ITEM_SIZE = 8, MAX_FILTER_ITEMS = 4096, FIRST_PTY_MAJOR = 136, LAST_PTY_MAJOR = 143 };

/* Thread synchronisation, logging and speculation: the flags that neither make a descriptor nor change who waits. */
static const uint64_t SECCOMP_FLAGS = 1 | 2 | 4;

/* Layout of linux/filter.h. */
struct filter_program {
  unsigned short length;
  void *items;
};

/* The capabilities that this kernel has. Those added by later kernels are left out of every set, as they mean nothing here. */
static uint64_t known_capabilities(void) {
  uint64_t known = 0;
  for (unsigned long capability = 0; capability < MAX_CAPABILITIES; capability++)
    if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0)
      known |= UINT64_C(1) << capability;
  return known;
}

int op_cap_bounding(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  for (unsigned long capability = 0; capability < MAX_CAPABILITIES; capability++) {
    if (args->at[0].number >> capability & 1 || prctl(PR_CAPBSET_READ, capability, 0, 0, 0) != 1)
      continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
      return fail(f, errno, "prctl", "PR_CAPBSET_DROP of capability %lu", capability);
  }
  return 0;
}

int op_keep_caps(const struct args *args, struct program_run *run, struct failure *f) {
  (void)args;
  (void)run;
  return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ? fail(f, errno, "prctl", "PR_SET_KEEPCAPS") : 0;
}

int op_groups(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  size_t count = (size_t)args->at[0].number;
  if (count > MAX_GROUPS)
    return fail(f, EINVAL, "setgroups", "%zu groups; %d are allowed", count, MAX_GROUPS);
  scoped_memory gid_t *groups = calloc(count + 1, sizeof *groups);
  if (!groups)
    return fail(f, ENOMEM, "setgroups", "%zu groups", count);
  struct reader list = args->at[0].list;
  for (size_t i = 0; i < count; i++)
    groups[i] = list_number(&list);
  return syscall(SYS_setgroups, count, groups) < 0 ? fail(f, errno, "setgroups", "%zu groups", count) : 0;
}

int op_gid(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  gid_t gid = (gid_t)args->at[0].number;
  return syscall(SYS_setresgid, gid, gid, gid) < 0 ? fail_call(f, "setresgid") : 0;
}

static bool is_terminal(const struct stat *found) {
  return S_ISCHR(found->st_mode) && major(found->st_rdev) >= FIRST_PTY_MAJOR && major(found->st_rdev) <= LAST_PTY_MAJOR;
}

/*
 * Programs reopen /dev/stdout by path, which asks for the owner of the pipe or terminal behind it. Nothing else is given away, least of
 * all /dev/null. A user namespace that does not know the present owner refuses; then the program has what it was given.
 */
static void give_stdio(uid_t uid) {
  struct stat found;
  for (int fd = 0; fd <= 2; fd++)
    if (fstat(fd, &found) == 0 && found.st_uid != uid && (S_ISFIFO(found.st_mode) || is_terminal(&found)) && fchown(fd, uid, (gid_t)-1) < 0)
      continue;
}

/* For the host's root, before it enters a user namespace that knows no owner of the pipes; terminals are made inside. */
int op_own_streams(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  struct stat found;
  uid_t uid = (uid_t)args->at[0].number;
  gid_t gid = (gid_t)args->at[1].number;
  for (int fd = 0; fd <= 2; fd++)
    if (fstat(fd, &found) == 0 && S_ISFIFO(found.st_mode) && fchown(fd, uid, gid) < 0)
      return fail(f, errno, "fchown", "standard stream %d", fd);
  return 0;
}

int op_uid(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  uid_t uid = (uid_t)args->at[0].number;
  give_stdio(uid);
  return syscall(SYS_setresuid, uid, uid, uid) < 0 ? fail_call(f, "setresuid") : 0;
}

static int capability_failure(int error, const struct capability_words words[2], uint64_t permitted, struct failure *f) {
  struct capability_header header = {.version = CAPABILITY_VERSION_3};
  struct capability_words now[2] = {{0}, {0}};
  if (words[0].permitted == 0 && words[1].permitted == 0)
    return fail(f, error, "capset", "%s", "");
  if (syscall(SYS_capget, &header, now) < 0)
    return fail(f, error, "capset", "permitted %#" PRIx64, permitted);
  uint64_t held = (uint64_t)now[1].permitted << 32 | now[0].permitted;
  return fail(f, error, "capset", "permitted %#" PRIx64 ", of which the helper does not hold %#" PRIx64, permitted, permitted & ~held);
}

int op_capset(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  uint64_t known = known_capabilities();
  uint64_t effective = args->at[0].number & known;
  uint64_t permitted = args->at[1].number & known;
  uint64_t inheritable = args->at[2].number & known;
  struct capability_header header = {.version = CAPABILITY_VERSION_3};
  struct capability_words words[2];
  for (int i = 0; i < 2; i++)
    words[i] = (struct capability_words){(uint32_t)(effective >> 32 * i), (uint32_t)(permitted >> 32 * i), (uint32_t)(inheritable >> 32 * i)};
  return syscall(SYS_capset, &header, words) < 0 ? capability_failure(errno, words, permitted, f) : 0;
}

int op_cap_ambient(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
    return fail(f, errno, "prctl", "PR_CAP_AMBIENT_CLEAR_ALL");
  uint64_t wanted = args->at[0].number & known_capabilities();
  for (unsigned long capability = 0; capability < MAX_CAPABILITIES; capability++)
    if (wanted >> capability & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0)
      return fail(f, errno, "prctl", "PR_CAP_AMBIENT_RAISE of capability %lu", capability);
  return 0;
}

int op_no_new_privs(const struct args *args, struct program_run *run, struct failure *f) {
  (void)args;
  (void)run;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? fail(f, errno, "prctl", "PR_SET_NO_NEW_PRIVS") : 0;
}

int op_seccomp(const struct args *args, struct program_run *run, struct failure *f) {
  uint64_t flags = args->at[0].number;
  const struct argument *filter = &args->at[1];
  size_t items = filter->size / FILTER_ITEM_SIZE;
  if (flags & ~SECCOMP_FLAGS)
    return fail(f, EINVAL, "seccomp", "flags %#" PRIx64 " are not supported", flags & ~SECCOMP_FLAGS);
  if (filter->size % FILTER_ITEM_SIZE != 0 || items == 0 || items > MAX_FILTER_ITEMS)
    return fail(f, EINVAL, "seccomp", "a filter of %" PRIu32 " bytes", filter->size);
  scoped_memory void *copy = malloc(filter->size); /* aligned, which the program's bytes need not be */
  if (!copy)
    return fail(f, ENOMEM, "seccomp", "a filter of %" PRIu32 " bytes", filter->size);
  memcpy(copy, filter->text, filter->size);
  if (exec_prepare(run, f) < 0)
    return -1;
  struct filter_program program = {.length = (unsigned short)items, .items = copy};
  return syscall(SYS_seccomp, SECCOMP_FILTER, (unsigned)flags, &program) < 0 ? fail(f, errno, "seccomp", "%zu instructions", items) : 0;
}
