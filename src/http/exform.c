/*
 * exform.c - forms: files taken in as a job with a report by file and element, and put out, one or many, guarded as every export is.
 * Which forms there are, and what they hold, packs declare.
 */
#include "http/job.h"
#include "http/leave.h"

enum { PRINT_MOST = 500, FILL_MOST = 500, NOTES_A_FILE = 40, FILES_SHOWN = 1000, PDFS_AT_ONCE = 2 };

/* ---- what a form needs ---- */

static unsigned classes_at(const struct pack_form *f, const struct pack_register *r)
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
static enum rc form_allowed(struct req *q, enum pack_verb v, const struct pack_form *f, struct err *err)
{
    if (!grant_may(q->grant, v, f->over)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&f->over->d.title, q->lang));
    if (f->format != FORM_XML) return RC_OK;
    if (!grant_shows(q->grant, v, f->over, classes_at(f, f->over)))
        return err_set(err, &E_http_form_fields, NO_PLACE, text2_in(&f->d.title, q->lang), text2_in(&f->over->d.title, q->lang));
    enum pack_verb hang = v == PACK_PRINT ? PACK_READ : v;
    for (uint32_t i = 0; i < f->groups_count; i++)
        if (!grant_shows(q->grant, hang, f->groups[i].reg, classes_at(f, f->groups[i].reg)))
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
    struct str form, name;
    bool replace;
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
    *yes = rc == RC_OK && s.any && (classes_at(t->f, r) & ~(s.classes | s.self_classes)) == 0;
    arena_fini(&a);
    return rc;
}

static enum rc taking_wake(struct job_here *h, struct err *err)
{
    struct taking *t = arena_new(h->arena, struct taking);
    (void)err;
    t->form = job_word(h, "form");
    t->name = job_word(h, "file");
    t->replace = str_eq(job_word(h, "replace"), STR("1"));
    h->ctx = t;
    return RC_OK;
}

