/* test.h - for the tests of this folder only: cmocka, and comparing texts. */
#ifndef GUIJU_BASE_TEST_H
#define GUIJU_BASE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"

static inline void expect_text(struct str got, const char *want, const char *file, int line)
{
    if (str_eq(got, str_c(want))) return;
    print_error("want \"%s\"\n got \"" STR_FMT "\"\n", want, STR_ARG(got));
    _fail(file, line);
}
#define EXPECT_TEXT(got, want) expect_text((got), (want), __FILE__, __LINE__)
#define EXPECT_CODE(err, want) assert_string_equal(err_code(&(err)), (want))

/* Does fn end in a broken assertion?  In a child, whose message goes nowhere. */
static inline bool breaks(void (*fn)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (nowhere < 0 || dup2(nowhere, STDERR_FILENO) < 0) _exit(2);
        (void)signal(SIGABRT, SIG_DFL);
        fn();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* A small generator with a fixed seed: property checks must fail alike on every machine. */
static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

#endif
