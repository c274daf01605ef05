/* decl_basis.c - the texts that may be cited, the citations, and what of them has expired or is not confirmed. */
#include "pack/inner.h"

static int settled_word(struct load *l, const struct ynode *n)
{
    static const struct str words[] = {STR_INIT("confirmed"), STR_INIT("unsettled")};
    return y_word(l, n, 0, ARRAY_LEN(words), words) == 1;
}

void basis_read(struct load *l, struct decl *d)
{
    const struct ynode *rows = Y_GET(d->node, "rows");
    struct pack_decl *common = arena_new(l->a, struct pack_decl);
    decl_common(l, d, common);
    for (uint32_t i = 0; i < y_count(rows); i++) {
        const struct ynode *row = y_at(rows, i), *name = Y_GET(row, "name"), *title = Y_GET(row, "title"), *from = Y_GET(row, "from");
        if (name == NULL || title == NULL) continue;
        struct pack_basis_row *b = arena_new(l->a, struct pack_basis_row);
        *b = (struct pack_basis_row){.name = name->text, .title = title->text, .full = y_text(Y_GET(row, "full")),
                                     .issuer = y_text(Y_GET(row, "issuer")), .number = y_text(Y_GET(row, "number")),
                                     .url = y_text(Y_GET(row, "url")), .from = y_day(from, 0), .to = y_day(Y_GET(row, "to"), DAY_OPEN),
                                     .articles = y_int(Y_GET(row, "articles"), 0), .place = y_place(name, 0, SIZE_MAX)};
        b->unsettled = settled_word(l, Y_GET(row, "status"));
        if (!name_ok(b->name, false)) bad(l, name, &E_pack_name, b->name, STR("a-z 0-9 _ -"));
        if (b->to < b->from) bad(l, Y_GET(row, "to"), &E_pack_dates_order, y_text(Y_GET(row, "to")), y_text(from));
        const struct ynode *which[2] = {name, title};
        bool first = true;
        for (int k = 0; k < 2; k++) {
            if (k == 1 && str_eq(b->name, b->title)) break;
            if (map_put(l->nodes, &l->basis_by_title, which[k]->text, b)) continue;
            const struct pack_basis_row *other = map_find(&l->basis_by_title, which[k]->text);
            bad(l, which[k], &E_pack_name_taken, STR("依据表"), which[k]->text, place_text(l, other->place), STR("the cited texts"));
            first = false;
        }
        if (first) vec_push(l->a, &l->basis, b);
    }
}

/* `replaces` names another row. */
void basis_seal(struct load *l)
{
    VEC(struct str) names = {0};
    for (size_t i = 0; i < l->basis.len; i++) vec_push(l->nodes, &names, l->basis.at[i]->name);
    for (size_t i = 0; i < l->decls.len; i++) {
        if (l->decls.at[i]->kind != CTX_basis) continue;
        const struct ynode *rows = Y_GET(l->decls.at[i]->node, "rows");
        for (uint32_t k = 0; k < y_count(rows); k++) {
            const struct ynode *r = Y_GET(y_at(rows, k), "replaces");
            if (r != NULL && map_find(&l->basis_by_title, r->text) == NULL)
                unknown(l, r, 0, r->text.len, STR("依据"), STR("cited text"), names.len, names.at);
        }
    }
}

/* ---- citations ---- */

static int han_digit(uint32_t cp)
{
    static const uint32_t digits[] = {0x96F6, 0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D};
    for (int i = 0; i < 10; i++)
        if (cp == digits[i]) return i;
    return cp == 0x3007 ? 0 : cp >= '0' && cp <= '9' ? (int)(cp - '0') : -1;
}

/* 第四十三条, 第43条, 第一百零八条: the number of the first article named. */
bool article_number(struct str at, int64_t *out)
{
    size_t from = str_find(at, STR("第"));
    if (from == SIZE_MAX) return false;
    int64_t total = 0, digit = 0;
    bool any = false;
    for (size_t i = from + 3; i < at.len;) {
        uint32_t cp = utf8_next(at, &i);
        int d = han_digit(cp);
        if (d >= 0) {
            digit = cp < 0x80 ? digit * 10 + d : d;
            any = true;
        } else if (cp == 0x5341 || cp == 0x767E || cp == 0x5343) { /* 十百千 */
            int64_t unit = cp == 0x5341 ? 10 : cp == 0x767E ? 100 : 1000;
            total += (digit == 0 ? 1 : digit) * unit;
            digit = 0;
            any = true;
        } else if (cp == 0x6761 && any) { /* 条 */
            *out = total + digit;
            return true;
        } else {
            return false;
        }
        if (total > 100000 || digit > 100000) return false;
    }
    return false;
}

