/* fault_inner.h - what was recorded. */
#ifndef GUIJU_TESTS_FAULT_INNER_H
#define GUIJU_TESTS_FAULT_INNER_H

#include "fault/fault.h"

#include <pthread.h>
#include <sqlite3.h>

enum { FAULT_FILES_MAX = 64, FAULT_NAME_MAX = 512 };

enum op_kind { OP_CREATE, OP_WRITE, OP_TRUNCATE, OP_SYNC, OP_DELETE, OP_NOTE };

struct op {
    enum op_kind kind;
    uint32_t file;
    int64_t at;    /* OP_WRITE: offset; OP_TRUNCATE: length; OP_NOTE: the number; OP_DELETE: was the folder synced */
    size_t len;
    uint8_t *bytes;
};

struct file_base {
    char name[FAULT_NAME_MAX]; /* whole path */
    bool there;                /* when recording began */
    uint8_t *bytes;
    size_t len;
    uint64_t inode;            /* as last seen: tells a file that others removed and made again */
};

struct fault_disk {
    sqlite3_vfs vfs;
    char name[40];
    sqlite3_vfs *real;
    pthread_mutex_t mutex;
    /* failing */
    enum fault_error error;
    uint64_t nth, calls, hits;
    bool forever;
    char where[FAULT_NAME_MAX];
    int last_errno;
    uint64_t kill_at, changes; /* calls that change something, since fault_kill() */
    /* recording */
    bool recording;
    struct file_base files[FAULT_FILES_MAX];
    uint32_t files_count;
    struct op *ops;
    size_t ops_count, ops_cap;
};

#endif
