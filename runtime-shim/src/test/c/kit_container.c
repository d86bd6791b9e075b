#include "kit_container.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit_tap.h"
#include "syscalls.h"

/* A run that takes longer ends the test program. */
enum { RUN_SECONDS = 60 };

/* Every run has its own mount namespace and mounts its own tmpfs there. */
const char *const FOLDER = "/mnt";

/* Lies in memory that all processes of a run share. */
struct shared {
  bool failed;
  struct failure failure;
  int status;
  pid_t recloned; /* the process that RECLONE made */
  struct timing timings[PROGRAM_MAX_OPERATIONS];
};

static void need(bool fine, const char *what) {
  if (fine)
    return;
  dprintf(2, "the test's own set-up failed: %s: %s\n", what, strerror(errno));
  _exit(99);
}

static void make_file(const char *path, const char *text, mode_t mode) {
  int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, mode);
  need(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
  close(fd);
}

static void copy_file(const char *from, const char *to) {
  int in = open(from, O_RDONLY | O_CLOEXEC);
  int out = open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
  struct stat found;
  need(in >= 0 && out >= 0 && fstat(in, &found) == 0 && sendfile(out, in, NULL, (size_t)found.st_size) == found.st_size, to);
  close(in);
  close(out);
}

static void fill_folder(void) {
  static const char *const folders[] = {"lower",     "lower/bin", "lower/dev", "lower/etc", "lower/proc", "lower/run",
                                        "lower/sys", "lower/tmp", "upper",     "work",      "root",       "outside"};
  need(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "a mount namespace");
  need(mount("windlass-test", FOLDER, "tmpfs", 0, "mode=755") == 0 && chdir(FOLDER) == 0, FOLDER);
  umask(022);
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    need(mkdir(folders[i], 0755) == 0, folders[i]);
  const char *probe = getenv("PROBE");
  need(probe != NULL, "PROBE names the probe program");
  copy_file(probe, "lower/bin/probe");
  make_file("lower/etc/hostname", "lower\n", 0644);
  make_file("lower/etc/masked", "secret\n", 0644);
  make_file("outside/file", "outside\n", 0644);
  need(symlink("../run/made", "lower/etc/dangling") == 0, "dangling");
  need(symlink("/../../outside", "lower/etc/out") == 0, "out");
  need(symlink("/mnt/outside/file", "lower/etc/host") == 0, "host");
  need(chdir("/") == 0, "/");
}

static pid_t clone_with(uint64_t flags) {
  struct sys_clone_args arguments = {.flags = flags, .exit_signal = flags & SYS_CLONE_PARENT ? 0 : SIGCHLD};
  return sys_clone3(&arguments);
}

static void send_terminal(int socket, int terminal) {
  char byte = 0;
  struct iovec data = {&byte, 1};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control = {.space = {0}};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.space};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof terminal);
  memcpy(CMSG_DATA(header), &terminal, sizeof terminal);
  need(sendmsg(socket, &message, MSG_NOSIGNAL) == 1, "sending the terminal");
}

/* The terminal that the child sends; -1 when it ends without one. */
static int receive_terminal(int socket) {
  char byte;
  struct iovec data = {&byte, 1};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control = {.space = {0}};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.space};
  if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&message))
    return -1;
  int terminal;
  memcpy(&terminal, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof terminal);
  return terminal;
}

/* The cloned side: what runs between CLONE and the end. `socket` takes the terminal. */
static void run_child(const struct builder *program, struct program_run *run, uint32_t next, int socket, struct shared *shared) {
  uint64_t flags = 0;
  for (;;) {
    enum program_stop stop = program_run(program->bytes, program->size, run, &next, &flags, &shared->failure);
    shared->failed = stop == PROGRAM_FAILED;
    if (stop == PROGRAM_FAILED || stop == PROGRAM_AT_END)
      _exit(stop == PROGRAM_AT_END ? 0 : 127);
    if (stop == PROGRAM_AT_TERMINAL) {
      send_terminal(socket, run->terminal);
      close(run->terminal);
      run->terminal = -1;
    }
    if (stop != PROGRAM_AT_RECLONE)
      continue;
    pid_t pid = clone_with(flags | SYS_CLONE_PARENT);
    need(pid >= 0, "clone3 with CLONE_PARENT");
    if (pid > 0) {
      shared->recloned = pid;
      _exit(0);
    }
  }
}

