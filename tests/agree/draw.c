/*
 * draw.c - random expressions, by type.  `in` is where one stands: in the record judged, or in the condition of a list of its children,
 * where the record is still there as `this`.
 */
#include "world.h"

#include <stdarg.h>

enum where { IN_MAIN, IN_CHILD };

struct pen {
    struct world *w;
    struct buf b;
    bool pack;
    bool pieces_only;   /* nothing with lists: models */
};

static void lit(struct pen *p, const char *s) { buf_str(&p->b, str_c(s)); }
static uint32_t dice(struct pen *p, uint32_t n) { return draw(p->w, n); }

static void pick(struct pen *p, uint32_t n, ...)
{
    va_list v;
    uint32_t k = dice(p, n);
    va_start(v, n);
    const char *s = "";
    for (uint32_t i = 0; i <= k; i++) s = va_arg(v, const char *);
    va_end(v);
    lit(p, s);
}

static void num(struct pen *p, enum where in, int depth);
static void cond(struct pen *p, enum where in, int depth);
static void date(struct pen *p, enum where in, int depth);
static void months(struct pen *p, enum where in, int depth);
static void truth(struct pen *p, enum where in, int depth);

static void list(struct pen *p, enum where in, int depth)
{
    if (in == IN_CHILD) pick(p, 3, "this.kids", "item.k_r.o_kids", "item.k_of.kids");
    else pick(p, 5, "kids", "this.kids", "r.o_kids", "p.kids", "all.child");
    if (depth > 0 && in == IN_MAIN && dice(p, 4) != 0) {
        lit(p, "[");
        truth(p, IN_CHILD, depth - 1);
        lit(p, "]");
        if (dice(p, 6) == 0) {
            lit(p, "[");
            truth(p, IN_CHILD, 0);
            lit(p, "]");
        }
    }
}

static void num_leaf(struct pen *p, enum where in)
{
    if (dice(p, 3) == 0) {
        pick(p, 14, "0", "1", "3", "12", "-5", "2.5", "0.05", "100", "1/3", "P0", "P2", "9223372036854775807", "99999999999999999999", "-0.001");
        return;
    }
    if (in == IN_CHILD) pick(p, 8, "k_n0", "item.k_n2", "k_r.o_n0", "item.k_r.o_n2", "this.n0", "this.n2", "k_of.n2", "item.k_c1.pay");
    else pick(p, 12, "n0", "n2", "nb", "this.n0", "r.o_n0", "r.o_n2", "p.n2", "p.r.o_n0", "c1.pay", "c3.order", "r.o_c1.pay", "c1.order");
}

static void num(struct pen *p, enum where in, int depth)
{
    uint32_t k = depth <= 0 ? 0 : dice(p, p->pieces_only ? 11 : 18);
    switch (k) {
    case 1: case 2:
        lit(p, "(");
        num(p, in, depth - 1);
        pick(p, 3, " + ", " - ", " * ");
        num(p, in, depth - 1);
        lit(p, ")");
        break;
    case 3:
        lit(p, "(");
        num(p, in, depth - 1);
        pick(p, 5, " / 4", " / 2", " / 100", " / -0.5", " / 8");
        lit(p, ")");
        break;
    case 4:
        pick(p, 3, "floor(", "ceiling(", "abs(");
        num(p, in, depth - 1);
        lit(p, ")");
        break;
    case 5:
        pick(p, 2, "full years(", "full months(");
        date(p, in, depth - 1);
        lit(p, ", ");
        date(p, in, depth - 1);
        lit(p, ")");
        break;
    case 6:
        lit(p, "(if ");
        truth(p, in, depth - 1);
        lit(p, " then ");
        num(p, in, depth - 1);
        lit(p, " else ");
        if (dice(p, 4) == 0) lit(p, "null");
        else num(p, in, depth - 1);
        lit(p, ")");
        break;
    case 7:
        date(p, in, depth - 1);
        pick(p, 4, ".year", ".month", ".day", ".weekday");
        break;
    case 8:
        pick(p, 3, "min(", "max(", "sum(");
        num(p, in, depth - 1);
        lit(p, ", ");
        num(p, in, depth - 1);
        lit(p, ")");
        break;
    case 9:
        lit(p, "-");
        num(p, in, depth - 1);
        break;
    case 10:
        lit(p, "ages(");
        date(p, in, depth - 1);
        lit(p, ", ");
        num(p, in, depth - 1);
        lit(p, ")");
        break;
    case 11: case 12:
        lit(p, "count(");
        list(p, in, depth);
        pick(p, 3, ")", ".k_n0)", ")");
        break;
    case 13: case 14:
        pick(p, 3, "sum(", "min(", "max(");
        list(p, in, depth);
        pick(p, 4, ".k_n0)", ".k_n2)", ".k_r.o_n0)", ".k_of.n2)");
        break;
    case 15:
        lit(p, "count(distinct values(");
        list(p, in, depth);
        pick(p, 6, ".k_c1))", ".k_r))", ".k_n0))", ".k_d1))", "))", ".k_c1.tier))");
        break;
    case 16:
        list(p, in, depth);
        pick(p, 3, "[1]", "[-1]", "[2]");
        pick(p, 3, ".k_n0", ".k_n2", ".k_r.o_n2");
        break;
    case 17:
        pick(p, 3, "sum(", "min(", "max(");
        lit(p, "for x in ");
        list(p, in, depth);
        pick(p, 6, " return x.k_n0 + 1)", " return if x.k_b1 then x.k_n2 else 2)", " return x.k_r.o_n0 * x.k_n0)", " return 99999999999999999999)", " return 1/3)",
             " return if x.k_n0 > 3 then 12345678901234567890 else null)");
        break;
    default: num_leaf(p, in); break;
    }
}

