/* Containers in a user namespace: idmapped layers made by the shim, the rest by a process that is root only inside. Needs root. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit_container.h"
#include "kit_tap.h"
#include "syscalls.h"

enum { USERNS = 60, BASE = 100000 };

static struct builder program;
static struct builder target;
static struct outcome outcome;

static void set_up(bool fine, const char *what) {
  if (fine)
    return;
  printf("set-up: %s: %s\n", what, strerror(errno));
  fflush(stdout);
  _exit(99);
}

static void write_map(pid_t pid, const char *name) {
  char path[64];
  char map[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  int size = snprintf(map, sizeof map, "0 %d 65536", BASE);
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  set_up(fd >= 0 && write(fd, map, (size_t)size) == size, path);
  close(fd);
}

/* Pins a user namespace at <folder>/userns, and gives the upper layer to its root. */
static void make_user_namespace(const char *folder) {
  char pin[128];
  char source[64];
  struct sys_clone_args arguments = {.flags = SYS_CLONE_NEWUSER, .exit_signal = SIGCHLD};
  pid_t pid = sys_clone3(&arguments);
  set_up(pid >= 0, "clone3");
  if (pid == 0)
    for (;;)
      pause();
  write_map(pid, "uid_map");
  write_map(pid, "gid_map");
  snprintf(pin, sizeof pin, "%s/userns", folder);
  snprintf(source, sizeof source, "/proc/%d/ns/user", pid);
  int fd = open(pin, O_CREAT | O_RDONLY | O_CLOEXEC, 0644);
  set_up(fd >= 0 && mount(source, pin, NULL, MS_BIND, NULL) == 0, "the pin");
  close(fd);
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  snprintf(pin, sizeof pin, "%s/upper", folder);
  set_up(chown(pin, BASE, BASE) == 0, pin);
}

static void show_new_file(const char *folder) {
  char path[128];
  struct stat found;
  snprintf(path, sizeof path, "%s/upper/new", folder);
  if (stat(path, &found) == 0)
    printf("on the host: new belongs to %u:%u\n", (unsigned)found.st_uid, (unsigned)found.st_gid);
}

/* What only the host's user namespace may do comes before CLONE; the file systems of the inside before PIVOT, while there still is a
 * procfs to show that nothing of it is hidden. */
static void build_with_overlay(bool apart) {
  static const uint64_t plain = SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NODEV | SYS_MOUNT_ATTR_NOEXEC;
  build_begin(&program);
  build(&program, OPEN, "utu", (unsigned)USERNS, "/mnt/userns", (unsigned)O_RDONLY);
  build(&program, OPEN_TREE, "utu", 1u, "/mnt/lower", 0u);
  build(&program, MOUNT_ATTR, "uUUUuu", 1u, SYS_MOUNT_ATTR_RDONLY, UINT64_C(0), UINT64_C(0), (unsigned)USERNS, 0u);
  if (apart)
    build(&program, FSMOUNT_APART, "utUuuttuttuttt", 0u, "overlay", UINT64_C(0), 3u, 5u, "lowerdir+", "1", 1u, "upperdir", "/mnt/upper", 1u,
          "workdir", "/mnt/work", "/sys");
  else
    build(&program, FSMOUNT, "utUuuttuttutt", 0u, "overlay", UINT64_C(0), 3u, 5u, "lowerdir+", "1", 1u, "upperdir", "/mnt/upper", 1u, "workdir",
          "/mnt/work");
  build(&program, CLOSE, "u", 1u);
  build(&program, CLONE, "U", UINT64_C(0));
  build(&program, OWN_STREAMS, "uu", (unsigned)BASE, (unsigned)BASE);
  build(&program, SETNS, "uU", (unsigned)USERNS, SYS_CLONE_NEWUSER);
  build(&program, GROUPS, "u", 0u);
  build(&program, GID, "u", 0u);
  build(&program, UID, "u", 0u);
  build(&program, RECLONE, "U", SYS_CLONE_NEWNS | SYS_CLONE_NEWPID | SYS_CLONE_NEWIPC | SYS_CLONE_NEWUTS);
  build(&program, DUMPABLE, "u", 0u);
  build(&program, SETSID, "");
  build(&program, PROPAGATION, "tU", "/", (uint64_t)(MS_REC | MS_SLAVE));
  build(&program, OPEN_TREE, "utu", 5u, "/mnt/outside", 1u);
  build(&program, FSMOUNT, "utUu", 1u, "proc", plain, 0u);
  build(&program, CHECK_FS, "uU", 1u, UINT64_C(0x9fa0));
  build(&program, FSMOUNT, "utUuutt", 2u, "tmpfs", SYS_MOUNT_ATTR_NOSUID, 1u, 1u, "mode", "755");
  build(&program, FSMOUNT, "utUuuttutt", 3u, "devpts", SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NOEXEC, 2u, 1u, "ptmxmode", "0666", 1u, "mode", "0620");
  build(&program, HOSTNAME, "t", "inside");
  build(&program, PIVOT, "ut", 0u, "/mnt/root");
  build(&program, MOVE_MOUNT, "utu", 1u, "/proc", 1u);
  build(&program, MOVE_MOUNT, "utu", 2u, "/dev", 1u);
  build(&program, MOVE_MOUNT, "utu", 3u, "/dev/pts", 1u);
  build(&program, MOVE_MOUNT, "utu", 5u, "/volume", 3u);
  build(&program, DEVICE, "tt", "/dev/null", "/dev/null");
  build(&program, DEVICE, "tt", "/dev/full", "/dev/full");
  build(&program, READONLY, "t", "/proc/sys");
  build(&program, MASK, "t", "/proc/keys");
  build(&program, MASK, "t", "/proc/irq");
  build(&program, BARRIER, "");
  build(&program, CAP_BOUNDING, "U", UINT64_C(0xa80425fb));
}