static enum rc taking_read(struct job_here *h, struct err *err)
{
    struct taking *t = h->ctx;
    size_t files;
    t->f = pack_form_find(h->view->set, t->form);
    if (t->f == NULL) return err_set(err, &E_http_absent, NO_PLACE, t->form);
    t->rs = h->view->records;
    t->world = record_world(t->rs);
    TRY(area_grant(h->view, h->account, &t->grant, err));
    t->sight = (struct exchange_sight){.ctx = t, .record = own_record};
    struct forms_in_options o = {.form = t->f, .today = h->today, .replace = t->replace, .actor = h->account, .token = h->token, .sight = &t->sight};
    enum rc rc = forms_in_open(&o, h->arena, &t->in, err);
    if (rc == RC_OK) rc = forms_in_add(t->in, t->name, h->bytes, err);
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

const struct job_work forms_work = {.kind = "forms", .wake = taking_wake, .read = taking_read, .apply = taking_apply, .put = taking_put};

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

/* ---- out ---- */

/* Records that hang on one are seen one by one: the form puts all of them out. */
static enum rc hanging_seen(struct req *q, const struct pack_form *f, uint64_t id, struct err *err)
{
    for (uint32_t i = 0; i < f->groups_count; i++) {
        const struct pack_register *r = f->groups[i].reg;
        uint64_t *ids = NULL;
        size_t n = 0;
        TRY(record_back(q->view->records, r, r->parent, id, &q->arena, &ids, &n, err));
        for (size_t k = 0; k < n; k++) {
            struct record rec;
            struct sight s;
            TRY(record_get(q->view->records, r, ids[k], &q->arena, &rec, err));
            TRY(scope_sight_of(grant_scope(q->grant, PACK_READ, r), ids[k], rec.values, rec.closed_us != 0, &q->world, &s, err));
            unsigned wanted = classes_at(f, r);
            if (!s.any || (wanted & ~(s.classes | s.self_classes)) != 0)
                return err_set(err, &E_http_form_fields, NO_PLACE, text2_in(&f->d.title, q->lang), text2_in(&r->d.title, q->lang));
            for (unsigned c = PACK_PERSONAL; c <= PACK_PROTECTED; c++)
                if ((wanted & (1u << c)) != 0) read_note(q, r, ids[k], (enum pack_class)c, "print");
        }
    }
    return RC_OK;
}

static enum rc file_name(struct req *q, const struct pack_form *f, uint64_t id, struct str *out, struct err *err)
{
    struct record rec;
    struct str key = str_cat(&q->arena, f->over->d.name, STR("-"), str_u64(&q->arena, id));
    TRY(record_get(q->view->records, f->over, id, &q->arena, &rec, err));
    if (f->over->key != NULL && f->over->key->class == PACK_OPEN && rec.values[f->over->key->column].kind == SV_TEXT) key = rec.values[f->over->key->column].s;
    char *p = arena_alloc(&q->arena, key.len + 1);
    for (size_t i = 0; i < key.len; i++) {
        bool plain = (key.ptr[i] >= '0' && key.ptr[i] <= '9') || (key.ptr[i] >= 'A' && key.ptr[i] <= 'Z') || (key.ptr[i] >= 'a' && key.ptr[i] <= 'z');
        p[i] = plain ? key.ptr[i] : '-';
    }
    *out = str_of(p, key.len);
    return RC_OK;
}

/* Who took it out, behind the last element: editors of forms read elements alone. */
static struct str with_mark(struct req *q, struct str xml, struct str mark)
{
    char *p = arena_alloc(&q->arena, mark.len + 1);
    for (size_t i = 0; i < mark.len; i++) p[i] = mark.ptr[i] == '-' || mark.ptr[i] == '>' ? ' ' : mark.ptr[i];
    return str_cat(&q->arena, xml, STR("<!-- "), str_of(p, mark.len), STR(" -->\n"));
}

static enum rc put_xml(struct req *q, const struct pack_form *f, const uint64_t *ids, size_t n, struct str mark, struct err *err)
{
    struct zip_part *parts = arena_array(&q->arena, struct zip_part, n + 1);
    unsigned wanted = classes_at(f, f->over);
    for (size_t i = 0; i < n; i++) {
        struct str name;
        struct record rec;
        struct sight s;
        TRY(record_seen(q, PACK_PRINT, f->over, ids[i], &rec, &s, err));
        if ((wanted & ~(s.classes | s.self_classes)) != 0) return err_set(err, &E_http_form_fields, NO_PLACE, text2_in(&f->d.title, q->lang), text2_in(&f->over->d.title, q->lang));
        TRY(hanging_seen(q, f, ids[i], err));
        TRY(exchange_form_write(q->view, q->grant, f, ids[i], &q->arena, &parts[i].bytes, err));
        parts[i].bytes = with_mark(q, parts[i].bytes, mark);
        TRY(file_name(q, f, ids[i], &name, err));
        parts[i].name = str_cat(&q->arena, name, STR("."), f->extension);
        for (unsigned c = PACK_PERSONAL; c <= PACK_PROTECTED; c++)
            if ((wanted & (1u << c)) != 0) read_note(q, f->over, ids[i], (enum pack_class)c, "print");
    }
    if (n == 1) {
        buf_str(&q->out, parts[0].bytes);
        return RC_OK;
    }
    struct made_file m;
    TRY(made_open(&m, ".zip", err));
    enum rc rc = exchange_zip_write(str_c(m.path), parts, n, err);
    if (rc == RC_OK) rc = made_read(&m, &q->out, err);
    made_close(&m);
    return rc;
}

static enum rc put_document(struct req *q, const struct pack_form *f, const uint64_t *ids, size_t n, day_num as_of, bool pdf, struct str mark, struct err *err)
{
    struct str template_bytes, bytes;
    struct seeing see;
    TRY(ids_seen(q, PACK_PRINT, f->over, ids, n, err));
    seeing_of(q, &see, PACK_PRINT, 0, "print");
    struct docx_options o = {.as_of = as_of, .lang = LANG_ZH, .sight = &see.sight, .grant = q->grant, .mark = n > 1 ? mark : STR(""), .note = mark}; /* on one person's paper, which may go out, it is not printed */
    TRY(exchange_template(q->view->set, f, &template_bytes, err));
    enum rc rc = exchange_docx(q->view, template_bytes, f->over, ids, n, &o, &q->arena, &bytes, err);
    q->run.arena = &q->arena;
    TRY(rc);
    if (guard_denied(q)) return err_set(err, &E_http_form_fields, NO_PLACE, text2_in(&f->d.title, q->lang), text2_in(&f->over->d.title, q->lang));
    for (size_t i = 0; i < n; i++)
        for (unsigned c = PACK_PERSONAL; c <= PACK_PROTECTED; c++)
            if ((guard_touched(q) & (1u << c)) != 0) read_note(q, f->over, ids[i], (enum pack_class)c, "print");
    if (pdf) {
        if (atomic_fetch_add(&q->site->pdfs, 1) >= PDFS_AT_ONCE) rc = err_set(err, &E_http_jobs_full, NO_PLACE, STR("PDF"));
        else rc = exchange_pdf(bytes, &q->arena, &bytes, err);
        atomic_fetch_sub(&q->site->pdfs, 1);
        TRY(rc);
    }
    buf_str(&q->out, bytes);
    return buf_failed(&q->out) ? err_set(err, &E_http_too_large, NO_PLACE, STR("67108864")) : RC_OK;
}

static struct str described(struct req *q, const struct pack_form *f, const uint64_t *ids, size_t n)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_str(&b, f->d.name);
    for (size_t i = 0; i < n; i++) {
        buf_char(&b, ' ');
        buf_u64(&b, ids[i]);
    }
    struct str s = export_digest(q, buf_view(&b));
    buf_fini(&b);
    return s;
}

