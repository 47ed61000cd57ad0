/* What the lists of the process API and of the case API share: pages, links, order. */
#include "flowable.h"

#include <stdlib.h>
#include <string.h>

void kf_fl_put_instance_url(kf_fl_text *text, kf_sb_call *call, const kf_fl_instance *instance, const char *path)
{
    char id[KF_SB_ID];
    kf_fl_id(call->sandbox->flowable, KF_FL_ID_INSTANCE, instance->entry.number, id);
    kf_fl_put_url(text, call, path, id);
}

void kf_fl_put_definition_url(kf_fl_text *text, kf_sb_call *call, const kf_fl_model *model)
{
    kf_fl_text id = {0};
    kf_fl_put_definition(&id, call->sandbox->flowable, model);
    if (id.failed)
        text->failed = true;
    else
        kf_fl_put_url(text, call,
                      model->is_case ? "/cmmn-api/cmmn-repository/case-definitions/"
                                     : "/process-api/repository/process-definitions/",
                      id.bytes);
    free(id.bytes);
}

bool kf_fl_begin_list(kf_sb_call *call, kf_fl_listing *list)
{
    static const char *const names[] = {"start", "size"};
    long values[] = {0, 10};
    for (int i = 0; i < 2; i++) {
        const char *text = kf_sb_query(call, names[i]);
        char *end = NULL;
        if (text == NULL)
            continue;
        values[i] = strtol(text, &end, 10);
        if (*text == '\0' || *end != '\0') {
            kf_fl_errorf(call, 500, "For input string: \"%.200s\"", text);
            return false;
        }
    }
    *list = (kf_fl_listing){
        .call = call, .start = values[0] > 0 ? (size_t)values[0] : 0, .size = values[1] >= 0 ? (size_t)values[1] : 10};
    kf_fl_puts(&list->text, "{\"data\":[");
    return true;
}

/* Counts a row; true: it belongs to the page, to which it is to be added now. */
bool kf_fl_next_row(kf_fl_listing *list)
{
    if (list->total++ < list->start || list->shown == list->size)
        return false;
    kf_fl_puts(&list->text, list->shown++ > 0 ? "," : "");
    return true;
}

void kf_fl_end_list(kf_fl_listing *list, const char *sort)
{
    kf_fl_printf(&list->text, "],\"total\":%zu,\"start\":%zu,\"sort\":\"%s\",\"order\":\"asc\",\"size\":%zu}",
                 list->total, list->start, sort, list->shown);
    kf_fl_reply(list->call, 200, &list->text);
}

bool kf_fl_id_fits(kf_sb_call *call, const char *name, kf_fl_id_kind kind, uint32_t number)
{
    const char *wanted = kf_sb_query(call, name);
    return wanted == NULL || kf_fl_number(call->sandbox->flowable, kind, wanted) == number;
}

/* Numbers are given out in order; rows are listed by them. */
static int by_number(const void *a, const void *b)
{
    uint32_t first = (*(const kf_fl_entry *const *)a)->number, second = (*(const kf_fl_entry *const *)b)->number;
    return (first > second) - (first < second);
}

const kf_fl_entry **kf_fl_in_order(kf_sb_call *call, const kf_fl_table *table)
{
    size_t count = 0;
    const kf_fl_entry **entries = malloc((table->count + 1) * sizeof(*entries));
    if (entries == NULL) {
        kf_sb_no_memory(call);
        return NULL;
    }
    for (size_t i = 0; i < table->bucket_count; i++) {
        for (const kf_fl_entry *entry = table->buckets[i]; entry != NULL; entry = entry->chain)
            entries[count++] = entry;
    }
    qsort(entries, count, sizeof(*entries), by_number);
    return entries;
}
