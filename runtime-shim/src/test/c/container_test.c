/* Whole programs, run for real: what a container sees of its root, its mounts and its rights. Needs root. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kit_container.h"
#include "kit_tap.h"
#include "syscalls.h"

static const uint64_t ALONE = SYS_CLONE_NEWNS | SYS_CLONE_NEWPID;

static struct builder program;
static struct outcome outcome;

static void show_upper(const char *folder) {
  char path[128];
  struct stat found;
  snprintf(path, sizeof path, "%s/upper/run/made", folder);
  printf("upper/run/made: %s\n", stat(path, &found) == 0 && S_ISREG(found.st_mode) ? "a file" : "missing");
  snprintf(path, sizeof path, "%s/upper/outside", folder);
  printf("upper/outside: %s\n", stat(path, &found) == 0 && S_ISDIR(found.st_mode) ? "a directory" : "missing");
  snprintf(path, sizeof path, "%s/outside/new", folder);
  printf("outside/new: %s\n", stat(path, &found) == 0 ? "exists" : "missing");
}

static void a_container_has_its_own_root_and_mounts(void) {
  build_overlay(&program, ALONE | SYS_CLONE_NEWUTS | SYS_CLONE_NEWIPC);
  build(&program, OPEN_TREE, "utu", 5u, "/mnt/outside", 1u);
  build(&program, OPEN_TREE_IN, "uttu", 6u, "/mnt/lower", "etc/hostname", 0u);
  build_inside(&program);
  build(&program, MOVE_MOUNT, "utu", 5u, "/deep/new/place", 3u);
  build(&program, MOVE_MOUNT, "utu", 6u, "/etc/dangling", 3u);
  build(&program, MKDIR, "tuuu", "/etc/out/new", 01777u, 5u, 6u);
  build(&program, SYMLINK, "tt", "/run/behind", "/etc/behind");
  build(&program, SYMLINK, "tt", "/run/behind", "/etc/behind");
  build(&program, MKDIR, "tuuu", "/etc/behind", 0755u, 0u, 0u);
  build(&program, HOSTNAME, "t", "inside");
  build(&program, BARRIER, "");
  build(&program, CHDIR, "tu", "/made/by/chdir", 1u);
  build(&program, UMASK, "u", 027u);
  const char *const commands[] = {"cat:/proc/self/mountinfo", "cat:/deep/new/place/file", "cat:/run/made", "stat:/outside/new", "stat:/mnt",
                                  "cwd", "ids", "env:NAME", "cat:/proc/sys/kernel/hostname", "readlink:/dev/ptmx", "descriptors", "cat:/proc/self/stat",
                                  "write:/etc/hostname", "stat:/run/behind", NULL};
  build_probe(&program, commands);
  run_program(&program, &(struct run_hooks){.after = show_upper}, &outcome);
  tap_ran(&outcome, "a container");
  tap_contains(outcome.output, " / / rw", "the overlay is its root");
  tap_lacks(outcome.output, "windlass-test /mnt", "the host's mounts are gone");
  tap_lacks(outcome.output, "/mnt/root", "the attach point is gone");
  tap_contains(outcome.output, "cat /deep/new/place/file: [outside", "a tree opened on the host is attached, its place made");
  tap_contains(outcome.output, "cat /run/made: [lower", "a dangling link is followed inside to the place of a mount");
  tap_contains(outcome.output, "upper/run/made: a file", "and its target is made");
  tap_contains(outcome.output, "stat /outside/new: mode 41777 owner 5:6", "a link that climbs out stays inside; mode and owner are exact");
  tap_contains(outcome.output, "upper/outside: a directory", "its target is made in the upper layer");
  tap_contains(outcome.output, "outside/new: missing", "and not on the host");
  tap_contains(outcome.output, "stat /mnt: No such file", "the host's folders are out of sight");
  tap_contains(outcome.output, "cwd: /made/by/chdir", "CHDIR makes its directory");
  tap_contains(outcome.output, "umask 27", "UMASK is set");
  tap_contains(outcome.output, "env NAME: value", "the environment is the program's");
  tap_contains(outcome.output, "cat /proc/sys/kernel/hostname: [inside", "HOSTNAME is set");
  tap_contains(outcome.output, "readlink /dev/ptmx: pts/ptmx", "links are made");
  tap_contains(outcome.output, "descriptors: 0 1 2\n", "no descriptor but stdio is left");
  tap_contains(outcome.output, "cat /proc/self/stat: [1 (probe)", "it is the init of its PID namespace, found by PATH");
  tap_contains(outcome.output, "stat /run/behind: mode 40755", "a link made twice is one, and MKDIR makes what it leads to");
  tap_contains(outcome.output, "write /etc/hostname: done", "the root is writable");
  tap_ok(outcome.timings[4].opcode == FSMOUNT && outcome.timings[4].nanoseconds > 0, "the time of each operation is told");
}

static void masks_and_read_only_paths_cover(void) {
  build_overlay(&program, ALONE);
  build_inside(&program);
  build(&program, MASK, "t", "/etc/masked");
  build(&program, MASK, "t", "/proc/keys");
  build(&program, MASK, "t", "/proc/timer_list");
  build(&program, MASK, "t", "/proc/scsi");
  build(&program, MASK, "t", "/proc/irq");
  build(&program, MASK, "t", "/tmp");
  build(&program, MASK, "t", "/missing/path");
  build(&program, READONLY, "t", "/proc/sys");
  build(&program, READONLY, "t", "/etc");
  build(&program, READONLY, "t", "/missing/path");
  const char *const commands[] = {"cat:/etc/masked", "stat:/etc/masked", "write:/etc/new", "write:/etc/hostname", "write:/tmp/new", "statfs:/tmp",
                                  "stat:/proc/irq", "statfs:/proc/irq", "write:/proc/sys/kernel/hostname", "write:/run/new", "cat:/proc/self/mountinfo", NULL};
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_ran(&outcome, "masks");
  tap_contains(outcome.output, "cat /etc/masked: []", "a masked file reads empty");
  tap_contains(outcome.output, "device 1:3", "because it is the null device");
  tap_contains(outcome.output, "write /etc/new: Read-only file system", "a read-only directory takes no file");
  tap_contains(outcome.output, "write /etc/hostname: Read-only file system", "and its files no writes");
  tap_contains(outcome.output, "write /tmp/new: Read-only file system", "a masked directory is read-only");
  tap_contains(outcome.output, "statfs /tmp: type 1021994", "and a tmpfs");
  tap_contains(outcome.output, "statfs /proc/irq: type 1021994", "as is the second one");
  tap_contains(outcome.output, "write /proc/sys/kernel/hostname: Read-only file system", "/proc/sys is read-only");
  tap_contains(outcome.output, "/sys /proc/sys ro,nosuid,nodev,noexec", "and keeps the flags of /proc");
  tap_contains(outcome.output, "write /run/new: done", "the rest is writable");
}

static void build_hook(const char *path, const char *const *arguments, unsigned timeout) {
  static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
  build(&program, HOOK, "tLLutt", path, arguments, environment, timeout, "{\"pid\":", ",\"status\":\"creating\"}");
}

static void hooks_see_the_root_before_and_after_the_pivot(void) {
  static const char script[] = "cat >/mnt/root/run/state; readlink /mnt/root/etc/host >/mnt/root/run/root; "
                               "grep -c ' /mnt/root/proc ' /proc/self/mountinfo >/mnt/root/run/mounts; ls /mnt/root/proc/1/status >/mnt/root/run/first";
  const char *const before[] = {"sh", "-c", script, NULL};
  const char *const inside[] = {"probe", "write:/etc/by-hook", NULL};
  build_overlay(&program, ALONE);
  build(&program, ATTACH_ROOT, "ut", 0u, "/mnt/root");
  build(&program, FSMOUNT, "utUu", 1u, "proc", UINT64_C(0), 0u);
  build(&program, MOVE_MOUNT, "utu", 1u, "/proc", 1u);
  build(&program, DEVICE, "tt", "/dev/null", "/dev/null");
  build(&program, MKDIR, "tuuu", "/etc/out/new", 0755u, 0u, 0u);
  build_hook("/bin/sh", before, 20000);
  build(&program, PAUSE, "");
  build(&program, PIVOT, "ut", 0u, "/mnt/root");
  build(&program, MASK, "t", "/etc/masked");
  build_hook("/bin/probe", inside, 0);
  const char *const commands[] = {"cat:/run/state", "cat:/run/root", "cat:/run/mounts", "cat:/run/first", "stat:/etc/by-hook", "stat:/mnt", "stat:/dev/null",
                                  "stat:/outside/new", "cat:/etc/masked", "cat:/proc/self/mountinfo", "descriptors", NULL};
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_ran(&outcome, "hooks");
  tap_contains(outcome.output, "cat /run/state: [{\"pid\":1,\"status\":\"creating\"}]", "a hook reads the state, with the PID of the namespace");
  tap_contains(outcome.output, "cat /run/root: [/mnt/outside/file", "before the pivot it finds the container's files below the attach point");
  tap_contains(outcome.output, "cat /run/mounts: [1", "with what is mounted there");
  tap_contains(outcome.output, "cat /run/first: [/mnt/root/proc/1/status", "and is a program of the host's in the container's namespaces");
  tap_contains(outcome.output, "stat /etc/by-hook: mode 100644", "after the pivot it is one of the container's");
  tap_contains(outcome.output, "stat /mnt: No such file", "whose root is the pivoted one");
  tap_contains(outcome.output, "stat /dev/null: mode 20666 owner 0:0 device 1:3", "devices are bound in it before");
  tap_contains(outcome.output, "stat /outside/new: mode 40755", "a link that climbs out stays inside, although the host's tree is there");
  tap_contains(outcome.output, "cat /etc/masked: []", "and masks work after it");
  tap_lacks(outcome.output, " /mnt/root", "the attach point is gone");
  tap_contains(outcome.output, "descriptors: 0 1 2\n", "nothing is left open");
}

static void the_process_is_scheduled_as_asked(void) {
  static const unsigned char first_node[8] = {1};
  const char *const commands[] = {"scheduling", NULL};
  build_overlay(&program, ALONE);
  build_inside(&program);
  build(&program, IO_PRIORITY, "uu", 2u, 6u);
  build(&program, SCHEDULER, "uUuuUUU", 3u, UINT64_C(0), 7u, 0u, UINT64_C(0), UINT64_C(0), UINT64_C(0));
  build(&program, PERSONALITY, "u", 8u);
  build(&program, MEMORY_POLICY, "ub", 2u, first_node, sizeof first_node);
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  if (outcome.failed && outcome.failure.error == ENOSYS && strcmp(outcome.failure.step, "MEMORY_POLICY") == 0) {
    tap_skip("scheduling", "this kernel has no NUMA policies");
    return;
  }
  tap_ran(&outcome, "scheduling");
  tap_contains(outcome.output, "scheduling: policy 3 nice 7 io 4006 memory 2 nodes 1 persona 8", "priorities, policies and personality are set");
  build_overlay(&program, ALONE);
  build(&program, SCHEDULER, "uUuuUUU", 77u, UINT64_C(0), 0u, 0u, UINT64_C(0), UINT64_C(0), UINT64_C(0));
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, EINVAL, "SCHEDULER", "sched_setattr: policy 77", "a policy that the kernel does not have is told");
}

static void a_hook_that_fails_ends_the_launch(void) {
  const char *const failing[] = {"sh", "-c", "echo 'no device' >&2; exit 7", NULL};
  const char *const slow[] = {"sleep", "100", NULL};
  build_overlay(&program, ALONE);
  build_hook("/bin/sh", failing, 0);
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, ECHILD, "HOOK", "/bin/sh ended with exit code 7: no device", "a hook that fails is told");
  build_overlay(&program, ALONE);
  build_hook("/bin/sleep", slow, 300);
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, ETIMEDOUT, "HOOK", "had not ended after 300 ms", "so is one that takes too long");
  build_overlay(&program, ALONE);
  build(&program, ATTACH_ROOT, "ut", 0u, "/mnt/root");
  build(&program, ATTACH_ROOT, "ut", 0u, "/mnt/root");
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, EINVAL, "ATTACH_ROOT", "attached already", "a root is attached once");
}

static void magic_links_lead_nowhere(void) {
  build_overlay(&program, ALONE);
  build_inside(&program);
  build(&program, MKDIR, "tuuu", "/proc/self/fd/3/x", 0755u, 0u, 0u);
  const char *const commands[] = {"cwd", NULL};
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, ELOOP, "MKDIR", "/proc/self/fd/3/x", "a path through a magic link is refused");
  build_overlay(&program, ALONE);
  build_inside(&program);
  build(&program, CHDIR, "tu", "/proc/self/fd/3", 0u);
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, ELOOP, "CHDIR", "/proc/self/fd/3", "as is a working directory (CVE-2024-21626)");
}

static void nodes_and_devices_are_made(void) {
  build_overlay(&program, ALONE);
  build_inside(&program);
  build(&program, MKNOD, "tuuuuu", "/dev/zero", (unsigned)(S_IFCHR | 0666), 1u, 5u, 0u, 0u);
  build(&program, MKNOD, "tuuuuu", "/run/a/file", (unsigned)(S_IFREG | 0640), 0u, 0u, 7u, 8u);
  build(&program, DEVICE, "tt", "/dev/null", "/dev/null");
  build(&program, DEVICE, "tt", "/dev/special", "/dev/full");
  const char *const commands[] = {"stat:/dev/zero", "stat:/run/a/file", "stat:/dev/null", "write:/dev/null", "stat:/dev/special", "write:/dev/special", NULL};
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_ran(&outcome, "nodes");
  tap_contains(outcome.output, "stat /dev/zero: mode 20666 owner 0:0 device 1:5", "a node is made");
  tap_contains(outcome.output, "stat /run/a/file: mode 100640 owner 7:8", "a file is made, with its parents");
  tap_contains(outcome.output, "stat /dev/null: mode 20666 owner 0:0 device 1:3", "the host's device is bound");
  tap_contains(outcome.output, "write /dev/null: done", "and works");
  tap_contains(outcome.output, "write /dev/special: No space left", "the second device is the second one asked for");
  build_overlay(&program, ALONE);
  build_inside(&program);
  build(&program, DEVICE, "tt", "/dev/x", "/mnt/outside/file");
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, ENODEV, "PIVOT", "/mnt/outside/file is no device", "a device must be one");
}

static void a_terminal_is_the_containers_own(void) {
  build_overlay(&program, ALONE);
  build_inside(&program);
  build(&program, TTY, "uuu", 100u, 40u, 1u);
  build(&program, BARRIER, "");
  build(&program, UID, "u", 1234u);
  const char *const commands[] = {"tty", "stat:/dev/console", "stat:/dev/pts/0", "descriptors", NULL};
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_ran(&outcome, "a terminal");
  tap_contains(outcome.output, "tty: 111 /dev/pts/0 size 100x40 leads 1", "it is 0, 1 and 2, has its size, and controls the session");
  tap_contains(outcome.output, "stat /dev/console: mode 20620 owner 1234:", "it is bound over /dev/console, and the user's");
  tap_contains(outcome.output, "device 136:0", "and is the first of its devpts");
  tap_contains(outcome.output, "descriptors: 0 1 2\r\n", "the master is not left to it");
}

static void limits_and_scores_are_set(void) {
  build_overlay(&program, ALONE);
  build(&program, OOM_SCORE_ADJ, "u", 500u);
  build(&program, OOM_SCORE_ADJ, "u", (unsigned)-1000);
  build_inside(&program);
  build(&program, RLIMIT, "uUU", (unsigned)RLIMIT_NOFILE, UINT64_C(77), UINT64_C(88));
  build(&program, SYSCTL, "utt", 1u, "kernel/domainname", "windlass");
  const char *const commands[] = {"cat:/proc/self/limits", "cat:/proc/self/oom_score_adj", "cat:/proc/sys/kernel/domainname", NULL};
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_ran(&outcome, "limits");
  tap_contains(outcome.output, "Max open files            77                   88", "a limit is set");
  tap_lacks(outcome.output, "oom_score_adj: [500", "the OOM score is lowered as far as is allowed");
}

static void sysctls_are_confined(void) {
  static const char *const names[] = {"../uptime", "kernel/../../uptime", "/kernel/hostname", "kernel//hostname", "."};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    build_overlay(&program, ALONE | SYS_CLONE_NEWUTS);
    build(&program, FSMOUNT, "utUu", 3u, "proc", UINT64_C(0), 0u);
    build(&program, SYSCTL, "utt", 3u, names[i], "x");
    build_end(&program);
    run_program(&program, NULL, &outcome);
    tap_failed(&outcome, EINVAL, "SYSCTL", "must be relative", names[i]);
  }
  build_overlay(&program, ALONE | SYS_CLONE_NEWUTS);
  build(&program, FSMOUNT, "utUu", 3u, "tmpfs", UINT64_C(0), 0u);
  build(&program, SYSCTL, "utt", 3u, "kernel/hostname", "x");
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, EXDEV, "SYSCTL", "not the root of a procfs", "anything but a procfs is refused (CVE-2025-52881)");
  build_overlay(&program, ALONE | SYS_CLONE_NEWUTS);
  build(&program, FSMOUNT, "utUu", 3u, "proc", UINT64_C(0), 0u);
  build(&program, SYSCTL, "utt", 3u, "kernel/no_such_name", "x");
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, ENOENT, "SYSCTL", "kernel/no_such_name: openat2", "an unknown sysctl is named");
}

static void only_a_procfs_root_takes_sysctls(void) {
  build_overlay(&program, ALONE | SYS_CLONE_NEWUTS);
  build(&program, OPEN, "utu", 3u, "/proc/sys", (unsigned)O_DIRECTORY);
  build(&program, SYSCTL, "utt", 3u, "kernel/hostname", "x");
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, EXDEV, "SYSCTL", "not the root of a procfs", "a directory within a procfs is refused");
  build_overlay(&program, ALONE);
  build_inside(&program);
  build(&program, FSMOUNT, "utUu", 3u, "tmpfs", UINT64_C(0), 0u);
  build(&program, MOVE_MOUNT, "utu", 3u, "/dev/pts", 1u);
  build(&program, TTY, "uuu", 80u, 25u, 0u);
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, EXDEV, "TTY", "/dev/pts is not a devpts", "as is a terminal from anything but a devpts");
  build_overlay(&program, ALONE);
  build(&program, OPEN, "utu", 3u, "/mnt/outside/new", (unsigned)(O_CREAT | O_WRONLY));
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, EINVAL, "OPEN", "/mnt/outside/new", "OPEN makes no files");
}

static void labels_are_written_below_a_procfs_only(void) {
  static const struct {
    const char *type;
    const char *attribute;
    int error;
    const char *part;
  } cases[] = {{"proc", "../status", EINVAL, "must be relative"}, {"tmpfs", "exec", EXDEV, "not the root of a procfs"}, {"proc", "no_such_module/exec", ENOENT, "no_such_module"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    build_overlay(&program, ALONE);
    build(&program, FSMOUNT, "utUu", 3u, cases[i].type, UINT64_C(0), 0u);
    build(&program, LSM_EXEC, "utt", 3u, cases[i].attribute, "label");
    build_end(&program);
    run_program(&program, NULL, &outcome);
    tap_failed(&outcome, cases[i].error, "LSM_EXEC", cases[i].part, cases[i].attribute);
  }
}

static void the_root_of_a_tree_is_labelled(void) {
  const char *const commands[] = {"label:/labelled", NULL};
  build_overlay(&program, ALONE);
  build(&program, FSMOUNT, "utUu", 3u, "tmpfs", UINT64_C(0), 0u);
  build(&program, LABEL, "ut", 3u, "system_u:object_r:tmpfs_t:s0");
  build_inside(&program);
  build(&program, MOVE_MOUNT, "utu", 3u, "/labelled", 1u);
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_ran(&outcome, "a label");
  tap_contains(outcome.output, "label /labelled: system_u:object_r:tmpfs_t:s0\n", "the root of a tree is labelled");
  build_overlay(&program, ALONE);
  build(&program, FSMOUNT, "utUu", 3u, "proc", UINT64_C(0), 0u);
  build(&program, LABEL, "ut", 3u, "label");
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_ran(&outcome, "a file system without labels is left as it is, and its program");
}

static void keys_are_left_behind(void) {
  const char *const commands[] = {"keyring", NULL};
  char inherited[64];
  long ours = syscall(SYS_keyctl, 1, NULL); /* KEYCTL_JOIN_SESSION_KEYRING */
  if (ours < 0) {
    tap_skip("session keyrings", "this kernel gives none");
    return;
  }
  snprintf(inherited, sizeof inherited, "keyring: %ld\n", ours);
  build_overlay(&program, ALONE);
  build_inside(&program);
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_contains(outcome.output, inherited, "a session keyring is inherited");
  build_overlay(&program, ALONE);
  build_inside(&program);
  build(&program, SESSION_KEYRING, "");
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_ran(&outcome, "a keyring");
  tap_lacks(outcome.output, inherited, "unless a new one is asked for");
  tap_lacks(outcome.output, "keyring: -1", "which there is");
}

