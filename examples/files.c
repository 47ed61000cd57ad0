/* Uploads what comes from standard input, without holding it in memory, and saves it again under another name.
 * Usage: files PROCESS_ID NAME MEDIA_TYPE COPY < FILE */
#include <kuflow/kuflow.h>

#include <stdio.h>
#include <unistd.h>

static int progress(int64_t done, int64_t total, void *user)
{
    fprintf(stderr, total < 0 ? "\r%s %lld bytes" : "\r%s %lld of %lld bytes", (const char *)user, (long long)done,
            (long long)total);
    return 0; /* anything else would cancel the call */
}

int main(int argc, char **argv)
{
    kf_error error;
    kf_client *client = NULL;
    kuflow_document_reference *document = NULL;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.allow_http = true; /* the sandbox is at http://127.0.0.1 */
    if (argc != 5)
        return fprintf(stderr, "usage: files PROCESS_ID NAME MEDIA_TYPE COPY < FILE\n"), 2;
    if (kuflow_client_from_environment(&options, &client, &error) != KF_OK)
        goto failed;

    kf_source source;
    kf_source_fd(&source, STDIN_FILENO);
    source.progress = progress, source.progress_user = "up";
    kuflow_upload_process_document_params name = {.file_name = argv[2], .file_content_type = argv[3]};
    if (kuflow_upload_process_document(client, argv[1], &name, &source, &document, &error) != KF_OK)
        goto failed;
    printf("\nuploaded as %s\n", document->document_uri);

    kf_sink sink;
    kf_sink_path(&sink, argv[4]); /* appears under its name only when it is whole */
    sink.progress = progress, sink.progress_user = "down";
    kuflow_download_process_document_params which = {.document_uri = document->document_uri};
    if (kuflow_download_process_document(client, argv[1], &which, &sink, &error) != KF_OK)
        goto failed;
    printf("\nsaved %lld bytes of %s, called \"%s\" by the server, as %s\n", (long long)sink.length, sink.content_type,
           sink.file_name, argv[4]);

    kuflow_document_reference_free(document);
    kf_client_free(client);
    return 0;
failed:
    fprintf(stderr, "\n%s\n", error.message);
    kuflow_document_reference_free(document);
    kf_client_free(client);
    return 1;
}
