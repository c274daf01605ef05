/* inner.h - what the commands share.  Only cli/ exits the process, prints, and reads files for people. */
#ifndef GUIJU_CLI_INNER_H
#define GUIJU_CLI_INNER_H

#include "area/area.h"

/* Exit statuses, the same for every command; --help prints them. */
enum { EXIT_DONE = 0, EXIT_FOUND = 1, EXIT_USAGE = 2, EXIT_REFUSED = 3, EXIT_BROKEN = 4, EXIT_SYSTEM = 5 };

enum { ARGS_MAX = 256 };

struct option_use {
    const char *name; /* without dashes */
    bool wants_value;
};

/* One command line, sorted out: words and options.  Unknown options are refused with the nearest name. */
struct cli {
    enum lang lang;
    struct arena arena;
    const struct command_kind *command;
    struct str words[ARGS_MAX];
    size_t words_count;
    struct {
        struct str name, value;
    } options[512];
    size_t options_count;
};

struct command_kind {
    const char *name;                  /* "pack check" */
    int (*run)(struct cli *c);
    const char *options;               /* "json today= rule=": a = behind those that want a value */
    size_t words_min, words_max;
    const char *usage;
    const char *zh, *en;
};

bool cli_flag(const struct cli *c, const char *name);
bool cli_option(const struct cli *c, const char *name, struct str *out);
/* In the reader's language. */
const char *say(const struct cli *c, const char *zh, const char *en) __attribute__((format_arg(2))) __attribute__((format_arg(3)));

/* Print an error to stderr and give the exit status that its rc stands for. */
int fail(const struct cli *c, const struct err *err);
int usage(const struct cli *c, const char *zh, const char *en);
void print_buf(struct buf *b); /* to stdout, and clear */
int print_diags(const struct cli *c, struct diags *d, bool json);

enum rc read_file(struct arena *a, struct str path, size_t max, struct str *out, struct err *err);
/* The same of what may be large (cmd_file.c): its bytes then lie in *out, a file without a name beside the area, which is closed with the command's arena; else *out is as it was. */
enum rc read_large(struct cli *c, struct str path, struct spill **out, struct str *text, struct err *err);
bool day_option(struct cli *c, const char *name, day_num *out, int *status);

/* An area opened for one command, with a snapshot. */
struct session {
    struct area *area;
    struct area_view view;
    bool open;
};
int session_open(struct cli *c, struct session *s, bool write);
int session_open_on(struct cli *c, struct session *s, day_num today); /* for writing, as of a day */
int session_close(struct session *s, int status);
int find_register(struct cli *c, const struct pack_set *set, struct str name, const struct pack_register **out);
int find_rule(struct cli *c, const struct pack_set *set, struct str name, const struct pack_rule **out);
int read_packs(struct cli *c, const struct str *folders, size_t n, struct pack_source **out, size_t *count);
/* --profile: chapters that ask for more are left out, and told; *o installs no other. */
int leave_out(struct cli *c, struct pack_source *packs, size_t n, struct area_options *o);
struct area_options area_options_of(struct cli *c);

int case_id(struct cli *c, uint64_t *id);                       /* cmd_case.c: the second word */
enum rc write_document(struct cli *c, struct str path, struct str docx, struct err *err) MUST_USE; /* cmd_form.c: as it is, or as PDF by the path's ending */
/* cmd_case_paper.c: a file as the pages take it, its bytes kept; text: as a field names it.  cmd_case.c: an act, then the session is closed. */
int file_bring(struct cli *c, struct session *s, uint64_t actor, struct str path, struct str *text);
int case_act_submit(struct cli *c, struct session *s, enum verb verb, struct args_case *g);
int case_act_open(struct cli *c, struct session *s);
/* cmd_case_take.c: --opinion, --chair; --taken */
int opinions_take(struct cli *c, struct case_close *g);
int taken_take(struct cli *c, struct case_opening *g);
/* cmd_case.c: --as LOGIN, who acts; without it the operator (0). */
int actor_take(struct cli *c, struct session *s, uint64_t *account);

/* sight.c: what an account sees, for documents in its name.  denied: something out of sight was asked for. */
struct cli_sight;
struct exchange_sight;
enum rc cli_sight_open(struct cli *c, struct session *s, uint64_t account, enum pack_verb verb, struct cli_sight **out, struct err *err) MUST_USE;
void cli_sight_close(struct cli_sight *s);                       /* s may be NULL */
const struct exchange_sight *cli_sight_of(const struct cli_sight *s);
const struct grant *cli_sight_grant(const struct cli_sight *s);
bool cli_sight_denied(const struct cli_sight *s);
/* RC_ABSENT http.absent: the case, one of the records is out of sight; RC_DENIED http.denied: no right to print. */
enum rc cli_sight_case(const struct cli_sight *s, uint64_t id, unsigned *classes, struct err *err) MUST_USE;
enum rc cli_sight_records(const struct cli_sight *s, const struct pack_form *f, const uint64_t *ids, size_t n, struct err *err) MUST_USE;

/* cmd_ballot.c: who stands, for how many places, in which round; entitled and present. */
int ballot_opening_take(struct cli *c, struct ballot_opening *g);
int ballot_present_take(struct cli *c, struct args_ballot *g);

/* cmd_form.c: records as forms in files (lrmx and its like), both ways. */
bool is_form_import(const struct cli *c);
int import_forms(struct cli *c);
int export_forms(struct cli *c);
/* What leaves with personal data: from 50 records on a reason and a second person, entered in the book.  mark: what the print shows. */
struct pack_roster;
int export_guard(struct cli *c, struct session *s, const struct pack_roster *p, uint64_t rows, day_num today, struct str *mark);

/* A table for people: columns aligned by display width. */
struct table {
    struct arena *arena;
    size_t columns;
    VEC(struct str) cells;
    uint32_t right; /* bit a column: align right */
};
void table_init(struct table *t, struct arena *a, size_t columns);
void table_put(struct table *t, struct str cell);
void table_print(const struct table *t, const char *indent, size_t width_max, struct buf *out);

struct str time_text(struct arena *a, int64_t us);
struct str day_text(struct arena *a, int64_t day); /* "" for ENTRY_NO_DAY */
const char *severity_word(enum pack_severity s, enum lang lang);

#define COMMAND(name, run, options, min, max, usage, zh, en) int run(struct cli *c);
#include "cli/commands.def"
#undef COMMAND

#endif
