/* form_files.c - files and zips of forms, read one after the other: what stays of a file is its tree. */
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

static enum rc add_one(struct forms_in *in, struct str name, struct str bytes, bool alone, struct err *err)
{
    if (in->files.len == FORMS_MAX) return err_set(err, &E_form_many, NO_PLACE, str_u64(in->a, FORMS_MAX));
    struct form_file f = {.name = str_dup(in->a, name)};
    struct person p = {0};
    struct err why;
    err_clear(&why);
    enum rc rc = form_tree(in->o.form, in->a, f.name, form_is_old(bytes) ? str_dup(in->a, bytes) : bytes, &in->text, &p.root, &why);
    if (rc != RC_OK && alone) {
        if (err != NULL) *err = why;
        return rc;
    }
    f.usable = rc == RC_OK;
    vec_push(in->a, &in->files, f);
    vec_push(in->a, &in->people, p);
    struct form_noting n = noting(in, in->files.len - 1);
    if (rc != RC_OK) form_note(&n, STR(""), STR(""), SEV_ERROR, &why);
    return RC_OK;
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
    *kept = str_dup(in->a, bytes);
    (void)map_put(in->a, &in->pictures, form_stem(str_dup(in->a, name)), kept);
}

static enum rc add_zip(struct forms_in *in, struct str name, struct zip_in *z, struct err *err)
{
    struct arena one; /* a file's bytes go when its tree stands */
    enum rc rc = RC_OK;
    size_t before = in->files.len;
    arena_init(&one, (size_t)FORM_FILE_MAX + 4096);
    for (size_t i = 0; i < zip_in_count(z) && rc == RC_OK; i++) {
        const struct zip_entry *e = zip_in_at(z, i);
        struct str text = STR(""), full = str_cat(in->a, name, STR("/"), e->name);
        bool form = is_form(in, e->name), picture = ends(in->a, e->name, STR("pic"));
        if (!form && !picture) continue;
        rc = zip_in_read(z, e, FORM_FILE_MAX, &one, &text, err);
        if (rc == RC_OK && form) rc = add_one(in, full, text, false, err);
        else if (rc == RC_OK) add_picture(in, full, text);
        arena_reset(&one, (struct arena_mark){0});
    }
    arena_fini(&one);
    TRY(rc);
    if (in->files.len == before) return err_set(err, &E_form_none, NO_PLACE, name, in->o.form->extension);
    return RC_OK;
}

enum rc forms_in_add(struct forms_in *in, struct str name, struct str bytes, struct err *err)
{
    struct zip_in *z;
    if (str_starts(bytes, STR("PK\x03\x04"))) {
        TRY(zip_in_open(in->a, name, bytes, &z, err));
        return add_zip(in, name, z, err);
    }
    if (!ends(in->a, name, STR("pic"))) return add_one(in, name, bytes, in->files.len == 0, err);
    add_picture(in, name, bytes);
    return RC_OK;
}

enum rc forms_in_add_zip(struct forms_in *in, struct str name, struct str path, struct err *err)
{
    struct zip_in *z;
    TRY(zip_in_open_file(in->a, name, path, &z, err));
    return add_zip(in, name, z, err);
}

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
