/*
 * inner.h - what the files of pack/ share and nobody else sees.
 * The way of a chapter: read.c -> blocks.c (Markdown) -> yaml.c (one tree a block) -> schema.c (the keys of its kind)
 * -> template.c, layers.c (what is written by pattern, what a lower pack adds) -> decl_*.c (what it declares)
 * -> register_feel.c, decl_rule.c (its expressions) -> deps.c, reach.c, literal.c, tighten.c (what they may do).
 * Everything is told to one struct load; a mistake never stops the others from being found.
 */
#ifndef GUIJU_PACK_INNER_H
#define GUIJU_PACK_INNER_H

#include "pack/pack.h"

enum {
    CHAPTER_MAX = 1 << 20,
    CHAPTERS_MAX = 200,
    BLOCK_MAX = 64 << 10,
    YAML_DEPTH_MAX = 16,
    DECLS_MAX = 5000,
    ROWS_MAX = 20000,       /* of one declaration */
    FIELDS_MAX = 500,
    NAME_MAX_LEN = 40,
    TITLE_MAX_LEN = 240,
    TEXT_LEN_MAX = 20000,   /* text(n) */
    SCALE_MAX = 12,
    QUOTES_MAX = 2000,      /* live values quoted in the prose of a set */
    CHECK_DIAGS_MAX = 60    /* of one expression */
};

/* ---- trees of YAML ---- */

enum ykind { Y_SCALAR, Y_LIST, Y_MAP };
enum ystyle { YS_PLAIN, YS_QUOTED, YS_LITERAL, YS_CELL, YS_FLOW, YS_BLOCK };

/* Where a declaration made by a template was asked for. */
struct use_site {
    struct str template_name, decl_name;
    struct place at;
};

/* From byte `off` of the text on, the bytes follow the file from `at`, without a gap, on one line. */
struct yseg {
    uint32_t off;
    struct place at;
};

struct ynode {
    enum ykind kind;
    enum ystyle style;
    bool empty;              /* nothing is written: `key:` */
    struct str text;         /* Y_SCALAR, decoded */
    struct place at;         /* first character of the text, or the bracket, or the first key */
    const struct yseg *segs; /* NULL: the text stands in the file as it is, from `at` on */
    uint32_t segs_count;
    uint32_t count;          /* items, or pairs */
    struct ynode **keys;     /* Y_MAP */
    struct ynode **kids;     /* Y_LIST, Y_MAP; NULL in a pair: a mistake there was told already */
    const struct use_site *via;
    struct ynode **head;     /* Y_LIST of a Markdown table: its headings, which are the keys of all rows */
    uint32_t head_count;
};

/* Place of bytes off..off+len of a scalar's text. */
struct place y_place(const struct ynode *n, size_t off, size_t len);
struct ynode *y_get(const struct ynode *map, struct str key); /* NULL: absent, or wrong and told already */
#define Y_GET(map, lit) y_get((map), STR(lit))
const struct ynode *y_key(const struct ynode *map, struct str key); /* the key's own node */
/* A list, or one thing that stands for a list of one; n may be NULL. */
uint32_t y_count(const struct ynode *n);
struct ynode *y_at(const struct ynode *n, uint32_t i);
struct ynode *y_scalar(struct arena *a, struct str text, struct place at);
struct ynode *y_map(struct arena *a, struct place at, uint32_t cap);
void y_put(struct ynode *map, struct ynode *key, struct ynode *value); /* room was made by y_map() */
struct str y_kind_zh(const struct ynode *n);
struct str y_kind_en(const struct ynode *n);

/* ---- the load ---- */

enum ctx {
#define KIND(id, word, flags) CTX_##id,
#define PART(id) CTX_##id,
#define KEY(ctx, key, type, flags, sub)
#include "pack/keys.def"
#undef KIND
#undef PART
#undef KEY
    CTX_COUNT,
    CTX_none = CTX_COUNT
};

struct block {
    const struct pack_chapter *chapter;
    struct str raw;          /* between the fences */
    struct place at;         /* first byte of raw */
    struct place fence;
    struct ynode *table;     /* rows of the Markdown table right behind it, or NULL */
    struct place table_at;
};

