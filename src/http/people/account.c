/* account.c - who signs in and what they hold: records of packs/core, read by the three administrators, each route by the right it asks for. */
#include "http/inner.h"

static struct sv value_of(const struct pack_register *r, const struct record *rec, const char *field)
{
    const struct pack_field *f = pack_field_find(r, str_c(field));
    return f == NULL || f->derive != NULL ? sv_null() : rec->values[f->column];
}

struct str role_title(struct req *q, struct str role)
{
    for (uint32_t i = 0; i < q->view->set->roles_count; i++)
        if (str_eq(q->view->set->roles[i]->d.name, role)) return text2_in(&q->view->set->roles[i]->d.title, q->lang);
    struct text2 office = office_title(office_of(role));
    return office.zh.len > 0 ? text2_in(&office, q->lang) : role;
}

static enum rc holding_put(struct req *q, const struct pack_register *r, const struct record *rec, struct err *err)
{
    struct sv role = value_of(r, rec, "role"), reg = value_of(r, rec, "scope_register"), node = value_of(r, rec, "node"), tree = value_of(r, rec, "tree"),
              since = value_of(r, rec, "since"), until = value_of(r, rec, "until");
    const struct pack_register *at = reg.kind == SV_TEXT ? pack_register_find(q->view->set, reg.s) : NULL;
    json_object(&q->j);
    put_u64(&q->j, "id", rec->id);
    put_text(&q->j, "name", role.s);
    put_text(&q->j, "title", role_title(q, role.s));
    put_text_or_null(&q->j, "tree", tree.s);
    put_key(&q->j, "node");
    /* The place is what the administrator gave: a unit is called by its name; what is no tree (a person) by its number. */
    if (at != NULL && node.kind == SV_INT) {
        struct str display;
        TRY(record_display(q->view->records, at, (uint64_t)node.i, &q->arena, &display, err));
        json_object(&q->j);
        put_text(&q->j, "register", at->d.name);
        put_u64(&q->j, "id", (uint64_t)node.i);
        put_text(&q->j, "display", at->trees_count > 0 ? display : str_cat(&q->arena, STR("#"), str_u64(&q->arena, (uint64_t)node.i)));
        json_end_object(&q->j);
    } else {
        json_null(&q->j);
    }
    put_day(&q->j, "since", since.kind == SV_INT ? since.i : ENTRY_NO_DAY);
    put_day(&q->j, "until", until.kind == SV_INT ? until.i : ENTRY_NO_DAY);
    json_end_object(&q->j);
    return RC_OK;
}

static enum rc holdings_put(struct req *q, uint64_t account, struct err *err)
{
    const struct pack_register *r = pack_register_find(q->view->set, STR("role_holding"));
    const struct pack_field *ref = r == NULL ? NULL : pack_field_find(r, STR("account"));
    uint64_t *ids = NULL;
    size_t n = 0;
    put_key(&q->j, "roles");
    json_array(&q->j);
    if (ref != NULL) TRY(record_back(q->view->records, r, ref, account, &q->arena, &ids, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(q->view->records, r, ids[i], &q->arena, &rec, err));
        TRY(holding_put(q, r, &rec, err));
    }
    json_end_array(&q->j);
    return RC_OK;
}

struct account_list { struct req *q; uint64_t limit, shown, last_id; size_t last_at; bool more; };

static enum rc account_row(void *ctx, const struct record *rec, const struct sight *sight, size_t at, bool *stop, struct err *err)
{
    struct account_list *l = ctx;
    struct req *q = l->q;
    const struct pack_register *r = pack_register_find(q->view->set, STR("account"));
    (void)sight;
    if (l->shown == l->limit) {
        l->more = *stop = true;
        return RC_OK;
    }
    struct area_credential c;
    struct sv name = value_of(r, rec, "name"), title = value_of(r, rec, "title"), since = value_of(r, rec, "since"), until = value_of(r, rec, "until"),
              reg = value_of(r, rec, "person_register"), person = value_of(r, rec, "person");
    TRY(area_credential(q->view, rec->id, &c, err));
    json_object(&q->j);
    put_u64(&q->j, "id", rec->id);
    put_u64(&q->j, "version", rec->version);
    put_text(&q->j, "name", name.s);
    put_text(&q->j, "display", title.s);
    put_text(&q->j, "title", title.s);
    put_key(&q->j, "person");
    TRY(ref_put(q, reg.kind == SV_TEXT ? pack_register_find(q->view->set, reg.s) : NULL, person.kind == SV_INT ? (uint64_t)person.i : 0, err));
    put_day(&q->j, "since", since.kind == SV_INT ? since.i : ENTRY_NO_DAY);
    put_day(&q->j, "until", until.kind == SV_INT ? until.i : ENTRY_NO_DAY);
    put_flag(&q->j, "password", c.password);
    put_flag(&q->j, "must_change", c.must_change);
    put_flag(&q->j, "totp", c.totp);
    put_text_or_null(&q->j, "certificate", value_of(r, rec, "certificate").s);
    struct sv both = value_of(r, rec, "both");
    put_flag(&q->j, "both", both.kind == SV_INT && both.i != 0);
    TRY(holdings_put(q, rec->id, err));
    json_end_object(&q->j);
    l->shown++;
    l->last_at = at;
    l->last_id = rec->id;
    return RC_OK;
}

