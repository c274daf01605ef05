/* stats.c - declared cross-tabs: each record is asked each line's condition once; counts, their sums, and what must not be shown. */
#include "exchange/inner.h"

enum { LINES_MAX = 1000, ROW_MAX = 256 << 20, STEP_ROWS = 512 };

struct counting {
    const struct pack_report *p;
    const struct exchange_sight *sight; /* asked for its step; NULL: none */
    struct arena a, row;
    struct roster *roster;
    const struct feel_host *host;
    void *ctx;
    struct fv self;
    struct feel_run run;
    day_num as_of;
};

static void want(struct counting *c, struct roster_wants *w, const struct feel_program *p)
{
    if (p != NULL) roster_want_program(&c->a, w, p, false);
}

/* 1 yes, 0 no, -1 nobody can say. */
static enum rc ask(struct counting *c, const struct feel_program *p, int64_t id, int *out, struct err *err)
{
    struct fv v;
    *out = 1;
    if (p == NULL) return RC_OK;
    c->self = (struct fv){.kind = FV_RECORD, .reg = &c->p->over->feel, .id = id};
    c->run = (struct feel_run){.arena = &c->row, .host = c->host, .host_ctx = c->ctx, .today = c->as_of, .vars = &c->self, .vars_count = 1};
    TRY(feel_run(p, &c->run, &v, err));
    *out = v.kind == FV_BOOL ? v.b : -1;
    return RC_OK;
}

static enum rc count_all(struct counting *c, struct stats_cell *cells, struct stats *out, struct err *err)
{
    const struct pack_report *p = c->p;
    size_t n = roster_rows(c->roster, p->over);
    const int64_t *ids = roster_ids(c->roster, p->over);
    bool *in = arena_array(&c->a, bool, p->columns_count + 1u);
    if (ids == NULL && n > 0) return err_set0(err, &E_no_memory, NO_PLACE);
    struct arena_mark m = arena_mark(&c->row);
    for (size_t i = 0; i < n; i++) {
        int yes;
        if (i % STEP_ROWS == 0 && c->sight != NULL && c->sight->step != NULL) TRY(c->sight->step(c->sight->ctx, i, n, err));
        TRY(ask(c, p->where, ids[i], &yes, err));
        if (yes < 0) out->undetermined++;
        if (yes == 1) {
            out->all++;
            for (uint32_t k = 0; k < p->columns_count; k++) {
                TRY(ask(c, p->columns[k].when, ids[i], &yes, err));
                in[k] = yes == 1;
                if (yes < 0) out->undetermined++;
            }
            for (uint32_t r = 0; r < p->rows_count; r++) {
                TRY(ask(c, p->rows[r].when, ids[i], &yes, err));
                if (yes < 0) out->undetermined++;
                for (uint32_t k = 0; yes == 1 && k < p->columns_count; k++) cells[r * p->columns_count + k].count += in[k];
            }
        }
        arena_reset(&c->row, m);
    }
    return RC_OK;
}

/* Cells of one line, along it: at(i). */
struct along { struct stats_cell *cells; const struct pack_report_line *lines; uint32_t n; size_t first, step; };

static struct stats_cell *at(const struct along *x, uint32_t i) { return &x->cells[x->first + i * x->step]; }

/* Parts that do not make their whole. */
static void sums_check(const struct along *x, struct str of, struct buf *b)
{
    for (uint32_t whole = 0; whole < x->n; whole++) {
        uint64_t sum = 0;
        bool parts = false;
        for (uint32_t i = 0; i < x->n; i++) {
            if (x->lines[i].of != whole) continue;
            sum += at(x, i)->count;
            parts = true;
        }
        if (!parts || sum == at(x, whole)->count) continue;
        buf_str(b, of);
        buf_lit(b, "：");
        buf_str(b, x->lines[whole].title);
        buf_lit(b, " ");
        buf_u64(b, at(x, whole)->count);
        buf_lit(b, " ≠ ");
        buf_u64(b, sum);
        buf_char(b, '\n');
    }
}

