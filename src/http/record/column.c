/*
 * column.c - filters, groups and orders over the roster that the area keeps.
 * What stands at one seq on one day is a sheet: a roster, its columns, the programs made for them, and for which records each filter holds.
 * Requests pin it; it makes way for the next when something was written, the day changed, or more columns are asked for.
 *
 * A filter that reads nothing but what is in sight for whoever asks is run over whole columns, once for everybody.  Any other is run record by
 * record over the same roster, under the guard: there each member is asked about.
 */
#include "http/inner.h"

enum { ANSWERS_MAX = 24, SHEET_ARENA = 64 << 20, SHEET_WORN = 16 << 20, FILTER_STEPS = 2000000 };

struct answer {
    struct str text;
    const struct pack_register *reg;
    struct feel_vector *vector;      /* NULL: not by columns; then row by row, once for everybody */
    uint64_t *yes;                   /* by place; NULL: not asked yet */
    uint64_t *ids;                   /* the same by id from `low` on: what walks an order asks for ids; NULL: they lie too far apart */
    uint64_t low, range;
    struct answer *next;
};

struct sheet {
    atomic_uint refs;
    uint64_t seq;
    day_num today;
    struct area_packs *packs;
    const struct pack_set *set;
    struct roster *roster;
    struct roster_vectors *vectors;
    pthread_mutex_t lock;            /* making programs, answers */
    struct arena arena;              /* programs and their texts */
    struct roster_wants wants;
    struct answer *answers;
    atomic_size_t answers_count;
};

/* ---- coming and going ---- */

