/* store_test.c - rows, queries, transactions and marks, twice: an area in a file and one in memory must not differ. */
#include "store/test.h"

#include <pthread.h>

static int set_up_file(void **state) {
    *state = fix_make(false);
    return 0;
}

static int set_up_memory(void **state) {
    *state = fix_make(true);
    return 0;
}

static int tear_down(void **state) {
    fix_free(*state);
    return 0;
}

/* ---- one row ---- */

static void a_row_comes_back_as_it_was_put(void **state) {
    struct fix *f = *state;
    struct err err;
    struct sv v[P_COUNT], got[P_COUNT], key = sv_int(7);
    person_row(v, 7, "A-7", "张三", -9007199254740991);
    v[P_PHOTO] = sv_blob(str_of("\0\1\377", 3));
    v[P_CLOSED] = sv_int(INT64_MIN);
    MUST_OK(store_begin_write(f->s, &err));
    MUST_OK(store_insert(f->person, v, &err));
    MUST_OK(store_get(f->person, &f->arena, &key, got, &err)); /* command k sees 1..k-1 */
    MUST_OK(store_commit(f->s, &err));
    memset(got, 0, sizeof got);
    MUST_OK(store_get(f->person, &f->arena, &key, got, &err));
    for (size_t i = 0; i < P_COUNT; i++) assert_true(sv_eq(&v[i], &got[i]));
}

static void no_text_and_no_bytes_are_not_null(void **state) {
    struct fix *f = *state;
    struct err err;
    struct sv v[P_COUNT], got[P_COUNT], key = sv_int(1);
    person_row(v, 1, NULL, NULL, 0);
    v[P_NAME] = sv_text(STR_NONE);
    v[P_PHOTO] = sv_blob(STR_NONE);
    MUST_OK(store_begin_write(f->s, &err));
    MUST_OK(store_insert(f->person, v, &err));
    MUST_OK(store_commit(f->s, &err));
    MUST_OK(store_get(f->person, &f->arena, &key, got, &err));
    assert_int_equal(got[P_NAME].kind, SV_TEXT);
    assert_int_equal(got[P_NAME].s.len, 0);
    assert_int_equal(got[P_PHOTO].kind, SV_BLOB);
    assert_int_equal(got[P_CODE].kind, SV_NULL);
}

static void what_is_not_there_is_absent(void **state) {
    struct fix *f = *state;
    struct err err;
    struct sv got[P_COUNT], key = sv_int(404), born = sv_int(1);
    uint32_t column = P_BORN;
    MUST_FAIL(store_get(f->person, &f->arena, &key, got, &err), RC_ABSENT, "store.no_row");
    MUST_OK(store_begin_write(f->s, &err));
    MUST_FAIL(store_update(f->person, &key, 1, &column, &born, &err), RC_ABSENT, "store.no_row");
    struct sv keys[] = {sv_int(1), sv_text(STR("x"))};
    MUST_FAIL(store_delete(f->mark, keys, &err), RC_ABSENT, "store.no_row");
    MUST_OK(store_commit(f->s, &err)); /* an absence spoils nothing */
}

static void values_of_the_wrong_kind_are_refused(void **state) {
    struct fix *f = *state;
    struct err err;
    struct sv v[P_COUNT], key = sv_int(1), text = sv_text(STR("1")), nul = sv_text(str_of("a\0b", 3));
    uint32_t born = P_BORN, name = P_NAME;
    MUST_OK(store_begin_write(f->s, &err));
    fix_put(f, 1, "1", "x", 0);
    person_row(v, 2, "2", "x", 0);
    v[P_BORN] = text;
    MUST_FAIL(store_insert(f->person, v, &err), RC_INPUT, "store.kind");
    assert_non_null(strstr(err.en, "person.born"));
    v[P_BORN] = sv_null();
    v[P_NAME] = nul;
    MUST_FAIL(store_insert(f->person, v, &err), RC_INPUT, "store.nul");
    v[P_NAME] = sv_blob(STR("x"));
    MUST_FAIL(store_insert(f->person, v, &err), RC_INPUT, "store.kind");
    v[P_NAME] = sv_null();
    v[P_ID] = sv_null(); /* SQLite would choose an id of its own */
    MUST_FAIL(store_insert(f->person, v, &err), RC_INPUT, "store.kind");
    MUST_FAIL(store_update(f->person, &key, 1, &born, &text, &err), RC_INPUT, "store.kind");
    MUST_FAIL(store_update(f->person, &key, 1, &name, &nul, &err), RC_INPUT, "store.nul");
    struct sv wrong = sv_text(STR("1")), got[P_COUNT];
    MUST_FAIL(store_get(f->person, &f->arena, &wrong, got, &err), RC_INPUT, "store.kind");
    MUST_OK(store_commit(f->s, &err));
    int64_t n;
    MUST_OK(store_count(f->person, &n, &err));
    assert_int_equal(n, 1);
}

