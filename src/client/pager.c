#define _DEFAULT_SOURCE 1
#include "kuflow/pager.h"

#include "client/copy.h"
#include "client/page.h"
#include "core/fail.h"
#include "kuflow/client.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct kf_pager {
    kf_client *client;
    const kf_operation *operation;
    kf_page_layout layout;
    kf_arena *arena; /* of the parameters */
    void *path;
    void *parameters;

    void *page; /* NULL before the first */
    size_t index;
    size_t count;
    int64_t position; /* of the page */
    int64_t next; /* of the one after it */
    bool ended; /* there is none after it */

    /* The page that is fetched in the background. Its thread alone uses the parameters and `fetched…` until joined. */
    bool prefetch;
    bool running;
    pthread_t thread;
    kf_cancel *cancel;
    kf_client *scope;
    void *fetched;
    kf_status fetched_status;
    kf_error fetched_error;
};

static kf_status copy_parameters(kf_pager *pager, const void *path, const void *parameters, kf_error *error)
{
    const kf_operation *operation = pager->operation;
    pager->arena = kf_arena_new(0, 512);
    if (pager->arena == NULL)
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    kf_status status = kf_copy_struct(pager->arena, operation->parameters, parameters, &pager->parameters, error);
    if (status == KF_OK && operation->path_parameters != NULL && path != NULL)
        status = kf_copy_struct(pager->arena, operation->path_parameters, path, &pager->path, error);
    return status;
}

/* Where the iteration begins, and what is sent although the caller did not name it. */
static void begin(kf_pager *pager)
{
    const kf_page_layout *layout = &pager->layout;
    const kf_pagination *pagination = layout->pagination;
    int64_t first = pagination->style == KF_PAGE_NUMBER ? pagination->first : 0;
    pager->position = pager->next = kf_page_parameter(layout->position, pager->parameters, first);
    if (pagination->size_sent == 0 || layout->size == NULL)
        return;
    kf_page_set_parameter(layout->position, pager->parameters, pager->position);
    if (kf_page_parameter(layout->size, pager->parameters, INT64_MIN) == INT64_MIN)
        kf_page_set_parameter(layout->size, pager->parameters, pagination->size_sent);
}