enum rc route_form_print(struct req *q, struct err *err)
{
    const struct json *body;
    const struct pack_form *f;
    struct str format, reason;
    uint64_t *ids = NULL;
    size_t n = 0;
    day_num as_of;
    bool go = false;
    TRY(form_of(q, &f, err));
    TRY(req_json(q, "ids format reason as_of", &body, err));
    TRY(json_ids_in_order(q, body, "ids", PRINT_MOST, &ids, &n, err));
    TRY(json_reason(body, &reason, err));
    TRY(json_day(q, body, "as_of", req_today(q), &as_of, err));
    TRY(json_text(body, "format", false, &format, err));
    if (n == 0) return err_set(err, &E_http_body, NO_PLACE, STR("ids"), STR("1 到 500 个编号"), STR("1 to 500 numbers"));
    if (format.len == 0) format = f->extension;
    bool pdf = f->format == FORM_DOCX && str_eq(format, STR("pdf"));
    if (!pdf && !str_eq(format, f->extension)) return err_set(err, &E_http_body, NO_PLACE, STR("format"), f->extension, f->extension);
    TRY(form_allowed(q, PACK_PRINT, f, err));
    struct args_export note = {.reg = f->over->d.name, .rows = n, .columns = f->d.name, .filter = described(q, f, ids, n), .personal = true, .reason = reason};
    const char *ending;
    if (f->format == FORM_XML) {
        TRY(put_xml(q, f, ids, n, export_mark(q, note.filter), err));
        ending = n == 1 ? str_cz(&q->arena, str_cat(&q->arena, STR("."), f->extension)) : ".zip";
    } else {
        TRY(put_document(q, f, ids, n, as_of, pdf, export_mark(q, note.filter), err));
        ending = pdf ? ".pdf" : ".docx";
    }
    leave_as(q, f->d.name, ending);
    return export_enter(q, &note, &go, err);
}

/* ---- the one record that hangs on each ---- */

/* A register of which each record of another has at most one: its parent is unique. */
static enum rc one_each(struct req *q, struct err *err)
{
    const struct pack_register *r = q->reg;
    if (r->parent != NULL && r->parent->unique && r->parent->type == FIELD_REF) return RC_OK;
    return err_set(err, &E_http_one_each, NO_PLACE, text2_in(&r->d.title, q->lang));
}

