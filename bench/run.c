/*
 * run.c - runs a command and appends what it took to a file: wall, user and system time in microseconds, peak memory in KiB.
 * Usage: run FILE COMMAND [ARG...].  Its own exit status is the command's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long us_of(struct timeval t) { return (long long)t.tv_sec * 1000000 + t.tv_usec; }

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: run FILE COMMAND [ARG...]\n");
        return 2;
    }
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    pid_t child = vfork(); /* a fork would count our own memory as the child's */
    if (child == 0) {
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    int status = 0;
    struct rusage u;
    if (child < 0 || wait4(child, &status, 0, &u) != child) {
        fprintf(stderr, "run: %s: %s\n", argv[2], strerror(errno));
        return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    long long wall = (to.tv_sec - from.tv_sec) * 1000000LL + (to.tv_nsec - from.tv_nsec) / 1000;
    FILE *f = fopen(argv[1], "a");
    if (f == NULL || fprintf(f, "%lld %lld %lld %ld\n", wall, us_of(u.ru_utime), us_of(u.ru_stime), u.ru_maxrss) < 0 || fclose(f) != 0) {
        fprintf(stderr, "run: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
