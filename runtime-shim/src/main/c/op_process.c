/* The process itself: sessions, namespaces, limits and the working directory. */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "operations.h"
#include "paths.h"
#include "syscalls.h"

int op_dumpable(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  return prctl(PR_SET_DUMPABLE, (unsigned long)args->at[0].number, 0, 0, 0) < 0 ? fail(f, errno, "prctl", "PR_SET_DUMPABLE") : 0;
}

int op_setsid(const struct args *args, struct program_run *run, struct failure *f) {
  (void)args;
  (void)run;
  if (setsid() < 0 && getsid(0) != getpid())
    return fail_call(f, "setsid");
  return 0;
}

int op_setns(const struct args *args, struct program_run *run, struct failure *f) {
  int namespace = slot_descriptor(run, &args->at[0], f);
  if (namespace < 0)
    return -1;
  uint64_t type = args->at[1].number;
  if (setns(namespace, (int)type) < 0)
    return fail(f, errno, "setns", "type %#" PRIx64, type);
  return type & SYS_CLONE_NEWNS ? run_confine(run, f) : 0;
}

int op_setns_target(const struct args *args, struct program_run *run, struct failure *f) {
  uint64_t flags = args->at[0].number;
  if (run->target_pidfd < 0)
    return fail(f, EBADF, "setns", "this launch has no target");
  if (setns(run->target_pidfd, (int)flags) < 0)
    return fail(f, errno, "setns", "flags %#" PRIx64, flags);
  return flags & SYS_CLONE_NEWNS ? run_confine(run, f) : 0;
}

int op_unshare(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  return unshare((int)args->at[0].number) < 0 ? fail(f, errno, "unshare", "flags %#" PRIx64, args->at[0].number) : 0;
}

static const char *limit_name(uint64_t resource) {
  static const char *const names[] = {
      [RLIMIT_CPU] = "RLIMIT_CPU",         [RLIMIT_FSIZE] = "RLIMIT_FSIZE",   [RLIMIT_DATA] = "RLIMIT_DATA",
      [RLIMIT_STACK] = "RLIMIT_STACK",     [RLIMIT_CORE] = "RLIMIT_CORE",     [RLIMIT_RSS] = "RLIMIT_RSS",
      [RLIMIT_NPROC] = "RLIMIT_NPROC",     [RLIMIT_NOFILE] = "RLIMIT_NOFILE", [RLIMIT_MEMLOCK] = "RLIMIT_MEMLOCK",
      [RLIMIT_AS] = "RLIMIT_AS",           [RLIMIT_LOCKS] = "RLIMIT_LOCKS",   [RLIMIT_SIGPENDING] = "RLIMIT_SIGPENDING",
      [RLIMIT_MSGQUEUE] = "RLIMIT_MSGQUEUE", [RLIMIT_NICE] = "RLIMIT_NICE",   [RLIMIT_RTPRIO] = "RLIMIT_RTPRIO",
      [RLIMIT_RTTIME] = "RLIMIT_RTTIME",
  };
  return resource < sizeof names / sizeof *names && names[resource] ? names[resource] : "unknown limit";
}

int op_rlimit(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  uint64_t resource = args->at[0].number;
  struct {
    uint64_t soft;
    uint64_t hard;
  } wanted = {args->at[1].number, args->at[2].number}, current = {0, 0};
  if (syscall(SYS_prlimit64, 0, (int)resource, &wanted, NULL) == 0)
    return 0;
  int error = errno;
  if (error == EPERM && syscall(SYS_prlimit64, 0, (int)resource, NULL, &current) == 0)
    return fail(f, error, "prlimit", "%s: the hard limit %" PRIu64 " cannot be raised to %" PRIu64 " without CAP_SYS_RESOURCE",
                limit_name(resource), current.hard, wanted.hard);
  return fail(f, error, "prlimit", "%s: soft %" PRIu64 ", hard %" PRIu64, limit_name(resource), wanted.soft, wanted.hard);
}

int op_hostname(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  return sethostname(args->at[0].text, args->at[0].size) < 0 ? fail_call(f, "sethostname") : 0;
}

int op_umask(const struct args *args, struct program_run *run, struct failure *f) {
  (void)run;
  (void)f;
  umask((mode_t)args->at[0].number);
  return 0;
}

int op_chdir(const struct args *args, struct program_run *run, struct failure *f) {
  enum path_make make = args->at[1].number ? PATH_MAKE_DIRECTORY : PATH_MUST_EXIST;
  scoped_fd int directory = path_ensure(run, args->at[0].text, make);
  if (directory < 0)
    return fail_call(f, "openat2");
  if (fchdir(directory) < 0)
    return fail_call(f, "fchdir");
  /* A directory that is not below the root has no path there, and would be a way out (CVE-2024-21626). */
  char found[PATH_MAX];
  if (syscall(SYS_getcwd, found, sizeof found) < 0)
    return fail_call(f, "getcwd");
  return *found == '/' ? 0 : fail(f, EXDEV, "getcwd", "the directory lies outside of the root");
}
