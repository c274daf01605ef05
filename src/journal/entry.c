/*
 * entry.c - the head of an entry, big endian, and the commitments to its bodies.
 * Every entry has exactly one encoding: what is unused is zero, and a reader refuses anything else.
 */
#include "journal/entry.h"
#include "journal/inner.h"

#include <endian.h>

#define ID_MAX ((UINT64_C(1) << 53) - 1)

enum { /* offsets in the head */
    AT_FORMAT = 0, AT_KIND = 1, AT_MASK = 2, AT_ZERO = 3, AT_REG = 4, AT_SEQ = 8, AT_COMMAND = 16, AT_TIME = 24,
    AT_HAPPENED = 32, AT_ACTOR = 40, AT_RECORD = 48, AT_VERSION = 56, AT_VERB = 60, AT_ZERO2 = 62
};

static const struct str class_names[CLASS_COUNT] = {STR_INIT("open"), STR_INIT("personal"), STR_INIT("restricted"),
                                                    STR_INIT("protected")};

struct str journal_class_name(enum field_class c)
{
    MUST((unsigned)c < CLASS_COUNT);
    return class_names[c];
}

const char *entry_fault(const struct entry *e, uint8_t mask)
{
    bool of_record = e->kind == ENTRY_CREATE || e->kind == ENTRY_UPDATE || e->kind == ENTRY_CLOSE;
    if (e->kind < ENTRY_CREATE || e->kind > ENTRY_REFUSED) return "kind";
    if (mask >> CLASS_COUNT) return "classes";
    if (e->seq == 0 || e->seq > ID_MAX) return "seq";
    if (e->command == 0 || e->command > ID_MAX) return "command";
    if (e->time_us <= 0) return "time";
    if (e->happened != ENTRY_NO_DAY && (e->happened > DAY_MAX || e->happened < DAY_MIN)) return "happened";
    if (e->actor > ID_MAX) return "actor";
    if (e->record > ID_MAX || (of_record && e->record == 0)) return "record";
    if ((of_record || e->record != 0) && e->reg == 0) return "reg";
    if (of_record && (e->version == 0 || (e->kind == ENTRY_CREATE) != (e->version == 1))) return "version";
    if (e->kind == ENTRY_ERASE && !(mask & (1u << CLASS_OPEN))) return "classes";
    return NULL;
}

