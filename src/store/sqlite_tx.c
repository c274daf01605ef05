/* sqlite_tx.c - transactions, marks, facts, and what SQLite's error codes mean for people. */
#include "store/sqlite_inner.h"

#include <errno.h>

/* ---- errors ---- */

static const char *io_name(int rc) {
    switch (rc) {
    case SQLITE_IOERR_READ: case SQLITE_IOERR_SHORT_READ: return "read";
    case SQLITE_IOERR_WRITE: return "write";
    case SQLITE_IOERR_FSYNC: return "fsync";
    case SQLITE_IOERR_DIR_FSYNC: return "fsync of the folder";
    case SQLITE_IOERR_TRUNCATE: return "truncate";
    case SQLITE_IOERR_FSTAT: return "fstat";
    case SQLITE_IOERR_DELETE: return "unlink";
    case SQLITE_IOERR_ACCESS: return "access";
    case SQLITE_IOERR_LOCK: case SQLITE_IOERR_RDLOCK: case SQLITE_IOERR_UNLOCK: case SQLITE_IOERR_CHECKRESERVEDLOCK: return "lock";
    case SQLITE_IOERR_SHMOPEN: case SQLITE_IOERR_SHMSIZE: case SQLITE_IOERR_SHMLOCK: case SQLITE_IOERR_SHMMAP: return "shared memory";
    case SQLITE_IOERR_CLOSE: return "close";
    case SQLITE_IOERR_SEEK: return "seek";
    default: return "input or output";
    }
}

static enum rc io_fail(struct sq_store *q, int rc, struct str path, struct err *err) {
    int code = q->commit_errno != 0 ? q->commit_errno : q->db != NULL ? sqlite3_system_errno(q->db) : 0;
    if (rc == SQLITE_IOERR_NOMEM) return err_set0(err, &E_no_memory, NO_PLACE);
    if (rc == SQLITE_IOERR_CORRUPTFS) return err_set(err, &E_store_corrupt, NO_PLACE, path, STR("the file system reports damage"));
    if (rc == SQLITE_IOERR_BLOCKED) return err_set(err, &E_store_locked, NO_PLACE, path);
    /* A read is never refused for want of space or permission: an old errno must not mislead. */
    if (rc == SQLITE_IOERR_READ || rc == SQLITE_IOERR_SHORT_READ || code == 0) code = EIO;
    return place_fail(err, path, io_name(rc), code);
}

enum rc sq_fail(struct sq_store *q, int rc, struct err *err) {
    struct str path = str_c(q->base.path);
    int kind = rc & 0xff;
    /* After these the transaction may be gone already, or only half of a statement may be undone: only rollback is safe. */
    if (q->base.state == STORE_WRITING && kind != SQLITE_CONSTRAINT && kind != SQLITE_TOOBIG) q->base.spoiled = true;
    struct str message = q->db != NULL ? str_c(sqlite3_errmsg(q->db)) : str_c(sqlite3_errstr(rc));
    int code = q->db != NULL ? sqlite3_system_errno(q->db) : 0;
    switch (kind) {
    case SQLITE_BUSY: case SQLITE_LOCKED: case SQLITE_PROTOCOL: case SQLITE_INTERRUPT: case SQLITE_SCHEMA:
        return err_set(err, &E_store_locked, NO_PLACE, path);
    case SQLITE_FULL: return err_set(err, &E_store_full, NO_PLACE, path);
    case SQLITE_NOMEM: return err_set0(err, &E_no_memory, NO_PLACE);
    case SQLITE_IOERR: return io_fail(q, rc, path, err);
    case SQLITE_READONLY: case SQLITE_PERM: case SQLITE_AUTH: return err_set(err, &E_store_readonly, NO_PLACE, path, message);
    case SQLITE_CANTOPEN:
        if (code == ENOSPC || code == EDQUOT || code == EROFS || code == ENOMEM) return place_fail(err, path, "open", code);
        return err_set(err, &E_store_cant_open, NO_PLACE, path, code != 0 ? str_c(errno_text(code)) : message);
    case SQLITE_CORRUPT: return err_set(err, &E_store_corrupt, NO_PLACE, path, message);
    case SQLITE_NOTADB: return err_set(err, &E_store_not_area, NO_PLACE, path);
    case SQLITE_TOOBIG: return err_set(err, &E_store_too_big, NO_PLACE, STR("67108864"));
    default: break;
    }
    return err_set(err, &E_store_sql, NO_PLACE, message);
}

