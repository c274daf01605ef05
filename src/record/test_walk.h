/*
 * test_walk.h - for tests of what follows changes: an area over the trial chapter, and random commands that create, change, close and erase its records.
 * Some are refused; then nothing changed.
 */
#ifndef GUIJU_RECORD_TEST_WALK_H
#define GUIJU_RECORD_TEST_WALK_H

#include "record/test_area.h"
#include "record/test_chapter.h"

enum { REGS = 4, KNOWN_MAX = 4000 };

struct world {
    struct test_area t;
    const struct pack_register *regs[REGS]; /* org, post, cadre, tenure */
    uint64_t ids[REGS][KNOWN_MAX];
    size_t count[REGS];
    uint64_t seed;
    int named;
    struct err e;
};

UNUSED static uint32_t dice(struct world *w, uint32_t sides)
{
    w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(w->seed >> 33) % sides;
}

UNUSED static void world_open(struct world *w, uint64_t seed)
{
    static const char *const names[REGS] = {"org", "post", "cadre", "tenure"};
    memset(w, 0, sizeof *w);
    day_num day = 0;
    assert_true(day_parse(STR("2026-01-01"), &day));
    test_open(&w->t, day, TEST_CHAPTER, TEST_RULES, (char *)NULL);
    for (int i = 0; i < REGS; i++) w->regs[i] = test_reg(&w->t, names[i]);
    w->seed = seed;
}

/* ---- random commands ---- */

UNUSED static struct str ref_text(struct world *w, int reg, char *room, size_t size)
{
    if (w->count[reg] == 0) return STR("");
    int n = snprintf(room, size, "#%llu", (unsigned long long)w->ids[reg][dice(w, (uint32_t)w->count[reg])]);
    return str_of(room, (size_t)n);
}

/* A text for a field, now and then empty. */
UNUSED static struct str value_text(struct world *w, const struct pack_field *f, char *room, size_t size)
{
    int n = 0;
    if (!f->required && !f->key && dice(w, 5) == 0) return STR("");
    switch (f->type) {
    case FIELD_TEXT:
        if (f->key) n = snprintf(room, size, "K%d", ++w->named);
        else n = snprintf(room, size, "名%u", dice(w, 50));
        break;
    case FIELD_NUMBER: n = dice(w, 20) == 0 ? snprintf(room, size, "%u0000000000", 1 + dice(w, 9)) : snprintf(room, size, "%u", dice(w, 6)); break;
    case FIELD_BOOL: return dice(w, 2) ? STR("是") : STR("否");
    case FIELD_DATE: n = snprintf(room, size, "20%02u-%02u-1%u", 5 + dice(w, 20), 1 + dice(w, 12), dice(w, 9)); break;
    case FIELD_MONTH: n = snprintf(room, size, "19%02u.%02u", 50 + dice(w, 50), 1 + dice(w, 12)); break;
    case FIELD_DATETIME: n = snprintf(room, size, "2026-01-0%uT03:04:05", 1 + dice(w, 9)); break;
    case FIELD_DURATION: n = snprintf(room, size, "P%uM", dice(w, 40)); break;
    case FIELD_CHOICE: return f->codes->feel.code[dice(w, f->codes->feel.rows_count)];
    case FIELD_REF:
        for (int i = 0; i < REGS; i++)
            if (w->regs[i] == f->ref) return ref_text(w, i, room, size);
        return STR("");
    case FIELD_FILE: return STR("");
    }
    return str_of(room, (size_t)n);
}

UNUSED static void create(struct world *w, int reg)
{
    const struct pack_register *r = w->regs[reg];
    if (w->count[reg] == KNOWN_MAX) return;
    struct sv *values = arena_array(&w->t.arena, struct sv, r->stored_count + 1);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        char room[64];
        if (f->derive != NULL) continue;
        struct str text = str_dup(&w->t.arena, value_text(w, f, room, sizeof room)); /* values point into it */
        if (record_value_parse(w->t.records, f, text, &w->t.arena, &values[f->column], &w->e) != RC_OK) return;
    }
    struct changed made;
    if (record_create(w->t.records, r, &w->t.change, values, &made, &w->e) == RC_OK) w->ids[reg][w->count[reg]++] = made.id;
}

UNUSED static void change(struct world *w, int reg)
{
    const struct pack_register *r = w->regs[reg];
    if (w->count[reg] == 0) return;
    const struct pack_field *fields[3];
    struct sv values[3];
    uint32_t n = 0;
    for (uint32_t tries = 1 + dice(w, 3); tries > 0; tries--) {
        const struct pack_field *f = &r->fields[dice(w, r->fields_count)];
        bool twice = f->derive != NULL;
        for (uint32_t i = 0; i < n; i++) twice = twice || fields[i] == f;
        char room[64];
        struct str text = str_dup(&w->t.arena, value_text(w, f, room, sizeof room));
        if (twice || record_value_parse(w->t.records, f, text, &w->t.arena, &values[n], &w->e) != RC_OK) continue;
        fields[n++] = f;
    }
    struct changed done;
    uint64_t id = w->ids[reg][dice(w, (uint32_t)w->count[reg])];
    if (n > 0 && record_update(w->t.records, r, id, 0, &w->t.change, n, fields, values, &done, &w->e) != RC_OK) return; /* closed, a circle …: nothing changed */
}

UNUSED static void close_one(struct world *w, int reg)
{
    struct changed done;
    if (w->count[reg] == 0) return;
    if (record_close(w->t.records, w->regs[reg], w->ids[reg][dice(w, (uint32_t)w->count[reg])], 0, &w->t.change, &done, &w->e) != RC_OK) return;
}

UNUSED static void erase_one(struct world *w, int reg)
{
    static const char *const names[REGS] = {"name", "pay", "born", "since"};
    const struct pack_field *f = test_field(w->regs[reg], names[reg]);
    struct changed done;
    if (w->count[reg] == 0) return;
    if (record_erase(w->t.records, w->regs[reg], w->ids[reg][dice(w, (uint32_t)w->count[reg])], &w->t.change, 1, &f, STR("试用办法 第一条"), &done, &w->e) != RC_OK) return;
}

UNUSED static void commands(struct world *w, uint32_t n)
{
    for (; n > 0; n--) {
        w->t.change.command++;
        uint32_t what = dice(w, 100);
        int reg = (int)(dice(w, 10) < 4 ? 3 : dice(w, REGS));
        if (what < 40) create(w, reg);
        else if (what < 85) change(w, reg);
        else if (what < 97) close_one(w, reg);
        else erase_one(w, reg);
    }
}

#endif
