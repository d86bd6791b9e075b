/*
 * Runs a command, and kills all of it by SIGKILL just before the COUNT-th step: a system call, of whichever of its threads, that changes
 * something below FOLDER or hands it to the disk. Each step is a line of LOG: the call's name and what it is about. COUNT 0: nothing is killed.
 *
 *   killpoint FOLDER COUNT LOG COMMAND [ARGUMENT...]
 *
 * Exits with 137 when it has killed, else as the command did. A seccomp filter stops only the calls in question, so that the rest runs at full speed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
/* after sys/ptrace.h, which has the same names as enumerators */
#include <linux/ptrace.h>

enum { KILLED = 137, FAILED = 125, CHANGES = O_CREAT | O_TRUNC };

/* Where a call says what it is about: a path, a folder's descriptor and a path, or a descriptor. -1: no such argument. */
struct call {
  int number;
  const char *name;
  int at, path, at2, path2, fd;
};

#define PATH(call, path) {SYS_##call, #call, -1, path, -1, -1, -1}
#define PATHS(call, path, path2) {SYS_##call, #call, -1, path, -1, path2, -1}
#define AT(call, at, path) {SYS_##call, #call, at, path, -1, -1, -1}
#define ATS(call, at, path, at2, path2) {SYS_##call, #call, at, path, at2, path2, -1}
#define FD(call, fd) {SYS_##call, #call, -1, -1, -1, -1, fd}

static const struct call CALLS[] = {
#ifdef SYS_open
    PATH(open, 0), PATH(creat, 0), PATHS(rename, 0, 1), PATH(mkdir, 0), PATH(rmdir, 0), PATH(unlink, 0), PATHS(link, 0, 1), PATH(symlink, 1),
    PATH(mknod, 0), PATH(chmod, 0), PATH(chown, 0), PATH(lchown, 0), PATH(utimes, 0), AT(futimesat, 0, 1), ATS(renameat, 0, 1, 2, 3),
#endif
    AT(openat, 0, 1), AT(openat2, 0, 1), FD(write, 0), FD(writev, 0), FD(pwrite64, 0), FD(pwritev, 0), FD(pwritev2, 0), FD(ftruncate, 0),
    PATH(truncate, 0), FD(fallocate, 0), FD(copy_file_range, 2), FD(sendfile, 0), FD(fsync, 0), FD(fdatasync, 0), FD(syncfs, 0),
    FD(sync_file_range, 0), ATS(renameat2, 0, 1, 2, 3), AT(mkdirat, 0, 1), AT(unlinkat, 0, 1), ATS(linkat, 0, 1, 2, 3), AT(symlinkat, 1, 2),
    AT(mknodat, 0, 1), FD(fchmod, 0), AT(fchmodat, 0, 1), FD(fchown, 0), AT(fchownat, 0, 1), AT(utimensat, 0, 1), PATH(setxattr, 0),
    PATH(lsetxattr, 0), FD(fsetxattr, 0), PATH(removexattr, 0), PATH(lremovexattr, 0), FD(fremovexattr, 0),
#ifdef SYS_fchmodat2
    AT(fchmodat2, 0, 1),
#endif
};
enum { MANY = sizeof CALLS / sizeof *CALLS };

static void die(const char *what) {
  fprintf(stderr, "killpoint: cannot %s: %s\n", what, strerror(errno));
  exit(FAILED);
}

static const struct call *find(uint64_t number) {
  for (size_t i = 0; i < MANY; i++)
    if ((uint64_t)CALLS[i].number == number)
      return &CALLS[i];
  return NULL;
}

static void install_filter(void) {
  struct sock_filter program[2 * MANY + 8];
  size_t length = 0;
  program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  /* Nearly all files are opened to be read. */
  program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 4);
  program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2]));
  program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CHANGES, 0, 1);
  program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  for (size_t i = 0; i < MANY; i++) {
    program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)CALLS[i].number, 0, 1);
    program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  }
  program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog filter = {.len = (unsigned short)length, .filter = program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
    die("install the filter");
}

/* Copies a string out of the other process, page by page as the next one may not be there. */
static void read_text(pid_t thread, uint64_t from, char *to, size_t size) {
  char name[64];
  snprintf(name, sizeof name, "/proc/%d/mem", thread);
  int memory = open(name, O_RDONLY | O_CLOEXEC);
  size_t done = 0;
  while (memory >= 0 && done < size - 1) {
    size_t wanted = 4096 - (from + done) % 4096;
    if (wanted > size - 1 - done)
      wanted = size - 1 - done;
    ssize_t count = pread(memory, to + done, wanted, (off_t)(from + done));
    if (count <= 0)
      break;
    const char *end = memchr(to + done, 0, (size_t)count);
    done += (size_t)count;
    if (end != NULL)
      break;
  }
  to[done] = 0;
  if (memory >= 0)
    close(memory);
}

