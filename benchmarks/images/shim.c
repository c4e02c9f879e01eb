/* Records what a process writes to a store, in order, so that any moment can be rebuilt.
 *
 * Loaded with LD_PRELOAD. Of files named data.mdb (or data.mdb.new) it records each write with its
 * bytes, and each sync; of files named `acked` it records each write as an acknowledgement. Every
 * other file passes through untouched. Each call is carried out first and recorded after, with one
 * append to $BENTHIC_RECORD, so the record's order is the order in which calls were over.
 *
 * With $BENTHIC_FAIL_SYNC = n, the n-th sync of the store fails with EIO instead.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OTHER, STORE, ACKED };
enum { MOST_PARTS = 256 }; /* of one gathered write; LMDB gathers 64 */

struct head {      /* what stands before the bytes of each event */
    uint64_t offset; /* of a write, bytes */
    uint32_t length; /* bytes that follow */
    char kind;       /* W a write, S a sync, A an acknowledgement */
    uint8_t durable; /* whether the write was durable by itself (O_DSYNC) */
    uint16_t unused;
};

#define REAL(name) ((typeof(&name))real(#name))

static void *real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static int ends_with(const char *text, size_t length, const char *end)
{
    size_t wanted = strlen(end);
    return length >= wanted && memcmp(text + length - wanted, end, wanted) == 0;
}

static int kind_of(int fd)
{
    char link[32], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path);
    if (length <= 0)
        return OTHER;
    if (ends_with(path, length, "/data.mdb") || ends_with(path, length, "/data.mdb.new"))
        return STORE;
    return ends_with(path, length, "/acked") ? ACKED : OTHER;
}

static int record_file(void)
{
    static int file = -1;
    if (file < 0) {
        const char *path = getenv("BENTHIC_RECORD");
        if (path != NULL)
            file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    return file;
}

static void record(char kind, uint64_t offset, int durable, const struct iovec *parts, int count)
{
    static ssize_t (*append)(int, const struct iovec *, int);
    struct iovec all[1 + MOST_PARTS];
    struct head head = {offset, 0, kind, (uint8_t)durable, 0};
    int file = record_file();
    if (file < 0)
        return;
    if (append == NULL)
        append = REAL(writev);
    all[0].iov_base = &head;
    all[0].iov_len = sizeof head;
    if (count > MOST_PARTS)
        abort();
    for (int i = 0; i < count; i++) {
        all[i + 1] = parts[i];
        head.length += parts[i].iov_len;
    }
    if (append(file, all, count + 1) != (ssize_t)(sizeof head + head.length))
        abort(); /* half a record is worse than none */
}

static void wrote(int fd, int kind, off_t offset, const struct iovec *parts, int count, ssize_t done)
{
    ssize_t whole = 0;
    for (int i = 0; i < count; i++)
        whole += parts[i].iov_len;
    if (kind == OTHER || done <= 0)
        return;
    if (done != whole)
        abort(); /* a short write: this recorder has no word for it */
    int durable = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
    record(kind == STORE ? 'W' : 'A', (uint64_t)offset, durable, parts, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
    struct iovec part = {(void *)bytes, length};
    ssize_t done = REAL(pwrite)(fd, bytes, length, offset);
    wrote(fd, kind_of(fd), offset, &part, 1, done);
    return done;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    ssize_t done = REAL(pwritev)(fd, parts, count, offset);
    wrote(fd, kind_of(fd), offset, parts, count, done);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    struct iovec part = {(void *)bytes, length};
    int kind = kind_of(fd);
    off_t offset = kind == STORE ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done = REAL(write)(fd, bytes, length);
    wrote(fd, kind, offset, &part, 1, done);
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    int kind = kind_of(fd);
    off_t offset = kind == STORE ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done = REAL(writev)(fd, parts, count);
    wrote(fd, kind, offset, parts, count, done);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset)
{
    return pwrite(fd, bytes, length, offset);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset)
{
    return pwritev(fd, parts, count, offset);
}

static int must_fail(void)
{
    static int left = -1;
    if (left < 0) {
        const char *text = getenv("BENTHIC_FAIL_SYNC");
        left = text != NULL ? atoi(text) : 0;
    }
    return left > 0 && --left == 0;
}

static int synced(int fd, int (*sync)(int))
{
    int ours = kind_of(fd) == STORE;
    if (ours && must_fail()) {
        errno = EIO;
        return -1;
    }
    int failed = sync(fd);
    if (ours && !failed)
        record('S', 0, 0, NULL, 0);
    return failed;
}

int fdatasync(int fd)
{
    return synced(fd, REAL(fdatasync));
}

int fsync(int fd)
{
    return synced(fd, REAL(fsync));
}
