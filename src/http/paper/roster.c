/*
 * roster.c - rosters: those that packs declare, those that users made and kept, those made for once; on the screen and as files.
 * All run over the guard: a column out of sight is blank, a record out of scope is in no list, what it is picked and sorted by must be in sight.
 */
#include "http/paper/leave.h"

enum { ROWS_SHOWN = 500, ROWS_SHOWN_MAX = 5000, COLUMNS_MAX = 200, TEXT_MAX = 4000, KEPT_MAX = 20000, ONLY_MAX = 20000, LIST_MOST = 500 };

/* ---- which ---- */

/* A title must not be taken for a part of the column's text. */
static struct str title_part(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.len + 1);
    for (size_t i = 0; i < s.len; i++) p[i] = strchr("=;|([{\"", s.ptr[i]) != NULL ? ' ' : s.ptr[i];
    return str_trim(str_of(p, s.len));
}

static enum rc text_of(const struct json *obj, const char *name, struct str *out, struct err *err)
{
    TRY(json_text(obj, name, false, out, err));
    if (out->ptr == NULL) *out = STR("");
    return out->len > TEXT_MAX ? err_set(err, &E_http_body, NO_PLACE, str_c(name), STR("不超过 4000 字节"), STR("at most 4000 bytes")) : RC_OK;
}

static enum rc only_members(const struct json *obj, const char *names, struct err *err)
{
    for (const struct json *m = obj->first; m != NULL; m = m->next)
        if (!named_in(names, m->key)) return err_set(err, &E_http_unknown, NO_PLACE, m->key, STR(""));
    return RC_OK;
}

/* {"register","title","columns":[{"title","value","format","above","width","total"}],"where","order","group","a3","portrait"} */
static enum rc words_take(struct req *q, const struct json *w, struct pack_roster *out, struct err *err)
{
    struct str reg, columns = STR("");
    const struct pack_register *r = NULL;
    struct roster_words words = {.title = STR("")};
    if (w == NULL || w->kind != JSON_OBJECT) return err_set(err, &E_http_body, NO_PLACE, STR("words"), STR("对象"), STR("an object"));
    TRY(only_members(w, "register title columns where order group a3 portrait", err));
    TRY(json_text(w, "register", true, &reg, err));
    TRY(req_register(q, reg, &r, err));
    TRY(text_of(w, "title", &words.title, err));
    TRY(text_of(w, "where", &words.where, err));
    TRY(text_of(w, "order", &words.order, err));
    TRY(text_of(w, "group", &words.group, err));
    TRY(json_flag(w, "a3", &words.a3, err));
    TRY(json_flag(w, "portrait", &words.portrait, err));
    const struct json *list = json_get(w, STR("columns"));
    if (list == NULL || list->kind != JSON_ARRAY || list->count == 0 || list->count > COLUMNS_MAX)
        return err_set(err, &E_http_body, NO_PLACE, STR("columns"), STR("1 到 200 列"), STR("1 to 200 columns"));
    for (const struct json *m = list->first; m != NULL; m = m->next) {
        struct str title, value, format;
        if (m->kind != JSON_OBJECT) return err_set(err, &E_http_body, NO_PLACE, STR("columns"), STR("列"), STR("columns"));
        TRY(only_members(m, "title value format above width total", err));
        TRY(text_of(m, "value", &value, err));
        TRY(text_of(m, "title", &title, err));
        TRY(text_of(m, "format", &format, err));
        value = str_trim(value);
        title = title_part(&q->arena, title.len > 0 ? title : value);
        if (value.len == 0) return err_set(err, &E_http_body, NO_PLACE, STR("value"), STR("字段或者式子"), STR("a field or an expression"));
        columns = str_cat(&q->arena, columns, columns.len > 0 ? STR(";") : STR(""), title.len > 0 ? title : STR("列"), STR("="), value, STR("|"), format);
    }
    words.columns = columns;
    TRY(exchange_roster_make(q->view->set, r, &words, &q->arena, out, err));
    if (out->columns_count != list->count) return err_set(err, &E_http_body, NO_PLACE, STR("value"), STR("一个式子：里面不能有分号"), STR("one expression, without ;"));
    struct pack_roster_column *own = arena_array(&q->arena, struct pack_roster_column, list->count + 1);
    uint32_t i = 0;
    for (const struct json *m = list->first; m != NULL; m = m->next, i++) {
        uint64_t width = 0;
        own[i] = out->columns[i];
        TRY(text_of(m, "above", &own[i].above, err));
        TRY(json_u64(m, "width", false, &width, err));
        TRY(json_flag(m, "total", &own[i].total, err));
        own[i].width = (uint32_t)MIN(width, (uint64_t)120);
    }
    out->columns = own;
    out->d.title.en = out->d.title.zh;
    return RC_OK;
}

