/*
 * saved.c - views of a list that people keep: columns, filters, order.  They are records (saved_view of packs/core): mine alone, or shared with those who hold a role that I
 * hold.  What is kept is how one looks, not whom one sees: every opening asks the reader's own grant.
 */
#include "http/inner.h"

enum { WORDS_MAX = 16 << 10, OWN_MOST = 100, CHIPS_MOST = 40 };

static struct sv value_of(const struct pack_register *r, const struct record *rec, const char *field)
{
    const struct pack_field *f = pack_field_find(r, str_c(field));
    return f == NULL || f->derive != NULL ? sv_null() : rec->values[f->column];
}
static bool mine(struct req *q, const struct pack_register *r, const struct record *rec)
{
    struct sv by = value_of(r, rec, "by");
    return by.kind == SV_INT && (uint64_t)by.i == grant_account(q->grant);
}

/* An office counts as a role here too. */
static bool holds(struct req *q, struct str role)
{
    size_t n = 0;
    const struct pack_role *const *roles = grant_roles(q->grant, &n);
    for (size_t i = 0; i < n; i++)
        if (str_eq(roles[i]->d.name, role)) return true;
    enum access_office office = grant_office(q->grant);
    return office != OFFICE_NONE && office == office_of(role);
}

struct listing { struct req *q; const struct pack_register *reg; size_t own; bool silent; };

static enum rc view_put(void *ctx, const struct record *rec, struct err *err)
{
    struct listing *l = ctx;
    struct req *q = l->q;
    struct sv over = value_of(l->reg, rec, "over"), role = value_of(l->reg, rec, "role"), words = value_of(l->reg, rec, "words"), by = value_of(l->reg, rec, "by");
    bool own = mine(q, l->reg, rec);
    if (over.kind != SV_TEXT || !str_eq(over.s, q->reg->d.name) || words.kind != SV_TEXT || (!own && (role.kind != SV_TEXT || !holds(q, role.s)))) return RC_OK;
    l->own += own;
    if (l->silent) return RC_OK;
    json_object(&q->j);
    put_u64(&q->j, "id", rec->id);
    put_text(&q->j, "title", value_of(l->reg, rec, "title").s);
    put_flag(&q->j, "mine", own);
    put_key(&q->j, "role");
    if (role.kind == SV_TEXT) {
        json_object(&q->j);
        put_text(&q->j, "name", role.s);
        put_text(&q->j, "title", role_title(q, role.s));
        json_end_object(&q->j);
    } else {
        json_null(&q->j);
    }
    put_key(&q->j, "by");
    TRY(ref_put(q, pack_register_find(q->view->set, STR("account")), by.kind == SV_INT ? (uint64_t)by.i : 0, err));
    put_key(&q->j, "words");
    json_raw(&q->j, words.s);
    json_end_object(&q->j);
    return RC_OK;
}

/* The register is the engine's and gives nobody a right: whose a record is stands in it, which the caller has looked at. */
enum rc own_keep(struct req *q, const struct pack_register *reg, uint64_t id, uint32_t version, uint32_t count, uint32_t stay, const struct str *names, const struct sv *values, struct err *err)
{
    struct receipt receipt;
    struct args_create make = {.reg = reg->d.name, .count = count, .fields = names, .values = values};
    struct args_update change = {.reg = reg->d.name, .id = id, .if_version = version, .count = count - stay, .fields = names, .values = values};
    struct command c = {.verb = id != 0 ? VERB_UPDATE : VERB_CREATE, .happened = ENTRY_NO_DAY, .args = id != 0 ? (const void *)&change : (const void *)&make};
    TRY(req_submit_as(q, 0, &c, &receipt, err));
    q->status = id != 0 ? 200 : 201;
    receipt_put(q, &receipt);
    return RC_OK;
}

