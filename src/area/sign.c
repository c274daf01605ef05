/*
 * sign.c - coming in: names, passwords, codes, certificates, sessions.
 * The slow part (Argon2id) runs in the caller's thread, two at a time; the writer only takes the outcome.  What is wrong is never told apart:
 * an unknown name, a closed account, a wrong password and a wrong code do the same work, write the same row and give the same answer.
 */
#include "area/inner.h"

#define TOUCH_US (INT64_C(60) * 1000000)

/* What is known of a name, as a sign-in reads it. */
struct known {
    uint64_t account;          /* 0: nobody who may come in */
    struct credential credential;
    struct str certificate;    /* bound to the account; empty: none */
    bool both;                 /* a certificate beside the password */
    int64_t wait_us;           /* locked for so long */
};

static struct str secret_of(const struct area *ar) { return str_of((const char *)ar->key_secret, sizeof ar->key_secret); }

static bool in_time(const struct pack_register *r, const struct record *rec, day_num today)
{
    struct sv since = who_value(r, rec, "since"), until = who_value(r, rec, "until");
    return rec->closed_us == 0 && since.kind == SV_INT && since.i <= today && (until.kind != SV_INT || today <= until.i);
}

static enum rc look_up(struct area_view *v, struct str field, struct str value, struct arena *a, struct known *out, struct err *err)
{
    struct who_regs regs;
    struct access_rows *rows = NULL;
    struct sv sv;
    struct err ignored;
    *out = (struct known){0};
    who_regs(v->set, &regs);
    const struct pack_field *f = regs.account == NULL ? NULL : pack_field_find(regs.account, field);
    if (f == NULL) return err_set(err, &E_area_core_missing, NO_PLACE, STR("account"), STR(""));
    TRY(view_rows(v, &rows, err));
    uint64_t id = 0;
    if (record_value_parse(NULL, f, value, a, &sv, &ignored) == RC_OK && sv.kind == SV_TEXT) TRY(record_find_by(v->records, regs.account, f, &sv, &id, err));
    if (id == 0) return RC_OK;
    struct record rec;
    TRY(record_get(v->records, regs.account, id, a, &rec, err));
    if (!in_time(regs.account, &rec, area_today(v->area))) return RC_OK;
    out->account = id;
    struct sv card = who_value(regs.account, &rec, "certificate"), both = who_value(regs.account, &rec, "both");
    out->certificate = card.kind == SV_TEXT ? card.s : STR("");
    out->both = both.kind == SV_INT && both.i != 0;
    enum rc rc = credential_get(rows, id, a, &out->credential, &ignored);
    if (rc == RC_ABSENT) out->credential = (struct credential){.account = id};
    return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc locked_for(struct area_view *v, const struct str who[2], int64_t now, int64_t *wait_us, struct err *err)
{
    struct access_rows *rows = NULL;
    *wait_us = 0;
    TRY(view_rows(v, &rows, err));
    for (int i = 0; i < 2; i++) {
        struct lockout l;
        if (who[i].len == 0) continue;
        TRY(lockout_get(rows, secret_of(v->area), who[i], now, &l, err));
        *wait_us = MAX(*wait_us, l.until_us - now);
    }
    return RC_OK;
}

static enum rc submit_session(struct area *ar, const struct args_session *g, struct err *err)
{
    struct command c = {.verb = VERB_SESSION, .happened = ENTRY_NO_DAY, .args = g};
    return area_submit(ar, &c, NULL, err);
}

static void session_fill(struct access_session *s, struct area_signed_in *out, uint64_t account, unsigned factors, bool must_change, int64_t now)
{
    access_token_make(out->token);
    access_token_make(out->csrf);
    *s = (struct access_session){.account = account, .made_us = now, .seen_us = now, .ends_us = now + SESSION_LIFE_US, .factors = factors,
                                 .must_change = must_change, .csrf = str_c(out->csrf)};
    MUST(access_token_hash(str_c(out->token), &s->hash));
    out->account = account;
    out->must_change = must_change;
    out->ends_us = s->ends_us;
}

/* The name's own lock and the address's are counted apart: "a:" and "n:" keep them from meeting. */
static enum rc sign_in(struct area *ar, const struct area_sign_in *in, struct arena *a, struct area_signed_in *out, struct err *err)
{
    int64_t now = clock_now_us(), step = 0;
    struct str who[2] = {str_cat(a, STR("n:"), str_sub(in->name, 0, 200)), in->from.len == 0 ? STR("") : str_cat(a, STR("a:"), str_sub(in->from, 0, 100))};
    struct known k;
    struct area_view v;
    int64_t wait = 0;
    TRY(area_view_open(ar, &v, err));
    enum rc rc = locked_for(&v, who, now, &wait, err);
    if (rc == RC_OK && wait <= 0) rc = look_up(&v, STR("name"), in->name, a, &k, err);
    area_view_close(&v);
    TRY(rc);
    if (wait > 0) return err_set(err, &E_access_locked, NO_PLACE, str_i64(a, (wait + 999999) / 1000000), STR(""));

