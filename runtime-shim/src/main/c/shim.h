/*
 * The shim of one pod: a single-threaded loop that owns the pod's containers and execs, answers the daemon and tells it of exits. It has
 * made the pod's namespaces its own before shim_run.
 */
#ifndef WINDLASS_SHIM_H
#define WINDLASS_SHIM_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "connection.h"
#include "failure.h"
#include "log.h"
#include "loop.h"

struct at_end;
struct container;
struct exec;

enum { EVENTS_KEPT = 256 };

enum event_kind { EVENT_EXITED = 1, EVENT_LOG_FAILED = 2 };

/* A request that is answered later. */
struct answer {
  struct connection *connection; /* NULL: answered, or nobody waits */
  uint64_t id;
};

struct shim {
  struct loop loop;
  struct watch listener;
  struct watch signals;
  struct watch zygote; /* the pair that spawn made */
  struct connection *connections;
  struct container *containers;
  struct exec *execs;
  struct at_end *promises;
  struct log_batch *batch;
  const char *socket_path;
  struct rlimit descriptors; /* what its processes begin with */
  int own_pid_namespace;
  int pod_pid_namespace; /* -1: the pod has none */
  struct bytes events[EVENTS_KEPT]; /* whole EVENT frames, by sequence number modulo their number */
  uint64_t before_first; /* events of this shim have higher numbers */
  uint64_t newest;
  struct answer shutdown;
};

struct exit_status;

void answer_later(struct answer *answer, struct connection *connection, uint64_t id);
/* Ends the waiting: the connection, to be released by the caller after its answer, or NULL. */
struct connection *answer_take(struct answer *answer);
void answer_error(struct answer *answer, const struct failure *f);

/* Keeps an event and sends it to every subscriber. */
void shim_event(struct shim *shim, enum event_kind kind, const char *container, const struct exit_status *status, const char *detail);

/*
 * Prepares a shim: the socket listens when this returns. `zygote` is the shim's end of the pair. `generation` counts the pod's shims from
 * 0: a later one has higher event numbers.
 */
struct shim *shim_open(const char *socket_path, int zygote, int pod_pid_namespace, uint32_t generation, struct failure *f);
/* Serves until SHUTDOWN; the socket is gone then. */
void shim_run(struct shim *shim);
/* Answers the SHUTDOWN: nothing of the pod is left. */
void shim_end(struct shim *shim);

#endif
