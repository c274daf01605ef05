/*
 * gate.c - who asks, and what for.  The only way from a request to a record: no handler of a route that asks for something runs before this has
 * passed, and every record comes through sight_of().
 */
#include "http/inner.h"

/* A cookie is sent by the browser whoever asks; the text beside it only by our own page. */
static bool same_text(struct str a, struct str b)
{
    unsigned char differ = (unsigned char)(a.len != b.len);
    for (size_t i = 0; i < a.len && i < b.len; i++) differ |= (unsigned char)(a.ptr[i] ^ b.ptr[i]);
    return differ == 0 && a.len > 0;
}

/* Browsers say where a request comes from; what says nothing is no browser, and has no cookie of ours by accident. */
static enum rc origin_check(struct req *q, struct err *err)
{
    struct str origin = req_header(q, "Origin"), site = req_header(q, "Sec-Fetch-Site");
    if (site.ptr != NULL && !str_eq(site, STR("same-origin")) && !str_eq(site, STR("none"))) return err_set0(err, &E_http_origin, NO_PLACE);
    if (origin.ptr == NULL) return RC_OK;
    size_t at = str_find(origin, STR("://"));
    if (at == SIZE_MAX || !str_eq(str_sub(origin, at + 3, origin.len), q->host)) return err_set0(err, &E_http_origin, NO_PLACE);
    return RC_OK;
}

static enum rc find_site(struct req *q, struct err *err)
{
    for (size_t i = 0; i < q->http->sites_count; i++)
        if (str_eq(q->http->sites[i].name, q->parts[3])) {
            q->site = &q->http->sites[i];
            return RC_OK;
        }
    return err_set(err, &E_http_no_area, NO_PLACE, q->parts[3]);
}

static enum rc find_token(struct req *q, struct err *err)
{
    struct str auth = req_header(q, "Authorization"), cookie = req_cookie(q, "guiju_session");
    if (str_starts(auth, STR("Bearer "))) {
        q->bearer = true;
        q->token = str_trim(str_sub(auth, 7, auth.len));
    } else if (cookie.ptr != NULL) {
        q->token = cookie;
    }
    return q->token.len == 0 ? err_set0(err, &E_http_sign_in, NO_PLACE) : RC_OK;
}

static enum rc ask_right(struct req *q, enum access_right right, struct err *err)
{
    if (grant_right(q->grant, right)) return RC_OK;
    return err_set(err, &E_http_denied, NO_PLACE, str_c(ask_name(q->route->ask, q->lang)));
}

static enum rc ask_register(struct req *q, enum pack_verb v, struct err *err)
{
    if (grant_may(q->grant, v, q->reg)) return RC_OK;
    return err_set(err, &E_http_denied, NO_PLACE, str_cat(&q->arena, text2_in(&q->reg->d.title, q->lang), STR(" "), str_c(ask_name(q->route->ask, q->lang))));
}

/* Does who holds it write records anywhere in the area?  Who only counts votes or looks on does not. */
static bool writes_everywhere(const struct pack_role *role)
{
    for (uint32_t i = 0; i < role->may_count; i++)
        if (role->may[i].verb == PACK_WRITE && str_eq(role->scope, STR("area"))) return true;
    return false;
}

/* Judging works over everything, writes findings and tells totals: only for those whose office is the whole area. */
static enum rc ask_judge(struct req *q, struct err *err)
{
    size_t n = 0;
    const struct pack_role *const *roles = grant_roles(q->grant, &n);
    for (size_t i = 0; i < n; i++)
        if (!q->bearer && writes_everywhere(roles[i])) return RC_OK;
    return err_set(err, &E_http_denied, NO_PLACE, str_c(ask_name(ASK_JUDGE, q->lang)));
}

static enum rc ask(struct req *q, struct err *err)
{
    switch (q->route->ask) {
    case ASK_NOTHING:
    case ASK_SESSION:
    case ASK_FIRST: return RC_OK;
    case ASK_READ: return ask_register(q, PACK_READ, err);
    case ASK_WRITE: return ask_register(q, PACK_WRITE, err);
    case ASK_ACT: return ask_register(q, PACK_ACT, err);
    case ASK_PRINT: return ask_register(q, PACK_PRINT, err);
    case ASK_ACCOUNTS: return ask_right(q, RIGHT_ACCOUNTS, err);
    case ASK_PACKS: return ask_right(q, RIGHT_PACKS, err);
    case ASK_ROLES: return ask_right(q, RIGHT_ROLES, err);
    case ASK_AUDIT: return ask_right(q, RIGHT_AUDIT, err);
    case ASK_CONFIRM: return ask_right(q, RIGHT_CONFIRM, err);
    case ASK_JUDGE: return ask_judge(q, err);
    case ASK_COUNT: break;
    }
    return err_set0(err, &E_http_no_route, NO_PLACE);
}

static bool has_register(const struct route *r) { return str_find(str_c(r->path), STR("{r}")) != SIZE_MAX; }

enum rc gate_ask(struct req *q, struct err *err)
{
    if (has_register(q->route)) TRY(req_register(q, q->args[0], &q->reg, err));
    return ask(q, err);
}

enum rc gate_enter(struct req *q, struct err *err)
{
    TRY(req_view(q, err));
    TRY(enter(q, err));
    return q->session.must_change && q->route->ask != ASK_FIRST ? err_set0(err, &E_http_password_due, NO_PLACE) : RC_OK;
}

enum rc gate_pass(struct req *q, struct err *err)
{
    if ((q->route->flags & R_ROOT) != 0) return RC_OK;
    TRY(find_site(q, err));
    bool changes = q->method != M_GET && q->method != M_HEAD;
    if (q->route->ask == ASK_NOTHING) return changes ? origin_check(q, err) : RC_OK;
    TRY(find_token(q, err));
    TRY(gate_enter(q, err));
    if (changes && !q->bearer) {
        TRY(origin_check(q, err));
        if (!same_text(req_header(q, "X-Guiju-CSRF"), q->session.csrf)) return err_set0(err, &E_http_csrf, NO_PLACE);
    }
    return gate_ask(q, err);
}

struct str gate_cookie(struct req *q, struct str token, bool clear)
{
    return str_cat(&q->arena, STR("guiju_session="), clear ? STR("") : token, STR("; Path=/api/v1/areas/"), q->site->name, STR("; HttpOnly; SameSite=Strict"),
                   clear ? STR("; Max-Age=0") : STR(""), q->secure ? STR("; Secure") : STR(""));
}

enum rc sight_of(struct req *q, enum pack_verb v, const struct pack_register *r, const struct record *rec, struct sight *out, struct err *err)
{
    TRY(scope_sight_of(grant_scope(q->grant, v, r), rec->id, rec->values, rec->closed_us != 0, &q->world, out, err));
    if (out->any) return RC_OK;
    return err_set(err, &E_http_absent, NO_PLACE, str_cat(&q->arena, text2_in(&r->d.title, q->lang), STR("/"), str_u64(&q->arena, rec->id)));
}

/* What is not there and what may not be seen are told in the same words. */
enum rc record_seen(struct req *q, enum pack_verb v, const struct pack_register *r, uint64_t id, struct record *rec, struct sight *sight, struct err *err)
{
    enum rc rc = record_get(q->view->records, r, id, &q->arena, rec, err);
    if (rc == RC_ABSENT) return err_set(err, &E_http_absent, NO_PLACE, str_cat(&q->arena, text2_in(&r->d.title, q->lang), STR("/"), str_u64(&q->arena, id)));
    return rc == RC_OK ? sight_of(q, v, r, rec, sight, err) : rc;
}