struct decl {
    enum ctx kind;
    struct str name;
    struct ynode *node;      /* the whole mapping */
    struct ynode *name_node;
    struct ynode *table;
    struct place table_at;
    uint32_t pack;
    const struct pack_chapter *chapter;
    bool failed;             /* something of it was refused: what follows from that is not told again */
    const struct use_site *via;
    void *made;              /* what it became */
    struct pack_decl *d;
};

struct layer_value;          /* a written row of params, before the layers are laid together */
struct name_scope;
struct type_read;

struct prose_value { struct str text; struct place at; };
struct cited { const struct pack_cite *cite; day_num from, until; }; /* the days for which it is called on */

struct load {
    struct map vector_seen;         /* derived fields that the vector evaluator was asked about */
    struct arena *a;
    struct arena *nodes;            /* what only the load needs (trees of YAML, declarations as written, names by which things are found): gone with it,
                                       for packs stay in memory and this is half of what a load takes */
    struct diags *d;
    const struct pack_options *o;
    struct pack_set *set;
    const struct pack_source *sources;
    VEC(struct decl *) decls;
    struct map by_decl;             /* "kind name" -> struct decl * */
    struct map told;                /* what was said of templates */
    VEC(struct str) failed_text;    /* raw text of blocks that failed: what only they could declare is not missed again */
    VEC(struct block) blocks;
    VEC(struct prose_value) prose;
    bool prose_full;
    VEC(struct pack_chapter) chapters;
    struct map basis_by_title;      /* title and name -> struct pack_basis_row * */
    VEC(struct pack_basis_row *) basis;
    VEC(struct pack_codes *) codes;
    VEC(struct pack_register *) registers;
    VEC(struct layer_value *) values;
    VEC(struct param_made *) params;
    VEC(struct function_made *) functions;
    VEC(struct pack_rule *) rules;
    VEC(struct pack_slip *) slips;
    VEC(struct pack_role *) roles;
    VEC(struct pack_scenario *) scenarios;
    VEC(struct pack_procedure *) procedures;
    VEC(struct pack_notice *) notices;
    VEC(struct pack_ballot *) ballots;
    struct map procedure_by_name, notice_by_name, ballot_by_name;
    VEC(struct pack_form *) forms;
    VEC(struct pack_file) assets;
    VEC(uint32_t) asset_packs;
    VEC(struct pack_roster *) rosters;
    VEC(struct pack_report *) reports;
    struct map left_out;   /* names that chapters which were left out declare */
    struct map rule_by_name, slip_by_name, role_by_name, scenario_by_name, codes_by_name, register_by_name, param_by_name;
    VEC(struct cited) cites;
    struct feel_scope *pure;        /* parameters, functions */
    struct feel_scope *global;      /* and all */
    VEC(struct field_made *) derived; /* in the order in which each only needs earlier ones */
    bool literals_warn[64];         /* by pack */
    bool lost[64];                  /* by pack: some chapter or block could not be read */
    struct str lang[64];            /* by pack */
    const struct ynode *languages[64];
};
enum { PACKS_MAX = 64 };

/* What is kept of a register while it loads; the public struct is first, so that either finds the other. */
struct register_made {
    struct pack_register r;
    struct decl *decl;
    VEC(struct field_made *) fields;
    VEC(struct pack_back) backs;
    struct pack_field *out;          /* the public fields, made when all are known */
    struct name_scope *names;
    struct feel_member *members;
};
struct field_made {
    struct pack_field first;         /* as read; `f` is where it went */
    struct pack_field *f;
    struct ynode *name, *node;
    struct register_made *of;
    uint32_t pack;                   /* who added it */
    struct type_read *type;
    const struct feel_type *feel_type;
    struct feel_program *derive, *otherwise;
    struct str shown;                /* title in the pack's language, as FEEL knows it */
    bool class_written, bad;
    uint8_t mark;                    /* of the search for circles */
};
struct param_made {
    struct pack_param p;             /* first; copied into set->params at the end, by slot */
    struct decl *decl;
    VEC(struct layer_value *) values;
    const struct pack_codes *codes;
    struct str type_text;
    bool bad;
};
struct layer_value {
    struct pack_param_value v;       /* first */
    struct ynode *value_node, *from_node;
};
struct code_row { struct ynode *node, *code; struct str title; struct text2 titles; };
struct codes_made {
    struct pack_codes c;             /* first */
    struct decl *decl;
    VEC(struct code_row) rows;
    struct type_read *types;         /* by column */
    struct map seen;
    bool sealed;
};
struct function_made {
    struct feel_function f;          /* first */
    struct decl *decl;
    struct feel_scope *scope;
    struct feel_program *body;
    struct table_made *table;        /* its body is a decision table; else NULL */
    uint32_t mark;
};
struct table_made {
    struct feel_table t;             /* first */
    struct decl *decl;
    struct type_read *types;         /* by input, then by output */
    const struct ynode **cells;      /* by row and column: inputs, then outputs; NULL: absent, told */
    struct feel_table_row *rows;
};

