/* session.c - coming in and going out; who a request stands for.  Passwords, codes and sessions are area's and access's: here are only cookies. */
#include <arpa/inet.h>
#include <microhttpd.h>

#include "http/inner.h"

/* The session or the token behind a request, and what it may. */
enum rc enter(struct req *q, struct err *err)
{
    if (q->bearer) {
        TRY(area_grant_token(q->view, q->token, &q->grant, err));
        if (!access_token_hash(q->token, &q->session.hash)) return err_set0(err, &E_access_no_session, NO_PLACE);
        q->session.account = grant_account(q->grant);
        return RC_OK;
    }
    TRY(area_session_look(q->view, q->token, &q->arena, &q->session, &q->tired, err));
    enum rc rc = area_grant(q->view, q->session.account, &q->grant, err);
    /* A closed account's session is no session. */
    if (rc == RC_DENIED || rc == RC_ABSENT) return err_set0(err, &E_access_no_session, NO_PLACE);
    if (rc == RC_OK && (q->session.factors & FACTOR_CERTIFICATE) != 0) rc = card_still(q, err);
    if (rc != RC_OK || !q->session.must_change) return rc;
    /* The session says how it began; the first password may have been changed since. */
    struct area_credential now;
    TRY(area_credential(q->view, q->session.account, &now, err));
    q->session.must_change = now.must_change;
    return RC_OK;
}

/* Where a request comes from, for counting failures.  On the machine itself everybody has one address: names alone are counted then. */
struct str address_of(struct req *q)
{
    if (from_proxy(q)) {
        struct str all = req_header(q, "X-Forwarded-For");
        size_t from = 0;
        for (size_t i = 0; i < all.len; i++)
            if (all.ptr[i] == ',') from = i + 1;
        return str_trim(str_sub(all, from, all.len)); /* what our own proxy added stands last */
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(q->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN] = "";
    if (info == NULL || info->client_addr == NULL) return STR("");
    if (info->client_addr->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, info->client_addr, sizeof in);
        if ((ntohl(in.sin_addr.s_addr) >> 24) == 127) return STR("");
        (void)inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
    } else if (info->client_addr->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, info->client_addr, sizeof in6);
        if (IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr)) return STR("");
        (void)inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text);
    }
    return str_dup(&q->arena, str_c(text));
}

/* ---- the session as pages see it ---- */

static struct sv value_of(const struct pack_register *r, const struct record *rec, const char *field)
{
    const struct pack_field *f = pack_field_find(r, str_c(field));
    return f == NULL || f->derive != NULL ? sv_null() : rec->values[f->column];
}