static void sheet_drop(struct sheet *s)
{
    if (s == NULL || atomic_fetch_sub(&s->refs, 1) != 1) return;
    for (struct answer *a = s->answers; a != NULL; a = a->next) {
        free(a->yes);
        free(a->ids);
    }
    roster_vectors_close(&s->vectors);
    roster_free(&s->roster);
    area_packs_release(s->packs);
    arena_fini(&s->arena);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static void drop_deferred(void *p) { sheet_drop(p); }
static void free_deferred(void *p) { free(p); }

void sheets_free(struct site *s)
{
    sheet_drop(s->sheet);
    s->sheet = NULL;
}

static bool sheet_has(const struct sheet *s, const struct roster_wants *w)
{
    for (size_t i = 0; i < w->len; i++) {
        bool found = false;
        for (size_t k = 0; k < s->wants.len && !found; k++)
            found = s->wants.at[k].reg == w->at[i].reg && s->wants.at[k].field == w->at[i].field && (s->wants.at[k].back || !w->at[i].back);
        if (!found) return false;
    }
    return true;
}

static enum rc sheet_make(struct req *q, const struct roster_wants *w, struct sheet **out, struct err *err)
{
    struct sheet *s = calloc(1, sizeof *s);
    if (s == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    atomic_init(&s->refs, 1);
    pthread_mutex_init(&s->lock, NULL);
    arena_init(&s->arena, SHEET_ARENA);
    s->seq = q->view->seq;
    s->today = q->run.today;
    s->set = q->view->set;
    s->packs = area_view_packs(q->view);
    for (size_t i = 0; i < w->len; i++) vec_push(&s->arena, &s->wants, w->at[i]);
    enum rc rc = area_roster(q->view, w->at, w->len, &s->roster, err);
    if (rc == RC_OK) rc = roster_vectors_open(s->roster, s->today, &s->vectors, err);
    if (rc != RC_OK) {
        sheet_drop(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}

/* The sheet of this request's snapshot with these columns; given back with the request. */
enum rc sheet_pin(struct req *q, const struct roster_wants *want, struct sheet **out, struct err *err)
{
    struct site *site = q->site;
    struct roster_wants w = {0};
    *out = NULL;
    pthread_mutex_lock(&site->sheet_lock);
    struct sheet *s = site->sheet;
    bool same = s != NULL && s->set == q->view->set, now = same && s->seq == q->view->seq && s->today == q->run.today;
    if (now && sheet_has(s, want) && s->arena.used < SHEET_WORN && s->answers_count < ANSWERS_MAX) {
        atomic_fetch_add(&s->refs, 1);
    } else {
        /* What was asked for before is likely to be asked for again. */
        for (size_t i = 0; same && i < s->wants.len; i++) roster_want_put(&q->arena, &w, s->wants.at[i]);
        for (size_t i = 0; i < want->len; i++) roster_want_put(&q->arena, &w, want->at[i]);
        bool older = same && s->seq > q->view->seq;
        s = NULL;
        enum rc rc = sheet_make(q, older ? want : &w, &s, err);
        if (rc != RC_OK) {
            pthread_mutex_unlock(&site->sheet_lock);
            return rc;
        }
        if (!older) {
            sheet_drop(site->sheet);
            site->sheet = s;
            atomic_fetch_add(&s->refs, 1);
        }
    }
    pthread_mutex_unlock(&site->sheet_lock);
    arena_defer(&q->arena, drop_deferred, s);
    *out = s;
    return RC_OK;
}

const struct roster *sheet_roster(const struct sheet *s) { return s->roster; }

/* ---- may it be run without asking about each member? ---- */

static bool everywhere(struct req *q, const struct pack_register *r, unsigned classes)
{
    const struct scope *s = grant_scope(q->grant, PACK_READ, r);
    for (uint32_t i = 0; i < s->terms_count; i++)
        if (s->terms[i].all && !s->terms[i].self && !s->terms[i].subject && (s->terms[i].classes & classes) == classes) return true;
    return false;
}

struct openness { struct req *q; const struct pack_register *own; bool open, dynamic, names; uint32_t depth; };

/* Built-ins to which a record is a thing and not a name. */
static bool names_nobody(struct str builtin)
{
    static const struct str calls[] = {STR_INIT("count"), STR_INIT("list contains"), STR_INIT("distinct values"), STR_INIT("append"), STR_INIT("concatenate"), STR_INIT("union"),
                                       STR_INIT("reverse"), STR_INIT("index of"), STR_INIT("is")};
    for (size_t i = 0; i < ARRAY_LEN(calls); i++)
        if (str_eq(calls[i], builtin)) return true;
    return false;
}

static bool open_node(void *ctx, const struct feel_node *n)
{
    struct openness *o = ctx;
    if (n->op == FEEL_ALL && n->reg != NULL) o->open = o->open && everywhere(o->q, n->reg->host, 1u << PACK_OPEN);
    if (n->op == FEEL_ALL && n->reg == NULL) o->dynamic = true;
    for (uint32_t i = 0; n->op == FEEL_CALL && i < n->kids_count && !names_nobody(n->name); i++) {
        const struct feel_type *t = n->kids[i]->type;
        while (t != NULL && t->kind == FT_LIST) t = t->item;
        if (t == NULL || t->kind == FT_RECORD || t->kind == FT_ANY || t->kind == FT_CONTEXT) o->names = true;
    }
    if (n->op == FEEL_CALL_NAMED) {
        const struct feel_program *body = n->ref != NULL && n->ref->fn != NULL ? n->ref->fn->body : NULL;
        if (body == NULL || o->depth >= 8) {
            o->dynamic = true;
        } else {
            struct openness in = {o->q, NULL, true, false, false, o->depth + 1}; /* in there variable 0 is an argument */
            feel_each_node(body->root, open_node, &in);
            o->open = o->open && in.open;
            o->dynamic = o->dynamic || in.dynamic;
            o->names = o->names || in.names;
        }
    }
    if (n->op == FEEL_MEMBER) {
        const struct feel_type *of = n->kids_count > 0 ? n->kids[0]->type : NULL;
        while (of != NULL && of->kind == FT_LIST) of = of->item;
        if (n->reg == NULL || n->member == NULL) {
            if (of == NULL || of->kind == FT_ANY) o->dynamic = true;
            return true;
        }
        const struct pack_register *r = n->reg->host;
        bool own = r == o->own && n->kids_count > 0 && n->kids[0]->op == FEEL_VARIABLE && n->kids[0]->slot == 0;
        bool field = n->member->slot < r->fields_count;
        const struct pack_field *f = field ? n->member->host : NULL;
        /* The list is of records whose fields of these classes are in sight already: grant_scope_by(). */
        if (!own) o->open = o->open && everywhere(o->q, r, f == NULL ? 1u << PACK_OPEN : 1u << f->class);
        if (!field) o->open = o->open && everywhere(o->q, r->backs[n->member->slot - r->fields_count].from, 1u << PACK_OPEN);
    }
    return true;
}

static struct openness openness_of(struct req *q, const struct pack_register *r, const struct feel_program *p)
{
    struct openness o = {q, r, true, false, false, 0};
    feel_each_node(p->root, open_node, &o);
    return o;
}

bool program_open(struct req *q, const struct pack_register *r, const struct feel_program *p, bool *dynamic)
{
    struct openness o = openness_of(q, r, p);
    *dynamic = o.dynamic;
    return o.open && !o.dynamic;
}

/* The refs by which it is decided whether a record is in scope. */
static void scope_wants(struct req *q, const struct pack_register *r, struct roster_wants *w)
{
    const struct scope *s = grant_scope(q->grant, PACK_READ, r);
    for (uint32_t i = 0; i < s->terms_count; i++) {
        const struct pack_register *at = r;
        for (uint32_t k = 0; k < s->terms[i].path_len && !s->terms[i].all; k++) {
            roster_want_put(&q->arena, w, (struct roster_want){.reg = at, .field = s->terms[i].path[k]});
            at = s->terms[i].path[k]->ref;
        }
    }
}

void guard_wants(struct req *q, const struct pack_register *r, const struct feel_program *p, struct roster_wants *w)
{
    roster_want_put(&q->arena, w, (struct roster_want){.reg = r});
    roster_want_program(&q->arena, w, p, false);
    scope_wants(q, r, w);
    size_t n = w->len;
    for (size_t i = 0; i < n; i++) scope_wants(q, w->at[i].reg, w);
}

/* ---- whole columns ---- */

static enum rc hash_display(struct feel_run *run, const struct feel_register *reg, int64_t id, struct str *out, struct err *err)
{
    (void)reg;
    (void)err;
    *out = str_cat(run->arena, STR("#"), str_i64(run->arena, id)); /* answers here are everybody's: nobody is called by name */
    return RC_OK;
}

/* One row after the other: what columns cannot say. */
struct rows { struct roster *own; const struct feel_program *p; struct feel_host host; struct feel_run run; struct fv self; };

static enum rc rows_begin(struct rows *x, const struct sheet *s, const struct feel_program *p, const struct pack_register *r, struct arena *a, struct err *err)
{
    const struct feel_host *host = NULL;
    void *ctx = NULL;
    *x = (struct rows){.p = p, .self = fv_null()};
    TRY(roster_pin(s->roster, &x->own, err));
    roster_host(x->own, &host, &ctx);
    x->host = *host;
    x->host.display = hash_display;
    x->self.kind = FV_RECORD;
    x->self.reg = &r->feel;
    x->run = (struct feel_run){.arena = a, .host = &x->host, .host_ctx = ctx, .today = s->today, .zone = s->set->zone, .vars = &x->self, .vars_count = 1};
    return RC_OK;
}

static enum rc rows_ask(struct rows *x, const struct pack_register *r, uint32_t place, bool *yes, struct err *err)
{
    struct fv v = fv_null();
    struct arena_mark m = arena_mark(x->run.arena);
    x->self.id = roster_id_at(x->own, r, place);
    x->run.steps_left = FILTER_STEPS;
    x->run.locals = NULL;
    enum rc rc = feel_run(x->p, &x->run, &v, err);
    *yes = rc == RC_OK && fv_is_true(&v);
    arena_reset(x->run.arena, m);
    return rc;
}

/* vector NULL: row by row. */
static enum rc run_over(struct req *q, const struct sheet *s, const struct feel_vector *vector, const struct feel_program *p, const struct pack_register *r, uint64_t **out,
                        struct err *err)
{
    const uint64_t *gone = NULL;
    struct rows rows;
    uint32_t places = roster_places(s->roster, r, &gone);
    struct feel_vector_room *room = vector == NULL ? NULL : feel_vector_room_make(vector);
    uint64_t *yes = calloc(places / 64 + 1 + FEEL_VECTOR_WORDS, sizeof *yes);
    enum rc rc = rows_begin(&rows, s, p, r, &q->scratch, err);
    if (rc == RC_OK && ((vector != NULL && room == NULL) || yes == NULL)) rc = err_set0(err, &E_no_memory, NO_PLACE);
    for (uint32_t from = 0; from < places && rc == RC_OK; from += FEEL_VECTOR) {
        struct feel_vector_out o = {0};
        uint32_t n = MIN((uint32_t)FEEL_VECTOR, places - from);
        if (vector != NULL) rc = feel_vector_run(vector, room, from, n, NULL, &o, err);
        for (uint32_t w = 0; rc == RC_OK && w * 64 < n; w++) {
            uint64_t in = n - w * 64 >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (n - w * 64)) - 1, open = gone == NULL ? in : in & ~gone[from / 64 + w];
            uint64_t holds = vector == NULL ? 0 : o.yes[w] & o.valid[w] & ~o.wild[w] & open;
            for (uint64_t left = vector == NULL ? open : o.wild[w] & open; left != 0 && rc == RC_OK; left &= left - 1) {
                bool here = false;
                uint32_t bit = (uint32_t)__builtin_ctzll(left);
                rc = rows_ask(&rows, r, from + w * 64 + bit, &here, err);
                if (here) holds |= UINT64_C(1) << bit;
            }
            yes[from / 64 + w] = holds;
        }
    }
    roster_free(&rows.own);
    feel_vector_room_free(&room);
    if (rc != RC_OK) free(yes);
    *out = rc == RC_OK ? yes : NULL;
    return rc;
}

enum { SPREAD_MAX = 1 << 27 };

static void spread(struct answer *a, const struct sheet *s)
{
    const uint64_t *gone = NULL;
    uint32_t places = roster_places(s->roster, a->reg, &gone);
    uint64_t low = UINT64_MAX, high = 0;
    for (uint32_t w = 0; w * 64 < places; w++)
        for (uint64_t left = a->yes[w]; left != 0; left &= left - 1) {
            uint64_t id = (uint64_t)roster_id_at(s->roster, a->reg, w * 64 + (uint32_t)__builtin_ctzll(left));
            low = MIN(low, id);
            high = MAX(high, id);
        }
    a->low = low;
    a->range = low == UINT64_MAX ? 0 : high - low + 1;
    if (a->range > SPREAD_MAX) return;
    a->ids = calloc(a->range / 64 + 1, sizeof *a->ids);
    for (uint32_t w = 0; a->ids != NULL && w * 64 < places; w++)
        for (uint64_t left = a->yes[w]; left != 0; left &= left - 1) {
            uint64_t at = (uint64_t)roster_id_at(s->roster, a->reg, w * 64 + (uint32_t)__builtin_ctzll(left)) - low;
            a->ids[at >> 6] |= UINT64_C(1) << (at & 63);
        }
}

static struct feel_program *compile_here(struct sheet *s, const struct pack_register *r, struct str text, const struct feel_type *wanted)
{
    struct diags d;
    struct feel_program *p = NULL;
    struct feel_source src = {.text = str_dup(&s->arena, text), .at = {0, 1, 1, 0, 0}, .mode = FEEL_PACK, .wanted = wanted};
    diags_init(&d, &s->arena, 1);
    return feel_compile(&s->arena, r->scope, &src, &p, &d) == RC_OK ? p : NULL;
}

/* Under the sheet's lock. */
static struct answer *answer_of(struct sheet *s, const struct pack_register *r, struct str text)
{
    for (struct answer *a = s->answers; a != NULL; a = a->next)
        if (a->reg == r && str_eq(a->text, text)) return a;
    struct answer *a = arena_new(&s->arena, struct answer);
    struct feel_why why;
    struct feel_program *p = compile_here(s, r, text, &feel_bool);
    *a = (struct answer){.text = str_dup(&s->arena, text), .reg = r, .next = s->answers};
    a->vector = p == NULL ? NULL : roster_vectors_program(s->vectors, p, r, NULL, &why);
    s->answers = a;
    s->answers_count++;
    return a;
}

enum rc columns_pick(struct req *q, const struct list *l, struct picked *out, struct err *err)
{
    struct roster_wants w = {0};
    struct sheet *s = NULL;
    bool dynamic = false, open = program_open(q, l->reg, l->filter, &dynamic);
    *out = (struct picked){.reg = l->reg};
    if (dynamic) return RC_OK;
    roster_want_put(&q->arena, &w, (struct roster_want){.reg = l->reg});
    roster_want_program(&q->arena, &w, l->filter, false);
    if (!open) guard_wants(q, l->reg, l->filter, &w);
    TRY(sheet_pin(q, &w, &s, err));
    out->sheet = s;
    if (open) {
        bool names = openness_of(q, l->reg, l->filter).names;
        pthread_mutex_lock(&s->lock);
        struct answer *a = answer_of(s, l->reg, l->filter->text);
        enum rc rc = RC_OK;
        if (a->yes == NULL && (a->vector != NULL || !names)) {
            rc = run_over(q, s, a->vector, l->filter, l->reg, &a->yes, err);
            if (rc == RC_OK) spread(a, s);
        }
        out->yes = a->yes;
        out->ids = a->ids;
        out->low = a->low;
        out->range = a->range;
        pthread_mutex_unlock(&s->lock);
        TRY(rc);
        if (out->yes != NULL) return RC_OK;
        guard_wants(q, l->reg, l->filter, &w); /* what calls records by name is asked one by one */
        TRY(sheet_pin(q, &w, &s, err));
        out->sheet = s;
    }
    out->roster = s->roster;
    return RC_OK;
}

uint64_t picked_count(const struct picked *p)
{
    const uint64_t *gone = NULL;
    uint32_t places = roster_places(p->sheet->roster, p->reg, &gone);
    uint64_t n = 0;
    for (uint32_t w = 0; w * 64 < places; w++) n += (uint64_t)__builtin_popcountll(p->yes[w]);
    return n;
}

bool picked_has(const struct picked *p, uint64_t id)
{
    if (p->ids != NULL) return id >= p->low && id - p->low < p->range && (p->ids[(id - p->low) >> 6] >> ((id - p->low) & 63) & 1) != 0;
    uint32_t place = roster_place(p->sheet->roster, p->reg, (int64_t)id);
    return place != UINT32_MAX && (p->yes[place >> 6] >> (place & 63) & 1) != 0;
}

/* ---- values, as they lie ---- */

static bool kind_taken(enum feel_column_kind k)
{
    return k == FEEL_COLUMN_BOOL || k == FEEL_COLUMN_NUMBER || k == FEEL_COLUMN_DAY || k == FEEL_COLUMN_CODE || k == FEEL_COLUMN_ROW || k == FEEL_COLUMN_ID;
}

static int64_t cell_at(const struct feel_vector_out *o, uint32_t i) { return o->kind == FEEL_COLUMN_BOOL ? feel_cell_at(o->yes, FEEL_CELL_BIT, i) : feel_cell_at(o->cells, o->cell, i); }

enum rc column_cells(struct req *q, struct sheet *s, const struct pack_register *r, struct str text, struct column_cells *out, bool *there, struct err *err)
{
    const uint64_t *gone = NULL;
    struct feel_why why;
    *there = false;
    *out = (struct column_cells){.places = roster_places(s->roster, r, &gone)};
    pthread_mutex_lock(&s->lock);
    struct feel_program *p = compile_here(s, r, text, NULL);
    struct feel_vector *v = p == NULL ? NULL : roster_vectors_program(s->vectors, p, r, NULL, &why);
    pthread_mutex_unlock(&s->lock);
    if (v == NULL) return RC_OK;
    out->codes = p->type->kind == FT_CODE ? p->type->codes : NULL;
    out->to = p->type->kind == FT_RECORD && p->type->reg != NULL ? p->type->reg->host : NULL;
    struct feel_vector_room *room = feel_vector_room_make(v);
    int64_t *cells = calloc((size_t)out->places + 1, sizeof *cells);
    uint64_t *valid = calloc(out->places / 64 + 1 + FEEL_VECTOR_WORDS, sizeof *valid);
    enum rc rc = room == NULL || cells == NULL || valid == NULL ? err_set0(err, &E_no_memory, NO_PLACE) : RC_OK;
    bool fits = true;
    for (uint32_t from = 0; from < out->places && rc == RC_OK && fits; from += FEEL_VECTOR) {
        struct feel_vector_out o;
        uint32_t n = MIN((uint32_t)FEEL_VECTOR, out->places - from);
        rc = feel_vector_run(v, room, from, n, NULL, &o, err);
        if (rc != RC_OK) break;
        fits = kind_taken(o.kind) && (from == 0 || (o.kind == out->kind && o.scale == out->scale));
        out->kind = o.kind;
        out->scale = o.scale;
        for (uint32_t i = 0; i < n && fits; i++) {
            if ((o.wild[i >> 6] >> (i & 63) & 1) != 0) fits = gone != NULL && (gone[(from + i) >> 6] >> ((from + i) & 63) & 1) != 0;
            if ((o.valid[i >> 6] >> (i & 63) & 1) == 0) continue;
            valid[(from + i) >> 6] |= UINT64_C(1) << ((from + i) & 63);
            cells[from + i] = cell_at(&o, i);
            if (o.kind == FEEL_COLUMN_ROW) cells[from + i] = roster_id_at(s->roster, out->to, (uint32_t)cells[from + i]);
        }
    }
    feel_vector_room_free(&room);
    if (cells != NULL) arena_defer(&q->arena, free_deferred, cells);
    if (valid != NULL) arena_defer(&q->arena, free_deferred, valid);
    out->cells = cells;
    out->valid = valid;
    *there = rc == RC_OK && fits;
    return rc;
}

/* A cell as a stored value. */
struct sv cell_sv(const struct column_cells *c, uint32_t place)
{
    if ((c->valid[place >> 6] >> (place & 63) & 1) == 0) return sv_null();
    return c->kind == FEEL_COLUMN_CODE && c->codes != NULL ? sv_text(c->codes->code[c->cells[place]]) : sv_int(c->cells[place]);
}
