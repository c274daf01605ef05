/*
 * exchange.h - what departments send each other: spreadsheets, appointment forms, rosters, documents.
 *
 * Everything here stands on registers and packs: which form holds what is declared in packs, no form is known in C.  Nothing here writes
 * to an area by itself: readers make plans that go through the one door (area/), writers read one snapshot.
 * Foreign files are hostile until shown otherwise: packages have limits on entries, inflated size and ratio, XML on depth and count;
 * a DOCTYPE is refused, so there are no external entities; names in packages are never used as paths.
 * Memory: what readers give lives in the arena.  Threads: none is shared.
 */
#ifndef GUIJU_EXCHANGE_H
#define GUIJU_EXCHANGE_H

#include "area/area.h"

/* ---- who asks ----
 * What of an area is in sight, as the one who asks has told: what is out of sight is as if it were not there.  A NULL pointer to one is the operator,
 * who sees all.  host: FEEL over what is in sight, around the host that programs would else run on. */
struct exchange_sight {
    void *ctx;
    enum rc (*record)(void *ctx, const struct pack_register *r, uint64_t id, bool *yes, struct err *err);
    bool (*field)(void *ctx, const struct pack_register *r, uint64_t id, const struct pack_field *f); /* of a record in sight */
    void (*host)(void *ctx, const struct feel_host **host, void **host_ctx);
    void (*shown)(void *ctx, const struct pack_register *r, uint64_t id, enum pack_class class); /* a field of this class was put out; may be NULL */
    enum rc (*called)(void *ctx, const struct pack_register *r, uint64_t id, struct arena *a, struct str *out, struct err *err); /* a record, as far as its name is in sight; NULL: as it is called */
    enum rc (*step)(void *ctx, uint64_t done, uint64_t total, struct err *err); /* before each record is put out; what it refuses ends the work; may be NULL */
};

/* ---- what a package says ----
 * Names of its parts and the text in those of a known kind, a line a paragraph, to look for a word in; the caller gives the buffer back.  macros: it carries
 * programs.  RC_INPUT, RC_LIMIT exchange.zip*: broken, locked, a bomb; RC_LIMIT exchange.plain_large. */
enum package_kind { PACKAGE_ZIP, PACKAGE_DOCX, PACKAGE_XLSX, PACKAGE_PPTX, PACKAGE_OFD };
enum rc exchange_package_text(struct str what, struct str bytes, struct arena *a, enum package_kind *kind, bool *macros, struct buf *out, struct err *err) MUST_USE;

/* The same of a PDF and of an old Office file (.doc, .xls, .ppt, .wps, .et): each line that holds word is told, once or a few times, as UTF-8; it lives until fn returns.
 * RC_INPUT exchange.pdf_locked; RC_LIMIT exchange.plain_large: more than 96 MiB unpacked, or 200,000 objects. */
enum rc exchange_pdf_lines(struct str what, struct str bytes, struct str word, void (*fn)(void *ctx, struct str line), void *ctx, struct err *err) MUST_USE;
enum rc exchange_ole_lines(struct str what, struct str bytes, struct str word, void (*fn)(void *ctx, struct str line), void *ctx, struct err *err) MUST_USE;

/* ---- spreadsheets in ---- */

bool exchange_is_xlsx(struct str bytes);   /* by its first bytes and parts, not by its name */

/* A sheet as CSV for import_read(): the one whose headings fit the register best, from its row of headings on.  Dates of both epochs are
 * ISO, numbers are as typed (15 digits), merged headings stand in each of their columns, cells merged downwards repeat, formulas give
 * the value they were saved with.  RC_INPUT exchange.sheet_none; exchange.zip_*, exchange.xml_*. */
struct xlsx_line { uint32_t csv, row; };
struct xlsx_table {
    struct str csv;
    struct str sheet;             /* its name */
    const struct xlsx_line *lines;    /* records of the CSV, ascending */
    size_t lines_count;
    struct str warnings;          /* lines for people */
    struct spill *spill;          /* where the CSV lies, for import_read_spill(); NULL: in the arena */
};
/* The CSV goes into a file without a name in `folder` (where none can be made, and for what is small, into the arena), which is closed with the arena.
 * from: where bytes lie, or NULL. */