/* Roles held today, each with its place. */
static enum rc roles_put(struct req *q, struct err *err)
{
    const struct pack_register *r = pack_register_find(q->view->set, STR("role_holding"));
    const struct pack_field *ref = r == NULL ? NULL : pack_field_find(r, STR("account"));
    uint64_t *ids = NULL;
    size_t n = 0;
    put_key(&q->j, "roles");
    json_array(&q->j);
    if (ref != NULL) TRY(record_back(q->view->records, r, ref, q->session.account, &q->arena, &ids, &n, err));
    for (size_t i = 0; i < n; i++) {
        struct record rec;
        TRY(record_get(q->view->records, r, ids[i], &q->arena, &rec, err));
        struct sv role = value_of(r, &rec, "role"), since = value_of(r, &rec, "since"), until = value_of(r, &rec, "until"),
                  reg = value_of(r, &rec, "scope_register"), tree = value_of(r, &rec, "tree"), node = value_of(r, &rec, "node");
        day_num today = grant_today(q->grant);
        if ((since.kind == SV_INT && since.i > today) || (until.kind == SV_INT && until.i < today)) continue;
        const struct pack_role *pr = NULL;
        for (uint32_t k = 0; k < q->view->set->roles_count; k++)
            if (str_eq(q->view->set->roles[k]->d.name, role.s)) pr = q->view->set->roles[k];
        struct text2 office = office_title(office_of(role.s));
        const struct pack_register *at = reg.kind == SV_TEXT ? pack_register_find(q->view->set, reg.s) : NULL;
        json_object(&q->j);
        put_text(&q->j, "name", role.s);
        put_text(&q->j, "title", pr != NULL ? text2_in(&pr->d.title, q->lang) : office_of(role.s) != OFFICE_NONE ? text2_in(&office, q->lang) : role.s);
        put_text_or_null(&q->j, "scope", pr == NULL ? STR_NONE : pr->scope);
        put_text_or_null(&q->j, "tree", tree.s);
        put_key(&q->j, "node");
        TRY(ref_put(q, at, node.kind == SV_INT ? (uint64_t)node.i : 0, err));
        put_day(&q->j, "until", until.kind == SV_INT ? until.i : ENTRY_NO_DAY);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    return RC_OK;
}

static enum rc session_put(struct req *q, struct err *err)
{
    const struct pack_register *person_reg = NULL;
    uint64_t person = grant_person(q->grant, &person_reg);
    static const char *const offices[] = {NULL, "system", "security", "audit"};
    answer_json(q);
    json_object(&q->j);
    put_key(&q->j, "account");
    json_object(&q->j);
    put_u64(&q->j, "id", grant_account(q->grant));
    put_text(&q->j, "name", grant_name(q->grant));
    put_text(&q->j, "display", grant_title(q->grant));
    json_end_object(&q->j);
    put_key(&q->j, "person");
    TRY(ref_put(q, person_reg, person, err));
    TRY(roles_put(q, err));
    size_t idle_n = 0;
    const struct access_idle *idle = grant_why(q->grant, &idle_n);
    put_key(&q->j, "idle_roles");
    json_array(&q->j);
    for (size_t i = 0; i < idle_n; i++) {
        json_object(&q->j);
        put_text(&q->j, "name", idle[i].role);
        put_text(&q->j, "why", q->lang == LANG_ZH ? idle[i].zh : idle[i].en);
        json_end_object(&q->j);
    }
    json_end_array(&q->j);
    put_key(&q->j, "admin");
    json_array(&q->j);
    enum access_office office = grant_office(q->grant);
    if (office != OFFICE_NONE) json_string(&q->j, str_c(offices[office]));
    json_end_array(&q->j);
    put_text(&q->j, "csrf", q->session.csrf);
    put_day(&q->j, "today", q->run.today);
    put_text(&q->j, "zone", str_c(q->view->set->zone));
    put_text(&q->j, "profile", str_c(pack_profile_word(q->http->profile)));
    put_flag(&q->j, "must_change_password", q->session.must_change);
    json_end_object(&q->j);
    return RC_OK;
}

enum rc route_session_make(struct req *q, struct err *err)
{
    const struct json *body;
    struct area_sign_in in = {0};
    struct area_signed_in out;
    TRY(req_json(q, "name password totp", &body, err));
    TRY(json_text(body, "name", true, &in.name, err));
    TRY(json_text(body, "password", true, &in.password, err));
    TRY(json_text(body, "totp", false, &in.code, err));
    if (in.code.ptr == NULL) in.code = STR("");
    in.from = address_of(q);
    if (!card_shown(q, &in.certificate)) in.certificate = STR("");
    TRY(area_sign_in(q->site->area, &in, &out, err));
    q->token = str_dup(&q->arena, str_c(out.token));
    TRY(req_view(q, err));
    TRY(enter(q, err));
    TRY(session_put(q, err));
    answer_header(q, "Set-Cookie", gate_cookie(q, q->token, false));
    return RC_OK;
}

/* The certificate that TLS has, for the account that it is bound to; who was told that a password is asked for besides comes in by both. */
enum rc route_session_card(struct req *q, struct err *err)
{
    struct area_signed_in out;
    struct str print;
    if (!card_shown(q, &print)) return err_set0(err, &E_http_card, NO_PLACE);
    TRY(area_sign_in_certificate(q->site->area, print, &out, err));
    q->token = str_dup(&q->arena, str_c(out.token));
    TRY(req_view(q, err));
    TRY(enter(q, err));
    TRY(session_put(q, err));
    answer_header(q, "Set-Cookie", gate_cookie(q, q->token, false));
    return RC_OK;
}

enum rc route_session_get(struct req *q, struct err *err) { return session_put(q, err); }

enum rc route_session_drop(struct req *q, struct err *err)
{
    area_view_rest(q->view);
    if (!q->bearer) TRY(area_sign_out(q->site->area, q->token, err));
    q->status = 204;
    answer_header(q, "Set-Cookie", gate_cookie(q, STR(""), true));
    answer_header(q, "Clear-Site-Data", STR("\"cache\", \"storage\""));
    return RC_OK;
}

enum rc route_password(struct req *q, struct err *err)
{
    const struct json *body;
    struct area_password p = {.actor = q->session.account, .account = q->session.account, .keep_session = q->token};
    TRY(req_json(q, "old new", &body, err));
    TRY(json_text(body, "old", true, &p.old, err));
    TRY(json_text(body, "new", true, &p.now, err));
    if (q->bearer) return err_set(err, &E_http_denied, NO_PLACE, str_c("Bearer"));
    area_view_rest(q->view);
    TRY(area_password_set(q->site->area, &p, err));
    q->status = 204;
    return RC_OK;
}

/* Without a code: a new secret to scan.  With one: from now on it counts. */
enum rc route_totp(struct req *q, struct err *err)
{
    const struct json *body;
    struct str code;
    struct buf uri;
    TRY(req_json(q, "code", &body, err));
    TRY(json_text(body, "code", false, &code, err));
    if (q->bearer) return err_set(err, &E_http_denied, NO_PLACE, str_c("Bearer"));
    uint64_t account = q->session.account;
    area_view_rest(q->view);
    if (code.len > 0) {
        TRY(area_totp_confirm(q->site->area, account, code, err));
        q->status = 204;
        return RC_OK;
    }
    buf_init(&uri, 4096);
    enum rc rc = area_totp_begin(q->site->area, account, account, &uri, err);
    if (rc == RC_OK) {
        answer_json(q);
        json_object(&q->j);
        put_text(&q->j, "uri", buf_view(&uri));
        json_end_object(&q->j);
    }
    buf_fini(&uri);
    return rc;
}
