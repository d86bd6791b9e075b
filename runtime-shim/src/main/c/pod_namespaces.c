#include "pod_namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "pod_init.h"
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

enum { LIVED_IN = POD_NET | POD_IPC | POD_UTS }; /* by the shim itself */

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

/* The host's uid of the user namespace's root; the host's root when there is none. */
static uid_t outside_root(struct fields map) {
  for (uint32_t count = take_u32(&map); count > 0; count--) {
    uint32_t inside = take_u32(&map);
    uint32_t outside = take_u32(&map);
    if (take_u32(&map) > 0 && inside == 0)
      return outside;
  }
  return 0;
}

static int write_sysctl(int root, const char *path, const char *value) {
  scoped_fd int fd = sys_openat2(root, path, O_WRONLY, 0, SYS_RESOLVE_BENEATH | SYS_RESOLVE_NO_SYMLINKS);
  return fd < 0 || write(fd, value, strlen(value)) < 0 ? -1 : 0;
}

/* The kernel takes an IPC namespace's sysctls only from the root of the user namespace that owns it, not from the host's. */
static int write_sysctl_as(uid_t owner, int root, const char *path, const char *value) {
  int result = seteuid(owner) < 0 ? -1 : write_sysctl(root, path, value);
  int error = errno;
  if (seteuid(0) < 0)
    abort();
  errno = error;
  return result;
}

static int set_sysctls(const struct pod_request *request, struct failure *f) {
  uid_t owner = request->namespaces & POD_USER ? outside_root(request->uid_map) : 0;
  struct fields sysctls = request->sysctls;
  uint32_t count = take_u32(&sysctls);
  scoped_fd int root = count ? open("/proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
  for (; count > 0; count--) {
    char path[256];
    const char *key = take_text(&sysctls);
    const char *value = take_text(&sysctls);
    if (sysctl_path(key, path, sizeof path, f) < 0)
      return -1;
    if (write_sysctl(root, path, value) < 0 && (errno != EACCES || !owner || write_sysctl_as(owner, root, path, value) < 0))
      return fail(f, errno, "sysctl", "%s = %s", key, value);
  }
  return 0;
}

/* --- the whole --- */

/* Pins those of the process's namespaces that `bits` name. */
static int pin_all(const struct pod_request *request, const char *process, uint32_t bits, struct failure *f) {
  for (int i = 0; i < KIND_COUNT; i++) {
    char source[64];
    snprintf(source, sizeof source, "/proc/%s/ns/%s", process, KINDS[i].name);
    if (bits & KINDS[i].bit && pin(request, KINDS[i].name, source, f) < 0)
      return -1;
  }
  return 0;
}

static int flags_of(uint32_t bits) {
  int flags = 0;
  for (int i = 0; i < KIND_COUNT; i++)
    flags |= bits & KINDS[i].bit ? KINDS[i].flag : 0;
  return flags;
}

/* Starts the init with the namespaces that must be born with it, and pins them. The shim joins those that it lives in. */
static int create_with_init(const struct pod_request *request, uint32_t born, struct pod_handles *handles, struct failure *f) {
  char process[16];
  int joined = flags_of(born & LIVED_IN);
  pid_t pid = pod_init_start((uint64_t)(unsigned)flags_of(born), request->uid_map, request->gid_map, &handles->init, f);
  if (pid < 0)
    return -1;
  snprintf(process, sizeof process, "%d", pid);
  if (pin_all(request, process, born, f) < 0)
    return -1;
  if (joined && setns(handles->init, joined) < 0)
    return fail(f, errno, "setns", "namespaces of pod %s", request->pod);
  if (!(born & POD_PID)) {
    pod_init_end(&handles->init); /* the pins hold the namespaces */
    return 0;
  }
  char path[PATH_MAX];
  if (pin_path(path, request, "pid", f) < 0)
    return -1;
  handles->pid_namespace = open(path, O_RDONLY | O_CLOEXEC);
  return handles->pid_namespace < 0 ? fail(f, errno, "open", "%s", path) : 0;
}

static int create(const struct pod_request *request, struct pod_handles *handles, struct failure *f) {
  uint32_t wanted = request->namespaces;
  uint32_t born = wanted & POD_USER ? wanted : wanted & POD_PID;
  uint32_t unshared = wanted & LIVED_IN & ~born;
  if (unshared && unshare(flags_of(unshared)) < 0)
    return fail(f, errno, "unshare", "namespaces of pod %s", request->pod);
  if (pin_all(request, "self", unshared, f) < 0 || (born && create_with_init(request, born, handles, f) < 0))
    return -1;
  if (wanted & POD_UTS && *request->hostname && sethostname(request->hostname, strlen(request->hostname)) < 0)
    return fail(f, errno, "sethostname", "%s", request->hostname);
  return set_sysctls(request, f);
}

int pod_namespaces_create(const struct pod_request *request, struct pod_handles *handles, struct failure *f) {
  *handles = (struct pod_handles){-1, -1};
  if (create(request, handles, f) == 0)
    return 0;
  pod_init_end(&handles->init);
  cleanup_close(&handles->pid_namespace);
  handles->pid_namespace = -1;
  pod_namespaces_unpin(request);
  return -1;
}

int pod_namespaces_join(const struct pod_request *request, struct pod_handles *handles, struct failure *f) {
  *handles = (struct pod_handles){-1, -1};
  for (int i = 0; i < KIND_COUNT; i++) {
    char path[PATH_MAX];
    if (!(request->namespaces & KINDS[i].bit & (LIVED_IN | POD_PID)))
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