static struct sv value_of(const struct pack_register *r, const struct record *rec, const char *field)
{
    const struct pack_field *f = pack_field_find(r, str_c(field));
    return f == NULL || f->derive != NULL ? sv_null() : rec->values[f->column];
}

/* A kept one that is mine or shared; RC_ABSENT http.absent. */
static enum rc kept_get(struct req *q, uint64_t id, bool mine, const struct pack_register **reg, struct record *rec, struct err *err)
{
    TRY(req_register(q, STR("saved_roster"), reg, err));
    enum rc rc = record_get(q->view->records, *reg, id, &q->arena, rec, err);
    if (rc == RC_OK && rec->closed_us == 0) {
        struct sv by = value_of(*reg, rec, "by"), shared = value_of(*reg, rec, "shared");
        bool own = by.kind == SV_INT && (uint64_t)by.i == grant_account(q->grant);
        if (own || (!mine && shared.kind == SV_INT && shared.i != 0)) return RC_OK;
    } else if (rc != RC_OK && rc != RC_ABSENT) {
        return rc;
    }
    return err_set(err, &E_http_absent, NO_PLACE, str_cat(&q->arena, say_in(q, "名册/", "roster/"), str_u64(&q->arena, id)));
}

static enum rc roster_of(struct req *q, const struct json *body, struct pack_roster *out, struct err *err)
{
    struct str name;
    uint64_t saved = 0;
    TRY(json_text(body, "roster", false, &name, err));
    TRY(json_u64(body, "saved", false, &saved, err));
    if (name.ptr != NULL) {
        const struct pack_roster *p = pack_roster_find(q->view->set, name);
        if (p == NULL || !grant_may(q->grant, PACK_READ, p->over)) return err_set(err, &E_http_absent, NO_PLACE, name);
        *out = *p;
        return RC_OK;
    }
    if (saved == 0) return words_take(q, json_get(body, STR("words")), out, err);
    const struct pack_register *reg;
    struct record rec;
    struct json *words = NULL;
    TRY(kept_get(q, saved, false, &reg, &rec, err));
    TRY(json_parse(&q->arena, value_of(reg, &rec, "words").s, &words, err));
    TRY(words_take(q, words, out, err));
    out->d.title.zh = out->d.title.en = value_of(reg, &rec, "title").s;
    return RC_OK;
}

/* What it is picked, sorted and grouped by must be in sight. */
static enum rc by_classes(struct req *q, enum pack_verb v, const struct pack_roster *p, unsigned *classes, struct err *err)
{
    *classes = 0;
    if (p->where != NULL) TRY(program_allowed(q, p->over, p->where, classes, err));
    if (p->group != NULL) TRY(program_allowed(q, p->over, p->group, classes, err));
    for (uint32_t i = 0; i < p->order_count; i++) {
        if (p->order[i].value != NULL) TRY(program_allowed(q, p->over, p->order[i].value, classes, err));
        else *classes |= record_display_classes(q->view->records, p->over);
    }
    if ((*classes & ~1u) == 0 || grant_scope_by(q->grant, v, p->over, *classes & ~1u, &q->arena)->terms_count > 0) return RC_OK;
    return err_set(err, &E_http_filter_field, NO_PLACE, text2_in(&p->over->d.title, q->lang));
}

