/* A zygote, its shims and their containers, end to end, as the daemon sees them. Needs root. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit_daemon.h"
#include "kit_tap.h"

enum { NET = 1, IPC = 2, UTS = 4, PID = 8, USER = 16 };
enum { IO_STDIN = 1, IO_TTY = 2, IO_STDIN_ONCE = 4 };
enum { RUNNING = 2, EXITED = 3 };
enum { GET_USER_NAMESPACE = 0xb701 }; /* ioctl of a namespace file */

#define MOUNTS UINT64_C(0x20000)
#define PIDS UINT64_C(0x20000000)

static char state[] = "/tmp/windlass-shim-XXXXXX";
static char group[PATH_SIZE]; /* a cgroup2 directory for containers, or "" */
static int zygote = -1;
static struct message message;

static const char *in_state(const char *name) {
  static char paths[8][PATH_SIZE];
  static int next;
  char *path = paths[next++ % 8];
  snprintf(path, PATH_SIZE, "%s/%s", state, name);
  return path;
}

static const char *suffixed(const char *name, const char *suffix) {
  static char names[4][64];
  static int next;
  char *text = names[next++ % 4];
  snprintf(text, 64, "%s%s", name, suffix);
  return text;
}

/* A program that runs a shell script: in its own mount namespace, on the host's files. */
static const struct builder *shell(uint64_t clone_flags, bool terminal, bool barrier, const char *script) {
  static struct builder builder;
  const char *const arguments[] = {"/bin/sh", "-c", script, NULL};
  const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
  build_begin(&builder);
  build(&builder, CLONE, "U", clone_flags);
  build(&builder, SETSID, "");
  if (terminal)
    build(&builder, TTY, "uuu", 80u, 25u, 0u);
  if (barrier)
    build(&builder, BARRIER, "");
  build(&builder, EXECVE, "LL", arguments, environment);
  build_end(&builder);
  return &builder;
}

static bool spawn(const char *pod, unsigned namespaces, const char *sysctl) {
  mkdir(in_state(pod), 0700);
  return daemon_call(zygote, &message, FRAME_SPAWN, sysctl ? "tttutuuutt" : "tttutuuu", pod, in_state(pod), in_state(suffixed(pod, ".sock")),
                     namespaces, "pod-host", 0u, 0u, sysctl ? 1u : 0u, sysctl, "1");
}

static bool create(int shim, const char *id, const struct builder *program, unsigned io, unsigned pid_mode, const char *cgroup) {
  return daemon_call(shim, &message, FRAME_CREATE, "tptuuttt", id, program, in_state(suffixed(id, ".log")), io, pid_mode, "", cgroup,
                     in_state(suffixed(id, ".exit")));
}

static bool start(int shim, const char *id) { return daemon_call(shim, &message, FRAME_START, "t", id); }

static bool run(int shim, const char *id, unsigned io, const char *script) {
  return create(shim, id, shell(MOUNTS | PIDS, io & IO_TTY, true, script), io, 0, "") && start(shim, id);
}

static const char *error_text(void) {
  static char text[1024];
  int error = (int)take_u32(&message.fields);
  const char *step = take_text(&message.fields);
  snprintf(text, sizeof text, "%s: %s: %s", step, take_text(&message.fields), strerror(error));
  return text;
}

static bool refused(bool called, const char *part, const char *name) {
  return tap_ok(!called && message.type == FRAME_ERROR, "%s", name) && tap_contains(error_text(), part, "which says why");
}

/* The text behind the header of each record. */
static const char *logged(const char *id) {
  static char text[1 << 14];
  char *out = text;
  *out = 0;
  char *rest = (char *)(uintptr_t)daemon_read_file(in_state(suffixed(id, ".log")));
  for (char *line = strsep(&rest, "\n"); line && strlen(line) > 31; line = strsep(&rest, "\n"))
    out += snprintf(out, sizeof text - (size_t)(out - text), "%s\n", line + 31);
  return text;
}

static int shim_of(const char *pod) { return daemon_connect(in_state(suffixed(pod, ".sock"))); }

static int subscriber(const char *pod, uint64_t since) {
  int fd = shim_of(pod);
  tap_ok(daemon_call(fd, &message, FRAME_SUBSCRIBE, "U", since), "events of %s are subscribed to", pod);
  return fd;
}

static bool next_exit(int events, const char *id, uint32_t code, uint32_t signal) {
  struct event event;
  return daemon_event(events, &event) && event.kind == 1 && strcmp(event.container, id) == 0 && event.code == code && event.signal == signal;
}

static pid_t shim_pid(const char *pod) {
  if (!daemon_call(zygote, &message, FRAME_SHIMS, ""))
    return -1;
  for (uint32_t left = take_u32(&message.fields); left > 0; left--) {
    bool found = strcmp(take_text(&message.fields), pod) == 0;
    pid_t pid = (pid_t)take_u64(&message.fields);
    take_text(&message.fields);
    if (found)
      return pid;
  }
  return -1;
}

/* A process that was not found has the number -1, and kill(-1) would end everything on the machine. */
static void kill_one(pid_t pid, int number) {
  tap_ok(pid > 1, "there is a process to signal");
  if (pid > 1)
    kill(pid, number);
}

static uint32_t state_of(int shim, const char *id, pid_t *pid) {
  uint32_t found = 0;
  daemon_call(shim, &message, FRAME_LIST, "");
  for (uint32_t left = take_u32(&message.fields); left > 0; left--) {
    bool same = strcmp(take_text(&message.fields), id) == 0;
    pid_t its_pid = (pid_t)take_u64(&message.fields);
    take_u64(&message.fields);
    uint32_t its_state = take_u32(&message.fields);
    take_u64(&message.fields);
    take_u64(&message.fields);
    if (same) {
      found = its_state;
      *pid = its_pid;
    }
  }
  return found;
}

/* --- the zygote --- */