enum rc own_drop(struct req *q, const struct pack_register *reg, uint64_t id, uint32_t version, struct err *err)
{
    struct receipt receipt;
    struct args_close args = {.reg = reg->d.name, .id = id, .if_version = version};
    struct command c = {.verb = VERB_CLOSE, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(req_submit_as(q, 0, &c, &receipt, err));
    receipt_put(q, &receipt);
    return RC_OK;
}

enum rc route_views(struct req *q, struct err *err)
{
    struct listing l = {.q = q, .reg = pack_register_find(q->view->set, STR("saved_view"))};
    items_open(q, false);
    if (l.reg != NULL) TRY(record_each(q->view->records, l.reg, RECORD_BY_ID, false, view_put, &l, err));
    json_end_array(&q->j);
    put_flag(&q->j, "keeps", l.reg != NULL && !q->bearer);
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- kept ---- */

static struct str member(const struct json *words, const char *name)
{
    const struct json *t = json_get(words, str_c(name));
    return t == NULL || t->kind != JSON_STRING ? STR("") : t->text;
}

/* [["35 岁以下","年龄 < 35"], …]: each filter is one that I may ask. */
static enum rc chips_check(struct req *q, struct str text, struct err *err)
{
    struct json *all = NULL;
    if (text.len == 0) return RC_OK;
    if (json_parse(&q->arena, text, &all, err) != RC_OK || all->kind != JSON_ARRAY || all->count > CHIPS_MOST)
        return err_set(err, &E_http_body, NO_PLACE, STR("chips"), STR("至多 40 个条件的列表"), STR("a list of at most 40 filters"));
    for (const struct json *c = all->first; c != NULL; c = c->next) {
        const struct feel_program *p = NULL;
        unsigned classes = 0;
        if (c->kind != JSON_ARRAY || c->count != 2 || c->first->kind != JSON_STRING || c->first->next->kind != JSON_STRING)
            return err_set(err, &E_http_body, NO_PLACE, STR("chips"), STR("[说法, 条件]"), STR("[words, filter]"));
        TRY(filter_compile(q, q->reg, c->first->next->text, &p, &classes, err));
    }
    return RC_OK;
}

static enum rc words_check(struct req *q, const struct json *words, struct str *out, struct err *err)
{
    struct order order;
    struct column *columns = NULL;
    size_t n = 0;
    struct buf b;
    struct json_out j;
    if (words == NULL || words->kind != JSON_OBJECT || words->count == 0) return err_set(err, &E_http_body, NO_PLACE, STR("words"), STR("对象"), STR("an object"));
    buf_init(&b, WORDS_MAX);
    json_out_init(&j, &b);
    json_object(&j);
    for (const struct json *m = words->first; m != NULL; m = m->next) {
        bool known = named_in("cols chips q order closed", m->key);
        if (!known || m->kind != JSON_STRING) {
            buf_fini(&b);
            return known ? err_set(err, &E_http_body, NO_PLACE, m->key, STR("文字"), STR("a text")) : err_set(err, &E_http_unknown, NO_PLACE, m->key, STR("cols"));
        }
        json_key_any(&j, m->key);
        json_string(&j, m->text);
    }
    json_end_object(&j);
    *out = str_dup(&q->arena, buf_view(&b));
    bool large = buf_failed(&b);
    buf_fini(&b);
    if (large) return err_set(err, &E_http_too_large, NO_PLACE, str_u64(&q->arena, WORDS_MAX));
    if (member(words, "cols").len > 0) TRY(columns_parse(q, q->reg, member(words, "cols"), &columns, &n, err));
    TRY(order_parse(q, q->reg, member(words, "order"), &order, err));
    return chips_check(q, member(words, "chips"), err);
}

static enum rc own_get(struct req *q, const struct pack_register *reg, uint64_t id, struct record *rec, struct err *err)
{
    enum rc rc = record_get(q->view->records, reg, id, &q->arena, rec, err);
    struct sv over = rc == RC_OK ? value_of(reg, rec, "over") : sv_null();
    bool ok = rc == RC_OK && rec->closed_us == 0 && mine(q, reg, rec) && over.kind == SV_TEXT && str_eq(over.s, q->reg->d.name);
    return ok ? RC_OK : rc != RC_OK && rc != RC_ABSENT ? rc : err_set(err, &E_http_absent, NO_PLACE, str_u64(&q->arena, id));
}

enum rc route_view_keep(struct req *q, struct err *err)
{
    const struct json *body;
    const struct pack_register *reg = NULL;
    struct str title, role, words;
    struct record rec;
    uint64_t id = 0;
    if (q->bearer) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&q->reg->d.title, q->lang));
    TRY(req_json(q, "id title words role", &body, err));
    TRY(json_u64(body, "id", false, &id, err));
    TRY(json_text(body, "title", true, &title, err));
    TRY(json_text(body, "role", false, &role, err));
    TRY(req_register(q, STR("saved_view"), &reg, err));
    title = str_trim(title);
    if (title.len == 0 || utf8_count(title) > 60) return err_set(err, &E_http_body, NO_PLACE, STR("title"), STR("1 到 60 个字的名称"), STR("a title of 1 to 60 characters"));
    if (role.ptr == NULL) role = STR("");
    if (role.len > 0 && !holds(q, role)) return err_set(err, &E_http_denied, NO_PLACE, role_title(q, role));
    TRY(words_check(q, json_get(body, STR("words")), &words, err));
    if (id != 0) {
        TRY(own_get(q, reg, id, &rec, err));
    } else {
        struct listing l = {.q = q, .reg = reg, .silent = true};
        TRY(record_each(q->view->records, reg, RECORD_BY_ID, false, view_put, &l, err));
        if (l.own >= OWN_MOST) return err_set(err, &E_http_views_full, NO_PLACE, str_u64(&q->arena, l.own));
    }
    struct str names[] = {STR("title"), STR("over"), STR("words"), STR("role"), STR("by")};
    struct sv values[] = {sv_text(title), sv_text(q->reg->d.name), sv_text(words), role.len > 0 ? sv_text(role) : sv_null(), sv_int((int64_t)grant_account(q->grant))};
    return own_keep(q, reg, id, id != 0 ? rec.version : 0, ARRAY_LEN(names), 1, names, values, err);
}

enum rc route_view_drop(struct req *q, struct err *err)
{
    const struct pack_register *reg = NULL;
    struct record rec;
    uint64_t id;
    TRY(req_id(q, 1, &id, err));
    TRY(req_register(q, STR("saved_view"), &reg, err));
    TRY(own_get(q, reg, id, &rec, err));
    return own_drop(q, reg, id, rec.version, err);
}