static enum rc options_take(struct req *q, const struct json *body, struct list_options *o, struct err *err)
{
    uint64_t *only = NULL;
    *o = (struct list_options){.lang = q->lang, .view = q->view};
    TRY(json_day(q, body, "as_of", req_today(q), &o->as_of, err));
    TRY(json_ids(q, body, "only", ONLY_MAX, &only, &o->only_count, err));
    o->only = only;
    return RC_OK;
}

/* ---- on the screen ---- */

struct screen { struct req *q; const struct pack_roster *p; const unsigned char *hidden; uint64_t limit, rows; uint32_t n; bool open; };

static const char *const kinds[] = {"row", "group", "subtotal", "total"};

static void cell_put(struct json_out *j, const struct cell *c)
{
    struct buf b;
    switch (c->kind) {
    case CELL_BLANK: json_null(j); return;
    case CELL_TEXT: json_string(j, c->text); return;
    case CELL_NUMBER:
        buf_init(&b, 80);
        dec_put(&b, dec_scaled(c->number, (int)c->scale));
        json_string(j, buf_view(&b));
        buf_fini(&b);
        return;
    case CELL_DATE:
    case CELL_MONTH:
        buf_init(&b, 80);
        day_put(&b, c->number);
        json_string(j, str_sub(buf_view(&b), 0, c->kind == CELL_MONTH ? 7 : 10));
        buf_fini(&b);
        return;
    }
}

static enum rc screen_begin(void *ctx, const struct sheet_column *columns, uint32_t n, struct err *err)
{
    struct screen *s = ctx;
    struct json_out *j = &s->q->j;
    (void)err;
    s->n = n;
    put_key(j, "columns");
    json_array(j);
    for (uint32_t i = 0; i < n; i++) {
        json_object(j);
        put_text(j, "title", columns[i].title);
        put_text_or_null(j, "above", columns[i].group.len > 0 ? columns[i].group : STR_NONE);
        put_text(j, "type", columns[i].number ? STR("number") : columns[i].date ? STR("date") : columns[i].month ? STR("month") : STR("text"));
        put_u64(j, "width", columns[i].width);
        put_flag(j, "hidden", i > 0 && s->hidden[i - 1] != 0);
        json_end_object(j);
    }
    json_end_array(j);
    put_key(j, "rows");
    json_array(j);
    s->open = true;
    return RC_OK;
}

static enum rc screen_row(void *ctx, enum list_row kind, const struct cell *cells, struct err *err)
{
    struct screen *s = ctx;
    struct json_out *j = &s->q->j;
    if (kind == LIST_DATA && ++s->rows > s->limit) return RC_OK;
    if (kind != LIST_TOTAL && s->rows > s->limit) return RC_OK;
    json_object(j);
    put_text(j, "kind", str_c(kinds[kind]));
    put_key(j, "cells");
    json_array(j);
    for (uint32_t i = 0; i < s->n; i++) cell_put(j, &cells[i]);
    json_end_array(j);
    json_end_object(j);
    return buf_failed(&s->q->out) ? err_set(err, &E_http_too_large, NO_PLACE, str_u64(&s->q->arena, OUT_MAX)) : RC_OK;
}

static const unsigned char *hidden_of(struct req *q, enum pack_verb v, const struct pack_roster *p)
{
    const struct scope *s = grant_scope(q->grant, v, p->over);
    unsigned char *hidden = arena_array(&q->arena, unsigned char, p->columns_count + 1u);
    for (uint32_t i = 0; i < p->columns_count; i++) {
        bool seen = p->columns[i].class == PACK_OPEN;
        for (uint32_t k = 0; k < s->terms_count; k++) seen = seen || (!s->terms[k].self && (s->terms[k].classes & (1u << p->columns[i].class)) != 0);
        hidden[i] = !seen;
    }
    return hidden;
}

