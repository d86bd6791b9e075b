#include "zygote_hook.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "hook.h"
#include "process.h"
#include "shim.h"

enum { SMALLEST_TEXT = 5 }; /* a count and a NUL */

struct zygote_hook {
  struct zygote_hook *next;
  struct zygote_hook **list;
  struct loop *loop;
  struct watch pair; /* to the process that runs it; closed, it kills the hook, unless that has a claim */
  struct answer answer;
};

struct hook_request {
  struct hook hook;
  char **arguments;
  char **environment;
  const char *claim;
};

struct hook_result {
  bool ran;
  struct failure failure; /* no errno: it went well */
};

/* --- the process that runs the hook --- */

/* The claim's file is locked while the hook runs, and not empty once it was begun. 1: it is ours; 0: the hook was run before. */
static int take_claim(const char *path, int *claim, struct failure *f) {
  *claim = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  struct stat found;
  if (*claim < 0)
    return fail(f, errno, "open", "%s", path);
  while (flock(*claim, LOCK_EX) < 0)
    if (errno != EINTR)
      return fail(f, errno, "flock", "%s", path);
  if (fstat(*claim, &found) < 0)
    return fail(f, errno, "fstat", "%s", path);
  if (found.st_size > 0)
    return 0;
  return write(*claim, "begun\n", 6) == 6 ? 1 : fail(f, errno, "write", "%s", path);
}

static _Noreturn void run_hook(const struct hook_request *request, int pair, const struct rlimit *descriptors) {
  struct hook_result result = {.ran = true};
  int claim = -1;
  int kept = pair;
  process_close_others(&kept, 1);
  prctl(PR_SET_NAME, "windlass-hook", 0, 0, 0);
  setrlimit(RLIMIT_NOFILE, descriptors);
  int claimed = *request->claim ? take_claim(request->claim, &claim, &result.failure) : 1;
  result.ran = claimed > 0;
  if (result.ran)
    hook_run(&request->hook, *request->claim ? -1 : pair, &result.failure);
  process_send(pair, &result, sizeof result, NULL, 0);
  _exit(0);
}

/* --- the zygote --- */

static void forget(struct zygote_hook *hook) {
  struct zygote_hook **link = hook->list;
  while (*link != hook)
    link = &(*link)->next;
  *link = hook->next;
  watch_close(hook->loop, &hook->pair);
  free(hook);
}

static void on_result(struct watch *watch, uint32_t events) {
  (void)events;
  struct zygote_hook *hook = container_of(watch, struct zygote_hook, pair);
  struct hook_result result;
  if (process_receive(watch->fd, &result, sizeof result, NULL, 0, MSG_DONTWAIT) != (ssize_t)sizeof result)
    fail(&result.failure, ECHILD, "hook", "the process that ran it has ended");
  struct connection *connection = hook->answer.connection;
  if (result.failure.error) {
    answer_error(&hook->answer, &result.failure);
  } else if (connection) {
    size_t mark = connection_begin(connection, FRAME_OK, hook->answer.id);
    put_u32(&connection->out, result.ran);
    connection_finish(connection, mark);
    connection_release(answer_take(&hook->answer));
  }
  forget(hook);
}

/* The texts of a list as execve wants them; NULL when the list is broken or memory is short. The texts stay the frame's. */
static char **take_list(struct fields *fields) {
  uint32_t count = take_u32(fields);
  if (fields->broken || count > fields->left / SMALLEST_TEXT)
    return NULL;
  char **texts = calloc((size_t)count + 1, sizeof *texts);
  for (uint32_t i = 0; texts && i < count; i++)
    texts[i] = (char *)(uintptr_t)take_text(fields);
  return texts;
}

static int parse(struct fields *fields, struct hook_request *request, struct failure *f) {
  request->hook.path = take_text(fields);
  request->arguments = take_list(fields);
  request->environment = request->arguments ? take_list(fields) : NULL;
  if (!request->environment)
    return fail(f, EPROTO, "hook", "malformed lists for %s", request->hook.path);
  request->hook.arguments = request->arguments;
  request->hook.environment = request->environment;
  request->hook.timeout = take_u32(fields);
  request->hook.state[0] = take_text(fields);
  request->claim = take_text(fields);
  if (fields->broken || *request->hook.path != '/' || !request->arguments[0])
    return fail(f, EPROTO, "hook", "malformed request for %s", request->hook.path);
  return 0;
}

static int start(struct zygote_hook *hook, const struct hook_request *request, const struct rlimit *descriptors, struct failure *f) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
    return fail(f, errno, "socketpair", "hook %s", request->hook.path);
  pid_t pid = fork();
  if (pid == 0)
    run_hook(request, pair[1], descriptors);
  int error = errno;
  close(pair[1]);
  hook->pair = (struct watch){.fd = pair[0], .ready = on_result};
  if (pid < 0)
    return fail(f, error, "fork", "hook %s", request->hook.path);
  return watch_for(hook->loop, &hook->pair, EPOLLIN) < 0 ? fail(f, errno, "epoll_ctl", "hook %s", request->hook.path) : 0;
}

int zygote_hook_begin(struct zygote_hook **hooks, struct loop *loop, const struct rlimit *descriptors, struct connection *connection,
                      struct frame *frame, struct failure *f) {
  struct hook_request request = {0};
  struct zygote_hook *hook = calloc(1, sizeof *hook);
  int result = hook ? parse(&frame->fields, &request, f) : fail(f, ENOMEM, "hook", "a hook");
  if (result == 0) {
    *hook = (struct zygote_hook){.next = *hooks, .list = hooks, .loop = loop, .pair.fd = -1};
    *hooks = hook;
    result = start(hook, &request, descriptors, f);
    if (result < 0)
      forget(hook);
    else
      answer_later(&hook->answer, connection, frame->id);
  } else {
    free(hook);
  }
  free(request.arguments);
  free(request.environment);
  return result;
}

void zygote_hooks_left(struct zygote_hook *hooks, const struct connection *connection) {
  for (struct zygote_hook *hook = hooks; hook; hook = hook->next)
    if (hook->answer.connection == connection)
      shutdown(hook->pair.fd, SHUT_WR); /* the runner sees an end, and its result is still heard */
}
