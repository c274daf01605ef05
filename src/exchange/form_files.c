/*
 * form_files.c - files and zips of forms: what stays of a file is its tree.  The files of a large zip are read by several threads, each with memory and a handle on the zip
 * of its own; what comes of them is put together in the order of the zip.
 */
#include "exchange/form.h"

static void let_go(void *arg)
{
    struct forms_in *in = arg;
    buf_fini(&in->text);
}

enum rc forms_in_open(const struct forms_in_options *o, struct arena *a, struct forms_in **out, struct err *err)
{
    (void)err;
    struct forms_in *in = arena_new(a, struct forms_in);
    in->o = *o;
    in->a = a;
    buf_init(&in->text, (size_t)FORM_FILE_MAX * 2);
    arena_defer(a, let_go, in);
    form_known(o->form, a, &in->known);
    *out = in;
    return RC_OK;
}

/* ---- files ---- */

static enum rc add_tree(struct forms_in *in, struct str name, struct xn *root, const struct err *why, struct err *err)
{
    if (in->files.len == FORMS_MAX) return err_set(err, &E_form_many, NO_PLACE, str_u64(in->a, FORMS_MAX));
    struct form_file f = {.name = name, .usable = root != NULL};
    struct person p = {.root = root};
    vec_push(in->a, &in->files, f);
    vec_push(in->a, &in->people, p);
    struct form_noting n = noting(in, in->files.len - 1);
    if (root == NULL) form_note(&n, STR(""), STR(""), SEV_ERROR, why);
    return RC_OK;
}

/* The tree of one file, in a; NULL: *why tells. */
static struct xn *tree_of(const struct forms_in *in, struct arena *a, struct str name, struct str bytes, struct buf *text, struct err *why)
{
    struct xn *root = NULL;
    err_clear(why);
    enum rc rc = form_tree(in->o.form, a, name, form_is_old(bytes) ? str_dup(a, bytes) : bytes, text, &root, why);
    return rc == RC_OK ? root : NULL;
}

static enum rc add_one(struct forms_in *in, struct str name, struct str bytes, bool alone, struct err *err)
{
    struct err why;
    name = str_dup(in->a, name);
    struct xn *root = tree_of(in, in->a, name, bytes, &in->text, &why);
    if (root != NULL || !alone) return add_tree(in, name, root, &why, err);
    if (err != NULL) *err = why;
    return err_rc(&why);
}

struct str form_stem(struct str name)
{
    size_t dot = name.len;
    while (dot > 0 && name.ptr[dot - 1] != '.' && name.ptr[dot - 1] != '/') dot--;
    return dot > 0 && name.ptr[dot - 1] == '.' ? str_sub(name, 0, dot - 1) : name;
}

static bool ends(struct arena *a, struct str name, struct str ending) { return str_ends(uni_lower(a, name), str_cat(a, STR("."), ending)); }

/* The ending of the form's own files, and its older one: without the x. */
static bool is_form(struct forms_in *in, struct str name)
{
    struct str e = in->o.form->extension;
    return ends(in->a, name, e) || (str_ends(e, STR("x")) && ends(in->a, name, str_sub(e, 0, e.len - 1)));
}

static void add_picture(struct forms_in *in, struct str name, struct str bytes)
{
    struct str *kept = arena_new(in->a, struct str);
    *kept = bytes;
    (void)map_put(in->a, &in->pictures, form_stem(name), kept);
}

enum { READERS_MAX = 4, FILES_A_READER = 16 };

struct zip_read { struct xn *root; struct str bytes; /* of a picture */ struct err *why; enum rc rc; };
struct zip_reader {
    struct arena trees, one; /* a file's bytes go when its tree stands */
    struct buf text;
};
struct zip_work {
    struct forms_in *in;
    struct str name, path, bytes; /* path: empty where the zip is bytes */
    struct zip_in *z;
    const struct zip_entry **wanted;
    struct str *names;
    bool *form;                   /* or a picture */
    struct zip_read *read;
    struct crew crew;
    struct zip_reader reader[READERS_MAX];
};

static void work_free(void *arg)
{
    struct zip_work *w = arg;
    for (size_t i = 0; i < READERS_MAX; i++) {
        arena_fini(&w->reader[i].trees);
        arena_fini(&w->reader[i].one);
        buf_fini(&w->reader[i].text);
    }
}