/* ---- telling of mistakes (report.c) ---- */

void tell_n(struct load *l, enum severity sev, const struct err_kind *kind, struct place at, const struct use_site *via,
            size_t n, const struct str *args);
#define TELL_ARGS(...) sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str), (struct str[]){__VA_ARGS__}
/* At a node; at a place; warnings and notes. */
#define bad(l, node, kind, ...) tell_n((l), SEV_ERROR, (kind), y_place((node), 0, SIZE_MAX), (node)->via, TELL_ARGS(__VA_ARGS__))
#define bad_part(l, node, off, len, kind, ...)                                                                       \
    tell_n((l), SEV_ERROR, (kind), y_place((node), (off), (len)), (node)->via, TELL_ARGS(__VA_ARGS__))
#define bad_place(l, at, kind, ...) tell_n((l), SEV_ERROR, (kind), (at), NULL, TELL_ARGS(__VA_ARGS__))
#define warn(l, node, kind, ...) tell_n((l), SEV_WARN, (kind), y_place((node), 0, SIZE_MAX), (node)->via, TELL_ARGS(__VA_ARGS__))
#define warn_place(l, at, kind, ...) tell_n((l), SEV_WARN, (kind), (at), NULL, TELL_ARGS(__VA_ARGS__))
#define note_place(l, at, kind, ...) tell_n((l), SEV_NOTE, (kind), (at), NULL, TELL_ARGS(__VA_ARGS__))
/* Says in the sentence which use of a template it came from. */
void err_via(struct load *l, struct err *e, const struct use_site *via);
bool told_before(struct load *l, const struct err *e); /* remembers it */
/* Could this name have been declared by a block that failed?  Then its absence is no news. */
bool may_be_in_failed(const struct load *l, struct str name);
/* "02-干部.md:45" */
struct str place_text(struct load *l, struct place p);

/* ---- Markdown and YAML ---- */

/* Lines of a text: starts, and length without the line end. */
struct lines {
    uint32_t *start;
    uint32_t *len;
    uint32_t count;
};
void lines_of(struct arena *a, struct str text, struct lines *out);
/* Byte `at` of a line (from 1) of a chapter: without counting lines again. */
struct place line_place(const struct pack_chapter *c, const struct lines *ls, uint32_t line, size_t at, size_t len);
void blocks_find(struct load *l, struct pack_chapter *c);
/* Rows of a table: a list of maps of scalars; empty cells are left out.  Stops behind the last row; *next is its line.
 * quotes: its cells are expressions, where quotes are right. */
struct ynode *table_read(struct load *l, const struct pack_chapter *c, const struct lines *lines, uint32_t first, bool quotes, uint32_t *next);
bool table_begins(struct str text, const struct lines *lines, uint32_t line);
/* NULL: there was a mistake, told. */
struct ynode *yaml_read(struct load *l, const struct block *b);
/* What a person most likely meant where the YAML parser gave up; always tells one mistake. */
void yaml_explain(struct load *l, const struct block *b, uint32_t line, uint32_t col, struct str said);
/* U+3000, U+00A0 and friends: blanks that YAML does not know. */
bool is_odd_blank(uint32_t cp);

/* ---- schema.c ---- */

const char *kind_word(enum ctx kind);
/* Kind by its word; CTX_none: unknown.  *later: known, not run by this version. */
enum ctx kind_of(struct str word, bool *later);
void kinds_nearest(struct str wrong, struct str *out);
/* Checks the keys of a mapping and below; pairs that are wrong lose their value.  False: something was. */
bool schema_check(struct load *l, struct ynode *map, enum ctx ctx, struct decl *in);
/* Rows whose kind is only known later (extend). */
bool schema_rows(struct load *l, struct ynode **rows, enum ctx part, struct decl *in);
bool schema_flag_title(enum ctx kind);
bool schema_flag_feel_name(enum ctx kind);
/* Values whose shape the schema has checked. */
bool y_yes(const struct ynode *n, bool absent);
int64_t y_int(const struct ynode *n, int64_t absent);
day_num y_day(const struct ynode *n, day_num absent);
struct str y_text(const struct ynode *n);
/* A word of a list: its place in it, or -1 (told). */
int y_word(struct load *l, const struct ynode *n, int absent, size_t count, const struct str *words);
struct text2 y_text2(struct load *l, const struct ynode *n, uint32_t pack);

