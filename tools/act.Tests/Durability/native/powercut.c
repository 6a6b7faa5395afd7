// A disk that forgets: for tests of what a power cut leaves. Preloaded into a process, it keeps apart what the process wrote below one
// folder and did not sync, and at one call it takes that back and kills the process.
//
// The model is stricter than most file systems, and no stricter than POSIX: a write is kept for certain only by fsync or fdatasync of its
// file, and a file's name (made, renamed, removed) only by fsync of its folder. What is not kept for certain is lost, all of it or sector by
// sector by a coin; names are lost from the last to some earlier one, as a journaling file system does.
//
//   ACT_CUT_ROOT    the folder (absolute)
//   ACT_CUT_ASIDE   an empty folder on the same file system, outside of it
//   ACT_CUT_AT      the power goes before this call that writes, syncs or names (1, 2, 3 ...); 0: never
//   ACT_CUT_SEED    of the coin; 0: everything that was not synced is lost
//   ACT_CUT_SYNC    "off": fsync and fdatasync do nothing, as with a disk that lies
//   ACT_CUT_REPORT  a file that says in the end how many sectors and names were taken back
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { BLOCK = 4096, SECTOR = 512, DESCRIPTORS = 65536, BUCKETS = 4096 };

struct block { off_t index; struct block *next; unsigned char old[BLOCK]; };
struct file { dev_t device; ino_t inode; int own; off_t synced_size; struct block *blocks[BUCKETS]; struct file *next; };
enum kind { CREATED, RENAMED, REMOVED };
struct name { enum kind kind; char *path, *other, *aside; struct name *before; };

static int (*real_open)(const char *, int, ...), (*real_openat)(int, const char *, int, ...), (*real_close)(int), (*real_fsync)(int);
static int (*real_ftruncate)(int, off_t), (*real_rename)(const char *, const char *), (*real_unlink)(const char *), (*real_mkdir)(const char *, mode_t);
static ssize_t (*real_write)(int, const void *, size_t), (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int), (*real_pwritev)(int, const struct iovec *, int, off_t);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file *files, *by_descriptor[DESCRIPTORS];
static struct name *names;
static const char *root, *aside, *report;
static long calls, cut_at, asides;
static uint64_t seed;
static int lies;

__attribute__((constructor)) static void begin(void) {
    real_open = dlsym(RTLD_NEXT, "open"); real_openat = dlsym(RTLD_NEXT, "openat"); real_close = dlsym(RTLD_NEXT, "close");
    real_fsync = dlsym(RTLD_NEXT, "fsync"); real_ftruncate = dlsym(RTLD_NEXT, "ftruncate"); real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink"); real_mkdir = dlsym(RTLD_NEXT, "mkdir"); real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite"); real_writev = dlsym(RTLD_NEXT, "writev"); real_pwritev = dlsym(RTLD_NEXT, "pwritev");
    root = getenv("ACT_CUT_ROOT"); aside = getenv("ACT_CUT_ASIDE"); report = getenv("ACT_CUT_REPORT");
    cut_at = getenv("ACT_CUT_AT") ? atol(getenv("ACT_CUT_AT")) : 0;
    seed = getenv("ACT_CUT_SEED") ? strtoull(getenv("ACT_CUT_SEED"), NULL, 10) : 0;
    lies = getenv("ACT_CUT_SYNC") && strcmp(getenv("ACT_CUT_SYNC"), "off") == 0;
}

static int below(const char *path) { return root && path && strncmp(path, root, strlen(root)) == 0; }

// The shared memory beside a write-ahead log is written through a mapping, and means nothing after a crash.
static int ends_in_shm(const char *path) { size_t n = strlen(path); return n > 4 && strcmp(path + n - 4, "-shm") == 0; }

static uint64_t coin(void) { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; return seed; }

static char *new_aside(void) { char *path; if (asprintf(&path, "%s/%ld", aside, ++asides) < 0) abort(); return path; }

static off_t size_of(int descriptor) { struct stat s; return fstat(descriptor, &s) == 0 ? s.st_size : 0; }

// --- the cut ---

static long take_back_names(void) {
    long all = 0, taken = 0;
    for (struct name *n = names; n; n = n->before) all++;
    long keep = seed ? (long)(coin() % (uint64_t)(all + 1)) : 0;
    for (struct name *n = names; n && all > keep; n = n->before, all--, taken++) {
        if (n->kind == CREATED) real_rename(n->path, new_aside());
        if (n->kind == RENAMED) real_rename(n->other, n->path);
        if (n->aside) real_rename(n->aside, n->kind == RENAMED ? n->other : n->path);
    }
    return taken;
}