static void a_zygote_is_alone_and_sealed(void) {
  char errors[1024];
  char path[64];
  tap_ok(daemon_start_zygote(state, errors, sizeof errors) == 0, "a zygote starts: %s", errors);
  zygote = daemon_connect(in_state("zygote.sock"));
  tap_ok(daemon_call(zygote, &message, FRAME_HELLO, "uu", 1u, 1u), "it says hello");
  tap_ok(take_u32(&message.fields) == 1, "in the version that both speak");
  int pid = (int)take_u64(&message.fields);
  refused(daemon_call(zygote, &message, FRAME_HELLO, "uu", 7u, 9u), "protocol versions 7 to 9", "an unknown version is refused");
  refused(daemon_call(zygote, &message, FRAME_CREATE, ""), "frame type 0x20", "so is a shim's request");
  tap_ok(daemon_start_zygote(state, errors, sizeof errors) == 1, "a second zygote for the folder is refused");
  tap_contains(errors, "another zygote (pid ", "by name");
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  struct statvfs mount_of_binary;
  tap_ok(statvfs(path, &mount_of_binary) == 0 && mount_of_binary.f_flag & ST_RDONLY, "its binary is on a read-only mount, whoever reaches it");
  struct stat status;
  tap_ok(stat(in_state("zygote.sock"), &status) == 0 && (status.st_mode & 0777) == 0600, "its socket is 0600");
}

static void a_failed_spawn_leaves_nothing(void) {
  refused(spawn("pod", NET | IPC | UTS | PID, "net.no_such_setting"), "sysctl: net.no_such_setting = 1", "a wrong sysctl fails the spawn");
  tap_ok(rmdir(in_state("pod")) == 0, "no pin is left");
  tap_ok(shim_pid("pod") == -1, "and no shim");
  refused(spawn("pod", NET | USER, NULL), "uid_map: 0 mappings", "a user namespace needs mappings");
}

static void a_pod_has_namespaces(void) {
  tap_ok(spawn("pod", NET | IPC | UTS | PID, "net.ipv4.ip_forward"), "a pod is spawned again after its failure");
  static const char *const names[] = {"ns/net", "ns/ipc", "ns/uts", "ns/pid"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char name[32];
    struct stat pinned;
    struct stat own;
    snprintf(name, sizeof name, "pod/%s", names[i]);
    tap_ok(stat(in_state(name), &pinned) == 0 && stat(suffixed("/proc/self/", names[i]), &own) == 0 && pinned.st_ino != own.st_ino,
           "%s is pinned and is not the host's", names[i]);
  }
  refused(spawn("pod", NET, NULL), "pod pod has a shim", "a pod is spawned once");
  refused(daemon_call(zygote, &message, FRAME_QUIT, ""), "the shim of pod pod lives", "the zygote stays while a shim lives");
}

static ino_t owner_of(const char *pin) {
  struct stat status = {0};
  int fd = open(in_state(pin), O_RDONLY | O_CLOEXEC);
  int owner = ioctl(fd, GET_USER_NAMESPACE);
  fstat(owner, &status);
  close(owner);
  close(fd);
  return status.st_ino;
}

static void a_user_namespace_owns_the_others(void) {
  struct stat user = {0};
  mkdir(in_state("mapped"), 0700);
  tap_ok(daemon_call(zygote, &message, FRAME_SPAWN, "tttutuuuuuuuuutt", "mapped", in_state("mapped"), in_state("mapped.sock"),
                     (unsigned)(NET | IPC | UTS | PID | USER), "mapped", 1u, 0u, 700000u, 65536u, 1u, 0u, 800000u, 65536u, 1u, "kernel.shmmax", "4242"),
         "a pod is spawned with a user namespace");
  int shim = shim_of("mapped");
  stat(in_state("mapped/ns/user"), &user);
  tap_ok(owner_of("mapped/ns/net") == user.st_ino && owner_of("mapped/ns/ipc") == user.st_ino && owner_of("mapped/ns/uts") == user.st_ino &&
             owner_of("mapped/ns/pid") == user.st_ino,
         "which owns all its others");
  tap_ok(create(shim, "mapped", shell(MOUNTS, false, true, "hostname; cat /proc/sys/kernel/shmmax"), 0, 2, "") && start(shim, "mapped"),
         "a container in them");
  int events = subscriber("mapped", 0);
  tap_ok(next_exit(events, "mapped", 0, 0), "ends");
  tap_contains(logged("mapped"), "stdout F mapped\nstdout F 4242\n", "and saw the pod's name and sysctls");
  tap_ok(daemon_call(shim, &message, FRAME_SHUTDOWN, "") && rmdir(in_state("mapped")) == 0, "its shim shuts down");
  close(events);
  close(shim);
}

/* --- containers --- */

static void a_container_lives(int shim, int events) {
  pid_t pid = 0;
  tap_ok(create(shim, "first", shell(MOUNTS | PIDS, false, true, "hostname; cat /proc/sys/net/ipv4/ip_forward; echo err >&2; printf part; exit 3"), 0,
                0, ""),
         "a container is created");
  take_u64(&message.fields);
  tap_ok(take_u64(&message.fields) > 0, "its start time is known");
  tap_ok(take_u32(&message.fields) > 0, "and how long each operation took");
  tap_ok(state_of(shim, "first", &pid) == 1 && access(in_state("first.exit"), F_OK) < 0, "it waits to be started");
  refused(daemon_call(shim, &message, FRAME_DELETE, "t", "first"), "has not exited", "it cannot be deleted so");
  tap_ok(start(shim, "first"), "it starts");
  tap_ok(next_exit(events, "first", 3, 0), "its exit is told");
  tap_contains(daemon_read_file(in_state("first.exit")), "{\"exitCode\":3,\"signal\":0,\"exitedAt\":", "its record was there before");
  tap_contains(logged("first"), "stdout F pod-host\n", "it has the pod's host name");
  tap_contains(logged("first"), "stdout F 1\n", "and sysctls");
  tap_contains(logged("first"), "stderr F err\n", "standard error is logged");
  tap_contains(logged("first"), "stdout P part\n", "all that it wrote is in the log when its exit is told");
  tap_ok(daemon_call(shim, &message, FRAME_DELETE, "t", "first") && state_of(shim, "first", &pid) == 0, "it is deleted");
  refused(daemon_call(shim, &message, FRAME_START, "t", "first"), "container first is not known", "and forgotten");
}

