/* fault_alloc.c - SQLite's allocator with a counter and a limit.  State is one a process: SQLite has one allocator. */
#include "fault/fault.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static sqlite3_mem_methods real;
static _Atomic uint64_t nth, calls, hits;
static _Atomic bool forever;
static _Atomic int64_t live;

static bool fails(void) {
    if (nth == 0) return false;
    uint64_t n = ++calls;
    if (n != nth && !(forever && n > nth)) return false;
    hits++;
    return true;
}

static void *alloc_malloc(int size) {
    void *p = fails() ? NULL : real.xMalloc(size);
    if (p != NULL) live++;
    return p;
}

static void alloc_free(void *p) {
    if (p != NULL) live--;
    real.xFree(p);
}

static void *alloc_realloc(void *p, int size) { return fails() ? NULL : real.xRealloc(p, size); }
static int alloc_size(void *p) { return real.xSize(p); }
static int alloc_roundup(int size) { return real.xRoundup(size); }
static int alloc_init(void *arg) { return real.xInit(arg); }
static void alloc_shutdown(void *arg) { real.xShutdown(arg); }

void fault_alloc_install(void) {
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK) {
        fprintf(stderr, "fault: SQLite is in use already\n");
        abort();
    }
    sqlite3_mem_methods m = {alloc_malloc, alloc_free, alloc_realloc, alloc_size, alloc_roundup, alloc_init, alloc_shutdown, real.pAppData};
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &m) != SQLITE_OK) abort();
}

void fault_alloc_fail(uint64_t n, bool for_ever) {
    nth = 0;
    calls = hits = 0;
    forever = for_ever;
    nth = n;
}

uint64_t fault_alloc_hits(void) { return hits; }
int64_t fault_alloc_live(void) { return live; }
