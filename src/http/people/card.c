/*
 * card.c - client certificates: where phones are banned a card with a certificate stands beside the password, or in its place.
 * TLS asks for one and proves that the caller has its key; here it is held against the authorities that the server was started with, its days, its
 * purpose, and the list of those that were taken back.  A header is taken for a certificate from the address of a proxy that was named for it, and from nowhere else (proxy.c).
 * A session that began with one lasts while the same one is shown with each request, and holds: what was found good is remembered for a minute, no longer than the list.
 */
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <sys/stat.h>

#include "http/inner.h"

enum { CHAIN_MAX = 8, CRL_MAX = 16 << 20, KNOWN = 64, KNOWN_S = 60 };

struct cards {
    pthread_mutex_t lock;
    gnutls_x509_trust_list_t trusted;
    char *ca, *crl_path;
    struct timespec crl_at;  /* of the file that was read last */
    off_t crl_size;
    bool crl_good;
    struct { struct hash print; int64_t until_us; } known[KNOWN];
};

static enum rc cards_read(struct cards *c, struct err *err)
{
    gnutls_x509_trust_list_t fresh;
    struct stat st;
    if (c->crl_path != NULL && stat(c->crl_path, &st) != 0) {
        c->crl_good = false;
        return err_set(err, &E_http_crl, NO_PLACE, str_c(c->crl_path));
    }
    if (c->trusted != NULL && (c->crl_path == NULL || (c->crl_good && st.st_mtim.tv_sec == c->crl_at.tv_sec && st.st_mtim.tv_nsec == c->crl_at.tv_nsec && st.st_size == c->crl_size))) return RC_OK;
    if (gnutls_x509_trust_list_init(&fresh, 0) < 0) return err_set0(err, &E_no_memory, NO_PLACE);
    gnutls_datum_t ca = {(unsigned char *)c->ca, (unsigned)strlen(c->ca)};
    bool good = gnutls_x509_trust_list_add_trust_mem(fresh, &ca, NULL, GNUTLS_X509_FMT_PEM, 0, 0) > 0;
    enum rc rc = good ? RC_OK : err_set(err, &E_http_tls, NO_PLACE, STR("--client-ca"));
    if (good && c->crl_path != NULL) {
        /* Lists that none of the authorities has signed are not lists. */
        c->crl_good = gnutls_x509_trust_list_add_trust_file(fresh, NULL, c->crl_path, GNUTLS_X509_FMT_PEM, GNUTLS_TL_VERIFY_CRL, 0) > 0;
        c->crl_at = st.st_mtim;
        c->crl_size = st.st_size;
        if (!c->crl_good) rc = err_set(err, &E_http_crl, NO_PLACE, str_c(c->crl_path));
    }
    if (rc != RC_OK) {
        gnutls_x509_trust_list_deinit(fresh, 1);
        return rc;
    }
    if (c->trusted != NULL) gnutls_x509_trust_list_deinit(c->trusted, 1);
    c->trusted = fresh;
    memset(c->known, 0, sizeof c->known);
    return RC_OK;
}

enum rc cards_open(struct http *h, char *ca, struct str crl, struct err *err)
{
    struct cards *c = calloc(1, sizeof *c);
    if (c == NULL) return err_set0(err, &E_no_memory, NO_PLACE);
    pthread_mutex_init(&c->lock, NULL);
    c->ca = ca;
    if (crl.len > 0) c->crl_path = (char *)(uintptr_t)str_cz(&h->arena, crl);
    h->cards = c;
    return cards_read(c, err);
}

void cards_close(struct http *h)
{
    struct cards *c = h->cards;
    if (c == NULL) return;
    if (c->trusted != NULL) gnutls_x509_trust_list_deinit(c->trusted, 1);
    pthread_mutex_destroy(&c->lock);
    free(c);
    h->cards = NULL;
}

/* Under the lock.  A list of revoked ones that is gone, or is past its day, lets nobody in. */
static bool holds(struct cards *c, const struct hash *print, gnutls_x509_crt_t *chain, unsigned n)
{
    gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT, .size = 0};
    unsigned status = ~0u;
    bool good = gnutls_x509_trust_list_verify_crt2(c->trusted, chain, n, &purpose, 1, 0, &status, NULL) >= 0 && status == 0;
    size_t at = print->b[0] % KNOWN;
    if (!good) return false;
    c->known[at].print = *print;
    c->known[at].until_us = clock_now_us() + (int64_t)KNOWN_S * 1000000;
    return true;
}