static void only_the_columns_named_change(void **state) {
    struct fix *f = *state;
    struct err err;
    struct sv got[P_COUNT], key = sv_int(1);
    MUST_OK(store_begin_write(f->s, &err));
    fix_put(f, 1, "1", "old", 1980);
    fix_put(f, 2, "2", "other", 1981);
    uint32_t columns[] = {P_CLOSED, P_NAME};
    struct sv values[] = {sv_int(5), sv_text(STR("new"))};
    MUST_OK(store_update(f->person, &key, 2, columns, values, &err));
    /* More lists of columns than statements are kept: every one of 5^2 pairs, twice. */
    for (int round = 0; round < 2; round++)
        for (uint32_t i = P_CODE; i < P_COUNT; i++)
            for (uint32_t k = P_CODE; k < P_COUNT; k++) {
                if (i == k) continue;
                uint32_t pair[] = {i, k};
                struct sv full[P_COUNT] = {sv_null(), sv_text(STR("c")), sv_text(STR("n")), sv_int(round), sv_blob(STR("p")), sv_int(9)};
                struct sv two[] = {full[i], full[k]};
                MUST_OK(store_update(f->person, &key, 2, pair, two, &err));
            }
    MUST_OK(store_commit(f->s, &err));
    MUST_OK(store_get(f->person, &f->arena, &key, got, &err));
    assert_int_equal(got[P_BORN].i, 1);
    assert_true(str_eq(got[P_NAME].s, STR("n")));
    struct sv two = sv_int(2);
    MUST_OK(store_get(f->person, &f->arena, &two, got, &err));
    assert_true(str_eq(got[P_NAME].s, STR("other")));
}

static void keys_of_several_columns(void **state) {
    struct fix *f = *state;
    struct err err;
    struct sv rows[][3] = {{sv_int(3), sv_text(STR("b")), sv_text(STR("three b"))},
                           {sv_int(3), sv_text(STR("a")), sv_null()},
                           {sv_int(1), sv_text(STR("z")), sv_text(STR("one z"))}};
    struct sv got[3];
    int64_t last;
    MUST_OK(store_last_key(f->mark, &last, &err));
    assert_int_equal(last, 0);
    MUST_OK(store_begin_write(f->s, &err));
    for (size_t i = 0; i < 3; i++) MUST_OK(store_insert(f->mark, rows[i], &err));
    MUST_FAIL(store_insert(f->mark, rows[1], &err), RC_CONFLICT, "store.unique");
    assert_null(store_conflict(f->mark)); /* the primary key */
    rows[1][1] = sv_null();
    MUST_FAIL(store_insert(f->mark, rows[1], &err), RC_INPUT, "store.kind");
    MUST_OK(store_get(f->mark, &f->arena, rows[0], got, &err));
    assert_true(str_eq(got[2].s, STR("three b")));
    MUST_OK(store_last_key(f->mark, &last, &err));
    assert_int_equal(last, 3);
    MUST_OK(store_delete(f->mark, rows[0], &err));
    MUST_FAIL(store_get(f->mark, &f->arena, rows[0], got, &err), RC_ABSENT, "store.no_row");
    MUST_OK(store_commit(f->s, &err));
    int64_t n;
    MUST_OK(store_count(f->mark, &n, &err));
    assert_int_equal(n, 2);
}

