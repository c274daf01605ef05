/* openapi.c - OpenAPI 3.1, made from the route table and the packs in force: what stands there cannot be forgotten here. */
#include "http/inner.h"

static const struct { const char *name, *text; } schemas[] = {
#define SCHEMA(name, text) {#name, text},
#include "http/schemas.def"
#undef SCHEMA
};

static const char *schema_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(schemas); i++)
        if (strcmp(schemas[i].name, name) == 0) return schemas[i].text;
    return NULL;
}

static void schema_ref(struct json_out *j, struct str name)
{
    struct buf b;
    buf_init(&b, 256);
    buf_lit(&b, "#/components/schemas/");
    buf_str(&b, name);
    json_object(j);
    put_text(j, "$ref", buf_view(&b));
    json_end_object(j);
    buf_fini(&b);
}

static void string_schema(struct json_out *j)
{
    put_key(j, "schema");
    json_object(j);
    put_text(j, "type", STR("string"));
    json_end_object(j);
}

static void parameter_put(struct json_out *j, struct str name, const char *in, bool required)
{
    json_object(j);
    put_text(j, "name", name);
    put_text(j, "in", str_c(in));
    put_flag(j, "required", required);
    string_schema(j);
    json_end_object(j);
}

static void parameters_put(struct json_out *j, const struct route *r)
{
    struct str path = str_c(r->path), query = str_c(r->query);
    put_key(j, "parameters");
    json_array(j);
    if ((r->flags & R_ROOT) == 0) parameter_put(j, STR("area"), "path", true);
    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] != '{') continue;
        size_t to = i;
        while (path.ptr[to] != '}') to++;
        parameter_put(j, str_sub(path, i + 1, to), "path", true);
    }
    for (size_t from = 0; from < query.len;) {
        size_t to = from;
        while (to < query.len && query.ptr[to] != ' ') to++;
        parameter_put(j, str_sub(query, from, to), "query", false);
        from = to + 1;
    }
    if (r->method == M_PATCH) parameter_put(j, STR("If-Match"), "header", false);
    json_end_array(j);
}

static void body_put(struct json_out *j, const struct route *r)
{
    bool file = (r->flags & R_FILE) != 0;
    if (r->body[0] == '\0') return;
    put_key(j, "requestBody");
    json_object(j);
    put_key(j, "content");
    json_object(j);
    put_key(j, file ? "application/octet-stream" : "application/json");
    json_object(j);
    put_key(j, "schema");
    if (file) {
        json_object(j);
        put_text(j, "type", STR("string"));
        json_end_object(j);
    } else {
        schema_ref(j, str_c(schema_find(r->body) != NULL ? r->body : "Object"));
    }
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
}

static void response_put(struct json_out *j, const char *status, const char *what, const char *type, struct str schema)
{
    put_key(j, status);
    json_object(j);
    put_text(j, "description", str_c(what));
    if (schema.len > 0) {
        put_key(j, "content");
        json_object(j);
        put_key(j, type);
        json_object(j);
        put_key(j, "schema");
        schema_ref(j, schema);
        json_end_object(j);
        json_end_object(j);
    }
    json_end_object(j);
}

static void operation_put(struct req *q, const struct route *r)
{
    struct json_out *j = &q->j;
    static const char *const names[M_COUNT] = {"get", "post", "patch", "put", "delete", "head"};
    put_key(j, names[r->method]);
    json_object(j);
    put_text(j, "operationId", str_c(r->id));
    put_text(j, "summary", str_c(q->lang == LANG_ZH ? r->zh : r->en));
    put_text(j, "x-guiju-asks", str_c(ask_name(r->ask, q->lang)));
    put_key(j, "security");
    json_array(j);
    if (r->ask != ASK_NOTHING) {
        static const char *const ways[] = {"cookie", "token"};
        for (size_t i = 0; i < 2; i++) {
            json_object(j);
            put_key(j, ways[i]);
            json_array(j);
            json_end_array(j);
            json_end_object(j);
        }
    }
    json_end_array(j);
    parameters_put(j, r);
    body_put(j, r);
    put_key(j, "responses");
    json_object(j);
    const char *answer = r->answer;
    size_t len = strlen(answer);
    struct str schema = answer[0] == '\0' ? STR("") : schema_find(answer) != NULL ? str_c(answer)
                        : len > 4 && strcmp(answer + len - 4, "List") == 0 ? STR("List") : STR("Object");
    response_put(j, "2XX", "OK", "application/json", schema);
    response_put(j, "4XX", "RFC 9457", "application/problem+json", STR("Problem"));
    json_end_object(j);
    json_end_object(j);
}