    (void)sem_wait(&ar->hashing);
    bool fits = access_password_fits(&ar->cost, k.credential.hash, in->password);
    (void)sem_post(&ar->hashing);
    /* A code is worked out for everybody, also for those who have none to give. */
    static const char nobody[TOTP_SECRET_LEN] = {0};
    struct str totp = k.credential.totp_on ? k.credential.totp : str_of(nobody, sizeof nobody);
    step = k.credential.totp_step;
    bool code_fits = totp_check(totp, in->code, now, &step);
    bool card_fits = !k.both || (k.certificate.len > 0 && str_eq(k.certificate, in->certificate));
    bool ok = fits && k.account != 0 && (!k.credential.totp_on || code_fits) && card_fits;

    struct access_session s;
    struct args_session g = {.account = 0};
    if (ok) {
        session_fill(&s, out, k.account, FACTOR_PASSWORD | (k.credential.totp_on ? FACTOR_TOTP : 0u) | (k.both ? FACTOR_CERTIFICATE : 0u), k.credential.must_change, now);
        g = (struct args_session){.put = &s, .clear = {who[0], who[1]}, .account = k.account, .totp_step = k.credential.totp_on ? step : 0};
    } else {
        g = (struct args_session){.failed = {who[0], who[1]}};
    }
    TRY(submit_session(ar, &g, err));
    return ok ? RC_OK : err_set0(err, &E_access_sign_in, NO_PLACE);
}

enum rc area_sign_in(struct area *ar, const struct area_sign_in *in, struct area_signed_in *out, struct err *err)
{
    struct arena a;
    *out = (struct area_signed_in){0};
    arena_init(&a, 4 << 20);
    enum rc rc = sign_in(ar, in, &a, out, err);
    if (rc != RC_OK) *out = (struct area_signed_in){0};
    arena_fini(&a);
    return rc;
}

enum rc area_sign_in_certificate(struct area *ar, struct str fingerprint, struct area_signed_in *out, struct err *err)
{
    struct arena a;
    struct known k = {0};
    struct area_view v;
    *out = (struct area_signed_in){0};
    bool hex = fingerprint.len == 64;
    for (size_t i = 0; hex && i < 64; i++) hex = (fingerprint.ptr[i] >= '0' && fingerprint.ptr[i] <= '9') || (fingerprint.ptr[i] >= 'a' && fingerprint.ptr[i] <= 'f');
    if (!hex) return err_set0(err, &E_access_sign_in, NO_PLACE);
    arena_init(&a, 4 << 20);
    enum rc rc = area_view_open(ar, &v, err);
    if (rc == RC_OK) {
        rc = look_up(&v, STR("certificate"), fingerprint, &a, &k, err);
        area_view_close(&v);
    }
    if (rc == RC_OK && (k.account == 0 || k.both)) rc = err_set0(err, &E_access_sign_in, NO_PLACE);
    if (rc == RC_OK) {
        struct access_session s;
        session_fill(&s, out, k.account, FACTOR_CERTIFICATE, false, clock_now_us());
        struct args_session g = {.put = &s, .account = k.account};
        rc = submit_session(ar, &g, err);
    }
    if (rc != RC_OK) *out = (struct area_signed_in){0};
    arena_fini(&a);
    return rc;
}

enum rc area_session_look(struct area_view *v, struct str token, struct arena *a, struct access_session *out, bool *tired, struct err *err)
{
    struct hash h;
    struct access_rows *rows = NULL;
    int64_t now = clock_now_us();
    *tired = false;
    if (!access_token_hash(token, &h)) return err_set0(err, &E_access_no_session, NO_PLACE);
    TRY(view_rows(v, &rows, err));
    TRY(access_session_get(rows, &h, now, a, out, err));
    *tired = now - out->seen_us >= TOUCH_US && !v->area->o.read_only;
    return RC_OK;
}

/* Whether the row was moved on in time is no reason to send anybody away. */
void area_session_awake(struct area *ar, struct str token)
{
    struct hash h;
    struct err ignored;
    if (!access_token_hash(token, &h)) return;
    struct args_session g = {.touch = &h};
    if (submit_session(ar, &g, &ignored) != RC_OK) err_clear(&ignored);
}

enum rc area_session(struct area_view *v, struct str token, struct arena *a, struct access_session *out, struct err *err)
{
    bool tired;
    TRY(area_session_look(v, token, a, out, &tired, err));
    if (tired) area_session_awake(v->area, token);
    return RC_OK;
}

enum rc area_sign_out(struct area *ar, struct str token, struct err *err)
{
    struct hash h;
    if (!access_token_hash(token, &h)) return RC_OK;
    struct args_session g = {.drop = &h};
    return submit_session(ar, &g, err);
}

enum rc verb_session(struct door *d, struct err *err)
{
    const struct args_session *g = d->command->args;
    struct area *ar = d->area;
    int64_t now = d->change.time_us;
    if (g->put != NULL) {
        if (g->totp_step != 0) {
            struct credential c;
            TRY(credential_get(ar->rows, g->account, &ar->batch, &c, err));
            /* Two who came with one code at the same moment: one of them. */
            if (c.totp_step >= g->totp_step) return err_set0(err, &E_access_sign_in, NO_PLACE);
            c.totp_step = g->totp_step;
            TRY(credential_put(ar->rows, &c, err));
        }
        TRY(access_session_drop_all(ar->rows, 0, NULL, now, err));
        TRY(access_session_put(ar->rows, g->put, err));
    }
    for (int i = 0; i < 2; i++) {
        struct lockout l;
        if (g->failed[i].len > 0) TRY(lockout_failed(ar->rows, secret_of(ar), g->failed[i], now, &l, err));
        if (g->clear[i].len > 0) TRY(lockout_clear(ar->rows, secret_of(ar), g->clear[i], err));
    }
    if (g->touch != NULL) TRY(access_session_touch(ar->rows, g->touch, now, err));
    return g->drop == NULL ? RC_OK : access_session_drop(ar->rows, g->drop, err);
}

/* ---- credentials ---- */

/* The account's record takes the commitment, the row takes the credential: one cannot be exchanged without the other. */
enum rc verb_password(struct door *d, struct err *err)
{
    const struct args_password *g = d->command->args;
    struct area *ar = d->area;
    struct who_regs regs;
    struct changed changed;
    who_regs(records_set(ar->records), &regs);
    const struct pack_field *f = regs.account == NULL ? NULL : pack_field_find(regs.account, STR("credential"));
    if (f == NULL) return err_set(err, &E_area_core_missing, NO_PLACE, STR("account.credential"), STR(""));
    struct credential now = {0};
    struct err ignored;
    enum rc rc = credential_get(ar->rows, g->credential->account, &ar->batch, &now, &ignored);
    if (rc != RC_OK && rc != RC_ABSENT) return rc;
    if (rc == RC_OK && !str_eq(now.hash, g->old_hash)) return err_set0(err, &E_access_sign_in, NO_PLACE); /* changed meanwhile */
    struct sv value = sv_text(credential_commitment(g->credential, &ar->batch));
    TRY(record_update(ar->records, regs.account, g->credential->account, 0, &d->change, 1, &f, &value, &changed, err));
    TRY(credential_put(ar->rows, g->credential, err));
    d->receipt->id = changed.id;
    d->receipt->version = changed.version;
    d->receipt->leaf = changed.leaf;
    return g->sessions_end ? access_session_drop_all(ar->rows, g->credential->account, g->keep, d->change.time_us, err) : RC_OK;
}

/* The account as it stands, and whether this actor may meddle with its credential.  The administrator of accounts may not become another
 * administrator by a password of his choosing. */
static enum rc credential_open(struct area *ar, uint64_t actor, uint64_t account, struct arena *a, struct credential *out, struct str *name, struct err *err)
{
    struct area_view v;
    struct grant *g = NULL, *target = NULL;
    struct err ignored;
    struct who_regs regs;
    struct access_rows *rows = NULL;
    struct record rec;
    TRY(area_view_open(ar, &v, err));
    who_regs(v.set, &regs);
    enum rc rc = regs.account == NULL ? err_set(err, &E_area_core_missing, NO_PLACE, STR("account"), STR("")) : RC_OK;
    if (rc == RC_OK) rc = record_get(v.records, regs.account, account, a, &rec, err);
    if (rc == RC_OK) {
        struct sv n = who_value(regs.account, &rec, "name");
        *name = n.kind == SV_TEXT ? n.s : STR("");
        rc = area_grant(&v, actor, &g, err);
    }
    if (rc == RC_OK && actor != 0 && actor != account) {
        enum access_office office = area_grant(&v, account, &target, &ignored) == RC_OK ? grant_office(target) : OFFICE_NONE;
        if (!grant_right(g, RIGHT_ACCOUNTS) || office != OFFICE_NONE) rc = err_set(err, &E_access_denied, NO_PLACE, STR("设置他人的凭据"), STR("setting another's credential"));
    }
    if (rc == RC_OK) rc = access_bind(v.store, a, &rows, err);
    if (rc == RC_OK) {
        rc = credential_get(rows, account, a, out, &ignored);
        if (rc == RC_ABSENT) {
            *out = (struct credential){.account = account};
            rc = RC_OK;
        }
    }
    grant_release(target);
    grant_release(g);
    area_view_close(&v);
    return rc;
}

static enum rc credential_write(struct area *ar, uint64_t actor, struct credential *c, struct str old_hash, struct str keep_session, bool sessions_end,
                                struct err *err)
{
    uint8_t salt[16];
    struct hash keep;
    random_bytes(salt, sizeof salt);
    c->salt = str_of((const char *)salt, sizeof salt);
    struct args_password g = {.credential = c, .old_hash = old_hash, .sessions_end = sessions_end,
                              .keep = keep_session.len > 0 && access_token_hash(keep_session, &keep) ? &keep : NULL};
    struct command cmd = {.verb = VERB_PASSWORD, .actor = actor, .happened = ENTRY_NO_DAY, .args = &g};
    return area_submit(ar, &cmd, NULL, err);
}

static enum rc password_set(struct area *ar, const struct area_password *p, struct arena *a, struct err *err)
{
    struct credential c;
    struct str name;
    char text[ACCESS_HASH_TEXT];
    bool own = p->actor == p->account && p->actor != 0;
    TRY(credential_open(ar, p->actor, p->account, a, &c, &name, err));
    (void)sem_wait(&ar->hashing);
    enum rc rc = RC_OK;
    if (own && !access_password_fits(&ar->cost, c.hash, p->old)) rc = err_set0(err, &E_access_sign_in, NO_PLACE);
    if (rc == RC_OK) rc = access_password_fit(name, p->now, err);
    if (rc == RC_OK && own && str_eq(p->old, p->now)) rc = err_set0(err, &E_access_password_same, NO_PLACE);
    if (rc == RC_OK) rc = access_password_hash(&ar->cost, p->now, text, err);
    (void)sem_post(&ar->hashing);
    TRY(rc);
    struct str old_hash = c.hash;
    c.hash = str_c(text);
    c.must_change = !own && !(p->actor == 0 && p->lasting);
    c.changed_us = clock_now_us();
    return credential_write(ar, p->actor, &c, old_hash, p->keep_session, true, err);
}

enum rc area_password_set(struct area *ar, const struct area_password *p, struct err *err)
{
    struct arena a;
    arena_init(&a, 4 << 20);
    enum rc rc = password_set(ar, p, &a, err);
    arena_fini(&a);
    return rc;
}

static enum rc totp_begin(struct area *ar, uint64_t actor, uint64_t account, struct arena *a, struct buf *uri, struct err *err)
{
    struct credential c;
    struct str name;
    uint8_t secret[TOTP_SECRET_LEN];
    TRY(credential_open(ar, actor, account, a, &c, &name, err));
    if (actor != 0 && actor != account) return err_set(err, &E_access_denied, NO_PLACE, STR("绑定他人的验证器"), STR("binding another's authenticator"));
    if (c.hash.len == 0) return err_set0(err, &E_access_no_credential, NO_PLACE);
    if (c.totp_on) return err_set0(err, &E_access_totp_on, NO_PLACE);
    totp_make(secret);
    c.totp = str_of((const char *)secret, sizeof secret);
    c.totp_step = 0;
    TRY(credential_write(ar, actor, &c, c.hash, STR(""), false, err));
    enum rc rc = totp_uri(c.totp, STR("规矩 Guiju"), name, uri, err);
    memset(secret, 0, sizeof secret);
    return rc;
}

enum rc area_totp_begin(struct area *ar, uint64_t actor, uint64_t account, struct buf *uri, struct err *err)
{
    struct arena a;
    arena_init(&a, 4 << 20);
    enum rc rc = totp_begin(ar, actor, account, &a, uri, err);
    arena_fini(&a);
    return rc;
}

enum rc area_totp_confirm(struct area *ar, uint64_t account, struct str code, struct err *err)
{
    struct arena a;
    struct credential c;
    struct str name;
    arena_init(&a, 4 << 20);
    enum rc rc = credential_open(ar, account, account, &a, &c, &name, err);
    if (rc == RC_OK && c.totp_on) rc = err_set0(err, &E_access_totp_on, NO_PLACE);
    if (rc == RC_OK && (c.totp.len == 0 || !totp_check(c.totp, code, clock_now_us(), &c.totp_step))) rc = err_set0(err, &E_access_code, NO_PLACE);
    if (rc == RC_OK) {
        c.totp_on = true;
        rc = credential_write(ar, account, &c, c.hash, STR(""), false, err);
    }
    arena_fini(&a);
    return rc;
}

enum rc area_totp_drop(struct area *ar, uint64_t actor, uint64_t account, struct err *err)
{
    struct arena a;
    struct credential c;
    struct str name;
    arena_init(&a, 4 << 20);
    enum rc rc = credential_open(ar, actor, account, &a, &c, &name, err);
    if (rc == RC_OK && c.totp.len > 0) {
        c.totp = STR("");
        c.totp_on = false;
        c.totp_step = 0;
        rc = credential_write(ar, actor, &c, c.hash, STR(""), false, err);
    }
    arena_fini(&a);
    return rc;
}

enum rc area_credential(struct area_view *v, uint64_t account, struct area_credential *out, struct err *err)
{
    struct arena a;
    struct access_rows *rows = NULL;
    struct credential c;
    struct err ignored;
    *out = (struct area_credential){0};
    arena_init(&a, 1 << 20);
    enum rc rc = view_rows(v, &rows, err);
    if (rc == RC_OK) rc = credential_get(rows, account, &a, &c, &ignored);
    if (rc == RC_OK) *out = (struct area_credential){c.hash.len > 0, c.must_change, c.totp_on, c.changed_us};
    arena_fini(&a);
    return rc == RC_ABSENT ? RC_OK : rc;
}

void area_password_cost(struct area *ar, const struct access_cost *cost) { ar->cost = *cost; }