enum rc exchange_xlsx_read_spill(struct str bytes, const struct spill *from, struct str folder, const struct pack_register *r, struct arena *a, struct xlsx_table *out, struct err *err) MUST_USE;
enum rc exchange_xlsx_read(struct str bytes, const struct pack_register *r, struct arena *a, struct xlsx_table *out, struct err *err) MUST_USE;
/* The row of the sheet that a line of the CSV came from; the same number where t is NULL or empty. */
uint32_t exchange_xlsx_row(const struct xlsx_table *t, uint32_t csv_line);

/* ---- spreadsheets out ----
 * Rows go to the file as they come: memory does not grow with them.  Texts are never formulas. */

enum paper { PAPER_A4, PAPER_A3 };
struct sheet_column {
    struct str title;
    struct str group;             /* a heading above several neighbours that name the same; empty: none */
    uint32_t width;               /* characters (a Han one counts two); 0: by its kind */
    bool number, date, month;     /* of what values are; else text */
    uint32_t scale;               /* decimals of a number */
    const struct str *choices;    /* offered in each cell, or NULL */
    uint32_t choices_count;
    bool locked;                  /* where the sheet is protected */
};
struct sheet_options {
    struct str name;              /* of the sheet; empty: Sheet1 */
    struct str title, note;       /* lines above the headings; empty: none */
    enum paper paper;
    bool portrait;
    bool plain;                   /* for import: no lines above the headings, no borders */
    bool protect;                 /* locked columns cannot be changed, the others can */
    uint32_t blank_rows;          /* rows behind the last that also offer choices */
};
enum cell_kind { CELL_BLANK, CELL_TEXT, CELL_NUMBER, CELL_DATE, CELL_MONTH };
struct cell {
    enum cell_kind kind;
    struct str text;
    int64_t number;               /* scaled by 10^scale; a day_num for dates and months */
    uint32_t scale;
    bool strong;                  /* bold: subtotals */
};
enum { SHEET_ROWS_MAX = 1048576 - 8 };
struct sheet;
/* columns must live until sheet_close(). */
enum rc sheet_open(struct str path, const struct sheet_options *o, const struct sheet_column *columns, uint32_t n, struct sheet **out, struct err *err) MUST_USE;
enum rc sheet_row(struct sheet *s, const struct cell *cells, struct err *err) MUST_USE;
/* keep false: what was begun is thrown away.  *sp becomes NULL. */
enum rc sheet_close(struct sheet **sp, bool keep, struct err *err) MUST_USE;

/* A register as a spreadsheet that import reads back unchanged: the options as record_export()'s. */
enum rc exchange_xlsx_register(struct records *rs, const struct pack_register *r, const struct export_options *o, struct str path, uint64_t *rows, struct err *err) MUST_USE;

/* ---- forms as files (a `form` of format xml: .lrmx and its like) ----
 * What is read: the form's own XML, its older quoted text (.lrm, with the photograph as .pic beside it), zip files of them.
 * Nothing is mended silently: what a field cannot hold is told and stays in the file as it came, which is kept with the record; so what goes
 * out says all that came in, dates and dated lines in the strict form. */