static void date_leaf(struct pen *p, enum where in)
{
    if (dice(p, 5) == 0) {
        pick(p, 4, "@\"2024-02-29\"", "today()", "@\"2000-01-31\"", "date(today().year - 1, 12, 31)");
        return;
    }
    if (in == IN_CHILD) pick(p, 6, "k_d1", "item.k_d2", "k_r.o_d1", "this.d1", "this.d2", "item.k_of.d1");
    else pick(p, 5, "d1", "d2", "this.d1", "r.o_d1", "p.d2");
}

static void date(struct pen *p, enum where in, int depth)
{
    switch (depth <= 0 ? 0 : dice(p, p->pieces_only ? 7 : 10)) {
    case 1: case 2:
        lit(p, "(");
        date(p, in, depth - 1);
        pick(p, 2, " + ", " - ");
        months(p, in, depth - 1);
        lit(p, ")");
        break;
    case 3:
        lit(p, "(");
        date(p, in, depth - 1);
        pick(p, 5, " + duration(\"P1D\")", " - duration(\"P30D\")", " - duration(\"PT36H\")", " + duration(\"PT0.5S\")", " + (d2 - d1)");
        lit(p, ")");
        break;
    case 4:
        lit(p, "(if ");
        truth(p, in, depth - 1);
        lit(p, " then ");
        date(p, in, depth - 1);
        lit(p, " else ");
        date(p, in, depth - 1);
        lit(p, ")");
        break;
    case 5:
        lit(p, "due(");
        date(p, in, depth - 1);
        lit(p, ", ");
        num(p, in, depth - 1);
        lit(p, ")");
        break;
    case 7: case 8:
        pick(p, 2, "min(", "max(");
        list(p, in, depth);
        pick(p, 3, ".k_d1)", ".k_d2)", ".k_r.o_d1)");
        break;
    case 9:
        list(p, in, depth);
        pick(p, 3, "[1].k_d1", "[-1].k_d2", "[3].k_r.o_d1");
        break;
    default: date_leaf(p, in); break;
    }
}

static void months(struct pen *p, enum where in, int depth)
{
    switch (depth <= 0 ? 0 : dice(p, p->pieces_only ? 6 : 8)) {
    case 6:
        pick(p, 3, "sum(", "min(", "max(");
        list(p, in, depth);
        lit(p, ".k_m1)");
        break;
    case 7:
        list(p, in, depth);
        pick(p, 2, "[1].k_m1", "[-1].k_m1");
        break;
    case 1:
        lit(p, "years and months duration(");
        date(p, in, depth - 1);
        lit(p, ", ");
        date(p, in, depth - 1);
        lit(p, ")");
        break;
    case 2:
        num(p, in, 0);
        lit(p, " * duration(\"P1Y1M\")");
        break;
    case 3:
        lit(p, "(");
        months(p, in, depth - 1);
        pick(p, 2, " + ", " - ");
        months(p, in, depth - 1);
        lit(p, ")");
        break;
    default:
        if (in == IN_CHILD) pick(p, 4, "k_m1", "this.m1", "duration(\"P1Y\")", "P1");
        else pick(p, 6, "m1", "this.m1", "r.o_m1", "duration(\"P10Y\")", "P1", "duration(\"-P1M\")");
        break;
    }
}