/* Kernels before 6.13 take no layers by descriptor. */
static bool takes_layers_by_descriptor(void) {
  int context = sys_fsopen("overlay");
  int folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  bool takes = context >= 0 && sys_fsconfig(context, SYS_FSCONFIG_SET_FD, "lowerdir+", NULL, folder) == 0;
  close(folder);
  close(context);
  return takes;
}

static void build_in_user_namespace(void) { build_with_overlay(!takes_layers_by_descriptor()); }

static void a_container_is_root_only_inside(bool apart) {
  const char *const commands[] = {"ids", "stat:/bin/probe", "write:/new", "stat:/new", "cat:/proc/self/uid_map", "write:/dev/null", "write:/dev/full",
                                  "stat:/volume/file", "write:/volume/file", "cat:/proc/self/mountinfo", "cat:/proc/keys", "cat:/proc/self/stat",
                                  "cat:/proc/sys/kernel/hostname", "cat:/proc/self/status", "descriptors", NULL};
  build_with_overlay(apart);
  build_probe(&program, commands);
  run_program(&program, &(struct run_hooks){.before = make_user_namespace, .after = show_new_file}, &outcome);
  if (outcome.failed && outcome.failure.error == EPERM && strcmp(outcome.failure.step, "FSMOUNT") == 0) {
    tap_skip("a container in a user namespace", "this machine hides parts of its own /proc, so the kernel gives no new one");
    return;
  }
  tap_ran(&outcome, apart ? "a container in a user namespace, its layer attached for the moment" : "a container in a user namespace");
  tap_contains(outcome.output, "ids: 0:0", "it is root inside");
  tap_contains(outcome.output, "100000", "and another user outside");
  tap_contains(outcome.output, "stat /bin/probe: mode 100755 owner 0:0", "the image's files are root's, by the idmapped layer");
  tap_contains(outcome.output, "stat /new: mode 100644 owner 0:0", "as are new files");
  tap_contains(outcome.output, "on the host: new belongs to 100000:100000", "which belong to the mapped user on the host");
  tap_contains(outcome.output, "write /dev/null: done", "the host's device is bound");
  tap_contains(outcome.output, "write /dev/full: No space left", "and the next one");
  tap_contains(outcome.output, "stat /volume/file: mode 100644 owner 65534:65534", "the host's files belong to nobody");
  tap_contains(outcome.output, "write /volume/file: Permission denied", "and are not writable");
  tap_contains(outcome.output, "/sys /proc/sys ro,nosuid,nodev,noexec", "read-only paths hold");
  tap_contains(outcome.output, "cat /proc/keys: []", "masks hold");
  tap_contains(outcome.output, "cat /proc/self/stat: [1 (probe)", "RECLONE made it the init of its PID namespace");
  tap_contains(outcome.output, "cat /proc/sys/kernel/hostname: [inside", "its UTS namespace is its own");
  tap_contains(outcome.output, "CapBnd:\t00000000a80425fb", "capabilities are cut inside, too");
  tap_contains(outcome.output, "descriptors: 0 1 2\n", "no descriptor is left");
}

static void show_namespace(const char *folder) {
  char name[64] = "";
  (void)folder;
  set_up(readlink("/proc/self/ns/mnt", name, sizeof name - 1) > 0, "/proc/self/ns/mnt");
  printf("%s\n", name);
  fflush(stdout);
}