/* One hidden cell among the parts of a whole that is shown is known by the difference: the smallest other one goes too. */
static bool hide_along(const struct along *x)
{
    bool more = false;
    for (uint32_t whole = 0; whole < x->n; whole++) {
        uint32_t hidden = 0, parts = 0, least = UINT32_MAX;
        for (uint32_t i = 0; i < x->n; i++) {
            if (x->lines[i].of != whole) continue;
            parts++;
            if (at(x, i)->hidden) hidden++;
            else if (least == UINT32_MAX || at(x, i)->count < at(x, least)->count) least = i;
        }
        if (parts == 0 || hidden != 1 || at(x, whole)->hidden) continue;
        if (least == UINT32_MAX) at(x, whole)->hidden = true; /* an only part is its whole */
        else at(x, least)->hidden = true;
        more = true;
    }
    return more;
}

static void hide(const struct pack_report *p, struct stats_cell *cells, int64_t least)
{
    size_t n = (size_t)p->rows_count * p->columns_count;
    for (size_t i = 0; i < n; i++) cells[i].hidden = cells[i].count > 0 && (int64_t)cells[i].count < least;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t k = 0; k < p->columns_count; k++) {
            struct along down = {cells, p->rows, p->rows_count, k, p->columns_count};
            more = hide_along(&down) || more;
        }
        for (uint32_t r = 0; r < p->rows_count; r++) {
            struct along across = {cells, p->columns, p->columns_count, (size_t)r * p->columns_count, 1};
            more = hide_along(&across) || more;
        }
    }
}

static enum rc counting_open(struct counting *c, struct records *rs, const struct pack_report *p, day_num as_of, struct err *err)
{
    struct roster_wants w = {0};
    c->p = p;
    c->as_of = as_of;
    arena_init(&c->a, (size_t)1 << 30);
    arena_init(&c->row, ROW_MAX);
    roster_want_put(&c->a, &w, (struct roster_want){.reg = p->over});
    want(c, &w, p->where);
    for (uint32_t i = 0; i < p->rows_count; i++) want(c, &w, p->rows[i].when);
    for (uint32_t i = 0; i < p->columns_count; i++) want(c, &w, p->columns[i].when);
    roster_want_close(&c->a, &w);
    TRY(roster_load(rs, w.at, w.len, &c->roster, err));
    roster_host(c->roster, &c->host, &c->ctx);
    return RC_OK;
}

static void counting_close(struct counting *c)
{
    roster_free(&c->roster);
    arena_fini(&c->row);
    arena_fini(&c->a);
    free(c);
}

enum rc exchange_stats(struct records *rs, const struct pack_report *p, day_num as_of, bool guarded, struct arena *a, struct stats *out, struct err *err)
{
    return exchange_stats_on(rs, p, as_of, guarded, NULL, a, out, err);
}

