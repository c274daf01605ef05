/* decl_calendar.c - the calendar of working days, and what holds for a pack unless said otherwise. */
#include "pack/inner.h"

void defaults_read(struct load *l)
{
    static const struct str literals[] = {STR_INIT("refuse"), STR_INIT("warn")};
    l->set->min_group = 5;
    l->set->zone = PACK_ZONE;
    const struct decl *seen[PACKS_MAX] = {0};
    for (size_t i = 0; i < l->decls.len; i++) {
        struct decl *d = l->decls.at[i];
        if (d->kind != CTX_defaults) continue;
        if (seen[d->pack] != NULL) {
            bad(l, d->name_node, &E_pack_two_manifests, STR("defaults"), place_text(l, seen[d->pack]->name_node->at));
            continue;
        }
        seen[d->pack] = d;
        struct pack_decl *common = arena_new(l->a, struct pack_decl);
        decl_common(l, d, common);
        l->literals_warn[d->pack] = y_word(l, Y_GET(d->node, "literals"), 0, 2, literals) == 1;
        const struct ynode *group = Y_GET(d->node, "min-group"), *zone = Y_GET(d->node, "zone");
        int64_t n = y_int(group, l->set->min_group);
        if (group != NULL && (n < 1 || n > 1000))
            bad(l, group, &E_pack_type_limit, STR("min-group"), STR("1"), STR("1000"));
        else
            l->set->min_group = n;
        if (zone == NULL) continue;
        const char *name = str_cz(l->a, zone->text);
        if (zone_known(name))
            l->set->zone = name;
        else
            bad(l, zone, &E_pack_zone, zone->text);
    }
}

static unsigned weekend_bits(struct load *l, const struct ynode *n)
{
    static const struct str days[] = {STR_INIT("mon"), STR_INIT("tue"), STR_INIT("wed"), STR_INIT("thu"), STR_INIT("fri"), STR_INIT("sat"), STR_INIT("sun")};
    if (n == NULL) return 1u << 5 | 1u << 6;
    unsigned bits = 0;
    for (uint32_t i = 0; i < y_count(n); i++) {
        int w = y_word(l, y_at(n, i), 0, ARRAY_LEN(days), days);
        if (w >= 0) bits |= 1u << w;
    }
    return bits;
}

struct day_row {
    day_num from, to;
    bool work;
    const struct ynode *at;
};
typedef VEC(struct day_row) day_rows;

static void rows_read(struct load *l, const struct decl *d, day_rows *rows)
{
    static const struct str kinds[] = {STR_INIT("off"), STR_INIT("work")};
    const struct ynode *list = Y_GET(d->node, "rows");
    for (uint32_t i = 0; i < y_count(list); i++) {
        const struct ynode *row = y_at(list, i), *day = Y_GET(row, "day"), *to = Y_GET(row, "to");
        if (day == NULL) continue;
        struct day_row r = {.from = y_day(day, 0), .at = day};
        r.to = y_day(to, r.from);
        r.work = y_word(l, Y_GET(row, "kind"), 0, 2, kinds) == 1;
        const struct pack_cite *cites;
        uint32_t count;
        cites_read(l, Y_GET(row, "basis"), DAY_OPEN, r.to, &cites, &count);
        if (r.to < r.from || r.to - r.from > 400)
            bad(l, to, &E_pack_dates_order, y_text(to), day->text);
        else
            vec_push(l->a, rows, r);
    }
}

/* The calendar that defaults name; without defaults, the only one. */
static struct decl *calendar_chosen(struct load *l)
{
    struct decl *only = NULL, *named = NULL;
    VEC(struct str) names = {0};
    for (size_t i = 0; i < l->decls.len; i++) {
        if (l->decls.at[i]->kind != CTX_calendar) continue;
        only = l->decls.at[i];
        vec_push(l->nodes, &names, l->decls.at[i]->name);
    }
    for (size_t i = 0; i < l->decls.len; i++) {
        const struct ynode *n = l->decls.at[i]->kind == CTX_defaults ? Y_GET(l->decls.at[i]->node, "calendar") : NULL;
        if (n == NULL) continue;
        named = decl_find(l, CTX_calendar, n->text);
        if (named == NULL) unknown(l, n, 0, n->text.len, STR("日历"), STR("calendar"), names.len, names.at);
    }
    return named != NULL ? named : names.len == 1 ? only : NULL;
}

void calendar_read(struct load *l)
{
    struct decl *chosen = calendar_chosen(l);
    for (size_t i = 0; i < l->decls.len; i++) {
        struct decl *d = l->decls.at[i];
        if (d->kind != CTX_calendar) continue;
        struct pack_decl *common = arena_new(l->a, struct pack_decl);
        decl_common(l, d, common);
        day_rows rows = {0};
        rows_read(l, d, &rows);
        for (size_t k = 0; k < l->decls.len; k++) /* what local packs add */
            if (l->decls.at[k]->kind == CTX_extend && l->decls.at[k]->made == d) rows_read(l, l->decls.at[k], &rows);
        unsigned weekend = weekend_bits(l, Y_GET(d->node, "weekend"));
        if (rows.len == 0) continue;
        day_num first = rows.at[0].from, last = rows.at[0].to;
        for (size_t k = 0; k < rows.len; k++) {
            first = MIN(first, rows.at[k].from);
            last = MAX(last, rows.at[k].to);
        }
        struct ymd a = ymd_of(first), b = ymd_of(last);
        if (b.year - a.year > 200) {
            bad(l, d->name_node, &E_pack_too_large, STR("日历"), STR("200"));
            continue;
        }
        a.month = a.day = 1;
        b.month = 12;
        b.day = 31;
        first = day_of(a);
        struct calendar *c = calendar_make(l->a, first, day_of(b), weekend);
        uint8_t *seen = arena_array(l->a, uint8_t, (size_t)(day_of(b) - first + 1));
        for (size_t k = 0; k < rows.len; k++)
            for (day_num day = rows.at[k].from; day <= rows.at[k].to; day++) {
                if (seen[day - first]++ > 0) {
                    bad(l, rows.at[k].at, &E_pack_calendar_day, day_print(l->a, day));
                    break;
                }
                calendar_set(c, day, rows.at[k].work);
            }
        if (d == chosen) l->set->calendar = c;
    }
}
