/* jBPM's answers as JAXB writes them. */
#include "../src/core/utf8.h"
#include "jbpm.h"

#include <stdlib.h>
#include <string.h>

#define XS "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""
#define NIL "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\""

/* What XML cannot hold becomes "?". */
void kf_jb_escape(kf_fl_text *xml, const char *text)
{
    for (size_t left = strlen(text), bytes; left > 0; text += bytes, left -= bytes) {
        bytes = kf_utf8_length(text, left);
        bool held = bytes > 0 && ((unsigned char)*text >= ' ' || strchr("\t\n\r", *text) != NULL);
        bytes = bytes == 0 ? 1 : bytes;
        switch (held ? *text : '?') {
        case '&':
            kf_fl_puts(xml, "&amp;");
            break;
        case '<':
            kf_fl_puts(xml, "&lt;");
            break;
        case '>':
            kf_fl_puts(xml, "&gt;");
            break;
        case '\r':
            kf_fl_puts(xml, "&#xD;");
            break;
        default:
            kf_fl_put(xml, held ? text : "?", bytes);
        }
    }
}

void kf_jb_tag(kf_fl_text *xml, const char *name, const char *text)
{
    if (text == NULL)
        return;
    kf_fl_printf(xml, "<%s>", name);
    kf_jb_escape(xml, text);
    kf_fl_printf(xml, "</%s>", name);
}

void kf_jb_number(kf_fl_text *xml, const char *name, int64_t number)
{
    kf_fl_printf(xml, "<%s>%lld</%s>", name, (long long)number, name);
}

static void put_time(kf_fl_text *xml, const char *name, int64_t ms)
{
    char time[KF_JB_TIME];
    kf_jb_time(ms, time);
    kf_jb_tag(xml, name, time);
}

/* Values */

/* As java.io.ObjectOutputStream writes an object around one number. */
static const struct {
    const char *name, *xsd;
    unsigned char head[96];
    size_t head_size, size;
} classes[] = {
    [KF_JB_STRING] = {"java.lang.String", "xs:string", "\xac\xed\0\5t", 5, 0},
    [KF_JB_LONG] = {"java.lang.Long", "xs:long",
                    "\xac\xed\0\5sr\0\16java.lang.Long;\x8b\xe4\x90\xcc\x8f#\xdf\2\0\1J\0\5valuexr\0\20java.lang.Number"
                    "\x86\xac\x95\35\13\x94\xe0\x8b\2\0\0xp",
                    74, 8},
    [KF_JB_INTEGER] = {"java.lang.Integer", "xs:int",
                       "\xac\xed\0\5sr\0\21java.lang.Integer\22\xe2\xa0\xa4\xf7\x81\x87"
                       "8\2\0\1I\0\5valuexr\0\20java."
                       "lang.Number\x86\xac\x95\35\13\x94\xe0\x8b\2\0\0xp",
                       77, 4},
    [KF_JB_BOOLEAN] = {"java.lang.Boolean", "xs:boolean",
                       "\xac\xed\0\5sr\0\21java.lang.Boolean\xcd r\x80\xd5\x9c\xfa\xee\2\0\1Z\0\5valuexp", 46, 1},
    [KF_JB_DOUBLE] = {"java.lang.Double", "xs:double",
                      "\xac\xed\0\5sr\0\20java.lang.Double\x80\xb3\xc2J)k\xfb\4\2\0\1D\0\5valuexr\0\20java.lang.Number"
                      "\x86\xac\x95\35\13\x94\xe0\x8b\2\0\0xp",
                      76, 8},
};

static void put_big_endian(unsigned char *to, uint64_t bits, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (unsigned char)(bits >> 8 * (size - 1 - i));
}