enum rc route_roster_run(struct req *q, struct err *err)
{
    const struct json *body;
    struct pack_roster p;
    struct list_options o;
    struct seeing see;
    uint64_t limit = 0, rows = 0;
    unsigned classes;
    TRY(req_json(q, "roster saved words as_of only limit", &body, err));
    TRY(roster_of(q, body, &p, err));
    if (!grant_may(q->grant, PACK_READ, p.over)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&p.over->d.title, q->lang));
    TRY(by_classes(q, PACK_READ, &p, &classes, err));
    TRY(options_take(q, body, &o, err));
    TRY(json_u64(body, "limit", false, &limit, err));
    seeing_of(q, &see, PACK_READ, classes, "list");
    o.sight = &see.sight;
    struct screen s = {.q = q, .p = &p, .hidden = hidden_of(q, PACK_READ, &p), .limit = limit == 0 ? ROWS_SHOWN : MIN(limit, (uint64_t)ROWS_SHOWN_MAX)};
    struct list_sink sink = {.ctx = &s, .begin = screen_begin, .row = screen_row};
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_text(&q->j, "title", text2_in(&p.d.title, q->lang));
    put_text(&q->j, "register", p.over->d.name);
    put_day(&q->j, "as_of", o.as_of);
    put_flag(&q->j, "personal", p.class != PACK_OPEN);
    put_flag(&q->j, "may_print", grant_may(q->grant, PACK_PRINT, p.over));
    TRY(exchange_roster_run(q->view->records, &p, &o, &sink, &rows, err));
    json_end_array(&q->j);
    put_u64(&q->j, "count", rows);
    put_flag(&q->j, "cut", rows > s.limit);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- as a file ---- */

static struct str described(struct req *q, const struct pack_roster *p, const struct list_options *o)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_str(&b, p->over->d.name);
    buf_char(&b, ' ');
    day_put(&b, o->as_of);
    if (p->where != NULL) buf_str(&b, p->where->text);
    for (uint32_t i = 0; i < p->columns_count; i++) buf_str(&b, p->columns[i].value->text);
    for (size_t i = 0; i < o->only_count; i++) {
        buf_char(&b, ' ');
        buf_u64(&b, o->only[i]);
    }
    struct str s = export_digest(q, buf_view(&b));
    buf_fini(&b);
    return s;
}

static struct str titles(struct req *q, const struct pack_roster *p)
{
    struct str s = STR("");
    for (uint32_t i = 0; i < p->columns_count && s.len < 3800; i++) s = str_cat(&q->arena, s, i > 0 ? STR(" ") : STR(""), p->columns[i].title);
    return s;
}

enum rc route_roster_export(struct req *q, struct err *err)
{
    const struct json *body;
    struct pack_roster p;
    struct list_options o;
    struct seeing see;
    struct str format, reason;
    struct made_file m;
    uint64_t rows = 0;
    unsigned classes;
    bool go = false, later = false;
    TRY(req_json(q, "roster saved words as_of only format reason unmasked", &body, err));
    TRY(roster_of(q, body, &p, err));
    if (!grant_may(q->grant, PACK_PRINT, p.over)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&p.over->d.title, q->lang));
    TRY(by_classes(q, PACK_PRINT, &p, &classes, err));
    TRY(options_take(q, body, &o, err));
    TRY(json_reason(body, &reason, err));
    TRY(json_flag(body, "unmasked", &o.unmasked, err));
    TRY(json_text(body, "format", false, &format, err));
    if (format.len == 0) format = STR("xlsx");
    const char *ending = str_eq(format, STR("csv")) ? ".csv" : str_eq(format, STR("docx")) ? ".docx" : ".xlsx";
    if (!str_eq(format, str_c(ending + 1))) return err_set(err, &E_http_body, NO_PLACE, STR("format"), STR("xlsx、docx 或 csv"), STR("xlsx, docx or csv"));
    seeing_of(q, &see, PACK_PRINT, classes, "export");
    o.sight = &see.sight;
    struct args_export note = {.reg = p.over->d.name, .columns = titles(q, &p), .filter = described(q, &p, &o), .personal = p.class != PACK_OPEN, .reason = reason};
    o.mark = export_mark(q, note.filter);
    struct list l = {.reg = p.over, .scope = grant_scope(q->grant, PACK_PRINT, p.over)};
    if (o.only_count > 0) rows = o.only_count;
    else TRY(list_count(q, &l, &rows, err));
    TRY(leave_later(q, p.over, rows, 0, p.over->d.name, ending, &later, err));
    if (later) return RC_OK;
    TRY(made_open(&m, ending, err));
    enum rc rc = exchange_roster_file(q->view->records, &p, &o, str_c(m.path), &rows, err);
    if (rc == RC_OK) rc = made_read(&m, &q->out, err);
    made_close(&m);
    TRY(rc);
    note.rows = rows;
    if (o.unmasked && p.class >= PACK_RESTRICTED) note.columns = str_cat(&q->arena, note.columns, STR(" *"));
    leave_as(q, p.over->d.name, ending);
    return export_enter(q, &note, &go, err);
}

