/* Models under short memory: decode, encode, copy, print. No network, so that every error must be KF_ERROR_MEMORY. */
#include "sweep.h"

#include "kuflow/model.h"

#include <stdio.h>
#include <string.h>

#define ID "\"5f0b6bd2-5bd4-4b0a-9d5b-0e6a4b6f5a10\""

/* Nulls, unknown members and enum texts, exact numbers and escapes: all that has to be kept beside the members. */
static const char page_text[] =
    "{\"metadata\":{\"size\":2,\"page\":0,\"totalElements\":9007199254740993,\"totalPages\":1,\"first\":true},"
    "\"content\":[{\"id\":" ID ",\"state\":\"RUNNING\",\"processDefinitionRef\":{\"id\":" ID ",\"version\":" ID
    "},\"initiatorId\":null,\"tenantId\":" ID ",\"createdAt\":\"2024-06-14T09:30:00.120Z\"},"
    "{\"id\":" ID ",\"state\":\"FROM_THE_FUTURE\",\"processDefinitionRef\":{\"id\":" ID ",\"version\":" ID
    ",\"name\":\"\\u00e9\\n\"},\"tenantId\":" ID ",\"unknown\":{\"deep\":[1,2.50,[true,null]]}}],\"links\":[]}";

static const char item_text[] =
    "{\"createdBy\":" ID ",\"id\":" ID ",\"type\":\"TASK\",\"processId\":" ID
    ",\"processItemDefinitionRef\":{\"id\":" ID ",\"version\":" ID ",\"code\":\"T\"},\"task\":{\"state\":\"CLAIMED\","
    "\"taskDefinition\":null,\"data\":{\"valid\":true,\"value\":{\"total\":0.30000000000000004,\"lines\":[{\"n\":1},"
    "{\"n\":9007199254740993}]},\"errors\":[{\"propertyPath\":\"/total\",\"type\":\"t\"}]},\"logs\":[{\"id\":" ID
    ",\"timestamp\":\"2024-06-14T09:30:00Z\",\"message\":\"m\",\"level\":\"INFO\"}]},\"x\":\"y\"}";

static const char robot_text[] =
    "{\"id\":" ID ",\"code\":\"R\",\"name\":\"robot\",\"sourceType\":\"PACKAGE\",\"sourceFile\":{\"id\":" ID
    ",\"name\":\"f\",\"contentType\":\"a/b\",\"contentLength\":12,\"contentHash\":\"h\"},"
    "\"environmentVariables\":{\"A\":\"1\",\"B\":\"2\",\"\":\"three\"},\"tenantId\":" ID "}";

static const char event_text[] =
    "{\"id\":" ID
    ",\"version\":\"1\",\"type\":\"PROCESS_ITEM.TASK_STATE_CHANGED\",\"timestamp\":\"2024-06-14T09:30:00Z\","
    "\"data\":{\"processId\":" ID ",\"processItemId\":" ID ",\"processItemType\":\"TASK\",\"processItemState\":"
    "\"COMPLETED\",\"new\":[]}}";

/* What the case at hand works on. */
static void *item;
static char *item_print;
static void *crowd;
static char crowd_text[1024];

static kf_status decode(const char *name, const char *text, void **model)
{
    kf_error error;
    return kf_model_decode(kf_type_find(name), text, strlen(text), model, &error);
}

/* Whether a model is what its text says, to the last byte. */
static bool is_text(const char *name, const void *model, const char *text)
{
    char *again = NULL;
    kf_error error;
    kf_status status = kf_model_encode(kf_type_find(name), model, &again, &error);
    bool same = status == KF_OK && strcmp(again, text) == 0;
    if (!same)
        fprintf(stderr, "# %s: %s\n# wanted %s\n# got    %s\n", name, error.message, text, again != NULL ? again : "");
    kf_free(again);
    return same;
}

static kf_status decode_page(void **result)
{
    return decode("kuflow.ProcessPage", page_text, result);
}

static bool is_page(void *model)
{
    return is_text("kuflow.ProcessPage", model, page_text);
}

