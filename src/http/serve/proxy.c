/*
 * proxy.c - a proxy that speaks TLS for us, and what it may say of a client.
 * Its headers count on a connection that comes from one of its addresses, and from nowhere else: anybody can write a header.  Where addresses are named, X-Forwarded-For and
 * X-Forwarded-Proto of others are passed over too.  The certificate in the header is held against the authorities, days and lists here as if TLS had brought it (card.c); that
 * the client has its key, the proxy must have seen to.
 */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>

#include "http/inner.h"

enum { PROXIES_MAX = 16, CARD_MAX = 16 << 10 };

struct proxies { size_t n; struct in6_addr at[PROXIES_MAX]; };

/* IPv4 as IPv6 has it. */
static struct in6_addr mapped(struct in_addr four)
{
    struct in6_addr six = {0};
    six.s6_addr[10] = six.s6_addr[11] = 0xff;
    memcpy(&six.s6_addr[12], &four, 4);
    return six;
}

static bool address_parse(struct str text, struct in6_addr *out)
{
    char name[64];
    struct in_addr four;
    if (text.len == 0 || text.len >= sizeof name) return false;
    memcpy(name, text.ptr, text.len);
    name[text.len] = '\0';
    if (inet_pton(AF_INET, name, &four) == 1) {
        *out = mapped(four);
        return true;
    }
    return inet_pton(AF_INET6, name, out) == 1;
}

static bool name_ok(struct str s)
{
    bool ok = s.len > 0 && s.len <= 64;
    for (size_t i = 0; ok && i < s.len; i++) ok = (s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') || (s.ptr[i] >= '0' && s.ptr[i] <= '9') || s.ptr[i] == '-';
    return ok;
}

enum rc proxy_open(struct http *h, struct err *err)
{
    const struct http_options *o = &h->o;
    struct str all = o->proxy_from;
    if (o->client_cert_header.len > 0 && (!o->behind_proxy || h->tls || all.len == 0 || o->client_ca_file.len == 0 || !name_ok(o->client_cert_header)))
        return err_set(err, &E_http_config, NO_PLACE, STR("client-cert-header"), STR("请求头的名称，要和 --behind-proxy、--proxy-from（代理的地址）、--client-ca 一起给，不和 --cert 一起"),
                       STR("the name of a header, given with --behind-proxy, --proxy-from (the proxy's address) and --client-ca, without --cert"));
    if (all.len == 0) return RC_OK;
    if (!o->behind_proxy) return err_set(err, &E_http_config, NO_PLACE, STR("proxy-from"), STR("要和 --behind-proxy 一起给"), STR("it goes with --behind-proxy"));
    h->proxies = calloc(1, sizeof *h->proxies);
    if (h->proxies == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    for (size_t from = 0; from < all.len;) {
        size_t to = from;
        while (to < all.len && all.ptr[to] != ' ' && all.ptr[to] != ',') to++;
        struct str one = str_sub(all, from, to);
        from = to + 1;
        if (one.len == 0) continue;
        if (h->proxies->n == PROXIES_MAX || !address_parse(one, &h->proxies->at[h->proxies->n]))
            return err_set(err, &E_http_config, NO_PLACE, STR("proxy-from"), STR("IP 地址，用空格隔开，至多 16 个"), STR("IP addresses with blanks between, at most 16"));
        h->proxies->n++;
    }
    return RC_OK;
}

bool from_proxy(struct req *q)
{
    const struct proxies *p = q->http->proxies;
    if (!q->http->o.behind_proxy || q->conn == NULL) return false;
    if (p == NULL) return true;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(q->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct in6_addr at;
    if (info == NULL || info->client_addr == NULL) return false;
    if (info->client_addr->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, info->client_addr, sizeof in);
        at = mapped(in.sin_addr);
    } else if (info->client_addr->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, info->client_addr, sizeof in6);
        at = in6.sin6_addr;
    } else {
        return false;
    }
    for (size_t i = 0; i < p->n; i++)
        if (memcmp(&at, &p->at[i], sizeof at) == 0) return true;
    return false;
}

/* Of two headers of one name a careless proxy may have added but the second: neither counts. */
struct looking { const char *name; struct str value; size_t n; };

static enum MHD_Result look(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct looking *l = ctx;
    (void)kind;
    if (strcasecmp(key, l->name) != 0) return MHD_YES;
    l->value = value == NULL ? STR("") : str_c(value);
    l->n++;
    return MHD_YES;
}

static bool decode(struct req *q, gnutls_datum_t text, bool pem, struct str *der)
{
    gnutls_datum_t out = {NULL, 0};
    bool good = (pem ? gnutls_pem_base64_decode2("CERTIFICATE", &text, &out) : gnutls_base64_decode2(&text, &out)) >= 0 && out.size > 0 && out.size <= CARD_MAX;
    if (good) *der = str_dup(&q->arena, str_of((const char *)out.data, out.size));
    gnutls_free(out.data);
    return good;
}

bool proxy_card(struct req *q, struct str *der)
{
    struct str name = q->http->o.client_cert_header;
    if (name.len == 0 || q->http->proxies == NULL || !from_proxy(q)) return false;
    struct looking l = {.name = str_cz(&q->arena, name)};
    (void)MHD_get_connection_values(q->conn, MHD_HEADER_KIND, look, &l);
    bool ok = true;
    if (l.n != 1 || l.value.len == 0 || l.value.len > CARD_MAX) return false;
    struct str text = l.value;
    bool pem = str_starts(text, STR("-----BEGIN"));
    if (pem) { /* "%0A" for each end of a line; a plus is a plus */
        char *p = arena_alloc(&q->arena, text.len + 1);
        size_t n = 0;
        for (size_t i = 0; i < text.len; i++) {
            bool end = text.ptr[i] == '%' && i + 2 < text.len && text.ptr[i + 1] == '0' && (text.ptr[i + 2] == 'A' || text.ptr[i + 2] == 'a' || text.ptr[i + 2] == 'D' || text.ptr[i + 2] == 'd');
            bool escape = !end && text.ptr[i] == '%';
            if (end) p[n++] = '\n';
            if (end) i += 2;
            if (escape) { /* %20 %2B %2F %3D */
                struct str one = percent_decode(&q->arena, str_sub(text, i, MIN(i + 3, text.len)), false, &ok);
                if (!ok || one.len != 1) return false;
                p[n++] = one.ptr[0];
                i += 2;
            }
            if (!end && !escape) p[n++] = text.ptr[i];
        }
        text = str_of(p, n);
    }
    gnutls_datum_t d = {(unsigned char *)(uintptr_t)text.ptr, (unsigned)text.len};
    return decode(q, d, pem, der);
}