enum rc route_under(struct req *q, struct err *err)
{
    const struct json *body;
    uint64_t *ids = NULL;
    size_t n = 0;
    TRY(one_each(q, err));
    TRY(req_json(q, "ids", &body, err));
    TRY(json_ids_in_order(q, body, "ids", FILL_MOST, &ids, &n, err));
    struct column *columns = arena_array(&q->arena, struct column, q->reg->fields_count + 1u);
    size_t columns_n = 0;
    for (uint32_t i = 0; i < q->reg->fields_count; i++)
        if (q->reg->fields[i].derive == NULL) columns[columns_n++] = (struct column){.name = q->reg->fields[i].name, .field = &q->reg->fields[i], .reg = q->reg};
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (size_t i = 0; i < n; i++) {
        struct record rec;
        struct sight s;
        struct sv of = sv_int((int64_t)ids[i]);
        uint64_t id = 0;
        TRY(record_seen(q, PACK_READ, q->reg->parent->ref, ids[i], &rec, &s, err));
        TRY(record_find_by(q->view->records, q->reg, q->reg->parent, &of, &id, err));
        json_object(&q->j);
        put_key(&q->j, "of");
        TRY(ref_put(q, q->reg->parent->ref, ids[i], err));
        if (id != 0 && record_seen(q, PACK_READ, q->reg, id, &rec, &s, err) == RC_OK) {
            put_u64(&q->j, "id", rec.id);
            put_u64(&q->j, "version", rec.version);
            TRY(values_put(q, q->reg, &rec, &s, columns, columns_n, "card", err));
        } else {
            put_null(&q->j, "id");
            put_null(&q->j, "version");
            put_null(&q->j, "values");
        }
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

/* {"rows":[{"of":ID,"values":{…}}]}: all or none, as one change each that is made or new. */
enum rc route_fill(struct req *q, struct err *err)
{
    const struct json *body;
    struct receipt receipt;
    struct batch_result result = {0};
    TRY(one_each(q, err));
    if (!register_writable(q, q->reg)) return err_set(err, &E_http_read_only, NO_PLACE, text2_in(&q->reg->d.title, q->lang));
    TRY(req_json(q, "rows", &body, err));
    const struct json *rows = json_get(body, STR("rows"));
    if (rows == NULL || rows->kind != JSON_ARRAY || rows->count == 0 || rows->count > FILL_MOST)
        return err_set(err, &E_http_body, NO_PLACE, STR("rows"), STR("1 到 500 行"), STR("1 to 500 rows"));
    struct batch_item *items = arena_array(&q->arena, struct batch_item, rows->count + 1);
    uint64_t *made = arena_array(&q->arena, uint64_t, rows->count + 1);
    size_t n = 0;
    for (const struct json *m = rows->first; m != NULL; m = m->next) {
        struct given g = {0};
        struct record rec;
        struct sight s;
        uint64_t of = 0, id = 0;
        if (m->kind != JSON_OBJECT) return err_set(err, &E_http_body, NO_PLACE, STR("rows"), STR("行"), STR("rows"));
        TRY(json_u64(m, "of", true, &of, err));
        TRY(values_take(q, json_get(m, STR("values")), &g, err));
        for (uint32_t i = 0; i < g.n; i++)
            if (g.fields[i] == q->reg->parent) return err_set(err, &E_http_body, NO_PLACE, q->reg->parent->name, STR("写在 of 里"), STR("given as \"of\""));
        TRY(record_seen(q, PACK_READ, q->reg->parent->ref, of, &rec, &s, err));
        struct sv parent = sv_int((int64_t)of);
        TRY(record_find_by(q->view->records, q->reg, q->reg->parent, &parent, &id, err));
        struct batch_item *it = &items[n++];
        if (id != 0) {
            TRY(record_seen(q, PACK_WRITE, q->reg, id, &rec, &s, err));
            *it = (struct batch_item){.kind = BATCH_UPDATE, .reg = q->reg, .id = id, .if_version = rec.version, .count = g.n, .fields = g.fields, .values = g.values};
            continue;
        }
        const struct pack_field **fields = arena_array(&q->arena, const struct pack_field *, g.n + 1u);
        struct sv *values = arena_array(&q->arena, struct sv, g.n + 1u);
        for (uint32_t i = 0; i < g.n; i++) {
            fields[i] = g.fields[i];
            values[i] = g.values[i];
        }
        fields[g.n] = q->reg->parent;
        values[g.n] = parent;
        *it = (struct batch_item){.kind = BATCH_CREATE, .reg = q->reg, .count = g.n + 1, .fields = fields, .values = values};
    }
    struct args_batch args = {.items = items, .count = n, .ids = made, .result = &result};
    struct command c = {.verb = VERB_BATCH, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(req_submit(q, &c, &receipt, err));
    answer_json(q);
    json_object(&q->j);
    receipt_members(q, &receipt);
    put_u64(&q->j, "created", result.created);
    put_u64(&q->j, "updated", result.updated);
    put_u64(&q->j, "unchanged", result.unchanged);
    json_end_object(&q->j);
    return RC_OK;
}