/* ---- kept ones ---- */

static void declared_put(struct req *q, const struct pack_roster *p)
{
    struct json_out *j = &q->j;
    json_object(j);
    put_text(j, "name", p->d.name);
    put_text(j, "title", text2_in(&p->d.title, q->lang));
    put_text(j, "register", p->over->d.name);
    put_text(j, "where", p->where == NULL ? STR("") : p->where->text);
    put_text(j, "group", p->group == NULL ? STR("") : p->group->text);
    put_flag(j, "a3", p->a3);
    put_flag(j, "portrait", p->portrait);
    struct str order = STR("");
    for (uint32_t i = 0; i < p->order_count; i++)
        order = str_cat(&q->arena, order, i > 0 ? STR("; ") : STR(""), p->order[i].value != NULL ? p->order[i].value->text : p->order[i].strokes ? STR("strokes") : STR("pinyin"));
    put_text(j, "order", order);
    put_key(j, "columns");
    json_array(j);
    for (uint32_t i = 0; i < p->columns_count; i++) {
        json_object(j);
        put_text(j, "title", p->columns[i].title);
        put_text(j, "value", p->columns[i].value->text);
        put_text(j, "format", p->columns[i].format);
        put_text(j, "above", p->columns[i].above);
        put_u64(j, "width", p->columns[i].width);
        put_flag(j, "total", p->columns[i].total);
        json_end_object(j);
    }
    json_end_array(j);
    json_end_object(j);
}

static enum rc saved_put(void *ctx, const struct record *rec, struct err *err)
{
    struct req *q = ctx;
    const struct pack_register *r = pack_register_find(q->view->set, STR("saved_roster")), *over;
    struct sv by = value_of(r, rec, "by"), shared = value_of(r, rec, "shared"), words = value_of(r, rec, "words"), reg = value_of(r, rec, "over");
    bool mine = by.kind == SV_INT && (uint64_t)by.i == grant_account(q->grant), all = shared.kind == SV_INT && shared.i != 0;
    over = reg.kind == SV_TEXT ? pack_register_find(q->view->set, reg.s) : NULL;
    if ((!mine && !all) || over == NULL || words.kind != SV_TEXT || !grant_may(q->grant, PACK_READ, over)) return RC_OK;
    json_object(&q->j);
    put_u64(&q->j, "id", rec->id);
    put_text(&q->j, "title", value_of(r, rec, "title").s);
    put_text(&q->j, "register", over->d.name);
    put_flag(&q->j, "mine", mine);
    put_flag(&q->j, "shared", all);
    put_key(&q->j, "by");
    TRY(ref_put(q, pack_register_find(q->view->set, STR("account")), by.kind == SV_INT ? (uint64_t)by.i : 0, err));
    put_key(&q->j, "words");
    json_raw(&q->j, words.s);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_rosters(struct req *q, struct err *err)
{
    const struct pack_set *set = q->view->set;
    const struct pack_register *kept = pack_register_find(set, STR("saved_roster"));
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "seq", q->view->seq);
    put_key(&q->j, "items");
    json_array(&q->j);
    for (uint32_t i = 0; i < set->rosters_count; i++)
        if (grant_may(q->grant, PACK_READ, set->rosters[i]->over)) declared_put(q, set->rosters[i]);
    json_end_array(&q->j);
    put_key(&q->j, "saved");
    json_array(&q->j);
    if (kept != NULL) TRY(record_each(q->view->records, kept, RECORD_BY_ID, false, saved_put, q, err));
    json_end_array(&q->j);
    json_end_object(&q->j);
    return RC_OK;
}