static kf_status decode_item(void **result)
{
    return decode("kuflow.ProcessItem", item_text, result);
}

static bool is_item(void *model)
{
    return is_text("kuflow.ProcessItem", model, item_text);
}

static kf_status decode_robot(void **result)
{
    return decode("kuflow.Robot", robot_text, result);
}

static bool is_robot(void *model)
{
    return is_text("kuflow.Robot", model, robot_text);
}

static kf_status decode_event(void **result)
{
    return decode("kuflow.WebhookEvent", event_text, result);
}

static bool is_event(void *model)
{
    return is_text("kuflow.WebhookEvent", model, event_text);
}

static kf_status encode_item(void **result)
{
    kf_error error;
    return kf_model_encode(kf_type_find("kuflow.ProcessItem"), item, (char **)result, &error);
}

static bool is_item_text(void *text)
{
    return strcmp(text, item_text) == 0;
}

static kf_status clone_item(void **result)
{
    kf_error error;
    return kf_model_clone(kf_type_find("kuflow.ProcessItem"), item, result, &error);
}

static kf_status print_item(void **result)
{
    kf_error error;
    return kf_model_print(kf_type_find("kuflow.ProcessItem"), item, (char **)result, &error);
}

static bool is_item_print(void *text)
{
    return strcmp(text, item_print) == 0;
}

/* So many members that the encoder sorts them, if it can. */
static kf_status encode_crowd(void **result)
{
    kf_error error;
    return kf_model_encode(kf_type_find("kuflow.PrincipalUser"), crowd, (char **)result, &error);
}

static bool is_crowd_text(void *text)
{
    return strcmp(text, crowd_text) == 0;
}

static bool make_crowd(void)
{
    size_t length = (size_t)sprintf(crowd_text, "{\"id\":\"u\"");
    for (int i = 0; i < 50; i++)
        length += (size_t)sprintf(crowd_text + length, ",\"x%d\":%d", i, i);
    strcpy(crowd_text + length, "}");
    return decode("kuflow.PrincipalUser", crowd_text, &crowd) == KF_OK;
}

/* A text that is refused has to be refused for its own reason or for short memory, and for nothing else. */
static kf_status refuse_item(void **result)
{
    static char refused[] = "refused";
    static const char text[] = "{\"id\":" ID ",\"task\":{\"logs\":[{\"id\":1}]}}";
    void *model = NULL;
    kf_status status = decode("kuflow.ProcessItem", text, &model);
    if (status != KF_ERROR_DECODE || model != NULL)
        return status == KF_OK ? KF_ERROR_INTERNAL : status;
    *result = refused;
    return KF_OK;
}

static bool is_refused(void *result)
{
    return result != NULL;
}

static void keep(void *result)
{
    (void)result;
}

const kf_sweep_case kf_sweep_model_cases[] = {
    {"decode a page", decode_page, is_page, kf_model_free, NULL, false, 0},
    {"decode an item", decode_item, is_item, kf_model_free, NULL, false, 0},
    {"decode a robot", decode_robot, is_robot, kf_model_free, NULL, false, 0},
    {"decode an event", decode_event, is_event, kf_model_free, NULL, false, 0},
    {"decode a wrong text", refuse_item, is_refused, keep, NULL, false, 0},
    {"encode an item", encode_item, is_item_text, kf_free, NULL, false, 0},
    {"encode a crowd", encode_crowd, is_crowd_text, kf_free, NULL, false, 0},
    {"clone an item", clone_item, is_item, kf_model_free, NULL, false, 0},
    {"print an item", print_item, is_item_print, kf_free, NULL, false, 0},
    {NULL, NULL, NULL, NULL, NULL, false, 0},
};

bool kf_sweep_model_set_up(void)
{
    if (decode_item(&item) == KF_OK && print_item((void **)&item_print) == KF_OK && make_crowd())
        return true;
    fprintf(stderr, "# set-up: the item cannot be decoded and printed\n");
    return false;
}

void kf_sweep_model_tear_down(void)
{
    kf_model_free(item);
    kf_model_free(crowd);
    kf_free(item_print);
}
