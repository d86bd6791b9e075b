/* Hooks: what they are given, and every way in which they end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hook.h"
#include "kit_daemon.h"
#include "kit_tap.h"

static char folder[] = "/tmp/windlass-hook-XXXXXX";
static char out[64];
static struct failure failure;

static int run_script(const char *script, unsigned timeout, int cancel) {
  char *arguments[] = {"named", "-c", (char *)(uintptr_t)script, out, "second", NULL};
  char *environment[] = {"PATH=/usr/bin:/bin", "NAME=value", NULL};
  struct hook hook = {"/bin/sh", arguments, environment, timeout, {"{\"pid\":", "17", "}"}};
  failure = (struct failure){0};
  return hook_run(&hook, cancel, &failure);
}

static void it_is_given_state_arguments_and_environment(void) {
  tap_ok(run_script("cat >$0; echo \"/$NAME/$1/$(env | grep -c .)\" >>$0; umask >>$0; ls /proc/self/fd | wc -l >>$0", 10000, -1) == 0, "a hook that ends well");
  const char *text = daemon_read_file(out);
  tap_contains(text, "{\"pid\":17}", "it reads the whole state");
  tap_contains(text, "/value/second/", "its arguments and environment are the given ones");
  tap_contains(text, "0022", "its umask is a common one");
  tap_contains(text, "\n4\n", "and it holds no descriptor but its streams");
  tap_ok(run_script("exit 0", 0, -1) == 0, "one that does not read its state, without a timeout");
}

static void its_failure_is_told_with_its_last_words(void) {
  tap_ok(run_script("echo first; echo 'no such device' >&2; exit 3", 0, -1) < 0 && failure.error == ECHILD, "an exit code is a failure");
  tap_contains(failure.detail, "/bin/sh ended with exit code 3: first no such device", "told with what it wrote");
  tap_ok(run_script("i=0; while [ $i -lt 2000 ]; do echo noise-noise-noise; i=$((i+1)); done; echo the end >&2; exit 4", 0, -1) < 0, "one that wrote much");
  tap_contains(failure.detail, "the end", "has its last words told");
  tap_ok(run_script("kill -9 $$", 0, -1) < 0, "a signal is a failure");
  tap_contains(failure.detail, "ended with signal 9", "told as such");
  char *arguments[] = {"x", NULL};
  char *environment[] = {NULL};
  struct hook missing = {"/no/such/hook", arguments, environment, 0, {"", NULL, NULL}};
  tap_ok(hook_run(&missing, -1, &failure) < 0 && failure.error == ENOENT, "a program that is not there");
  tap_contains(failure.detail, "/no/such/hook cannot be executed", "is named");
}

/* A script that has a child, whose number it writes, and waits. */
static const char WITH_CHILD[] = "sleep 100 & echo $! >$0; echo waiting >&2; wait";

static bool child_is_gone(void) {
  pid_t child = (pid_t)strtol(daemon_read_file(out), NULL, 10);
  for (int i = 0; child > 1 && i < 500; i++) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    const char *text = daemon_read_file(path);
    const char *state = strrchr(text, ')');
    if (!state || state[2] == 'Z')
      return true;
    usleep(10000);
  }
  return false;
}

static void one_that_takes_too_long_is_killed(void) {
  time_t begin = time(NULL);
  tap_ok(run_script(WITH_CHILD, 700, -1) < 0 && failure.error == ETIMEDOUT && time(NULL) - begin < 30, "a timeout ends the waiting");
  tap_contains(failure.detail, "had not ended after 700 ms: waiting", "it is told with what it wrote");
  tap_ok(child_is_gone(), "what it forked is killed, too");
  int pair[2];
  tap_ok(pipe2(pair, O_CLOEXEC) == 0, "a pipe");
  close(pair[1]);
  tap_ok(run_script("exec sleep 100", 0, pair[0]) < 0 && failure.error == ECANCELED, "nobody waits: it is killed");
  close(pair[0]);
}

static void a_child_that_stays_holds_up_nobody(void) {
  time_t begin = time(NULL);
  tap_ok(run_script("sleep 100 & echo $! >$0", 0, -1) == 0 && time(NULL) - begin < 30, "only the hook itself is waited for");
  pid_t child = (pid_t)strtol(daemon_read_file(out), NULL, 10);
  tap_ok(child > 1 && kill(child, SIGKILL) == 0, "what it left behind goes on");
  sigset_t blocked;
  sigprocmask(SIG_SETMASK, NULL, &blocked);
  tap_ok(!sigismember(&blocked, SIGCHLD), "the signals are as before");
}

int main(void) {
  if (!mkdtemp(folder))
    return 1;
  snprintf(out, sizeof out, "%s/out", folder);
  it_is_given_state_arguments_and_environment();
  its_failure_is_told_with_its_last_words();
  one_that_takes_too_long_is_killed();
  a_child_that_stays_holds_up_nobody();
  unlink(out);
  rmdir(folder);
  return tap_done();
}