/* ---- names.c ---- */

bool name_ok(struct str name, bool feel);
/* Tells if the title cannot be a FEEL name. */
bool title_check(struct load *l, const struct ynode *n, struct str title);
struct str title_of(struct load *l, const struct ynode *title, uint32_t pack); /* in the pack's language */
/* Uniqueness of names and titles within one scope, also after NFKC. */
struct name_scope {
    struct map seen;   /* folded name -> struct name_entry * */
    struct str what_zh, what_en;
};
bool name_scope_add(struct load *l, struct name_scope *s, struct str name, const struct ynode *at, struct place place);
bool nearest_worth(const struct load *l);
/* Misspelt: tells pack.unknown with the nearest, unless a failed block may have declared it. */
void unknown(struct load *l, const struct ynode *n, size_t off, size_t len, struct str zh, struct str en, size_t count,
             const struct str *names);

/* ---- templates and layers ---- */

void templates_expand(struct load *l);
void manifests_read(struct load *l);
void extends_apply(struct load *l);
bool pack_over(const struct load *l, uint32_t local, uint32_t base); /* does `local` say over: base, or over what says so? */
struct decl *decl_find(const struct load *l, enum ctx kind, struct str name);

/* ---- declarations ---- */

void decl_common(struct load *l, struct decl *d, struct pack_decl *out);
void basis_read(struct load *l, struct decl *d);
void basis_seal(struct load *l);
/* Cites, called on from `from` (DAY_OPEN: not said) until `until` (DAY_OPEN: still). */
void cites_read(struct load *l, const struct ynode *n, day_num from, day_num until, const struct pack_cite **out, uint32_t *count);
void basis_report(struct load *l);
bool article_number(struct str at, int64_t *out);

void codes_read(struct load *l, struct decl *d);
void codes_rows(struct load *l, struct decl *d, struct ynode *rows, struct pack_codes *c); /* more rows, for extend */
struct pack_codes *codes_inline(struct load *l, const struct ynode *options, struct str name, struct str title);
const struct pack_codes *codes_named(struct load *l, const struct ynode *n, size_t off, struct str name);
void codes_seal(struct load *l);

void params_read(struct load *l, struct decl *d, struct ynode *rows, uint32_t pack);
void params_layer(struct load *l);     /* effective values, slots, loosening */
struct param_made *param_named(const struct load *l, struct str name_or_title);
bool param_value_parse(struct load *l, const struct param_made *p, struct ynode *n, struct fv *out, int64_t *num, int64_t *den);

void calendar_read(struct load *l);
void defaults_read(struct load *l);
void chapters_read(struct load *l);
void absent_drop(struct load *l);
void roles_read(struct load *l, struct decl *d);
void roles_link(struct load *l);
void slips_read(struct load *l, struct decl *d);
void slips_compile(struct load *l);
void role_acts_check(struct load *l, const struct pack_procedure *p, const struct ynode *by);
const struct pack_role *role_named(struct load *l, const struct ynode *n);
const struct pack_slip *slip_named(struct load *l, const struct ynode *n);

/* Types as written: text(40), number(2), choice(post_level), ref(org) … */
struct type_read {
    enum field_type type;
    uint32_t len;
    bool sized;
    const struct pack_codes *codes;
    struct str ref;            /* name of the register */
    size_t ref_off;
};
bool type_read(struct load *l, const struct ynode *n, bool size_needed, bool options, struct type_read *out);
/* A value as text: false if it is not one of the type.  Refs are not looked up: their text stays text. */
bool value_read(struct load *l, const struct type_read *t, struct str text, struct fv *out);
struct str type_zh(enum field_type t);
struct str type_en(enum field_type t);
const struct feel_type *type_feel(struct load *l, const struct type_read *t);

