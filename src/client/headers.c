#include "client/headers.h"

#include "core/fail.h"
#include "http/parameter.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Accept, Content-Type, Accept-Encoding, User-Agent, X-Request-Id, Cookie, and the credential. */
#define OWN_HEADERS 7

static bool reserve(kf_header_list *list, size_t capacity)
{
    list->items = list->first;
    list->capacity = KF_HEADERS_INLINE;
    if (capacity <= KF_HEADERS_INLINE)
        return true;
    list->items = calloc(capacity, sizeof(kf_pair));
    list->capacity = capacity;
    return list->items != NULL;
}

static bool given(const kf_header_list *list, const char *name)
{
    const kf_pairs pairs = {list->items, list->count};
    return kf_pairs_find(&pairs, name) != NULL;
}

static void add(kf_header_list *list, const char *name, const char *value)
{
    list->items[list->count].name = name;
    list->items[list->count].value = value;
    list->count++;
}

static void add_own(kf_header_list *list, const char *name, const char *value)
{
    if (value != NULL && !given(list, name))
        add(list, name, value);
}

static void add_pairs(kf_header_list *list, const kf_pairs *pairs, const kf_pairs *replaced_by)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (replaced_by == NULL || kf_pairs_find(replaced_by, pairs->items[i].name) == NULL)
            add(list, pairs->items[i].name, pairs->items[i].value);
}

/* Header and cookie parameters. Their texts move while they grow, so the list gets them at the end, in order. */
static kf_status add_parameters(kf_header_list *list, const kf_client *client, const kf_operation *operation,
                                const void *parameters, kf_error *error)
{
    const kf_type *type = operation->parameters;
    size_t first = list->count;
    kf_status status = KF_OK;
    for (size_t i = 0; type != NULL && i < type->field_count && status == KF_OK; i++) {
        const kf_field *field = &type->fields[i];
        const kf_parameter *style = &operation->styles[i];
        bool wrote = false;
        if (style->location == KF_IN_HEADER) {
            status = kf_parameter_write(field, style, parameters, client->tenant, 0, &wrote, &list->texts, error);
            if (wrote) {
                kf_buffer_append(&list->texts, "", 1);
                add(list, field->name, NULL);
            }
        } else if (style->location == KF_IN_COOKIE) {
            size_t before = list->cookie.length;
            if (before > 0)
                kf_buffer_text(&list->cookie, "; ");
            status = kf_parameter_write(field, style, parameters, client->tenant, 0, &wrote, &list->cookie, error);
            if (!wrote && before > 0)
                list->cookie.data[list->cookie.length = before] = '\0';
        }
    }
    if (status == KF_OK && (list->texts.failed || list->cookie.failed))
        status = kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    if (status != KF_OK)
        return status;
    const char *text = list->texts.data;
    for (size_t i = first; i < list->count; i++) {
        list->items[i].value = text;
        text += strlen(text) + 1;
    }
    if (list->cookie.length > 0)
        add(list, "Cookie", list->cookie.data);
    return KF_OK;
}

/* A UUID for each call would cost more than the rest of its preparation, so the client's own is counted up. The process
 * is part of it: a forked child goes on counting from where its parent was. */
static void new_request_id(kf_core *core, char text[KF_UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint64_t number = atomic_fetch_add(&core->calls, 1) + ((uint64_t)getpid() << 24);
    memcpy(text, core->request_ids, KF_UUID_TEXT_SIZE);
    for (int i = KF_UUID_TEXT_SIZE - 2; text[i] != '-'; i--, number >>= 4)
        text[i] = digits[number & 15];
}

kf_status kf_headers_collect(kf_header_list *list, const kf_client *client, const kf_pairs *more,
                             const kf_operation *operation, const void *parameters, const kf_own_headers *own,
                             kf_error *error)
{
    size_t capacity = client->headers.count + OWN_HEADERS;
    list->count = 0;
    list->texts = (kf_buffer){0};
    list->cookie = (kf_buffer){0};
    if (more != NULL)
        capacity += more->count;
    if (operation != NULL && operation->parameters != NULL)
        capacity += operation->parameters->field_count;
    if (!reserve(list, capacity))
        return kf_fail(error, KF_ERROR_MEMORY, "out of memory");
    add_pairs(list, &client->headers, more);
    if (more != NULL)
        add_pairs(list, more, NULL);
    if (operation != NULL) {
        kf_status status = add_parameters(list, client, operation, parameters, error);
        if (status != KF_OK)
            return status;
    }
    add_own(list, "Accept", own->accept);
    add_own(list, "Content-Type", own->content_type);
    add_own(list, "Accept-Encoding", own->accept_encoding);
    add_own(list, "User-Agent", client->core->user_agent);
    const kf_pairs all = {list->items, list->count};
    const char *request_id = kf_pairs_find(&all, "X-Request-Id");
    if (request_id != NULL) {
        KF_COPY_TEXT(error->request_id, request_id, strlen(request_id));
    } else {
        new_request_id(client->core, error->request_id);
        add(list, "X-Request-Id", error->request_id);
    }
    return KF_OK;
}

void kf_header_list_free(kf_header_list *list)
{
    kf_buffer_free(&list->texts);
    kf_buffer_free(&list->cookie);
    if (list->items != list->first)
        free(list->items);
    list->items = list->first;
}
