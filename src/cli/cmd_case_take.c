/* cmd_case_take.c - what an act on a case is given in one word each: opinions, lines put off, steps that were done before. */
#include "cli/inner.h"

/* MEMBER=STAND, MEMBER/LINE=STAND, and after a colon the words. */
int opinions_take(struct cli *c, struct case_close *g)
{
    struct case_opinion *out = arena_array(&c->arena, struct case_opinion, c->options_count + 1);
    struct str chair = STR("");
    (void)cli_option(c, "chair", &chair);
    for (size_t i = 0; i < c->options_count; i++) {
        struct str v = c->options[i].value;
        size_t eq = str_find_char(v, '='), slash = str_find_char(v, '/');
        if (!str_eq(c->options[i].name, STR("opinion"))) continue;
        if (eq == SIZE_MAX) return usage(c, "--opinion 写 姓名=表态：意见，或 姓名/人选=表态：意见", "--opinion is NAME=STAND:WORDS, or NAME/LINE=STAND:WORDS");
        struct str who = str_sub(v, 0, eq), said = str_sub(v, eq + 1, v.len), words = STR("");
        size_t colon = str_find(said, STR("：")), end = colon;
        if (colon != SIZE_MAX) {
            words = str_sub(said, colon + 3, said.len);
        } else if ((end = str_find_char(said, ':')) != SIZE_MAX) {
            words = str_sub(said, end + 1, said.len);
        }
        struct case_opinion *o = &out[g->opinions_count++];
        *o = (struct case_opinion){.member = who, .stance = str_trim(str_sub(said, 0, MIN(end, said.len))), .text = str_trim(words)};
        if (slash < eq) {
            o->member = str_sub(who, 0, slash);
            o->line = str_sub(who, slash + 1, who.len);
        }
        o->chair = chair.len > 0 && str_eq(o->member, chair);
    }
    g->opinions = out;
    return EXIT_DONE;
}

/* STEP=DATE;FIELD=VALUE;LINE/FIELD=VALUE */
static int taken_one(struct cli *c, struct str v, struct case_close *t)
{
    struct case_pair *set = arena_array(&c->arena, struct case_pair, 64);
    struct case_of_line *each = arena_array(&c->arena, struct case_of_line, 64);
    *t = (struct case_close){.set = set, .each = each, .entry = {.happened = ENTRY_NO_DAY}};
    for (bool first = true; v.len > 0; first = false) {
        size_t end = str_find_char(v, ';');
        struct str word = str_trim(str_sub(v, 0, MIN(end, v.len)));
        v = end == SIZE_MAX ? STR("") : str_sub(v, end + 1, v.len);
        size_t eq = str_find_char(word, '='), slash = str_find_char(word, '/');
        struct str text = eq == SIZE_MAX ? STR("") : str_sub(word, eq + 1, word.len);
        if (eq == SIZE_MAX || (first && !day_parse(text, &t->entry.happened)) || t->set_count == 60 || t->each_count == 60)
            return usage(c, "--taken 写 步骤=日期;字段=值;人选/字段=值", "--taken is STEP=DATE;FIELD=VALUE;LINE/FIELD=VALUE");
        if (first) {
            t->step = str_sub(word, 0, eq);
        } else if (slash < eq) {
            struct case_pair *one = arena_new(&c->arena, struct case_pair);
            *one = (struct case_pair){str_sub(word, slash + 1, eq), text};
            each[t->each_count++] = (struct case_of_line){str_sub(word, 0, slash), one, 1};
        } else {
            set[t->set_count++] = (struct case_pair){str_sub(word, 0, eq), text};
        }
    }
    return EXIT_DONE;
}

int taken_take(struct cli *c, struct case_opening *g)
{
    struct case_close *out = arena_array(&c->arena, struct case_close, c->options_count + 1);
    for (size_t i = 0; i < c->options_count; i++) {
        if (!str_eq(c->options[i].name, STR("taken"))) continue;
        int status = taken_one(c, c->options[i].value, &out[g->taken_count++]);
        if (status != EXIT_DONE) return status;
    }
    g->taken = out;
    return EXIT_DONE;
}
