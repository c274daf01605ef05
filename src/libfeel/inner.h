/* inner.h - what the files of libfeel/ share. */
#ifndef GUIJU_LIBFEEL_INNER_H
#define GUIJU_LIBFEEL_INNER_H

#include "feel/feel.h"
#include "libfeel/libfeel.h"

enum { NAMES_MAX = 4096, NAME_BYTES = 256, ERRORS_KEPT = 100 };
enum { EXPR_BYTES_MAX = 1 << 28, VALUES_BYTES_USUAL = 1 << 28, VALUES_BYTES_LEAST = 1 << 16 };

/* Whoever was made with names holds on to them: the last one lets go of the memory. */
struct feel_names {
    uint32_t magic;
    _Atomic uint32_t holders;
    struct arena a;
    struct feel_scope scope;
    struct map numbers;        /* name as given, and in normal form -> number + 1 */
    uint32_t count;
};
struct feel_names *names_hold(const struct feel_names *n);
#define NAMES_MAGIC 0x4e414d45u

struct feel_expr {
    uint32_t magic;
    struct arena a;
    struct feel_names *names;
    const struct feel_program *program;
    const struct feel_type *input;   /* of unary tests; else NULL */
    const char *type[2];
    bool *reads;                     /* by number, the input last */
};
#define EXPR_MAGIC 0x45585052u

extern const struct err_kind E_libfeel_name, E_libfeel_twice, E_libfeel_many, E_libfeel_json_object, E_libfeel_json_long, E_libfeel_type,
    E_libfeel_number, E_libfeel_date, E_libfeel_zone, E_libfeel_names;

/* An error of the house as one of the library.  out may be NULL. */
enum feel_status error_out(const struct err *e, bool warning, struct feel_error *out);
#define wrong(out, kind, ...) wrong_n((out), (kind), sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str), (struct str[]){__VA_ARGS__})
enum feel_status wrong_n(struct feel_error *out, const struct err_kind *kind, size_t n, const struct str *args);
struct str type_name(struct arena *a, const struct feel_type *t, enum lang lang);

#endif