struct form_note {                /* what is to be said of one element of one file */
    uint32_t file;                /* idx */
    struct str element, text;     /* text: what stands there, in part */
    enum severity severity;       /* SEV_ERROR: not taken; SEV_WARN: a person should look; SEV_NOTE: changed, kept */
    struct err err;
};
struct form_file {
    struct str name;              /* within a zip: ZIP/NAME */
    struct str called;            /* the record's display, once it is known */
    uint64_t id;                  /* of the record; 0: new, until it is written */
    bool usable, fresh, written;
    size_t changes;               /* items of the batch */
};
struct forms_in_options {
    const struct pack_form *form;
    day_num today;
    bool replace;                 /* rows of the register that the form lacks are closed */
    uint64_t actor, token;        /* in whose name it is written; 0: the operator */
    const struct exchange_sight *sight; /* whose forms may be taken: records in sight; NULL: all */
};
struct forms_in;
enum { FORMS_MAX = 20000, FORM_FILE_MAX = 24 << 20, FORM_NOTES_MAX = 20000 };
enum rc forms_in_open(const struct forms_in_options *o, struct arena *a, struct forms_in **out, struct err *err) MUST_USE;
/* A zip gives all forms in it.  What is no form is an error; a broken one among others is a file that is not usable.  bytes may go when it returns. */
enum rc forms_in_add(struct forms_in *in, struct str name, struct str bytes, struct err *err) MUST_USE;
/* A zip that is a file: read where it lies. */
enum rc forms_in_add_zip(struct forms_in *in, struct str name, struct str path, struct err *err) MUST_USE;
/* Whose form is each, and what would change: on a snapshot. */
enum rc forms_in_plan(struct forms_in *in, struct records *rs, struct err *err) MUST_USE;
/* The form's checks, run in a trial area in memory that holds these forms alone. */
enum rc forms_in_check(struct forms_in *in, const struct pack_set *set, struct err *err) MUST_USE;
/* Through the one door, all of a file or nothing of it.  A file that is refused gets a note; others go on. */
enum rc forms_in_apply(struct forms_in *in, struct area *area, uint64_t *first_seq, uint64_t *last_seq, struct err *err) MUST_USE;
/* Planned and written at once, for who needs no look in between: while some files are planned, those before them are written.  What stopped it in the middle is told by err;
 * what was written until then stays, and is told by the files. */
enum rc forms_in_run(struct forms_in *in, struct records *rs, struct area *area, uint64_t *first_seq, uint64_t *last_seq, struct err *err) MUST_USE;
/* A file that is not to be taken, though it could be. */
void forms_in_leave(struct forms_in *in, size_t file);
const struct form_file *forms_in_files(const struct forms_in *in, size_t *n);
const struct form_note *forms_in_notes(const struct forms_in *in, size_t *n);

/* ---- résumés against other records (a group's `rebuild`) ----
 * The dated lines as those records tell them, and where the two differ.  Nothing is mended. */
enum resume_kind { RESUME_DATES /* same begin, another end */, RESUME_TEXT /* same dates, other words */, RESUME_NO_LINE /* a record without a line */, RESUME_NO_RECORD /* a line without a record */ };
struct resume_note {
    enum resume_kind kind;
    struct str line, record;      /* as they are written; empty: none */
    uint64_t id;                  /* of the line's record; 0: none */
    day_num from, until;          /* as the other record tells it */
    bool open, within;
    struct str text;
};
struct resume { struct str written, rebuilt; const struct resume_note *notes; size_t notes_count; };
/* The group of the form that has a rebuild; NULL: none. */
const struct pack_form_group *exchange_resume_group(const struct pack_form *f);
/* By that group.  sight: lines and records out of sight are as if they were not there; NULL: all.  RC_ABSENT resume.none: the form has none. */
enum rc exchange_resume(struct records *rs, const struct pack_form *f, uint64_t id, day_num today, const struct exchange_sight *sight, struct arena *a, struct resume *out, struct err *err) MUST_USE;
/* The change that makes the line say what the record says: a line made, its end or its words set.  A line without a record is nobody's mistake to close:
 * *some is false.  of: whose résumé it is. */
enum rc exchange_resume_take(struct records *rs, const struct pack_form *f, uint64_t of, const struct resume_note *n, struct arena *a, struct batch_item *out, bool *some, struct err *err) MUST_USE;

/* ---- photographs in bulk ----
 * Each file is named as the person is told apart: by the key or a unique text of the form's register (number.jpg).  JPEG or PNG, at most 5 MiB; about 4:5 is
 * expected, another shape is told (width, height).  plan on a snapshot, apply through the one door; what is refused changes nothing. */