kf_pager *kf_pager_new(struct kf_client *client, const kf_operation *operation, const void *path,
                       const void *parameters, kf_error *error)
{
    kf_error_clear(error);
    if (client == NULL || operation == NULL) {
        kf_fail(error, KF_ERROR_ARGUMENT, "client or operation is NULL");
        return NULL;
    }
    kf_pager *pager = calloc(1, sizeof(*pager));
    if (pager == NULL) {
        kf_fail(error, KF_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    pager->client = client;
    pager->operation = operation;
    kf_status status = kf_page_layout_find(operation, &pager->layout, error);
    if (status == KF_OK)
        status = copy_parameters(pager, path, parameters, error);
    if (status != KF_OK) {
        kf_pager_free(pager);
        return NULL;
    }
    begin(pager);
    return pager;
}

static kf_status fetch(kf_pager *pager, kf_client *client, void **page, kf_error *error)
{
    kf_status status = kf_call(client, pager->operation, pager->path, pager->parameters, NULL, page, error);
    if (status == KF_OK && *page == NULL)
        status = kf_fail(error, KF_ERROR_TRANSPORT, "the answer came without the page");
    return status;
}

/* Sets the position for the next page. The first one keeps what the caller gave, or nothing. */
static kf_status aim(kf_pager *pager, kf_error *error)
{
    if (pager->page != NULL && !kf_page_set_parameter(pager->layout.position, pager->parameters, pager->next))
        return kf_fail(error, KF_ERROR_LIMIT, "the position of the next page does not fit its type");
    return KF_OK;
}

static void *fetch_thread(void *argument)
{
    kf_pager *pager = argument;
    pager->fetched_status = fetch(pager, pager->scope, &pager->fetched, &pager->fetched_error);
    return NULL;
}

/* Best effort: when it cannot begin, the page is fetched when it is needed. */
static void begin_prefetch(kf_pager *pager)
{
    sigset_t all, before;
    if (pager->scope == NULL) {
        kf_scope_options options = KF_SCOPE_OPTIONS_INIT;
        if (pager->cancel == NULL)
            pager->cancel = kf_cancel_new();
        options.cancel = pager->cancel;
        if (pager->cancel == NULL || kf_client_scope(pager->client, &options, &pager->scope, NULL) != KF_OK)
            return;
    }
    pager->fetched = NULL;
    /* The program's signals are not for this thread. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pager->running = aim(pager, NULL) == KF_OK && pthread_create(&pager->thread, NULL, fetch_thread, pager) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* The next page, from the background or the server. */
static kf_status obtain(kf_pager *pager, void **page, kf_error *error)
{
    *page = NULL;
    if (pager->running) {
        pthread_join(pager->thread, NULL);
        pager->running = false;
        *page = pager->fetched;
        pager->fetched = NULL;
        if (error != NULL)
            *error = pager->fetched_error;
        return pager->fetched_status;
    }
    kf_status status = aim(pager, error);
    return status == KF_OK ? fetch(pager, pager->client, page, error) : status;
}

/* False: there is no such position. */
static bool advance(kf_pager *pager, int64_t by)
{
    bool good = pager->position <= INT64_MAX - by;
    pager->next = good ? pager->position + by : pager->position;
    return good;
}

/* The items that so many full pages have. */
static int64_t items_of(const kf_pager *pager, int64_t pages)
{
    int64_t size = kf_page_parameter(pager->layout.size, pager->parameters, -1);
    if (size <= 0 || pages <= 0)
        return 0;
    return pages <= INT64_MAX / size ? pages * size : INT64_MAX;
}

/* What the page says of its successor; else whether it has fewer items than were asked for. */
static bool is_last(const kf_pager *pager)
{
    const kf_page_layout *layout = &pager->layout;
    const kf_pagination *pagination = layout->pagination;
    bool numbers = pagination->style == KF_PAGE_NUMBER;
    const char *following = kf_page_next(layout, pager->page);
    if (following != NULL)
        return *following == '\0';
    int64_t size = kf_page_parameter(layout->size, pager->parameters, -1);
    if (pagination->whole && size <= 0)
        return true;
    int64_t end = kf_page_number(numbers ? &layout->pages : &layout->total, pager->page);
    if (end >= 0)
        return (numbers ? pager->next - pagination->first : pager->next) >= end;
    /* Neither links nor numbers where there should be both: it is no page, but the whole list. */
    if (size <= 0 && pagination->next != NULL && kf_page_number(&layout->total, pager->page) <= (int64_t)pager->count)
        return true;
    int64_t asked = pagination->cumulative ? items_of(pager, pager->next - pagination->first) : size;
    return asked > 0 && (uint64_t)pager->count < (uint64_t)asked;
}

/* Whether it is the current page once more, from a server that does not heed the position. */
static bool is_current(const kf_pager *pager, const void *page)
{
    const char *before = pager->page != NULL ? kf_page_next(&pager->layout, pager->page) : NULL;
    const char *now = kf_page_next(&pager->layout, page);
    return before != NULL && now != NULL && strcmp(before, now) == 0;
}

/* Makes a page the current one, and finds out where the next one is. */
static void install(kf_pager *pager, void *page)
{
    const kf_page_layout *layout = &pager->layout;
    const kf_pagination *pagination = layout->pagination;
    kf_model_free(pager->page);
    pager->page = page;
    pager->index = 0;
    pager->count = kf_page_count(layout, page);
    pager->position = pager->next;
    if (pagination->cumulative) { /* the pages before it have given those already */
        int64_t given = items_of(pager, pager->position - pagination->first);
        pager->index = (uint64_t)given < (uint64_t)pager->count ? (size_t)given : pager->count;
    }
    pager->ended = !advance(pager, pagination->style == KF_PAGE_NUMBER ? 1 : (int64_t)pager->count);
    pager->ended |= pager->index == pager->count || is_last(pager);
}

const void *kf_pager_next(kf_pager *pager, kf_error *error)
{
    kf_error_clear(error);
    if (pager == NULL) {
        kf_fail(error, KF_ERROR_ARGUMENT, "pager is NULL");
        return NULL;
    }
    if (pager->index >= pager->count && !pager->ended) {
        void *page;
        if (obtain(pager, &page, error) != KF_OK)
            return NULL;
        if (is_current(pager, page)) {
            kf_model_free(page);
            kf_fail(error, KF_ERROR_DECODE, "the server answered with the page before once more");
            return NULL;
        }
        install(pager, page);
        if (pager->prefetch && !pager->ended)
            begin_prefetch(pager);
    }
    return pager->index < pager->count ? kf_page_item(&pager->layout, pager->page, pager->index++) : NULL;
}

const void *kf_pager_next_of(kf_pager *pager, const kf_operation *operation, kf_error *error)
{
    if (pager == NULL || pager->operation == operation)
        return kf_pager_next(pager, error);
    kf_error_clear(error);
    kf_fail(error, KF_ERROR_ARGUMENT, "the pager is one of %s.%s, not of %s.%s", pager->operation->service->name,
            pager->operation->name, operation->service->name, operation->name);
    return NULL;
}

void kf_pager_prefetch(kf_pager *pager, bool on)
{
    if (pager != NULL)
        pager->prefetch = on;
}

const void *kf_pager_page(const kf_pager *pager)
{
    return pager == NULL ? NULL : pager->page;
}

int64_t kf_pager_total(const kf_pager *pager)
{
    return pager == NULL || pager->page == NULL ? -1 : kf_page_number(&pager->layout.total, pager->page);
}

int64_t kf_pager_position(const kf_pager *pager)
{
    return pager == NULL ? 0 : pager->position;
}

void kf_pager_free(kf_pager *pager)
{
    if (pager == NULL)
        return;
    if (pager->running) {
        kf_cancel_trigger(pager->cancel);
        pthread_join(pager->thread, NULL);
        kf_model_free(pager->fetched);
    }
    kf_client_free(pager->scope);
    kf_cancel_free(pager->cancel);
    kf_model_free(pager->page);
    if (pager->arena != NULL)
        kf_arena_free(pager->arena);
    free(pager);
}