static void share(const char *folder) { set_up(mount(NULL, folder, NULL, MS_SHARED, NULL) == 0, "a shared mount"); }

static void show_mounts(const char *folder) {
  char text[16384];
  (void)folder;
  int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
  ssize_t size = read(fd, text, sizeof text);
  set_up(size > 0 && fwrite(text, 1, (size_t)size, stdout) == (size_t)size, "/proc/self/mountinfo");
  fflush(stdout);
  close(fd);
}

static void trees_are_attached_one_over_the_other_and_nothing_stays(void) {
  const char *const commands[] = {"stat:/bin/probe", "stat:/file", NULL};
  build_begin(&program);
  build(&program, OPEN_TREE, "utu", 1u, "/mnt/lower", 0u);
  build(&program, OPEN_TREE, "utu", 2u, "/mnt/outside", 0u);
  build(&program, FSMOUNT_APART, "utUuuttuttuttuttt", 0u, "overlay", UINT64_C(0), 4u, 5u, "lowerdir+", "1", 5u, "lowerdir+", "2", 1u, "upperdir",
        "/mnt/upper", 1u, "workdir", "/mnt/work", "/sys");
  build(&program, CLOSE, "u", 1u);
  build(&program, CLOSE, "u", 2u);
  build(&program, CLONE, "U", SYS_CLONE_NEWNS);
  build(&program, PROPAGATION, "tU", "/", (uint64_t)(MS_REC | MS_PRIVATE));
  build(&program, FSMOUNT, "utUu", 3u, "proc", UINT64_C(0), 0u);
  build(&program, PIVOT, "ut", 0u, "/mnt/root");
  build(&program, MOVE_MOUNT, "utu", 3u, "/proc", 1u);
  build(&program, BARRIER, "");
  build_probe(&program, commands);
  run_program(&program, &(struct run_hooks){.before = share, .after = show_mounts}, &outcome);
  tap_ran(&outcome, "a root whose layers were attached for the moment");
  tap_contains(outcome.output, "stat /bin/probe: mode 100755", "it has the first layer's files");
  tap_contains(outcome.output, "stat /file: mode 100644", "and the second's");
  tap_contains(outcome.output, " /mnt rw", "the test sees the mounts");
  tap_ok(!strstr(outcome.output, " /mnt/lower ") && !strstr(outcome.output, " /mnt/outside "), "and none is left, not even over a layer of a shared mount");
}

static void a_failure_apart_leads_back(void) {
  static const char *const keys[] = {"lowerdir+", "no_such_option"};
  static const char *const places[] = {"/no/such/place", "/sys"};
  for (size_t i = 0; i < 2; i++) {
    build_begin(&program);
    build(&program, OPEN_TREE, "utu", 1u, "/mnt/lower", 0u);
    build(&program, FSMOUNT_APART, "utUuuttt", 0u, "overlay", UINT64_C(0), 1u, 5u, keys[i], "1", places[i]);
    build_end(&program);
    run_program(&program, &(struct run_hooks){.before = show_namespace, .after = show_namespace}, &outcome);
    tap_ok(outcome.failed && strcmp(outcome.failure.step, "FSMOUNT_APART") == 0, "%s at %s is refused: %s", keys[i], places[i], outcome.failure.detail);
    const char *second = strchr(outcome.output, '\n');
    tap_ok(second && strncmp(outcome.output, second + 1, (size_t)(second - outcome.output)) == 0, "and the mount namespace is the one from before");
  }
}

static void ids_of_a_mount_are_mapped_without_a_user_namespace_of_the_container(void) {
  const char *const commands[] = {"stat:/volume/file", "write:/volume/file", NULL};
  build_begin(&program);
  build(&program, USER_NAMESPACE, "utt", 7u, "0 5000 100", "0 6000 100");
  build(&program, CLONE, "U", SYS_CLONE_NEWNS);
  build(&program, PROPAGATION, "tU", "/", (uint64_t)(MS_REC | MS_PRIVATE));
  build(&program, OPEN_TREE, "utu", 5u, "/mnt/outside", 1u);
  build(&program, MAP_IDS, "uutu", 5u, 7u, "/mnt/outside", 1u);
  build(&program, FSMOUNT, "utUuuttuttutt", 0u, "overlay", UINT64_C(0), 3u, 1u, "lowerdir+", "/mnt/lower", 1u, "upperdir", "/mnt/upper", 1u,
        "workdir", "/mnt/work");
  build(&program, PIVOT, "ut", 0u, "/mnt/root");
  build(&program, MOVE_MOUNT, "utu", 5u, "/volume", 3u);
  build(&program, BARRIER, "");
  build_probe(&program, commands);
  run_program(&program, &(struct run_hooks){0}, &outcome);
  tap_ran(&outcome, "a volume with mapped ids");
  tap_contains(outcome.output, "stat /volume/file: mode 100644 owner 5000:6000", "root's files are those of the mapping");
}