static bool known(const struct cards *c, const struct hash *print)
{
    size_t at = print->b[0] % KNOWN;
    return memcmp(&c->known[at].print, print, sizeof *print) == 0 && c->known[at].until_us > clock_now_us();
}

static bool good_one(struct cards *c, const gnutls_datum_t *der, unsigned n)
{
    struct hash print;
    struct hasher *h = hasher_make(HASH_SHA256);
    gnutls_x509_crt_t chain[CHAIN_MAX];
    unsigned made = 0;
    struct err none;
    if (h == NULL) return false;
    hash_of(h, &print, str_of((const char *)der[0].data, der[0].size), STR(""));
    hasher_free(&h);
    pthread_mutex_lock(&c->lock);
    bool good = cards_read(c, &none) == RC_OK, before = good && known(c, &print);
    pthread_mutex_unlock(&c->lock);
    if (!good || before) return good;
    for (; made < MIN(n, (unsigned)CHAIN_MAX); made++) {
        if (gnutls_x509_crt_init(&chain[made]) < 0) break;
        if (gnutls_x509_crt_import(chain[made], &der[made], GNUTLS_X509_FMT_DER) < 0) {
            gnutls_x509_crt_deinit(chain[made]);
            break;
        }
    }
    pthread_mutex_lock(&c->lock);
    good = made > 0 && holds(c, &print, chain, made);
    pthread_mutex_unlock(&c->lock);
    for (unsigned i = 0; i < made; i++) gnutls_x509_crt_deinit(chain[i]);
    return good;
}

bool cards_there(const struct http *h) { return h->cards != NULL; }

bool card_shown(struct req *q, struct str *print)
{
    *print = STR("");
    if (q->http->cards == NULL || q->conn == NULL) return false;
    const union MHD_ConnectionInfo *info = q->http->tls ? MHD_get_connection_info(q->conn, MHD_CONNECTION_INFO_GNUTLS_SESSION) : NULL;
    unsigned n = 0;
    struct str handed;
    gnutls_datum_t one = {NULL, 0};
    const gnutls_datum_t *der = info == NULL || info->tls_session == NULL ? NULL : gnutls_certificate_get_peers((gnutls_session_t)info->tls_session, &n);
    if (!q->http->tls && proxy_card(q, &handed)) {
        one = (gnutls_datum_t){(unsigned char *)(uintptr_t)handed.ptr, (unsigned)handed.len};
        der = &one;
        n = 1;
    }
    if (der == NULL || n == 0) return false;
    *print = area_file_hash(&q->arena, str_of((const char *)der[0].data, der[0].size));
    return good_one(q->http->cards, der, n);
}

enum rc card_still(struct req *q, struct err *err)
{
    const struct pack_register *r = pack_register_find(q->view->set, STR("account"));
    const struct pack_field *f = r == NULL ? NULL : pack_field_find(r, STR("certificate"));
    struct record rec;
    struct str print;
    if (f == NULL || !card_shown(q, &print)) return err_set0(err, &E_access_no_session, NO_PLACE);
    TRY(record_get(q->view->records, r, q->session.account, &q->arena, &rec, err));
    const struct sv *bound = &rec.values[f->column];
    return bound->kind == SV_TEXT && str_eq(bound->s, print) ? RC_OK : err_set0(err, &E_access_no_session, NO_PLACE);
}

/* What an administrator gives: the certificate itself (PEM), or its fingerprint, with or without colons. */
bool card_print_of(struct arena *a, struct str given, struct str *print)
{
    gnutls_x509_crt_t crt;
    given = str_trim(given);
    if (str_find(given, STR("-----BEGIN CERTIFICATE-----")) != SIZE_MAX) {
        gnutls_datum_t pem = {(unsigned char *)(uintptr_t)given.ptr, (unsigned)given.len}, der = {NULL, 0};
        if (given.len > 1 << 16 || gnutls_x509_crt_init(&crt) < 0) return false;
        bool good = gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM) >= 0 && gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der) >= 0;
        if (good) *print = area_file_hash(a, str_of((const char *)der.data, der.size));
        gnutls_free(der.data);
        gnutls_x509_crt_deinit(crt);
        return good;
    }
    char hex[64];
    size_t n = 0;
    for (size_t i = 0; i < given.len; i++) {
        char c = given.ptr[i];
        if (c == ':' || c == ' ') continue;
        if (c >= 'A' && c <= 'F') c = (char)(c - 'A' + 'a');
        if (n == 64 || !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
        hex[n++] = c;
    }
    if (n != 64) return false;
    *print = str_dup(a, str_of(hex, 64));
    return true;
}