/* "UNIQUE constraint failed: staff.surname, staff.code" -> surname,code */
static size_t conflict_columns(struct str message, struct str table, char *out, size_t size) {
    size_t at = str_find(message, STR(": ")), n = 0;
    if (at == SIZE_MAX) return 0;
    struct str rest = str_sub(message, at + 2, message.len);
    while (rest.len > table.len + 1 && str_starts(rest, table) && rest.ptr[table.len] == '.') {
        size_t end = str_find(rest, STR(", "));
        struct str name = str_sub(rest, table.len + 1, end);
        if (n + name.len + 1 > size) break;
        if (n > 0) out[n++] = ',';
        memcpy(out + n, name.ptr, name.len);
        n += name.len;
        rest = end == SIZE_MAX ? STR_NONE : str_sub(rest, end + 2, rest.len);
    }
    return n;
}

enum rc sq_fail_table(struct sq_store *q, const struct store_table *t, int rc, struct err *err) {
    struct str message = str_c(sqlite3_errmsg(q->db));
    if (rc == SQLITE_ERROR && (str_starts(message, STR("no such ")) || str_find(message, STR("has no column")) != SIZE_MAX))
        return err_set(err, &E_store_no_table, NO_PLACE, t->name, message);
    return sq_fail(q, rc, err);
}

enum rc sq_fail_row(struct store_rows *r, int rc, struct err *err) {
    struct sq_store *q = sq_of_rows(r);
    struct str message = str_c(sqlite3_errmsg(q->db));
    switch (rc) {
    case SQLITE_CONSTRAINT_UNIQUE: case SQLITE_CONSTRAINT_PRIMARYKEY: case SQLITE_CONSTRAINT_ROWID: {
        char columns[STORE_INDEX_COLUMNS_MAX * (STORE_NAME_MAX + 2)];
        size_t len = conflict_columns(message, r->table->name, columns, sizeof columns);
        if (len == 0) return err_set(err, &E_no_memory, NO_PLACE, message); /* the message itself was lost for want of memory */
        return store_conflict_set(r, str_of(columns, len), err);
    }
    case SQLITE_CONSTRAINT_DATATYPE: case SQLITE_CONSTRAINT_NOTNULL: return err_set(err, &E_store_kind, NO_PLACE, r->table->name);
    default: return sq_fail_table(q, r->table, rc, err);
    }
}

/* ---- statements ---- */

int sq_compile(struct sq_store *q, const struct buf *sql, bool keep, sqlite3_stmt **out) {
    if (buf_failed(sql)) return SQLITE_NOMEM;
    return sqlite3_prepare_v3(q->db, sql->ptr, (int)sql->len, keep ? SQLITE_PREPARE_PERSISTENT : 0, out, NULL);
}

