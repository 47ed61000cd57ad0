/* Documents: uploads, downloads, documents of user actions, and web forms as PDF or ZIP. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static kf_sb_document *find_document(const kf_sandbox *sandbox, const kf_sb_process *process, const char *id,
                                     bool user_action)
{
    for (size_t i = 0; i < sandbox->state.documents.count; i++) {
        kf_sb_document *document = sandbox->state.documents.items[i];
        if (document->process == process && document->user_action == user_action && strcasecmp(document->id, id) == 0)
            return document;
    }
    return NULL;
}

/* A document with what was uploaded; the call's body becomes its bytes. NULL: no memory, which is in the call. */
static kf_sb_document *new_document(kf_sb_call *call, const kf_sb_process *process)
{
    kf_sb_document *document = calloc(1, sizeof(*document));
    if (document == NULL)
        goto failed;
    document->process = process;
    document->name = kf_sb_strdup(kf_sb_query(call, "fileName"));
    document->content_type = kf_sb_strdup(kf_sb_query(call, "fileContentType"));
    if (document->name == NULL || document->content_type == NULL)
        goto failed;
    document->bytes = call->body;
    document->length = call->body_length;
    call->body = NULL;
    return document;
failed:
    kf_sb_document_free(document);
    kf_sb_no_memory(call);
    return NULL;
}

static bool check_upload(kf_sb_call *call)
{
    const char *missing = NULL;
    const char *type = kf_sb_query(call, "fileContentType");
    if (kf_sb_query(call, "fileName")[0] == '\0')
        missing = "fileName";
    else if (type[0] == '\0')
        missing = "fileContentType";
    if (missing != NULL) {
        kf_sb_error(call, 400, "validation.required", missing, "query", "%s is empty", missing);
        return false;
    }
    /* A download has it as a header. */
    const char *c = type;
    while (*c >= ' ' && *c <= '~')
        c++;
    if (*c == '\0' && c - type < (ptrdiff_t)sizeof(call->reply_type))
        return true;
    kf_sb_error(call, 400, "validation.media_type", "fileContentType", "query", "fileContentType is no media type");
    return false;
}

