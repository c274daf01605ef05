/* compare.c - what an area would lose by another set of packs.  Registers only grow: a rename says `was:`, a retirement `retired:`. */
#include "pack/inner.h"

struct comparing {
    struct diags *d;
    struct arena *a;
    struct place at;
    bool lost;
};

static void loses(struct comparing *c, struct str zh, struct str en)
{
    diags_put(c->d, SEV_ERROR, &E_pack_loses, c->at, zh, en);
    c->lost = true;
}

static bool named(struct str now, const struct str *was, uint32_t was_count, struct str name)
{
    if (str_eq(now, name)) return true;
    for (uint32_t i = 0; i < was_count; i++)
        if (str_eq(was[i], name)) return true;
    return false;
}

static const struct pack_register *register_after(const struct pack_set *s, struct str name)
{
    for (uint32_t i = 0; i < s->registers_count; i++)
        if (str_eq(s->registers[i]->d.name, name)) return s->registers[i];
    for (uint32_t i = 0; i < s->registers_count; i++)
        if (named(s->registers[i]->d.name, s->registers[i]->d.was, s->registers[i]->d.was_count, name)) return s->registers[i];
    return NULL;
}

static const struct pack_field *field_after(const struct pack_register *r, struct str name)
{
    for (uint32_t i = 0; i < r->fields_count; i++)
        if (str_eq(r->fields[i].name, name)) return &r->fields[i];
    for (uint32_t i = 0; i < r->fields_count; i++)
        if (named(r->fields[i].name, r->fields[i].was, r->fields[i].was_count, name)) return &r->fields[i];
    return NULL;
}

static void codes_compare(struct comparing *c, const struct pack_codes *before, const struct pack_codes *after, struct str zh, struct str en)
{
    for (uint32_t i = 0; i < before->feel.rows_count; i++) {
        uint32_t row;
        if (feel_codes_find(&after->feel, before->feel.code[i], &row)) continue;
        loses(c, str_cat(c->a, zh, STR("：代码“"), before->feel.code[i], STR("”（"), before->feel.row_title[i], STR("）没有了")),
              str_cat(c->a, en, STR(": the code \""), before->feel.code[i], STR("\" is gone")));
    }
}

static void field_compare(struct comparing *c, const struct pack_register *reg, const struct pack_field *before, const struct pack_field *after)
{
    struct str zh = str_cat(c->a, STR("台账“"), reg->feel.title, STR("”的字段“"), before->member->title, STR("”"));
    struct str en = str_cat(c->a, STR("the field "), before->name, STR(" of "), reg->feel.name);
    c->at = after->place;
    if (before->column == UINT32_MAX) return; /* nothing of it is stored */
    if (after->column == UINT32_MAX) {
        loses(c, str_cat(c->a, zh, STR("原来是填写的，现在成了推算的")), str_cat(c->a, en, STR(" was entered and is now derived")));
        return;
    }
    if (before->type != after->type) {
        loses(c, str_cat(c->a, zh, STR("的类型从“"), type_zh(before->type), STR("”变成了“"), type_zh(after->type), STR("”")),
              str_cat(c->a, en, STR(" changes its type")));
        return;
    }
    if ((before->type == FIELD_TEXT || before->type == FIELD_NUMBER) && after->len < before->len)
        loses(c, str_cat(c->a, zh, STR("变窄了：从 "), str_u64(c->a, before->len), STR(" 到 "), str_u64(c->a, after->len)),
              str_cat(c->a, en, STR(" narrows from "), str_u64(c->a, before->len), STR(" to "), str_u64(c->a, after->len)));
    if (before->type == FIELD_CHOICE && before->codes != NULL && after->codes != NULL) codes_compare(c, before->codes, after->codes, zh, en);
    if (before->type == FIELD_REF && before->ref != NULL && after->ref != NULL && !named(after->ref->d.name, after->ref->d.was, after->ref->d.was_count, before->ref->d.name))
        loses(c, str_cat(c->a, zh, STR("改指另一本台账“"), after->ref->feel.title, STR("”")), str_cat(c->a, en, STR(" refers to another register")));
    if (after->class < before->class)
        loses(c, str_cat(c->a, zh, STR("的级别降低了，已经保密的会公开")), str_cat(c->a, en, STR(" is of a lower class: what was kept close would be open")));
}

enum rc pack_compare(const struct pack_set *before, const struct pack_set *after, struct diags *d)
{
    struct comparing c = {.d = d, .a = d->arena};
    for (uint32_t i = 0; i < before->registers_count; i++) {
        const struct pack_register *b = before->registers[i], *a = register_after(after, b->d.name);
        c.at = NO_PLACE;
        if (a == NULL) {
            loses(&c, str_cat(c.a, STR("台账“"), b->feel.title, STR("”没有了；不再用的应写 retired:，改名的应写 was:")),
                  str_cat(c.a, STR("the register "), b->d.name, STR(" is gone: say retired: or, of a new name, was:")));
            continue;
        }
        for (uint32_t k = 0; k < b->fields_count; k++) {
            const struct pack_field *f = field_after(a, b->fields[k].name);
            if (f != NULL) {
                field_compare(&c, a, &b->fields[k], f);
                continue;
            }
            if (b->fields[k].column == UINT32_MAX) continue;
            c.at = a->d.place;
            loses(&c, str_cat(c.a, STR("台账“"), a->feel.title, STR("”的字段“"), b->fields[k].member->title, STR("”没有了；不再用的应写 retired:，改名的应写 was:")),
                  str_cat(c.a, STR("the field "), b->fields[k].name, STR(" of "), a->d.name, STR(" is gone: say retired: or, of a new name, was:")));
        }
    }
    return c.lost ? RC_INPUT : RC_OK;
}
