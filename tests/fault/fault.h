/*
 * fault.h - disks and memory that fail on purpose, for the tests of everything that stands on the store.
 *
 * A fault disk is a VFS of its own name over the real files (store_options.vfs = fault_vfs(d)).  It can
 *   - fail the nth call for input or output from now on, once or for ever, in the ways a disk does;
 *   - record every write, sync, truncation and removal, and write out what would be on the disk had the power gone at any moment.
 *
 * Model of a crash: what was synced is there.  Of what was written to a file since its last sync, anything may be there: nothing,
 * all, some writes without earlier ones, parts of a write by sectors of 512 bytes.  A file that was never synced may be missing.
 * Shared memory (-shm) is gone.  Files that are not opened through SQLite (AREA.lock, keys) are not in the images.
 *
 * Memory: fault_alloc_*() fails the nth allocation of SQLite (and of the store, which takes its memory from SQLite).
 * Threads: fault disks may be used from several; fault_alloc_*() state is one a process.  For tests only.
 */
#ifndef GUIJU_TESTS_FAULT_H
#define GUIJU_TESTS_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault_disk;

struct fault_disk *fault_disk_make(void);
void fault_disk_free(struct fault_disk **dp); /* after everything on it was closed */
const char *fault_vfs(const struct fault_disk *d);

/* ---- failing ---- */

enum fault_error {
    FAULT_EIO,     /* any call: input/output error; a write leaves half of its bytes */
    FAULT_FULL,    /* calls that need space: no space left on device; a write leaves half of its bytes */
    FAULT_READONLY /* calls that change something: read-only file system */
};
const char *fault_error_name(enum fault_error e);

/* Let the nth call (from 1) that this error can meet fail; with forever, all later ones too.  nth 0: heal. */
void fault_fail(struct fault_disk *d, enum fault_error e, uint64_t nth, bool forever);
uint64_t fault_hits(const struct fault_disk *d);  /* calls that failed since fault_fail() */
const char *fault_where(const struct fault_disk *d); /* the first of them: "write area-wal" */

/* Let the process kill itself (SIGKILL) right before the nth write, sync, truncation or removal from now on.  0: no more. */
void fault_kill(struct fault_disk *d, uint64_t nth);

/* ---- crashing ---- */

/* Start to record: what is in the files now counts as durable. */
void fault_record(struct fault_disk *d);
/* Write down that the caller now believes in everything up to n (a commit was acknowledged). */
void fault_note(struct fault_disk *d, uint64_t n);

size_t fault_moments(const struct fault_disk *d);           /* 0..n: before the first call recorded .. after the last */
bool fault_moment_is_sync(const struct fault_disk *d, size_t moment); /* right before or after a sync or a removal, or the end */
uint64_t fault_noted(const struct fault_disk *d, size_t moment);      /* the last note before the moment */

enum fault_how {
    FAULT_KEEP,    /* kill -9: all that was written is there */
    FAULT_DROP,    /* nothing that was not synced */
    FAULT_REORDER, /* any of the unsynced writes, whatever came before them */
    FAULT_TORN     /* the same, and parts of them */
};
const char *fault_how_name(enum fault_how how);

/* Write the files as they would be found into an existing folder.  seed chooses what survives of the rest.  False: could not write. */
bool fault_image(const struct fault_disk *d, size_t moment, enum fault_how how, uint64_t seed, const char *folder);

/* ---- memory ---- */

/* Once, at the start of main(), before anything uses SQLite. */
void fault_alloc_install(void);
void fault_alloc_fail(uint64_t nth, bool forever); /* nth 0: heal */
uint64_t fault_alloc_hits(void);
int64_t fault_alloc_live(void); /* blocks that are allocated and not freed */

#endif