static void a_conflict_names_its_index_and_spoils_nothing(void **state) {
    struct fix *f = *state;
    struct err err;
    struct sv v[P_COUNT], key = sv_int(2);
    MUST_OK(store_begin_write(f->s, &err));
    fix_put(f, 1, "A", "x", 0);
    fix_put(f, 2, "B", "x", 0);
    person_row(v, 3, "A", "y", 0);
    MUST_FAIL(store_insert(f->person, v, &err), RC_CONFLICT, "store.unique");
    assert_ptr_equal(store_conflict(f->person), &person_indexes[0]);
    assert_non_null(strstr(err.zh, "code"));
    person_row(v, 1, "C", "y", 0);
    MUST_FAIL(store_insert(f->person, v, &err), RC_CONFLICT, "store.unique");
    assert_null(store_conflict(f->person));
    uint32_t code = P_CODE, closed = P_CLOSED;
    struct sv a = sv_text(STR("A")), one = sv_int(1);
    MUST_FAIL(store_update(f->person, &key, 1, &code, &a, &err), RC_CONFLICT, "store.unique");
    assert_ptr_equal(store_conflict(f->person), &person_indexes[0]);
    /* Closed records leave their code to others. */
    key = sv_int(1);
    MUST_OK(store_update(f->person, &key, 1, &closed, &one, &err));
    person_row(v, 3, "A", "y", 0);
    MUST_OK(store_insert(f->person, v, &err));
    person_row(v, 4, NULL, "y", 0);
    MUST_OK(store_insert(f->person, v, &err));
    v[P_ID] = sv_int(5);
    MUST_OK(store_insert(f->person, v, &err)); /* two nulls are not alike */
    MUST_OK(store_commit(f->s, &err));
    int64_t last;
    MUST_OK(store_last_key(f->person, &last, &err));
    assert_int_equal(last, 5);
}

/* ---- queries ---- */

static void five_people(struct fix *f) {
    struct err err;
    MUST_OK(store_begin_write(f->s, &err));
    fix_put(f, 1, "A1", "张三", 1980);
    fix_put(f, 2, "A2", "张三丰", 1970);
    fix_put(f, 3, "B1", "李四", 1980);
    fix_put(f, 4, "B\xF4\x8F\xBF\xBF", NULL, 0);
    fix_put(f, 5, NULL, "张", 1990);
    MUST_OK(store_commit(f->s, &err));
}

