/*
 * say.c - what a check that failed says: which field, the value as given, what was demanded, and by which text.
 * What is restricted is shown in part only: messages end up on screens, in logs and in files of bad rows.
 */
#include "record/inner.h"

enum { SHOWN_HEAD = 6, SHOWN_TAIL = 2, NUMBER_LEN = 18, SAY_MAX = ERR_TEXT_MAX * 4 };

/* The first six characters and the last two; of a short one nothing. */
static struct str masked(struct arena *a, struct str s)
{
    size_t count = utf8_count(s), hidden = count > SHOWN_HEAD + SHOWN_TAIL ? count - SHOWN_HEAD - SHOWN_TAIL : count;
    struct buf b;
    buf_init(&b, SAY_MAX);
    if (hidden < count) buf_str(&b, str_sub(s, 0, utf8_offset(s, SHOWN_HEAD)));
    buf_fill(&b, '*', MIN(hidden, (size_t)NUMBER_LEN));
    if (hidden < count) buf_str(&b, str_sub(s, utf8_offset(s, count - SHOWN_TAIL), s.len));
    s = str_dup(a, buf_view(&b));
    buf_fini(&b);
    return s;
}

struct str value_shown(struct arena *a, const struct pack_field *f, const struct sv *v)
{
    struct str s = value_plain(a, f, v);
    return f->class >= PACK_RESTRICTED ? masked(a, s) : s;
}

/* ---- numbers with a check digit: where they go wrong ---- */

static void say_both(struct buf *zh, struct buf *en, const char *zh_text, const char *en_text)
{
    buf_str(zh, str_c(zh_text));
    buf_str(en, str_c(en_text));
}

/* `text` with {n} and {c} filled. */
static void say_at(struct buf *b, const char *text, uint64_t n, char c)
{
    for (; *text != '\0'; text++) {
        if (text[0] != '{' || text[1] == '\0' || text[2] != '}') {
            buf_char(b, *text);
            continue;
        }
        if (text[1] == 'n') buf_u64(b, n);
        else buf_char(b, c);
        text += 2;
    }
}

static void say_where(struct buf *zh, struct buf *en, const char *zh_text, const char *en_text, size_t n, char c)
{
    say_at(zh, zh_text, n, c);
    say_at(en, en_text, n, c);
}

/* True: its length was wrong, and it is said how. */
static bool say_length(struct str s, struct buf *zh, struct buf *en)
{
    size_t count = utf8_count(s);
    if (count == NUMBER_LEN) return false;
    say_where(zh, en, "应为18位，现有{n}位", "it must have 18 characters, this has {n}", count, ' ');
    if (str_find(s, STR("E+")) != SIZE_MAX)
        say_both(zh, en, "（电子表格把它当成了数，后面几位已经丢失：请把这一列设为文本后重填）",
                 " (a spreadsheet took it for a number and lost the last digits: format the column as text and fill it in again)");
    return true;
}

/* GB 11643: 17 digits, in them a day of birth, then 0..9 or X. */
static void say_citizen(struct str s, struct buf *zh, struct buf *en)
{
    static const unsigned weight[NUMBER_LEN - 1] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned sum = 0;
    int v[NUMBER_LEN - 1];
    if (say_length(s, zh, en)) return;
    for (size_t i = 0; i < NUMBER_LEN - 1; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            say_where(zh, en, "第{n}位应为数字", "character {n} must be a digit", i + 1, ' ');
            return;
        }
        v[i] = s.ptr[i] - '0';
        sum += (unsigned)v[i] * weight[i];
    }
    struct ymd d = {.year = v[6] * 1000 + v[7] * 100 + v[8] * 10 + v[9], .month = (int8_t)(v[10] * 10 + v[11]), .day = (int8_t)(v[12] * 10 + v[13])};
    if (d.year < 1800 || !ymd_ok(d)) {
        say_both(zh, en, "第7至14位不是出生日期", "characters 7 to 14 are no day of birth");
        return;
    }
    say_where(zh, en, "校验码不符：第18位应为{c}", "the check digit does not fit: character 18 must be {c}", 0, "10X98765432"[sum % 11]);
}

