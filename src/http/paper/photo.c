/*
 * photo.c - photographs in bulk, and résumés against posts: both as jobs that tell by person and are taken over through the one door.
 */
#include "http/job/job.h"
#include "http/paper/leave.h"

enum { FILES_SHOWN = 2000, LINES_SHOWN = 3000, PEOPLE_MOST = 20000, ONLY_MOST = 500 };

/* ---- photographs ---- */

bool may_photograph(struct req *q, const struct pack_form *f)
{
    const struct pack_field *photo = exchange_photo_field(f);
    return photo != NULL && field_writable(q, f->over, photo);
}

struct taking { struct photos p; struct str *called; struct job_sight see; uint64_t last; };

static enum rc photos_read(struct job_here *h, struct err *err)
{
    struct taking *t = h->ctx;
    t->p.form = pack_form_find(h->view->set, job_word(h, "form"));
    if (t->p.form == NULL) return err_set(err, &E_http_absent, NO_PLACE, job_word(h, "form"));
    TRY(exchange_photos_add(&t->p, job_word(h, "file"), h->bytes, h->arena, err));
    TRY(job_sight_open(h, PACK_WRITE, &t->see, err));
    enum rc rc = exchange_photos_plan(&t->p, h->view->records, &t->see.sight, h->arena, err);
    t->called = arena_array(h->arena, struct str, t->p.list.len + 1);
    for (size_t i = 0; i < t->p.list.len && rc == RC_OK; i++)
        if (t->p.list.at[i].id != 0) rc = t->see.sight.called(&t->see, t->p.form->over, t->p.list.at[i].id, h->arena, &t->called[i], err);
    job_sight_close(&t->see);
    atomic_store(&h->total, t->p.list.len);
    return rc;
}

static enum rc photos_apply(struct job_here *h, struct err *err)
{
    struct taking *t = h->ctx;
    for (size_t i = 0; i < t->p.list.len; i++)
        if (!job_chosen(h, i)) t->p.list.at[i].usable = false;
    TRY(exchange_photos_apply(&t->p, h->site->area, h->account, h->token, h->arena, &t->last, err));
    atomic_store(&h->done, t->p.list.len);
    job_moved(h, t->last);
    return RC_OK;
}

static enum rc photos_put(struct req *q, struct job_here *h, bool applied, bool failed, struct err *err)
{
    struct taking *t = h->ctx;
    uint64_t usable = 0, same = 0, odd = 0, written = 0;
    (void)err;
    if (failed) return RC_OK;
    put_key(&q->j, "files");
    json_array(&q->j);
    for (size_t i = 0; i < t->p.list.len; i++) {
        const struct photo_in *p = &t->p.list.at[i];
        usable += p->usable;
        same += p->usable && p->same;
        odd += p->usable && p->odd;
        written += p->written;
        if (i >= FILES_SHOWN) continue;
        json_object(&q->j);
        put_u64(&q->j, "idx", i);
        put_text(&q->j, "name", p->name);
        if (p->id == 0) put_null(&q->j, "id");
        else put_u64(&q->j, "id", p->id);
        put_text(&q->j, "called", p->id == 0 ? STR("") : t->called[i]);
        put_flag(&q->j, "usable", p->usable);
        put_flag(&q->j, "same", p->same);
        put_flag(&q->j, "odd", p->odd);
        put_flag(&q->j, "written", p->written);
        put_u64(&q->j, "width", p->width);
        put_u64(&q->j, "height", p->height);
        if (p->err.kind != NULL) problem_members(&q->j, &p->err, q->lang);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_key(&q->j, "counts");
    json_object(&q->j);
    put_u64(&q->j, "files", t->p.list.len);
    put_u64(&q->j, "usable", usable);
    put_u64(&q->j, "same", same);
    put_u64(&q->j, "odd", odd);
    put_u64(&q->j, "refused", t->p.list.len - usable);
    json_end_object(&q->j);
    if (!result_open(q, applied)) return RC_OK;
    put_u64(&q->j, "written", written);
    put_u64(&q->j, "last_seq", t->last);
    json_end_object(&q->j);
    return RC_OK;
}

const struct job_work photos_work = {.kind = "photos", .ctx_len = sizeof(struct taking), .read = photos_read, .apply = photos_apply, .put = photos_put};

enum rc route_photos(struct req *q, struct err *err)
{
    const struct pack_form *f;
    struct str name;
    TRY(form_of(q, &f, err));
    if (q->bearer || !may_photograph(q, f)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&f->d.title, q->lang));
    TRY(req_file_name(q, STR("photos.zip"), &name, err));
    const struct pair words[] = {{STR("file"), name}, {STR("form"), f->d.name}, {STR("register"), f->over->d.name}};
    return job_begin(q, &photos_work, words, ARRAY_LEN(words), err);
}

/* ---- résumés against posts ---- */