static void every_condition_means_what_it_says(void **state) {
    struct fix *f = *state;
    five_people(f);
    struct {
        struct store_where w;
        const char *want;
    } cases[] = {
        {{P_BORN, SO_EQ, sv_int(1980)}, "1 3"},
        {{P_BORN, SO_NE, sv_int(1980)}, "2 5"}, /* null is not unequal */
        {{P_BORN, SO_LT, sv_int(1980)}, "2"},
        {{P_BORN, SO_LE, sv_int(1980)}, "1 2 3"},
        {{P_BORN, SO_GT, sv_int(1980)}, "5"},
        {{P_BORN, SO_GE, sv_int(1980)}, "1 3 5"},
        {{P_BORN, SO_NULL, sv_null()}, "4"},
        {{P_BORN, SO_NOT_NULL, sv_null()}, "1 2 3 5"},
        {{P_BORN, SO_EQ, sv_null()}, "4"},
        {{P_BORN, SO_NE, sv_null()}, "1 2 3 5"},
        {{P_BORN, SO_LT, sv_null()}, ""},
        {{P_NAME, SO_CONTAINS, sv_text(STR("三"))}, "1 2"},
        {{P_NAME, SO_CONTAINS, sv_text(STR(""))}, "1 2 3 5"},
        {{P_NAME, SO_CONTAINS, sv_text(STR("%"))}, ""}, /* no wild cards */
        {{P_NAME, SO_STARTS, sv_text(STR("张"))}, "1 2 5"},
        {{P_NAME, SO_STARTS, sv_text(STR("张三"))}, "1 2"},
        {{P_NAME, SO_STARTS, sv_text(STR("三"))}, ""},
        {{P_NAME, SO_STARTS, sv_text(STR(""))}, "1 2 3 5"},
        {{P_CODE, SO_STARTS, sv_text(STR("B"))}, "3 4"},
        {{P_CODE, SO_STARTS, sv_text(STR("B\xF4\x8F\xBF\xBF"))}, "4"},
        {{P_CODE, SO_STARTS, sv_text(STR("\xF4\x8F\xBF\xBF"))}, ""},
        {{P_CODE, SO_EQ, sv_text(STR("a1"))}, ""}, /* by bytes */
        {{P_ID, SO_GT, sv_int(3)}, "4 5"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct store_query q = {.where = &cases[i].w, .where_count = 1};
        struct str got = query_ids(f, &q);
        if (!str_eq(got, str_c(cases[i].want))) {
            print_error("case %zu: want \"%s\", got \"" STR_FMT "\"\n", i, cases[i].want, STR_ARG(got));
            fail();
        }
    }
}

static void conditions_hold_together(void **state) {
    struct fix *f = *state;
    five_people(f);
    struct store_where w[] = {{P_NAME, SO_STARTS, sv_text(STR("张"))}, {P_BORN, SO_LT, sv_int(1985)}, {P_CLOSED, SO_NULL, sv_null()}};
    struct store_query q = {.where = w, .where_count = 3};
    EXPECT_IDS(f, &q, "1 2");
    q.limit = 1;
    EXPECT_IDS(f, &q, "1");
    struct store_order o = {P_BORN, false};
    q.order = &o;
    q.order_count = 1;
    EXPECT_IDS(f, &q, "2");
}

static void order_puts_nulls_first_going_up_and_ends_in_the_key(void **state) {
    struct fix *f = *state;
    five_people(f);
    struct store_order o[] = {{P_BORN, false}, {P_NAME, true}};
    struct store_query q = {.order = o, .order_count = 1};
    EXPECT_IDS(f, &q, "4 2 1 3 5");
    o[0].descending = true;
    EXPECT_IDS(f, &q, "5 1 3 2 4");
    q.order_count = 2;
    EXPECT_IDS(f, &q, "5 3 1 2 4");
}

/* Pages cut anywhere join into the whole, for every order and every kind of value at the cut. */
static void pages_join_into_the_whole(void **state) {
    struct fix *f = *state;
    struct err err;
    five_people(f);
    struct store_order orders[][2] = {{{P_BORN, false}, {P_NAME, false}},
                                      {{P_BORN, true}, {P_NAME, false}},
                                      {{P_BORN, false}, {P_NAME, true}},
                                      {{P_BORN, true}, {P_CODE, true}}};
    for (size_t i = 0; i < ARRAY_LEN(orders); i++)
        for (uint32_t n = 0; n <= 2; n++)
            for (int64_t page = 1; page <= 3; page++) {
                uint32_t columns[] = {P_ID, orders[i][0].column, orders[i][1].column};
                struct store_query q = {.order = orders[i], .order_count = n};
                struct str whole = query_ids(f, &q);
                struct buf joined;
                buf_init(&joined, 1000);
                struct sv after[3];
                struct store_query part = {.columns = columns, .columns_count = 3, .order = orders[i], .order_count = n, .limit = page};
                for (bool more = true; more;) {
                    struct store_cursor *c = NULL;
                    const struct sv *row;
                    MUST_OK(store_select(f->person, &part, &c, &err));
                    more = false;
                    for (;;) {
                        MUST_OK(store_next(c, &row, &err));
                        if (row == NULL) break;
                        more = true;
                        if (joined.len > 0) buf_char(&joined, ' ');
                        buf_i64(&joined, row[0].i);
                        for (uint32_t k = 0; k < n; k++) {
                            after[k] = row[1 + k];
                            after[k].s = str_dup(&f->arena, after[k].s);
                        }
                        after[n] = row[0];
                    }
                    part.after = after;
                    store_cursor_close(&c);
                }
                if (!str_eq(whole, buf_view(&joined))) {
                    print_error("order %zu of %u, pages of %lld: want \"" STR_FMT "\", got \"" STR_FMT "\"\n", i, n, (long long)page,
                                STR_ARG(whole), STR_ARG(buf_view(&joined)));
                    fail();
                }
                buf_fini(&joined);
            }
}

static void wrong_queries_are_refused(void **state) {
    struct fix *f = *state;
    struct err err;
    struct store_cursor *c = NULL;
    struct store_where w = {99, SO_EQ, sv_int(1)};
    struct store_query q = {.where = &w, .where_count = 1};
    MUST_FAIL(store_select(f->person, &q, &c, &err), RC_INPUT, "store.table");
    w = (struct store_where){P_BORN, SO_EQ, sv_text(STR("x"))};
    MUST_FAIL(store_select(f->person, &q, &c, &err), RC_INPUT, "store.kind");
    w = (struct store_where){P_BORN, SO_CONTAINS, sv_int(1)};
    MUST_FAIL(store_select(f->person, &q, &c, &err), RC_INPUT, "store.kind");
    w = (struct store_where){P_NAME, SO_STARTS, sv_null()};
    MUST_FAIL(store_select(f->person, &q, &c, &err), RC_INPUT, "store.kind");
    struct store_order o = {99, false};
    struct store_query q2 = {.order = &o, .order_count = 1};
    MUST_FAIL(store_select(f->person, &q2, &c, &err), RC_INPUT, "store.table");
    struct store_query q3 = {.where_count = 1000, .where = &w};
    MUST_FAIL(store_select(f->person, &q3, &c, &err), RC_INPUT, "store.table");
    assert_null(c);
    store_cursor_close(&c); /* nothing is closed quietly */
}

static void many_rows_at_once(void **state) {
    struct fix *f = *state;
    struct err err;
    five_people(f);
    const uint32_t columns[] = {P_ID, P_NAME, P_BORN, P_NAME};
    int64_t ids[64], born[64];
    struct store_text names[64];
    uint64_t bits[4];
    struct store_strip strips[4] = {{.kind = SV_INT, .ints = ids, .valid = &bits[0]},
                                    {.kind = SV_TEXT, .texts = names, .valid = &bits[1]},
                                    {.kind = SV_INT, .ints = born, .valid = &bits[2]},
                                    {.kind = SV_INT, .ints = born, .valid = &bits[3]}}; /* not what the column holds */
    struct store_query q = {.columns = columns, .columns_count = 3};
    struct store_cursor *c = NULL, *other = NULL;
    struct buf bytes;
    buf_init(&bytes, 1 << 20);
    uint32_t n = 0;
    const struct sv *row;
    MUST_OK(store_select(f->person, &q, &c, &err));
    MUST_OK(store_select(f->person, &q, &other, &err));
    MUST_OK(store_next_many(c, strips, 64, &bytes, &n, &err));
    assert_int_equal(n, 5);
    for (uint32_t i = 0; i < n; i++) {
        MUST_OK(store_next(other, &row, &err));
        assert_int_equal(ids[i], row[0].i);
        assert_int_equal(bits[1] >> i & 1, row[1].kind == SV_TEXT);
        if (row[1].kind == SV_TEXT) assert_true(str_eq(store_text_str(&names[i], &bytes), row[1].s));
        assert_int_equal(bits[2] >> i & 1, row[2].kind == SV_INT);
        assert_int_equal(born[i], row[2].kind == SV_INT ? row[2].i : 0);
    }
    assert_int_equal(bits[0], 31);
    for (int i = 0; i < 3; i++) assert_int_equal(strips[i].odd, UINT32_MAX);
    MUST_OK(store_next_many(c, strips, 64, &bytes, &n, &err)); /* the end stays the end */
    assert_int_equal(n, 0);
    store_cursor_close(&c);
    store_cursor_close(&other);
    q.columns_count = 4;
    MUST_OK(store_select(f->person, &q, &c, &err));
    MUST_OK(store_next_many(c, strips, 64, &bytes, &n, &err));
    assert_int_not_equal(strips[3].odd, UINT32_MAX); /* a text where a number was expected: no value, and told */
    assert_int_equal(bits[3], 0);
    store_cursor_close(&c);
    buf_fini(&bytes);
}

/* Short texts stand in the strip, long ones behind each other; where they are many, fewer rows come at once. */
static void many_rows_with_long_texts(void **state) {
    struct fix *f = *state;
    struct err err;
    static char text[1 << 20];
    static const size_t lengths[] = {0, 1, 7, 8, 9, 100, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 3};
    memset(text, 'x', sizeof text);
    MUST_OK(store_begin_write(f->s, &err));
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        struct sv v[P_COUNT];
        for (size_t k = 0; k < P_COUNT; k++) v[k] = sv_null();
        v[P_ID] = sv_int(1000 + (int64_t)i);
        v[P_NAME] = sv_text(str_of(text, lengths[i]));
        MUST_OK(store_insert(f->person, v, &err));
    }
    MUST_OK(store_commit(f->s, &err));
    const uint32_t columns[] = {P_NAME};
    struct store_text names[64];
    uint64_t bits;
    struct store_strip strip = {.kind = SV_TEXT, .texts = names, .valid = &bits};
    struct store_where w = {P_ID, SO_GE, sv_int(1000)};
    struct store_query q = {.columns = columns, .columns_count = 1, .where = &w, .where_count = 1};
    struct store_cursor *c = NULL;
    struct buf bytes;
    buf_init(&bytes, 16 << 20);
    MUST_OK(store_select(f->person, &q, &c, &err));
    size_t seen = 0;
    uint32_t n, rounds = 0;
    do {
        buf_clear(&bytes);
        MUST_OK(store_next_many(c, &strip, 64, &bytes, &n, &err));
        for (uint32_t i = 0; i < n; i++) {
            struct str s = store_text_str(&names[i], &bytes);
            assert_int_equal(s.len, lengths[seen]);
            assert_memory_equal(s.ptr, text, s.len);
            seen++;
        }
        rounds++;
    } while (n > 0);
    assert_int_equal(seen, ARRAY_LEN(lengths));
    assert_int_equal(rounds, 3); /* a full one, the rest, the end */
    buf_fini(&bytes);
    buf_init(&bytes, 1000); /* no room */
    store_cursor_close(&c);
    MUST_OK(store_select(f->person, &q, &c, &err));
    MUST_FAIL(store_next_many(c, &strip, 64, &bytes, &n, &err), RC_SYSTEM, "sys.no_memory");
    store_cursor_close(&c);
    buf_fini(&bytes);
}