static void a_joined_mount_namespace_confines(void) {
  build_overlay(&program, ALONE);
  build(&program, OPEN, "utu", 3u, "/proc/self/ns/mnt", (unsigned)O_RDONLY);
  build(&program, SETNS, "uU", 3u, SYS_CLONE_NEWNS);
  build(&program, CHDIR, "tu", "/proc/self/cwd", 0u);
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, ELOOP, "CHDIR", "/proc/self/cwd", "paths in a joined mount namespace go through no magic link");
}

/* A volume with a mount in it, shared with what the test stands for: the host. */
static void mount_shared_volume(const char *folder) {
  char path[128];
  snprintf(path, sizeof path, "%s/outside", folder);
  if (mount("volume", path, "tmpfs", 0, "mode=755") < 0 || mount(NULL, path, NULL, MS_SHARED, NULL) < 0)
    puts("the volume cannot be mounted");
  snprintf(path, sizeof path, "%s/outside/sub", folder);
  if (mkdir(path, 0755) < 0 || mount("inner", path, "tmpfs", 0, "mode=755") < 0)
    puts("its inner volume cannot be mounted");
  snprintf(path, sizeof path, "%s/outside/sub/file", folder);
  if (mknod(path, S_IFREG | 0600, 0) < 0)
    puts("the file cannot be made");
}

