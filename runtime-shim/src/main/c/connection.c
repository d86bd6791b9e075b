#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"

enum { READ_SIZE = 16 << 10, BACKLOG = 128 };

int connection_listen(const char *path, struct failure *f) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path)
    return fail(f, ENAMETOOLONG, "bind", "%s", path);
  strcpy(address.sun_path, path);
  scoped_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return fail(f, errno, "socket", "%s", path);
  unlink(path);
  mode_t mask = umask(0177);
  int bound = bind(fd, (struct sockaddr *)&address, sizeof address);
  int error = errno;
  umask(mask);
  if (bound < 0)
    return fail(f, error, "bind", "%s", path);
  if (listen(fd, BACKLOG) < 0)
    return fail(f, errno, "listen", "%s", path);
  return take_fd(&fd);
}

static void update_watch(struct connection *connection) {
  uint32_t events = (connection->paused ? 0 : EPOLLIN) | (connection->out.size || connection->broken ? EPOLLOUT : 0);
  watch_for(connection->loop, &connection->watch, events);
}

static void hang_up(struct connection *connection) {
  if (connection->closed)
    return;
  connection->closed = true;
  watch_close(connection->loop, &connection->watch);
  bytes_free(&connection->out);
  connection->calls->gone(connection->owner, connection);
  connection_release(connection);
}

/* gcc 12 does not know that the count of holds is above 1 where dispatch holds, too. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-use-after-free"

/* Hands every whole frame in the buffer to the owner. */
static void dispatch(struct connection *connection) {
  size_t used = 0;
  connection_hold(connection); /* hanging up may give away the last hold but this */
  connection->dispatching = true;
  while (!connection->closed && !connection->paused) {
    struct frame frame;
    long size = frame_parse(connection->in.data + used, connection->in.size - used, &frame);
    if (size < 0) {
      hang_up(connection);
      break;
    }
    if (size == 0)
      break;
    used += (size_t)size;
    struct failure f = {0};
    if (connection->calls->received(connection->owner, connection, &frame, &f) < 0)
      connection_error(connection, frame.id, &f);
  }
  connection->dispatching = false;
  if (used)
    bytes_drop(&connection->in, used);
  connection_release(connection);
}
#pragma GCC diagnostic pop

static void receive(struct connection *connection) {
  size_t wanted = frame_size_wanted(connection->in.data, connection->in.size);
  size_t room = wanted > connection->in.size && wanted - connection->in.size > READ_SIZE ? wanted - connection->in.size : READ_SIZE;
  unsigned char *at = room > FRAME_HEADER + FRAME_MAX_PAYLOAD ? NULL : bytes_reserve(&connection->in, room);
  ssize_t count = at ? recv(connection->watch.fd, at, room, 0) : 0;
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (count <= 0) {
    hang_up(connection);
    return;
  }
  connection->in.size += (size_t)count;
  dispatch(connection);
}

void connection_flush(struct connection *connection) {
  if (connection->closed) {
    bytes_free(&connection->out);
    return;
  }
  connection->broken = connection->broken || connection->out.failed; /* with frames missing, the client must not go on */
  bool was_full = connection_full(connection);
  while (!connection->broken && connection->sent < connection->out.size) {
    ssize_t count = send(connection->watch.fd, connection->out.data + connection->sent, connection->out.size - connection->sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0 && errno != EAGAIN)
      connection->broken = true;
    if (count < 0)
      break;
    connection->sent += (size_t)count;
  }
  if (connection->sent == connection->out.size || connection->sent > CONNECTION_OUT_LIMIT) {
    bytes_drop(&connection->out, connection->sent);
    connection->sent = 0;
  }
  update_watch(connection);
  if (was_full && !connection_full(connection) && connection->stream)
    connection->stream->drained(connection->stream);
}

static void on_ready(struct watch *watch, uint32_t events) {
  struct connection *connection = container_of(watch, struct connection, watch);
  connection_hold(connection);
  if (events & EPOLLOUT)
    connection_flush(connection);
  if (connection->broken)
    hang_up(connection);
  if (!connection->closed && events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
    if (!connection->paused)
      receive(connection);
    else if (events & (EPOLLHUP | EPOLLERR))
      hang_up(connection);
  }
  connection_release(connection);
}

struct connection *connection_accept(int listener, struct loop *loop, const struct connection_owner *calls, void *owner) {
  scoped_fd int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || peer.uid != 0)
    return NULL;
  struct connection *connection = calloc(1, sizeof *connection);
  if (!connection)
    return NULL;
  connection->watch = (struct watch){.fd = take_fd(&fd), .ready = on_ready};
  connection->loop = loop;
  connection->calls = calls;
  connection->owner = owner;
  connection->references = 1;
  update_watch(connection);
  return connection;
}

void connection_hold(struct connection *connection) { connection->references++; }

void connection_release(struct connection *connection) {
  if (--connection->references > 0)
    return;
  bytes_free(&connection->in);
  bytes_free(&connection->out);
  free(connection);
}

size_t connection_begin(struct connection *connection, enum frame_type type, uint64_t id) {
  return frame_begin(&connection->out, type, id);
}

void connection_finish(struct connection *connection, size_t mark) {
  frame_end(&connection->out, mark);
  connection_flush(connection);
}

void connection_send(struct connection *connection, enum frame_type type, uint64_t id, const void *payload, size_t size) {
  size_t mark = connection_begin(connection, type, id);
  bytes_append(&connection->out, payload, size);
  connection_finish(connection, mark);
}

void connection_ok(struct connection *connection, uint64_t id) { connection_send(connection, FRAME_OK, id, NULL, 0); }

void connection_error(struct connection *connection, uint64_t id, const struct failure *f) {
  size_t mark = connection_begin(connection, FRAME_ERROR, id);
  put_u32(&connection->out, (uint32_t)f->error);
  put_text(&connection->out, f->step);
  put_text(&connection->out, f->detail);
  connection_finish(connection, mark);
}

int connection_hello(struct connection *connection, struct frame *frame, uint32_t role, struct failure *f) {
  uint32_t lowest = take_u32(&frame->fields);
  uint32_t highest = take_u32(&frame->fields);
  if (lowest > PROTOCOL_VERSION || highest < PROTOCOL_VERSION)
    return fail(f, EPROTONOSUPPORT, "hello", "protocol versions %u to %u; spoken here: %d", lowest, highest, PROTOCOL_VERSION);
  size_t mark = connection_begin(connection, FRAME_OK, frame->id);
  put_u32(&connection->out, PROTOCOL_VERSION);
  put_u64(&connection->out, (uint64_t)getpid());
  put_text(&connection->out, WINDLASS_VERSION);
  put_u32(&connection->out, role);
  connection_finish(connection, mark);
  return 0;
}

void connection_exit(struct connection *connection, uint64_t id, uint32_t code, uint32_t signal) {
  size_t mark = connection_begin(connection, FRAME_EXIT, id);
  put_u32(&connection->out, code);
  put_u32(&connection->out, signal);
  connection_finish(connection, mark);
}

void connection_pause(struct connection *connection, bool paused) {
  if (connection->closed || connection->paused == paused)
    return;
  connection->paused = paused;
  update_watch(connection);
  if (!paused && !connection->dispatching)
    dispatch(connection);
}

bool connection_full(const struct connection *connection) {
  return !connection->closed && !connection->broken && connection->out.size - connection->sent > CONNECTION_OUT_LIMIT;
}
