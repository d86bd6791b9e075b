/* The namespaces of one pod: made by its shim, which lives in them, and pinned by bind mounts, so that they outlive it. */
#ifndef WINDLASS_POD_NAMESPACES_H
#define WINDLASS_POD_NAMESPACES_H

#include <stdint.h>

#include "failure.h"
#include "frame.h"

enum pod_namespace { POD_NET = 1, POD_IPC = 2, POD_UTS = 4, POD_PID = 8, POD_USER = 16 };

/* What SPAWN asks for. The texts lie in its payload. */
struct pod_request {
  const char *pod;
  const char *directory;
  const char *socket_path;
  uint32_t namespaces;
  const char *hostname;
  struct fields uid_map; /* list{u32 inside, u32 outside, u32 size} */
  struct fields gid_map;
  struct fields sysctls; /* list{str key, str value} */
};

int pod_request_parse(struct fields fields, struct pod_request *request, struct failure *f);

/* Descriptors that go with the namespaces; -1 where there is none. */
struct pod_handles {
  int pid_namespace;
  int init; /* pidfd of the PID namespace's first process; killing it ends the namespace */
};

/* Makes and pins the namespaces at `<directory>/ns/`; this process lives in them afterwards. After a failure nothing is left. */
int pod_namespaces_create(const struct pod_request *request, struct pod_handles *handles, struct failure *f);
/* Joins the pinned namespaces. */
int pod_namespaces_join(const struct pod_request *request, struct pod_handles *handles, struct failure *f);
/* Takes the pins away. What is missing is no failure. */
void pod_namespaces_unpin(const struct pod_request *request);

#endif