static void look_for_volume(const char *folder) {
  char path[128];
  struct stat found;
  snprintf(path, sizeof path, "%s/outside/sub/file", folder);
  printf("the host %s\n", stat(path, &found) == 0 ? "keeps its volume" : "lost its volume");
}

static void the_hosts_mounts_stay(void) {
  static const char *const commands[] = {"stat:/all/sub/file", "stat:/one/sub/file", "stat:/one/sub", NULL};
  build_begin(&program);
  build(&program, CLONE, "U", ALONE);
  build(&program, FSMOUNT, "utUuuttuttutt", 0u, "overlay", UINT64_C(0), 3u, 1u, "lowerdir+", "/mnt/lower", 1u, "upperdir", "/mnt/upper", 1u, "workdir",
        "/mnt/work");
  build(&program, OPEN_TREE, "utu", 5u, "/mnt/outside", 1u);
  build(&program, OPEN_TREE, "utu", 6u, "/mnt/outside", 0u);
  build(&program, PIVOT, "ut", 0u, "/mnt/root");
  build(&program, MOVE_MOUNT, "utu", 5u, "/all", 3u);
  build(&program, MOVE_MOUNT, "utu", 6u, "/one", 3u);
  build_probe(&program, commands);
  run_program(&program, &(struct run_hooks){.before = mount_shared_volume, .after = look_for_volume}, &outcome);
  tap_ran(&outcome, "a shared volume");
  tap_contains(outcome.output, "stat /all/sub/file: mode 100600", "a recursive tree has the mounts below it");
  tap_contains(outcome.output, "stat /one/sub/file: No such file", "one that is not recursive has not");
  tap_contains(outcome.output, "stat /one/sub: mode 40755", "but their places");
  tap_contains(outcome.output, "the host keeps its volume", "leaving the host's root unmounts nothing on the host");
  static const char *const writes[] = {"write:/all/sub/file", "write:/all/new", "write:/new", NULL};
  build_overlay(&program, ALONE);
  build(&program, OPEN_TREE, "utu", 5u, "/mnt/outside", 1u);
  build_inside(&program);
  build(&program, MOVE_MOUNT, "utu", 5u, "/all", 3u);
  build(&program, READONLY, "t", "/all");
  build_probe(&program, writes);
  run_program(&program, &(struct run_hooks){.before = mount_shared_volume}, &outcome);
  tap_ran(&outcome, "a read-only volume");
  tap_contains(outcome.output, "write /all/sub/file: Read-only file system", "read-only holds for the mounts below, too");
  tap_contains(outcome.output, "write /new: done", "and not for what lies beside");
}