struct photo_in { struct str name, bytes, hash; uint64_t id; bool usable, same /* as the one that is there */, odd /* not about 4:5 */, written; uint32_t width, height; struct err err; };
struct photos { const struct pack_form *form; const struct pack_field *field; VEC(struct photo_in) list; };
enum { PHOTOS_MAX = 20000, PHOTO_MAX = 5 << 20 };
/* Which field of the form's register it goes to; NULL: the form has no photograph. */
const struct pack_field *exchange_photo_field(const struct pack_form *f);
/* The pictures of a zip, or the one file.  RC_INPUT photo.form where the form has no photograph. */
enum rc exchange_photos_add(struct photos *p, struct str name, struct str bytes, struct arena *a, struct err *err) MUST_USE;
enum rc exchange_photos_plan(struct photos *p, struct records *rs, const struct exchange_sight *sight, struct arena *a, struct err *err) MUST_USE;
enum rc exchange_photos_apply(struct photos *p, struct area *area, uint64_t actor, uint64_t token, struct arena *a, uint64_t *last_seq, struct err *err) MUST_USE;

/* ---- asking units: a spreadsheet each, answers merged, who has not answered ----
 * over: a register with a key; by: its ref to the unit; shown: printed in locked cells; asked: to be filled in.  Nothing is kept here of a question: who has
 * answered is told by what is filled in. */
struct unit_ask { const struct pack_register *over; const struct pack_field *by, **shown, **asked; size_t shown_count, asked_count; enum pack_class class; /* the highest */
                  const uint64_t *only; size_t only_count; /* these records alone, ascending; 0: all that have a unit */ };
struct ask_unit { uint64_t unit; struct str called, key; uint64_t rows, cells, blanks; /* cells that were asked for, and those of them that are empty */ };
/* by, shown, asked: names or titles with ; between.  RC_ABSENT ask.field with the nearest; RC_INPUT ask.key, ask.by. */
enum rc exchange_ask_make(const struct pack_register *over, struct str by, struct str shown, struct str asked, struct arena *a, struct unit_ask *out, struct err *err) MUST_USE;
enum rc exchange_ask_units(struct records *rs, const struct unit_ask *q, const struct exchange_sight *sight, struct arena *a, struct ask_unit **out, size_t *n, struct err *err) MUST_USE;
enum rc exchange_ask_write(struct records *rs, const struct unit_ask *q, const struct ask_unit *u, struct str note, const struct exchange_sight *sight, struct str path, uint64_t *rows,
                           struct err *err) MUST_USE;
/* What came back: a note for each cell that cannot be taken (row of the sheet, field); a blank says nothing; rows are of one unit; locked cells that were
 * changed are told and not taken.  apply: through the one door, if the records are as they were read; a row that is refused becomes a note. */
struct answer_note { uint32_t row; struct str field, text; struct err err; };
struct answer_row { uint32_t row, version, n; uint64_t id; const struct pack_field **fields; struct sv *values; uint32_t *from; };
struct answer { struct str name; const struct unit_ask *q; uint64_t unit; bool usable; size_t answered, written; VEC(struct answer_row) rows; VEC(struct answer_note) notes; };
enum rc exchange_answer_read(const struct unit_ask *q, struct records *rs, const struct exchange_sight *sight, struct str name, struct str bytes, struct arena *a, struct answer *x,
                             struct err *err) MUST_USE;
/* One spreadsheet, or a zip of them: what is no return at all is one with a note and without rows. */
struct answers { VEC(struct answer) list; };
enum rc exchange_answers_read(const struct unit_ask *q, struct records *rs, const struct exchange_sight *sight, struct str name, struct str bytes, struct arena *a, struct answers *out,
                              struct err *err) MUST_USE;
enum rc exchange_answer_apply(struct answer *x, struct area *area, uint64_t actor, uint64_t token, struct arena *a, struct err *err) MUST_USE;

