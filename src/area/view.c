/* view.c - a view that is used again: opening a connection and binding its tables costs more than most reads. */
#include <errno.h>
#include <sys/stat.h>

#include "area/inner.h"

void area_view_rest(struct area_view *v)
{
    if (v->store != NULL) store_end(v->store);
}

enum rc area_view_again(struct area_view *v, struct err *err)
{
    bool moved = false;
    uint64_t install = 0;
    area_view_rest(v);
    past_clear(v->past);
    enum rc rc = store_begin_read(v->store, err);
    if (rc == RC_OK) rc = journal_refresh(v->journal, &moved, err);
    if (rc == RC_OK && moved) rc = area_install_seq(v->store, &install, err);
    if (rc == RC_OK && moved && install != v->packs->install_seq) {
        /* Other packs are in force: everything that was bound is of the old ones. */
        struct area *ar = v->area;
        area_view_close(v);
        return area_view_open(ar, v, err);
    }
    if (rc == RC_OK && moved) records_refresh(v->records);
    if (rc == RC_OK) {
        v->seq = journal_size(v->journal);
        v->opened_us = clock_now_us();
    }
    return area_broken_if_absent(rc, err);
}

enum rc area_notes(struct area *ar, struct arena *a, struct str **notes, size_t *n, struct err *err)
{
    *notes = NULL;
    *n = 0;
    if (ar->o.memory) return RC_OK;
    struct stat st;
    if (stat(str_cz(a, ar->checkpoint_file), &st) != 0 && errno == ENOENT) return RC_OK;
    return checkpoint_file_read(a, ar->checkpoint_file, notes, n, err);
}

/* Tables bound to a view's connection are known to it until it closes: they live with the view, never in a request's arena. */
enum rc view_arena(struct area_view *v, struct arena **out, struct err *err)
{
    if (v->own == NULL) {
        v->own = calloc(1, sizeof *v->own);
        if (v->own == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
        arena_init(v->own, 16 << 20);
    }
    *out = v->own;
    return RC_OK;
}

enum rc view_rows(struct area_view *v, struct access_rows **out, struct err *err)
{
    struct arena *a = NULL;
    if (v->rows == NULL) {
        TRY(view_arena(v, &a, err));
        TRY(access_bind(v->store, a, &v->rows, err));
    }
    *out = v->rows;
    return RC_OK;
}