static void rights_are_dropped(void) {
  /* personality and close_range fail with EPERM, all else is allowed. */
  static const struct {
    uint16_t code;
    uint8_t yes, no;
    uint32_t value;
  } filter[] = {{0x20, 0, 0, 0}, {0x15, 1, 0, SYS_personality}, {0x15, 0, 1, NUMBER_CLOSE_RANGE}, {0x06, 0, 0, 0x00050000 | EPERM}, {0x06, 0, 0, 0x7fff0000}};
  build_overlay(&program, ALONE);
  build_inside(&program);
  build(&program, BARRIER, "");
  build(&program, CAP_BOUNDING, "U", UINT64_C(0x422) | UINT64_C(1) << 63);
  build(&program, KEEP_CAPS, "");
  build(&program, GROUPS, "uuu", 2u, 2000u, 3000u);
  build(&program, GID, "u", 1001u);
  build(&program, UID, "u", 1000u);
  build(&program, CAPSET, "UUU", UINT64_C(0x400) | UINT64_C(1) << 63, UINT64_C(0x420), UINT64_C(0x400));
  build(&program, CAP_AMBIENT, "U", UINT64_C(0x400) | UINT64_C(1) << 62);
  build(&program, NO_NEW_PRIVS, "");
  build(&program, SECCOMP, "ub", 0u, filter, sizeof filter);
  const char *const commands[] = {"ids", "cat:/proc/self/status", "personality", "write:/new", "stat:/proc/self/fd/1", NULL};
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_ran(&outcome, "rights");
  tap_contains(outcome.output, "ids: 1000:1001 groups 2000 3000", "user, group and groups are set");
  tap_contains(outcome.output, "CapBnd:\t0000000000000422", "the bounding set is cut, capabilities of later kernels are passed over");
  tap_contains(outcome.output, "CapInh:\t0000000000000400", "inheritable capabilities are set");
  tap_contains(outcome.output, "CapAmb:\t0000000000000400", "ambient capabilities are set");
  tap_contains(outcome.output, "CapEff:\t0000000000000400", "and become effective by execve");
  tap_contains(outcome.output, "NoNewPrivs:\t1", "no_new_privs is set");
  tap_contains(outcome.output, "Seccomp:\t2", "a filter is set");
  tap_contains(outcome.output, "SigBlk:\t0000000000000000", "no signal is blocked");
  tap_contains(outcome.output, "SigIgn:\t0000000000000000", "no signal is ignored");
  tap_contains(outcome.output, "personality: Operation not permitted", "and filters");
  tap_contains(outcome.output, "write /new: Permission denied", "others' files are others'");
}

