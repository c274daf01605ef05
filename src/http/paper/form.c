/*
 * form.c - forms: which there are and for whom; files taken in as a job, with a report by file and element.
 * Which forms there are, and what they hold, packs declare.
 */
#include "http/job/job.h"
#include "http/paper/leave.h"

enum { NOTES_A_FILE = 40, FILES_SHOWN = 1000 };

/* ---- what a form needs ---- */

unsigned form_classes(const struct pack_form *f, const struct pack_register *r)
{
    unsigned classes = 1u;
    for (uint32_t i = 0; i < f->elements_count; i++) {
        const struct pack_form_element *e = &f->elements[i];
        const struct pack_register *of = e->group == FORM_OWN ? f->over : f->groups[e->group].reg;
        if (of == r) classes |= 1u << e->field->class;
    }
    if (f->keep != NULL && f->groups[f->keep_group].reg == r) classes |= 1u << f->keep->class;
    return classes;
}

/* All that the form says must be in sight of somebody with this grant: a form half blank would pass for a whole one. */
enum rc form_allowed(struct req *q, enum pack_verb v, const struct pack_form *f, struct err *err)
{
    if (!grant_may(q->grant, v, f->over)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&f->over->d.title, q->lang));
    if (f->format != FORM_XML) return RC_OK;
    if (!grant_shows(q->grant, v, f->over, form_classes(f, f->over)))
        return err_set(err, &E_http_form_fields, NO_PLACE, text2_in(&f->d.title, q->lang), text2_in(&f->over->d.title, q->lang));
    enum pack_verb hang = v == PACK_PRINT ? PACK_READ : v;
    for (uint32_t i = 0; i < f->groups_count; i++)
        if (!grant_shows(q->grant, hang, f->groups[i].reg, form_classes(f, f->groups[i].reg)))
            return err_set(err, &E_http_form_fields, NO_PLACE, text2_in(&f->d.title, q->lang), text2_in(&f->groups[i].reg->d.title, q->lang));
    return RC_OK;
}

enum rc form_of(struct req *q, const struct pack_form **out, struct err *err)
{
    *out = pack_form_find(q->view->set, q->args[0]);
    if (*out != NULL && (*out)->of_count == 0 && (grant_may(q->grant, PACK_READ, (*out)->over) || grant_may(q->grant, PACK_PRINT, (*out)->over))) return RC_OK;
    return err_set(err, &E_http_absent, NO_PLACE, q->args[0]);
}

