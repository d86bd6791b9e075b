#include "pod_namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "process.h"
#include "syscalls.h"

struct kind {
  enum pod_namespace bit;
  int flag;
  const char *name;
};

static const struct kind KINDS[] = {
    {POD_USER, CLONE_NEWUSER, "user"}, {POD_NET, CLONE_NEWNET, "net"}, {POD_IPC, CLONE_NEWIPC, "ipc"},
    {POD_UTS, CLONE_NEWUTS, "uts"},    {POD_PID, CLONE_NEWPID, "pid"},
};

enum { KIND_COUNT = sizeof KINDS / sizeof *KINDS };

/* Passes over a list whose items are read by `item`. */
static struct fields take_list(struct fields *fields, void (*item)(struct fields *fields)) {
  struct fields list = *fields;
  for (uint32_t left = take_u32(fields); left > 0 && !fields->broken; left--) {
    fields->broken = fields->broken || fields->left == 0;
    item(fields);
  }
  return list;
}

static void take_mapping(struct fields *fields) {
  for (int i = 0; i < 3; i++)
    take_u32(fields);
}

static void take_sysctl(struct fields *fields) {
  take_text(fields);
  take_text(fields);
}

int pod_request_parse(struct fields fields, struct pod_request *request, struct failure *f) {
  request->pod = take_text(&fields);
  request->directory = take_text(&fields);
  request->socket_path = take_text(&fields);
  request->namespaces = take_u32(&fields);
  request->hostname = take_text(&fields);
  request->uid_map = take_list(&fields, take_mapping);
  request->gid_map = take_list(&fields, take_mapping);
  request->sysctls = take_list(&fields, take_sysctl);
  if (fields.broken || !*request->pod || *request->directory != '/' || *request->socket_path != '/')
    return fail(f, EPROTO, "spawn", "malformed request for pod %s", request->pod);
  return 0;
}

/* --- pins --- */

static int pin_path(char *path, const struct pod_request *request, const char *name, struct failure *f) {
  if (snprintf(path, PATH_MAX, "%s/ns/%s", request->directory, name) >= PATH_MAX)
    return fail(f, ENAMETOOLONG, "pin", "%s", request->directory);
  return 0;
}

static int pin(const struct pod_request *request, const char *name, const char *source, struct failure *f) {
  char path[PATH_MAX];
  if (pin_path(path, request, "", f) < 0)
    return -1;
  if (mkdir(path, 0700) < 0 && errno != EEXIST)
    return fail(f, errno, "mkdir", "%s", path);
  if (pin_path(path, request, name, f) < 0)
    return -1;
  umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW); /* a pin of an earlier attempt */
  scoped_fd int fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail(f, errno, "open", "%s", path);
  if (mount(source, path, NULL, MS_BIND, NULL) < 0)
    return fail(f, errno, "mount", "%s on %s", source, path);
  return 0;
}

void pod_namespaces_unpin(const struct pod_request *request) {
  char path[PATH_MAX];
  struct failure f;
  for (int i = 0; i < KIND_COUNT; i++)
    if (pin_path(path, request, KINDS[i].name, &f) == 0) {
      umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
      unlink(path);
    }
  if (pin_path(path, request, "", &f) == 0)
    rmdir(path);
}

/* --- the pod's init --- */

/* First process of the pod's PID namespace: reaps what its containers orphan, and ends when it is killed. */
static _Noreturn void reap_for_ever(void) {
  prctl(PR_SET_NAME, "windlass-init", 0, 0, 0);
  process_close_others(NULL, 0);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  for (;;) {
    siginfo_t information;
    sigwaitinfo(&all, &information);
    while (waitpid(-1, NULL, WNOHANG) > 0)
      continue;
  }
}

