/* Runs a Smart Flow and saves the documents that it makes. Forms are filled in from the terminal.
 * Usage: smartflow FLOW_ID DIRECTORY [INPUT.xml]
 * Environment: SMARTFLOWS_URL ("https://host"), SMARTFLOWS_API_KEY */
#include <kuflow/kuflow.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int progress(const smartflows_flow_execution_progress *progress, void *user)
{
    (void)user;
    const char *message = progress->message != NULL ? progress->message : "";
    printf("%3d %% %s: %s\n", progress->percentage.value, progress->status != NULL ? progress->status : "", message);
    return 0; /* anything else would cancel the execution */
}

/* Asks for each text of the form; an empty line leaves what the form begins with. */
static int fill_in(const smartflows_flow_execution_progress *progress, cJSON *values, void *user)
{
    char line[256];
    const cJSON *field;
    (void)user;
    cJSON_ArrayForEach(field, cJSON_GetObjectItem(progress->schema, "properties"))
    {
        printf("%s: ", field->string);
        fflush(stdout);
        if (fgets(line, sizeof line, stdin) == NULL)
            return 1; /* nobody is there: the execution goes on waiting */
        line[strcspn(line, "\n")] = '\0';
        if (!isatty(STDIN_FILENO))
            puts(line); /* as a terminal has shown it already */
        if (*line != '\0')
            cJSON_AddStringToObject(values, field->string, line);
    }
    return 0;
}

int main(int argc, char **argv)
{
    kf_error error;
    kf_client *client = NULL;
    smartflows_outcome *outcome = NULL;
    kf_source input;
    int result = 1;
    if (argc < 3)
        return fprintf(stderr, "usage: smartflow FLOW_ID DIRECTORY [INPUT.xml]\n"), 2;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.base_url = getenv("SMARTFLOWS_URL"), options.token = getenv("SMARTFLOWS_API_KEY");
    options.allow_http = true; /* the sandbox is at http://127.0.0.1 */
    if (smartflows_client_new(&options, &client, &error) != KF_OK)
        goto failed;
    smartflows_run_options run = SMARTFLOWS_RUN_OPTIONS_INIT;
    run.flow_id = argv[1], run.deadline_ms = 15 * 60 * 1000;
    run.on_progress = progress, run.on_form = fill_in;
    if (argc > 3)
        kf_source_path(&input, argv[3]), run.input = &input;
    if (smartflows_run(client, &run, &outcome, &error) != KF_OK)
        goto failed;
    for (size_t i = 0; i < outcome->document_count; i++) {
        const char *id = outcome->documents[i].id;
        const char *name = strrchr(id, '/') != NULL ? strrchr(id, '/') + 1 : id; /* never out of the directory */
        char path[4096];
        kf_sink sink;
        snprintf(path, sizeof path, "%s/%s", argv[2], name);
        kf_sink_path(&sink, path);
        if (smartflows_save_document(client, id, &sink, &error) != KF_OK)
            goto failed;
        printf("saved %lld bytes of %s as %s\n", (long long)sink.length, sink.content_type, path);
    }
    result = outcome->status == SMARTFLOWS_FLOW_EXECUTION_STATUS_SUCCESS ? 0 : 1;
failed:
    if (error.status != KF_OK)
        fprintf(stderr, "%s\n", error.message);
    smartflows_outcome_free(outcome);
    kf_client_free(client);
    return result;
}
