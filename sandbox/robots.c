/* Robots with their downloads, and workers. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const kf_sb_robot *robot_of(kf_sb_call *call)
{
    const kf_sb_robot *robot = kf_sb_find(&call->sandbox->state.robots, call->values[0]);
    if (robot == NULL)
        kf_sb_error(call, 404, "robot.not_found", "id", "path", "There is no robot %s", call->values[0]);
    return robot;
}

static kuflow_robot_source_file source_file(const kf_sb_robot *robot)
{
    return (kuflow_robot_source_file){.id = robot->source_id,
                                      .name = robot->source_name,
                                      .content_type = "application/zip",
                                      .content_length = (int64_t)robot->source_length,
                                      .content_hash = robot->source_hash};
}

static const char *robot_key(const void *resource, const char *property)
{
    const kf_sb_resource *robot = resource;
    return strcmp(property, "createdAt") == 0 ? robot->audit.created_at : robot->audit.modified_at;
}

void kf_sb_find_robots(kf_sb_call *call)
{
    static const char *const properties[] = {"createdAt", "lastModifiedAt", NULL};
    const kf_sb_vector *robots = &call->sandbox->state.robots;
    const char *context = kf_sb_query(call, "filterContext");
    bool only_ready = context != NULL && strcmp(context, "READY") == 0;
    kf_sb_page page;
    kuflow_robot_source_file *files = NULL;
    bool ok = kf_sb_page_begin(call, &page, properties, robot_key);
    for (size_t i = 0; ok && i < robots->count; i++) {
        const kf_sb_robot *robot = robots->items[i];
        if (kf_sb_filter(call, "tenantId", robot->tenant_id) && (robot->ready || !only_ready))
            ok = kf_sb_page_add(call, &page, robot);
    }
    if (!ok || !kf_sb_page_end(call, &page, sizeof(kuflow_robot_page_item)))
        goto done;
    kuflow_robot_page_item *content = page.content;
    files = calloc(page.slice_count + 1, sizeof(*files));
    if (files == NULL) {
        kf_sb_no_memory(call);
        goto done;
    }
    for (size_t i = 0; i < page.slice_count; i++) {
        const kf_sb_robot *robot = page.slice[i];
        files[i] = source_file(robot);
        content[i] = (kuflow_robot_page_item){.id = robot->base.id,
                                              .code = robot->code,
                                              .name = robot->name,
                                              .description = robot->description,
                                              .source_type = KUFLOW_ROBOT_SOURCE_TYPE_PACKAGE,
                                              .source_file = &files[i],
                                              .tenant_id = robot->tenant_id};
        kf_sb_fill_audit(&robot->base, &content[i].created_by, &content[i].created_at, &content[i].last_modified_by,
                         &content[i].last_modified_at);
    }
    kuflow_robot_page model = {.metadata = &page.metadata, .content = content, .content_count = page.slice_count};
    kf_sb_reply(call, 200, &kuflow_robot_page_schema, &model);
done:
    free(files);
    kf_sb_page_free(&page);
}

void kf_sb_retrieve_robot(kf_sb_call *call)
{
    const kf_sb_robot *robot = robot_of(call);
    if (robot == NULL)
        return;
    kf_string_entry variables[] = {
        {"ROBOT_CODE", robot->code}, {"LANG", "es_ES.UTF-8"}, {"GREETING", "¡Hola = mundo!"}};
    kuflow_robot_source_file file = source_file(robot);
    kuflow_robot model = {.id = robot->base.id,
                          .code = robot->code,
                          .name = robot->name,
                          .description = robot->description,
                          .source_type = KUFLOW_ROBOT_SOURCE_TYPE_PACKAGE,
                          .source_file = &file,
                          .environment_variables = variables,
                          .environment_variables_count = 3,
                          .tenant_id = robot->tenant_id};
    kf_sb_fill_audit(&robot->base, &model.created_by, &model.created_at, &model.last_modified_by,
                     &model.last_modified_at);
    kf_sb_reply(call, 200, &kuflow_robot_schema, &model);
}

void kf_sb_download_robot_source_code(kf_sb_call *call)
{
    const kf_sb_robot *robot = robot_of(call);
    if (robot != NULL)
        kf_sb_reply_bytes(call, robot->source, robot->source_length, "application/octet-stream", robot->source_name);
}

/* An asset's bytes tell what was asked for. */
void kf_sb_download_robot_asset(kf_sb_call *call)
{
    const kf_sb_robot *robot = robot_of(call);
    if (robot == NULL)
        return;
    const char *version = kf_sb_query(call, "version");
    if (*version == '\0') {
        kf_sb_error(call, 400, "validation.required", "version", "query", "version is empty");
        return;
    }
    char text[512], name[128];
    snprintf(text, sizeof(text), "%s %.100s for %s on %s", kf_sb_query(call, "type"), version,
             kf_sb_query(call, "platform"), kf_sb_query(call, "architecture"));
    snprintf(name, sizeof(name), "%s-%.80s.bin", kf_sb_query(call, "type"), version);
    kf_sb_reply_bytes(call, text, strlen(text), "application/octet-stream", name);
}

