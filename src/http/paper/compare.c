/*
 * compare.c - a spreadsheet against a register, as a job: what is in the one alone, in the other alone, what differs, cell by cell.
 * What is accepted goes through the one door, in the name of who accepts it; a cell that changed meanwhile is left, and told.
 */
#include "http/job/job.h"
#include "http/paper/leave.h"

enum { LINES_SHOWN = 3000 };

struct comparing {
    struct compare_result out;
    struct job_sight see;
    struct records *rs;
    bool pair;                       /* two sheets: nothing of the register is in it, nothing can be taken */
    struct job_lines take;
    uint64_t created, updated, closed, moved, last;
};

/* Who was shown with personal values: before the answer can leave. */
static enum rc note_reads(struct job_here *h, struct comparing *c, const struct pack_register *r, struct err *err)
{
    struct access_read *rows = arena_array(h->arena, struct access_read, c->out.lines_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < c->out.lines_count; i++) {
        const struct compare_line *l = &c->out.lines[i];
        if (l->id == 0) continue;
        enum pack_class class = l->field != NULL && l->field->class > PACK_PERSONAL ? l->field->class : PACK_PERSONAL;
        rows[n++] = (struct access_read){.reader = h->account, .reg = record_number(c->rs, r), .record = l->id, .class = class, .purpose = STR("list")};
    }
    area_view_rest(h->view);
    return n == 0 ? RC_OK : area_read_note(h->site->area, rows, n, err);
}

/* How people are told apart, a form over the register says. */
static const struct pack_field ***match_of(const struct pack_set *set, const struct pack_register *r)
{
    for (uint32_t i = 0; i < set->forms_count; i++)
        if (set->forms[i]->over == r && set->forms[i]->match != NULL) return set->forms[i]->match;
    return NULL;
}

static enum rc take_line(struct job_here *h, const struct area_view *v, size_t i, struct batch_item *it, bool *use, struct err *err);

static void lines_begin(struct job_here *h, struct comparing *c)
{
    c->take = (struct job_lines){.count = c->out.lines_count, .done = arena_array(h->arena, unsigned char, c->out.lines_count + 1), .item = take_line};
}

static enum rc compare_read(struct job_here *h, struct err *err)
{
    struct comparing *c = h->ctx;
    const struct pack_register *r = pack_register_find(h->view->set, job_word(h, "register"));
    if (r == NULL) return err_set(err, &E_http_absent, NO_PLACE, job_word(h, "register"));
    c->rs = h->view->records;
    if (!exchange_is_xlsx(h->bytes)) {
        struct zip_part *parts;
        size_t n;
        TRY(exchange_zip_read(STR("zip"), h->bytes, STR(".xlsx"), h->arena, &parts, &n, err));
        if (n != 2) return err_set(err, &E_http_body, NO_PLACE, STR("body"), STR("两张 .xlsx"), STR("two .xlsx"));
        c->pair = true;
        TRY(exchange_compare_sheets(c->rs, r, (struct compare_sheet){parts[0].bytes, NULL}, (struct compare_sheet){parts[1].bytes, NULL}, match_of(h->view->set, r), h->arena, &c->out, err));
        lines_begin(h, c);
        atomic_store(&h->total, c->out.lines_count);
        return RC_OK;
    }
    TRY(job_sight_open(h, PACK_READ, &c->see, err));
    enum rc rc = exchange_compare_seen(c->rs, r, h->bytes, NULL, match_of(h->view->set, r), &c->see.sight, h->arena, &c->out, err);
    if (rc == RC_OK) lines_begin(h, c);
    if (rc == RC_OK) rc = note_reads(h, c, r, err);
    job_sight_close(&c->see);
    atomic_store(&h->total, c->out.lines_count);
    return rc;
}

/* ---- accepted ---- */

static struct str text_now(struct records *rs, const struct pack_field *f, const struct sv *v, struct arena *a)
{
    struct str s = STR("");
    struct err none;
    if (v->kind != SV_NULL && record_value_text(rs, f, v, a, &s, &none) != RC_OK) s = STR("?");
    return s;
}

