/*
 * roll.c - a roll of Party members from a seed: one organisation for twenty of them, most members beside each other as they were entered.
 * Every member and every organisation is invented from numbers; nobody has a name.
 */
#include "scale.h"

enum { STRIP = 65536, MEMBERS_A_BRANCH = 20, DAY_TODAY = 20553 /* 2026-04-10 */ };

static uint64_t next(uint64_t *s)
{
    uint64_t z = (*s += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct strip {
    struct roster_build *b;
    const struct pack_register *reg;
    uint64_t seed;
    uint32_t row, n;
    uint8_t u8[STRIP];
    uint32_t u32[STRIP];
    int32_t i32[STRIP];
    uint64_t valid[STRIP / 64];
};

static const struct pack_field *field(const struct pack_register *r, const char *name)
{
    for (uint32_t i = 0; i < r->fields_count; i++)
        if (str_eq(r->fields[i].name, str_c(name))) return &r->fields[i];
    MUST(!"the pack has the field");
    return NULL;
}

static uint8_t code(const struct pack_register *r, const char *name, const char *title)
{
    uint32_t row = 0;
    MUST(feel_codes_find(&field(r, name)->codes->feel, str_c(title), &row));
    return (uint8_t)row;
}

static enum rc put(struct strip *s, const char *name, enum roster_cells as, const void *cells, struct err *err)
{
    struct roster_run run = {.row = s->row, .n = s->n, .as = as, .cells = cells, .valid = s->valid};
    return roster_build_cells(s->b, s->reg, field(s->reg, name), &run, err);
}

static void none(struct strip *s) { memset(s->valid, 0, sizeof s->valid); }
static void has(struct strip *s, uint32_t i) { s->valid[i / 64] |= (uint64_t)1 << (i % 64); }

static enum rc organisations(struct strip *s, struct err *err)
{
    uint8_t branch = code(s->reg, "kind", "党支部"), joint = code(s->reg, "kind", "联合党支部");
    uint32_t fields = field(s->reg, "field")->codes->feel.rows_count;
    uint64_t r = s->seed;
    none(s);
    for (uint32_t i = 0; i < s->n; i++) has(s, i);
    for (uint32_t i = 0; i < s->n; i++) s->u8[i] = next(&r) % 10 == 0 ? joint : branch;
    TRY(put(s, "kind", ROSTER_CELLS_U8, s->u8, err));
    for (uint32_t i = 0; i < s->n; i++) s->u8[i] = (uint8_t)(next(&r) % fields);
    TRY(put(s, "field", ROSTER_CELLS_U8, s->u8, err));
    for (uint32_t i = 0; i < s->n; i++) s->i32[i] = DAY_TODAY - (int32_t)(next(&r) % 20000);
    TRY(put(s, "founded", ROSTER_CELLS_I32, s->i32, err));
    for (uint32_t i = 0; i < s->n; i++) s->i32[i] = DAY_TODAY + 900 - (int32_t)(next(&r) % 1000);
    TRY(put(s, "term_until", ROSTER_CELLS_I32, s->i32, err));
    none(s);
    for (uint32_t i = 0; i < s->n; i++) {
        s->i32[i] = DAY_TODAY - (int32_t)(next(&r) % 2000);
        if (next(&r) % 50 == 0) has(s, i);
    }
    TRY(put(s, "dissolved", ROSTER_CELLS_I32, s->i32, err));
    s->seed = r;
    return RC_OK;
}

static enum rc members(struct strip *s, uint32_t orgs, struct err *err)
{
    uint8_t full = code(s->reg, "kind", "正式党员"), probation = code(s->reg, "kind", "预备党员"), in = code(s->reg, "status", "在册"),
            out = code(s->reg, "status", "转出"), dead = code(s->reg, "status", "去世");
    uint64_t r = s->seed, kept;
    none(s);
    for (uint32_t i = 0; i < s->n; i++) has(s, i);
    for (uint32_t i = 0; i < s->n; i++) {
        uint64_t x = next(&r) % 100;
        s->u8[i] = x < 96 ? in : x < 98 ? out : dead;
    }
    TRY(put(s, "status", ROSTER_CELLS_U8, s->u8, err));
    for (uint32_t i = 0; i < s->n; i++) s->u8[i] = next(&r) % 50 == 0 ? probation : full;
    TRY(put(s, "kind", ROSTER_CELLS_U8, s->u8, err));
    kept = r;
    for (uint32_t i = 0; i < s->n; i++) s->i32[i] = DAY_TODAY - (s->u8[i] == probation ? (int32_t)(next(&r) % 500) : 366 + (int32_t)(next(&r) % 21000));
    TRY(put(s, "joined", ROSTER_CELLS_I32, s->i32, err));
    r = kept;
    for (uint32_t i = 0; i < s->n; i++) s->i32[i] = DAY_TODAY - (s->u8[i] == probation ? (int32_t)(next(&r) % 500) : 366 + (int32_t)(next(&r) % 21000)) + 365;
    TRY(put(s, "confirmed_due", ROSTER_CELLS_I32, s->i32, err));
    none(s);
    for (uint32_t i = 0; i < s->n; i++) { /* one in two hundred lacks what it should have, one in a thousand has it a day early */
        uint64_t x = next(&r) % 1000;
        if (s->u8[i] == full && x >= 5) has(s, i);
        s->i32[i] += x < 999 ? (int32_t)(x % 30) : -1;
    }
    TRY(put(s, "confirmed", ROSTER_CELLS_I32, s->i32, err));
    none(s);
    for (uint32_t i = 0; i < s->n; i++) {
        uint64_t x = next(&r);
        s->u32[i] = x % 10 == 0 ? (uint32_t)((x >> 8) % orgs) : (s->row + i) / MEMBERS_A_BRANCH % orgs;
        if (x % 1000 != 7) has(s, i);
    }
    TRY(put(s, "org", ROSTER_CELLS_U32, s->u32, err));
    s->seed = r;
    return RC_OK;
}

enum rc roll_make(const struct pack_set *set, uint32_t count, uint64_t seed, struct roster **out, struct err *err)
{
    static const char *const org_fields[] = {"kind", "field", "founded", "term_until", "dissolved"};
    static const char *const member_fields[] = {"status", "kind", "joined", "confirmed_due", "confirmed"};
    const struct pack_register *org = pack_register_find(set, STR("party_org")), *member = pack_register_find(set, STR("party_member"));
    struct roster_build *b = NULL;
    uint32_t orgs = count / MEMBERS_A_BRANCH + 1;
    struct strip *s = calloc(1, sizeof *s);
    MUST(s != NULL && org != NULL && member != NULL);
    enum rc rc = roster_build_begin(set, &b, err);
    if (rc == RC_OK) rc = roster_build_table(b, org, orgs, 1, NULL, err);
    if (rc == RC_OK) rc = roster_build_table(b, member, count, (int64_t)orgs + 1, NULL, err);
    for (size_t i = 0; i < ARRAY_LEN(org_fields) && rc == RC_OK; i++) rc = roster_build_column(b, org, field(org, org_fields[i]), false, err);
    for (size_t i = 0; i < ARRAY_LEN(member_fields) && rc == RC_OK; i++) rc = roster_build_column(b, member, field(member, member_fields[i]), false, err);
    if (rc == RC_OK) rc = roster_build_column(b, member, field(member, "org"), true, err);
    s->b = b;
    s->seed = seed;
    s->reg = org;
    for (s->row = 0; s->row < orgs && rc == RC_OK; s->row += STRIP) {
        s->n = MIN((uint32_t)STRIP, orgs - s->row);
        rc = organisations(s, err);
    }
    s->reg = member;
    for (s->row = 0; s->row < count && rc == RC_OK; s->row += STRIP) {
        s->n = MIN((uint32_t)STRIP, count - s->row);
        rc = members(s, orgs, err);
    }
    free(s);
    if (rc == RC_OK) return roster_build_finish(&b, out, err);
    roster_build_free(&b);
    return rc;
}
