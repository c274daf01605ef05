/* resume.c - dated lines as other records of the same person tell them (posts), and where what is written differs from that. */
#include "exchange/form.h"

struct told { VEC(struct form_line) lines; };

static day_num month_of(day_num d)
{
    struct ymd v = ymd_of(d);
    v.day = 1;
    return day_of(v);
}

static bool same_dates(const struct form_line *x, const struct form_line *y) { return x->from == y->from && x->open == y->open && (x->open || x->until == y->until); }

static struct str line_text(struct arena *a, const struct form_line *l)
{
    struct buf b;
    struct form_line one = *l;
    one.within = false;
    buf_init(&b, 1 << 16);
    form_lines_put(&b, &one, 1, STR("\n"));
    struct str s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

static struct str all_text(struct arena *a, struct form_line *lines, size_t n)
{
    struct buf b;
    form_lines_sort(lines, n);
    buf_init(&b, 1 << 20);
    form_lines_put(&b, lines, n, STR("\n"));
    struct str s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

/* Posts as lines; two that begin and end together are one line. */
static enum rc tell(struct records *rs, const struct pack_form *f, const struct pack_form_rebuild *b, uint64_t id, day_num today, const struct exchange_sight *sight, struct arena *a, struct told *out,
                    struct err *err)
{
    struct form_children there;
    const struct feel_host *host;
    void *ctx;
    TRY(form_children_get(rs, f, b->reg, id, a, &there, err));
    record_host(rs, a, &host, &ctx);
    for (size_t i = 0; i < there.n; i++) {
        const struct sv *from = &there.at[i].values[b->from->column], *until = &there.at[i].values[b->until->column];
        struct fv self = {.kind = FV_RECORD, .reg = &b->reg->feel, .id = (int64_t)there.at[i].id}, v;
        struct feel_run run = {.arena = a, .host = host, .host_ctx = ctx, .today = today, .vars = &self, .vars_count = 1};
        bool seen = true;
        if (from->kind == SV_NULL) continue;
        if (sight != NULL) TRY(sight->record(sight->ctx, b->reg, there.at[i].id, &seen, err));
        if (!seen) continue;
        struct form_line l = {.from = month_of(from->i), .open = until->kind == SV_NULL, .until = until->kind == SV_NULL ? 0 : month_of(until->i)};
        TRY(feel_run(b->text, &run, &v, err));
        if (v.kind != FV_STRING || v.str.len == 0) continue;
        l.text = str_dup(a, v.str);
        if (b->within != NULL) {
            TRY(feel_run(b->within, &run, &v, err));
            l.within = fv_is_true(&v);
        }
        struct form_line *twin = NULL;
        for (size_t k = 0; k < out->lines.len && twin == NULL; k++)
            if (out->lines.at[k].within == l.within && same_dates(&out->lines.at[k], &l)) twin = &out->lines.at[k];
        if (twin != NULL) twin->text = str_cat(a, twin->text, STR("、"), l.text);
        else vec_push(a, &out->lines, l);
    }
    return RC_OK;
}

struct notes { VEC(struct resume_note) list; };

static void note(struct arena *a, struct notes *n, enum resume_kind kind, const struct form_line *line, const struct form_line *record)
{
    struct resume_note one = {.kind = kind, .line = line == NULL ? STR("") : line_text(a, line), .record = record == NULL ? STR("") : line_text(a, record), .id = line == NULL ? 0 : line->id};
    if (record != NULL) {
        one.from = record->from;
        one.until = record->until;
        one.open = record->open;
        one.within = record->within;
        one.text = record->text;
    }
    vec_push(a, &n->list, one);
}

static void compare(struct arena *a, const struct told *written, const struct told *told, struct notes *n)
{
    bool *met = arena_array(a, bool, written->lines.len + 1);
    day_num first = 0;
    bool some = false;
    for (size_t i = 0; i < told->lines.len; i++) {
        const struct form_line *t = &told->lines.at[i], *near = NULL;
        size_t at = 0;
        if (!t->within && (!some || t->from < first)) first = t->from;
        some = some || !t->within;
        for (size_t k = 0; k < written->lines.len; k++) {
            const struct form_line *w = &written->lines.at[k];
            if (w->from != t->from || (near != NULL && !same_dates(w, t))) continue;
            near = w;
            at = k;
        }
        if (near == NULL) {
            note(a, n, RESUME_NO_LINE, NULL, t);
            continue;
        }
        met[at] = true;
        if (!same_dates(near, t)) note(a, n, RESUME_DATES, near, t);
        else if (str_find(near->text, t->text) == SIZE_MAX && str_find(t->text, near->text) == SIZE_MAX) note(a, n, RESUME_TEXT, near, t);
    }
    /* Before the first post that is on record a line may well stand alone: schooling, earlier work. */
    for (size_t k = 0; k < written->lines.len; k++)
        if (!met[k] && !written->lines.at[k].within && some && written->lines.at[k].from >= first) note(a, n, RESUME_NO_RECORD, &written->lines.at[k], NULL);
}

const struct pack_form_group *exchange_resume_group(const struct pack_form *f)
{
    for (uint32_t i = 0; i < f->groups_count; i++)
        if (f->groups[i].rebuild != NULL) return &f->groups[i];
    return NULL;
}

enum rc exchange_resume(struct records *rs, const struct pack_form *f, uint64_t id, day_num today, const struct exchange_sight *sight, struct arena *a, struct resume *out, struct err *err)
{
    const struct pack_form_group *g = exchange_resume_group(f);
    struct form_children now;
    struct told written = {0}, told = {0};
    struct notes notes = {0};
    if (g == NULL) return err_set(err, &E_resume_none, NO_PLACE, f->d.title.zh);
    TRY(form_children_get(rs, f, g->reg, id, a, &now, err));
    for (size_t i = 0; i < now.n; i++) {
        bool seen = true;
        if (sight != NULL) TRY(sight->record(sight->ctx, g->reg, now.at[i].id, &seen, err));
        if (!seen) continue;
        struct form_line l = form_line_of(g, now.at[i].values);
        l.id = now.at[i].id;
        vec_push(a, &written.lines, l);
    }
    TRY(tell(rs, f, g->rebuild, id, today, sight, a, &told, err));
    *out = (struct resume){.written = all_text(a, written.lines.at, written.lines.len), .rebuilt = all_text(a, told.lines.at, told.lines.len)};
    compare(a, &written, &told, &notes);
    out->notes = notes.list.at;
    out->notes_count = notes.list.len;
    return RC_OK;
}

static void put(struct batch_item *it, const struct pack_field **fields, struct sv *values, const struct pack_field *f, struct sv v)
{
    fields[it->count] = f;
    values[it->count++] = v;
}

enum rc exchange_resume_take(struct records *rs, const struct pack_form *f, uint64_t of, const struct resume_note *n, struct arena *a, struct batch_item *out, bool *some, struct err *err)
{
    const struct pack_form_group *g = exchange_resume_group(f);
    if (g == NULL) return err_set(err, &E_resume_none, NO_PLACE, f->d.title.zh);
    const struct pack_field **fields = arena_array(a, const struct pack_field *, g->set_count + 6u);
    struct sv *values = arena_array(a, struct sv, g->set_count + 6u);
    struct sv until = n->open ? sv_null() : sv_int(n->until);
    *some = n->kind != RESUME_NO_RECORD;
    *out = (struct batch_item){.kind = n->kind == RESUME_NO_LINE ? BATCH_CREATE : BATCH_UPDATE, .reg = g->reg, .id = n->id, .fields = fields, .values = values, .from = arena_array(a, uint32_t, g->set_count + 6u)};
    if (n->kind == RESUME_NO_LINE) {
        for (uint32_t i = 0; i < g->set_count; i++) {
            struct sv v;
            TRY(record_value_parse(rs, g->set[i].field, g->set[i].text, a, &v, err));
            put(out, fields, values, g->set[i].field, v);
        }
        put(out, fields, values, g->reg->parent, sv_int((int64_t)of));
        put(out, fields, values, g->from, sv_int(n->from));
        if (!n->open) put(out, fields, values, g->until, until);
        put(out, fields, values, g->text, sv_text(n->text));
        if (g->within != NULL && n->within) put(out, fields, values, g->within, sv_int(1));
        return RC_OK;
    }
    if (n->kind == RESUME_DATES) put(out, fields, values, g->until, until);
    if (n->kind == RESUME_TEXT) put(out, fields, values, g->text, sv_text(n->text));
    if (*some) {
        struct record rec;
        TRY(record_get(rs, g->reg, n->id, a, &rec, err));
        out->if_version = rec.version;
    }
    return RC_OK;
}