static void span(struct pen *p, enum where in, int depth)
{
    switch (depth <= 0 ? 0 : dice(p, 6)) {
    case 1: case 2:
        lit(p, "(");
        date(p, in, depth - 1);
        lit(p, " - ");
        date(p, in, depth - 1);
        lit(p, ")");
        break;
    case 3:
        lit(p, "(");
        span(p, in, depth - 1);
        pick(p, 2, " + ", " - ");
        span(p, in, depth - 1);
        lit(p, ")");
        break;
    case 4:
        lit(p, "(");
        span(p, in, depth - 1);
        lit(p, " * ");
        num(p, in, 0);
        lit(p, ")");
        break;
    case 5:
        pick(p, 2, "abs(", "-(");
        span(p, in, depth - 1);
        lit(p, ")");
        break;
    default:
        if (in == IN_CHILD) pick(p, 4, "(k_d1 - k_d2)", "(this.d1 - item.k_d1)", "duration(\"P30D\")", "duration(\"-PT36H\")");
        else pick(p, 6, "(d1 - d2)", "(today() - d1)", "duration(\"P365D\")", "duration(\"PT0.000001S\")", "(r.o_d1 - d1)", "(z1 - z2)");
        break;
    }
}

/* What is neither a number nor a day nor true or false: a code, a text, a record. */
static void thing(struct pen *p, enum where in, int depth)
{
    if (depth > 0 && dice(p, 3) == 0) {
        lit(p, "(if ");
        truth(p, in, depth - 1);
        if (in == IN_CHILD) pick(p, 4, " then k_c1 else this.c1)", " then k_t1 else this.t1)", " then k_r else this.r)", " then k_c1 else null)");
        else pick(p, 6, " then c1 else c2)", " then t1 else t2)", " then r else p.r)", " then p else this)", " then null else c1)", " then t1 else \"ab\")");
        return;
    }
    if (in == IN_CHILD) pick(p, 4, "k_c1", "k_t1", "k_r", "item.k_of");
    else pick(p, 6, "c1", "t2", "r", "p.r", "r.o_c1", "c1.tier");
}

static void code_test(struct pen *p, enum where in)
{
    if (in == IN_CHILD) pick(p, 4, "k_c1", "item.k_c1", "this.c1", "k_r.o_c1");
    else pick(p, 4, "c1", "c2", "r.o_c1", "p.c2");
    pick(p, 10, " = \"x1\"", " != \"x2\"", " in [\"x0\", \"x3\"]", " = null", " != null", ".tier = \"mid\"", ".top", ".pay >= 100.5", " in (\"x1\")", ".tier in [\"low\", \"high\"]");
}

static void text_test(struct pen *p, enum where in)
{
    if (in == IN_CHILD) {
        pick(p, 4, "k_t1", "this.t1", "k_r.o_t1", "k_c1.tier");
        pick(p, 6, " = \"ab\"", " != this.t2", " = null", " < \"b\"", " in [\"a\", \"甲\"]", " = this.c1.tier");
    } else {
        pick(p, 5, "t1", "t2", "r.o_t1", "c1.tier", "c3.tier");
        pick(p, 8, " = \"ab\"", " != t2", " = null", " >= \"b\"", " in [\"a\", \"甲\"]", " = c2.tier", " != null", " = r.o_t1");
    }
}

