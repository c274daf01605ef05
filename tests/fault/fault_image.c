/* fault_image.c - what would be found on the disk had the power gone at a moment of the record. */
#include "fault/fault_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512 };

struct image {
    bool there;
    uint8_t *bytes;
    size_t len, cap;
};

static uint64_t random_next(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

size_t fault_moments(const struct fault_disk *d) { return d->ops_count + 1; }

static bool is_barrier(const struct fault_disk *d, size_t op) {
    return op < d->ops_count && (d->ops[op].kind == OP_SYNC || d->ops[op].kind == OP_DELETE);
}

bool fault_moment_is_sync(const struct fault_disk *d, size_t moment) {
    return moment == d->ops_count || is_barrier(d, moment) || (moment > 0 && is_barrier(d, moment - 1));
}

uint64_t fault_noted(const struct fault_disk *d, size_t moment) {
    for (size_t i = moment; i > 0; i--)
        if (d->ops[i - 1].kind == OP_NOTE) return (uint64_t)d->ops[i - 1].at;
    return 0;
}

const char *fault_how_name(enum fault_how how) {
    static const char *const names[] = {"keep", "drop", "reorder", "torn"};
    return names[how];
}

static void room(struct image *m, size_t len) {
    if (len <= m->cap) return;
    size_t cap = len * 2;
    m->bytes = realloc(m->bytes, cap);
    if (m->bytes == NULL) abort();
    m->cap = cap;
}

static void image_write(struct image *m, size_t at, const uint8_t *bytes, size_t len) {
    room(m, at + len);
    if (at > m->len) memset(m->bytes + m->len, 0, at - m->len);
    memcpy(m->bytes + at, bytes, len);
    if (at + len > m->len) m->len = at + len;
    m->there = true;
}

static void image_truncate(struct image *m, size_t len) {
    room(m, len);
    if (len > m->len) memset(m->bytes + m->len, 0, len - m->len);
    m->len = len;
    m->there = true;
}

/* Some of the sectors that a write covers; bounds are those of the file, as a disk has them. */
static void image_write_torn(struct image *m, const struct op *o, uint64_t *random) {
    size_t at = (size_t)o->at, end = at + o->len;
    while (at < end) {
        size_t stop = (at / SECTOR + 1) * SECTOR;
        if (stop > end) stop = end;
        if (random_next(random) & 1) image_write(m, at, o->bytes + (at - (size_t)o->at), stop - at);
        at = stop;
    }
}

/* The first sync of a new file is also one of its folder: SQLite's VFS does so for logs and journals. */
static bool syncs_folder(const struct fault_disk *d, size_t op) {
    for (size_t i = op; i > 0; i--) {
        const struct op *o = &d->ops[i - 1];
        if (o->file != d->ops[op].file || o->kind == OP_NOTE) continue;
        if (o->kind == OP_SYNC || o->kind == OP_DELETE) return false;
        if (o->kind == OP_CREATE) return true;
    }
    return false;
}

/* Is what this operation did certainly on the disk at the moment? */
static bool is_durable(const struct fault_disk *d, size_t op, size_t moment) {
    const struct op *o = &d->ops[op];
    if (o->kind == OP_DELETE && o->at != 0) return true;
    for (size_t i = op + 1; i < moment; i++) {
        const struct op *later = &d->ops[i];
        if (o->kind == OP_DELETE && later->kind == OP_SYNC && syncs_folder(d, i)) return true;
        if (later->file != o->file || later->kind == OP_NOTE) continue;
        if (o->kind != OP_DELETE && later->kind == OP_SYNC) return true;
        /* A name that was removed and made again: the removal came first. */
        if (o->kind == OP_DELETE && later->kind == OP_CREATE) return true;
    }
    return false;
}

static void apply(struct image *m, const struct op *o) {
    switch (o->kind) {
    case OP_CREATE:
        m->there = true;
        m->len = 0;
        break;
    case OP_WRITE: image_write(m, (size_t)o->at, o->bytes, o->len); break;
    case OP_TRUNCATE: image_truncate(m, (size_t)o->at); break;
    case OP_DELETE:
        m->there = false;
        m->len = 0;
        break;
    case OP_SYNC: case OP_NOTE: break;
    }
}

static bool image_file(const struct fault_disk *d, uint32_t file, size_t moment, enum fault_how how, uint64_t *random, struct image *m) {
    m->there = d->files[file].there;
    if (d->files[file].len > 0) image_write(m, 0, d->files[file].bytes, d->files[file].len);
    for (size_t i = 0; i < moment; i++) {
        const struct op *o = &d->ops[i];
        if (o->file != file || o->kind == OP_SYNC || o->kind == OP_NOTE) continue;
        if (how == FAULT_KEEP || is_durable(d, i, moment)) {
            apply(m, o);
            continue;
        }
        if (how == FAULT_DROP) continue;
        uint64_t dice = random_next(random) % 3;
        if (dice == 0) apply(m, o);
        else if (dice == 1 && how == FAULT_TORN && o->kind == OP_WRITE) image_write_torn(m, o, random);
    }
    return m->there;
}

bool fault_image(const struct fault_disk *d, size_t moment, enum fault_how how, uint64_t seed, const char *folder) {
    uint64_t random = seed * 1000003 + moment;
    bool ok = true;
    for (uint32_t i = 0; i < d->files_count && ok; i++) {
        struct image m = {0};
        if (image_file(d, i, moment, how, &random, &m)) {
            const char *slash = strrchr(d->files[i].name, '/');
            char name[FAULT_NAME_MAX * 2];
            (void)snprintf(name, sizeof name, "%s/%s", folder, slash != NULL ? slash + 1 : d->files[i].name);
            FILE *out = fopen(name, "wb");
            ok = out != NULL && (m.len == 0 || fwrite(m.bytes, 1, m.len, out) == m.len);
            if (out != NULL && fclose(out) != 0) ok = false;
        }
        free(m.bytes);
    }
    return ok;
}