static void failures_are_named(int shim, int events) {
  struct builder builder;
  pid_t pid = 0;
  build_begin(&builder);
  build(&builder, CLONE, "U", MOUNTS);
  build(&builder, OPEN, "utu", 0u, "/no/such/file", 0u);
  build(&builder, BARRIER, "");
  build_end(&builder);
  refused(create(shim, "broken", &builder, 0, 0, ""), "/no/such/file", "a program that fails is an error of CREATE");
  tap_ok(state_of(shim, "broken", &pid) == 0, "nothing of it is left");
  const char *const arguments[] = {"/no/such/program", NULL};
  build_begin(&builder);
  build(&builder, CLONE, "U", MOUNTS);
  build(&builder, BARRIER, "");
  build(&builder, EXECVE, "LL", arguments, arguments + 1);
  build_end(&builder);
  tap_ok(create(shim, "missing", &builder, 0, 0, ""), "a program that is missing is not seen at CREATE");
  refused(start(shim, "missing"), "/no/such/program", "but at START");
  tap_ok(next_exit(events, "missing", 128, 0), "which is an exit with 128");
  tap_contains(daemon_read_file(in_state("missing.exit")), "{\"exitCode\":128,", "in its record, too");
  daemon_call(shim, &message, FRAME_DELETE, "t", "missing");
}

static void a_full_disk_stops_no_container(int shim, int events) {
  struct event event;
  tap_ok(daemon_call(shim, &message, FRAME_CREATE, "tptuuttt", "full", shell(MOUNTS | PIDS, false, true, "head -c 1000000 /dev/zero; exit 8"),
                     "/dev/full", 0u, 0u, "", "", in_state("full.exit")) &&
             start(shim, "full"),
         "a container whose log cannot be written runs");
  tap_ok(daemon_event(events, &event) && event.kind == 2 && strcmp(event.container, "full") == 0, "the failure is told");
  tap_ok(next_exit(events, "full", 8, 0), "once, and the container ends by itself");
  daemon_call(shim, &message, FRAME_DELETE, "t", "full");
}

static void it_may_be_killed_before_its_start(int shim, int events) {
  tap_ok(create(shim, "never", shell(MOUNTS | PIDS, false, true, ":"), 0, 0, ""), "a container is created");
  tap_ok(daemon_call(shim, &message, FRAME_SIGNAL, "tuu", "never", 9u, 1u), "and killed");
  tap_ok(next_exit(events, "never", 137, 9), "which is told as it was");
  refused(start(shim, "never"), "not in the created state", "it cannot be started then");
  daemon_call(shim, &message, FRAME_DELETE, "t", "never");
}

static bool restore(int shim, const char *id, const char *script) {
  return daemon_call(shim, &message, FRAME_CREATE, "tptuutttt", id, shell(MOUNTS, false, true, script), in_state(suffixed(id, ".log")), 0u, 0u, "",
                     "", in_state(suffixed(id, ".exit")), in_state(suffixed(id, ".pid"))) &&
         start(shim, id);
}

/* A script that leaves a sibling: its number in the container's file. */
static const char *sibling(const char *id, int code, bool wait) {
  static char script[2 * PATH_SIZE];
  snprintf(script, sizeof script, "exec %s sibling %s %d %d", getenv("PROBE"), in_state(suffixed(id, ".pid")), code, wait);
  return script;
}

static void a_restored_process_takes_the_place_of_its_maker(int shim, int events) {
  pid_t pid = 0;
  tap_ok(restore(shim, "restored", sibling("restored", 0, true)), "a container is started by restoring it");
  tap_ok(state_of(shim, "restored", &pid) == RUNNING && pid == atoi(daemon_read_file(in_state("restored.pid"))), "the restored process is its first");
  tap_ok(daemon_call(shim, &message, FRAME_SIGNAL, "tuu", "restored", 9u, 0u), "it is signalled");
  tap_ok(next_exit(events, "restored", 137, 9), "and its end is told");
  daemon_call(shim, &message, FRAME_DELETE, "t", "restored");
  tap_ok(restore(shim, "brief", sibling("brief", 7, false)), "one that ends before it is taken was started");
  tap_ok(next_exit(events, "brief", 7, 0), "and has ended as it did");
  daemon_call(shim, &message, FRAME_DELETE, "t", "brief");
  refused(restore(shim, "spoilt", "exit 4"), "the restoring program ended with status 4", "a restore that fails is an error of START");
  tap_ok(next_exit(events, "spoilt", 128, 0), "which is an exit with 128");
  daemon_call(shim, &message, FRAME_DELETE, "t", "spoilt");
  tap_ok(unlink(in_state("restored.pid")) == 0 && unlink(in_state("brief.pid")) == 0, "the files are whose who named them");
}

/* As shell(), with a pause before a hook and the barrier. */
static const struct builder *pausing(const char *script, const char *hook) {
  static struct builder builder;
  const char *const arguments[] = {"/bin/sh", "-c", script, NULL};
  const char *const hook_arguments[] = {"hook", "-c", hook, NULL};
  const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
  build_begin(&builder);
  build(&builder, CLONE, "U", MOUNTS | PIDS);
  build(&builder, SETSID, "");
  build(&builder, PAUSE, "");
  build(&builder, HOOK, "tLLutt", "/bin/sh", hook_arguments, environment, 0u, "<", ">");
  build(&builder, BARRIER, "");
  build(&builder, EXECVE, "LL", arguments, environment);
  build_end(&builder);
  return &builder;
}

