/*
 * access.h - who may do what to which record: the only maker of grants; and what stands behind a sign-in.
 *
 * A grant is what one actor may do today, worked out from plain data (struct access_facts: account, roles held with the place they
 * hold for, delegations; area/ reads them from the records of packs/core) and the packs in force.  It is immutable, counted, and
 * shared by threads.  Nothing but grant_make() and grant_operator() makes one, and what leaves the engine asks one first.
 *
 * Scope is one predicate per (grant, verb, register): struct scope, terms over ids.  A record is in scope where any term holds: the
 * refs of the term's path, followed from the record, lead to one of its ids.  Lists, counts, search, exports, charts and prints all
 * ask the same predicate: for one record by scope_sight(), for many as sorted ids or over columns (record/ offers both).
 * What of a record may be seen depends on the record: struct sight, then sight_field() for each field.
 *
 * Whoever sorts, filters, groups or counts by a field asks for the scope with that field's class (grant_scope_by): a record whose field is
 * not in sight is then not in scope, so that nothing can be guessed from what matches.
 *
 * Credentials, lockouts, sessions and the read-log buffer are rows off the journal (src/store/README.md, the closed list).  Their
 * functions here work inside the caller's transaction: reading on any connection, writing on the writer's; area/ offers them as
 * one call each (area.h, "who comes in").
 *
 * Arrows: access < record.  Following refs and reading trees is done through callbacks (struct access_world) that record/ gives.
 * Threads: grants are shared; struct access_rows is its connection's.  Memory: a grant owns its memory; the rest lives in arenas passed in.
 */
#ifndef GUIJU_ACCESS_H
#define GUIJU_ACCESS_H

#include "pack/pack.h"
#include "store/store.h"

/* ---- what record/ gives: refs, trees, subjects, of one snapshot ---- */

struct access_world {
    void *ctx;
    /* The record that a ref of record id leads to; *to 0: empty, or there is no such record. */
    enum rc (*ref)(void *ctx, const struct pack_field *f, uint64_t id, uint64_t *to, struct err *err);
    /* What an engine record (finding, dismissal) is about; *reg NULL: nothing that is there.  classes: of the fields that it speaks of. */
    enum rc (*subject)(void *ctx, const struct pack_register *of, uint64_t id, const struct pack_register **reg, uint64_t *to,
                       unsigned *classes, struct err *err);
    /* The procedure that a case runs by; *out NULL: none that the packs have.  May be NULL: then no case is in scope. */
    enum rc (*procedure)(void *ctx, const struct pack_register *of, uint64_t id, const struct pack_procedure **out, struct err *err);
    /* node and what stands below it in a tree, at most levels down (-1: all), ascending; closed records too. */
    enum rc (*below)(void *ctx, const struct pack_field *tree, uint64_t node, int64_t levels, struct arena *a, uint64_t **ids, size_t *n,
                     struct err *err);
};

/* ---- what is known of an actor ---- */

/* The engine's own roles.  They are no pack's, see no business register, and one account holds one of them and nothing else. */
enum access_office { OFFICE_NONE, OFFICE_SYSTEM, OFFICE_SECURITY, OFFICE_AUDIT };
#define ROLE_SYSTEM STR("system-admin")     /* 系统管理员: accounts, packs, areas */
#define ROLE_SECURITY STR("security-admin") /* 安全管理员: who holds which role where */
#define ROLE_AUDIT STR("audit-admin")       /* 审计管理员: journal, refusals, reads, exports */
enum access_office office_of(struct str role); /* OFFICE_NONE: a pack's, or none */
struct text2 office_title(enum access_office o);

struct access_holding {
    struct str role;
    struct str reg;          /* register of the place ("org"); empty: no place, which an area role may do without */
    struct str tree;         /* its tree ("parent"); empty: none, then the place is the record alone */
    uint64_t node;           /* the record that the role is held for; 0: none */
    int64_t levels;          /* how many levels down; -1: all that the role's scope allows */
    day_num from, to;        /* last day included; to DAY_OPEN: no end */
    uint64_t lender;         /* by delegation: whose it is; 0: own.  A lent role is not lent on */
    day_num lent_from, lent_to;
};

/* A token narrows what its account may: only these verbs and registers. */
struct access_narrow {
    uint64_t token;                 /* its record */
    unsigned verbs;                 /* bit n: enum pack_verb n */
    const struct str *registers;    /* none: all */
    uint32_t registers_count;
};