static void failures_name_their_operation(void) {
  build_overlay(&program, ALONE);
  build(&program, FSMOUNT, "utUuutt", 3u, "tmpfs", UINT64_C(0), 1u, 1u, "no_such_option", "1");
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, EINVAL, "FSMOUNT", "operation 5 tmpfs: fsconfig: no_such_option: ", "the kernel's words are told");
  tap_contains(outcome.failure.detail, "Unknown parameter", "in full");
  build_overlay(&program, ALONE);
  build(&program, OPEN_TREE, "utu", 3u, "/no/such/path", 0u);
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, ENOENT, "OPEN_TREE", "operation 5 /no/such/path: openat2", "a missing source is named");
  build_overlay(&program, ALONE);
  build(&program, MOVE_MOUNT, "utu", 9u, "/x", 0u);
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, EBADF, "MOVE_MOUNT", "slot 9 is empty", "an empty slot is named");
  build_overlay(&program, ALONE);
  build(&program, OPEN_TREE_IN, "uttu", 3u, "/mnt/lower", "/etc/out/file", 0u);
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, ENOENT, "OPEN_TREE_IN", "inside /mnt/lower", "a confined source stays inside");
  build_overlay(&program, ALONE);
  build(&program, OPEN_TREE_IN, "uttu", 3u, "/mnt/lower", "etc/host", 0u);
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, ENOENT, "OPEN_TREE_IN", "inside /mnt/lower", "a link to a path of the host stays inside");
  build_overlay(&program, ALONE);
  build(&program, CHECK_FS, "uU", 0u, UINT64_C(0x9fa0));
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, EXDEV, "CHECK_FS", "0x794c7630", "a file system of another type is refused");
}

