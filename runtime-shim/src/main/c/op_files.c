/* Files, directories, nodes and links. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "operations.h"
#include "paths.h"
#include "syscalls.h"

static const uint64_t KEEP_OWNER = UINT32_MAX;

int op_write_file(const struct args *args, struct program_run *run, struct failure *f) {
  scoped_fd int file = path_open(run, args->at[0].text, O_WRONLY | O_NOCTTY);
  if (file < 0)
    return fail_call(f, "openat2");
  const struct argument *data = &args->at[1];
  ssize_t written = write(file, data->text, data->size);
  if (written < 0)
    return fail(f, errno, "write", "%.*s", (int)(data->size < 64 ? data->size : 64), data->text);
  if ((size_t)written != data->size)
    return fail(f, EIO, "write", "%zd of %" PRIu32 " bytes", written, data->size);
  return 0;
}

int op_open(const struct args *args, struct program_run *run, struct failure *f) {
  uint64_t flags = args->at[2].number;
  if (flags & (uint64_t)(O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))
    return fail(f, EINVAL, "openat2", "creating files is not what OPEN does");
  int fd = path_open(run, args->at[1].text, flags | O_NOCTTY);
  if (fd < 0)
    return fail_call(f, "openat2");
  slot_put(run, &args->at[0], fd);
  return 0;
}

int op_close(const struct args *args, struct program_run *run, struct failure *f) {
  if (slot_descriptor(run, &args->at[0], f) < 0)
    return -1;
  slot_put(run, &args->at[0], -1);
  return 0;
}

/* Where the path of a new entry goes; the caller closes place->parent. */
static int find_place(const struct program_run *run, const char *path, struct path_place *place, struct failure *f) {
  return path_place(run, path, place) < 0 ? fail_call(f, "making the parents") : 0;
}

static int give_to(const struct path_place *place, uint64_t uid, uint64_t gid, struct failure *f) {
  if (uid == KEEP_OWNER && gid == KEEP_OWNER)
    return 0;
  if (fchownat(place->parent, place->name, (uid_t)uid, (gid_t)gid, AT_SYMLINK_NOFOLLOW) < 0)
    return fail(f, errno, "fchownat", "to %" PRIu64 ":%" PRIu64, uid, gid);
  return 0;
}

int op_mkdir(const struct args *args, struct program_run *run, struct failure *f) {
  scoped_fd int existing = path_open(run, args->at[0].text, O_PATH | O_DIRECTORY);
  if (existing >= 0)
    return 0;
  struct path_place place;
  if (find_place(run, args->at[0].text, &place, f) < 0)
    return -1;
  scoped_fd int parent = place.parent;
  mode_t kept = umask(0);
  int made = mkdirat(parent, place.name, (mode_t)args->at[1].number);
  umask(kept);
  if (made < 0 && errno == EEXIST) { /* a link whose target is missing, or no directory */
    scoped_fd int behind = path_ensure(run, args->at[0].text, PATH_MAKE_DIRECTORY);
    struct stat found;
    return behind >= 0 && fstat(behind, &found) == 0 && S_ISDIR(found.st_mode) ? 0 : fail(f, EEXIST, "mkdirat", "this is no directory");
  }
  if (made < 0)
    return fail_call(f, "mkdirat");
  return give_to(&place, args->at[2].number, args->at[3].number, f);
}

int op_mknod(const struct args *args, struct program_run *run, struct failure *f) {
  struct path_place place;
  if (find_place(run, args->at[0].text, &place, f) < 0)
    return -1;
  scoped_fd int parent = place.parent;
  dev_t device = makedev((unsigned)args->at[2].number, (unsigned)args->at[3].number);
  mode_t kept = umask(0);
  int made = mknodat(parent, place.name, (mode_t)args->at[1].number, device);
  umask(kept);
  if (made < 0)
    return fail(f, errno, "mknodat", "mode %#" PRIo64 ", device %" PRIu64 ":%" PRIu64, args->at[1].number, args->at[2].number,
                args->at[3].number);
  return give_to(&place, args->at[4].number, args->at[5].number, f);
}

static bool link_leads_to(const struct path_place *place, const char *target) {
  char found[PATH_MAX];
  ssize_t size = readlinkat(place->parent, place->name, found, sizeof found);
  return size >= 0 && (size_t)size == strlen(target) && memcmp(found, target, (size_t)size) == 0;
}

int op_symlink(const struct args *args, struct program_run *run, struct failure *f) {
  struct path_place place;
  if (find_place(run, args->at[1].text, &place, f) < 0)
    return -1;
  scoped_fd int parent = place.parent;
  if (symlinkat(args->at[0].text, parent, place.name) == 0)
    return 0;
  int error = errno;
  return error == EEXIST && link_leads_to(&place, args->at[0].text) ? 0 : fail(f, error, "symlinkat", "to %s", args->at[0].text);
}