/* GB 32100: 17 of 31 characters, then one more that sums them up. */
static void say_credit(struct str s, struct buf *zh, struct buf *en)
{
    static const char digits[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const unsigned weight[NUMBER_LEN - 1] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    enum { DIGITS = sizeof digits - 1 };
    unsigned sum = 0;
    if (say_length(s, zh, en)) return;
    for (size_t i = 0; i < NUMBER_LEN - 1; i++) {
        const char *at = memchr(digits, s.ptr[i], DIGITS);
        if (at == NULL) {
            say_where(zh, en, "第{n}位应为数字或大写字母（不用 I、O、S、V、Z）", "character {n} must be a digit or a capital letter other than I O S V Z", i + 1, ' ');
            return;
        }
        sum += (unsigned)(at - digits) * weight[i];
    }
    say_where(zh, en, "校验码不符：第18位应为{c}", "the check digit does not fit: character 18 must be {c}", 0, digits[(DIGITS - sum % DIGITS) % DIGITS]);
}

/* Does the condition say no more than that the number is right? */
static bool is_call(struct str condition, struct str call)
{
    condition = str_trim(condition);
    return str_starts(condition, call) && str_find_char(condition, ')') == condition.len - 1;
}

/* ---- the sentence ---- */

static enum rc say_field(struct arena *a, const struct pack_field *f, struct str condition, const struct sv *v, struct str basis, struct err *err)
{
    struct str plain = value_plain(a, f, v), shown = value_shown(a, f, v);
    bool citizen = is_call(condition, STR("citizen number ok(")), credit = is_call(condition, STR("credit code ok("));
    if (!citizen && !credit) return err_set(err, &E_record_check, NO_PLACE, field_title(f), shown, condition, basis);
    struct buf zh, en;
    buf_init(&zh, SAY_MAX);
    buf_init(&en, SAY_MAX);
    if (citizen) say_citizen(plain, &zh, &en);
    else say_credit(plain, &zh, &en);
    enum rc rc = err_set(err, &E_record_digits, NO_PLACE, field_title(f), shown, buf_view(&zh), buf_view(&en), basis);
    buf_fini(&zh);
    buf_fini(&en);
    return rc;
}

static enum rc say_record(struct feel_run *run, const struct reg_bind *b, const struct need *n, struct str basis, struct err *err)
{
    if (n->check->say == NULL) return err_set(err, &E_record_condition, NO_PLACE, reg_title(b->reg), n->program->text, basis);
    struct buf zh, en;
    buf_init(&zh, SAY_MAX);
    buf_init(&en, SAY_MAX);
    enum rc rc = feel_message_show(n->check->say, run, LANG_ZH, &zh, err);
    if (rc == RC_OK) rc = feel_message_show(n->check->say_en != NULL ? n->check->say_en : n->check->say, run, LANG_EN, &en, err);
    if (rc == RC_OK) rc = err_set(err, &E_record_checks, NO_PLACE, buf_view(&zh), buf_view(&en), basis);
    buf_fini(&zh);
    buf_fini(&en);
    return rc;
}

enum rc say_check(struct feel_run *run, const struct reg_bind *b, const struct need *n, const struct sv *values, struct err *err)
{
    struct buf basis;
    buf_init(&basis, SAY_MAX);
    if (n->field != NULL) pack_basis_print(n->field->basis, n->field->basis_count, &basis);
    else pack_basis_print(n->check->basis, n->check->basis_count, &basis);
    enum rc rc = n->field != NULL ? say_field(run->arena, n->field, n->program->text, &values[n->field->column], buf_view(&basis), err)
                                  : say_record(run, b, n, buf_view(&basis), err);
    buf_fini(&basis);
    return rc;
}