static void what_cannot_be_mapped_is_named(void) {
  build_begin(&program);
  build(&program, USER_NAMESPACE, "utt", 7u, "0 5000 100", "0 6000 100");
  build(&program, CLONE, "U", SYS_CLONE_NEWNS);
  build(&program, OPEN_TREE, "utu", 5u, "/proc", 0u);
  build(&program, MAP_IDS, "uutu", 5u, 7u, "/proc", 0u);
  build_end(&program);
  run_program(&program, &(struct run_hooks){0}, &outcome);
  tap_ok(outcome.failed && strcmp(outcome.failure.step, "MAP_IDS") == 0 && strstr(outcome.failure.detail, " /proc: mount_setattr"),
         "a file system without idmapped mounts is named");
  build_begin(&program);
  build(&program, USER_NAMESPACE, "utt", 7u, "nonsense", "0 6000 100");
  build(&program, CLONE, "U", UINT64_C(0));
  build_end(&program);
  run_program(&program, &(struct run_hooks){0}, &outcome);
  tap_ok(outcome.failed && strstr(outcome.failure.detail, "uid_map: nonsense"), "a map that the kernel refuses is named");
}

static void a_terminal_works_inside(void) {
  build_in_user_namespace();
  build(&program, TTY, "uuu", 80u, 24u, 1u);
  const char *const commands[] = {"tty", "stat:/dev/console", NULL};
  build_probe(&program, commands);
  run_program(&program, &(struct run_hooks){.before = make_user_namespace}, &outcome);
  if (outcome.failed && outcome.failure.error == EPERM && strcmp(outcome.failure.step, "FSMOUNT") == 0) {
    tap_skip("a terminal in a user namespace", "this machine hides parts of its own /proc, so the kernel gives no new one");
    return;
  }
  tap_ran(&outcome, "a terminal in a user namespace");
  tap_contains(outcome.output, "tty: 111 /dev/pts/0 size 80x24 leads 1", "it controls the session");
  tap_contains(outcome.output, "stat /dev/console: mode 20620 owner 0:", "and is the console");
}

static void an_exec_enters_the_user_namespace(void) {
  static const char *const waiting[] = {"wait", NULL};
  static const char *const commands[] = {"ids", "cat:/proc/self/uid_map", "cat:/proc/1/cmdline", "write:/dev/full", "stat:/mnt", NULL};
  build_in_user_namespace();
  build_probe(&program, waiting);
  target = program;
  build_begin(&program);
  build(&program, CLONE, "U", UINT64_C(0));
  build(&program, DUMPABLE, "u", 0u);
  build(&program, SETNS_TARGET, "U",
        SYS_CLONE_NEWUSER | SYS_CLONE_NEWNS | SYS_CLONE_NEWPID | SYS_CLONE_NEWIPC | SYS_CLONE_NEWUTS);
  build(&program, RECLONE, "U", UINT64_C(0));
  build(&program, SETSID, "");
  build(&program, GROUPS, "u", 0u);
  build(&program, GID, "u", 0u);
  build(&program, UID, "u", 0u);
  build_probe(&program, commands);
  run_program(&program, &(struct run_hooks){.before = make_user_namespace, .target = &target}, &outcome);
  if (strstr(outcome.output, "set-up failed")) {
    tap_skip("an exec into a user namespace", "this machine makes no container in one");
    return;
  }
  tap_ran(&outcome, "an exec into a user namespace");
  tap_contains(outcome.output, "ids: 0:0", "it is root inside");
  tap_contains(outcome.output, " 100000 ", "and another user outside");
  tap_contains(outcome.output, "cat /proc/1/cmdline: [probe", "it sees the container's processes");
  tap_contains(outcome.output, "write /dev/full: No space left", "and its devices");
  tap_contains(outcome.output, "stat /mnt: No such file", "and not the host's folders");
}

int main(void) {
  if (geteuid() != 0) {
    tap_skip("user namespaces", "needs root");
    return tap_done();
  }
  if (takes_layers_by_descriptor())
    a_container_is_root_only_inside(false);
  a_container_is_root_only_inside(true);
  trees_are_attached_one_over_the_other_and_nothing_stays();
  a_failure_apart_leads_back();
  ids_of_a_mount_are_mapped_without_a_user_namespace_of_the_container();
  what_cannot_be_mapped_is_named();
  a_terminal_works_inside();
  an_exec_enters_the_user_namespace();
  return tap_done();
}
