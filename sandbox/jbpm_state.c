/* jBPM's state: values, and what is found by its number. */
#include "jbpm.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *const kf_jb_status_names[] = {"Created",   "Ready",  "Reserved", "InProgress", "Suspended",
                                          "Completed", "Failed", "Error",    "Exited",     "Obsolete"};

bool kf_jb_put(kf_jbpm *jbpm, kf_jb_map *map, const char *name, kf_jb_java java, const char *text)
{
    kf_jb_value *value = (kf_jb_value *)kf_jb_find(map, name);
    kf_jb_value *grown = value != NULL ? map->values : realloc(map->values, (map->count + 1) * sizeof(*grown));
    char *name_copy = value != NULL ? NULL : kf_sb_strdup(name), *text_copy = kf_sb_strdup(text);
    if (grown != NULL)
        map->values = grown;
    if (grown == NULL || text_copy == NULL || (value == NULL && name_copy == NULL)) {
        free(name_copy);
        free(text_copy);
        jbpm->no_memory = true;
        return false;
    }
    if (value == NULL) {
        value = &grown[map->count++];
        *value = (kf_jb_value){.name = name_copy};
    }
    free(value->text);
    value->text = text_copy;
    value->java = java;
    return true;
}

const kf_jb_value *kf_jb_find(const kf_jb_map *map, const char *name)
{
    for (size_t i = 0; map != NULL && i < map->count; i++) {
        if (strcmp(map->values[i].name, name) == 0)
            return &map->values[i];
    }
    return NULL;
}

void kf_jb_map_free(kf_jb_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        free(map->values[i].name);
        free(map->values[i].text);
    }
    free(map->values);
    *map = (kf_jb_map){NULL, 0};
}

int64_t kf_jb_now(kf_jbpm *jbpm)
{
    struct timespec now;
    (void)jbpm;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void kf_jb_time(int64_t ms, char text[KF_JB_TIME])
{
    char micros[KF_SB_TIME];
    kf_sb_time_text(ms * 1000, micros);
    snprintf(text, KF_JB_TIME, "%.23sZ", micros);
}

/* Everything that is found begins with its number, and the numbers grow. */
static void *find(const kf_sb_vector *vector, int64_t id)
{
    size_t low = 0, high = vector->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int64_t found = *(const int64_t *)vector->items[middle];
        if (found == id)
            return vector->items[middle];
        if (found < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

kf_jb_instance *kf_jb_instance_of(const kf_jbpm *jbpm, int64_t id)
{
    kf_jb_instance *instance = find(&jbpm->instances, id);
    return instance != NULL && instance->state == 1 ? instance : NULL;
}

kf_jb_task *kf_jb_task_of(const kf_jbpm *jbpm, int64_t id)
{
    return find(&jbpm->tasks, id);
}

const kf_jb_content *kf_jb_content_of(const kf_jbpm *jbpm, int64_t id)
{
    return find(&jbpm->contents, id);
}

kf_jb_work *kf_jb_work_of(const kf_jbpm *jbpm, int64_t id)
{
    kf_jb_work *work = find(&jbpm->works, id);
    return work != NULL && work->open ? work : NULL;
}

static void free_content(void *item)
{
    kf_jb_content *content = item;
    kf_jb_map_free(&content->map);
    free(content);
}

int64_t kf_jb_content_add(kf_jbpm *jbpm, const kf_jb_map *map)
{
    kf_jb_content *content = calloc(1, sizeof(*content));
    bool ok = content != NULL;
    for (size_t i = 0; ok && i < map->count; i++)
        ok = kf_jb_put(jbpm, &content->map, map->values[i].name, map->values[i].java, map->values[i].text);
    if (ok) {
        content->id = jbpm->last_content + 1;
        ok = kf_sb_push(&jbpm->contents, content);
    }
    if (!ok) {
        jbpm->no_memory = true;
        if (content != NULL)
            free_content(content);
        return -1;
    }
    return ++jbpm->last_content;
}

/* Beginning and end */

static void free_instance(void *item)
{
    kf_jb_instance *instance = item;
    kf_jb_map_free(&instance->variables);
    free(instance);
}

static void free_task(void *item)
{
    kf_jb_task *task = item;
    for (size_t i = 0; i < task->owner_count; i++)
        free(task->owners[i]);
    free(task->owner);
    free(task);
}

static void free_work(void *item)
{
    kf_jb_work *work = item;
    kf_jb_map_free(&work->parameters);
    free(work);
}

static void free_log(void *item)
{
    kf_jb_log *log = item;
    free(log->name);
    free(log->value);
    free(log);
}

bool kf_jb_new(kf_sandbox *sandbox)
{
    kf_jbpm *jbpm = calloc(1, sizeof(*jbpm));
    sandbox->jbpm = jbpm;
    if (jbpm == NULL)
        return false;
    jbpm->sandbox = sandbox;
    for (size_t i = 0; i < kf_jb_user_count; i++) {
        jbpm->authorizations[i] = kf_sb_credential("Basic", kf_jb_users[i].name, kf_jb_users[i].name);
        if (jbpm->authorizations[i] == NULL)
            return false;
    }
    return true;
}

void kf_jb_clear_history(kf_jbpm *jbpm)
{
    kf_sb_vector_free(&jbpm->logs, free_log);
    for (size_t i = 0; i < jbpm->instances.count; i++)
        ((kf_jb_instance *)jbpm->instances.items[i])->forgotten = true;
}

void kf_jb_free(kf_jbpm *jbpm)
{
    if (jbpm == NULL)
        return;
    kf_sb_vector_free(&jbpm->logs, free_log);
    kf_sb_vector_free(&jbpm->works, free_work);
    kf_sb_vector_free(&jbpm->contents, free_content);
    kf_sb_vector_free(&jbpm->tasks, free_task);
    kf_sb_vector_free(&jbpm->instances, free_instance);
    for (size_t i = 0; i < kf_jb_user_count; i++)
        free(jbpm->authorizations[i]);
    free(jbpm);
}

const char *kf_sandbox_jbpm_url(const kf_sandbox *sandbox)
{
    return sandbox->jbpm_url;
}