static void cursors_of_one_shape_do_not_disturb_each_other(void **state) {
    struct fix *f = *state;
    struct err err;
    five_people(f);
    struct store_cursor *outer = NULL, *inner = NULL;
    const struct sv *row, *row2;
    struct store_where w = {P_BORN, SO_EQ, sv_int(1980)};
    struct store_query q = {.where = &w, .where_count = 1};
    MUST_OK(store_select(f->person, &q, &outer, &err));
    MUST_OK(store_next(outer, &row, &err));
    assert_int_equal(row[0].i, 1);
    w.value = sv_int(1990);
    MUST_OK(store_select(f->person, &q, &inner, &err));
    MUST_OK(store_next(inner, &row2, &err));
    assert_int_equal(row2[0].i, 5);
    MUST_OK(store_next(outer, &row, &err));
    assert_int_equal(row[0].i, 3);
    store_cursor_close(&inner);
    MUST_OK(store_next(outer, &row, &err));
    assert_null(row);
    MUST_OK(store_next(outer, &row, &err)); /* the end stays the end */
    assert_null(row);
    store_cursor_close(&outer);
    /* More shapes than are kept. */
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 40; i++) {
            struct store_where ws[] = {{P_ID, SO_GE, sv_int(0)}, {P_ID, SO_LE, sv_int(9)}};
            uint32_t columns[10] = {0};
            struct store_query many = {.columns = columns, .columns_count = 1 + i % 10, .where = ws, .where_count = i / 10 % 3, .limit = i % 2};
            EXPECT_IDS(f, &many, i % 2 ? "1" : "1 2 3 4 5");
        }
}

