/* The main job: work a KuFlow process from start to end. Usage: quickstart DOCUMENT COPY
 * Reads KUFLOW_ENDPOINT, KUFLOW_CLIENT_ID and KUFLOW_CLIENT_SECRET; examples/run sets them for the sandbox. */
#include <kuflow/kuflow.h>

#include <stdio.h>
#include <stdlib.h>

/* Ends the program with the reason when a step failed. */
static void step(const char *what, kf_status status, const kf_error *error)
{
    printf("%s %s%s%s\n", status == KF_OK ? "  ok " : "FAIL", what, *error->message ? ": " : "", error->message);
    if (status != KF_OK)
        exit(1);
}

static int bar(int64_t done, int64_t total, void *label)
{
    int percent = total > 0 ? (int)(done * 100 / total) : 100;
    printf("\r      %s [%-25.*s] %3d %%%s", (const char *)label, percent / 4, "#########################", percent,
           done == total ? "\n" : "");
    return fflush(stdout); /* 0: go on */
}

int main(int argc, char **argv)
{
    kf_error error;
    kf_client *client = NULL;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.allow_http = true; /* the sandbox is at http://127.0.0.1 */
    if (argc != 3)
        return fprintf(stderr, "usage: quickstart DOCUMENT COPY\n"), 2;
    step("make a client", kuflow_client_from_environment(&options, &client, &error), &error);

    kuflow_process_create_params create = {.process_definition_id = "60000000-0000-4000-8000-000000000001"};
    kuflow_process *process = NULL;
    step("start a process", kuflow_create_process(client, &create, &process, &error), &error);
    printf("      process %s is %s\n", process->id, kuflow_process_state_text(process->state));

    char task[KF_UUID_TEXT_SIZE] = "";
    kuflow_find_process_items_params find = {.process_id = KF_LIST(process->id), .size = KF_INT32(2)};
    kf_pager *pager = kuflow_find_process_items_pager(client, &find, &error);
    for (const kuflow_process_item_page_item *item; (item = kuflow_find_process_items_next(pager, &error)) != NULL;)
        printf("      item %s is %s\n", item->id, kuflow_process_item_task_state_text(item->task->state)),
            snprintf(task, sizeof task, "%s", item->id);
    kf_pager_free(pager);
    step("page through its items", error.status, &error);
    step("claim the last one", kuflow_claim_process_item_task(client, task, NULL, &error), &error);

    kf_source file;
    kf_source_path(&file, argv[1]);
    file.progress = bar, file.progress_user = "upload  ";
    kuflow_upload_process_document_params name = {.file_name = "contract.pdf", .file_content_type = "application/pdf"};
    kuflow_document_reference *document = NULL;
    step("upload a document", kuflow_upload_process_document(client, process->id, &name, &file, &document, &error), &error);

    cJSON *data = cJSON_CreateObject(), *yes = cJSON_CreateTrue();
    cJSON_AddStringToObject(data, "contract", document->document_uri);
    kuflow_process_item_task_data_update_params update = {.data = &(kuflow_json_value){.value = data}};
    step("write its data", kuflow_update_process_item_task_data(client, task, &update, NULL, &error), &error);
    kuflow_json_patch_operation add = {.op = KUFLOW_JSON_PATCH_OPERATION_TYPE_ADD, .path = "/approved", .value = yes};
    kuflow_json_patch patch = {.items = &add, .items_count = 1};
    step("patch its data", kuflow_patch_process_item_task_data(client, task, &patch, NULL, &error), &error);
    kuflow_process_item_task_append_log_params log = {.message = "done", .level = KUFLOW_PROCESS_ITEM_TASK_LOG_LEVEL_INFO};
    step("append a log", kuflow_append_process_item_task_log(client, task, &log, NULL, &error), &error);

    kf_sink copy;
    kf_sink_path(&copy, argv[2]);
    copy.progress = bar, copy.progress_user = "download";
    kuflow_download_process_document_params which = {.document_uri = document->document_uri};
    step("download it again", kuflow_download_process_document(client, process->id, &which, &copy, &error), &error);
    step("complete the task", kuflow_complete_process_item_task(client, task, NULL, &error), &error);
    step("complete the process", kuflow_complete_process(client, process->id, NULL, &error), &error);

    cJSON_Delete(data), cJSON_Delete(yes);
    kuflow_document_reference_free(document), kuflow_process_free(process), kf_client_free(client);
    return 0;
}
