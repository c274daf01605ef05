/* form_area.h - the area that the doors of forms share: people with a photograph, dated lines, kin, and a form over them. */
#ifndef GUIJU_FUZZ_FORM_AREA_H
#define GUIJU_FUZZ_FORM_AREA_H

#include "exchange/exchange.h"

static const char chapter[] =
    "# Fuzz\n\n```guiju\npack: fuzz\ntitle: 试\nversion: \"1\"\n```\n\n"
    "```guiju\nregister: person\ntitle: 人\ndisplay: 姓名\nfields:\n  code: {title: 编号, type: text(20), key: yes}\n  name: {title: 姓名, type: text(20), required: yes}\n"
    "  born: {title: 出生, type: month}\n  photo: {title: 照片, type: file}\n```\n\n"
    "```guiju\nregister: line\ntitle: 简历\ndisplay: 经历\nparent: person\nfields:\n  person: {title: 人, type: ref(person), required: yes, back: 简历}\n"
    "  from: {title: 起, type: month, required: yes}\n  until: {title: 止, type: month}\n  text: {title: 经历, type: text(60), required: yes}\n  within: {title: 其间, type: boolean}\n```\n\n"
    "```guiju\nregister: kin\ntitle: 亲属\ndisplay: 名字\nparent: person\nfields:\n  person: {title: 人, type: ref(person), required: yes, back: 亲属}\n"
    "  name: {title: 名字, type: text(20), required: yes}\n  source: {title: 原表, type: file}\n```\n\n"
    "```guiju\nform: f\ntitle: 表\nover: person\nformat: xml\nroot: Person\nextension: lrmx\nmatch: [[姓名, 出生]]\nkeep: 表.原表\n"
    "groups: {简历: {register: line, element: JianLi, lines: [起, 止, 经历, 其间]}, 亲属: {register: kin, element: Kin, item: Item}, 表: {register: kin}}\n"
    "elements: [{element: XingMing, field: 姓名, old: \"0\"}, {element: Born, field: 出生, as: month, old: \"1\"}, {element: Photo, field: 照片, as: photo}, "
    "{element: JianLi, group: 简历, field: 经历, old: \"2\"}, {element: Name, group: 亲属, field: 名字, old: \"3/\"}]\n```\n";

static struct { struct arena arena; struct store *store; struct journal *journal; struct records *records; struct pack_set *set; } f;

/* Without a transaction: each door begins its own. */
static void open_area(void)
{
    static const struct store_options so = {.mode = STORE_CREATE, .memory = true};
    static const struct journal_options jo = {.alg = HASH_SHA256};
    static struct pack_file file = {.name = STR_INIT("01.md")};
    file.text = str_of(chapter, sizeof chapter - 1);
    struct pack_source source = {.where = STR_INIT("fuzz"), .files = &file, .files_count = 1};
    struct pack_options po = {0};
    struct diags d;
    struct store_step *steps;
    arena_init(&f.arena, (size_t)256 << 20);
    diags_init(&d, &f.arena, 10);
    bool ok = pack_load(&f.arena, &source, 1, &po, &f.set, &d) == RC_OK && store_open(STR("fuzz"), &so, &f.store, NULL) == RC_OK && store_begin_write(f.store, NULL) == RC_OK &&
              journal_create(f.store, &jo, NULL) == RC_OK && records_shape(f.store, f.set, false, &f.arena, &steps, NULL) == RC_OK && store_commit(f.store, NULL) == RC_OK &&
              journal_open(f.store, &f.journal, NULL) == RC_OK && records_open(f.store, f.journal, f.set, &f.records, NULL) == RC_OK;
    MUST(ok);
}

#endif