/* Texts must be of the Basic Multilingual Plane and without NUL, since only their UTF-8 is Java's as well. */
static void put_serialized(kf_fl_text *xml, const kf_jb_value *value)
{
    size_t head = classes[value->java].head_size, size = classes[value->java].size, length = strlen(value->text);
    unsigned char *bytes = malloc(head + 8 + length);
    if (bytes == NULL) {
        xml->failed = true;
        return;
    }
    memcpy(bytes, classes[value->java].head, head);
    double real = strtod(value->text, NULL);
    uint64_t bits = (uint64_t)strtoll(value->text, NULL, 10);
    if (value->java == KF_JB_DOUBLE)
        memcpy(&bits, &real, sizeof(bits));
    if (value->java == KF_JB_BOOLEAN)
        bits = strcmp(value->text, "true") == 0;
    if (value->java == KF_JB_STRING) {
        put_big_endian(bytes + head, length, 2);
        memcpy(bytes + head + 2, value->text, length);
        size = 2 + length;
    } else {
        put_big_endian(bytes + head, bits, size);
    }
    char *text = kf_sb_base64(bytes, head + size);
    if (text == NULL)
        xml->failed = true;
    else
        kf_fl_puts(xml, text);
    free(text);
    free(bytes);
}

void kf_jb_put_typed(kf_fl_text *xml, const char *name, const kf_jb_map *map)
{
    kf_fl_printf(xml, map->count > 0 ? "<%s>" : "<%s/>", name);
    for (size_t i = 0; i < map->count; i++) {
        kf_fl_puts(xml, "<entry>");
        kf_jb_tag(xml, "key", map->values[i].name);
        kf_fl_printf(xml, "<value " XS " xsi:type=\"%s\">", classes[map->values[i].java].xsd);
        kf_jb_escape(xml, map->values[i].text);
        kf_fl_puts(xml, "</value></entry>");
    }
    if (map->count > 0)
        kf_fl_printf(xml, "</%s>", name);
}

void kf_jb_put_variables(kf_fl_text *xml, const kf_jb_map *map)
{
    kf_fl_puts(xml, map->count > 0 ? "<variables>" : "<variables/>");
    for (size_t i = 0; i < map->count; i++) {
        kf_fl_puts(xml, "<entry>");
        kf_jb_tag(xml, "key", map->values[i].name);
        kf_jb_tag(xml, "value", map->values[i].text);
        kf_fl_puts(xml, "</entry>");
    }
    if (map->count > 0)
        kf_fl_puts(xml, "</variables>");
}

/* Resources. Of a command's result `command` is its name and `index` its place; NULL: of an answer. */

void kf_jb_begin(kf_fl_text *xml, const char *name, const char *command, size_t index)
{
    if (command == NULL)
        kf_fl_printf(xml, "<%s>", name);
    else
        kf_fl_printf(xml, "<%s index=\"%zu\">", name, index);
}

void kf_jb_put_instance(kf_fl_text *xml, const kf_jb_instance *instance)
{
    kf_jb_tag(xml, "process-id", instance->model->id);
    kf_jb_number(xml, "id", instance->id);
    kf_jb_number(xml, "state", instance->state);
}

void kf_jb_put_content(kf_fl_text *xml, const kf_jb_content *content)
{
    kf_jb_number(xml, "id", content->id);
    kf_fl_puts(xml, "<class-name>java.util.HashMap</class-name><content-map>");
    for (size_t i = 0; i < content->map.count; i++) {
        const kf_jb_value *value = &content->map.values[i];
        kf_fl_puts(xml, "<entry key=\"");
        for (const char *c = value->name; *c != '\0'; c++) {
            if (*c == '"')
                kf_fl_puts(xml, "&quot;");
            else
                kf_jb_escape(xml, (char[]){*c, '\0'});
        }
        kf_fl_printf(xml, "\" class-name=\"%s\">", classes[value->java].name);
        put_serialized(xml, value);
        kf_fl_puts(xml, "</entry>");
    }
    kf_fl_puts(xml, "</content-map>");
}

