/* Lists, documents and logins of Smart Flows. */
#include "smartflows.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Pages */

static bool read_number(kf_sb_call *call, const char *name, long least, long standard, size_t *number)
{
    const char *text = kf_sb_query(call, name);
    char *end = NULL;
    long value = text == NULL ? standard : strtol(text, &end, 10);
    if (value < least || value > 1000000 || (text != NULL && (*text == '\0' || *end != '\0'))) {
        kf_sf_error(call, 400, name, "A page has a number from 0 and a size from 1 on");
        return false;
    }
    *number = (size_t)value;
    return true;
}

/* Where the page stands in a list of so many; false: the error is in the call. */
static bool read_page(kf_sb_call *call, size_t count, size_t *first, size_t *size)
{
    size_t page;
    if (!read_number(call, "page", 0, 0, &page) || !read_number(call, "size", 1, 20, size))
        return false;
    *first = page * *size < count ? page * *size : count;
    if (*size > count - *first)
        *size = count - *first;
    return true;
}

/* Filters */

static const char *property_of(const kf_sf_execution *execution, const char *name)
{
    if (strcmp(name, "id") == 0)
        return execution->id;
    if (strcmp(name, "flow") == 0)
        return execution->flow->id;
    if (strcmp(name, "createdAt") == 0)
        return execution->created_at;
    return strcmp(name, "status") == 0 ? kf_sf_status(execution) : NULL;
}

static bool fits_condition(const kf_sf_execution *execution, const smartflows_filter_condition *condition)
{
    const char *value = property_of(execution, condition->key);
    size_t found = 0;
    for (size_t i = 0; value != NULL && i < condition->values_count; i++)
        found += strcmp(value, condition->values[i]) == 0;
    const char *first = condition->values_count > 0 ? condition->values[0] : "";
    switch (condition->operator_) {
    case SMARTFLOWS_FILTER_OPERATOR_EQUAL_TO:
    case SMARTFLOWS_FILTER_OPERATOR_IN:
        return found > 0;
    case SMARTFLOWS_FILTER_OPERATOR_NOT_EQUAL_TO:
        return found == 0;
    case SMARTFLOWS_FILTER_OPERATOR_LESS_THAN_OR_EQUAL_TO:
        return value != NULL && strcmp(value, first) <= 0;
    case SMARTFLOWS_FILTER_OPERATOR_GREATER_THAN_OR_EQUAL_TO:
        return value != NULL && strcmp(value, first) >= 0;
    case SMARTFLOWS_FILTER_OPERATOR_IS_NULL:
        return value == NULL;
    case SMARTFLOWS_FILTER_OPERATOR_IS_NOT_NULL:
        return value != NULL;
    default:
        return false;
    }
}

static bool fits(const kf_sf_execution *execution, const smartflows_filter_node *node)
{
    if (node->condition != NULL)
        return fits_condition(execution, node->condition);
    if (node->group == NULL)
        return true;
    bool any = node->group->type == SMARTFLOWS_FILTER_GROUP_TYPE_OR;
    for (size_t i = 0; i < node->group->nodes_count; i++) {
        if (fits(execution, &node->group->nodes[i]) == any)
            return any;
    }
    return !any;
}

/* "status:Success,flow:…" */
static bool fits_text(const kf_sf_execution *execution, const char *filter)
{
    char pair[200];
    for (size_t length; filter != NULL && *filter != '\0'; filter += length + (filter[length] == ',')) {
        length = strcspn(filter, ",");
        snprintf(pair, sizeof(pair), "%.*s", (int)(length < sizeof(pair) ? length : sizeof(pair) - 1), filter);
        char *colon = strchr(pair, ':');
        if (colon == NULL)
            return false;
        *colon = '\0';
        const char *value = property_of(execution, pair);
        if (value == NULL || strcasecmp(value, colon + 1) != 0)
            return false;
    }
    return true;
}

