#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "syscalls.h"

enum { MOST_DESCRIPTORS = 8 };

pid_t process_clone(uint64_t flags, int cgroup, int *pidfd) {
  struct sys_clone_args arguments = {
      .flags = flags | SYS_CLONE_PIDFD | (cgroup >= 0 ? SYS_CLONE_INTO_CGROUP : 0),
      .pidfd = (uint64_t)(uintptr_t)pidfd,
      .exit_signal = flags & SYS_CLONE_PARENT ? 0 : SIGCHLD,
      .cgroup = cgroup >= 0 ? (uint64_t)cgroup : 0,
  };
  return sys_clone3(&arguments);
}

static ssize_t read_file(const char *path, char *text, size_t size) {
  scoped_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t count = fd < 0 ? -1 : read(fd, text, size - 1);
  text[count > 0 ? count : 0] = 0;
  return count;
}

pid_t process_of(int pidfd) {
  char path[64];
  char text[512];
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
  if (read_file(path, text, sizeof text) < 0)
    return -1;
  const char *field = strstr(text, "\nPid:");
  return field ? (pid_t)strtol(field + 5, NULL, 10) : -1;
}

uint64_t process_start_time(pid_t pid) {
  char path[64];
  char text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  if (read_file(path, text, sizeof text) < 0)
    return 0;
  const char *at = strrchr(text, ')'); /* the name before it may hold anything */
  for (int field = 2; at && field < 22; field++)
    at = strchr(at + 1, ' ');
  return at ? strtoull(at + 1, NULL, 10) : 0;
}

void process_reset_signals(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  for (int number = 1; number < NSIG; number++)
    sigaction(number, &action, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static int compare(const void *left, const void *right) {
  int a = *(const int *)left;
  int b = *(const int *)right;
  return (a > b) - (a < b);
}

void process_close_others(int *kept, size_t count) {
  qsort(kept, count, sizeof *kept, compare);
  unsigned first = 3;
  for (size_t i = 0; i < count; i++) {
    if (kept[i] < (int)first)
      continue;
    if (kept[i] > (int)first)
      sys_close_range(first, (unsigned)kept[i] - 1, 0);
    first = (unsigned)kept[i] + 1;
  }
  sys_close_range(first, UINT_MAX, 0);
}

int process_send(int socket, const void *data, size_t size, const int *fds, size_t count) {
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
  } control = {0};
  struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count) {
    message.msg_control = control.space;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(head), fds, count * sizeof(int));
  }
  ssize_t sent;
  do
    sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)size ? 0 : -1;
}

ssize_t process_receive(int socket, void *data, size_t size, int *fds, size_t count, int flags) {
  union {
    struct cmsghdr align;
    char space[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
  } control = {0};
  struct iovec part = {.iov_base = data, .iov_len = size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  for (size_t i = 0; i < count; i++)
    fds[i] = -1;
  ssize_t received;
  do
    received = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
  while (received < 0 && errno == EINTR);
  struct cmsghdr *head = received >= 0 ? CMSG_FIRSTHDR(&message) : NULL;
  if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
    size_t sent = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < sent; i++) {
      int fd;
      memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
      if (i < count)
        fds[i] = fd;
      else
        close(fd);
    }
  }
  return received;
}

int process_write_file(int directory, const char *path, const char *text) {
  scoped_fd int fd = openat(directory, path, O_WRONLY | O_CLOEXEC);
  return fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : 0;
}
