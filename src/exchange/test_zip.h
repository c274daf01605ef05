/* test_zip.h - packages made in memory for tests: parts as name and text. */
#ifndef GUIJU_EXCHANGE_TEST_ZIP_H
#define GUIJU_EXCHANGE_TEST_ZIP_H

#include <zip.h>

#include "exchange/inner.h"
#include "record/test_area.h"

struct test_part { const char *name; struct str text; };

UNUSED static struct str test_zip(struct arena *a, const struct test_part *parts, size_t n)
{
    zip_error_t e;
    zip_error_init(&e);
    zip_source_t *src = zip_source_buffer_create(NULL, 0, 0, &e);
    assert_non_null(src);
    zip_source_keep(src);
    zip_t *z = zip_open_from_source(src, ZIP_CREATE | ZIP_TRUNCATE, &e);
    assert_non_null(z);
    for (size_t i = 0; i < n; i++) {
        zip_source_t *part = zip_source_buffer(z, parts[i].text.ptr, parts[i].text.len, 0);
        assert_non_null(part);
        zip_int64_t at = zip_file_add(z, parts[i].name, part, ZIP_FL_ENC_UTF_8 | ZIP_FL_OVERWRITE);
        assert_true(at >= 0);
    }
    assert_int_equal(zip_close(z), 0);
    assert_int_equal(zip_source_open(src), 0);
    zip_stat_t st;
    zip_stat_init(&st);
    assert_int_equal(zip_source_stat(src, &st), 0);
    char *bytes = arena_alloc(a, st.size + 1);
    assert_true(zip_source_read(src, bytes, st.size) == (zip_int64_t)st.size);
    zip_source_close(src);
    zip_source_free(src);
    return str_of(bytes, st.size);
}

UNUSED static struct str test_slurp(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    struct buf b;
    buf_init(&b, 256 << 20);
    for (;;) {
        char *room = buf_room(&b, 1 << 16);
        assert_non_null(room);
        size_t got = fread(room, 1, 1 << 16, f);
        if (got == 0) break;
        buf_grew(&b, got);
    }
    fclose(f);
    struct str s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

#endif