static bool proceed(int shim, const char *id) { return daemon_call(shim, &message, FRAME_PROCEED, "t", id); }

static void a_launch_may_pause(int shim, int events) {
  char hook[PATH_SIZE * 2];
  pid_t pid = 0;
  snprintf(hook, sizeof hook, "cat >%s", in_state("pausing.pid"));
  tap_ok(create(shim, "pausing", pausing("exit 5", hook), 0, 0, ""), "CREATE is answered at a pause");
  pid = (pid_t)take_u64(&message.fields);
  tap_ok(pid > 1 && kill(pid, 0) == 0 && access(in_state("pausing.pid"), F_OK) < 0, "its process waits, and has not gone on");
  refused(start(shim, "pausing"), "not in the created state", "it cannot be started yet");
  tap_ok(proceed(shim, "pausing") && (pid_t)take_u64(&message.fields) == pid, "PROCEED is answered at the barrier");
  tap_ok(strcmp(daemon_read_file(in_state("pausing.pid")), "<1>") == 0, "what comes between was done");
  refused(proceed(shim, "pausing"), "does not pause", "it can go on but once");
  tap_ok(start(shim, "pausing") && next_exit(events, "pausing", 5, 0), "then it is started, and ends");
  daemon_call(shim, &message, FRAME_DELETE, "t", "pausing");
  tap_ok(create(shim, "pausing", pausing("true", "echo 'bad luck'; exit 9"), 0, 0, ""), "another one pauses");
  refused(proceed(shim, "pausing"), "ended with exit code 9: bad luck", "a hook that fails is the end of it");
  refused(proceed(shim, "pausing"), "not known", "and it is forgotten");
  tap_ok(create(shim, "pausing", pausing("true", "true"), 0, 0, "") && daemon_call(shim, &message, FRAME_SIGNAL, "tuu", "pausing", 9u, 0u), "one is killed in its pause");
  for (int i = 0; i < 500 && proceed(shim, "pausing"); i++)
    usleep(10000);
  tap_ok(message.type == FRAME_ERROR, "and is forgotten, too");
  unlink(in_state("pausing.pid"));
}

/* Asks the zygote to run a shell script as a hook. */
static void send_hook(int fd, const char *script, unsigned timeout, const char *claim) {
  daemon_send(fd, FRAME_HOOK, 7, "tutttuttutt", "/bin/sh", 3u, "sh", "-c", script, 2u, "PATH=/usr/bin:/bin", "WHO=hook", timeout, "{state}", claim);
}

static bool hook(int fd, const char *script, unsigned timeout, const char *claim) {
  send_hook(fd, script, timeout, claim);
  return daemon_receive(fd, &message) && message.id == 7 && message.type == FRAME_OK;
}

static void wait_for_file(const char *path, bool there) {
  for (int i = 0; i < 1000 && (access(path, F_OK) == 0) != there; i++)
    usleep(10000);
}