/* "kuflow-file:uri=…;type=…;size=…;name=…;", malloc'ed. */
static char *document_reference(const kf_sb_document *document)
{
    char uri[128];
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        return NULL;
    snprintf(uri, sizeof(uri), "ku:process/%s/document/%s", document->process->base.id, document->id);
    fputs("kuflow-file:uri=", out);
    kf_sb_percent_encode(out, uri);
    fputs(";type=", out);
    kf_sb_percent_encode(out, document->content_type);
    fprintf(out, ";size=%zu;name=", document->length);
    kf_sb_percent_encode(out, document->name);
    fputc(';', out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

void kf_sb_upload_process_document(kf_sb_call *call)
{
    const kf_sb_process *process = kf_sb_process_of(call, call->values[0]);
    if (process == NULL || !check_upload(call))
        return;
    kf_sb_document *document = new_document(call, process);
    if (document == NULL)
        return;
    kf_uuid_new(document->id);
    char *reference = document_reference(document);
    if (reference == NULL || !kf_sb_push(&call->sandbox->state.documents, document)) {
        kf_sb_document_free(document);
        kf_sb_no_memory(call);
    } else {
        kf_sb_applied_add(call->sandbox, document->id);
        kuflow_document_reference model = {.document_uri = reference};
        kf_sb_reply(call, 200, &kuflow_document_reference_schema, &model);
    }
    free(reference);
}

/* The last segment of the document's own URI, out of a whole reference or of the URI alone; malloc'ed. */
static char *document_id(const char *reference)
{
    const char *uri = strncasecmp(reference, "kuflow-file:", 12) == 0 ? reference + 12 : reference;
    if (uri != reference) {
        while (uri != NULL && strncmp(uri, "uri=", 4) != 0) {
            uri = strchr(uri, ';');
            uri = uri == NULL ? NULL : uri + 1;
        }
        if (uri == NULL)
            return NULL;
        uri += 4;
    }
    char *text = strndup(uri, strcspn(uri, ";"));
    char *id = NULL;
    if (text != NULL && kf_sb_percent_decode(text, false)) {
        const char *slash = strrchr(text, '/');
        id = slash == NULL ? NULL : kf_sb_strdup(slash + 1);
    }
    free(text);
    return id;
}

void kf_sb_download_process_document(kf_sb_call *call)
{
    const kf_sb_process *process = kf_sb_process_of(call, call->values[0]);
    if (process == NULL)
        return;
    char *id = document_id(kf_sb_query(call, "documentUri"));
    const kf_sb_document *document = id == NULL ? NULL : find_document(call->sandbox, process, id, false);
    free(id);
    if (document == NULL)
        kf_sb_error(call, 404, "document.not_found", "documentUri", "query", "The process has no such document");
    else
        kf_sb_reply_bytes(call, document->bytes, document->length, document->content_type, document->name);
}

void kf_sb_upload_process_user_action_document(kf_sb_call *call)
{
    kf_sandbox *sandbox = call->sandbox;
    kf_sb_process *process = kf_sb_process_of(call, call->values[0]);
    if (process == NULL || !check_upload(call))
        return;
    const char *value_id = kf_sb_query(call, "userActionValueId");
    kf_sb_document *old = find_document(sandbox, process, value_id, true);
    kf_sb_document *document = new_document(call, process);
    if (document == NULL)
        return;
    document->user_action = true;
    kf_sb_copy_id(document->id, value_id);
    if (old != NULL && old->length == document->length && strcmp(old->name, document->name) == 0 &&
        strcmp(old->content_type, document->content_type) == 0 &&
        (old->length == 0 || memcmp(old->bytes, document->bytes, old->length) == 0)) {
        kf_sb_document_free(document);
        call->status = 304;
        return;
    }
    if (old != NULL) { /* the new one takes its place */
        kf_sb_document swap = *old;
        *old = *document;
        *document = swap;
        kf_sb_document_free(document);
    } else if (!kf_sb_push(&sandbox->state.documents, document)) {
        kf_sb_document_free(document);
        kf_sb_no_memory(call);
        return;
    }
    kf_sb_touch(sandbox, &process->base);
    kf_sb_reply_process(call, 200, process);
}

/* Web forms */

/* A PDF of one empty page with a right cross-reference table. */
static bool write_pdf(FILE *out)
{
    static const char *const objects[] = {
        "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
        "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n",
        "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n",
    };
    static const char head[] = "%PDF-1.4\n";
    size_t offsets[3];
    size_t at = strlen(head);
    fputs(head, out);
    for (size_t i = 0; i < 3; i++) {
        offsets[i] = at;
        at += strlen(objects[i]);
        fputs(objects[i], out);
    }
    fputs("xref\n0 4\n0000000000 65535 f \n", out);
    for (size_t i = 0; i < 3; i++)
        fprintf(out, "%010zu 00000 n \n", offsets[i]);
    return fprintf(out, "trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", at) > 0;
}

static uint32_t crc32_of(const char *bytes, size_t length)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < length; i++) {
        crc ^= (unsigned char)bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static void put(FILE *out, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        fputc((int)(value >> 8 * i & 0xff), out);
}

/* What a file's header has both before its bytes and in the directory. */
static void put_zip_entry(FILE *out, uint32_t crc, size_t length, size_t name_length)
{
    put(out, 20, 2); /* version */
    put(out, 0, 2); /* flags */
    put(out, 0, 2); /* stored */
    put(out, 0x00210000, 4); /* 1980-01-01 */
    put(out, crc, 4);
    put(out, (uint32_t)length, 4);
    put(out, (uint32_t)length, 4);
    put(out, (uint32_t)name_length, 2);
    put(out, 0, 2); /* extra */
}

/* A ZIP with the same file `count` times, as form-1.pdf and so on. */
static void write_zip(FILE *out, const char *bytes, size_t length, int count)
{
    uint32_t crc = crc32_of(bytes, length);
    char name[32];
    uint32_t at = 0;
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "form-%03d.pdf", i + 1);
        put(out, 0x04034b50, 4);
        put_zip_entry(out, crc, length, strlen(name));
        fputs(name, out);
        fwrite(bytes, 1, length, out);
        at += 30 + (uint32_t)(strlen(name) + length);
    }
    uint32_t directory = at;
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "form-%03d.pdf", i + 1);
        put(out, 0x02014b50, 4);
        put(out, 20, 2);
        put_zip_entry(out, crc, length, strlen(name));
        put(out, 0, 2); /* comment */
        put(out, 0, 4); /* disk, internal attributes */
        put(out, 0, 4); /* external attributes */
        put(out, (uint32_t)i * (30 + (uint32_t)(strlen(name) + length)), 4);
        fputs(name, out);
        at += 46 + (uint32_t)strlen(name);
    }
    put(out, 0x06054b50, 4);
    put(out, 0, 4);
    put(out, (uint32_t)count, 2);
    put(out, (uint32_t)count, 2);
    put(out, at - directory, 4);
    put(out, directory, 4);
    put(out, 0, 2);
}

void kf_sb_download_process_item_task_data_webforms_as_document(kf_sb_call *call)
{
    const kf_sb_item *item = kf_sb_find(&call->sandbox->state.items, call->values[0]);
    if (item == NULL || item->type != KUFLOW_PROCESS_ITEM_TYPE_TASK) {
        kf_sb_error(call, 404, "process_item.not_found", "id", "path", "There is no task %s", call->values[0]);
        return;
    }
    const cJSON *form = NULL;
    if (item->data != NULL)
        form = kf_sb_pointer((cJSON *)item->data->value, kf_sb_query(call, "propertyPath"));
    if (form == NULL) {
        kf_sb_error(call, 404, "property.not_found", "propertyPath", "query", "The task's data has no such property");
        return;
    }
    char *pdf = NULL, *zip = NULL;
    size_t pdf_length = 0, zip_length = 0;
    FILE *out = open_memstream(&pdf, &pdf_length);
    bool ok = out != NULL && write_pdf(out);
    ok = out != NULL && fclose(out) == 0 && ok;
    if (ok && cJSON_IsArray(form)) {
        out = open_memstream(&zip, &zip_length);
        ok = out != NULL;
        if (ok) {
            write_zip(out, pdf, pdf_length, cJSON_GetArraySize(form));
            ok = fclose(out) == 0;
        }
        if (ok)
            kf_sb_reply_bytes(call, zip, zip_length, "application/zip", "forms.zip");
    } else if (ok) {
        kf_sb_reply_bytes(call, pdf, pdf_length, "application/pdf", "form.pdf");
    }
    if (!ok)
        kf_sb_no_memory(call);
    free(pdf);
    free(zip);
}