void kf_jb_put_summary(kf_fl_text *xml, const kf_jb_task *task)
{
    const char *comment = task->node->comment == NULL ? "" : task->node->comment;
    kf_fl_puts(xml, "<task-summary>");
    kf_jb_number(xml, "id", task->id);
    kf_jb_tag(xml, "name", task->node->name);
    kf_jb_tag(xml, "subject", comment);
    kf_jb_tag(xml, "description", comment);
    kf_jb_tag(xml, "status", kf_jb_status_names[task->status]);
    kf_jb_number(xml, "priority", task->node->priority);
    kf_jb_tag(xml, "skipable", "true");
    kf_jb_tag(xml, "actual-owner", task->owner);
    kf_jb_tag(xml, "created-by", task->node->actor);
    put_time(xml, "created-on", task->created_ms);
    put_time(xml, "activation-time", task->created_ms);
    kf_jb_number(xml, "process-instance-id", task->instance->id);
    kf_jb_tag(xml, "process-id", task->instance->model->id);
    kf_jb_number(xml, "process-session-id", 1);
    kf_jb_tag(xml, "sub-task-strategy", "NoAction");
    kf_jb_number(xml, "parent-id", -1);
    kf_fl_puts(xml, "</task-summary>");
}

static void put_text(kf_fl_text *xml, const char *name, int64_t id, const char *text)
{
    kf_fl_printf(xml, "<%s>%lld:en-UK:", name, (long long)id);
    kf_jb_escape(xml, text == NULL ? "" : text);
    kf_fl_printf(xml, "</%s>", name);
}

static void put_task_data(kf_fl_text *xml, const kf_jb_task *task)
{
    kf_fl_puts(xml, "<taskData>");
    kf_jb_tag(xml, "status", kf_jb_status_names[task->status]);
    kf_jb_tag(xml, "previous-status", kf_jb_status_names[task->previous]);
    kf_jb_tag(xml, "actual-owner", task->owner);
    kf_jb_tag(xml, "created-by", task->node->actor);
    put_time(xml, "created-on", task->created_ms);
    put_time(xml, "activation-time", task->created_ms);
    kf_jb_tag(xml, "skipable", "true");
    kf_jb_number(xml, "work-item-id", task->work_item);
    kf_jb_number(xml, "process-instance-id", task->instance->id);
    kf_jb_tag(xml, "document-type", "java.util.HashMap");
    kf_jb_number(xml, "document-content-id", task->input);
    kf_jb_tag(xml, "output-type", task->output >= 0 ? "java.util.HashMap" : NULL);
    kf_jb_number(xml, "output-content-id", task->output);
    kf_jb_number(xml, "fault-content-id", task->fault);
    kf_jb_number(xml, "parent-id", -1);
    kf_jb_tag(xml, "process-id", task->instance->model->id);
    kf_jb_number(xml, "process-session-id", 1);
    kf_jb_tag(xml, "deployment-id", KF_SANDBOX_JBPM_DEPLOYMENT);
    kf_fl_puts(xml, "</taskData>");
}

void kf_jb_put_task(kf_fl_text *xml, const kf_jb_task *task)
{
    kf_fl_puts(xml, "<task>");
    kf_jb_number(xml, "id", task->id);
    kf_jb_number(xml, "priority", task->node->priority);
    put_text(xml, "name", task->id * 3 - 1, task->node->name);
    put_text(xml, "subject", task->id * 3, task->node->comment);
    put_text(xml, "description", task->id * 3 - 2, task->node->comment);
    kf_fl_puts(xml, "<peopleAssignments>");
    for (size_t i = 0; i < task->owner_count; i++)
        kf_jb_tag(xml, "potential-owner", task->owners[i]);
    kf_fl_puts(xml, "<business-administrator>u:Administrator</business-administrator>"
                    "<business-administrator>g:Administrators</business-administrator>");
    if (task->node->administrator != NULL)
        kf_fl_printf(xml, "<business-administrator>u:%s</business-administrator>", task->node->administrator);
    kf_fl_puts(xml, "</peopleAssignments>");
    put_task_data(xml, task);
    kf_fl_puts(xml, "</task>");
}

void kf_jb_put_work(kf_fl_text *xml, const kf_jb_work *work)
{
    static const kf_jb_map none = {NULL, 0};
    kf_jb_number(xml, "id", work->id);
    kf_jb_tag(xml, "name", work->node->kind == KF_JB_TASK ? "Human Task" : work->node->name);
    kf_jb_number(xml, "state", 0);
    kf_jb_put_typed(xml, "parameters", &work->parameters);
    kf_jb_put_typed(xml, "results", &none);
    kf_jb_number(xml, "processInstanceId", work->instance->id);
}

