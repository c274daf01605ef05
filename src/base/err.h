/*
 * err.h - what went wrong, for programs (rc, code) and for people (sentence, hint, place).
 * enum rc says what a caller can do; the code says which mistake; tests match codes, never text.
 * Every kind of error is a row of a module's errors.def, in Chinese and in English:
 *     ERR(feel_unknown_name, RC_INPUT, "feel.unknown_name", "没有“{1}”", "there is no \"{1}\"",
 *         "最接近的是“{2}”", "the nearest is \"{2}\"")
 * {1}..{6} are filled with the texts given; a hint whose first hole is empty is left out.
 * struct err has a fixed size and never allocates; both languages are rendered when it is set, so
 * that a server can answer each reader in his own.
 */
#ifndef GUIJU_BASE_ERR_H
#define GUIJU_BASE_ERR_H

#include "base/str.h"

/* One value an outcome that a caller can act on; each is one HTTP status later. */
enum rc {
    RC_OK = 0,
    RC_INPUT,    /* what was given is wrong: mend it and try again */
    RC_DENIED,   /* no grant, or a gate is shut */
    RC_ABSENT,   /* there is no such thing */
    RC_CONFLICT, /* it changed meanwhile, or the key was used for something else */
    RC_LIMIT,    /* larger or deeper than allowed */
    RC_BUSY,     /* later, unchanged */
    RC_BROKEN,   /* the data on disk is not what it must be: stop writing */
    RC_SYSTEM    /* the operating system refused: disk full, no permission, no memory */
};

struct err_kind {
    enum rc rc;
    const char *code; /* "feel.unknown_name": stable */
    const char *zh;
    const char *en;
    const char *hint_zh; /* "" where there is none */
    const char *hint_en;
};

/* A place in a source text.  line and col count from 1, col in code points; line 0: no place. */
struct place {
    uint32_t file;  /* number given by diags_file(); 0: none */
    uint32_t line;
    uint32_t col;
    uint32_t off;   /* bytes from the start of the file or expression */
    uint32_t len;   /* bytes that the caret underlines; 0 counts as 1 character */
};

/* The place of bytes off..off+len of a text: counts the line and the column. */
struct place place_at(struct str text, uint32_t file, size_t off, size_t len);

enum { ERR_TEXT_MAX = 480, ERR_HINT_MAX = 320 };

struct err {
    const struct err_kind *kind; /* NULL: no error */
    struct place place;
    char zh[ERR_TEXT_MAX];
    char en[ERR_TEXT_MAX];
    char hint_zh[ERR_HINT_MAX];
    char hint_en[ERR_HINT_MAX];
};

void err_clear(struct err *e);
/* Fill *e and return the kind's rc.  e may be NULL.  Texts are cut at whole characters. */
enum rc err_set_n(struct err *e, const struct err_kind *kind, struct place place, size_t n,
                  const struct str *args);
#define err_set(e, kind, place, ...)                                                               \
    err_set_n((e), (kind), (place), sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str),      \
              (struct str[]){__VA_ARGS__})
#define err_set0(e, kind, place) err_set_n((e), (kind), (place), 0, NULL)
#define NO_PLACE ((struct place){0, 0, 0, 0, 0})
const char *err_code(const struct err *e); /* "" where there is none */
enum rc err_rc(const struct err *e);

/* Use in functions that hold nothing but arena memory. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        enum rc try_rc_ = (call);                                                                  \
        if (try_rc_ != RC_OK) return try_rc_;                                                      \
    } while (0)

/* Language of what is printed for people. */
enum lang { LANG_ZH = 0, LANG_EN = 1 };
enum lang lang_from_env(void); /* LC_ALL, LC_MESSAGES, LANG; anything but en* and C.. is Chinese; "C"/"POSIX" is English */

/* ---- many mistakes at once ---- */

enum severity { SEV_ERROR, SEV_WARN, SEV_NOTE };

struct diag {
    enum severity severity;
    struct err err;
    struct diag *next;
};

/* Collects mistakes with the texts they are in.  At most `max` are kept, all are counted. */
struct diags {
    struct arena *arena;
    struct diag *first, **last;
    struct diag_file *files;
    size_t files_count;
    size_t errors, warnings, notes;
    size_t max;
};

void diags_init(struct diags *d, struct arena *a, size_t max);
/* Announce a text; name and text must outlive d.  Returns its number from 1. */
uint32_t diags_file(struct diags *d, struct str name, struct str text);
struct str diags_file_name(const struct diags *d, uint32_t file);
struct str diags_file_text(const struct diags *d, uint32_t file);
void diags_add(struct diags *d, enum severity sev, const struct err *e);
void diags_put_n(struct diags *d, enum severity sev, const struct err_kind *kind, struct place place,
                 size_t n, const struct str *args);
#define diags_put(d, sev, kind, place, ...)                                                        \
    diags_put_n((d), (sev), (kind), (place), sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str), \
                (struct str[]){__VA_ARGS__})
void diags_sort(struct diags *d); /* by file, line, column; stable */
/* Print as people read it: place, severity, code, sentence, the line with a caret, the hint. */
void diags_print(const struct diags *d, enum lang lang, struct buf *out);
/* One JSON object a line, with byte offsets. */
void diags_print_json(const struct diags *d, struct buf *out);
/* A single error likewise; text is the source it is in, may be none. */
void err_print(const struct err *e, enum lang lang, struct str file_name, struct str text, struct buf *out);

/* Nearest of n names to a misspelt one (edit distance by code points, at most a third of its
 * length, at least 1); where none is, the name that it is a part of, or that is a part of it; or STR_NONE. */
struct str nearest_name(struct str wrong, size_t n, const struct str *names);

/* ---- tables of kinds ---- */
#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "base/errors.def"
#undef ERR

#endif