static int create_pid_namespace(const struct pod_request *request, struct pod_handles *handles, struct failure *f) {
  char source[64];
  pid_t pid = process_clone(CLONE_NEWPID, -1, &handles->init);
  if (pid == 0)
    reap_for_ever();
  if (pid < 0)
    return fail(f, errno, "clone3", "PID namespace of pod %s", request->pod);
  snprintf(source, sizeof source, "/proc/%d/ns/pid", pid);
  handles->pid_namespace = open(source, O_RDONLY | O_CLOEXEC);
  if (handles->pid_namespace < 0)
    fail(f, errno, "open", "%s", source);
  else if (pin(request, "pid", source, f) == 0)
    return 0;
  sys_pidfd_send_signal(handles->init, SIGKILL);
  return -1;
}

/* --- sysctls --- */

/* The path below /proc/sys: dots and slashes change places when the first separator is a dot, as in sysctl(8). */
static int sysctl_path(const char *key, char *path, size_t size, struct failure *f) {
  if (strlen(key) >= size || strstr(key, "..") || *key == '/')
    return fail(f, EINVAL, "sysctl", "%s", key);
  const char *first = strpbrk(key, "./");
  bool dotted = first && *first == '.';
  char *out = path;
  for (const char *at = key; *at; at++)
    *out++ = dotted && *at == '.' ? '/' : dotted && *at == '/' ? '.' : *at;
  *out = 0;
  return 0;
}

static int set_sysctls(struct fields sysctls, struct failure *f) {
  uint32_t count = take_u32(&sysctls);
  scoped_fd int root = count ? open("/proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
  for (; count > 0; count--) {
    char path[256];
    const char *key = take_text(&sysctls);
    const char *value = take_text(&sysctls);
    if (sysctl_path(key, path, sizeof path, f) < 0)
      return -1;
    scoped_fd int fd = sys_openat2(root, path, O_WRONLY, 0, SYS_RESOLVE_BENEATH | SYS_RESOLVE_NO_SYMLINKS);
    if (fd < 0 || write(fd, value, strlen(value)) < 0)
      return fail(f, errno, "sysctl", "%s = %s", key, value);
  }
  return 0;
}

/* --- the whole --- */

int pod_namespaces_create(const struct pod_request *request, struct pod_handles *handles, struct failure *f) {
  int flags = 0;
  *handles = (struct pod_handles){-1, -1};
  if (request->namespaces & POD_USER)
    return fail(f, ENOSYS, "spawn", "user namespace of pod %s: not supported", request->pod);
  for (int i = 0; i < KIND_COUNT; i++)
    if (request->namespaces & KINDS[i].bit & (POD_NET | POD_IPC | POD_UTS))
      flags |= KINDS[i].flag;
  if (flags && unshare(flags) < 0)
    return fail(f, errno, "unshare", "namespaces of pod %s", request->pod);
  for (int i = 0; i < KIND_COUNT; i++) {
    char source[64];
    snprintf(source, sizeof source, "/proc/self/ns/%s", KINDS[i].name);
    if (flags & KINDS[i].flag && pin(request, KINDS[i].name, source, f) < 0)
      return -1;
  }
  if (request->namespaces & POD_UTS && *request->hostname && sethostname(request->hostname, strlen(request->hostname)) < 0)
    return fail(f, errno, "sethostname", "%s", request->hostname);
  if (set_sysctls(request->sysctls, f) < 0)
    return -1;
  return request->namespaces & POD_PID ? create_pid_namespace(request, handles, f) : 0;
}

int pod_namespaces_join(const struct pod_request *request, struct pod_handles *handles, struct failure *f) {
  *handles = (struct pod_handles){-1, -1};
  for (int i = 0; i < KIND_COUNT; i++) {
    char path[PATH_MAX];
    if (!(request->namespaces & KINDS[i].bit) || KINDS[i].bit == POD_USER)
      continue;
    if (pin_path(path, request, KINDS[i].name, f) < 0)
      return -1;
    scoped_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
      return fail(f, errno, "open", "%s", path);
    if (KINDS[i].bit == POD_PID)
      handles->pid_namespace = take_fd(&fd);
    else if (setns(fd, KINDS[i].flag) < 0)
      return fail(f, errno, "setns", "%s", path);
  }
  return 0;
}