static void a_cursor_ends_with_its_transaction(void **state) {
    struct fix *f = *state;
    struct err err;
    five_people(f);
    struct store_query q = {0};
    const struct sv *row;
    for (int how = 0; how < 4; how++) {
        struct store_cursor *c = NULL;
        if (how == 1) MUST_OK(store_begin_read(f->s, &err));
        if (how >= 2) MUST_OK(store_begin_write(f->s, &err));
        MUST_OK(store_select(f->person, &q, &c, &err));
        MUST_OK(store_next(c, &row, &err));
        if (how == 0) MUST_OK(store_begin_write(f->s, &err));
        if (how == 1) store_end(f->s);
        if (how == 2) MUST_OK(store_commit(f->s, &err));
        if (how == 0 || how == 3) store_rollback(f->s);
        MUST_FAIL(store_next(c, &row, &err), RC_CONFLICT, "store.stale");
        assert_null(row);
        store_cursor_close(&c);
    }
}

static void rows_may_go_before_or_after_their_store_and_cursors(void **state) {
    struct fix *f = *state;
    struct err err;
    five_people(f);
    struct arena_mark m = arena_mark(&f->arena);
    struct store_rows *r = NULL;
    struct store_cursor *c = NULL;
    struct store_query q = {0};
    const struct sv *row;
    MUST_OK(store_bind(f->s, &f->arena, &person_table, &r, &err));
    MUST_OK(store_select(r, &q, &c, &err));
    MUST_OK(store_next(c, &row, &err));
    arena_reset(&f->arena, m);
    MUST_FAIL(store_next(c, &row, &err), RC_CONFLICT, "store.stale");
    store_cursor_close(&c);
    MUST_OK(store_select(f->person, &q, &c, &err));
    store_close(&f->s);
    MUST_FAIL(store_next(c, &row, &err), RC_CONFLICT, "store.stale");
    store_cursor_close(&c);
}