/* Executions, the oldest first unless the request sorts them otherwise. */
static void list(kf_sb_call *call, const char *flow, const smartflows_filter_node *node)
{
    const kf_sb_vector *all = &call->sandbox->smartflows->executions;
    const char *sort = kf_sb_query(call, "sort");
    bool backwards = sort != NULL && strcmp(sort, "createdAt,desc") == 0;
    size_t count = 0, first, size;
    const kf_sf_execution **found = calloc(all->count + 1, sizeof(*found));
    smartflows_flow_execution *models = calloc(all->count + 1, sizeof(*models));
    smartflows_id_with_name *flows = calloc(all->count + 1, sizeof(*flows));
    if (found == NULL || models == NULL || flows == NULL) {
        kf_sb_no_memory(call);
        goto done;
    }
    for (size_t i = 0; i < all->count; i++) {
        const kf_sf_execution *execution = all->items[backwards ? all->count - 1 - i : i];
        if ((flow == NULL || strcasecmp(execution->flow->id, flow) == 0) && (node == NULL || fits(execution, node)) &&
            fits_text(execution, kf_sb_query(call, "filter")))
            found[count++] = execution;
    }
    if (!read_page(call, count, &first, &size))
        goto done;
    for (size_t i = 0; i < size; i++)
        kf_sf_summary(found[first + i], &models[i], &flows[i]);
    const smartflows_get_all_flow_executions_answer answer = {.items = models, .items_count = size};
    kf_sb_reply(call, 200, &smartflows_get_all_flow_executions_answer_schema, &answer);
done:
    free(found);
    free(models);
    free(flows);
}

void kf_sf_list(kf_sb_call *call)
{
    list(call, NULL, NULL);
}

void kf_sf_filter(kf_sb_call *call)
{
    list(call, NULL, call->model);
}

/* NULL: 404 is in the call. */
static const kf_sf_flow *flow_of(kf_sb_call *call)
{
    const kf_sf_flow *flow = kf_sf_find_flow(call->values[0]);
    if (flow == NULL)
        kf_sf_error(call, 404, "flow", "There is no such flow");
    return flow;
}

void kf_sf_list_of_flow(kf_sb_call *call)
{
    if (flow_of(call) != NULL)
        list(call, call->values[0], NULL);
}

void kf_sf_statistics(kf_sb_call *call)
{
    const kf_sb_vector *all = &call->sandbox->smartflows->executions;
    cJSON *per_flow[8] = {NULL};
    smartflows_statistics model = {.per_object = (const cJSON *const *)per_flow};
    for (size_t f = 0; f < kf_sf_flow_count; f++) {
        int count = 0;
        for (size_t i = 0; i < all->count; i++) {
            const kf_sf_execution *execution = all->items[i];
            count += execution->flow == &kf_sf_flows[f] && fits(execution, call->model);
        }
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddStringToObject(entry, "id", kf_sf_flows[f].id);
        cJSON_AddStringToObject(entry, "displayName", kf_sf_flows[f].name);
        cJSON_AddNumberToObject(entry, "count", count);
        per_flow[model.per_object_count++] = entry;
    }
    kf_sb_reply(call, 200, &smartflows_statistics_schema, &model);
    for (size_t f = 0; f < kf_sf_flow_count; f++)
        cJSON_Delete(per_flow[f]);
}

/* Flows */

static smartflows_flow model_of(const kf_sf_flow *flow)
{
    return (smartflows_flow){.id = flow->id,
                             .display_name = flow->name,
                             .description = flow->description,
                             .type = "Advanced",
                             .created_by = &kf_sf_user};
}

void kf_sf_list_flows(kf_sb_call *call)
{
    smartflows_flow models[8];
    size_t first, size;
    if (!read_page(call, kf_sf_flow_count, &first, &size))
        return;
    for (size_t i = 0; i < size; i++)
        models[i] = model_of(&kf_sf_flows[first + i]);
    const smartflows_get_flows_answer answer = {.items = models, .items_count = size};
    kf_sb_reply(call, 200, &smartflows_get_flows_answer_schema, &answer);
}