static long take_back_writes(struct file *f) {
    long taken = 0;
    off_t now = size_of(f->own), size = seed && coin() % 2 ? now : f->synced_size;
    if (real_ftruncate(f->own, size) != 0) abort();
    for (int i = 0; i < BUCKETS; i++)
        for (struct block *b = f->blocks[i]; b; b = b->next)
            for (int at = 0; at < BLOCK; at += SECTOR) {
                off_t offset = b->index * BLOCK + at;
                // What a truncation took away is there again as a whole if the truncation is undone.
                if (offset >= size || (seed && offset < now && coin() % 2)) continue;
                size_t length = offset + SECTOR > size ? (size_t)(size - offset) : SECTOR;
                if (real_pwrite(f->own, b->old + at, length, offset) != (ssize_t)length) abort();
                taken++;
            }
    return taken;
}

static void cut(void) {
    long sectors = 0, taken = take_back_names();
    for (struct file *f = files; f; f = f->next) sectors += take_back_writes(f);
    int out = report ? real_open(report, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (out >= 0) dprintf(out, "%ld %ld\n", sectors, taken);
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

// --- what is not synced yet ---

// Every call that the power may go before; the lock is held from here until the call is done.
static void enter(void) {
    pthread_mutex_lock(&lock);
    if (++calls == cut_at) cut();
}

static void leave(void) { pthread_mutex_unlock(&lock); }

static struct file *file_of(int descriptor) { return descriptor >= 0 && descriptor < DESCRIPTORS ? by_descriptor[descriptor] : NULL; }

static void remember(struct file *f, off_t from, off_t until) {
    for (off_t index = from / BLOCK; index * BLOCK < until; index++) {
        struct block **bucket = &f->blocks[index % BUCKETS], *b = *bucket;
        while (b && b->index != index) b = b->next;
        if (b) continue;
        b = calloc(1, sizeof *b);
        b->index = index; b->next = *bucket; *bucket = b;
        if (pread(f->own, b->old, BLOCK, index * BLOCK) < 0) abort();
    }
}

static void forget(struct file *f) {
    for (int i = 0; i < BUCKETS; i++)
        while (f->blocks[i]) { struct block *b = f->blocks[i]; f->blocks[i] = b->next; free(b); }
    f->synced_size = size_of(f->own);
}

static void note(enum kind kind, const char *path, const char *other, char *kept) {
    struct name *n = calloc(1, sizeof *n);
    n->kind = kind; n->path = strdup(path); n->other = other ? strdup(other) : NULL; n->aside = kept; n->before = names;
    names = n;
}

static int is_in(const char *path, const char *folder) {
    const char *slash = strrchr(path, '/');
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/') length--;
    return slash && (size_t)(slash - path) == length && strncmp(path, folder, length) == 0;
}

// The folder was synced: what was named in it is so for certain.
static void settle(const char *folder) {
    for (struct name **n = &names; *n;) {
        if (is_in((*n)->path, folder)) *n = (*n)->before; else n = &(*n)->before;
    }
}

static char *keep_aside(const char *path) {
    char *kept = new_aside();
    if (link(path, kept) == 0) return kept;
    free(kept);
    return NULL;
}

static void track(int descriptor, int fresh) {
    struct stat s;
    if (descriptor < 0 || descriptor >= DESCRIPTORS || fstat(descriptor, &s) != 0 || !S_ISREG(s.st_mode)) return;
    struct file *f = files;
    while (f && (f->inode != s.st_ino || f->device != s.st_dev)) f = f->next;
    if (!f) {
        char link_path[64];
        snprintf(link_path, sizeof link_path, "/proc/self/fd/%d", descriptor);
        f = calloc(1, sizeof *f);
        f->device = s.st_dev; f->inode = s.st_ino; f->synced_size = fresh ? 0 : s.st_size; f->next = files;
        // Never closed: closing any descriptor of a file would drop the locks that SQLite holds on it.
        f->own = real_open(link_path, O_RDWR | O_CLOEXEC);
        if (f->own < 0) abort();
        files = f;
    }
    by_descriptor[descriptor] = f;
}

static int opened(const char *path, int flags, mode_t mode) {
    struct stat s;
    if (!below(path) || ends_in_shm(path) || (flags & O_ACCMODE) == O_RDONLY) return real_open(path, flags, mode);
    enter();
    int existed = stat(path, &s) == 0;
    int descriptor = real_open(path, flags & ~O_TRUNC, mode);
    if (descriptor >= 0) {
        track(descriptor, !existed);
        if (!existed) note(CREATED, path, NULL, NULL);
        struct file *f = file_of(descriptor);
        if (f && (flags & O_TRUNC)) { remember(f, 0, size_of(f->own)); if (real_ftruncate(descriptor, 0) != 0) abort(); }
    }
    leave();
    return descriptor;
}

static mode_t mode_of(int flags, va_list arguments) { return flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0; }

int open(const char *path, int flags, ...) { va_list a; va_start(a, flags); mode_t m = mode_of(flags, a); va_end(a); return opened(path, flags, m); }
int open64(const char *path, int flags, ...) { va_list a; va_start(a, flags); mode_t m = mode_of(flags, a); va_end(a); return opened(path, flags | O_LARGEFILE, m); }
int openat(int at, const char *path, int flags, ...) {
    va_list a; va_start(a, flags); mode_t m = mode_of(flags, a); va_end(a);
    return path[0] == '/' ? opened(path, flags, m) : real_openat(at, path, flags, m);
}

int close(int descriptor) {
    if (file_of(descriptor)) { pthread_mutex_lock(&lock); by_descriptor[descriptor] = NULL; pthread_mutex_unlock(&lock); }
    return real_close(descriptor);
}

static size_t total(const struct iovec *parts, int count) { size_t n = 0; for (int i = 0; i < count; i++) n += parts[i].iov_len; return n; }

static off_t place_of(int descriptor, struct file *f) { return fcntl(descriptor, F_GETFL) & O_APPEND ? size_of(f->own) : lseek(descriptor, 0, SEEK_CUR); }

#define WRITE(descriptor, offset, length, call) \
    struct file *f = file_of(descriptor); \
    if (!f) return call; \
    enter(); \
    off_t from = offset; \
    remember(f, from, from + (off_t)(length)); \
    ssize_t done = call; \
    int fault = errno; leave(); errno = fault; \
    return done;

ssize_t write(int d, const void *bytes, size_t n) { WRITE(d, place_of(d, f), n, real_write(d, bytes, n)) }
ssize_t pwrite(int d, const void *bytes, size_t n, off_t at) { WRITE(d, at, n, real_pwrite(d, bytes, n, at)) }
ssize_t pwrite64(int d, const void *bytes, size_t n, off_t at) { WRITE(d, at, n, real_pwrite(d, bytes, n, at)) }
ssize_t writev(int d, const struct iovec *parts, int n) { WRITE(d, place_of(d, f), total(parts, n), real_writev(d, parts, n)) }
ssize_t pwritev(int d, const struct iovec *parts, int n, off_t at) { WRITE(d, at, total(parts, n), real_pwritev(d, parts, n, at)) }
ssize_t pwritev64(int d, const struct iovec *parts, int n, off_t at) { WRITE(d, at, total(parts, n), real_pwritev(d, parts, n, at)) }

int ftruncate(int descriptor, off_t size) {
    struct file *f = file_of(descriptor);
    if (!f) return real_ftruncate(descriptor, size);
    enter();
    remember(f, size, size_of(f->own));
    int done = real_ftruncate(descriptor, size), fault = errno;
    leave(); errno = fault;
    return done;
}
int ftruncate64(int descriptor, off_t size) { return ftruncate(descriptor, size); }

// Reserving room may grow a file by zeros.
int posix_fallocate(int descriptor, off_t offset, off_t length) {
    struct file *f = file_of(descriptor);
    return f && offset + length > size_of(f->own) && ftruncate(descriptor, offset + length) != 0 ? errno : 0;
}
int posix_fallocate64(int descriptor, off_t offset, off_t length) { return posix_fallocate(descriptor, offset, length); }

// The page cache outlives the process, so that the true call is only time: what counts is that it was made.
int fsync(int descriptor) {
    char link_path[64], path[PATH_MAX];
    struct file *f = file_of(descriptor);
    struct stat s;
    if (!f && (fstat(descriptor, &s) != 0 || !S_ISDIR(s.st_mode))) return real_fsync(descriptor);
    snprintf(link_path, sizeof link_path, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link_path, path, sizeof path - 1);
    enter();
    if (lies) { leave(); return 0; }
    if (f) forget(f);
    else if (length > 0) { path[length] = 0; settle(path); }
    leave();
    return 0;
}
int fdatasync(int descriptor) { return fsync(descriptor); }

int rename(const char *from, const char *to) {
    if (!below(from) && !below(to)) return real_rename(from, to);
    enter();
    char *kept = keep_aside(to);
    int done = real_rename(from, to), fault = errno;
    if (done == 0) note(RENAMED, from, to, kept);
    leave(); errno = fault;
    return done;
}

int unlink(const char *path) {
    if (!below(path)) return real_unlink(path);
    enter();
    char *kept = keep_aside(path);
    int done = real_unlink(path), fault = errno;
    if (done == 0) note(REMOVED, path, NULL, kept);
    leave(); errno = fault;
    return done;
}

int mkdir(const char *path, mode_t mode) {
    int done = real_mkdir(path, mode);
    if (done != 0 || !below(path)) return done;
    enter();
    note(CREATED, path, NULL, NULL);
    leave();
    return done;
}