void registers_read(struct load *l, struct decl *d);
void register_fields(struct load *l, struct register_made *r, struct ynode *fields, uint32_t pack);
void registers_link(struct load *l);   /* refs, back lists, members, scopes */
void registers_compile(struct load *l);
struct pack_field *field_named(struct load *l, const struct register_made *m, const struct ynode *n);
struct register_made *register_named(struct load *l, const struct ynode *n, size_t off, struct str name);
unsigned use_bits(struct load *l, const struct ynode *n, unsigned absent);
int class_word(struct load *l, const struct ynode *n, int absent);

void functions_read(struct load *l, struct decl *d);
void functions_compile(struct load *l);
/* {name: {title, type}} as members; slots count from 0.  Types may be NULL. */
uint32_t members_read(struct load *l, const struct ynode *map, uint32_t pack, struct name_scope *scope, struct feel_member *out, struct type_read *types);
void function_params(struct load *l, struct function_made *f, const struct feel_member *params, uint32_t count);
void tables_read(struct load *l, struct decl *d);
void pack_table_compile(struct load *l, struct function_made *f);
/* Gaps and overlaps (table_gaps.c); when all functions are compiled. */
void table_gaps(struct load *l, const struct table_made *t);
void scope_global(struct load *l);

void rules_read(struct load *l, struct decl *d);
void rules_compile(struct load *l);
void rules_link(struct load *l);
void scenarios_read(struct load *l, struct decl *d);
void forms_read(struct load *l, struct decl *d);
void rosters_read(struct load *l, struct decl *d);
void reports_read(struct load *l, struct decl *d);
void forms_compile(struct load *l); /* rosters and reports too */
void scenarios_link(struct load *l);

/* A field that is only written: of slips, steps, lines.  not_here: keys that this place does not know (what computes never has one). */
bool plain_field(struct load *l, const struct ynode *name, const struct ynode *node, uint32_t pack, struct str owner, const struct str *not_here,
                 size_t not_count, struct type_read *type, struct pack_field *out);

/* The values that a condition reads, each as a program of its own. */
struct shown_names { const struct feel_program **programs; struct str *titles; uint32_t count; };
struct shown_names names_shown(struct load *l, const struct feel_scope *scope, const struct feel_program *p, const struct ynode *text_of);

/* ---- procedures (decl_procedure.c, decl_step.c, decl_item.c, decl_ballot.c, decl_act.c) ---- */

struct procedure_made {
    struct pack_procedure p;         /* first */
    struct decl *decl;
};
struct item_list {                   /* fields of a step, while it is read */
    struct pack_item *at;
    const struct feel_type **types;
    struct str *shown;               /* titles as FEEL knows them */
    struct ynode **nodes, **names;
    uint32_t count;
};
/* What one step's expressions see: with and without the line that is looked at. */
struct step_scope {
    const struct feel_scope *once, *each;  /* each: NULL where the procedure has no lines */
    const struct feel_scope *before;       /* without the step's own fields */
    uint32_t pack;
};
void procedures_read(struct load *l, struct decl *d);
void procedures_compile(struct load *l);
void papers_link(struct load *l); /* when forms are known */
/* decl_paper.c: what a step is to papers; what they see besides (room for PACK_PAPER_SLOTS); the procedures that a form is over */
const struct feel_type *paper_step_type(struct load *l, const struct pack_step *s, const struct feel_type *t);
uint32_t paper_names(struct load *l, const struct pack_procedure *p, bool each, struct feel_name *out);
void form_of_read(struct load *l, struct pack_form *f, const struct ynode *n);
void ballots_read(struct load *l, struct decl *d);
void ballots_link(struct load *l);
void notices_read(struct load *l, struct decl *d);
/* The notice that this step publishes, compiled in its scope. */
const struct pack_notice *notice_of_step(struct load *l, const struct pack_procedure *p, struct pack_step *step, const struct ynode *name, const struct step_scope *scope);
const struct pack_ballot *ballot_named(struct load *l, const struct ynode *n);
void items_read(struct load *l, const struct ynode *fields, uint32_t pack, struct str owner, bool each_ok, struct name_scope *names, struct item_list *out);
void items_check(struct load *l, struct item_list *items, const struct step_scope *scope);
const struct pack_item *item_named(struct load *l, const struct pack_item *items, uint32_t count, const struct ynode *n);
/* The cases that a step opens, and whom it is put to (decl_sub.c). */
const struct pack_sub *sub_read(struct load *l, const struct procedure_made *m, const struct ynode *n, const struct step_scope *scope);
const struct pack_refer *refer_read(struct load *l, const struct procedure_made *m, const struct ynode *n, const struct step_scope *scope);
void subs_check(struct load *l);
void step_body(struct load *l, struct procedure_made *m, struct pack_step *step, const struct ynode *n, struct item_list *items, const struct step_scope *scope);
struct str_list roles_named(struct load *l, const struct ynode *n);
/* kinds of lines, as codes' titles, checked. */
struct str_list kinds_named(struct load *l, const struct pack_procedure *p, const struct ynode *n);
const struct pack_step *step_named(struct load *l, const struct pack_procedure *p, const struct ynode *n);
/* In two rounds: a scenario may take its people from one that is written later. */
void people_read(struct load *l, struct pack_scenario *s, const struct ynode *node);
void acts_read(struct load *l, struct pack_scenario *s, const struct ynode *node);
/* A value of a field as a scenario writes it, checked; told if wrong. */
void plain_value_check(struct load *l, const struct pack_field *f, const struct ynode *n);
struct pack_given_value *given_values(struct load *l, const struct register_made *r, const struct ynode *map, uint32_t *count);
bool expect_shape(struct load *l, const struct ynode *n, enum ykind kind, struct str what);