static void the_zygote_runs_hooks(void) {
  char script[PATH_SIZE * 4];
  char link[64] = "";
  int fd = daemon_connect(in_state("zygote.sock"));
  snprintf(script, sizeof script, "{ cat; echo; echo $WHO; readlink /proc/self/ns/net; pwd; } >%s", in_state("hooked"));
  tap_ok(hook(fd, script, 5000, "") && take_u32(&message.fields) == 1, "the zygote runs a hook");
  tap_contains(daemon_read_file(in_state("hooked")), "{state}\nhook\n", "with its state and environment");
  tap_ok(readlink("/proc/self/ns/net", link, sizeof link - 1) > 0 && strstr(daemon_read_file(in_state("hooked")), link), "in the runtime's namespaces");
  refused(hook(fd, "echo why >&2; exit 2", 0, ""), "/bin/sh ended with exit code 2: why", "one that fails");
  refused(hook(fd, "exec sleep 100", 300, ""), "had not ended after 300 ms", "one that is late");
  daemon_send(fd, FRAME_HOOK, 7, "tuu", "/bin/sh", 1u << 30, 0u);
  refused(daemon_receive(fd, &message) && message.type == FRAME_OK, "malformed lists", "one whose list has no end");
  daemon_send(fd, FRAME_HOOK, 7, "tutuutt", "sh", 1u, "sh", 0u, 0u, "", "");
  refused(daemon_receive(fd, &message) && message.type == FRAME_OK, "malformed request", "one with a relative path");
  snprintf(script, sizeof script, "echo x >>%s", in_state("counted"));
  tap_ok(hook(fd, script, 0, in_state("claim")) && take_u32(&message.fields) == 1, "a hook with a claim is run");
  tap_ok(hook(fd, script, 0, in_state("claim")) && take_u32(&message.fields) == 0, "and not again");
  tap_ok(strcmp(daemon_read_file(in_state("counted")), "x\n") == 0, "so that it ran once");
  int gate = gate_make(in_state("gate"));
  snprintf(script, sizeof script, "echo $$ >%s; read go <%s; rm %s", in_state("left"), in_state("gate"), in_state("left"));
  send_hook(fd, script, 0, in_state("claim2"));
  wait_for_file(in_state("left"), true);
  close(fd);
  fd = daemon_connect(in_state("zygote.sock"));
  gate_let_go(gate);
  tap_ok(hook(fd, script, 0, in_state("claim2")) && take_u32(&message.fields) == 0 && access(in_state("left"), F_OK) < 0,
         "with a claim it goes on without its client, and who asks again waits for its end");
  send_hook(fd, script, 0, "");
  wait_for_file(in_state("left"), true);
  pid_t pid = (pid_t)strtol(daemon_read_file(in_state("left")), NULL, 10);
  close(fd);
  for (int i = 0; i < 500 && pid > 1 && kill(pid, 0) == 0; i++)
    usleep(10000);
  tap_ok(pid > 1 && kill(pid, 0) < 0, "without one it is killed when its client leaves");
  close(gate);
  static const char *const files[] = {"hooked", "counted", "claim", "claim2", "left", "gate"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    unlink(in_state(files[i]));
}

static void pid_namespaces_are_shared_as_asked(int shim, int events) {
  tap_ok(create(shim, "shared", shell(MOUNTS, false, true, "echo $$"), 0, 1, "") && start(shim, "shared"), "a container joins the pod's PID namespace");
  tap_ok(next_exit(events, "shared", 0, 0), "and ends");
  int inside = atoi(logged("shared") + strlen("stdout F "));
  tap_ok(inside > 1 && inside < 10, "it was not the first process there (%d)", inside);
  daemon_call(shim, &message, FRAME_DELETE, "t", "shared");
}

static void a_terminal_is_one_stream(int shim, int events) {
  struct streamed streamed;
  tap_ok(create(shim, "tty", shell(MOUNTS | PIDS, true, true, "stty size; read answer; stty size; echo \"$answer\" >&2"), IO_STDIN | IO_TTY, 0, ""),
         "a container with a terminal is created");
  int attached = shim_of("pod");
  tap_ok(daemon_call(attached, &message, FRAME_ATTACH, "tu", "tty", 7u), "it can be attached to before it starts");
  tap_ok(daemon_call(shim, &message, FRAME_RESIZE, "tuu", "tty", 132u, 43u) && start(shim, "tty"), "resized, and started");
  daemon_send(attached, FRAME_STREAM_RESIZE, 77, "uu", 90u, 30u);
  daemon_send(attached, FRAME_STDIN, 77, "r", "word\n", (size_t)5);
  tap_ok(daemon_stream(attached, FRAME_END, &streamed) && streamed.exited && streamed.code == 0, "the attachment ends with the container");
  tap_contains(streamed.out, "30 90\r\nword\r\n", "it was resized, and standard error is the terminal, too");
  tap_ok(next_exit(events, "tty", 0, 0), "its exit is told");
  tap_contains(logged("tty"), "stdout F word\r\n", "the log keeps the terminal's line ends");
  daemon_call(shim, &message, FRAME_DELETE, "t", "tty");
  close(attached);
}

static void the_first_client_closes_stdin_once(int shim, int events) {
  struct streamed streamed;
  tap_ok(run(shim, "once", IO_STDIN | IO_STDIN_ONCE, "cat; echo end"), "a container reads its input to the end");
  int writer = shim_of("pod");
  int reader = shim_of("pod");
  daemon_call(writer, &message, FRAME_ATTACH, "tu", "once", 1u);
  daemon_call(reader, &message, FRAME_ATTACH, "tu", "once", 2u);
  daemon_send(writer, FRAME_STDIN, 77, "r", "text\n", (size_t)5);
  close(writer);
  tap_ok(daemon_stream(reader, FRAME_END, &streamed) && strcmp(streamed.out, "text\nend\n") == 0, "which is when the writing client leaves");
  tap_ok(next_exit(events, "once", 0, 0), "then it ends");
  daemon_call(shim, &message, FRAME_DELETE, "t", "once");
  close(reader);
}

/* --- execs --- */

static int exec(const char *container, const char *name, unsigned io, const char *script) {
  int fd = shim_of("pod");
  if (!daemon_call(fd, &message, FRAME_EXEC, "ttpuuu", container, name, shell(0, io & IO_TTY, false, script), io, 100u, 40u))
    printf("# exec: %s\n", error_text());
  return fd;
}

static void execs_run_beside_it(int shim) {
  struct streamed streamed;
  char script[PATH_SIZE * 2];
  tap_ok(create(shim, "host", shell(MOUNTS | PIDS, false, true, "while :; do sleep 1; done"), 0, 0, group) && start(shim, "host"),
         "a container runs for its execs");
  int plain = exec("host", "plain", 0, "echo out; echo err >&2; exit 4");
  tap_ok(daemon_stream(plain, FRAME_END, &streamed) && streamed.code == 4, "an exec ends with its exit code");
  tap_ok(strcmp(streamed.out, "out\n") == 0 && strcmp(streamed.err, "err\n") == 0, "its output comes in two streams");
  int input = exec("host", "input", IO_STDIN, "wc -c");
  static char block[60000];
  for (int i = 0; i < 20; i++)
    daemon_send(input, FRAME_STDIN, 77, "r", block, sizeof block);
  daemon_send(input, FRAME_STDIN_CLOSE, 77, "");
  tap_ok(daemon_stream(input, FRAME_END, &streamed) && atoi(streamed.out) == 1200000, "its input arrives whole: %s", streamed.out);
  int terminal = exec("host", "terminal", IO_STDIN | IO_TTY, "stty size");
  tap_ok(daemon_stream(terminal, FRAME_END, &streamed) && strcmp(streamed.out, "40 100\r\n") == 0, "its terminal has the size asked for");
  int gate = gate_make(in_state("gate"));
  snprintf(script, sizeof script, "{ read go <%s; } & exit 5", in_state("gate"));
  int late = exec("host", "late", 0, script);
  tap_ok(daemon_stream(late, FRAME_EXIT, &streamed) && streamed.code == 5, "the exit is told while a child holds the output");
  gate_let_go(gate);
  tap_ok(daemon_stream(late, FRAME_END, &streamed), "the end when that is gone");
  int killed = shim_of("pod");
  refused(daemon_call(killed, &message, FRAME_EXEC, "ttpuuu", "host", "a/b", shell(0, false, false, ":"), 0u, 0u, 0u), "malformed",
          "a name that leaves its folder is refused");
  close(plain);
  close(input);
  close(terminal);
  close(late);
  close(killed);
  close(gate);
  unlink(in_state("gate"));
}

static void a_shim_is_small(int most, const char *when) {
  char path[64];
  if (strstr(getenv("WINDLASS_SHIM"), "sanitized"))
    return; /* its bookkeeping is large; the run with the real one makes this check */
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", shim_pid("pod"));
  const char *pss = strstr(daemon_read_file(path), "\nPss:");
  int size = pss ? atoi(pss + 5) : 0;
  tap_ok(size > 0 && size <= most, "a shim has at most %d KiB of its own %s (%d)", most, when, size);
}

/*
 * Waits ten seconds at most until a client has been sent something, its writer sleeps, as it does at a full pipe only, and the shim sleeps
 * beside that pipe, as it would not if it still wanted to read it.
 */
static bool stands_still(int client, pid_t writer, pid_t shim) {
  for (int i = 0; i < 10000; i++) {
    int waiting = 0;
    if (ioctl(client, FIONREAD, &waiting) == 0 && waiting > 0 && process_sleeps(writer) && process_sleeps(shim))
      return true;
    usleep(1000);
  }
  return false;
}

static void a_slow_client_costs_no_memory(void) {
  size_t total = 0;
  int slow = exec("host", "slow", 0, "exec head -c 50000000 /dev/zero");
  pid_t writer = (pid_t)take_u64(&message.fields);
  tap_ok(stands_still(slow, writer, shim_pid("pod")), "who writes for a client that does not read is held up in the end");
  a_shim_is_small(1024, "while a client does not read");
  while (daemon_receive(slow, &message) && message.type != FRAME_END)
    total += message.type == FRAME_STDOUT ? message.fields.left : 0;
  tap_ok(total == 50000000 && message.type == FRAME_END, "nothing is lost when it reads at last (%zu)", total);
  close(slow);
}

/* Gives the container input until the shim takes no more of it: it sleeps although there is more. */
static bool stuff(int fd, pid_t shim) {
  static const char block[20000];
  struct bytes frame = {0};
  size_t mark = frame_begin(&frame, FRAME_STDIN, 77);
  bytes_append(&frame, block, sizeof block);
  frame_end(&frame, mark);
  bool full = false;
  size_t sent = 0;
  for (int i = 0; i < 10000 && !full; i++) {
    ssize_t count = send(fd, frame.data + sent, frame.size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0)
      sent = (sent + (size_t)count) % frame.size;
    else if (!(full = process_sleeps(shim)))
      usleep(1000);
  }
  bytes_free(&frame);
  return full;
}

static void a_client_that_leaves_holds_up_nobody(int shim, int events) {
  char script[PATH_SIZE * 2];
  int gate = gate_make(in_state("gate"));
  snprintf(script, sizeof script, "read go <%s; head -c 2000000 /dev/zero; exit 2", in_state("gate"));
  tap_ok(run(shim, "deaf", IO_STDIN, script), "a container never reads its input");
  int client = shim_of("pod");
  daemon_call(client, &message, FRAME_ATTACH, "tu", "deaf", 7u);
  tap_ok(stuff(client, shim_pid("pod")), "a client gives it all that the shim takes");
  close(client);
  gate_let_go(gate);
  tap_ok(next_exit(events, "deaf", 2, 0), "a client that left with input pending does not stop its output");
  daemon_call(shim, &message, FRAME_DELETE, "t", "deaf");
  close(gate);
  unlink(in_state("gate"));
}

static void what_was_written_before_the_exit_is_logged(int shim, int events) {
  char words[PATH_SIZE * 2];
  char nothing[PATH_SIZE * 2];
  pid_t container = 0;
  int gate = gate_make(in_state("gate"));
  int earlier_gate = gate_make(in_state("earlier"));
  snprintf(words, sizeof words, "read go <%s; echo last words", in_state("gate"));
  snprintf(nothing, sizeof nothing, "read go <%s", in_state("earlier"));
  tap_ok(run(shim, "burst", 0, words), "a container runs");
  tap_ok(state_of(shim, "burst", &container) == RUNNING, "with a number");
  int earlier = exec("burst", "earlier", 0, nothing);
  pid_t exec_pid = (pid_t)take_u64(&message.fields);
  pid_t pid = shim_pid("pod");
  kill_one(pid, SIGSTOP); /* so that it sees a child's end before the output, which came before its own child's end */
  gate_let_go(earlier_gate);
  tap_ok(process_ends(exec_pid), "an exec ends while the shim looks away");
  gate_let_go(gate);
  tap_ok(process_ends(container), "and then the container, with its last words");
  kill_one(pid, SIGCONT);
  tap_ok(next_exit(events, "burst", 0, 0), "its exit is told");
  tap_contains(logged("burst"), "stdout F last words\n", "after its output was logged");
  daemon_call(shim, &message, FRAME_DELETE, "t", "burst");
  close(earlier);
  close(earlier_gate);
  close(gate);
  unlink(in_state("earlier"));
  unlink(in_state("gate"));
}

static void containers_hold_nothing_of_each_other(int shim, int events) {
  tap_ok(run(shim, "reader", IO_STDIN, "cat; exit 9"), "a container reads its input");
  tap_ok(create(shim, "second", shell(MOUNTS | PIDS, false, true, ":"), 0, 0, ""), "another stands at its barrier");
  tap_ok(daemon_call(shim, &message, FRAME_CLOSE_STDIN, "t", "reader") && next_exit(events, "reader", 9, 0), "and does not keep that input open");
  daemon_call(shim, &message, FRAME_SIGNAL, "tuu", "second", 9u, 1u);
  tap_ok(next_exit(events, "second", 137, 9), "it is killed");
  daemon_call(shim, &message, FRAME_DELETE, "t", "reader");
  daemon_call(shim, &message, FRAME_DELETE, "t", "second");
}

/* Waits for five seconds at most: the kernel tells nobody when a cgroup is empty enough to be removed. */
static bool is_gone_soon(const char *path) {
  for (int i = 0; i < 500 && access(path, F_OK) == 0; i++)
    usleep(10000);
  return access(path, F_OK) < 0;
}

static bool has_processes_soon(const char *procs) {
  for (int i = 0; i < 500 && strlen(daemon_read_file(procs)) <= 8; i++)
    usleep(10000);
  return strlen(daemon_read_file(procs)) > 8;
}

static void an_exec_is_killed_with_all_it_forked(int shim, int events) {
  struct streamed streamed;
  if (!*group) {
    tap_skip("an exec is killed with all it forked", "no cgroup2 hierarchy that can be written to");
  } else {
    int tree = exec("host", "tree", 0, "setsid sleep 1001 & (setsid sleep 1002 &); sleep 1003");
    char procs[PATH_SIZE * 2];
    snprintf(procs, sizeof procs, "%s/exec-tree/cgroup.procs", group);
    tap_ok(has_processes_soon(procs), "its processes are in a cgroup of their own");
    daemon_send(tree, FRAME_EXEC_KILL, 77, "");
    tap_ok(daemon_stream(tree, FRAME_END, &streamed) && streamed.signal == SIGKILL, "EXEC_KILL ends it, and its output with it");
    tap_ok(is_gone_soon(procs), "its cgroup is gone");
    int left = exec("host", "left", 0, "sleep 1004 >/dev/null 2>&1 & exit 0");
    tap_ok(daemon_stream(left, FRAME_END, &streamed), "an exec may leave processes behind");
    snprintf(procs, sizeof procs, "%s/exec-left", group);
    tap_ok(is_gone_soon(procs), "which do not keep its cgroup");
    close(tree);
    close(left);
  }
  tap_ok(daemon_call(shim, &message, FRAME_SIGNAL, "tuu", "host", 9u, 1u) && next_exit(events, "host", 137, 9), "SIGNAL with all ends the container");
  refused(daemon_call(shim, &message, FRAME_SIGNAL, "tuu", "host", 15u, 0u), "has exited", "after which no signal is taken");
  daemon_call(shim, &message, FRAME_DELETE, "t", "host");
}

/* --- what outlives what --- */

static void a_successor_takes_over(int shim, int events) {
  struct streamed streamed;
  pid_t pid = 0;
  pid_t before = 0;
  tap_ok(run(shim, "kept", IO_STDIN, "while read line; do echo \"got $line\"; done; exit 6"), "a container runs");
  tap_ok(create(shim, "waiting", shell(MOUNTS | PIDS, false, true, "exit 7"), 0, 0, ""), "another waits for its start");
  state_of(shim, "kept", &before);
  pid_t old = shim_pid("pod");
  kill_one(old, SIGKILL);
  tap_ok(!daemon_receive(shim, &message) && !daemon_receive(events, &message), "the shim's death closes its connections");
  for (int i = 0; i < 200 && (shim_pid("pod") == old || shim_pid("pod") < 0); i++)
    usleep(10000);
  int next = shim_of("pod");
  int told = subscriber("pod", 0);
  tap_ok(state_of(next, "kept", &pid) == RUNNING && pid == before, "its successor knows the container");
  tap_ok(state_of(next, "waiting", &pid) == 1, "and the one that waits");
  int attached = shim_of("pod");
  tap_ok(daemon_call(attached, &message, FRAME_ATTACH, "tu", "kept", 3u), "which can be attached to");
  daemon_send(attached, FRAME_STDIN, 77, "r", "more\n", (size_t)5);
  tap_ok(daemon_receive(attached, &message) && message.type == FRAME_STDOUT, "its streams are whole");
  tap_ok(start(next, "waiting") && next_exit(told, "waiting", 7, 0), "the waiting one starts and ends");
  tap_contains(daemon_read_file(in_state("waiting.exit")), "{\"exitCode\":7,", "with its record");
  tap_ok(daemon_call(next, &message, FRAME_CLOSE_STDIN, "t", "kept") && next_exit(told, "kept", 6, 0), "input can be ended: no duplicate holds it open");
  tap_ok(daemon_stream(attached, FRAME_END, &streamed) && streamed.code == 6, "the attachment ends, too");
  tap_contains(logged("kept"), "stdout F got more\n", "the log goes on");
  daemon_call(next, &message, FRAME_DELETE, "t", "kept");
  close(attached);
  close(told);
  close(next);
}

static void exits_during_a_shims_death_are_kept(void) {
  pid_t pid = 0;
  int shim = shim_of("pod");
  tap_ok(run(shim, "unseen", 0, "sleep 1000"), "a container runs");
  state_of(shim, "unseen", &pid);
  pid_t old = shim_pid("pod");
  kill_one(old, SIGKILL);
  kill_one(pid, SIGKILL);
  for (int i = 0; i < 200 && (shim_pid("pod") == old || shim_pid("pod") < 0); i++)
    usleep(10000);
  int next = shim_of("pod");
  int told = shim_of("pod");
  daemon_call(told, &message, FRAME_SUBSCRIBE, "U", UINT64_C(0));
  struct event event = {0};
  while (strcmp(event.container, "unseen") != 0 && daemon_event(told, &event))
    continue;
  tap_ok(event.code == 137, "its exit is told by the successor");
  tap_ok(state_of(next, "unseen", &pid) == EXITED, "and known");
  tap_contains(daemon_read_file(in_state("unseen.exit")), "{\"exitCode\":137,\"signal\":9,", "and recorded");
  daemon_call(next, &message, FRAME_DELETE, "t", "unseen");
  daemon_call(next, &message, FRAME_DELETE, "t", "waiting");
  close(shim);
  close(told);
  close(next);
}

static void everything_ends(void) {
  int shim = shim_of("pod");
  tap_ok(run(shim, "last", 0, "sleep 1000"), "a container runs");
  refused(daemon_call(shim, &message, FRAME_SHUTDOWN, ""), "container last lives", "a shim stays while a container lives");
  int events = subscriber("pod", UINT64_MAX);
  daemon_call(shim, &message, FRAME_SIGNAL, "tuu", "last", 9u, 0u);
  tap_ok(next_exit(events, "last", 137, 9), "which is killed");
  tap_ok(daemon_call(shim, &message, FRAME_SHUTDOWN, "") && !daemon_receive(shim, &message), "then it shuts down");
  tap_ok(rmdir(in_state("pod")) == 0, "its pins are gone by then");
  tap_ok(access(in_state("pod.sock"), F_OK) < 0, "and its socket");
  for (int i = 0; i < 200 && shim_pid("pod") >= 0; i++)
    usleep(10000);
  tap_ok(daemon_call(zygote, &message, FRAME_QUIT, "") && !daemon_receive(zygote, &message), "the zygote quits");
  tap_ok(access(in_state("zygote.sock"), F_OK) < 0, "and takes its socket away");
  close(shim);
  close(events);
}

/* --- */

/* A cgroup2 directory of our own, where there is such a hierarchy. */
static void make_group(void) {
  static const char *const roots[] = {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"};
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
    char procs[PATH_SIZE];
    snprintf(procs, sizeof procs, "%s/cgroup.procs", roots[i]);
    snprintf(group, sizeof group, "%s/windlass-shim-test-%d", roots[i], getpid());
    if (access(procs, F_OK) == 0 && mkdir(group, 0755) == 0)
      return;
  }
  *group = 0;
}

/* A program that the client has on the host's files, and what is written when the client is gone: after the program, whatever it does. */
static void promises_are_kept_once_the_client_is_gone(void) {
  struct streamed streamed;
  char script[512];
  char kept[PATH_SIZE];
  FILE *file = fopen(in_state("kept"), "w");
  fclose(file);
  snprintf(kept, sizeof kept, "%s", in_state("kept"));
  int gate = gate_make(in_state("gate"));
  int broken = shim_of("pod");
  refused(daemon_call(broken, &message, FRAME_AT_END, "utt", 1u, "relative", "x"), "malformed", "a promise about no absolute path is refused");
  close(broken);
  int promise = shim_of("pod");
  tap_ok(daemon_call(promise, &message, FRAME_AT_END, "utt", 1u, kept, "thawed"), "a promise is given");
  int host = shim_of("pod");
  snprintf(script, sizeof script, "read word < %s; echo \"$word $PPID\"; test -s %s && echo early", in_state("gate"), kept);
  tap_ok(daemon_call(host, &message, FRAME_EXEC, "ttpuuu", "", "host", shell(0, false, false, script), 8u, 0u, 0u), "a program is run on the host's files");
  close(promise);
  tap_ok(daemon_call(shim_of("pod"), &message, FRAME_LIST, "") && !*daemon_read_file(kept), "the promise waits for the program, which goes on");
  gate_let_go(gate);
  tap_ok(daemon_stream(host, FRAME_END, &streamed) && streamed.code == 1, "and ends");
  tap_contains(streamed.out, "go ", "as it would have");
  tap_lacks(streamed.out, "early", "before the promise was kept");
  tap_ok(strcmp(daemon_read_file(kept), "thawed") == 0, "which it is then");
  close(host);
  close(gate);
  tap_ok(unlink(kept) == 0 && unlink(in_state("gate")) == 0, "the files are whose who named them");
}

static void clean_up(void) {
  tap_lacks(daemon_read_file(in_state("zygote.log")), "anitizer", "no sanitizer spoke up");
  tap_lacks(daemon_read_file(in_state("zygote.log")), "runtime error", "nor the one for undefined behaviour");
  static const char *const left[] = {"zygote.lock", "zygote.log"};
  static const char *const containers[] = {"first", "missing", "shared", "tty", "once", "host", "kept", "waiting", "unseen", "last", "broken", "deaf", "never", "mapped", "full", "burst", "reader", "second",
                                             "restored", "brief", "spoilt", "pausing"};
  for (size_t i = 0; i < sizeof left / sizeof *left; i++)
    unlink(in_state(left[i]));
  for (size_t i = 0; i < sizeof containers / sizeof *containers; i++) {
    unlink(in_state(suffixed(containers[i], ".log")));
    unlink(in_state(suffixed(containers[i], ".exit")));
  }
  tap_ok(rmdir(state) == 0, "no file is left");
  if (*group)
    tap_ok(rmdir(group) == 0, "and no cgroup");
}

int main(void) {
  if (geteuid() != 0 || !mkdtemp(state)) {
    tap_skip("zygote and shims", "needs root");
    return tap_done();
  }
  make_group();
  a_zygote_is_alone_and_sealed();
  if (zygote < 0)
    return tap_done();
  a_failed_spawn_leaves_nothing();
  a_pod_has_namespaces();
  a_user_namespace_owns_the_others();
  int shim = shim_of("pod");
  int events = subscriber("pod", 0);
  a_container_lives(shim, events);
  failures_are_named(shim, events);
  pid_namespaces_are_shared_as_asked(shim, events);
  a_restored_process_takes_the_place_of_its_maker(shim, events);
  a_launch_may_pause(shim, events);
  the_zygote_runs_hooks();
  it_may_be_killed_before_its_start(shim, events);
  a_full_disk_stops_no_container(shim, events);
  a_terminal_is_one_stream(shim, events);
  the_first_client_closes_stdin_once(shim, events);
  a_client_that_leaves_holds_up_nobody(shim, events);
  what_was_written_before_the_exit_is_logged(shim, events);
  containers_hold_nothing_of_each_other(shim, events);
  execs_run_beside_it(shim);
  promises_are_kept_once_the_client_is_gone();
  a_slow_client_costs_no_memory();
  an_exec_is_killed_with_all_it_forked(shim, events);
  int replay = subscriber("pod", 1);
  tap_ok(next_exit(replay, "missing", 128, 0) && next_exit(replay, "shared", 0, 0), "events are told again from a number on");
  close(replay);
  a_shim_is_small(300, "after all this");
  a_successor_takes_over(shim, events);
  exits_during_a_shims_death_are_kept();
  everything_ends();
  clean_up();
  return tap_done();
}
