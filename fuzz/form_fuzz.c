/* form_fuzz.c - any bytes as a form: read as a tree and kept, and its dated lines read and written; as a zip of forms where they are one. */
#include "form_area.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (f.records == NULL) {
        open_area();
        MUST(store_begin_read(f.store, NULL) == RC_OK);
    }
    if (size > 256 * 1024) return 0;
    struct arena a;
    struct err err;
    struct forms_in *in;
    struct forms_in_options o = {.form = pack_form_find(f.set, STR("f")), .today = 20454};
    arena_init(&a, (size_t)1 << 30);
    err_clear(&err);
    enum rc rc = forms_in_open(&o, &a, &in, &err);
    if (rc == RC_OK) rc = forms_in_add(in, STR("x.lrmx"), str_of((const char *)data, size), &err);
    if (rc == RC_OK) rc = forms_in_plan(in, f.records, &err);
    if (rc == RC_OK) rc = forms_in_check(in, f.set, &err);
    MUST(rc == RC_OK || err.kind != NULL);
    arena_fini(&a);
    return 0;
}