/* ---- transactions ---- */

static void rollback_undoes_all_and_never_fails(void **state) {
    struct fix *f = *state;
    struct err err;
    five_people(f);
    assert_false(store_in_transaction(f->s));
    MUST_OK(store_begin_write(f->s, &err));
    assert_true(store_in_transaction(f->s));
    fix_put(f, 6, "F", "x", 0);
    MUST_OK(store_meta_put(f->s, STR("fact"), STR("1"), &err));
    store_rollback(f->s);
    assert_false(store_in_transaction(f->s));
    store_rollback(f->s); /* of nothing */
    struct store_query q = {0};
    EXPECT_IDS(f, &q, "1 2 3 4 5");
    struct str fact;
    MUST_FAIL(store_meta_get(f->s, &f->arena, STR("fact"), &fact, &err), RC_ABSENT, "store.no_meta");
}

static void a_mark_undoes_one_command_of_a_batch(void **state) {
    struct fix *f = *state;
    struct err err;
    MUST_OK(store_begin_write(f->s, &err));
    fix_put(f, 1, "1", "x", 0);
    MUST_OK(store_mark(f->s, &err));
    fix_put(f, 2, "2", "x", 0);
    store_mark_undo(f->s);
    MUST_OK(store_mark(f->s, &err));
    fix_put(f, 3, "3", "x", 0);
    MUST_OK(store_mark_keep(f->s, &err));
    MUST_OK(store_mark(f->s, &err));
    fix_put(f, 4, "2", "x", 0); /* the code that was undone is free again */
    MUST_OK(store_commit(f->s, &err)); /* a mark left open is kept */
    struct store_query q = {0};
    EXPECT_IDS(f, &q, "1 3 4");
    MUST_OK(store_begin_write(f->s, &err));
    MUST_OK(store_mark(f->s, &err));
    fix_put(f, 5, "5", "x", 0);
    store_rollback(f->s);
    EXPECT_IDS(f, &q, "1 3 4");
}

static void a_reader_sees_one_moment(void **state) {
    struct fix *f = *state;
    struct err err;
    five_people(f);
    struct store *reader = NULL;
    struct store_rows *r = NULL;
    int64_t n;
    MUST_OK(store_open_reader(f->s, &reader, &err));
    MUST_OK(store_bind(reader, &f->arena, &person_table, &r, &err));
    MUST_OK(store_begin_read(reader, &err));
    MUST_OK(store_begin_write(f->s, &err)); /* neither waits for the other */
    fix_put(f, 6, "F", "x", 0);
    MUST_OK(store_count(r, &n, &err));
    assert_int_equal(n, 5);
    MUST_OK(store_commit(f->s, &err));
    MUST_OK(store_count(r, &n, &err));
    assert_int_equal(n, 5);
    store_end(reader);
    MUST_OK(store_count(r, &n, &err));
    assert_int_equal(n, 6);
    MUST_FAIL(store_begin_write(reader, &err), RC_SYSTEM, "store.readonly");
    MUST_FAIL(store_checkpoint(reader, &err), RC_SYSTEM, "store.readonly");
    store_close(&reader);
    assert_null(reader);
    store_close(&reader);
}

static void a_checkpoint_reports_readers_that_hold_the_log(void **state) {
    struct fix *f = *state;
    struct err err;
    struct store *reader = NULL;
    MUST_OK(store_open_reader(f->s, &reader, &err));
    MUST_OK(store_begin_read(reader, &err));
    five_people(f);
    assert_true(store_log_pages(f->s) > 0);
    MUST_FAIL(store_checkpoint(f->s, &err), RC_BUSY, "store.log_held");
    store_end(reader);
    MUST_OK(store_checkpoint(f->s, &err));
    assert_int_equal(store_log_pages(f->s), 0);
    store_close(&reader);
    struct store_query q = {0};
    EXPECT_IDS(f, &q, "1 2 3 4 5");
}

struct reading {
    struct store *s;
    struct store_rows *rows;
    int64_t last;
    bool fine;
};