/* Files into a zip, written whole or not at all. */
struct zip_part { struct str name, bytes; };
/* The files of a zip whose names end so (".xlsx"), as the limits on packages allow.  RC_INPUT exchange.zip_absent: none. */
enum rc exchange_zip_read(struct str what, struct str bytes, struct str ending, struct arena *a, struct zip_part **out, size_t *n, struct err *err) MUST_USE;
enum rc exchange_zip_write(struct str path, const struct zip_part *parts, size_t n, struct err *err) MUST_USE;

/* The form of a record as a file, its pictures as far as this grant sees their fields.  RC_ABSENT record.absent. */
enum rc exchange_form_write(const struct area_view *v, const struct grant *grant, const struct pack_form *f, uint64_t id, struct arena *a, struct str *out, struct err *err) MUST_USE;

/* ---- documents: a template that people edit in Word or WPS, filled in ----
 * {{姓名}} {{出生年月|yyyy.MM}} any expression over the record; a placeholder may be broken over runs by the editor.  {{照片|33x44}}: a picture, mm.
 * {{现任职务|fit40}}: smaller letters where it has more than 40.  {{#家庭成员}} in a row of a table repeats the row for each record of the list; on a line of
 * its own, up to {{/}}, what lies between.  {{?条件}} … {{/}} keeps what lies between or drops it.  What is missing is blank.
 * Behind the list, after bars: strokes, pinyin (by how each is called), all (lines of a case that have left it too), rows8 (of a row: eight in all, blank where nobody
 * is left, each lower where there are more, so that the table stays as high), else what must hold of each.
 * A form over cases (sheet): names are those of the procedure; {{#人选名单}} repeats for each line, where steps tell of that line.
 * RC_INPUT docx.expr: the placeholder, its paragraph, the nearest name. */
struct docx_options {
    day_num as_of;
    enum lang lang;
    const struct exchange_sight *sight;
    const struct grant *grant;   /* whose sight pictures are in; NULL: none are put in */
    struct str mark;             /* printed at the foot of each page, small; empty: none */
    struct str note;             /* the same among the file's properties, where nobody's paper is marked by it; empty: those of the template */
    const struct case_sheet *sheet; /* a form over cases: of this case; over, ids and n are not asked.  NULL: over records */
    struct str *tight;           /* where not NULL: placeholders whose text has no room even in the smallest letters, a line each */
};
enum rc exchange_docx(const struct area_view *v, struct str template_bytes, const struct pack_register *over, const uint64_t *ids, size_t n, const struct docx_options *o,
                      struct arena *a, struct str *out, struct err *err) MUST_USE;
/* A document as PDF, by LibreOffice where it is installed: at most two minutes.  RC_ABSENT pdf.absent, RC_SYSTEM pdf.failed. */
bool exchange_pdf_there(void);
enum rc exchange_pdf(struct str docx, struct arena *a, struct str *out, struct err *err) MUST_USE;
/* What a paper of a case is drafted from: the case itself, or the records of it that the form is over.  Sight is the caller's to ask: classes are those of the case's
 * own values, and ids are all that the case holds.  step, given: as in case_paper_step() and case_sheet(), whose refusals these are. */
struct case_paper {
    struct str step;
    enum pack_paper_of of;
    struct case_sheet sheet;
    uint64_t *ids;               /* of f->over; PAPER_OF_CASE: none */
    size_t n;
};
enum rc exchange_case_paper(struct records *rs, const struct pack_form *f, uint64_t id, struct str step, const struct case_close *given, unsigned classes, day_num today,
                            struct arena *a, struct case_paper *out, struct err *err) MUST_USE;
/* Every placeholder of every template of the packs, looked at over what its form is of: mistakes go to d at the form's place.  RC_INPUT if there was one. */
enum rc exchange_forms_check(const struct pack_set *set, struct diags *d) MUST_USE;
/* The bytes of a declared form's template.  RC_ABSENT. */
enum rc exchange_template(const struct pack_set *set, const struct pack_form *f, struct str *out, struct err *err) MUST_USE;

/* ---- rosters: declared by packs (`roster`) or made by users ---- */