/* What the lines are rebuilt from, and what they say, must be in sight of everybody in this scope. */
enum rc resume_allowed(struct req *q, const struct pack_form *f, struct err *err)
{
    const struct pack_form_group *g = exchange_resume_group(f);
    unsigned wanted = 1u, posts = 1u;
    if (g == NULL) return err_set(err, &E_resume_none, NO_PLACE, text2_in(&f->d.title, q->lang));
    const struct pack_form_rebuild *b = g->rebuild;
    TRY(program_allowed(q, b->reg, b->text, &posts, err));
    if (b->within != NULL) TRY(program_allowed(q, b->reg, b->within, &posts, err));
    posts |= 1u << b->from->class | 1u << b->until->class;
    wanted |= 1u << g->from->class | 1u << g->until->class | 1u << g->text->class;
    bool seen = grant_may(q->grant, PACK_READ, f->over) && grant_may(q->grant, PACK_READ, g->reg) && grant_may(q->grant, PACK_READ, b->reg) &&
                grant_shows_others(q->grant, PACK_READ, g->reg, wanted) && grant_shows_others(q->grant, PACK_READ, b->reg, posts);
    return seen ? RC_OK : err_set(err, &E_http_form_fields, NO_PLACE, text2_in(&f->d.title, q->lang), text2_in(&g->reg->d.title, q->lang));
}

struct line { uint64_t of; struct str called; struct resume_note note; };
struct one { uint64_t id; struct str called, written, rebuilt; };
struct holding {
    uint64_t *only;
    size_t only_count;
    const struct pack_form *f;
    struct job_sight see;
    struct job_here *h;
    VEC(uint64_t) ids;
    VEC(struct line) lines;
    struct job_lines take;
    VEC(struct one) ones;          /* where few were asked for: both texts whole */
    VEC(struct access_read) reads;
    bool cut;
    uint64_t people, taken, moved, last;
};

/* Whom it was asked about: the body that it was begun with. */
static enum rc only_of(struct holding *x, struct job_here *h, struct err *err)
{
    struct json *body = NULL;
    TRY(json_parse(h->arena, h->bytes, &body, err));
    const struct json *list = json_get(body, STR("ids"));
    x->only = arena_array(h->arena, uint64_t, ONLY_MOST + 1);
    x->only_count = 0;
    for (const struct json *m = list == NULL ? NULL : list->first; m != NULL && x->only_count < ONLY_MOST; m = m->next)
        if (m->kind == JSON_NUMBER && str_to_u64(m->text, &x->only[x->only_count])) x->only_count++;
    return RC_OK;
}

static enum rc gather(void *ctx, const struct record *rec, struct err *err)
{
    struct holding *x = ctx;
    bool seen = false;
    TRY(x->see.sight.record(x->see.sight.ctx, x->f->over, rec->id, &seen, err));
    if (seen && x->ids.len < PEOPLE_MOST) vec_push(x->h->arena, &x->ids, rec->id);
    return RC_OK;
}

static struct resume_note kept_note(struct arena *a, const struct resume_note *n)
{
    struct resume_note out = *n;
    out.line = str_dup(a, n->line);
    out.record = str_dup(a, n->record);
    out.text = str_dup(a, n->text);
    return out;
}

static enum rc hold(struct holding *x, uint64_t id, struct arena *a, struct err *err)
{
    struct job_here *h = x->h;
    struct resume r;
    struct str called = STR("");
    TRY(exchange_resume(h->view->records, x->f, id, h->today, &x->see.sight, a, &r, err));
    if (r.notes_count == 0 && x->only_count == 0) return RC_OK;
    TRY(x->see.sight.called(&x->see, x->f->over, id, a, &called, err));
    called = str_dup(h->arena, called);
    x->people += r.notes_count > 0;
    struct access_read read = {.reader = h->account, .reg = record_number(h->view->records, x->f->over), .record = id, .class = PACK_PERSONAL, .purpose = STR("list")};
    vec_push(h->arena, &x->reads, read);
    if (x->only_count > 0) {
        struct one o = {.id = id, .called = called, .written = str_dup(h->arena, r.written), .rebuilt = str_dup(h->arena, r.rebuilt)};
        vec_push(h->arena, &x->ones, o);
    }
    for (size_t i = 0; i < r.notes_count; i++) {
        struct line l = {.of = id, .called = called, .note = kept_note(h->arena, &r.notes[i])};
        if (x->lines.len >= LINES_SHOWN) x->cut = true;
        else vec_push(h->arena, &x->lines, l);
    }
    return RC_OK;
}