/* ---- expressions (source.c) ---- */

/* NULL: there was a mistake, told. */
struct feel_program *feel_at(struct load *l, const struct feel_scope *scope, const struct ynode *n, const struct feel_type *wanted);
/* Unary tests of an input of that type. */
struct feel_program *tests_at(struct load *l, const struct feel_scope *scope, const struct ynode *n, const struct feel_type *input);
/* The same without telling. */
struct feel_program *feel_quiet(struct load *l, const struct feel_scope *scope, const struct ynode *n, const struct feel_type *wanted);
struct feel_message *message_at(struct load *l, const struct feel_scope *scope, const struct ynode *n);
/* say: as text or {zh, en}; en may be NULL. */
struct feel_message *say_read(struct load *l, const struct feel_scope *scope, const struct ynode *n, struct feel_message **en);
/* The type of a duration that is due: a duration, or a parameter with a unit of time. */
struct feel_program *due_at(struct load *l, const struct feel_scope *scope, const struct ynode *n);

/* ---- analyses ---- */

/* Each field or list of records that a program reads, through the functions it calls.  at: the node in the program itself. */
typedef void read_fn(void *ctx, const struct pack_register *reg, const struct feel_member *member, const struct feel_node *at);
void reads_each(const struct feel_program *p, read_fn *fn, void *ctx);
/* All nodes, through functions too. */
void nodes_each(const struct feel_program *p, bool (*fn)(void *ctx, const struct feel_node *n), void *ctx);
const struct pack_field *field_read(const struct pack_register *reg, const struct feel_member *m); /* NULL: a back list */

void deps_order(struct load *l);
struct reach {                        /* what an expression reads, through derived fields and functions */
    unsigned use;                     /* where all of it may be read */
    enum pack_class class;            /* the highest */
    bool daily;
    bool asks_today;                  /* calls today() itself */
    bool lists;                       /* other records than those it refers to */
    bool derived;
};
struct reach reach_of(const struct feel_program *p);
/* Tells use.refused where the program reads what may not be read at `site`. */
void reach_check(struct load *l, const struct feel_program *p, const struct ynode *n, enum pack_use site, struct str site_zh,
                 struct str site_en);
void reach_check_message(struct load *l, const struct feel_message *m, const struct ynode *n, enum pack_use site,
                         struct str site_zh, struct str site_en);
/* A check at writing reads the record and what it refers to, and knows no today. */
void reach_check_write(struct load *l, const struct feel_program *p, const struct ynode *n);
/* whole: the text is a condition; else only its comparisons are looked at. */
void literals_check(struct load *l, const struct feel_program *p, const struct ynode *n, uint32_t pack, bool whole);
/* What other tools read otherwise, if the load was asked for that. */
void portable_check(struct load *l, const struct feel_program *p, const struct ynode *n, size_t base);
void tighten_check(struct load *l, const struct feel_program *p, const struct ynode *n, bool exception);
void vector_check(struct pack_rule *r, struct load *l);
void prose_check(struct load *l);

/* A list of str in the arena. */
struct str_list { struct str *at; uint32_t count; };
struct str_list names_read(struct load *l, const struct ynode *n);

#endif