static enum rc take_line(struct job_here *h, const struct area_view *v, size_t i, struct batch_item *it, bool *use, struct err *err)
{
    struct comparing *c = h->ctx;
    const struct pack_register *r = pack_register_find(v->set, job_word(h, "register"));
    if (r == NULL) return err_set(err, &E_http_absent, NO_PLACE, job_word(h, "register"));
    const struct compare_line *l = &c->out.lines[i];
    struct record rec;
    if (l->kind == COMPARE_ADDED) {
        const struct pack_field **fields = arena_array(h->arena, const struct pack_field *, c->out.fields_count + 1);
        struct sv *values = arena_array(h->arena, struct sv, c->out.fields_count + 1);
        uint32_t n = 0;
        for (size_t k = 0; k < c->out.fields_count; k++) {
            /* The compiled packs may be others by now: by name. */
            const struct pack_field *f = c->out.fields[k] == NULL ? NULL : pack_field_find(r, c->out.fields[k]->name);
            if (f == NULL || f->derive != NULL || l->cells[k].len == 0) continue;
            TRY(record_value_parse(v->records, f, l->cells[k], h->arena, &values[n], err));
            fields[n++] = f;
        }
        *it = (struct batch_item){.kind = BATCH_CREATE, .reg = r, .count = n, .fields = fields, .values = values};
        *use = true;
        return RC_OK;
    }
    if (l->kind != COMPARE_CHANGED && l->kind != COMPARE_GONE) return RC_OK;
    TRY(record_get(v->records, r, l->id, h->arena, &rec, err));
    if (l->kind == COMPARE_GONE) {
        *it = (struct batch_item){.kind = BATCH_CLOSE, .reg = r, .id = l->id, .if_version = rec.version};
        *use = rec.closed_us == 0;
        return RC_OK;
    }
    const struct pack_field *f = pack_field_find(r, l->field->name);
    if (f == NULL || f->derive != NULL || rec.closed_us != 0 || !str_eq(text_now(v->records, f, &rec.values[f->column], h->arena), l->was)) {
        c->take.done[i] = LINE_MOVED;
        return RC_OK;
    }
    const struct pack_field **fields = arena_array(h->arena, const struct pack_field *, 1);
    struct sv *value = arena_array(h->arena, struct sv, 1);
    fields[0] = f;
    TRY(record_value_parse(v->records, f, l->now, h->arena, value, err));
    *it = (struct batch_item){.kind = BATCH_UPDATE, .reg = r, .id = l->id, .count = 1, .fields = fields, .values = value};
    *use = true;
    return RC_OK;
}

static enum rc compare_apply(struct job_here *h, struct err *err)
{
    struct comparing *c = h->ctx;
    if (c->pair) return err_set(err, &E_http_job_state, NO_PLACE, STR("ready"));
    TRY(job_take(h, &c->take, err));
    c->created += c->take.result.created;
    c->updated += c->take.result.updated;
    c->closed += c->take.result.closed;
    c->moved += c->take.moved;
    c->last = c->take.last;
    return RC_OK;
}

static const char *const kinds[] = {"same", "added", "gone", "changed", "several"};

static enum rc compare_put(struct req *q, struct job_here *h, bool applied, bool failed, struct err *err)
{
    struct comparing *c = h->ctx;
    (void)err;
    if (failed) return RC_OK;
    put_flag(&q->j, "pair", c->pair);
    put_text(&q->j, "sheet", c->out.sheet);
    put_text(&q->j, "warnings", c->out.warnings);
    put_key(&q->j, "counts");
    json_object(&q->j);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) put_u64(&q->j, kinds[i], c->out.count[i]);
    json_end_object(&q->j);
    put_key(&q->j, "lines");
    json_array(&q->j);
    for (size_t i = 0; i < c->out.lines_count && i < LINES_SHOWN; i++) {
        const struct compare_line *l = &c->out.lines[i];
        json_object(&q->j);
        put_u64(&q->j, "idx", i);
        put_text(&q->j, "kind", str_c(kinds[l->kind]));
        put_u64(&q->j, "row", l->row);
        if (l->id == 0) put_null(&q->j, "id");
        else put_u64(&q->j, "id", l->id);
        put_text(&q->j, "called", l->called);
        put_text_or_null(&q->j, "by", l->by.len > 0 ? l->by : STR_NONE);
        bool cell = l->kind == COMPARE_CHANGED;
        put_u64(&q->j, "was_row", l->was_row);
        put_text_or_null(&q->j, "field", l->field != NULL ? text2_in(&l->field->title, q->lang) : cell ? l->title : STR_NONE);
        put_text_or_null(&q->j, "was", cell ? l->was : STR_NONE);
        put_text_or_null(&q->j, "now", cell ? l->now : STR_NONE);
        put_text(&q->j, "state", str_c(line_state(c->take.done[i])));
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_flag(&q->j, "cut", c->out.lines_count > LINES_SHOWN);
    if (!result_open(q, applied)) return RC_OK;
    put_u64(&q->j, "created", c->created);
    put_u64(&q->j, "updated", c->updated);
    put_u64(&q->j, "closed", c->closed);
    put_u64(&q->j, "moved", c->moved);
    put_u64(&q->j, "last_seq", c->last);
    json_end_object(&q->j);
    return RC_OK;
}

const struct job_work compare_work = {.kind = "compare", .ctx_len = sizeof(struct comparing), .read = compare_read, .apply = compare_apply, .put = compare_put, .again = true};

enum rc route_compare(struct req *q, struct err *err)
{
    struct str name = req_header(q, "X-Guiju-Filename");
    bool ok = true;
    if (q->bearer) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&q->reg->d.title, q->lang)); /* it says what a token may not see */
    if (!exchange_is_xlsx(buf_view(&q->body)) && !str_starts(buf_view(&q->body), STR("PK\x03\x04"))) return err_set(err, &E_http_type, NO_PLACE, STR("body"), STR(".xlsx"));
    name = name.ptr == NULL ? STR("") : percent_decode(&q->arena, name, false, &ok);
    const struct pair words[] = {{STR("file"), ok && name.len <= 300 && utf8_check(name, err) == RC_OK ? name : STR("")}, {STR("register"), q->reg->d.name}};
    return job_begin(q, &compare_work, words, ARRAY_LEN(words), err);
}