struct access_facts {
    uint64_t account;
    struct str name, title;
    bool open;                      /* the account is there, not closed, and today is between since and until */
    struct str person_reg;          /* who he or she is in the books ("cadre"); empty: nobody */
    uint64_t person;
    const struct access_holding *holdings;
    uint32_t holdings_count;
    const struct access_narrow *narrow; /* NULL: not narrowed */
    day_num today;
};

/* ---- grants ---- */

struct grant;
/* RC_DENIED access.closed: the account is closed or not in time.  Roles that no pack declares, holdings out of time and roles that exclude each
 * other (`not-with`, two offices, an office beside a role) give nothing: grant_why() tells. */
enum rc grant_make(const struct pack_set *set, const struct access_facts *f, const struct access_world *w, struct grant **out, struct err *err) MUST_USE;
/* The operator at the command line, who has the file anyway: everything.  Never for a request. */
struct grant *grant_operator(const struct pack_set *set);
struct grant *grant_hold(const struct grant *g);
void grant_release(struct grant *g); /* may be NULL */

uint64_t grant_account(const struct grant *g); /* 0: the operator */
struct str grant_name(const struct grant *g);
struct str grant_title(const struct grant *g);
day_num grant_today(const struct grant *g);
uint64_t grant_token(const struct grant *g);   /* the api_token that narrows it; 0: none */
enum access_office grant_office(const struct grant *g);
/* Roles that count today, each once; and one line for each holding that does not, with its reason. */
const struct pack_role *const *grant_roles(const struct grant *g, size_t *n);
struct access_idle { struct str role, zh, en; };
const struct access_idle *grant_why(const struct grant *g, size_t *n);
/* Who the actor is in the books; reg NULL: nobody. */
uint64_t grant_person(const struct grant *g, const struct pack_register **reg);

/* May this be done to any record at all of the register? Menus and routes ask this; records ask the scope. */
bool grant_may(const struct grant *g, enum pack_verb v, const struct pack_register *r);
/* Must a second person confirm it?  (`two` of every role that would allow it.) */
bool grant_two(const struct grant *g, enum pack_verb v, const struct pack_register *r);

/* May the actor do about this record what a procedure asks of one of these roles?  The role must count today and be held over the record's place;
 * whom the record is about does what is asked of a role of scope `self`.  A token needs the verb act, and the record's register or `case` in its list.
 * ELSEWHERE: he has such a role, but for other places. */
enum access_acts { ACTS_NOT, ACTS_ELSEWHERE, ACTS_YES };
enum rc grant_acts(const struct grant *g, const struct str *roles, size_t n, const struct pack_register *r, uint64_t id, const struct access_world *w,
                   enum access_acts *out, struct err *err) MUST_USE;

/* What belongs to the engine and to no register. */
enum access_right {
    RIGHT_ACCOUNTS,   /* make and close accounts, set passwords: system */
    RIGHT_PACKS,      /* install packs: system, by two */
    RIGHT_ROLES,      /* give and take roles: security, by two */
    RIGHT_TOKENS,     /* API tokens: system */
    RIGHT_AUDIT,      /* journal of everybody, refusals, the read log: audit */
    RIGHT_CONFIRM,    /* be the second person of somebody's act (what for is checked besides) */
    RIGHT_COUNT
};
bool grant_right(const struct grant *g, enum access_right r);

/* ---- scope ---- */

/* One way of being in scope.  path: refs to follow from the record, none: the record itself. */
struct scope_term {
    const struct pack_field *const *path;
    uint32_t path_len;
    bool all;                       /* every record; ids are not looked at */
    bool subject;                   /* at the path's end stands an engine record: what it is about must be in sight (grant_scope of READ) */
    bool acts;                      /* beside `subject`: a case, for those whose role its procedure names; never as the person concerned */
    bool self;                      /* as the person concerned: `disclose` decides too */
    const uint64_t *ids;            /* ascending, of the register at the path's end */
    size_t ids_count;
    unsigned classes;               /* bit n: fields of class n */
};
struct scope {
    const struct pack_register *reg;
    const struct grant *grant;
    enum pack_verb verb;
    const struct scope_term *terms;
    uint32_t terms_count;           /* 0: nothing */
    bool all;                       /* some term takes every record: no need to look, but for what of it may be seen */
    bool uniform;                   /* all, and the only term: what may be seen is the same for every record */
};