enum rc route_accounts(struct req *q, struct err *err)
{
    const struct pack_register *r = NULL;
    struct account_list a = {.q = q};
    uint64_t seq, at = 0, id, mark = 91;
    size_t from = 0;
    TRY(req_register(q, STR("account"), &r, err));
    if (grant_office(q->grant) == OFFICE_NONE) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&r->d.title, q->lang));
    TRY(req_u64(q, "limit", PAGE_DEFAULT, PAGE_MAX, &a.limit, err));
    if (req_query(q, "after").len > 0) {
        TRY(cursor_take(q, req_query(q, "after"), mark, &seq, &at, &id, err));
        from = (size_t)at + 1;
    }
    struct list l = {.reg = r, .order = {ORDER_KEY, NULL, false}, .scope = grant_scope(q->grant, PACK_READ, r)};
    items_open(q, true);
    TRY(list_each(q, &l, from, account_row, &a, err));
    items_next(q, a.more ? cursor_put(q, q->view->seq, a.last_at, a.last_id, mark) : STR_NONE);
    return RC_OK;
}

/* ---- making and stopping ---- */

static enum rc day_member(const struct json *body, const char *name, day_num absent, day_num *out, struct err *err)
{
    struct str text;
    *out = absent;
    TRY(json_text(body, name, false, &text, err));
    if (text.len == 0 || day_parse(text, out)) return RC_OK;
    return err_set(err, &E_http_body, NO_PLACE, str_c(name), STR("日期"), STR("a date"));
}

enum rc route_account_make(struct req *q, struct err *err)
{
    const struct json *body;
    struct str name, title, password;
    day_num since = 0, until = 0;
    struct receipt r;
    char made[25];
    TRY(req_json(q, "name title since until password", &body, err));
    TRY(json_text(body, "name", true, &name, err));
    TRY(json_text(body, "title", true, &title, err));
    TRY(json_text(body, "password", false, &password, err));
    TRY(day_member(body, "since", grant_today(q->grant), &since, err));
    TRY(day_member(body, "until", ENTRY_NO_DAY, &until, err));
    bool own = password.len == 0;
    if (own) {
        access_password_make(made);
        password = str_c(made);
    }
    TRY(access_password_fit(name, password, err));
    static const struct str fields[] = {STR_INIT("name"), STR_INIT("title"), STR_INIT("since"), STR_INIT("until")};
    struct sv values[] = {sv_text(name), sv_text(title), sv_int(since), until == ENTRY_NO_DAY ? sv_null() : sv_int(until)};
    struct args_create args = {.reg = STR("account"), .count = ARRAY_LEN(fields), .fields = fields, .values = values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(req_submit(q, &c, &r, err));
    struct area_password p = {.actor = grant_account(q->grant), .account = r.id, .now = password};
    TRY(area_password_set(q->site->area, &p, err));
    q->status = 201;
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "id", r.id);
    put_u64(&q->j, "first_seq", r.first_seq);
    put_u64(&q->j, "last_seq", r.last_seq);
    put_text_or_null(&q->j, "password", own ? password : STR_NONE); /* shown this once */
    json_end_object(&q->j);
    return RC_OK;
}