static enum rc resumes_read(struct job_here *h, struct err *err)
{
    struct holding *x = h->ctx;
    struct arena a;
    x->h = h;
    x->f = pack_form_find(h->view->set, job_word(h, "form"));
    if (x->f == NULL) return err_set(err, &E_http_absent, NO_PLACE, job_word(h, "form"));
    TRY(only_of(x, h, err));
    TRY(job_sight_open(h, PACK_READ, &x->see, err));
    arena_init(&a, 64 << 20);
    enum rc rc = RC_OK;
    if (x->only_count == 0) rc = record_each(h->view->records, x->f->over, RECORD_BY_ID, false, gather, x, err);
    for (size_t i = 0; i < x->only_count && rc == RC_OK; i++) {
        bool seen = false;
        rc = x->see.sight.record(x->see.sight.ctx, x->f->over, x->only[i], &seen, err);
        if (rc == RC_OK && seen) vec_push(h->arena, &x->ids, x->only[i]);
    }
    atomic_store(&h->total, x->ids.len);
    struct arena_mark m = arena_mark(&a);
    for (size_t i = 0; i < x->ids.len && rc == RC_OK; i++) {
        rc = hold(x, x->ids.at[i], &a, err);
        arena_reset(&a, m);
        atomic_store(&h->done, i + 1);
    }
    arena_fini(&a);
    job_sight_close(&x->see);
    TRY(rc);
    x->take = (struct job_lines){.count = x->lines.len, .done = arena_array(h->arena, unsigned char, x->lines.len + 1)};
    area_view_rest(h->view);
    return x->reads.len == 0 ? RC_OK : area_read_note(h->site->area, x->reads.at, x->reads.len, err);
}

/* Still as it was told? */
static bool stands(const struct resume *r, const struct resume_note *n)
{
    for (size_t i = 0; i < r->notes_count; i++)
        if (r->notes[i].kind == n->kind && r->notes[i].id == n->id && str_eq(r->notes[i].line, n->line) && str_eq(r->notes[i].record, n->record)) return true;
    return false;
}

static enum rc take_line(struct job_here *h, const struct area_view *v, size_t i, struct batch_item *it, bool *some, struct err *err)
{
    struct holding *x = h->ctx;
    const struct line *l = &x->lines.at[i];
    const struct pack_form *f = pack_form_find(v->set, job_word(h, "form"));
    struct resume now;
    if (f == NULL) return err_set(err, &E_http_absent, NO_PLACE, job_word(h, "form"));
    TRY(exchange_resume(v->records, f, l->of, h->today, NULL, h->arena, &now, err));
    if (stands(&now, &l->note)) return exchange_resume_take(v->records, f, l->of, &l->note, h->arena, it, some, err);
    x->take.done[i] = LINE_MOVED;
    return RC_OK;
}

static enum rc resumes_apply(struct job_here *h, struct err *err)
{
    struct holding *x = h->ctx;
    x->take.item = take_line;
    TRY(job_take(h, &x->take, err));
    x->taken += x->take.taken;
    x->moved += x->take.moved;
    x->last = x->take.last;
    return RC_OK;
}

static const char *const kinds[] = {"dates", "text", "no_line", "no_record"};

static enum rc resumes_put(struct req *q, struct job_here *h, bool applied, bool failed, struct err *err)
{
    struct holding *x = h->ctx;
    (void)err;
    if (failed) return RC_OK;
    put_u64(&q->j, "people", x->people);
    put_key(&q->j, "lines");
    json_array(&q->j);
    for (size_t i = 0; i < x->lines.len; i++) {
        const struct line *l = &x->lines.at[i];
        json_object(&q->j);
        put_u64(&q->j, "idx", i);
        put_u64(&q->j, "id", l->of);
        put_text(&q->j, "called", l->called);
        put_text(&q->j, "kind", str_c(kinds[l->note.kind]));
        put_text(&q->j, "line", l->note.line);
        put_text(&q->j, "record", l->note.record);
        put_text(&q->j, "state", str_c(line_state(x->take.done[i])));
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_flag(&q->j, "cut", x->cut);
    put_key(&q->j, "written");
    json_array(&q->j);
    for (size_t i = 0; i < x->ones.len; i++) {
        json_object(&q->j);
        put_u64(&q->j, "id", x->ones.at[i].id);
        put_text(&q->j, "called", x->ones.at[i].called);
        put_text(&q->j, "written", x->ones.at[i].written);
        put_text(&q->j, "rebuilt", x->ones.at[i].rebuilt);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    if (!result_open(q, applied)) return RC_OK;
    put_u64(&q->j, "taken", x->taken);
    put_u64(&q->j, "moved", x->moved);
    put_u64(&q->j, "last_seq", x->last);
    json_end_object(&q->j);
    return RC_OK;
}

const struct job_work resumes_work = {.kind = "resumes", .ctx_len = sizeof(struct holding), .read = resumes_read, .apply = resumes_apply, .put = resumes_put, .again = true};

enum rc route_resumes(struct req *q, struct err *err)
{
    const struct pack_form *f;
    const struct json *body;
    uint64_t *ids = NULL;
    size_t n = 0;
    TRY(form_of(q, &f, err));
    if (q->bearer) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&f->d.title, q->lang));
    TRY(resume_allowed(q, f, err));
    TRY(req_json(q, "ids", &body, err));
    TRY(json_ids(q, body, "ids", ONLY_MOST, &ids, &n, err));
    const struct pair words[] = {{STR("form"), f->d.name}, {STR("register"), f->over->d.name}};
    return job_begin(q, &resumes_work, words, ARRAY_LEN(words), err);
}
