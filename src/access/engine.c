/*
 * engine.c - the registers of packs/core: who may read them, besides what a role can say.
 * A pack's roles name registers of the field; the books on who may do what are the administrators', and each of the three sees the part that
 * the other two are checked by.
 */
#include "access/inner.h"

#define SYSTEM (1u << OFFICE_SYSTEM)
#define SECURITY (1u << OFFICE_SECURITY)
#define AUDIT (1u << OFFICE_AUDIT)
#define OWN ENGINE_OWN

static const struct engine_reg table[] = {
    {STR_INIT("finding"), ENGINE_SUBJECT, 0, 0, false, STR_INIT("")},
    {STR_INIT("dismissal"), ENGINE_SUBJECT, 0, 0, false, STR_INIT("")},
    {STR_INIT("slip"), ENGINE_SUBJECT, 0, 0, false, STR_INIT("")},
    {STR_INIT("case"), ENGINE_CASE, 0, 0, false, STR_INIT("")},
    {STR_INIT("case_line"), ENGINE_CASE, 0, 0, false, STR_INIT("")},
    {STR_INIT("case_step"), ENGINE_CASE, 0, 0, false, STR_INIT("")},
    {STR_INIT("case_part"), ENGINE_CASE, 0, 0, false, STR_INIT("")},
    {STR_INIT("case_opinion"), ENGINE_CASE, 0, 0, false, STR_INIT("")},
    {STR_INIT("case_referral"), ENGINE_CASE, 0, 0, false, STR_INIT("")},
    {STR_INIT("case_paper"), ENGINE_CASE, 0, 0, false, STR_INIT("")},
    {STR_INIT("case_liability"), ENGINE_CASE, 0, 0, false, STR_INIT("")},
    {STR_INIT("case_notice"), ENGINE_CASE, 0, 0, false, STR_INIT("")},
    {STR_INIT("case_objection"), ENGINE_CASE, 0, 0, false, STR_INIT("")},
    {STR_INIT("account"), ENGINE_OFFICE, SYSTEM | SECURITY | AUDIT, SYSTEM, false, STR_INIT("")},
    {STR_INIT("role_holding"), ENGINE_OFFICE, SYSTEM | SECURITY | AUDIT, SECURITY, false, STR_INIT("account")},
    {STR_INIT("delegation"), ENGINE_OFFICE, SECURITY | AUDIT, SECURITY | OWN, false, STR_INIT("lender")},
    {STR_INIT("api_token"), ENGINE_OFFICE, SYSTEM | SECURITY | AUDIT, SYSTEM | OWN, false, STR_INIT("account")},
    {STR_INIT("pending_act"), ENGINE_OFFICE, SYSTEM | SECURITY | AUDIT, 0, false, STR_INIT("proposed_by")},
    {STR_INIT("export"), ENGINE_OFFICE, AUDIT, 0, false, STR_INIT("by")},
    {STR_INIT("read_batch"), ENGINE_OFFICE, AUDIT, 0, false, STR_INIT("")},
    {STR_INIT("pack_install"), ENGINE_OFFICE, SYSTEM | SECURITY | AUDIT, 0, true, STR_INIT("")},
    {STR_INIT("file_sweep"), ENGINE_OFFICE, SYSTEM | AUDIT, 0, false, STR_INIT("")},
    {STR_INIT("checkpoint_witness"), ENGINE_OFFICE, SYSTEM | SECURITY | AUDIT, AUDIT, false, STR_INIT("")},
};

/* What the engine keeps and this table does not name is nobody's: a register added without a thought for it leaks nothing. */
static const struct engine_reg nobodys = {STR_INIT(""), ENGINE_OFFICE, 0, 0, false, STR_INIT("")};

const struct engine_reg *engine_reg(const struct pack_set *set, const struct pack_register *r)
{
    if (!str_eq(set->packs[r->d.pack].name, STR("core"))) return NULL;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_eq(table[i].name, r->d.name)) return &table[i];
    return &nobodys;
}

enum access_office office_of(struct str role)
{
    if (str_eq(role, ROLE_SYSTEM)) return OFFICE_SYSTEM;
    if (str_eq(role, ROLE_SECURITY)) return OFFICE_SECURITY;
    return str_eq(role, ROLE_AUDIT) ? OFFICE_AUDIT : OFFICE_NONE;
}

struct text2 office_title(enum access_office o)
{
    switch (o) {
    case OFFICE_SYSTEM: return (struct text2){STR("系统管理员"), STR("System administrator")};
    case OFFICE_SECURITY: return (struct text2){STR("安全管理员"), STR("Security administrator")};
    case OFFICE_AUDIT: return (struct text2){STR("审计管理员"), STR("Audit administrator")};
    case OFFICE_NONE:
    default: return (struct text2){STR(""), STR("")};
    }
}