static void copy_terminal(int terminal) {
  char bytes[4096];
  ssize_t size;
  while ((size = read(terminal, bytes, sizeof bytes)) > 0)
    need(write(1, bytes, (size_t)size) == size, "copying the terminal");
  close(terminal);
}

static struct shared *new_shared(void) {
  struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  need(shared != MAP_FAILED, "shared memory");
  return shared;
}

/* Runs a target up to its clone, and tells the clone's pid. Then only the clone, or what it recloned, holds `executed` until execve. */
static void run_target(const struct builder *program, struct shared *shared, int executed) {
  struct program_run run;
  uint32_t next = 0;
  uint64_t flags = 0;
  program_run_init(&run, NULL);
  need(program_run(program->bytes, program->size, &run, &next, &flags, &shared->failure) == PROGRAM_AT_CLONE, "the target's CLONE");
  pid_t pid = clone_with(flags);
  need(pid >= 0, "the target's clone3");
  if (pid == 0)
    run_child(program, &run, next, -1, shared);
  need(write(executed, &pid, sizeof pid) == sizeof pid, "telling the target's pid");
}

/* The pidfd of a running target; no process here is its parent, so that waiting for all children does not wait for it. */
static int start_target(const struct builder *program) {
  struct shared *shared = new_shared();
  int executed[2];
  need(pipe2(executed, O_CLOEXEC) == 0, "pipe");
  pid_t between = fork();
  need(between >= 0, "fork");
  if (between == 0) {
    run_target(program, shared, executed[1]);
    _exit(0);
  }
  pid_t pid = -1;
  char end;
  close(executed[1]);
  need(waitpid(between, NULL, 0) == between && read(executed[0], &pid, sizeof pid) == sizeof pid, "the target's start");
  need(read(executed[0], &end, 1) == 0 && !shared->failed, "the target's execve");
  close(executed[0]);
  int pidfd = sys_pidfd_open(shared->recloned > 0 ? shared->recloned : pid, 0);
  need(pidfd >= 0, "the target's pidfd");
  munmap(shared, sizeof *shared);
  return pidfd;
}

/* What programs must get rid of before execve: a descriptor that is not close-on-exec, a blocked and an ignored signal. */
static void leave_traces(void) {
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  need(fcntl(0, F_DUPFD, 100) >= 0 && sigprocmask(SIG_BLOCK, &blocked, NULL) == 0 && signal(SIGUSR2, SIG_IGN) != SIG_ERR, "traces");
}