/* Rows 1..n are always all there: the snapshot never shows a part of a transaction of ten. */
static void *read_on(void *arg) {
    struct reading *w = arg;
    struct err err;
    while (w->fine && w->last < 500) {
        int64_t count = 0, last = 0;
        w->fine = store_begin_read(w->s, &err) == RC_OK && store_count(w->rows, &count, &err) == RC_OK &&
                  store_last_key(w->rows, &last, &err) == RC_OK && count == last && count % 10 == 0 && last >= w->last;
        if (w->fine) store_end(w->s);
        w->last = last;
    }
    return NULL;
}

static void readers_in_other_threads_see_whole_transactions(void **state) {
    struct fix *f = *state;
    struct err err;
    struct reading w[2] = {{.fine = true}, {.fine = true}};
    struct arena arenas[2];
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++) {
        arena_init(&arenas[i], 1 << 20);
        MUST_OK(store_open_reader(f->s, &w[i].s, &err));
        MUST_OK(store_bind(w[i].s, &arenas[i], &person_table, &w[i].rows, &err));
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &w[i]), 0);
    }
    for (int64_t id = 1; id <= 500; id += 10) {
        MUST_OK(store_begin_write(f->s, &err));
        for (int64_t k = 0; k < 10; k++) fix_put(f, id + k, NULL, "x", 0);
        MUST_OK(store_commit(f->s, &err));
        if (id % 100 == 1) {
            enum rc rc = store_checkpoint(f->s, &err);
            assert_true(rc == RC_OK || rc == RC_BUSY);
        }
    }
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(w[i].fine);
        store_close(&w[i].s);
        arena_fini(&arenas[i]);
    }
}

static void facts_are_kept_and_replaced(void **state) {
    struct fix *f = *state;
    struct err err;
    struct str got;
    MUST_OK(store_begin_write(f->s, &err));
    MUST_OK(store_meta_put(f->s, STR("area_name"), STR("甲县"), &err));
    MUST_OK(store_meta_put(f->s, STR("area_name"), STR("乙县"), &err));
    MUST_OK(store_meta_put(f->s, STR("empty"), STR_NONE, &err));
    MUST_FAIL(store_meta_put(f->s, STR("Bad name"), STR("x"), &err), RC_INPUT, "store.name");
    MUST_OK(store_commit(f->s, &err));
    MUST_OK(store_meta_get(f->s, &f->arena, STR("area_name"), &got, &err));
    assert_true(str_eq(got, STR("乙县")));
    MUST_OK(store_meta_get(f->s, &f->arena, STR("empty"), &got, &err));
    assert_int_equal(got.len, 0);
}

static void the_structure_is_found_whole(void **state) {
    struct fix *f = *state;
    struct err err;
    struct buf b;
    five_people(f);
    buf_init(&b, 1000);
    MUST_OK(store_check(f->s, &b, &err));
    assert_int_equal(b.len, 0);
    buf_fini(&b);
    assert_true(store_disk_free(f->s) > 0);
}

#define BOTH(t) {#t " (file)", t, set_up_file, tear_down, NULL}, {#t " (memory)", t, set_up_memory, tear_down, NULL}

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(a_row_comes_back_as_it_was_put),
        BOTH(no_text_and_no_bytes_are_not_null),
        BOTH(what_is_not_there_is_absent),
        BOTH(values_of_the_wrong_kind_are_refused),
        BOTH(only_the_columns_named_change),
        BOTH(keys_of_several_columns),
        BOTH(a_conflict_names_its_index_and_spoils_nothing),
        BOTH(every_condition_means_what_it_says),
        BOTH(conditions_hold_together),
        BOTH(order_puts_nulls_first_going_up_and_ends_in_the_key),
        BOTH(pages_join_into_the_whole),
        BOTH(wrong_queries_are_refused),
        BOTH(many_rows_at_once),
        BOTH(many_rows_with_long_texts),
        BOTH(cursors_of_one_shape_do_not_disturb_each_other),
        BOTH(a_cursor_ends_with_its_transaction),
        BOTH(rows_may_go_before_or_after_their_store_and_cursors),
        BOTH(rollback_undoes_all_and_never_fails),
        BOTH(a_mark_undoes_one_command_of_a_batch),
        BOTH(a_reader_sees_one_moment),
        BOTH(a_checkpoint_reports_readers_that_hold_the_log),
        BOTH(readers_in_other_threads_see_whole_transactions),
        BOTH(facts_are_kept_and_replaced),
        BOTH(the_structure_is_found_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