static void paths_put(struct req *q)
{
    put_key(&q->j, "paths");
    json_object(&q->j);
    for (size_t i = 0; i < routes_count; i++) {
        bool before = false;
        for (size_t k = 0; k < i && !before; k++) before = strcmp(routes[k].path, routes[i].path) == 0;
        if (before) continue;
        struct str path = str_c(routes[i].path);
        if ((routes[i].flags & R_ROOT) == 0) path = str_cat(&q->arena, STR("/api/v1/areas/{area}"), path);
        json_key_any(&q->j, path);
        json_object(&q->j);
        for (size_t k = i; k < routes_count; k++)
            if (strcmp(routes[k].path, routes[i].path) == 0) operation_put(q, &routes[k]);
        json_end_object(&q->j);
    }
    json_end_object(&q->j);
}

/* What a field's value looks like. */
static void field_schema(struct req *q, const struct pack_field *f)
{
    struct json_out *j = &q->j;
    if (f->type == FIELD_REF || f->type == FIELD_CHOICE || f->type == FIELD_FILE) {
        schema_ref(j, f->type == FIELD_REF ? STR("Ref") : f->type == FIELD_CHOICE ? STR("Choice") : STR("File_"));
        return;
    }
    json_object(j);
    put_key(j, "type");
    json_array(j);
    json_string(j, f->type == FIELD_BOOL ? STR("boolean") : STR("string"));
    json_string(j, STR("null"));
    json_end_array(j);
    if (f->type == FIELD_DATE) put_text(j, "format", STR("date"));
    put_text(j, "title", text2_in(&f->title, q->lang));
    if (f->derive != NULL) put_flag(j, "readOnly", true);
    json_end_object(j);
}

static void registers_put(struct req *q)
{
    for (uint32_t i = 0; i < q->view->set->registers_count; i++) {
        const struct pack_register *r = q->view->set->registers[i];
        if (!grant_may(q->grant, PACK_READ, r)) continue;
        json_key_any(&q->j, str_cat(&q->arena, STR("values_"), r->d.name));
        json_object(&q->j);
        put_text(&q->j, "type", STR("object"));
        put_text2(q, "title", &r->d.title);
        put_key(&q->j, "properties");
        json_object(&q->j);
        for (uint32_t k = 0; k < r->fields_count; k++) {
            json_key_any(&q->j, r->fields[k].name);
            field_schema(q, &r->fields[k]);
        }
        json_end_object(&q->j);
        json_end_object(&q->j);
    }
}

enum rc route_openapi(struct req *q, struct err *err)
{
    struct json_out *j = &q->j;
    (void)err;
    answer_json(q);
    json_object(j);
    put_text(j, "openapi", STR("3.1.0"));
    put_key(j, "info");
    json_object(j);
    put_text(j, "title", str_cat(&q->arena, q->lang == LANG_ZH ? STR("规矩：") : STR("Guiju: "), q->site->name));
    put_text(j, "version", STR("1"));
    put_key(j, "license");
    json_object(j);
    put_text(j, "name", STR("Apache-2.0"));
    put_text(j, "identifier", STR("Apache-2.0"));
    json_end_object(j);
    json_end_object(j);
    put_key(j, "servers");
    json_array(j);
    json_object(j);
    put_text(j, "url", STR("/"));
    json_end_object(j);
    json_end_array(j);
    paths_put(q);
    put_key(j, "components");
    json_object(j);
    put_key(j, "securitySchemes");
    json_object(j);
    put_key(j, "cookie");
    json_object(j);
    put_text(j, "type", STR("apiKey"));
    put_text(j, "in", STR("cookie"));
    put_text(j, "name", STR("guiju_session"));
    json_end_object(j);
    put_key(j, "token");
    json_object(j);
    put_text(j, "type", STR("http"));
    put_text(j, "scheme", STR("bearer"));
    json_end_object(j);
    json_end_object(j);
    put_key(j, "schemas");
    json_object(j);
    put_key(j, "Object");
    json_object(j);
    put_text(j, "type", STR("object"));
    json_end_object(j);
    for (size_t i = 0; i < ARRAY_LEN(schemas); i++) {
        put_key(j, schemas[i].name);
        json_raw(j, str_c(schemas[i].text));
    }
    registers_put(q);
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
    return RC_OK;
}
