#include "kit_daemon.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000, CONNECT_ATTEMPTS = 500, REQUEST_ID = 77 };

int daemon_start_zygote(const char *folder, char *errors, size_t size) {
  int ends[2];
  int status = -1;
  if (pipe2(ends, O_CLOEXEC) < 0)
    return -1;
  pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], 2);
    execl(getenv("WINDLASS_SHIM"), "windlass-shim", "zygote", "--state", folder, (char *)NULL);
    _exit(127);
  }
  close(ends[1]);
  size_t used = 0;
  for (ssize_t count; used < size - 1 && (count = read(ends[0], errors + used, size - 1 - used)) > 0;)
    used += (size_t)count;
  errors[used] = 0;
  close(ends[0]);
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int daemon_connect(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  for (int attempt = 0; attempt < CONNECT_ATTEMPTS; attempt++) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
      return fd;
    close(fd);
    usleep(10000);
  }
  return -1;
}

static void write_all(int fd, const unsigned char *data, size_t size) {
  while (size > 0) {
    ssize_t count = send(fd, data, size, MSG_NOSIGNAL);
    if (count <= 0)
      return;
    data += count;
    size -= (size_t)count;
  }
}

static void send_request(int fd, enum frame_type type, uint64_t id, const char *signature, va_list arguments) {
  struct bytes out = {0};
  size_t mark = frame_begin(&out, type, id);
  for (const char *field = signature; *field; field++)
    if (*field == 't') {
      put_text(&out, va_arg(arguments, const char *));
    } else if (*field == 'u') {
      put_u32(&out, va_arg(arguments, unsigned));
    } else if (*field == 'U') {
      put_u64(&out, va_arg(arguments, uint64_t));
    } else if (*field == 'r') {
      const char *data = va_arg(arguments, const char *);
      bytes_append(&out, data, va_arg(arguments, size_t));
    } else if (*field == 'p') {
      const struct builder *program = va_arg(arguments, const struct builder *);
      put_u32(&out, (uint32_t)program->size);
      bytes_append(&out, program->bytes, program->size);
    }
  frame_end(&out, mark);
  write_all(fd, out.data, out.size);
  bytes_free(&out);
}

void daemon_send(int fd, enum frame_type type, uint64_t id, const char *signature, ...) {
  va_list arguments;
  va_start(arguments, signature);
  send_request(fd, type, id, signature, arguments);
  va_end(arguments);
}

bool daemon_call(int fd, struct message *message, enum frame_type type, const char *signature, ...) {
  va_list arguments;
  va_start(arguments, signature);
  send_request(fd, type, REQUEST_ID, signature, arguments);
  va_end(arguments);
  return daemon_receive(fd, message) && message->id == REQUEST_ID && message->type == FRAME_OK;
}

static bool read_all(int fd, unsigned char *data, size_t size) {
  while (size > 0) {
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    ssize_t count = poll(&ready, 1, PATIENCE_MS) == 1 ? recv(fd, data, size, 0) : 0;
    if (count <= 0)
      return false;
    data += count;
    size -= (size_t)count;
  }
  return true;
}

bool daemon_receive(int fd, struct message *message) {
  unsigned char header[FRAME_HEADER];
  struct frame frame;
  if (!read_all(fd, header, sizeof header))
    return false;
  size_t size = frame_size_wanted(header, sizeof header) - FRAME_HEADER;
  memset(header, 0, 4); /* a frame without payload, to read type and id from */
  if (size > sizeof message->payload || frame_parse(header, sizeof header, &frame) < 0 || !read_all(fd, message->payload, size))
    return false;
  message->type = frame.type;
  message->id = frame.id;
  message->fields = (struct fields){.at = message->payload, .left = size};
  return true;
}

static void append(char *text, size_t size, const struct fields *data) {
  size_t used = strlen(text);
  size_t count = data->left < size - 1 - used ? data->left : size - 1 - used;
  memcpy(text + used, data->at, count);
  text[used + count] = 0;
}

bool daemon_stream(int fd, enum frame_type until, struct streamed *streamed) {
  static struct message message;
  memset(streamed, 0, sizeof *streamed);
  while (daemon_receive(fd, &message)) {
    if (message.type == FRAME_STDOUT)
      append(streamed->out, sizeof streamed->out, &message.fields);
    if (message.type == FRAME_STDERR)
      append(streamed->err, sizeof streamed->err, &message.fields);
    if (message.type == FRAME_EXIT) {
      streamed->exited = true;
      streamed->code = take_u32(&message.fields);
      streamed->signal = take_u32(&message.fields);
    }
    if (message.type == until)
      return true;
  }
  return false;
}

bool daemon_event(int fd, struct event *event) {
  static struct message message;
  if (!daemon_receive(fd, &message) || message.type != FRAME_EVENT)
    return false;
  event->number = message.id;
  event->kind = take_u32(&message.fields);
  snprintf(event->container, sizeof event->container, "%s", take_text(&message.fields));
  event->code = take_u32(&message.fields);
  event->signal = take_u32(&message.fields);
  return true;
}

const char *daemon_read_file(const char *path) {
  static char text[1 << 16];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  text[size > 0 ? size : 0] = 0;
  if (fd >= 0)
    close(fd);
  return text;
}

bool process_sleeps(pid_t pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  const char *behind_name = strrchr(daemon_read_file(path), ')');
  return behind_name && behind_name[2] == 'S';
}

bool process_ends(pid_t pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
  for (int i = 0; i < PATIENCE_MS && *daemon_read_file(path); i++)
    usleep(1000);
  return pid > 1 && !*daemon_read_file(path);
}

int gate_make(const char *path) {
  /* Open for both, as Linux allows: nobody waits for the other side. */
  return mkfifo(path, 0600) == 0 ? open(path, O_RDWR | O_CLOEXEC) : -1;
}

void gate_let_go(int gate) {
  if (write(gate, "go\n", 3) != 3)
    perror("gate");
}