/* Logs */

void kf_jb_put_instance_log(kf_fl_text *xml, const kf_jb_instance *instance, const char *element)
{
    kf_fl_printf(xml, "<%s id=\"%lld\">", element, (long long)instance->id);
    kf_jb_number(xml, "process-instance-id", instance->id);
    kf_jb_tag(xml, "process-id", instance->model->id);
    put_time(xml, "start", instance->start_ms);
    if (instance->state != 1)
        put_time(xml, "end", instance->end_ms);
    kf_jb_number(xml, "status", instance->state);
    if (instance->parent == NULL)
        kf_fl_puts(xml, "<parent-process-instance-id " NIL "/>");
    else
        kf_jb_number(xml, "parent-process-instance-id", instance->parent->id);
    kf_fl_puts(xml, "<outcome " NIL "/>");
    if (instance->state != 1)
        kf_jb_number(xml, "duration", instance->end_ms - instance->start_ms);
    kf_jb_tag(xml, "identity", instance->identity);
    kf_jb_tag(xml, "process-version", "1.0");
    kf_jb_tag(xml, "process-name", instance->model->name);
    kf_jb_tag(xml, "external-id", KF_SANDBOX_JBPM_DEPLOYMENT);
    kf_fl_printf(xml, "</%s>", element);
}

void kf_jb_log_node(const kf_jb_log *log, const char **id, const char **name, const char **type)
{
    const kf_jb_model *model = log->instance->model;
    size_t count = 0;
    while (count < sizeof(model->nodes) / sizeof(model->nodes[0]) && model->nodes[count].id != NULL)
        count++;
    bool inner = log->place > 0 && log->place <= count;
    const kf_jb_node *node = inner ? &model->nodes[log->place - 1] : NULL;
    *id = inner ? node->id : log->place == 0 ? model->first_id : model->last_id;
    *name = inner ? node->name : log->place == 0 ? "Start" : "End";
    *type = inner ? node->type : log->place == 0 ? "StartNode" : "EndNode";
}

void kf_jb_put_log(kf_fl_text *xml, const kf_jb_log *log)
{
    const char *id, *name, *type, *other, *ignored;
    const char *element = log->name == NULL ? "node-instance-log" : "variable-instance-log";
    kf_fl_printf(xml, "<%s id=\"%lld\">", element, (long long)log->id);
    kf_jb_number(xml, "process-instance-id", log->instance->id);
    kf_jb_tag(xml, "process-id", log->instance->model->id);
    put_time(xml, "date", log->at_ms);
    if (log->name == NULL) {
        /* A node is entered by the flow that comes in, and left by the one that goes out. */
        kf_jb_log from = *log;
        bool entered = log->type == 0;
        kf_jb_log_node(log, &id, &name, &type);
        from.place = entered ? log->place - 1 : log->place + 1;
        kf_jb_number(xml, "type", log->type);
        kf_jb_number(xml, "node-instance-id", (int64_t)log->place);
        kf_jb_tag(xml, "node-id", id);
        kf_jb_tag(xml, "node-name", name);
        kf_jb_tag(xml, "node-type", type);
        if (log->work != 0)
            kf_jb_number(xml, "work-item-id", log->work);
        if (entered ? log->place > 0 : strcmp(type, "EndNode") != 0) {
            kf_jb_log_node(&from, &other, &ignored, &ignored);
            kf_fl_printf(xml, "<connection>%s-%s</connection>", entered ? other : id, entered ? id : other);
        }
    } else {
        kf_jb_tag(xml, "variable-instance-id", log->name);
        kf_jb_tag(xml, "variable-id", log->name);
        kf_jb_tag(xml, "value", log->value);
        kf_fl_puts(xml, "<oldValue></oldValue>");
    }
    kf_jb_tag(xml, "external-id", KF_SANDBOX_JBPM_DEPLOYMENT);
    kf_fl_printf(xml, "</%s>", element);
}