enum rc exchange_stats_on(struct records *rs, const struct pack_report *p, day_num as_of, bool guarded, const struct exchange_sight *s, struct arena *a, struct stats *out, struct err *err)
{
    struct counting *c = calloc(1, sizeof *c);
    if (c == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    c->sight = s;
    *out = (struct stats){.report = p, .as_of = as_of};
    struct stats_cell *cells = arena_array(a, struct stats_cell, (size_t)p->rows_count * p->columns_count + 1);
    enum rc rc = counting_open(c, rs, p, as_of, err);
    if (rc == RC_OK) rc = count_all(c, cells, out, err);
    struct buf b;
    buf_init(&b, 1 << 20);
    for (uint32_t k = 0; rc == RC_OK && k < p->columns_count; k++) {
        struct along down = {cells, p->rows, p->rows_count, k, p->columns_count};
        sums_check(&down, p->columns[k].title, &b);
    }
    for (uint32_t r = 0; rc == RC_OK && r < p->rows_count; r++) {
        struct along across = {cells, p->columns, p->columns_count, (size_t)r * p->columns_count, 1};
        sums_check(&across, p->rows[r].title, &b);
    }
    out->mistakes = str_dup(a, buf_view(&b));
    buf_fini(&b);
    if (rc == RC_OK && (guarded || p->guarded)) hide(p, cells, records_set(rs)->min_group);
    out->cells = cells;
    counting_close(c);
    return rc;
}

static void tie_put(struct buf *b, const struct stats *s, uint32_t row, uint32_t column)
{
    buf_str(b, s->report->d.title.zh);
    buf_lit(b, "“");
    buf_str(b, s->report->rows[row].title);
    buf_lit(b, "·");
    buf_str(b, s->report->columns[column].title);
    buf_lit(b, "” ");
    buf_u64(b, s->cells[row * s->report->columns_count + column].count);
}

enum rc exchange_stats_ties(struct records *rs, const struct stats *s, struct arena *a, struct str *mistakes, struct err *err)
{
    const struct pack_report *p = s->report, *last = NULL;
    struct stats other = {0};
    struct buf b;
    enum rc rc = RC_OK;
    buf_init(&b, 1 << 20);
    for (uint32_t i = 0; i < p->ties_count && rc == RC_OK; i++) {
        const struct pack_report_tie *t = &p->ties[i];
        if (t->with != last) rc = exchange_stats(rs, t->with, s->as_of, false, a, &other, err);
        last = t->with;
        if (rc != RC_OK) break;
        const struct stats_cell *x = &s->cells[t->row * p->columns_count + t->column], *y = &other.cells[t->with_row * t->with->columns_count + t->with_column];
        if (x->hidden || y->hidden || x->count == y->count) continue;
        tie_put(&b, s, t->row, t->column);
        buf_lit(&b, " ≠ ");
        tie_put(&b, &other, t->with_row, t->with_column);
        buf_char(&b, '\n');
    }
    *mistakes = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return rc;
}

void exchange_stats_text(const struct stats *s, enum lang lang, struct buf *out)
{
    const struct pack_report *p = s->report;
    size_t wide = 4;
    enum { CELL = 10 };
    for (uint32_t r = 0; r < p->rows_count; r++) wide = MAX(wide, str_width(p->rows[r].title));
    buf_str(out, text2_in(&p->d.title, lang));
    buf_lit(out, "  ");
    buf_str(out, lang == LANG_ZH ? STR("截至 ") : STR("as of "));
    day_put(out, s->as_of);
    buf_char(out, '\n');
    buf_pad(out, STR(""), wide, false);
    for (uint32_t k = 0; k < p->columns_count; k++) {
        buf_lit(out, "  ");
        buf_pad(out, p->columns[k].title, MAX((size_t)CELL, str_width(p->columns[k].title)), true);
    }
    buf_char(out, '\n');
    for (uint32_t r = 0; r < p->rows_count; r++) {
        buf_pad(out, p->rows[r].title, wide, false);
        for (uint32_t k = 0; k < p->columns_count; k++) {
            const struct stats_cell *c = &s->cells[r * p->columns_count + k];
            char text[24];
            int n = c->hidden ? snprintf(text, sizeof text, "*") : snprintf(text, sizeof text, "%llu", (unsigned long long)c->count);
            buf_lit(out, "  ");
            buf_pad(out, str_of(text, (size_t)n), MAX((size_t)CELL, str_width(p->columns[k].title)), true);
        }
        buf_char(out, '\n');
    }
}

enum rc exchange_stats_file(const struct stats *s, struct str path, struct err *err)
{
    const struct pack_report *p = s->report;
    struct arena a;
    struct sheet *sheet;
    arena_init(&a, 1 << 24);
    struct sheet_column *columns = arena_array(&a, struct sheet_column, p->columns_count + 1u);
    struct cell *cells = arena_array(&a, struct cell, p->columns_count + 1u);
    columns[0] = (struct sheet_column){.title = s->lang == LANG_ZH ? STR("项目") : STR("item"), .width = 24};
    for (uint32_t k = 0; k < p->columns_count; k++) columns[k + 1] = (struct sheet_column){.title = p->columns[k].title, .number = true};
    struct sheet_options o = {.title = text2_in(&p->d.title, s->lang), .note = str_cat(&a, s->lang == LANG_ZH ? STR("截至 ") : STR("as of "), day_print(&a, s->as_of), s->mark.len > 0 ? STR("　") : STR(""), s->mark)};
    enum rc rc = sheet_open(path, &o, columns, p->columns_count + 1, &sheet, err);
    for (uint32_t r = 0; r < p->rows_count && rc == RC_OK; r++) {
        cells[0] = (struct cell){.kind = CELL_TEXT, .text = p->rows[r].title};
        for (uint32_t k = 0; k < p->columns_count; k++) {
            const struct stats_cell *c = &s->cells[r * p->columns_count + k];
            cells[k + 1] = c->hidden ? (struct cell){.kind = CELL_TEXT, .text = STR("*")} : (struct cell){.kind = CELL_NUMBER, .number = (int64_t)c->count};
        }
        rc = sheet_row(sheet, cells, err);
    }
    enum rc closed = sheet_close(&sheet, rc == RC_OK, rc == RC_OK ? err : NULL);
    arena_fini(&a);
    return rc != RC_OK ? rc : closed;
}