/* Workers */

static bool check_worker(kf_sb_call *call, const kuflow_worker_create_params *params)
{
    bool ok = kf_sb_check_length(call, "identity", params->identity, 1, 255) &&
              kf_sb_check_length(call, "taskQueue", params->task_queue, 1, 255) &&
              kf_sb_check_length(call, "hostname", params->hostname, 1, 255) &&
              kf_sb_check_length(call, "ip", params->ip, 7, 40);
    for (size_t i = 0; ok && i < params->workflow_types_count; i++)
        ok = kf_sb_check_length(call, "workflowTypes", params->workflow_types[i], 1, 255);
    for (size_t i = 0; ok && i < params->activity_types_count; i++)
        ok = kf_sb_check_length(call, "activityTypes", params->activity_types[i], 1, 255);
    for (size_t i = 0; ok && i < params->robot_ids_count; i++) {
        ok = kf_sb_find(&call->sandbox->state.robots, params->robot_ids[i]) != NULL;
        if (!ok)
            kf_sb_error(call, 400, "robot.not_found", "robotIds", "body", "There is no robot %s", params->robot_ids[i]);
    }
    return ok;
}

static void reply_worker(kf_sb_call *call, int status, const kf_sb_worker *worker)
{
    const kuflow_worker_create_params *params = worker->params;
    kuflow_worker model = {.id = worker->base.id,
                           .identity = params->identity,
                           .task_queue = params->task_queue,
                           .workflow_types = params->workflow_types,
                           .workflow_types_count = params->workflow_types_count,
                           .activity_types = params->activity_types,
                           .activity_types_count = params->activity_types_count,
                           .hostname = params->hostname,
                           .ip = params->ip,
                           .installation_id = params->installation_id,
                           .robot_ids = params->robot_ids,
                           .robot_ids_count = params->robot_ids_count,
                           .tenant_id = params->tenant_id == NULL ? KF_SANDBOX_TENANT : params->tenant_id};
    kf_sb_fill_audit(&worker->base, &model.created_by, &model.created_at, &model.last_modified_by,
                     &model.last_modified_at);
    kf_sb_reply(call, status, &kuflow_worker_schema, &model);
    if (call->sandbox->delay_window_s >= 0) {
        char seconds[16];
        snprintf(seconds, sizeof(seconds), "%d", call->sandbox->delay_window_s);
        kf_sb_header(call, "X-KF-DELAY-WINDOW", seconds);
    }
}

void kf_sb_create_worker(kf_sb_call *call)
{
    kf_sandbox *sandbox = call->sandbox;
    kuflow_worker_create_params *params = call->model;
    if (!check_worker(call, params))
        return;
    kf_sb_worker *worker = NULL;
    for (size_t i = 0; i < sandbox->state.workers.count && worker == NULL; i++) {
        kf_sb_worker *known = sandbox->state.workers.items[i];
        if (strcmp(known->params->identity, params->identity) == 0)
            worker = known;
    }
    if (worker != NULL) {
        kf_model_free(worker->params);
        worker->params = params;
        call->model = NULL; /* the worker's now */
        kf_sb_touch(sandbox, &worker->base);
        reply_worker(call, 200, worker);
        return;
    }
    worker = calloc(1, sizeof(*worker));
    if (worker == NULL || !kf_sb_push(&sandbox->state.workers, worker)) {
        free(worker);
        kf_sb_no_memory(call);
        return;
    }
    kf_sb_resource_init(sandbox, &worker->base, NULL);
    worker->params = params;
    call->model = NULL;
    kf_sb_applied_add(sandbox, params->identity);
    reply_worker(call, 201, worker);
}
