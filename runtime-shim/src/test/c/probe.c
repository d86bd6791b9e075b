/* Runs inside test containers and tells what it sees: each argument is "command" or "command:object", each answer one or more lines. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

static void refused(const char *command, const char *object) { printf("%s %s: %s\n", command, object, strerror(errno)); }

static void cat(const char *path) {
  char text[16384];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (size < 0) {
    refused("cat", path);
    return;
  }
  text[size] = 0;
  printf("cat %s: [%s]\n", path, text);
  close(fd);
}

static void look(const char *path) {
  struct stat found;
  if (lstat(path, &found) < 0)
    refused("stat", path);
  else
    printf("stat %s: mode %o owner %u:%u device %u:%u\n", path, (unsigned)found.st_mode, (unsigned)found.st_uid, (unsigned)found.st_gid,
           major(found.st_rdev), minor(found.st_rdev));
}

static void write_to(const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, "x", 1) != 1)
    refused("write", path);
  else
    printf("write %s: done\n", path);
  if (fd >= 0)
    close(fd);
}

static void link_of(const char *path) {
  char target[4096];
  ssize_t size = readlink(path, target, sizeof target - 1);
  if (size < 0) {
    refused("readlink", path);
    return;
  }
  target[size] = 0;
  printf("readlink %s: %s\n", path, target);
}

static void file_system(const char *path) {
  struct statfs found;
  if (statfs(path, &found) < 0)
    refused("statfs", path);
  else
    printf("statfs %s: type %lx flags %lx\n", path, (unsigned long)found.f_type, (unsigned long)found.f_flags);
}

static void identity(void) {
  gid_t groups[64];
  int count = getgroups(64, groups);
  printf("ids: %u:%u groups", (unsigned)getuid(), (unsigned)getgid());
  for (int i = 0; i < count; i++)
    printf(" %u", (unsigned)groups[i]);
  printf(" umask %o\n", (unsigned)umask(0));
}

static void terminal(void) {
  struct winsize size = {0};
  ioctl(0, TIOCGWINSZ, &size);
  char name[64] = "";
  printf("tty: %d%d%d %s size %ux%u leads %d\n", isatty(0), isatty(1), isatty(2), ttyname_r(0, name, sizeof name) == 0 ? name : "none",
         size.ws_col, size.ws_row, tcgetsid(0) == getpid());
}

static void descriptors(void) {
  printf("descriptors:");
  for (int fd = 0; fd < 256; fd++)
    if (fcntl(fd, F_GETFD) >= 0)
      printf(" %d", fd);
  putchar('\n');
}

static void scheduling(void) {
  int mode = -1;
  unsigned long nodes[16] = {0};
  long policy = syscall(SYS_get_mempolicy, &mode, nodes, 8 * sizeof nodes, NULL, 0);
  printf("scheduling: policy %ld nice %ld io %lx memory %d nodes %lx persona %x\n", syscall(SYS_sched_getscheduler, 0),
         20 - syscall(SYS_getpriority, 0, 0), (unsigned long)syscall(SYS_ioprio_get, 1, 0), policy < 0 ? -1 : mode, nodes[0],
         (unsigned)personality(0xffffffff));
}

static void label_of(const char *path) {
  char label[256] = "";
  if (lgetxattr(path, "security.selinux", label, sizeof label - 1) < 0)
    refused("label", path);
  else
    printf("label %s: %s\n", path, label);
}

static void session_keyring(void) {
  long keyring = syscall(SYS_keyctl, 0, -3, 0); /* KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING */
  printf("keyring: %ld\n", keyring);
}

static void answer(const char *command) {
  const char *object = strchr(command, ':');
  char directory[4096];
  object = object ? object + 1 : "";
  if (strncmp(command, "cat:", 4) == 0)
    cat(object);
  else if (strncmp(command, "stat:", 5) == 0)
    look(object);
  else if (strncmp(command, "write:", 6) == 0)
    write_to(object);
  else if (strncmp(command, "readlink:", 9) == 0)
    link_of(object);
  else if (strncmp(command, "statfs:", 7) == 0)
    file_system(object);
  else if (strncmp(command, "env:", 4) == 0)
    printf("env %s: %s\n", object, getenv(object) ? getenv(object) : "(none)");
  else if (strcmp(command, "cwd") == 0)
    printf("cwd: %s\n", getcwd(directory, sizeof directory) ? directory : strerror(errno));
  else if (strcmp(command, "ids") == 0)
    identity();
  else if (strcmp(command, "wait") == 0)
    sleep(50);
  else if (strcmp(command, "tty") == 0)
    terminal();
  else if (strcmp(command, "descriptors") == 0)
    descriptors();
  else if (strcmp(command, "scheduling") == 0)
    scheduling();
  else if (strncmp(command, "label:", 6) == 0)
    label_of(object);
  else if (strcmp(command, "keyring") == 0)
    session_keyring();
  else if (strcmp(command, "personality") == 0)
    printf("personality: %s\n", personality(0xffffffff) < 0 ? strerror(errno) : "allowed");
  else
    printf("unknown command %s\n", command);
}

/* As one does who restores a container: leaves a child to its own parent, and says its number in a file. The child ends with `code`, or
 * waits to be killed; in the first case its end comes before that of its maker. */
static int leave_sibling(const char *file, int code, int wait) {
  const unsigned long with_parent = 0x8000; /* CLONE_PARENT */
  long pid = syscall(SYS_clone, with_parent | SIGCHLD, NULL, NULL, NULL, NULL);
  if (pid == 0) {
    while (wait)
      pause();
    while (access(file, F_OK) < 0)
      sched_yield();
    _exit(code);
  }
  /* While it lives for certain: once the file is there it may have been reaped. */
  struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
  char unfinished[4096];
  snprintf(unfinished, sizeof unfinished, "%s.new", file);
  FILE *out = end.fd < 0 ? NULL : fopen(unfinished, "w");
  if (!out)
    return 1;
  fprintf(out, "%ld", pid);
  if (fclose(out) != 0 || rename(unfinished, file) != 0)
    return 1;
  return wait || poll(&end, 1, -1) == 1 ? 0 : 1;
}

int main(int count, char **commands) {
  if (count == 5 && strcmp(commands[1], "sibling") == 0)
    return leave_sibling(commands[2], atoi(commands[3]), atoi(commands[4]));
  for (int i = 1; i < count; i++)
    answer(commands[i]);
  return fflush(stdout) == 0 ? 0 : 1;
}
