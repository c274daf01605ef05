/*
 * sight.c - what one account sees, for documents made in its name.  A document holds all of what its template asks for or is not made: whatever is out of sight is given
 * to nobody, and that it was asked for is remembered.
 */
#include "cli/inner.h"
#include "exchange/exchange.h"
#include "http/http.h"

struct cli_sight {
    struct exchange_sight sight;
    struct feel_host host;
    struct cli *c;
    const struct area_view *view;
    struct grant *grant;
    struct access_world world;
    enum pack_verb verb;
    const struct feel_host *inner;
    void *inner_ctx;
    bool denied;
};

static enum rc sight_at(const struct cli_sight *s, enum pack_verb v, const struct pack_register *r, uint64_t id, struct sight *out, struct err *err)
{
    const struct scope *scope = grant_scope(s->grant, v, r);
    struct record rec;
    struct err why;
    *out = SIGHT_NONE;
    if (scope->terms_count == 0) return RC_OK;
    enum rc rc = record_get(s->view->records, r, id, &s->c->arena, &rec, &why);
    if (rc == RC_ABSENT) return RC_OK;
    if (rc != RC_OK) {
        *err = why;
        return rc;
    }
    return scope_sight_of(scope, id, rec.values, rec.closed_us != 0, &s->world, out, err);
}

static enum rc see_record(void *ctx, const struct pack_register *r, uint64_t id, bool *yes, struct err *err)
{
    const struct cli_sight *s = ctx;
    struct sight seen;
    TRY(sight_at(s, s->verb, r, id, &seen, err));
    *yes = seen.any;
    return RC_OK;
}

static bool see_field(void *ctx, const struct pack_register *r, uint64_t id, const struct pack_field *f)
{
    const struct cli_sight *s = ctx;
    struct sight seen;
    struct err ignored;
    return sight_at(s, s->verb, r, id, &seen, &ignored) == RC_OK && seen.any && sight_field(&seen, r, f);
}

/* ---- FEEL over what is in sight ---- */

static struct feel_run inside(const struct cli_sight *s, const struct feel_run *run)
{
    struct feel_run own = *run;
    own.host = s->inner;
    own.host_ctx = s->inner_ctx;
    return own;
}

static enum rc only_seen(struct cli_sight *s, struct feel_run *run, struct fv *list, struct err *err)
{
    if (list->kind != FV_LIST || list->count == 0 || (list->items[0].kind == FV_RECORD && grant_scope(s->grant, PACK_READ, list->items[0].reg->host)->all)) return RC_OK;
    struct fv *kept = arena_array(run->arena, struct fv, list->count);
    uint32_t n = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct fv *v = &list->items[i];
        struct sight seen = {.any = true};
        if (v->kind == FV_RECORD) TRY(sight_at(s, PACK_READ, v->reg->host, (uint64_t)v->id, &seen, err));
        if (seen.any) kept[n++] = *v;
        else s->denied = true;
    }
    *list = fv_list(kept, n);
    return RC_OK;
}

static enum rc member(struct feel_run *run, const struct feel_register *reg, int64_t id, const struct feel_member *m, struct fv *out, struct err *err)
{
    struct cli_sight *s = run->host_ctx;
    const struct pack_register *r = reg->host;
    bool is_field = m->slot < r->fields_count;
    struct sight seen;
    *out = fv_null();
    TRY(sight_at(s, PACK_READ, r, (uint64_t)id, &seen, err));
    if (!seen.any || (is_field && !sight_field(&seen, r, m->host))) {
        s->denied = true;
        return RC_OK;
    }
    struct feel_run own = inside(s, run);
    TRY(s->inner->member(&own, reg, id, m, out, err));
    run->steps_left = own.steps_left;
    return is_field ? RC_OK : only_seen(s, run, out, err);
}

static enum rc all(struct feel_run *run, const struct feel_register *reg, struct fv *out, struct err *err)
{
    struct cli_sight *s = run->host_ctx;
    struct feel_run own = inside(s, run);
    TRY(s->inner->all(&own, reg, out, err));
    run->steps_left = own.steps_left;
    return only_seen(s, run, out, err);
}

static enum rc param(struct feel_run *run, uint32_t slot, day_num day, struct fv *out, struct err *err)
{
    struct cli_sight *s = run->host_ctx;
    struct feel_run own = inside(s, run);
    return s->inner->param(&own, slot, day, out, err);
}

static enum rc display(struct feel_run *run, const struct feel_register *reg, int64_t id, struct str *out, struct err *err)
{
    struct cli_sight *s = run->host_ctx;
    struct sight seen;
    TRY(sight_at(s, PACK_READ, reg->host, (uint64_t)id, &seen, err));
    *out = STR("");
    if (!seen.any || (record_display_classes(s->view->records, reg->host) & ~(seen.classes | seen.self_classes | 1u)) != 0) {
        s->denied = true;
        return RC_OK;
    }
    struct feel_run own = inside(s, run);
    return s->inner->display(&own, reg, id, out, err);
}

static void put_host(void *ctx, const struct feel_host **host, void **host_ctx)
{
    struct cli_sight *s = ctx;
    s->inner = *host;
    s->inner_ctx = *host_ctx;
    s->host = (struct feel_host){.member = member, .all = all, .param = param, .display = display, .calendar = (*host)->calendar};
    *host = &s->host;
    *host_ctx = s;
}

enum rc cli_sight_open(struct cli *c, struct session *s, uint64_t account, enum pack_verb verb, struct cli_sight **out, struct err *err)
{
    struct cli_sight *x = arena_new(&c->arena, struct cli_sight);
    *x = (struct cli_sight){.sight = {.ctx = x, .record = see_record, .field = see_field, .host = put_host}, .c = c, .view = &s->view, .verb = verb};
    TRY(area_grant(&s->view, account, &x->grant, err));
    x->world = record_world(s->view.records);
    *out = x;
    return RC_OK;
}

void cli_sight_close(struct cli_sight *s)
{
    if (s == NULL) return;
    grant_release(s->grant);
    s->grant = NULL;
}

const struct exchange_sight *cli_sight_of(const struct cli_sight *s) { return &s->sight; }
const struct grant *cli_sight_grant(const struct cli_sight *s) { return s->grant; }
bool cli_sight_denied(const struct cli_sight *s) { return s->denied; }

enum rc cli_sight_case(const struct cli_sight *s, uint64_t id, unsigned *classes, struct err *err)
{
    const struct pack_register *r = pack_register_find(s->view->set, STR("case"));
    struct sight seen = SIGHT_NONE;
    if (r != NULL) TRY(sight_at(s, PACK_READ, r, id, &seen, err));
    if (!seen.any) return err_set(err, &E_http_absent, NO_PLACE, str_cat(&s->c->arena, STR("case/"), str_u64(&s->c->arena, id)));
    *classes = seen.classes;
    return RC_OK;
}

enum rc cli_sight_records(const struct cli_sight *s, const struct pack_form *f, const uint64_t *ids, size_t n, struct err *err)
{
    if (!grant_may(s->grant, PACK_PRINT, f->over)) return err_set(err, &E_http_denied, NO_PLACE, text2_in(&f->d.title, s->c->lang));
    for (size_t i = 0; i < n; i++) {
        struct sight seen;
        TRY(sight_at(s, PACK_PRINT, f->over, ids[i], &seen, err));
        if (!seen.any) return err_set(err, &E_http_absent, NO_PLACE, str_cat(&s->c->arena, f->over->d.name, STR("/"), str_u64(&s->c->arena, ids[i])));
    }
    return RC_OK;
}
