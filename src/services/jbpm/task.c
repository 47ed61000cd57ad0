/* Tasks in the forms of all releases. */
#include "core/fail.h"
#include "kuflow/services/jbpm_client.h"

#include <string.h>

/* Behind "2:en-UK:", which 6.0.x puts before each text; all of it when it has another form. */
static const char *unpacked(const char *text)
{
    size_t id = strspn(text, "-0123456789");
    if (id == 0 || text[id] != ':')
        return text;
    const char *language = text + id + 1;
    size_t length = strcspn(language, ":\n 0123456789"); /* "10:30:00" is none */
    return language[length] == ':' ? language + length + 1 : text;
}

static const char *first_text(const jbpm_localized_text *texts, size_t count, const char *const *packed,
                              size_t packed_count)
{
    for (size_t i = 0; i < count; i++)
        if (texts[i].text != NULL)
            return texts[i].text;
    if (packed_count == 0 || packed[0] == NULL)
        return NULL;
    return unpacked(packed[0]);
}

const char *jbpm_task_name(const jbpm_task *task)
{
    return task != NULL ? first_text(task->names, task->names_count, task->name, task->name_count) : NULL;
}

const char *jbpm_task_subject(const jbpm_task *task)
{
    return task != NULL ? first_text(task->subjects, task->subjects_count, task->subject, task->subject_count) : NULL;
}

const char *jbpm_task_description(const jbpm_task *task)
{
    return task != NULL
               ? first_text(task->descriptions, task->descriptions_count, task->description, task->description_count)
               : NULL;
}

/* 6.0.x: "u:krisv", "g:HR". */
static bool has_kind(const jbpm_organizational_entity *entity, char kind)
{
    return entity->reference != NULL && entity->reference[0] == kind && entity->reference[1] == ':';
}

const char *jbpm_entity_id(const jbpm_organizational_entity *entity)
{
    if (entity == NULL || entity->id != NULL)
        return entity != NULL ? entity->id : NULL;
    return has_kind(entity, 'u') || has_kind(entity, 'g') ? entity->reference + 2 : entity->reference;
}

bool jbpm_entity_is_group(const jbpm_organizational_entity *entity)
{
    return entity != NULL && (entity->type == JBPM_ORGANIZATIONAL_ENTITY_TYPE_GROUP || has_kind(entity, 'g'));
}

kf_status jbpm_retrieve_task_content(kf_client *client, int64_t task_id, jbpm_content **content, kf_error *error)
{
    jbpm_task *task;
    if (content != NULL)
        *content = NULL;
    kf_status status = jbpm_get_task(client, task_id, &task, error);
    if (status != KF_OK)
        return status;
    kf_int64 id = task->task_data != NULL ? task->task_data->document_content_id : (kf_int64){KF_ABSENT, 0};
    jbpm_task_free(task);
    if (id.presence != KF_SET || id.value < 0)
        return kf_fail(error, KF_ERROR_NOT_FOUND, "the task %lld has no content", (long long)task_id);
    return jbpm_get_content(client, id.value, content, error);
}