static void programs_are_found_or_not(void) {
  static const char *const environment[] = {"PATH=:/nowhere::/etc", NULL};
  static const struct {
    const char *name;
    const char *argument;
    int error;
    const char *part;
  } cases[] = {
      {"a program that PATH does not lead to", "probe", ENOENT, "\"probe\": executable file not found in PATH (:/nowhere::/etc)"},
      {"a file that may not be executed", "hostname", EACCES, "\"hostname\" may not be executed"},
      {"the empty part of PATH is nothing", "script", ENOENT, "executable file not found"},
      {"a path is not searched", "/bin/none", ENOENT, "execve: /bin/none"},
      {"a directory", "/bin", EACCES, "execve: /bin"},
      {"no shell runs what is no program", "/script", ENOEXEC, "execve: /script"},
      {"an empty name", "", EINVAL, "no program is named"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *const arguments[] = {cases[i].argument, NULL};
    build_overlay(&program, ALONE);
    build_inside(&program);
    build(&program, MKNOD, "tuuuuu", "/script", (unsigned)(S_IFREG | 0755), 0u, 0u, 0u, 0u);
    build(&program, WRITE_FILE, "tb", "/script", "echo no", (size_t)7);
    build(&program, EXECVE, "LL", arguments, environment);
    build_end(&program);
    run_program(&program, NULL, &outcome);
    tap_failed(&outcome, cases[i].error, "EXECVE", cases[i].part, cases[i].name);
  }
}

static void hard_limits_are_named_when_refused(void) {
  build_overlay(&program, ALONE);
  build(&program, CAPSET, "UUU", UINT64_C(0), UINT64_C(0), UINT64_C(0));
  build(&program, RLIMIT, "uUU", (unsigned)RLIMIT_CORE, UINT64_C(0), UINT64_C(0));
  build(&program, RLIMIT, "uUU", (unsigned)RLIMIT_CORE, UINT64_C(0), UINT64_C(5));
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, EPERM, "RLIMIT", "RLIMIT_CORE: the hard limit 0 cannot be raised to 5", "a hard limit that cannot be raised is named");
  build_overlay(&program, ALONE);
  build(&program, CAPSET, "UUU", UINT64_C(0), UINT64_C(0), UINT64_C(0));
  build(&program, CAPSET, "UUU", UINT64_C(0), UINT64_C(0x3), UINT64_C(0));
  build_end(&program);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, EPERM, "CAPSET", "does not hold 0x3", "capabilities that are not held are named");
}

int main(void) {
  if (geteuid() != 0) {
    tap_skip("containers", "needs root");
    return tap_done();
  }
  a_container_has_its_own_root_and_mounts();
  masks_and_read_only_paths_cover();
  hooks_see_the_root_before_and_after_the_pivot();
  a_hook_that_fails_ends_the_launch();
  the_process_is_scheduled_as_asked();
  magic_links_lead_nowhere();
  nodes_and_devices_are_made();
  a_terminal_is_the_containers_own();
  limits_and_scores_are_set();
  sysctls_are_confined();
  only_a_procfs_root_takes_sysctls();
  labels_are_written_below_a_procfs_only();
  the_root_of_a_tree_is_labelled();
  keys_are_left_behind();
  a_joined_mount_namespace_confines();
  the_hosts_mounts_stay();
  rights_are_dropped();
  failures_name_their_operation();
  programs_are_found_or_not();
  hard_limits_are_named_when_refused();
  return tap_done();
}
