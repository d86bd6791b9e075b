/* Programs that enter a running container. Needs root. */
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "kit_container.h"
#include "kit_tap.h"
#include "syscalls.h"

static const uint64_t ENTERED = SYS_CLONE_NEWNS | SYS_CLONE_NEWUTS | SYS_CLONE_NEWIPC;

static struct builder target;
static struct builder program;
static struct outcome outcome;

static void build_target(void) {
  static const char *const commands[] = {"wait", NULL};
  build_overlay(&target, ENTERED | SYS_CLONE_NEWPID);
  build_inside(&target);
  build(&target, HOSTNAME, "t", "inside");
  build(&target, MKDIR, "tuuu", "/work", 0755u, 0u, 0u);
  build_probe(&target, commands);
}

static void begin_exec(uint64_t flags) {
  build_begin(&program);
  build(&program, CLONE, "U", UINT64_C(0));
  build(&program, DUMPABLE, "u", 0u);
  build(&program, SETNS_TARGET, "U", flags);
  if (flags & SYS_CLONE_NEWPID)
    build(&program, RECLONE, "U", UINT64_C(0));
  build(&program, SETSID, "");
}

static void an_exec_sees_the_container(void) {
  static const char *const commands[] = {"cwd", "cat:/proc/sys/kernel/hostname", "stat:/mnt", "cat:/proc/1/cmdline", "cat:/proc/self/stat", "descriptors", NULL};
  begin_exec(ENTERED | SYS_CLONE_NEWPID);
  build(&program, CHDIR, "tu", "/work", 0u);
  build_probe(&program, commands);
  run_program(&program, &(struct run_hooks){.target = &target}, &outcome);
  tap_ran(&outcome, "an exec");
  tap_contains(outcome.output, "cwd: /work", "its working directory is the container's");
  tap_contains(outcome.output, "cat /proc/sys/kernel/hostname: [inside", "as are its namespaces");
  tap_contains(outcome.output, "stat /mnt: No such file", "and its root");
  tap_contains(outcome.output, "cat /proc/1/cmdline: [probe", "it sees the container's processes");
  tap_contains(outcome.output, "cat /proc/self/stat: [2 (probe)", "and is one of them");
  tap_contains(outcome.output, "descriptors: 0 1 2\n", "no descriptor of the host is left");
}

static void an_exec_has_a_terminal_of_the_container(void) {
  static const char *const commands[] = {"tty", NULL};
  begin_exec(ENTERED | SYS_CLONE_NEWPID);
  build(&program, TTY, "uuu", 90u, 30u, 0u);
  build_probe(&program, commands);
  run_program(&program, &(struct run_hooks){.target = &target}, &outcome);
  tap_ran(&outcome, "an exec with a terminal");
  tap_contains(outcome.output, "tty: 111 /dev/pts/0 size 90x30 leads 1", "the terminal is of the container's devpts");
}

static void an_exec_is_confined(void) {
  static const char *const commands[] = {"cwd", NULL};
  begin_exec(ENTERED);
  build(&program, CHDIR, "tu", "/proc/1/cwd", 0u);
  build_probe(&program, commands);
  run_program(&program, &(struct run_hooks){.target = &target}, &outcome);
  tap_failed(&outcome, ELOOP, "CHDIR", "/proc/1/cwd", "a magic link is no working directory");
  begin_exec(ENTERED);
  build_probe(&program, commands);
  run_program(&program, NULL, &outcome);
  tap_failed(&outcome, EBADF, "SETNS_TARGET", "no target", "without a target nothing is entered");
}

int main(void) {
  if (geteuid() != 0) {
    tap_skip("execs", "needs root");
    return tap_done();
  }
  build_target();
  an_exec_sees_the_container();
  an_exec_has_a_terminal_of_the_container();
  an_exec_is_confined();
  return tap_done();
}
