/* book.c - the registers of packs/core in which cases are kept: found by name, read and written by number of field. */
#include "procedure/inner.h"

static const struct { const char *name; const char *fields[BOOK_FIELDS]; } regs[BOOK_COUNT] = {
    [BOOK_CASE] = {"case", {"procedure", "title", "subject_register", "subject", "opened", "entered", "state", "at", "pack_version", "account", "by",
                            "data", "data_restricted", "ended", "reason", "install", "adopted", "of", "of_why", "under", "under_line"}},
    [BOOK_LINE] = {"case_line", {"case", "number", "register", "record", "kind", "data", "data_restricted", "state", "left_step", "left_by", "reason"}},
    [BOOK_STEP] = {"case_step", {"case", "step", "round", "state", "opened", "happened", "entered", "account", "by", "late", "paper", "second", "data",
                                 "data_restricted", "votes", "signed", "seen", "reason", "irregular", "taken"}},
    [BOOK_OPINION] = {"case_opinion", {"step", "number", "member", "line", "chair", "stance", "text"}},
    [BOOK_PART] = {"case_part", {"step", "line", "data", "data_restricted", "votes"}},
    [BOOK_REFERRAL] = {"case_referral", {"step", "number", "to", "reason", "paper", "sent", "entered", "account", "by", "outcome", "answer", "answer_paper", "answered",
                                         "answer_entered", "answer_second", "answer_account", "answer_by"}},
    [BOOK_NOTICE] = {"case_notice", {"step", "notice", "posted", "from", "to", "text"}},
    [BOOK_LIABILITY] = {"case_liability", {"step", "number", "outcome", "person", "finding", "measure", "basis", "paper", "slip", "happened", "entered", "second", "account", "by", "corrects"}},
    [BOOK_PAPER] = {"case_paper", {"step", "form", "title", "drafted", "drafted_account", "drafted_by", "number", "file", "filed", "filed_account", "filed_by"}},
    [BOOK_SLIP] = {"slip", {"kind", "state"}}, /* read here, written by rule/ */
    [BOOK_BALLOT] = {"ballot", {"taken", "title", "closed", "recounted", "recount_same"}}, /* read here, written by ballot/ */
    [BOOK_OBJECTION] = {"case_objection", {"notice", "number", "received", "receipt", "text", "by", "answer", "outcome", "answered"}},
};

bool case_owns(const struct pack_register *r)
{
    for (size_t i = 0; i < BOOK_COUNT; i++)
        if (i != BOOK_BALLOT && i != BOOK_SLIP && str_eq(r->d.name, str_c(regs[i].name))) return true;
    return false;
}

/* Fields stand in about the order in which they are asked for: each is looked for behind the one found before.  Every act does this. */
static const struct pack_field *field_from(const struct pack_register *r, uint32_t *at, struct str name)
{
    for (uint32_t n = 0; n < r->fields_count; n++, *at = (*at + 1) % r->fields_count)
        if (str_eq(r->fields[*at].name, name)) return &r->fields[*at];
    return pack_field_find(r, name); /* by its title, or what it was called */
}

enum rc case_book(const struct pack_set *set, struct book *b, struct err *err)
{
    *b = (struct book){0};
    for (size_t i = 0; i < BOOK_COUNT; i++) {
        b->r[i] = pack_register_find(set, str_c(regs[i].name));
        if (b->r[i] == NULL && (i == BOOK_LIABILITY || i == BOOK_PAPER)) continue; /* a core of before it: nothing is entered there, all else goes on */
        if (b->r[i] == NULL) return err_set(err, &E_case_core, NO_PLACE, str_c(regs[i].name));
        uint32_t at = 0;
        for (size_t k = 0; k < BOOK_FIELDS && regs[i].fields[k] != NULL; k++) {
            b->f[i][k] = field_from(b->r[i], &at, str_c(regs[i].fields[k]));
            if (b->f[i][k] == NULL || b->f[i][k]->derive != NULL) return err_set(err, &E_case_core, NO_PLACE, str_c(regs[i].fields[k]));
        }
    }
    return RC_OK;
}

struct row row_of(const struct book *b, enum book_reg reg) { return (struct row){.b = b, .reg = reg}; }

static void put(struct row *r, int field, struct sv v)
{
    MUST(r->count < BOOK_FIELDS);
    r->fields[r->count] = r->b->f[r->reg][field];
    r->values[r->count++] = v;
}

void row_text(struct row *r, int field, struct str s) { put(r, field, s.len == 0 ? sv_null() : sv_text(s)); }
void row_none(struct row *r, int field) { put(r, field, sv_null()); }
void row_int(struct row *r, int field, int64_t v) { put(r, field, sv_int(v)); }

struct sv book_value(const struct book *b, enum book_reg reg, const struct record *rec, int field) { return rec->values[b->f[reg][field]->column]; }

struct str book_text(const struct book *b, enum book_reg reg, const struct record *rec, int field)
{
    const struct sv *v = &rec->values[b->f[reg][field]->column];
    return v->kind == SV_TEXT ? v->s : STR("");
}