enum rc route_forms(struct req *q, struct err *err)
{
    const struct pack_set *set = q->view->set;
    struct err ignored;
    bool pdf = exchange_pdf_there();
    (void)err;
    answer_json(q);
    json_object(&q->j);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (uint32_t i = 0; i < set->forms_count; i++) {
        const struct pack_form *f = set->forms[i];
        if (f->of_count > 0 || !grant_may(q->grant, PACK_READ, f->over)) continue; /* those of cases come out of a case */
        bool xml = f->format == FORM_XML;
        json_object(&q->j);
        put_text(&q->j, "name", f->d.name);
        put_text(&q->j, "title", text2_in(&f->d.title, q->lang));
        put_text(&q->j, "register", f->over->d.name);
        put_text(&q->j, "extension", f->extension);
        put_key(&q->j, "outputs");
        json_array(&q->j);
        json_string(&q->j, f->extension);
        if (!xml && pdf) json_string(&q->j, STR("pdf"));
        json_end_array(&q->j);
        put_flag(&q->j, "may_import", xml && form_allowed(q, PACK_WRITE, f, &ignored) == RC_OK);
        put_flag(&q->j, "may_print", form_allowed(q, PACK_PRINT, f, &ignored) == RC_OK);
        put_flag(&q->j, "may_photo", may_photograph(q, f));
        put_flag(&q->j, "may_resume", resume_allowed(q, f, &ignored) == RC_OK);
        put_key(&q->j, "elements");
        json_array(&q->j);
        for (uint32_t k = 0; k < f->elements_count; k++) {
            const struct pack_form_element *e = &f->elements[k];
            json_object(&q->j);
            put_text(&q->j, "element", e->element);
            put_text(&q->j, "group", e->group == FORM_OWN ? STR("") : f->groups[e->group].name);
            put_text(&q->j, "title", text2_in(&e->field->title, q->lang));
            json_end_object(&q->j);
        }
        json_end_array(&q->j);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- in ---- */

struct taking {
    struct forms_in *in;
    struct exchange_sight sight;
    struct grant *grant;             /* while it reads */
    struct access_world world;
    struct records *rs;
    const struct pack_form *f;
    uint64_t first, last;
};

static enum rc own_record(void *ctx, const struct pack_register *r, uint64_t id, bool *yes, struct err *err)
{
    struct taking *t = ctx;
    struct sight s;
    struct record rec;
    struct arena a;
    arena_init(&a, 16 << 20);
    enum rc rc = record_get(t->rs, r, id, &a, &rec, err);
    if (rc == RC_OK) rc = scope_sight_of(grant_scope(t->grant, PACK_WRITE, r), id, rec.values, rec.closed_us != 0, &t->world, &s, err);
    *yes = rc == RC_OK && s.any && (form_classes(t->f, r) & ~(s.classes | s.self_classes)) == 0;
    arena_fini(&a);
    return rc;
}

static enum rc own_called(void *ctx, const struct pack_register *r, uint64_t id, struct arena *a, struct str *out, struct err *err)
{
    const struct taking *t = ctx;
    return record_display_for(t->rs, t->grant, r, id, a, out, err);
}

static enum rc taking_read(struct job_here *h, struct err *err)
{
    struct taking *t = h->ctx;
    size_t files;
    t->f = pack_form_find(h->view->set, job_word(h, "form"));
    if (t->f == NULL) return err_set(err, &E_http_absent, NO_PLACE, job_word(h, "form"));
    t->rs = h->view->records;
    t->world = record_world(t->rs);
    TRY(area_grant(h->view, h->account, &t->grant, err));
    t->sight = (struct exchange_sight){.ctx = t, .record = own_record, .called = own_called};
    struct forms_in_options o = {.form = t->f, .today = h->today, .replace = str_eq(job_word(h, "replace"), STR("1")), .actor = h->account, .token = h->token, .sight = &t->sight};
    enum rc rc = forms_in_open(&o, h->arena, &t->in, err);
    if (rc == RC_OK) rc = forms_in_add(t->in, job_word(h, "file"), h->bytes, err);
    if (rc == RC_OK) rc = forms_in_plan(t->in, t->rs, err);
    if (rc == RC_OK) rc = forms_in_check(t->in, h->view->set, err);
    grant_release(t->grant);
    t->grant = NULL;
    if (rc == RC_OK) {
        (void)forms_in_files(t->in, &files);
        atomic_store(&h->total, files);
    }
    return rc;
}

static enum rc taking_apply(struct job_here *h, struct err *err)
{
    struct taking *t = h->ctx;
    size_t n;
    (void)forms_in_files(t->in, &n);
    for (size_t i = 0; i < n; i++)
        if (!job_chosen(h, i)) forms_in_leave(t->in, i);
    TRY(forms_in_apply(t->in, h->site->area, &t->first, &t->last, err));
    atomic_store(&h->done, n);
    job_moved(h, t->last);
    return RC_OK;
}

static const char *const severities[] = {"error", "warn", "note"};

static void note_put(struct req *q, const struct form_note *n)
{
    json_object(&q->j);
    put_text(&q->j, "severity", str_c(severities[n->severity == SEV_ERROR ? 0 : n->severity == SEV_WARN ? 1 : 2]));
    put_text_or_null(&q->j, "element", n->element.len > 0 ? n->element : STR_NONE);
    put_text_or_null(&q->j, "text", n->text.len > 0 ? str_sub(n->text, 0, utf8_offset(n->text, 200)) : STR_NONE);
    problem_members(&q->j, &n->err, q->lang);
    json_end_object(&q->j);
}

static enum rc taking_put(struct req *q, struct job_here *h, bool applied, bool failed, struct err *err)
{
    struct taking *t = h->ctx;
    if (failed) return RC_OK;
    size_t files, notes, usable = 0, written = 0, fresh = 0, counts[3] = {0};
    const struct form_file *f = forms_in_files(t->in, &files);
    const struct form_note *n = forms_in_notes(t->in, &notes);
    (void)err;
    for (size_t k = 0; k < notes; k++) counts[n[k].severity == SEV_ERROR ? 0 : n[k].severity == SEV_WARN ? 1 : 2]++;
    put_key(&q->j, "files");
    json_array(&q->j);
    for (size_t i = 0; i < files; i++) {
        usable += f[i].usable;
        written += f[i].written;
        fresh += f[i].usable && f[i].fresh;
        if (i >= FILES_SHOWN) continue;
        json_object(&q->j);
        put_u64(&q->j, "idx", i);
        put_text(&q->j, "name", f[i].name);
        put_text(&q->j, "called", f[i].called);
        if (f[i].id == 0) put_null(&q->j, "id");
        else put_u64(&q->j, "id", f[i].id);
        put_flag(&q->j, "usable", f[i].usable);
        put_flag(&q->j, "fresh", f[i].fresh);
        put_flag(&q->j, "written", f[i].written);
        put_u64(&q->j, "changes", f[i].changes);
        put_key(&q->j, "notes");
        json_array(&q->j);
        size_t shown = 0, more = 0;
        for (size_t k = 0; k < notes; k++) {
            if (n[k].file != i) continue;
            if (++shown <= NOTES_A_FILE) note_put(q, &n[k]);
            else more++;
        }
        json_end_array(&q->j);
        put_u64(&q->j, "more", more);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_key(&q->j, "counts");
    json_object(&q->j);
    put_u64(&q->j, "files", files);
    put_u64(&q->j, "usable", usable);
    put_u64(&q->j, "fresh", fresh);
    put_u64(&q->j, "errors", counts[0]);
    put_u64(&q->j, "warnings", counts[1]);
    put_u64(&q->j, "notes", counts[2]);
    json_end_object(&q->j);
    if (!result_open(q, applied)) return RC_OK;
    put_u64(&q->j, "written", written);
    put_u64(&q->j, "fresh", fresh);
    put_u64(&q->j, "first_seq", t->first);
    put_u64(&q->j, "last_seq", t->last);
    json_end_object(&q->j);
    return RC_OK;
}

const struct job_work forms_work = {.kind = "forms", .ctx_len = sizeof(struct taking), .read = taking_read, .apply = taking_apply, .put = taking_put};

enum rc route_form_import(struct req *q, struct err *err)
{
    const struct pack_form *f;
    struct str name, replace = req_query(q, "replace");
    TRY(form_of(q, &f, err));
    if (f->format != FORM_XML) return err_set(err, &E_http_form_out, NO_PLACE, text2_in(&f->d.title, q->lang));
    if (q->bearer) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&f->d.title, q->lang)); /* its report says what a token may not see */
    TRY(form_allowed(q, PACK_WRITE, f, err));
    TRY(req_file_name(q, str_cat(&q->arena, STR("form."), f->extension), &name, err));
    const struct pair words[] = {{STR("file"), name}, {STR("form"), f->d.name}, {STR("register"), f->over->d.name}, {STR("replace"), str_eq(replace, STR("1")) ? STR("1") : STR("")}};
    return job_begin(q, &forms_work, words, ARRAY_LEN(words), err);
}