/* Stands for the shim: runs what comes before CLONE, clones, and waits for all that came of it. */
static void run_shim(const struct builder *program, int target, struct shared *shared) {
  struct program_run run;
  uint32_t next = 0;
  uint64_t flags = 0;
  int sockets[2];
  program_run_init(&run, shared->timings);
  run.target_pidfd = target;
  leave_traces();
  need(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0, "socketpair");
  enum program_stop stop = program_run(program->bytes, program->size, &run, &next, &flags, &shared->failure);
  shared->failed = stop == PROGRAM_FAILED;
  if (stop != PROGRAM_AT_CLONE)
    return;
  pid_t pid = clone_with(flags);
  need(pid >= 0, "clone3");
  if (pid == 0) {
    close(sockets[0]);
    run_child(program, &run, next, sockets[1], shared);
  }
  program_run_close(&run);
  close(sockets[1]);
  int terminal = receive_terminal(sockets[0]);
  if (terminal >= 0)
    copy_terminal(terminal);
  int status;
  while (wait3(&status, 0, NULL) >= 0 || errno == EINTR || waitpid(-1, &status, __WALL) >= 0)
    shared->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void read_output(int fd, char output[OUTPUT_SIZE]) {
  size_t used = 0;
  ssize_t size;
  while (used + 1 < OUTPUT_SIZE && (size = read(fd, output + used, OUTPUT_SIZE - 1 - used)) > 0)
    used += (size_t)size;
  output[used] = 0;
}

void run_program(struct builder *builder, const struct run_hooks *hooks, struct outcome *outcome) {
  struct shared *shared = new_shared();
  int out[2];
  uint32_t operations;
  memset(outcome, 0, sizeof *outcome);
  need(pipe2(out, O_CLOEXEC) == 0, "pipe");
  if (program_check(builder->bytes, builder->size, &operations, &shared->failure) < 0)
    need(false, shared->failure.detail);
  fflush(stdout);
  alarm(RUN_SECONDS);
  pid_t pid = fork();
  need(pid >= 0, "fork");
  if (pid == 0) {
    need(dup2(out[1], 1) == 1 && dup2(out[1], 2) == 2, "dup2");
    fill_folder();
    if (hooks && hooks->before)
      hooks->before(FOLDER);
    int target = hooks && hooks->target ? start_target(hooks->target) : -1;
    run_shim(builder, target, shared);
    if (target >= 0)
      sys_pidfd_send_signal(target, SIGKILL);
    if (hooks && hooks->after)
      hooks->after(FOLDER);
    fflush(stdout);
    _exit(0);
  }
  close(out[1]);
  read_output(out[0], outcome->output);
  close(out[0]);
  waitpid(pid, NULL, 0);
  alarm(0);
  outcome->failed = shared->failed;
  outcome->failure = shared->failure;
  outcome->status = shared->status;
  memcpy(outcome->timings, shared->timings, sizeof outcome->timings);
  munmap(shared, sizeof *shared);
}

static void show_outcome(const struct outcome *outcome) {
  const struct failure *f = &outcome->failure;
  printf("# %s: %s: %s; status %d\n", f->step, f->detail, strerror(f->error), outcome->status);
  for (const char *line = outcome->output; *line; line += strspn(line, "\n")) {
    size_t size = strcspn(line, "\n");
    printf("# %.*s\n", (int)size, line);
    line += size;
  }
}

void tap_ran(const struct outcome *outcome, const char *name) {
  if (!tap_ok(!outcome->failed && outcome->status == 0, "%s: the program runs", name))
    show_outcome(outcome);
}

void tap_failed(const struct outcome *outcome, int error, const char *step, const char *part, const char *name) {
  const struct failure *f = &outcome->failure;
  if (!tap_ok(outcome->failed && f->error == error && strcmp(f->step, step) == 0 && strstr(f->detail, part), "%s", name))
    show_outcome(outcome);
}

void build_overlay(struct builder *builder, uint64_t flags) {
  build_begin(builder);
  build(builder, CLONE, "U", flags);
  build(builder, DUMPABLE, "u", 0u);
  build(builder, SETSID, "");
  build(builder, PROPAGATION, "tU", "/", (uint64_t)(MS_REC | MS_SLAVE));
  build(builder, FSMOUNT, "utUuuttuttuttutt", 0u, "overlay", UINT64_C(0), 4u, 1u, "lowerdir+", "/mnt/lower", 1u, "upperdir", "/mnt/upper", 1u,
        "workdir", "/mnt/work", 0u, "volatile", "");
}

void build_inside(struct builder *builder) {
  static const uint64_t plain = SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NODEV | SYS_MOUNT_ATTR_NOEXEC;
  build(builder, PIVOT, "ut", 0u, "/mnt/root");
  build(builder, FSMOUNT, "utUu", 1u, "proc", plain, 0u);
  build(builder, MOVE_MOUNT, "utu", 1u, "/proc", 1u);
  build(builder, FSMOUNT, "utUuutt", 2u, "tmpfs", (uint64_t)SYS_MOUNT_ATTR_NOSUID, 1u, 1u, "mode", "755");
  build(builder, MOVE_MOUNT, "utu", 2u, "/dev", 1u);
  build(builder, FSMOUNT, "utUuuttuttutt", 2u, "devpts", (uint64_t)(SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NOEXEC), 3u, 0u, "newinstance", "", 1u, "mode", "0620", 1u,
        "ptmxmode", "0666");
  build(builder, MOVE_MOUNT, "utu", 2u, "/dev/pts", 1u);
  build(builder, CLOSE, "u", 2u);
  build(builder, SYMLINK, "tt", "pts/ptmx", "/dev/ptmx");
}

void build_probe(struct builder *builder, const char *const *commands) {
  static const char *const environment[] = {"PATH=/nowhere:/etc/hostname:/bin", "NAME=value", NULL};
  const char *arguments[64] = {"probe"};
  size_t count = 1;
  for (; *commands && count < 63; commands++)
    arguments[count++] = *commands;
  arguments[count] = NULL;
  build(builder, EXECVE, "LL", arguments, environment);
  build_end(builder);
}