static const struct pack_basis_row *row_of(const struct load *l, struct str cite, size_t *title_len)
{
    const struct pack_basis_row *best = NULL;
    *title_len = 0;
    for (size_t i = 0; i < l->basis_by_title.len; i++) {
        struct str title = l->basis_by_title.entry[i].key;
        if (title.len < *title_len || !str_starts(cite, title)) continue;
        if (cite.len > title.len && cite.ptr[title.len] != ' ') continue;
        best = l->basis_by_title.entry[i].value;
        *title_len = title.len;
    }
    return best;
}

void cites_read(struct load *l, const struct ynode *n, day_num from, day_num until, const struct pack_cite **out, uint32_t *count)
{
    *out = NULL;
    *count = 0;
    if (n == NULL) return;
    struct pack_cite *list = arena_array(l->a, struct pack_cite, y_count(n) + 1);
    for (uint32_t i = 0; i < y_count(n); i++) {
        const struct ynode *c = y_at(n, i);
        size_t len;
        const struct pack_basis_row *row = row_of(l, c->text, &len);
        if (row == NULL) {
            struct str first = str_sub(c->text, 0, str_find_char(c->text, ' '));
            if (may_be_in_failed(l, first)) continue;
            size_t some = nearest_worth(l) ? l->basis.len : 0;
            struct str *names = arena_array(l->nodes, struct str, some + 1), near = STR("");
            for (size_t k = 0; k < some; k++) {
                names[k] = l->basis.at[k]->title;
                if (str_starts(c->text, names[k])) near = names[k]; /* the blank behind the title is missing */
            }
            if (near.len == 0) near = nearest_name(first, some, names);
            bad_part(l, c, 0, first.len, &E_pack_unknown_basis, first, near);
            continue;
        }
        struct pack_cite *cite = &list[(*count)++];
        *cite = (struct pack_cite){.text = row, .at = str_trim(str_sub(c->text, len, c->text.len)), .place = y_place(c, 0, SIZE_MAX)};
        int64_t article;
        if (row->articles > 0 && article_number(cite->at, &article) && article > row->articles)
            bad(l, c, &E_pack_article_beyond, row->title, str_i64(l->a, row->articles), cite->at);
        struct cited cited = {.cite = cite, .from = from, .until = until};
        vec_push(l->nodes, &l->cites, cited);
    }
    *out = list;
}

void basis_report(struct load *l)
{
    for (size_t i = 0; i < l->cites.len; i++) {
        const struct cited *c = &l->cites.at[i];
        const struct pack_basis_row *row = c->cite->text;
        if (row->to < c->until && row->to < l->o->today)
            warn_place(l, c->cite->place, &E_pack_basis_expired, row->title, day_print(l->a, row->to));
        if (c->from != DAY_OPEN && c->from < row->from)
            warn_place(l, c->cite->place, &E_pack_basis_early, row->title, day_print(l->a, row->from), day_print(l->a, c->from));
    }
    for (size_t i = 0; i < l->basis.len; i++)
        if (l->basis.at[i]->unsettled) note_place(l, l->basis.at[i]->place, &E_pack_unsettled, l->basis.at[i]->title);
    for (size_t i = 0; i < l->params.len; i++)
        for (size_t k = 0; k < l->params.at[i]->values.len; k++) {
            const struct layer_value *v = l->params.at[i]->values.at[k];
            if (v->v.unsettled)
                note_place(l, v->v.place, &E_pack_unsettled, str_cat(l->a, l->params.at[i]->p.title, STR(" "), y_text(v->value_node)));
        }
}

void pack_basis_print(const struct pack_cite *cites, uint32_t n, struct buf *out)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) buf_lit(out, "；");
        buf_str(out, cites[i].text->title);
        if (cites[i].at.len == 0) continue;
        buf_char(out, ' ');
        buf_str(out, cites[i].at);
    }
}