/* A roster from words: columns "姓名; 出生=出生年月|yyyy.MM; full years(出生年月, today())", conditions and order in FEEL over the register's
 * records.  Mistakes are told with their place in the text.  What may not be listed (use, class) is refused here as in packs. */
struct roster_words { struct str title, columns, where, order, group; bool a3, portrait; };
enum rc exchange_roster_make(const struct pack_set *set, const struct pack_register *over, const struct roster_words *w, struct arena *a, struct pack_roster *out, struct err *err) MUST_USE;

enum list_row { LIST_DATA, LIST_GROUP, LIST_SUBTOTAL, LIST_TOTAL };
struct list_options {
    day_num as_of;               /* today() of every computed column; printed */
    enum lang lang;
    bool unmasked;               /* restricted values whole; else only their ends */
    struct str mark;             /* printed on each page: who took it out, and when */
    struct area_view *view;      /* where there is one: the roster that the area keeps is used */
    const struct exchange_sight *sight;
    const uint64_t *only;        /* these records, ascending; NULL: all */
    size_t only_count;
};
/* Rows as they come: columns begins with the running number.  Subtotals behind each group, a total behind all. */
struct list_sink {
    void *ctx;
    enum rc (*begin)(void *ctx, const struct sheet_column *columns, uint32_t n, struct err *err);
    enum rc (*row)(void *ctx, enum list_row kind, const struct cell *cells, struct err *err);
};
/* How many records it has, without writing: the guard asks before. */
enum rc exchange_roster_count(struct records *rs, const struct pack_roster *p, const struct list_options *o, uint64_t *rows, struct err *err) MUST_USE;
/* Whom it has, in its order: what a document of the same people is filled with (a form's `roster`). */
enum rc exchange_roster_ids(struct records *rs, const struct pack_roster *p, const struct list_options *o, struct arena *a, uint64_t **ids, size_t *n, struct err *err) MUST_USE;
enum rc exchange_roster_run(struct records *rs, const struct pack_roster *p, const struct list_options *o, const struct list_sink *sink, uint64_t *rows, struct err *err) MUST_USE;
/* To a file: xlsx or docx by its ending (a docx of at most 20,000 rows), else CSV.  To a buffer: a table for people. */
enum rc exchange_roster_file(struct records *rs, const struct pack_roster *p, const struct list_options *o, struct str path, uint64_t *rows, struct err *err) MUST_USE;
enum rc exchange_roster_text(struct records *rs, const struct pack_roster *p, const struct list_options *o, struct buf *out, uint64_t *rows, struct err *err) MUST_USE;

/* ---- statistics: declared cross-tabs (`report`) ---- */
struct stats_cell { uint64_t count; bool hidden; }; /* hidden: a small group, or one that would betray it */
struct stats {
    const struct pack_report *report;
    const struct stats_cell *cells;  /* by row * columns + column */
    uint64_t all;                    /* records counted */
    size_t undetermined;             /* conditions that nobody could answer: not counted */
    struct str mistakes;             /* lines: parts that do not make their whole */
    day_num as_of;
    enum lang lang;                  /* of the file's words: the caller's to set */
    struct str mark;                 /* behind the day in the file: who took it out; empty: none */
};
/* guarded: small groups (below the packs' min-group) are hidden, and others where a difference would show them. */
enum rc exchange_stats(struct records *rs, const struct pack_report *p, day_num as_of, bool guarded, struct arena *a, struct stats *out, struct err *err) MUST_USE;
/* The same, asking s->step on the way where there is one (who is counted is not asked of it: a table counts all). */
enum rc exchange_stats_on(struct records *rs, const struct pack_report *p, day_num as_of, bool guarded, const struct exchange_sight *s, struct arena *a, struct stats *out, struct err *err) MUST_USE;
/* Cells that should equal one of another table and do not (the report's `agrees`): a line each; those tables are counted too.  What is hidden in either is
 * passed over.  s: as exchange_stats() made it. */