void kf_sf_get_flow(kf_sb_call *call)
{
    const kf_sf_flow *flow = flow_of(call);
    if (flow == NULL)
        return;
    const smartflows_flow model = model_of(flow);
    kf_sb_reply(call, 200, &smartflows_flow_schema, &model);
}

void kf_sf_thumbnail(kf_sb_call *call)
{
    static const char image[] = "GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
    char *copy = malloc(sizeof(image));
    if (flow_of(call) == NULL) {
        free(copy);
        return;
    }
    if (copy != NULL)
        memcpy(copy, image, sizeof(image));
    kf_sf_bytes(call, copy, sizeof(image) - 1, "image/gif");
}

/* Documents */

/* The execution that made it; NULL: 404 is in the call. */
static const kf_sf_execution *document_of(kf_sb_call *call)
{
    const kf_sb_vector *all = &call->sandbox->smartflows->executions;
    for (size_t i = 0; i < all->count; i++) {
        const kf_sf_execution *execution = all->items[i];
        if (strcasecmp(execution->document, call->values[0]) == 0)
            return execution;
    }
    kf_sf_error(call, 404, "document", "There is no such document");
    return NULL;
}

void kf_sf_get_document(kf_sb_call *call)
{
    const kf_sf_execution *execution = document_of(call);
    if (execution == NULL)
        return;
    const smartflows_document model = {.id = execution->document,
                                       .display_name = execution->flow->name,
                                       .created_at = execution->modified_at,
                                       .created_by = &kf_sf_user,
                                       .finished = KF_BOOL(true),
                                       .content_type = "text/plain"};
    kf_sb_reply(call, 200, &smartflows_document_schema, &model);
}

/* What the execution was made from, so that a test can see that nothing was changed on the way. */
void kf_sf_content(kf_sb_call *call)
{
    const kf_sf_execution *execution = document_of(call);
    char *text = NULL;
    size_t length = 0;
    FILE *out = execution == NULL ? NULL : open_memstream(&text, &length);
    if (execution == NULL)
        return;
    if (out == NULL) {
        kf_sb_no_memory(call);
        return;
    }
    fprintf(out, "%s\n", execution->flow->name);
    const cJSON *value = execution->values == NULL ? NULL : execution->values->child;
    for (; value != NULL; value = value->next)
        fprintf(out, "%s: %s\n", value->string, cJSON_IsString(value) ? value->valuestring : "?");
    if (execution->input_length > 0)
        fwrite(execution->input, 1, execution->input_length, out);
    if (fclose(out) != 0) {
        free(text);
        text = NULL;
    }
    kf_sf_bytes(call, text, length, "text/plain");
}

/* Logins */

void kf_sf_login_info(kf_sb_call *call)
{
    const smartflows_login_enabled enabled = {.enabled = KF_BOOL(true)};
    const smartflows_login_info model = {.login = &enabled, .reset_password_supported = KF_BOOL(false)};
    kf_sb_reply(call, 200, &smartflows_login_info_schema, &model);
}

void kf_sf_login(kf_sb_call *call)
{
    const smartflows_credentials *login = call->model;
    const char *scope = login->scope != NULL ? login->scope : "project";
    if (strcmp(login->username, KF_SANDBOX_SMARTFLOWS_USER) != 0 ||
        strcmp(login->password, KF_SANDBOX_SMARTFLOWS_PASSWORD) != 0) {
        kf_sf_error(call, 401, "login", "The name or the password is wrong");
        return;
    }
    const smartflows_authentication_token token = {.scope = scope, .token = call->sandbox->smartflows->login_token};
    const smartflows_authentication model = {.tokens = &token, .tokens_count = 1};
    kf_sb_reply(call, 200, &smartflows_authentication_schema, &model);
}