static void read_link(char *to, size_t size, const char *format, ...) {
  char name[64];
  va_list values;
  va_start(values, format);
  vsnprintf(name, sizeof name, format, values);
  va_end(values);
  ssize_t length = readlink(name, to, size - 1);
  to[length > 0 ? length : 0] = 0;
}

static void read_path(pid_t thread, const uint64_t *args, int at, int path, char *to, size_t size) {
  char given[PATH_MAX];
  int number;
  read_text(thread, args[path], given, sizeof given);
  if (sscanf(given, "/proc/self/fd/%d", &number) == 1) {
    read_link(to, size, "/proc/%d/fd/%d", thread, number);
  } else if (given[0] == '/') {
    snprintf(to, size, "%s", given);
  } else {
    char folder[PATH_MAX];
    if (at < 0 || (int)args[at] == AT_FDCWD)
      read_link(folder, sizeof folder, "/proc/%d/cwd", thread);
    else
      read_link(folder, sizeof folder, "/proc/%d/fd/%d", thread, (int)args[at]);
    snprintf(to, size, given[0] ? "%s/%s" : "%s", folder, given);
  }
}

static bool changes(pid_t thread, const struct call *call, const uint64_t *args) {
  struct open_how how;
  switch (call->number) {
#ifdef SYS_open
  case SYS_open:
    return args[1] & CHANGES;
#endif
  case SYS_openat2: {
    char name[64];
    snprintf(name, sizeof name, "/proc/%d/mem", thread);
    int memory = open(name, O_RDONLY | O_CLOEXEC);
    bool known = memory >= 0 && pread(memory, &how, sizeof how, (off_t)args[2]) == (ssize_t)sizeof how;
    close(memory);
    return known && (how.flags & CHANGES);
  }
  default:
    return true;
  }
}

static bool is_below(const char *folder, const char *path) {
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

/* Whether the thread, which has been stopped before a call, is about to take a step; tells it to the log. */
static bool is_step(pid_t thread, const char *folder, FILE *log) {
  struct ptrace_syscall_info info;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, (void *)sizeof info, &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_SECCOMP)
    return false;
  const struct call *call = find(info.seccomp.nr);
  const uint64_t *args = (const uint64_t *)info.seccomp.args;
  static char one[2 * PATH_MAX], other[2 * PATH_MAX];
  if (call == NULL || !changes(thread, call, args))
    return false;
  one[0] = other[0] = 0;
  if (call->fd >= 0)
    read_link(one, sizeof one, "/proc/%d/fd/%d", thread, (int)args[call->fd]);
  else
    read_path(thread, args, call->at, call->path, one, sizeof one);
  if (call->path2 >= 0)
    read_path(thread, args, call->at2, call->path2, other, sizeof other);
  if (!is_below(folder, one) && !is_below(folder, other))
    return false;
  fprintf(log, "%s %s%s%s\n", call->name, one, other[0] ? " " : "", other);
  fflush(log);
  return true;
}

/* Goes on with a thread that has stopped, or kills everything. */
static bool handle_stop(pid_t thread, int status, const char *folder, long *left, FILE *log) {
  int event = status >> 16;
  if (event == PTRACE_EVENT_SECCOMP && is_step(thread, folder, log) && *left > 0 && --*left == 0)
    return true;
  int signal_number = event == 0 ? WSTOPSIG(status) : 0;
  ptrace(PTRACE_CONT, thread, NULL, (void *)(intptr_t)signal_number);
  return false;
}

static int trace(pid_t command, const char *folder, long left, FILE *log) {
  int result = FAILED;
  bool killed = false;
  while (true) {
    int status;
    pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0 && errno == EINTR)
      continue;
    if (thread < 0)
      return killed ? KILLED : result;
    if (WIFSTOPPED(status)) {
      if (!killed && handle_stop(thread, status, folder, &left, log)) {
        killed = true;
        kill(command, SIGKILL);
      }
    } else if (thread == command) {
      result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: killpoint FOLDER COUNT LOG COMMAND [ARGUMENT...]\n");
    return FAILED;
  }
  FILE *log = fopen(argv[3], "we");
  int go[2];
  if (log == NULL || pipe2(go, O_CLOEXEC) != 0)
    die("open the log");
  pid_t command = fork();
  if (command < 0)
    die("fork");
  if (command == 0) {
    char ready;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (read(go[0], &ready, 1) != 1)
      _exit(FAILED);
    install_filter();
    execvp(argv[4], argv + 4);
    die(argv[4]);
  }
  long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SEIZE, command, NULL, (void *)options) != 0 || write(go[1], "x", 1) != 1)
    die("trace the command");
  return trace(command, argv[1], strtol(argv[2], NULL, 10), log);
}
