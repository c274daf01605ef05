/* table.c - a Markdown table right behind a block, read from its source lines: `rows: below`. */
#include "pack/inner.h"

enum { COLUMNS_MAX = 64 };

static struct str line_text(const struct pack_chapter *c, const struct lines *ls, uint32_t line)
{
    return str_of(c->text.ptr + ls->start[line - 1], ls->len[line - 1]);
}

bool table_begins(struct str text, const struct lines *ls, uint32_t line)
{
    struct str s = str_trim(str_of(text.ptr + ls->start[line - 1], ls->len[line - 1]));
    return s.len > 1 && s.ptr[0] == '|';
}

/* One cell: from..to of the line without its blanks; `\|` is a bar. */
static struct ynode *cell(struct load *l, const struct pack_chapter *c, const struct lines *ls, uint32_t line, struct str text_line, size_t from, size_t to)
{
    while (from < to && (text_line.ptr[from] == ' ' || text_line.ptr[from] == '\t')) from++;
    while (to > from && (text_line.ptr[to - 1] == ' ' || text_line.ptr[to - 1] == '\t')) to--;
    struct str raw = str_sub(text_line, from, to);
    struct ynode *n = y_scalar(l->nodes, raw, line_place(c, ls, line, from, raw.len));
    n->style = YS_CELL;
    n->empty = raw.len == 0;
    size_t bars = 0;
    for (size_t i = 0; i + 1 < raw.len; i++)
        if (raw.ptr[i] == '\\' && raw.ptr[i + 1] == '|') bars++;
    if (bars == 0) return n;
    char *text = arena_alloc(l->a, raw.len + 1);
    struct yseg *segs = arena_array(l->nodes, struct yseg, bars + 1);
    uint32_t segs_count = 0;
    size_t len = 0;
    bool fresh = true;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] == '\\' && i + 1 < raw.len && raw.ptr[i + 1] == '|') {
            i++;
            fresh = true;
        }
        if (fresh)
            segs[segs_count++] = (struct yseg){.off = (uint32_t)len,
                                               .at = line_place(c, ls, line, from + i, 1)};
        fresh = false;
        text[len++] = raw.ptr[i];
    }
    n->text = str_of(text, len);
    n->segs = segs;
    n->segs_count = MIN(segs_count, (uint32_t)(bars + 1));
    return n;
}

/* The cells of a line; returns their number. */
static uint32_t cells(struct load *l, const struct pack_chapter *c, const struct lines *ls, uint32_t line, struct ynode **out)
{
    struct str s = line_text(c, ls, line);
    size_t at = 0, end = s.len;
    while (end > 0 && (s.ptr[end - 1] == ' ' || s.ptr[end - 1] == '\t')) end--;
    at = str_find_char(s, '|') + 1;
    uint32_t n = 0;
    size_t from = at;
    for (; at <= end; at++) {
        bool bar = at < end && s.ptr[at] == '|' && s.ptr[at - 1] != '\\';
        if (!bar && at < end) continue;
        if (at == end && from >= end) break; /* behind the closing bar */
        if (n < COLUMNS_MAX) out[n] = cell(l, c, ls, line, s, from, at);
        n++;
        from = at + 1;
    }
    return n;
}

static bool is_rule_line(struct str s)
{
    s = str_trim(s);
    if (str_find(s, STR("-")) == SIZE_MAX) return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '|' && s.ptr[i] != '-' && s.ptr[i] != ':' && s.ptr[i] != ' ' && s.ptr[i] != '\t') return false;
    return true;
}

struct ynode *table_read(struct load *l, const struct pack_chapter *c, const struct lines *ls, uint32_t first, bool quotes, uint32_t *next)
{
    struct ynode *head[COLUMNS_MAX], *row[COLUMNS_MAX];
    uint32_t columns = cells(l, c, ls, first, head);
    *next = first + 1;
    if (columns > COLUMNS_MAX) {
        bad_place(l, line_place(c, ls, first, 0, 1), &E_pack_too_many, STR("列"), STR("64"));
        return NULL;
    }
    bool good = true;
    for (uint32_t i = 0; i < columns; i++) {
        bool twice = head[i]->empty;
        for (uint32_t k = 0; k < i && !twice; k++) twice = str_eq(head[k]->text, head[i]->text);
        if (!twice) continue;
        bad(l, head[i], &E_pack_table_head, head[i]->text);
        good = false;
    }
    if (first + 1 > ls->count || !is_rule_line(line_text(c, ls, first + 1))) {
        bad(l, head[0], &E_pack_no_table, STR(""));
        return NULL;
    }
    VEC(struct ynode *) rows = {0};
    uint32_t line = first + 2;
    for (; line <= ls->count && table_begins(c->text, ls, line); line++) {
        uint32_t n = cells(l, c, ls, line, row);
        if (n > columns) {
            struct place at = line_place(c, ls, line, 0, ls->len[line - 1]);
            bad_place(l, at, &E_pack_table_width, str_u64(l->a, n), str_u64(l->a, columns));
            good = false;
            continue;
        }
        struct ynode *map = y_map(l->nodes, line_place(c, ls, line, 0, ls->len[line - 1]), columns);
        map->style = YS_CELL;
        for (uint32_t i = 0; i < n; i++) {
            struct str text = row[i]->text;
            if (!quotes && text.len > 1 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"') {
                bad(l, row[i], &E_pack_table_quote, text);
                good = false;
            }
            if (!row[i]->empty) y_put(map, head[i], row[i]);
        }
        vec_push(l->nodes, &rows, map);
        if (rows.len > ROWS_MAX) {
            bad(l, map, &E_pack_too_many, STR("行"), STR("20000"));
            return NULL;
        }
    }
    *next = line;
    if (!good) return NULL;
    struct ynode *list = arena_new(l->nodes, struct ynode);
    *list = (struct ynode){.kind = Y_LIST, .style = YS_CELL, .at = head[0]->at, .kids = rows.at, .count = (uint32_t)rows.len};
    list->head = arena_array(l->nodes, struct ynode *, columns + 1);
    list->head_count = columns;
    memcpy(list->head, head, columns * sizeof *head);
    return list;
}