/* Whose card it is, and whether a password is asked for besides: that takes two. */
static enum rc card_bind(struct req *q, const struct pack_register *reg, uint64_t id, uint32_t version, const struct json *body, struct err *err)
{
    static const struct str fields[] = {STR_INIT("certificate"), STR_INIT("both")};
    struct str given, print = STR("");
    struct receipt r;
    bool both = false, done = false;
    TRY(json_text(body, "certificate", false, &given, err));
    TRY(json_flag(body, "both", &both, err));
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (pack_field_find(reg, fields[i]) == NULL) return err_set(err, &E_http_gone, NO_PLACE, fields[i]);
    if (given.len > 0 && !card_print_of(&q->arena, given, &print)) return err_set0(err, &E_http_card_print, NO_PLACE);
    struct sv values[] = {print.len == 0 ? sv_null() : sv_text(print), sv_int(both)};
    if (both && print.len == 0) return err_set0(err, &E_http_card_print, NO_PLACE);
    struct args_update args = {.reg = STR("account"), .id = id, .if_version = version, .count = ARRAY_LEN(fields), .fields = fields, .values = values};
    struct command c = {.verb = VERB_UPDATE, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(req_submit_or_propose(q, &c, q->lang == LANG_ZH ? STR("绑定证书") : STR("bind a certificate"), &r, &done, err));
    if (done) receipt_put(q, &r);
    return RC_OK;
}

enum rc route_account_patch(struct req *q, struct err *err)
{
    const struct json *body;
    const struct pack_register *reg = NULL;
    struct record rec;
    struct sight sight;
    struct receipt r = {0};
    struct str title;
    day_num until = 0;
    uint64_t id = 0;
    uint32_t version = 0, n = 0;
    bool reset = false;
    struct str fields[2];
    struct sv values[2];
    char made[25] = "";
    TRY(req_register(q, STR("account"), &reg, err));
    TRY(req_id(q, 0, &id, err));
    TRY(record_seen(q, PACK_READ, reg, id, &rec, &sight, err));
    TRY(req_json(q, "title until reset_password certificate both", &body, err));
    if (req_header(q, "If-Match").len > 0) TRY(req_version(q, &version, err));
    if (json_get(body, STR("certificate")) != NULL && body->count <= 2) return card_bind(q, reg, id, version, body, err);
    if (json_get(body, STR("certificate")) != NULL || json_get(body, STR("both")) != NULL)
        return err_set(err, &E_http_body, NO_PLACE, STR("certificate"), STR("单独办理的内容（至多再带 both）"), STR("changed by itself, with nothing but both beside it"));
    TRY(json_text(body, "title", false, &title, err));
    TRY(day_member(body, "until", ENTRY_NO_DAY, &until, err));
    TRY(json_flag(body, "reset_password", &reset, err));
    if (title.len > 0) {
        fields[n] = STR("title");
        values[n++] = sv_text(title);
    }
    if (json_get(body, STR("until")) != NULL) {
        fields[n] = STR("until");
        values[n++] = until == ENTRY_NO_DAY ? sv_null() : sv_int(until);
    }
    struct args_update args = {.reg = STR("account"), .id = id, .if_version = version, .count = n, .fields = fields, .values = values};
    struct command c = {.verb = VERB_UPDATE, .happened = ENTRY_NO_DAY, .args = &args};
    if (n == 0 && !reset) return err_set(err, &E_http_body, NO_PLACE, STR("title"), STR("要改的内容"), STR("something to change"));
    if (n > 0) TRY(req_submit(q, &c, &r, err));
    else area_view_rest(q->view);
    if (reset) {
        access_password_make(made);
        struct area_password p = {.actor = grant_account(q->grant), .account = id, .now = str_c(made)};
        TRY(area_password_set(q->site->area, &p, err));
    }
    answer_json(q);
    json_object(&q->j);
    put_u64(&q->j, "id", id);
    put_u64(&q->j, "version", r.version);
    put_u64(&q->j, "first_seq", r.first_seq);
    put_u64(&q->j, "last_seq", r.last_seq);
    put_text_or_null(&q->j, "password", str_c(made));
    json_end_object(&q->j);
    return RC_OK;
}

/* ---- roles ---- */

enum rc route_roles(struct req *q, struct err *err)
{
    const struct pack_set *set = q->view->set;
    static const struct str offices[] = {STR_INIT("system-admin"), STR_INIT("security-admin"), STR_INIT("audit-admin")};
    static const char *const verbs[] = {"read", "write", "act", "print"};
    (void)err;
    items_open(q, false);
    for (uint32_t i = 0; i < set->roles_count; i++) {
        const struct pack_role *r = set->roles[i];
        json_object(&q->j);
        put_text(&q->j, "name", r->d.name);
        put_text2(q, "title", &r->d.title);
        put_text(&q->j, "level", r->scope);
        put_key(&q->j, "may");
        json_object(&q->j);
        for (unsigned v = PACK_READ; v <= PACK_PRINT; v++) {
            put_key(&q->j, verbs[v]);
            json_array(&q->j);
            for (uint32_t k = 0; k < r->may_count; k++)
                if (r->may[k].verb == (enum pack_verb)v) json_string(&q->j, r->may[k].reg != NULL ? r->may[k].reg->d.name : r->may[k].proc->d.name);
            json_end_array(&q->j);
        }
        json_end_object(&q->j);
        put_basis(q, r->d.basis, r->d.basis_count);
        json_end_object(&q->j);
    }
    for (size_t i = 0; i < ARRAY_LEN(offices); i++) {
        json_object(&q->j);
        put_text(&q->j, "name", offices[i]);
        put_text(&q->j, "title", role_title(q, offices[i]));
        put_text(&q->j, "level", STR("area"));
        put_text(&q->j, "admin", offices[i]);
        json_end_object(&q->j);
    }
    items_close(q);
    return RC_OK;
}

enum rc route_role_give(struct req *q, struct err *err)
{
    const struct json *body, *node;
    struct str role, tree, reg = STR_NONE;
    uint64_t account = 0, levels = 0, place = 0;
    day_num since = 0, until = 0;
    struct receipt r;
    TRY(req_id(q, 0, &account, err));
    struct str reason;
    bool done = false;
    TRY(req_json(q, "role node tree levels since until reason", &body, err));
    TRY(json_text(body, "reason", false, &reason, err));
    TRY(json_text(body, "role", true, &role, err));
    TRY(json_text(body, "tree", false, &tree, err));
    TRY(json_u64(body, "levels", false, &levels, err));
    TRY(day_member(body, "since", grant_today(q->grant), &since, err));
    TRY(day_member(body, "until", ENTRY_NO_DAY, &until, err));
    node = json_get(body, STR("node"));
    if (node != NULL && node->kind == JSON_OBJECT) {
        TRY(json_text(node, "register", true, &reg, err));
        TRY(json_u64(node, "id", true, &place, err));
    }
    const struct pack_register *at = reg.len > 0 ? pack_register_find(q->view->set, reg) : NULL;
    if (reg.len > 0 && at == NULL) return err_set(err, &E_http_absent, NO_PLACE, reg);
    if (tree.len == 0 && at != NULL && at->trees_count > 0) tree = at->trees[0]->name;
    static const struct str fields[] = {STR_INIT("account"), STR_INIT("role"), STR_INIT("scope_register"), STR_INIT("tree"), STR_INIT("node"), STR_INIT("levels"), STR_INIT("since"), STR_INIT("until")};
    struct sv values[] = {sv_int((int64_t)account), sv_text(role), at == NULL ? sv_null() : sv_text(reg), tree.len == 0 ? sv_null() : sv_text(tree),
                          place == 0 ? sv_null() : sv_int((int64_t)place), json_get(body, STR("levels")) == NULL ? sv_null() : sv_int((int64_t)levels), sv_int(since),
                          until == ENTRY_NO_DAY ? sv_null() : sv_int(until)};
    struct args_create args = {.reg = STR("role_holding"), .count = ARRAY_LEN(fields), .fields = fields, .values = values};
    struct command c = {.verb = VERB_CREATE, .happened = ENTRY_NO_DAY, .args = &args};
    if (reason.len == 0) reason = str_cat(&q->arena, q->lang == LANG_ZH ? STR("给角色：") : STR("give a role: "), role_title(q, role));
    TRY(req_submit_or_propose(q, &c, reason, &r, &done, err));
    if (!done) return RC_OK;
    receipt_put(q, &r);
    q->status = 201;
    return RC_OK;
}

enum rc route_role_take(struct req *q, struct err *err)
{
    const struct pack_register *reg = NULL;
    struct record rec;
    struct sight sight;
    struct receipt r;
    struct args_close args = {.reg = STR("role_holding")};
    uint64_t account = 0;
    TRY(req_register(q, STR("role_holding"), &reg, err));
    TRY(req_id(q, 0, &account, err));
    TRY(req_id(q, 1, &args.id, err));
    TRY(record_seen(q, PACK_READ, reg, args.id, &rec, &sight, err));
    if ((uint64_t)value_of(reg, &rec, "account").i != account) return err_set(err, &E_http_absent, NO_PLACE, q->args[1]);
    struct command c = {.verb = VERB_CLOSE, .happened = ENTRY_NO_DAY, .args = &args};
    TRY(req_submit(q, &c, &r, err));
    receipt_put(q, &r);
    return RC_OK;
}
