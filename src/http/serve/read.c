/* read.c - the read log of a request: personal and restricted fields that it showed, each record once. */
#include "http/inner.h"

struct reads { VEC(struct noted) rows; };

void read_note(struct req *q, const struct pack_register *r, uint64_t id, enum pack_class c, const char *purpose)
{
    if (c == PACK_OPEN) return;
    if (q->reads == NULL) q->reads = arena_new(&q->arena, struct reads);
    /* The same record comes by once a field: the last one noted is the likeliest. */
    struct reads *s = q->reads;
    for (size_t i = s->rows.len; i > 0 && i + 4 > s->rows.len; i--) {
        const struct noted *n = &s->rows.at[i - 1];
        if (n->reg == r && n->id == id && n->class == c && n->purpose == purpose) return;
    }
    vec_push(&q->arena, &s->rows, (struct noted){r, id, c, purpose});
}

const struct noted *reads_noted(const struct req *q, size_t *n)
{
    *n = q->reads == NULL ? 0 : q->reads->rows.len;
    return *n == 0 ? NULL : q->reads->rows.at;
}

bool reads_wait(const struct req *q)
{
    for (size_t i = 0; q->reads != NULL && i < q->reads->rows.len; i++)
        if (q->reads->rows.at[i].class >= PACK_RESTRICTED) return true;
    return false;
}

/* Off to the read log before the answer leaves; the snapshot is over by then. */
enum rc reads_flush(struct req *q, struct err *err)
{
    struct reads *s = q->reads;
    if (s == NULL || s->rows.len == 0) return RC_OK;
    struct access_read *rows = arena_array(&q->arena, struct access_read, s->rows.len);
    for (size_t i = 0; i < s->rows.len; i++)
        rows[i] = (struct access_read){.reader = grant_account(q->grant), .reg = record_number(q->view->records, s->rows.at[i].reg), .record = s->rows.at[i].id,
                                       .class = s->rows.at[i].class, .purpose = str_c(s->rows.at[i].purpose)};
    area_view_rest(q->view);
    size_t n = s->rows.len;
    s->rows.len = 0;
    return area_read_note(q->site->area, rows, n, err);
}