static enum rc read_entry(const struct zip_work *w, struct zip_reader *r, struct zip_in *z, uint32_t part, struct zip_read *out, struct err *err)
{
    /* The same zip as the first handle's: else it was changed while it was read. */
    const struct zip_entry *first = w->wanted[part], *e = zip_in_entry(z, first->idx);
    struct str bytes;
    if (e == NULL || !str_eq(e->name, first->name) || e->size != first->size) return err_set(err, &E_exchange_zip, NO_PLACE, w->name, STR("changed while it was read"));
    TRY(zip_in_read(z, e, FORM_FILE_MAX, &r->one, &bytes, err));
    if (!w->form[part]) {
        out->bytes = str_dup(&r->trees, bytes);
        return RC_OK;
    }
    struct err why;
    out->root = tree_of(w->in, &r->trees, w->names[part], bytes, &r->text, &why);
    if (out->root != NULL) return RC_OK;
    out->why = arena_new(&r->trees, struct err);
    *out->why = why;
    return RC_OK;
}

static void read_some(void *ctx, uint32_t worker)
{
    struct zip_work *w = ctx;
    struct zip_reader *r = &w->reader[worker];
    struct zip_in *z = w->z;
    struct arena own;
    struct err err;
    enum rc rc = RC_OK;
    arena_init(&own, (size_t)16 << 20);
    err_clear(&err);
    if (worker > 0) rc = w->path.len > 0 ? zip_in_open_file(&own, w->name, w->path, &z, &err) : zip_in_open(&own, w->name, w->bytes, &z, &err);
    for (uint32_t part; crew_part(&w->crew, &part);) {
        struct zip_read *out = &w->read[part];
        out->rc = rc != RC_OK ? rc : read_entry(w, r, z, part, out, &err);
        if (out->rc != RC_OK) {
            out->why = arena_new(&r->trees, struct err);
            *out->why = err;
        }
        arena_reset(&r->one, (struct arena_mark){0});
    }
    arena_fini(&own);
}

static enum rc add_zip(struct forms_in *in, struct str name, struct str path, struct str bytes, struct err *err)
{
    struct zip_work *w = arena_new(in->a, struct zip_work);
    uint32_t n = 0;
    *w = (struct zip_work){.in = in, .name = name, .path = path, .bytes = bytes};
    TRY(path.len > 0 ? zip_in_open_file(in->a, name, path, &w->z, err) : zip_in_open(in->a, name, bytes, &w->z, err));
    size_t all = zip_in_count(w->z), before = in->files.len;
    w->wanted = arena_array(in->a, const struct zip_entry *, all + 1);
    w->names = arena_array(in->a, struct str, all + 1);
    w->form = arena_array(in->a, bool, all + 1);
    for (size_t i = 0; i < all; i++) {
        const struct zip_entry *e = zip_in_at(w->z, i);
        bool form = is_form(in, e->name);
        if (!form && !ends(in->a, e->name, STR("pic"))) continue;
        w->wanted[n] = e;
        w->form[n] = form;
        w->names[n++] = str_cat(in->a, name, STR("/"), e->name);
    }
    w->read = arena_array(in->a, struct zip_read, n + 1u);
    uint32_t readers = MAX(MIN(crew_cores(READERS_MAX), n / FILES_A_READER), 1u);
    for (uint32_t i = 0; i < READERS_MAX; i++) {
        arena_init(&w->reader[i].trees, (in->a->max - in->a->used) / readers);
        arena_init(&w->reader[i].one, (size_t)FORM_FILE_MAX + 4096);
        buf_init(&w->reader[i].text, (size_t)FORM_FILE_MAX * 2);
    }
    arena_defer(in->a, work_free, w);
    crew_start(&w->crew, readers, n, read_some, w);
    crew_join(&w->crew);
    for (uint32_t i = 0; i < n; i++) {
        struct zip_read *r = &w->read[i];
        if (r->rc != RC_OK) {
            if (err != NULL) *err = *r->why;
            return r->rc;
        }
        if (w->form[i]) TRY(add_tree(in, w->names[i], r->root, r->why, err));
        else add_picture(in, w->names[i], r->bytes);
    }
    if (in->files.len == before) return err_set(err, &E_form_none, NO_PLACE, name, in->o.form->extension);
    return RC_OK;
}

enum rc forms_in_add(struct forms_in *in, struct str name, struct str bytes, struct err *err)
{
    if (str_starts(bytes, STR("PK\x03\x04"))) return add_zip(in, name, STR(""), bytes, err);
    if (!ends(in->a, name, STR("pic"))) return add_one(in, name, bytes, in->files.len == 0, err);
    add_picture(in, str_dup(in->a, name), str_dup(in->a, bytes));
    return RC_OK;
}

enum rc forms_in_add_zip(struct forms_in *in, struct str name, struct str path, struct err *err) { return add_zip(in, name, path, STR(""), err); }

void forms_in_leave(struct forms_in *in, size_t file)
{
    if (file < in->files.len) in->files.at[file].usable = false;
}

const struct form_file *forms_in_files(const struct forms_in *in, size_t *n)
{
    *n = in->files.len;
    return in->files.at;
}

const struct form_note *forms_in_notes(const struct forms_in *in, size_t *n)
{
    *n = in->notes.list.len;
    return in->notes.list.at;
}