static void tree_put(struct json_out *j, const struct json *v)
{
    switch (v->kind) {
    case JSON_NULL: json_null(j); return;
    case JSON_TRUE: json_bool(j, true); return;
    case JSON_FALSE: json_bool(j, false); return;
    case JSON_NUMBER: json_raw(j, v->text); return;
    case JSON_STRING: json_string(j, v->text); return;
    case JSON_ARRAY:
        json_array(j);
        for (const struct json *m = v->first; m != NULL; m = m->next) tree_put(j, m);
        json_end_array(j);
        return;
    case JSON_OBJECT:
        json_object(j);
        for (const struct json *m = v->first; m != NULL; m = m->next) {
            json_key_any(j, m->key);
            tree_put(j, m);
        }
        json_end_object(j);
        return;
    }
}

/* Kept under its maker's name: mine alone, or for everybody who sees the register. */
enum rc route_roster_keep(struct req *q, struct err *err)
{
    const struct json *body;
    const struct pack_register *reg = NULL;
    struct pack_roster p;
    struct str title;
    struct buf b;
    uint64_t id = 0;
    unsigned classes;
    bool shared = false;
    TRY(req_json(q, "id title words shared", &body, err));
    TRY(json_text(body, "title", true, &title, err));
    TRY(json_u64(body, "id", false, &id, err));
    TRY(json_flag(body, "shared", &shared, err));
    TRY(req_register(q, STR("saved_roster"), &reg, err));
    title = str_trim(title);
    if (title.len == 0 || title.len > 240) return err_set(err, &E_http_body, NO_PLACE, STR("title"), STR("名称"), STR("a title"));
    const struct json *words = json_get(body, STR("words"));
    TRY(words_take(q, words, &p, err));
    if (!grant_may(q->grant, PACK_READ, p.over)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&p.over->d.title, q->lang));
    TRY(by_classes(q, PACK_READ, &p, &classes, err));
    buf_init(&b, KEPT_MAX);
    struct json_out tree;
    json_out_init(&tree, &b);
    tree_put(&tree, words);
    struct str text = str_dup(&q->arena, buf_view(&b));
    bool large = buf_failed(&b);
    buf_fini(&b);
    if (large) return err_set(err, &E_http_too_large, NO_PLACE, str_u64(&q->arena, KEPT_MAX));
    struct record rec;
    if (id != 0) TRY(kept_get(q, id, true, &reg, &rec, err));
    struct str names[] = {STR("title"), STR("over"), STR("words"), STR("shared"), STR("by")};
    struct sv values[] = {sv_text(title), sv_text(p.over->d.name), sv_text(text), sv_int(shared), sv_int((int64_t)grant_account(q->grant))};
    return own_keep(q, reg, id, id != 0 ? rec.version : 0, ARRAY_LEN(names), 1, names, values, err);
}

enum rc route_roster_drop(struct req *q, struct err *err)
{
    const struct pack_register *reg;
    struct record rec;
    uint64_t id;
    TRY(req_id(q, 0, &id, err));
    TRY(kept_get(q, id, true, &reg, &rec, err));
    return own_drop(q, reg, id, rec.version, err);
}
