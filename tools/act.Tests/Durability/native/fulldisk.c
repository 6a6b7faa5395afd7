// A disk without room, for tests where nothing may be mounted: preloaded into a process, it lets no file below one folder grow while a flag
// is there. What has its place already is written over, as on a disk that is full.
//
//   ACT_FULL_ROOT  the folder (absolute)
//   ACT_FULL_FLAG  the flag: a file outside of it
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static ssize_t (*real_write)(int, const void *, size_t), (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int), (*real_pwritev)(int, const struct iovec *, int, off_t);
static int (*real_ftruncate)(int, off_t), (*real_fallocate)(int, off_t, off_t);
static const char *root, *flag;

__attribute__((constructor)) static void begin(void) {
    real_write = dlsym(RTLD_NEXT, "write"); real_pwrite = dlsym(RTLD_NEXT, "pwrite"); real_writev = dlsym(RTLD_NEXT, "writev");
    real_pwritev = dlsym(RTLD_NEXT, "pwritev"); real_ftruncate = dlsym(RTLD_NEXT, "ftruncate"); real_fallocate = dlsym(RTLD_NEXT, "posix_fallocate");
    root = getenv("ACT_FULL_ROOT"); flag = getenv("ACT_FULL_FLAG");
}

// Whether a file that is below the folder would grow beyond its size by reaching this far, and may not.
static int no_room(int descriptor, off_t end) {
    char link[64], path[PATH_MAX];
    struct stat status;
    if (!root || !flag || access(flag, F_OK) != 0) return 0;
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || end <= status.st_size) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, root, strlen(root)) == 0 && path[strlen(root)] == '/';
}

static off_t total(const struct iovec *parts, int count) {
    off_t sum = 0;
    for (int i = 0; i < count; i++) sum += parts[i].iov_len;
    return sum;
}

static off_t here(int descriptor) { off_t at = lseek(descriptor, 0, SEEK_CUR); return at < 0 ? 0 : at; }

#define UNLESS_FULL(end, call) { if (no_room(d, end)) { errno = ENOSPC; return -1; } return call; }

ssize_t write(int d, const void *bytes, size_t n) UNLESS_FULL(here(d) + (off_t)n, real_write(d, bytes, n))
ssize_t pwrite(int d, const void *bytes, size_t n, off_t at) UNLESS_FULL(at + (off_t)n, real_pwrite(d, bytes, n, at))
ssize_t pwrite64(int d, const void *bytes, size_t n, off_t at) UNLESS_FULL(at + (off_t)n, real_pwrite(d, bytes, n, at))
ssize_t writev(int d, const struct iovec *parts, int n) UNLESS_FULL(here(d) + total(parts, n), real_writev(d, parts, n))
ssize_t pwritev(int d, const struct iovec *parts, int n, off_t at) UNLESS_FULL(at + total(parts, n), real_pwritev(d, parts, n, at))
ssize_t pwritev64(int d, const struct iovec *parts, int n, off_t at) UNLESS_FULL(at + total(parts, n), real_pwritev(d, parts, n, at))
int ftruncate(int d, off_t size) UNLESS_FULL(size, real_ftruncate(d, size))
int ftruncate64(int d, off_t size) UNLESS_FULL(size, real_ftruncate(d, size))
int posix_fallocate(int d, off_t at, off_t n) { return no_room(d, at + n) ? ENOSPC : real_fallocate(d, at, n); }
int posix_fallocate64(int d, off_t at, off_t n) { return posix_fallocate(d, at, n); }