static void cond(struct pen *p, enum where in, int depth)
{
    switch (dice(p, p->pieces_only ? 16 : 22)) {
    case 14:
        span(p, in, depth);
        pick(p, 5, " < ", " >= ", " = ", " != ", " <= ");
        span(p, in, depth);
        break;
    case 15:
        thing(p, in, depth);
        pick(p, 4, " = ", " != ", " = ", " != ");
        if (dice(p, 3) == 0) lit(p, "null");
        else thing(p, in, depth);
        break;
    case 0: case 1: case 2:
        num(p, in, depth);
        pick(p, 6, " = ", " != ", " < ", " <= ", " > ", " >= ");
        num(p, in, depth);
        break;
    case 3: case 4:
        date(p, in, depth);
        pick(p, 6, " = ", " != ", " < ", " <= ", " > ", " >= ");
        date(p, in, depth);
        break;
    case 5:
        months(p, in, depth);
        pick(p, 4, " = ", " < ", " >= ", " != ");
        months(p, in, depth);
        break;
    case 6: case 7: code_test(p, in); break;
    case 8: text_test(p, in); break;
    case 9:
        if (in == IN_CHILD) pick(p, 4, "k_b1", "item.k_b1 = true", "this.b1 != false", "k_r.o_b1 = this.b2");
        else pick(p, 8, "b1", "b2 = true", "b1 != b2", "b1 = b2", "r.o_b1 = false", "p.b2", "b1 = null", "b2 != null");
        break;
    case 10:
        num(p, in, depth);
        pick(p, 7, " in [1..10]", " in (0..2.5)", " in [1, 2, 3, 12]", " in (<0, >=20)", " between 0 and 5.5", " in [3, 5..9]", " in (P0)");
        break;
    case 11:
        date(p, in, depth);
        if (in == IN_CHILD) pick(p, 4, " in [@\"2000-01-01\"..@\"2010-12-31\"]", " between this.d1 and this.d2", " in [this.d1..k_d2]", " in [k_d1, this.d2]");
        else pick(p, 5, " in [@\"2000-01-01\"..@\"2010-12-31\"]", " between d1 and d2", " in [d1..d2]", " in [d1, d2]", " in (< d1, > d2)");
        break;
    case 12:
        pick(p, 2, "not(", "(");
        truth(p, in, depth - 1);
        lit(p, ")");
        break;
    case 13:
        if (in == IN_CHILD) pick(p, 4, "k_r = this.r", "k_r = null", "k_of = this", "k_r != this.p.r");
        else pick(p, 8, "r = null", "p = this", "p.r = r", "z1 < z2", "z1 = z2", "z1 != null", "z1 >= z2", "c1 = c2");
        break;
    case 16: case 17: case 18:
        pick(p, 2, "some x in ", "every x in ");
        list(p, in, depth);
        pick(p, 8, " satisfies x.k_n0 > 3", " satisfies x.k_b1", " satisfies x.k_d1 <= x.k_d2", " satisfies x.k_c1 = \"x1\" and x.k_n2 < 10", " satisfies x.k_r = this.r",
             " satisfies x.k_of = this or x.k_b1 = null", " satisfies x.k_n0 >= this.n0", " satisfies count(this.kids[k_n0 = x.k_n0]) > 1");
        break;
    case 19:
        lit(p, "list contains(");
        list(p, in, depth);
        if (in == IN_CHILD) pick(p, 3, ".k_n0, 3)", ".k_r, k_r)", ".k_c1, k_c1)");
        else pick(p, 7, ".k_n0, n0)", ".k_r, r)", ".k_d1, d1)", ".k_n2, null)", ".k_c1, c1)", ".k_c1, \"x1\")", ".k_t1, t1)");
        break;
    case 20:
        pick(p, 2, "any(", "all(");
        list(p, in, depth);
        lit(p, ".k_b1)");
        break;
    default:
        if (in == IN_CHILD) pick(p, 2, "count(this.sub[item.n0 > 3]) > 0", "k_n0 > 1");
        else pick(p, 4, "count(sub[item.n0 > this.n0]) > 0", "count(all.other[o_n0 > this.n0]) >= 2", "sum(sub.n0) > 10", "count(sub[count(item.kids[k_b1]) > 1]) = 1");
        break;
    }
}

static void truth(struct pen *p, enum where in, int depth)
{
    if (depth <= 0) {
        cond(p, in, 0);
        return;
    }
    uint32_t n = 1 + dice(p, 3);
    const char *sign = dice(p, 2) == 0 ? " and " : " or ";
    lit(p, "(");
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) lit(p, sign);
        if (dice(p, 4) == 0) truth(p, in, depth - 1);
        else cond(p, in, depth - 1);
    }
    lit(p, ")");
}

const struct feel_program *world_compile(struct world *w, const char *text, enum feel_mode mode)
{
    struct diags d;
    struct feel_program *program = NULL;
    struct feel_source src = {.text = str_c(text), .mode = mode};
    diags_init(&d, &w->scratch, 10);
    return feel_compile(&w->scratch, &w->site, &src, &program, &d) == RC_OK ? program : NULL;
}

const struct feel_program *world_draw(struct world *w, enum feel_mode *mode)
{
    for (;;) {
        struct pen p = {.w = w, .pack = true};
        struct diags d;
        struct feel_program *program = NULL;
        buf_init(&p.b, 8192);
        p.pack = draw(w, 5) != 0;
        p.pieces_only = !p.pack;
        int depth = (int)draw(w, 4);
        switch (draw(w, 8)) {
        case 0: num(&p, IN_MAIN, depth); break;
        case 1: date(&p, IN_MAIN, depth); break;
        case 2: months(&p, IN_MAIN, depth); break;
        case 3:
            if (dice(&p, 2) == 0) span(&p, IN_MAIN, depth);
            else if (dice(&p, 2) == 0) thing(&p, IN_MAIN, depth);
            else pick(&p, 6, "if b1 then c1 else c2", "c1", "r", "p.r", "if n0 > 3 then p else p.p", "d1 - d2");
            break;
        default: truth(&p, IN_MAIN, depth); break;
        }
        *mode = p.pack ? FEEL_PACK : FEEL_DMN;
        struct str text = str_dup(&w->scratch, buf_view(&p.b));
        bool whole = p.b.len < 8000;
        buf_fini(&p.b);
        diags_init(&d, &w->scratch, 10);
        struct feel_source src = {.text = text, .mode = *mode};
        if (whole && feel_compile(&w->scratch, &w->site, &src, &program, &d) == RC_OK) return program;
    }
}
