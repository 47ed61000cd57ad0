#define _DEFAULT_SOURCE 1
#include "http/pool.h"

#include "core/fail.h"
#include "http/handle.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The idle handles of one process. A child that was forked begins a new shelf and lets its parent's be: closing those
 * connections properly would end them for the parent too. */
typedef struct kf_shelf {
    pid_t pid;
    pthread_mutex_t lock;
    kf_handle *idle;
    int count;
} kf_shelf;

struct kf_pool {
    kf_connection_options options;
    _Atomic(kf_shelf *) shelf;
    atomic_int most_idle;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_ready;

static void start_curl(void)
{
    /* Never cleaned up: the program may use libcurl itself. */
    curl_ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

void kf_connection_options_free(kf_connection_options *options)
{
    if (options->client_key_password != NULL)
        explicit_bzero(options->client_key_password, strlen(options->client_key_password));
    if (options->proxy != NULL) /* may have a password in it */
        explicit_bzero(options->proxy, strlen(options->proxy));
    free(options->ca_file);
    free(options->ca_pem);
    free(options->client_cert_file);
    free(options->client_key_file);
    free(options->client_key_password);
    free(options->proxy);
    memset(options, 0, sizeof(*options));
}

static kf_shelf *shelf_new(void)
{
    kf_shelf *shelf = calloc(1, sizeof(*shelf));
    if (shelf == NULL)
        return NULL;
    shelf->pid = getpid();
    if (pthread_mutex_init(&shelf->lock, NULL) != 0) {
        free(shelf);
        return NULL;
    }
    return shelf;
}

static void handle_free(kf_handle *handle)
{
    if (handle == NULL)
        return;
    curl_easy_cleanup(handle->easy);
    if (handle->multi != NULL)
        curl_multi_cleanup(handle->multi);
    kf_buffer_wipe(&handle->lines);
    kf_buffer_free(&handle->scratch);
    kf_buffer_free(&handle->origin);
    free(handle->nodes);
    free(handle);
}

static void shelf_free(kf_shelf *shelf)
{
    while (shelf->idle != NULL) {
        kf_handle *next = shelf->idle->next;
        handle_free(shelf->idle);
        shelf->idle = next;
    }
    pthread_mutex_destroy(&shelf->lock);
    free(shelf);
}

kf_status kf_pool_new(kf_connection_options *options, kf_pool **pool, kf_error *error)
{
    *pool = NULL;
    pthread_once(&curl_once, start_curl);
    kf_pool *made = curl_ready == CURLE_OK ? calloc(1, sizeof(*made)) : NULL;
    kf_shelf *shelf = made != NULL ? shelf_new() : NULL;
    if (shelf == NULL) {
        kf_connection_options_free(options);
        free(made);
        if (curl_ready != CURLE_OK)
            return kf_fail(error, KF_ERROR_INTERNAL, "libcurl could not be set up: %s", curl_easy_strerror(curl_ready));
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    }
    made->options = *options;
    memset(options, 0, sizeof(*options));
    atomic_init(&made->shelf, shelf);
    atomic_init(&made->most_idle, made->options.max_idle_connections);
    *pool = made;
    return KF_OK;
}

void kf_pool_free(kf_pool *pool)
{
    if (pool == NULL)
        return;
    kf_shelf *shelf = atomic_load(&pool->shelf);
    if (shelf->pid == getpid())
        shelf_free(shelf);
    kf_connection_options_free(&pool->options);
    free(pool);
}

void kf_pool_reserve(kf_pool *pool, int count)
{
    int most = atomic_load(&pool->most_idle);
    while (count > most && !atomic_compare_exchange_weak(&pool->most_idle, &most, count))
        ;
}

/* The shelf of this process. */
static kf_shelf *current_shelf(kf_pool *pool)
{
    kf_shelf *shelf = atomic_load(&pool->shelf);
    if (shelf->pid == getpid())
        return shelf;
    kf_shelf *made = shelf_new();
    if (made == NULL)
        return NULL;
    if (atomic_compare_exchange_strong(&pool->shelf, &shelf, made))
        return made;
    shelf_free(made);
    return shelf;
}

static kf_handle *handle_new(const kf_connection_options *options)
{
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    kf_handle *handle = calloc(1, sizeof(*handle));
    if (handle == NULL)
        return NULL;
    handle->options = options;
    handle->signals = curl->version_num < 0x075700 || curl->ssl_version == NULL ||
                      strncmp(curl->ssl_version, "OpenSSL/", 8) != 0;
    handle->easy = curl_easy_init();
    handle->multi = curl_multi_init();
    if (handle->easy == NULL || handle->multi == NULL || !kf_handle_setup(handle)) {
        handle_free(handle);
        return NULL;
    }
    return handle;
}

kf_handle *kf_pool_take(kf_pool *pool)
{
    kf_shelf *shelf = current_shelf(pool);
    if (shelf == NULL)
        return NULL;
    pthread_mutex_lock(&shelf->lock);
    kf_handle *handle = shelf->idle;
    if (handle != NULL) {
        shelf->idle = handle->next;
        shelf->count--;
    }
    pthread_mutex_unlock(&shelf->lock);
    if (handle == NULL)
        handle = handle_new(&pool->options);
    if (handle != NULL)
        handle->shelf = shelf;
    return handle;
}

void kf_pool_give_back(kf_pool *pool, kf_handle *handle)
{
    kf_shelf *shelf = handle->shelf;
    pthread_mutex_lock(&shelf->lock);
    bool keep = shelf->count < atomic_load(&pool->most_idle);
    if (keep) {
        handle->next = shelf->idle;
        shelf->idle = handle;
        shelf->count++;
    }
    pthread_mutex_unlock(&shelf->lock);
    if (!keep)
        handle_free(handle);
}
