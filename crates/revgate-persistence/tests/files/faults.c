/* Makes calls of the C library fail, for the tests of what becomes of files then. FAULTS names the
   calls: `rename=16*3,flock=37` has the first three renames fail with EBUSY, and every flock with
   ENOLCK. `fsyncdir` is an fsync of a folder. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fault {
    const char *call;
    int error;
    int left;
};

static struct fault faults[16];

__attribute__((constructor)) static void read_faults(void)
{
    const char *text = getenv("FAULTS");
    char *copy = strdup(text ? text : ""), *rest = copy;
    for (int at = 0; at < 15; at++) {
        char *part = strsep(&rest, ","), *value = part;
        if (!part || !*part)
            break;
        faults[at].call = strsep(&value, "=");
        faults[at].error = atoi(value);
        faults[at].left = strchr(value, '*') ? atoi(strchr(value, '*') + 1) : -1;
    }
    unsetenv("LD_PRELOAD");
}

static int fails(const char *call)
{
    for (struct fault *fault = faults; fault->call; fault++) {
        if (strcmp(fault->call, call) != 0 || fault->left == 0)
            continue;
        if (fault->left > 0)
            fault->left--;
        errno = fault->error;
        return 1;
    }
    return 0;
}

/* What is only for the files of topics. */
static int is_ours(const char *path)
{
    return strstr(path, "settings.json") != NULL || strstr(path, ".session") != NULL;
}

int flock(int file, int how)
{
    static int (*real)(int, int);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "flock");
    return fails("flock") ? -1 : real(file, how);
}

int fsync(int file)
{
    static int (*real)(int);
    struct stat what;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "fsync");
    const char *call = fstat(file, &what) == 0 && S_ISDIR(what.st_mode) ? "fsyncdir" : "fsync";
    return fails(call) ? -1 : real(file);
}

int rename(const char *from, const char *to)
{
    static int (*real)(const char *, const char *);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "rename");
    return fails("rename") ? -1 : real(from, to);
}

int fchown(int file, uid_t user, gid_t group)
{
    static int (*real)(int, uid_t, gid_t);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "fchown");
    return fails("fchown") ? -1 : real(file, user, group);
}

int open64(const char *path, int flags, ...)
{
    static int (*real)(const char *, int, mode_t);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "open64");
    const char *call = (flags & O_ACCMODE) == O_RDONLY ? "read" : "create";
    return is_ours(path) && fails(call) ? -1 : real(path, flags, mode);
}
