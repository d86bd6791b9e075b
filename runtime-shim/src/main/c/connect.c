#include "connect.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"

/* Where the program expects the connection. */
#define CONNECTION 3

int connect_and_execute(const char *path, char *program, struct failure *f) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path)
    return fail(f, ENAMETOOLONG, "connect", "%s", path);
  strcpy(address.sun_path, path);
  scoped_fd int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_fd < 0)
    return fail(f, errno, "socket", "%s", path);
  if (connect(socket_fd, (struct sockaddr *)&address, sizeof address) < 0)
    return fail(f, errno, "connect", "%s", path);
  if (socket_fd == CONNECTION) {
    if (fcntl(CONNECTION, F_SETFD, 0) < 0)
      return fail(f, errno, "fcntl", "%s", path);
  } else if (dup2(socket_fd, CONNECTION) < 0) {
    return fail(f, errno, "dup2", "%s", path);
  }
  char *arguments[] = {program, NULL};
  execv(program, arguments);
  return fail(f, errno, "execv", "%s", program);
}