enum rc exchange_stats_ties(struct records *rs, const struct stats *s, struct arena *a, struct str *mistakes, struct err *err) MUST_USE;
/* The records that a cell counts, ascending by id: sight tells which of them the asker may see, and *n_all how many there are.  A cell that is hidden
 * from the asker must not be opened either: the caller asks that.  RC_INPUT stats.cell. */
enum rc exchange_stats_records(struct records *rs, const struct pack_report *p, day_num as_of, uint32_t row, uint32_t column, const struct exchange_sight *sight,
                               struct arena *a, uint64_t **ids, size_t *n, uint64_t *n_all, struct err *err) MUST_USE;
/* A table as canonical JSON, to be kept for good (frozen by year): with the titles as they were then; what is hidden is null. */
enum rc exchange_stats_freeze(const struct stats *s, struct arena *a, struct str *json, struct err *err) MUST_USE;
/* That table as what is to be written: a record of the packs' frozen_report and its file, for VERB_BATCH; a year's table is frozen once (unique).
 * RC_ABSENT area.no_register where the packs keep none. */
struct stats_kept { struct batch_item item; struct batch_file file; uint64_t id; struct args_batch args; };
enum rc exchange_stats_keep(const struct stats *s, const struct pack_set *set, struct arena *a, struct stats_kept *out, struct err *err) MUST_USE;
void exchange_stats_text(const struct stats *s, enum lang lang, struct buf *out);
enum rc exchange_stats_file(const struct stats *s, struct str path, struct err *err) MUST_USE; /* xlsx */

/* ---- comparing a spreadsheet with a register ---- */
enum compare_kind { COMPARE_SAME, COMPARE_ADDED /* in the file alone */, COMPARE_GONE /* in the register alone */, COMPARE_CHANGED, COMPARE_SEVERAL /* more than one fits */ };
struct compare_line {
    enum compare_kind kind;
    uint32_t row;                /* of the sheet; 0: none */
    uint32_t was_row;            /* of two sheets: of the first; 0: none */
    uint64_t id;                 /* 0: none */
    struct str called, by;       /* by: the fields that it was matched by */
    const struct pack_field *field;  /* COMPARE_CHANGED: one line a field */
    struct str was, now;         /* register, file; of two sheets: first, second */
    struct str title;            /* of two sheets: the heading; then field may be NULL */
    const struct str *cells;     /* COMPARE_ADDED: what its row says, by the result's fields */
};
struct compare_result {
    const struct compare_line *lines;
    size_t lines_count;
    uint64_t count[5];           /* of persons, by kind */
    struct str sheet, warnings;
    const struct pack_field *const *fields; /* of the sheet's columns; NULL: of none */
    size_t fields_count;
};
/* Matched by the key, by each unique field, then by the register's other identity (by: lists of fields; NULL: none).  Only fields that the file has. */
enum rc exchange_compare(struct records *rs, const struct pack_register *r, struct str bytes, const struct pack_field ***by, struct arena *a, struct compare_result *out, struct err *err) MUST_USE;
/* The same with what one person sees of the register (sight; NULL: all).  from: where bytes lie, or NULL. */
enum rc exchange_compare_seen(struct records *rs, const struct pack_register *r, struct str bytes, const struct spill *from, const struct pack_field ***by,
                              const struct exchange_sight *sight, struct arena *a, struct compare_result *out, struct err *err) MUST_USE;

/* A sheet against another: added and gone are of the second.  The register says how rows are told apart and what is the same (a date in another way of writing);
 * nothing of its records is looked at.  Columns are those that both have, fields or not.  RC_INPUT compare.identity: nothing that both have tells rows apart. */
struct compare_sheet { struct str bytes; const struct spill *from; /* where they lie, or NULL */ };
enum rc exchange_compare_sheets(struct records *rs, const struct pack_register *r, struct compare_sheet first, struct compare_sheet second, const struct pack_field ***by,
                                struct arena *a, struct compare_result *out, struct err *err) MUST_USE;

#define ERR(id, rc, code, zh, en, hint_zh, hint_en) extern const struct err_kind E_##id;
#include "exchange/errors.def"
#undef ERR

#endif