/* Lives as long as the grant; never NULL. */
const struct scope *grant_scope(const struct grant *g, enum pack_verb v, const struct pack_register *r);
/* Only where fields of all these classes are in sight by one term (bit n: class n): for sorting, filtering, grouping, counting by them. */
const struct scope *grant_scope_by(const struct grant *g, enum pack_verb v, const struct pack_register *r, unsigned classes, struct arena *a);

/* What of one record may be seen. */
struct sight {
    unsigned classes;      /* by office: bit n: class n */
    unsigned self_classes; /* as the person concerned: these, where `disclose` lets */
    bool closed;           /* the record is closed: `on-close` opens */
    bool any;              /* in scope at all; false: as if it were not there */
};
#define SIGHT_NONE ((struct sight){0, 0, false, false})
/* May this field be shown? Fields of an unseen one must look as if they were empty and say that they are withheld. */
bool sight_field(const struct sight *s, const struct pack_register *r, const struct pack_field *f);

/* Is the record in scope, and what of it is in sight?  closed: whether the record is. */
enum rc scope_sight(const struct scope *s, uint64_t id, bool closed, const struct access_world *w, struct sight *out, struct err *err) MUST_USE;
/* The same for a record that is not (or not yet) as the store has it: refs of its own are taken from values (by field->column). */
enum rc scope_sight_of(const struct scope *s, uint64_t id, const struct sv *values, bool closed, const struct access_world *w, struct sight *out,
                       struct err *err) MUST_USE;
bool scope_has_id(const struct scope_term *t, uint64_t id);

/* How a register stands in a tree (or to a person's register: tree NULL): the ways of refs.  At most max; returns how many.
 * A declared `scope` of a ref comes first, then the parent group, then the only ref that leads there.  Two refs and no word: none. */
struct scope_way { const struct pack_field *const *path; uint32_t path_len; };
size_t scope_ways(const struct pack_set *set, const struct pack_register *r, const struct pack_register *to, const struct pack_field *tree,
                  struct arena *a, struct scope_way *out, size_t max);

/* ---- secrets ---- */

enum { ACCESS_PASSWORD_MIN = 10, ACCESS_PASSWORD_MAX = 200 /* bytes */, ACCESS_TOKEN_TEXT = 43, ACCESS_HASH_TEXT = 128 };

/* A password worth having: at least 10 characters, not the name, not one of the common ones.  RC_INPUT access.password_*. */
enum rc access_password_fit(struct str name, struct str password, struct err *err) MUST_USE;
/* Argon2id; slow by purpose: never on the writer's thread.  cost: as shipped 64 MiB, 3 passes. */
struct access_cost { uint64_t passes; size_t memory; };
extern const struct access_cost access_cost_shipped, access_cost_tests;
enum rc access_password_hash(const struct access_cost *cost, struct str password, char out[ACCESS_HASH_TEXT], struct err *err) MUST_USE;
/* hash empty: nobody's; the same work is done for it, and it never fits. */
bool access_password_fits(const struct access_cost *cost, struct str hash, struct str password);
/* A password to be given once, that can be read out: five groups of four, 100 bits. */
void access_password_make(char out[25]);
/* 256 random bits as 43 characters of base64url; what is stored is the hash. */
void access_token_make(char out[ACCESS_TOKEN_TEXT + 1]);
/* False: not of a token's form. */
bool access_token_hash(struct str token, struct hash *out);

/* TOTP (RFC 6238, SHA-1, 6 digits, 30 s), by liboath.  Codes of one step before and after are taken; none twice: *step must grow. */
enum { TOTP_SECRET_LEN = 20 };
void totp_make(uint8_t secret[TOTP_SECRET_LEN]);
bool totp_check(struct str secret, struct str code, int64_t now_us, int64_t *step);
/* What an authenticator reads: otpauth://totp/… */
enum rc totp_uri(struct str secret, struct str issuer, struct str account, struct buf *out, struct err *err) MUST_USE;

/* ---- rows off the journal ---- */

/* Every table here, for the area to make and to check. */
const struct store_table *const *access_tables(size_t *n);
struct access_rows;
enum rc access_bind(struct store *s, struct arena *a, struct access_rows **out, struct err *err) MUST_USE;