static void put(uint8_t *p, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

/* At most 8 bytes, into the tail of a big-endian number: one load where n is known. */
static inline uint64_t get(const char *p, size_t n)
{
    uint64_t v = 0;
    memcpy((char *)&v + (sizeof v - n), p, n);
    return be64toh(v);
}

size_t entry_head_put(const struct entry *e, uint8_t mask, const struct hash commit[CLASS_COUNT], uint8_t out[ENTRY_HEAD_MAX])
{
    out[AT_FORMAT] = ENTRY_FORMAT;
    out[AT_KIND] = e->kind;
    out[AT_MASK] = mask;
    out[AT_ZERO] = 0;
    put(out + AT_REG, e->reg, 4);
    put(out + AT_SEQ, e->seq, 8);
    put(out + AT_COMMAND, e->command, 8);
    put(out + AT_TIME, (uint64_t)e->time_us, 8);
    put(out + AT_HAPPENED, (uint64_t)e->happened, 8);
    put(out + AT_ACTOR, e->actor, 8);
    put(out + AT_RECORD, e->record, 8);
    put(out + AT_VERSION, e->version, 4);
    put(out + AT_VERB, e->verb, 2);
    put(out + AT_ZERO2, 0, 2);
    size_t len = ENTRY_FIXED;
    for (uint32_t c = 0; c < CLASS_COUNT; c++) {
        if (!(mask & (1u << c))) continue;
        memcpy(out + len, commit[c].b, HASH_LEN);
        len += HASH_LEN;
    }
    return len;
}

bool entry_head_get(struct str head, struct entry *e, uint8_t *mask, struct hash commit[CLASS_COUNT])
{
    if (head.len < ENTRY_FIXED || head.ptr[AT_FORMAT] != ENTRY_FORMAT) return false;
    const char *p = head.ptr;
    *mask = (uint8_t)p[AT_MASK];
    if (p[AT_ZERO] != 0 || get(p + AT_ZERO2, 2) != 0) return false;
    *e = (struct entry){.seq = get(p + AT_SEQ, 8),
                        .command = get(p + AT_COMMAND, 8),
                        .time_us = (int64_t)get(p + AT_TIME, 8),
                        .happened = (int64_t)get(p + AT_HAPPENED, 8),
                        .actor = get(p + AT_ACTOR, 8),
                        .verb = (uint16_t)get(p + AT_VERB, 2),
                        .kind = (uint8_t)p[AT_KIND],
                        .reg = (uint32_t)get(p + AT_REG, 4),
                        .record = get(p + AT_RECORD, 8),
                        .version = (uint32_t)get(p + AT_VERSION, 4)};
    if (entry_fault(e, *mask) != NULL) return false;
    size_t at = ENTRY_FIXED;
    for (uint32_t c = 0; c < CLASS_COUNT; c++) {
        if (!(*mask & (1u << c))) continue;
        if (head.len - at < HASH_LEN) return false;
        memcpy(commit[c].b, p + at, HASH_LEN);
        at += HASH_LEN;
    }
    return at == head.len;
}

void entry_commit(struct hasher *h, enum field_class c, struct str salted, struct hash *out)
{
    const char mark[2] = {0x02, (char)c};
    hash_of(h, out, str_of(mark, sizeof mark), salted);
}

/* ---- what an erase entry names ---- */

void journal_put_erased(struct json_out *out, const struct erased_body *list, size_t n)
{
    json_key(out, STR("bodies"));
    json_array(out);
    for (size_t i = 0; i < n; i++) {
        MUST(i == 0 || list[i - 1].seq < list[i].seq || (list[i - 1].seq == list[i].seq && list[i - 1].c < list[i].c));
        json_array(out);
        json_i64(out, (int64_t)list[i].seq);
        json_string(out, journal_class_name(list[i].c));
        json_end_array(out);
    }
    json_end_array(out);
}

static bool one_erased(const struct json *v, struct erased_body *out)
{
    if (v->kind != JSON_ARRAY || v->count != 2) return false;
    const struct json *seq = v->first, *name = seq->next;
    if (seq->kind != JSON_NUMBER || name->kind != JSON_STRING) return false;
    if (!str_to_u64(seq->text, &out->seq) || out->seq == 0) return false;
    for (uint32_t c = 0; c < CLASS_COUNT; c++) {
        if (!str_eq(name->text, class_names[c])) continue;
        out->c = (enum field_class)c;
        return true;
    }
    return false;
}

bool entry_erased_get(struct arena *a, struct str body, uint64_t seq, struct erased_body **out, size_t *n)
{
    struct json *root = NULL;
    if (json_parse(a, body, &root, NULL) != RC_OK) return false;
    const struct json *list = json_get(root, STR("bodies"));
    if (list == NULL || list->kind != JSON_ARRAY) return false;
    *n = 0;
    *out = arena_try(a, list->count * sizeof **out);
    if (*out == NULL) return false;
    for (const struct json *v = list->first; v != NULL; v = v->next) {
        struct erased_body *at = &(*out)[*n];
        if (!one_erased(v, at) || at->seq >= seq) return false;
        if (*n > 0 && (at[-1].seq > at->seq || (at[-1].seq == at->seq && at[-1].c >= at->c))) return false;
        (*n)++;
    }
    return true;
}

/* ---- rows ---- */

const char *entry_row_get(const struct sv *row, struct entry_row *out)
{
    static const char *const extra[CLASS_COUNT] = {"extra.open", "extra.personal", "extra.restricted", "extra.protected"};
    static const char *const body[CLASS_COUNT] = {"body.open", "body.personal", "body.restricted", "body.protected"};
    if (row[EC_SEQ].kind != SV_INT || row[EC_HEAD].kind != SV_BLOB) return "head";
    out->head = row[EC_HEAD].s;
    if (!entry_head_get(out->head, &out->e, &out->mask, out->commit)) return "head";
    if (row[EC_SEQ].i < 0 || (uint64_t)row[EC_SEQ].i != out->e.seq) return "head";
    const struct sv *record = &row[EC_RECORD];
    bool same = out->e.record == 0 ? record->kind == SV_NULL : record->kind == SV_INT && record->i == (int64_t)out->e.record;
    if (!same) return "record";
    for (uint32_t c = 0; c < CLASS_COUNT; c++) {
        const struct sv *v = &row[EC_BODY + c];
        bool has = (out->mask >> c) & 1;
        out->salted[c] = STR_NONE;
        out->e.erased[c] = has && v->kind == SV_NULL;
        if (v->kind == SV_NULL) continue;
        if (!has) return extra[c];
        if (v->kind != SV_BLOB || v->s.len < ENTRY_SALT || v->s.len > ENTRY_SALT + ENTRY_BODY_MAX) return body[c];
        out->salted[c] = v->s;
        out->e.body[c] = str_of(v->s.ptr + ENTRY_SALT, v->s.len - ENTRY_SALT);
    }
    return NULL;
}
