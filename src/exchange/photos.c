/* photos.c - photographs in bulk: whose each is, its name tells (a number, a key); what is no picture or too large is told and changes nothing. */
#include "exchange/form.h"

enum { RATIO_LOW = 72, RATIO_HIGH = 88, AT_ONCE = 50 };

static bool is_picture(struct arena *a, struct str name)
{
    struct str n = uni_lower(a, name);
    return str_ends(n, STR(".jpg")) || str_ends(n, STR(".jpeg")) || str_ends(n, STR(".png"));
}

const struct pack_field *exchange_photo_field(const struct pack_form *f)
{
    for (uint32_t i = 0; i < f->elements_count; i++)
        if (f->elements[i].as == FORM_AS_PHOTO && f->elements[i].group == FORM_OWN) return f->elements[i].field;
    return NULL;
}

static enum rc field_of(struct photos *p, struct err *err)
{
    p->field = exchange_photo_field(p->form);
    return p->field != NULL ? RC_OK : err_set(err, &E_photo_form, NO_PLACE, p->form->d.title.zh);
}

static enum rc add(struct photos *p, struct str name, struct str bytes, bool large, struct arena *a, struct err *err)
{
    struct photo_in one = {.name = str_dup(a, name), .bytes = bytes};
    if (p->list.len == PHOTOS_MAX) return err_set(err, &E_photo_many, NO_PLACE, str_u64(a, PHOTOS_MAX));
    if (large || bytes.len > PHOTO_MAX) (void)err_set(&one.err, &E_form_photo, NO_PLACE, STR("超过 5 MiB"), STR("over 5 MiB"));
    else if (!photo_size(bytes, &one.width, &one.height) || one.width == 0 || one.height == 0) (void)err_set(&one.err, &E_form_photo, NO_PLACE, STR("不是 JPEG 或 PNG 图片"), STR("neither JPEG nor PNG"));
    else one.usable = true;
    uint64_t ratio = one.height == 0 ? 0 : (uint64_t)one.width * 100 / one.height;
    one.odd = one.usable && (ratio < RATIO_LOW || ratio > RATIO_HIGH);
    if (one.usable) one.hash = area_file_hash(a, bytes);
    vec_push(a, &p->list, one);
    return RC_OK;
}

enum rc exchange_photos_add(struct photos *p, struct str name, struct str bytes, struct arena *a, struct err *err)
{
    struct zip_in *z;
    TRY(field_of(p, err));
    if (!str_starts(bytes, STR("PK\x03\x04"))) return add(p, name, bytes, false, a, err);
    TRY(zip_in_open(a, name, bytes, &z, err));
    for (size_t i = 0; i < zip_in_count(z); i++) {
        const struct zip_entry *e = zip_in_at(z, i);
        struct str one;
        if (!is_picture(a, e->name)) continue;
        bool large = e->size > PHOTO_MAX; /* then it is not even read */
        if (large) one = STR("");
        else TRY(zip_in_read(z, e, PHOTO_MAX, a, &one, err));
        TRY(add(p, e->name, one, large, a, err));
    }
    return RC_OK;
}

/* "folder/11010519491231002x (1).jpg": the stem, letters large. */
static struct str called(struct arena *a, struct str name)
{
    size_t from = 0, to = name.len;
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == '/' || name.ptr[i] == '\\') from = i + 1;
    while (to > from && name.ptr[to - 1] != '.') to--;
    return uni_fold_search(a, str_trim(str_sub(name, from, to > from ? to - 1 : name.len)));
}

struct knowing { struct photos *p; struct arena *a; struct map by; };
struct who { uint64_t id; struct str hash; size_t file; };

static enum rc know(void *ctx, const struct record *rec, struct err *err)
{
    struct knowing *k = ctx;
    const struct pack_register *r = k->p->form->over;
    struct who *w = arena_new(k->a, struct who);
    (void)err;
    w->id = rec->id;
    const struct sv *photo = &rec->values[k->p->field->column];
    w->hash = photo->kind == SV_TEXT ? str_dup(k->a, photo->s) : STR("");
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct pack_field *f = &r->fields[i];
        if (f->column == UINT32_MAX || f->type != FIELD_TEXT || !(f->key || f->unique) || rec->values[f->column].kind != SV_TEXT) continue;
        (void)map_put(k->a, &k->by, uni_fold_search(k->a, rec->values[f->column].s), w);
    }
    return RC_OK;
}