int sq_run(sqlite3_stmt *st) {
    int rc = sqlite3_step(st);
    (void)sqlite3_reset(st); /* repeats rc */
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

int sq_bind(sqlite3_stmt *st, int n, const struct sv *v, sqlite3_destructor_type how) {
    /* A NULL pointer would bind null, and no text is not null. */
    const char *ptr = v->s.ptr != NULL ? v->s.ptr : "";
    switch (v->kind) {
    case SV_NULL: return sqlite3_bind_null(st, n);
    case SV_INT: return sqlite3_bind_int64(st, n, v->i);
    case SV_TEXT: return sqlite3_bind_text64(st, n, ptr, v->s.len, how, SQLITE_UTF8);
    case SV_BLOB: return sqlite3_bind_blob64(st, n, ptr, v->s.len, how);
    }
    MUST(false);
}

/* One look at the cell instead of three.  A value that is not protected by the connection's mutex: this connection has none, it is one thread's.
 * Texts are asked for as bytes: asked for as text, SQLite copies each to put a zero behind it, and a struct str needs none. */
void sq_column(sqlite3_stmt *st, int n, struct sv *out) {
    sqlite3_value *v = sqlite3_column_value(st, n);
    int type = sqlite3_value_type(v);
    switch (type) {
    case SQLITE_INTEGER: *out = sv_int(sqlite3_value_int64(v)); return;
    case SQLITE_TEXT:
    case SQLITE_BLOB: {
        const char *ptr = sqlite3_value_blob(v);
        struct str s = ptr != NULL ? str_of(ptr, (size_t)sqlite3_value_bytes(v)) : STR("");
        *out = type == SQLITE_TEXT ? sv_text(s) : sv_blob(s);
        return;
    }
    default: *out = sv_null(); return; /* STRICT tables of ours hold no fractions */
    }
}

/* ---- transactions ---- */

bool sq_in_transaction(const struct store *s) { return sqlite3_get_autocommit(sq_of_const(s)->db) == 0; }

/* Statements that still run would keep a snapshot, or a write transaction, open behind our back. */
static void stop_cursors(struct sq_store *q) {
    if (q->base.cursors_open == 0) return;
    for (sqlite3_stmt *st = sqlite3_next_stmt(q->db, NULL); st != NULL; st = sqlite3_next_stmt(q->db, st))
        if (sqlite3_stmt_busy(st)) (void)sqlite3_reset(st); /* repeats an error told before */
}

/* ROLLBACK needs no memory, save where a change of indexes made SQLite forget the statement.  Then the door is shut until it works. */
static void roll_back(struct sq_store *q) {
    stop_cursors(q);
    for (int i = 0; i < 3 && sqlite3_get_autocommit(q->db) == 0; i++) (void)sq_run(q->fixed[FIX_ROLLBACK]);
    q->base.stuck = sqlite3_get_autocommit(q->db) == 0;
}

enum rc sq_begin(struct store *s, bool write, struct err *err) {
    struct sq_store *q = sq_of(s);
    int rc;
    stop_cursors(q);
    if (q->base.stuck) roll_back(q);
    if (q->base.stuck) return err_set0(err, &E_no_memory, NO_PLACE);
    if (write) {
        TRY(sq_lock(q, err));
        rc = sq_run(q->fixed[FIX_BEGIN_WRITE]);
    } else {
        rc = sq_run(q->fixed[FIX_BEGIN_READ]);
        /* BEGIN alone takes no snapshot: the first read does. */
        if (rc == SQLITE_OK) rc = sq_run(q->fixed[FIX_PEEK]);
    }
    if (rc == SQLITE_OK) return RC_OK;
    enum rc out = sq_fail(q, rc, err);
    roll_back(q);
    sq_unlock(q);
    return out;
}

/*
 * A COMMIT that failed may have left its frames, complete with the commit mark, in the log: the sync failed, not the write.  In
 * this process they are not seen, but recovery after a crash would find them and the refused commit would rise from the dead.
 * So write a commit of our own over them (the frames behind it no longer fit its checksum).  False: that failed too.
 */
static bool bury(struct sq_store *q) {
    int rc = sq_run(q->fixed[FIX_BEGIN_WRITE]);
    if (rc == SQLITE_OK) rc = sq_run(q->fixed[FIX_TOUCH]);
    if (rc == SQLITE_OK) rc = sq_run(q->fixed[FIX_COMMIT]);
    if (rc != SQLITE_OK) roll_back(q);
    return rc == SQLITE_OK;
}

/* What the system said: SQLite keeps that for all statements but COMMIT. */
static int last_errno(const struct sq_store *q) {
    sqlite3_vfs *vfs = NULL;
    if (sqlite3_file_control(q->db, "main", SQLITE_FCNTL_VFS_POINTER, (void *)&vfs) != SQLITE_OK || vfs == NULL) return 0;
    return vfs->xGetLastError != NULL ? vfs->xGetLastError(vfs, 0, NULL) : 0;
}

enum rc sq_commit(struct store *s, struct err *err) {
    struct sq_store *q = sq_of(s);
    stop_cursors(q);
    errno = 0;
    int rc = sq_run(q->fixed[FIX_COMMIT]);
    enum rc out = RC_OK;
    if (rc != SQLITE_OK) {
        q->commit_errno = last_errno(q);
        out = sq_fail(q, rc, err);
        q->commit_errno = 0;
        roll_back(q);
        /* A full disk stops the frames before the mark, which is written last. */
        if ((rc & 0xff) != SQLITE_FULL && (rc & 0xff) != SQLITE_BUSY && q->disk == NULL && !bury(q)) q->base.in_doubt = true;
        if (q->base.in_doubt) out = err_set(err, &E_store_in_doubt, NO_PLACE, str_c(s->path));
    }
    sq_unlock(q);
    return out;
}

/* Pages that are kept; statements stay. */
void sq_lean(struct store *s) { (void)sqlite3_db_release_memory(sq_of(s)->db); }

void sq_rollback(struct store *s) {
    struct sq_store *q = sq_of(s);
    roll_back(q);
    sq_unlock(q);
}

enum rc sq_mark(struct store *s, struct err *err) {
    struct sq_store *q = sq_of(s);
    int rc = sq_run(q->fixed[FIX_MARK]);
    return rc == SQLITE_OK ? RC_OK : sq_fail(q, rc, err);
}

enum rc sq_mark_keep(struct store *s, struct err *err) {
    struct sq_store *q = sq_of(s);
    int rc = sq_run(q->fixed[FIX_MARK_KEEP]);
    return rc == SQLITE_OK ? RC_OK : sq_fail(q, rc, err);
}

bool sq_mark_undo(struct store *s) {
    struct sq_store *q = sq_of(s);
    stop_cursors(q);
    return sq_in_transaction(s) && sq_run(q->fixed[FIX_MARK_UNDO]) == SQLITE_OK && sq_run(q->fixed[FIX_MARK_KEEP]) == SQLITE_OK;
}

/* ---- facts ---- */

enum rc sq_meta_get(struct store *s, struct arena *a, struct str name, struct str *out, struct err *err) {
    struct sq_store *q = sq_of(s);
    sqlite3_stmt *st = q->fixed[FIX_META_GET];
    struct sv key = sv_text(name), value;
    int rc = sq_bind(st, 1, &key, SQLITE_STATIC);
    if (rc == SQLITE_OK) rc = sqlite3_step(st);
    enum rc result = RC_OK;
    if (rc == SQLITE_ROW) {
        sq_column(st, 0, &value);
        *out = str_dup(a, value.s);
    } else if (rc == SQLITE_DONE) {
        result = err_set(err, &E_store_no_meta, NO_PLACE, name);
    } else {
        result = sq_fail(q, rc, err);
    }
    (void)sqlite3_reset(st); /* told above */
    return result;
}

enum rc sq_meta_put(struct store *s, struct str name, struct str value, struct err *err) {
    struct sq_store *q = sq_of(s);
    sqlite3_stmt *st = q->fixed[FIX_META_PUT];
    struct sv key = sv_text(name), bytes = sv_blob(value);
    int rc = sq_bind(st, 1, &key, SQLITE_STATIC);
    if (rc == SQLITE_OK) rc = sq_bind(st, 2, &bytes, SQLITE_STATIC);
    if (rc == SQLITE_OK) rc = sq_run(st);
    return rc == SQLITE_OK ? RC_OK : sq_fail(q, rc, err);
}