struct credential {
    uint64_t account;
    struct str hash;             /* Argon2id, as libsodium writes it; empty: no password */
    bool must_change;            /* given by somebody else: to be changed at the next sign-in */
    int64_t changed_us;
    struct str totp;             /* secret; empty: none */
    bool totp_on;                /* enrolled: a code fitted once */
    int64_t totp_step;           /* last step used */
    struct str salt;             /* of the commitment */
};
/* RC_ABSENT access.no_credential. */
enum rc credential_get(struct access_rows *r, uint64_t account, struct arena *a, struct credential *out, struct err *err) MUST_USE;
enum rc credential_put(struct access_rows *r, const struct credential *c, struct err *err) MUST_USE;
/* Every credential, for verify. */
enum rc credentials_each(struct access_rows *r, enum rc (*fn)(void *ctx, const struct credential *c, struct err *err), void *ctx, struct err *err) MUST_USE;
/* What the account's record in the journal carries of it: a hash under the salt, 64 hex digits. */
struct str credential_commitment(const struct credential *c, struct arena *a);

/* Lockout with back-off: after 5 failures a minute, then two, four … at most 15 minutes; forgotten a day after the last one.
 * who: a sign-in name or an address, kept as a hash under `secret`; unknown names are counted likewise. */
struct lockout { int64_t failures, until_us; };
enum rc lockout_get(struct access_rows *r, struct str secret, struct str who, int64_t now_us, struct lockout *out, struct err *err) MUST_USE;
enum rc lockout_failed(struct access_rows *r, struct str secret, struct str who, int64_t now_us, struct lockout *out, struct err *err) MUST_USE;
enum rc lockout_clear(struct access_rows *r, struct str secret, struct str who, struct err *err) MUST_USE;

enum access_factor { FACTOR_PASSWORD = 1, FACTOR_TOTP = 2, FACTOR_CERTIFICATE = 4, FACTOR_TOKEN = 8 };
struct access_session {
    struct hash hash;            /* of the token */
    uint64_t account;
    int64_t made_us, seen_us, ends_us; /* ends: absolute */
    unsigned factors;
    bool must_change;            /* nothing but a change of password is allowed yet */
    struct str csrf;             /* 43 characters, for the defence against forged forms */
};
#define SESSION_IDLE_US (INT64_C(30) * 60 * 1000000)
#define SESSION_LIFE_US (INT64_C(12) * 3600 * 1000000)
enum rc access_session_put(struct access_rows *r, const struct access_session *s, struct err *err) MUST_USE;
/* RC_DENIED access.no_session: unknown, idle too long, or at its end; all three look alike. */
enum rc access_session_get(struct access_rows *r, const struct hash *token, int64_t now_us, struct arena *a, struct access_session *out, struct err *err) MUST_USE;
enum rc access_session_touch(struct access_rows *r, const struct hash *token, int64_t now_us, struct err *err) MUST_USE;
enum rc access_session_drop(struct access_rows *r, const struct hash *token, struct err *err) MUST_USE;
/* All of one account (0: those at their end): a password changed, a role was taken, an account was closed. */
enum rc access_session_drop_all(struct access_rows *r, uint64_t account, const struct hash *but, int64_t now_us, struct err *err) MUST_USE;

/* ---- the read log ---- */

/* One row per (hour, reader, register, record, class, purpose); the same again in that hour adds nothing. */
struct access_read {
    int64_t hour;                /* hours since 1970, UTC */
    uint64_t reader;             /* account */
    uint32_t reg;                /* number of the register in this area */
    uint64_t record;
    enum pack_class class;
    struct str purpose;          /* "list", "card", "export", "print": of a closed list above; at most 40 bytes */
};
/* *added counts rows that were new. */
enum rc read_log_put(struct access_rows *r, const struct access_read *rows, size_t n, size_t *added, struct err *err) MUST_USE;
/* Who read what is kept in this record: newest first. */
struct access_read_line { int64_t hour; uint64_t reader; enum pack_class class; struct str purpose; };
enum rc read_log_of(struct access_rows *r, uint32_t reg, uint64_t record, struct arena *a, struct access_read_line **out, size_t *n, struct err *err) MUST_USE;
/* Rows that no batch names yet: their hash (SHA-256 over the sorted rows), then under which batch they stand. */
enum rc read_log_batch(struct access_rows *r, uint64_t batch, struct hash *out, size_t *n, struct err *err) MUST_USE;
enum rc read_log_last_batch(struct access_rows *r, int64_t *out, struct err *err) MUST_USE; /* 0: none yet */
enum rc read_log_hash(struct access_rows *r, uint64_t batch, struct hash *out, size_t *n, struct err *err) MUST_USE;

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "access/errors.def"
#undef ERR

#endif