enum rc exchange_photos_plan(struct photos *p, struct records *rs, const struct exchange_sight *sight, struct arena *a, struct err *err)
{
    struct knowing k = {.p = p, .a = a};
    TRY(field_of(p, err));
    TRY(record_each(rs, p->form->over, RECORD_BY_ID, false, know, &k, err));
    for (size_t i = 0; i < p->list.len; i++) {
        struct photo_in *one = &p->list.at[i];
        bool seen = true;
        if (!one->usable) continue;
        struct who *w = map_find(&k.by, called(a, one->name));
        if (w != NULL && sight != NULL) TRY(sight->record(sight->ctx, p->form->over, w->id, &seen, err));
        if (w == NULL || !seen) {
            one->usable = false;
            (void)err_set(&one->err, &E_photo_who, NO_PLACE, one->name);
            continue;
        }
        if (w->file != 0) {
            one->usable = false;
            (void)err_set(&one->err, &E_photo_twice, NO_PLACE, p->list.at[w->file - 1].name, one->name);
            continue;
        }
        w->file = i + 1;
        one->id = w->id;
        one->same = str_eq(w->hash, one->hash);
    }
    return RC_OK;
}

static enum rc submit(struct photos *p, struct area *area, size_t from, size_t to, struct command c, struct arena *a, uint64_t *last_seq, struct err *err)
{
    size_t n = 0;
    struct batch_item *items = arena_array(a, struct batch_item, to - from + 1);
    struct batch_file *files = arena_array(a, struct batch_file, to - from + 1);
    struct receipt r = {0};
    for (size_t i = from; i < to; i++) {
        struct photo_in *one = &p->list.at[i];
        if (!one->usable || one->same) continue;
        const struct pack_field **fields = arena_array(a, const struct pack_field *, 1);
        struct sv *value = arena_new(a, struct sv);
        fields[0] = p->field;
        *value = sv_text(one->hash);
        files[n] = (struct batch_file){.bytes = one->bytes, .hash = one->hash};
        items[n++] = (struct batch_item){.kind = BATCH_UPDATE, .reg = p->form->over, .id = one->id, .count = 1, .fields = fields, .values = value};
    }
    if (n == 0) return RC_OK;
    struct args_batch args = {.items = items, .count = n, .files = files, .files_count = n};
    c.args = &args;
    TRY(area_submit(area, &c, &r, err));
    if (r.last_seq != 0) *last_seq = r.last_seq;
    for (size_t i = from; i < to; i++) p->list.at[i].written = p->list.at[i].usable && !p->list.at[i].same;
    return RC_OK;
}

enum rc exchange_photos_apply(struct photos *p, struct area *area, uint64_t actor, uint64_t token, struct arena *a, uint64_t *last_seq, struct err *err)
{
    struct command c = {.verb = VERB_BATCH, .actor = actor, .token = token, .happened = ENTRY_NO_DAY};
    *last_seq = 0;
    for (size_t i = 0; i < p->list.len; i += AT_ONCE) {
        size_t to = MIN(i + AT_ONCE, p->list.len);
        struct err why;
        err_clear(&why);
        enum rc rc = submit(p, area, i, to, c, a, last_seq, &why);
        for (size_t k = i; rc != RC_OK && k < to; k++) { /* each alone, so that only what is refused stays out */
            struct photo_in *one = &p->list.at[k];
            if (rc == RC_SYSTEM || rc == RC_BROKEN || rc == RC_BUSY) {
                if (err != NULL) *err = why;
                return rc;
            }
            err_clear(&one->err);
            if (submit(p, area, k, k + 1, c, a, last_seq, &one->err) != RC_OK) one->usable = false;
        }
    }
    return RC_OK;
}
