// Preloaded into a program under test: writes one line for each call that matters to what is on the disk after a power
// cut (write, fsync, rename, mkdir) to the file named by ELY_RECORD. It changes nothing.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int record_descriptor(void) {
    static int descriptor = -1;
    if (descriptor < 0) {
        const char *path = getenv("ELY_RECORD");
        if (path == NULL) return -1;
        int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
        descriptor = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    return descriptor;
}

static void record(const char *verb, const char *first, const char *second) {
    int saved = errno;
    int descriptor = record_descriptor();
    char line[2 * (PATH_MAX + NAME_MAX) + 64];
    int length = snprintf(line, sizeof line, "%d\t%s\t%s\t%s\n", (int)getpid(), verb, first, second);
    ssize_t (*real_write)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    if (descriptor >= 0 && length > 0) real_write(descriptor, line, (size_t)length);
    errno = saved;
}

static const char *path_of(int descriptor, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, buffer, PATH_MAX - 1);
    buffer[length < 0 ? 0 : length] = '\0';
    return buffer;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    char path[PATH_MAX];
    ssize_t result = real(descriptor, bytes, count);
    if (descriptor > 2) record("write", path_of(descriptor, path), "");
    return result;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    char path[PATH_MAX];
    ssize_t result = real(descriptor, bytes, count, offset);
    record("write", path_of(descriptor, path), "");
    return result;
}

int fsync(int descriptor) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    char path[PATH_MAX];
    record("fsync", path_of(descriptor, path), "");
    return real(descriptor);
}

int fdatasync(int descriptor) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    char path[PATH_MAX];
    record("fsync", path_of(descriptor, path), "");
    return real(descriptor);
}

// A name in the folder as it really is; the name itself is not followed, for it may be a link.
static void in_real_folder(const char *path, char *out) {
    char folder[PATH_MAX], real[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : (int)(slash - path), slash == NULL ? "." : path);
    if (realpath(folder, real) == NULL) snprintf(real, sizeof real, "%s", folder);
    snprintf(out, PATH_MAX + NAME_MAX, "%s/%s", real, slash == NULL ? path : slash + 1);
}

static void record_rename(const char *from, const char *to) {
    char source[PATH_MAX + NAME_MAX], target[PATH_MAX + NAME_MAX];
    in_real_folder(from, source);
    in_real_folder(to, target);
    record("rename", source, target);
}

int rename(const char *from, const char *to) {
    int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
    int result = real(from, to);
    if (result == 0) record_rename(from, to);
    return result;
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    int (*real)(int, const char *, int, const char *, unsigned) = dlsym(RTLD_NEXT, "renameat2");
    int result = real(from_folder, from, to_folder, to, flags);
    if (result == 0) record_rename(from, to);
    return result;
}

int mkdir(const char *path, mode_t mode) {
    int (*real)(const char *, mode_t) = dlsym(RTLD_NEXT, "mkdir");
    char made[PATH_MAX];
    int result = real(path, mode);
    if (result == 0) record("mkdir", realpath(path, made) == NULL ? path : made, "");
    return result;
}
