/* Any values in the parameters of any operation: no value adds a segment, a parameter or a header. */
#include "http/header.h"
#include "http/parameter.h"
#include "http/url.h"
#include "kuflow/kuflow.h"
#include "oracle.h"

#include <curl/curl.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BASE "https://api.example.com/v1"
#define MOST_TEXTS 256

/* Texts taken from the input one after the other, each up to a 0xFF or the end. */
typedef struct input {
    const uint8_t *at;
    const uint8_t *end;
    char *texts[MOST_TEXTS];
    size_t count;
} input;

static unsigned byte(input *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

static const char *text(input *in)
{
    const uint8_t *start = in->at;
    if (in->count == MOST_TEXTS)
        return "x";
    while (in->at < in->end && *in->at != 0xFF && *in->at != 0)
        in->at++;
    char *copy = calloc(1, (size_t)(in->at - start) + 1);
    MUST(copy != NULL);
    memcpy(copy, start, (size_t)(in->at - start));
    in->at += in->at < in->end;
    in->texts[in->count++] = copy;
    return copy;
}

/* Elements of an array, or entries of a map: at most three. */
static void fill_many(input *in, const kf_field *field, char *model, size_t count)
{
    static const int constants[] = {1, 2, 1};
    static const int32_t small[] = {1, INT32_MIN, 0};
    static const int64_t large[] = {1, INT64_MIN, 0};
    static const bool truths[] = {true, false, true};
    static const double ratios[] = {1, -0.1, 1e300};
    static const void *const lists[] = {
        [KF_KIND_BOOL] = truths,   [KF_KIND_INT32] = small,    [KF_KIND_INT64] = large,
        [KF_KIND_DOUBLE] = ratios, [KF_KIND_ENUM] = constants, [KF_KIND_OBJECT] = NULL,
    };
    const void *list = lists[field->kind];
    if (field->kind == KF_KIND_STRING) {
        const char **texts = malloc(6 * sizeof *texts); /* as entries too: a key and a text each */
        MUST(texts != NULL && in->count < MOST_TEXTS);
        in->texts[in->count++] = (char *)texts;
        for (size_t i = 0; i < 6; i++)
            texts[i] = text(in);
        list = texts;
    }
    MUST(list != NULL && (field->kind == KF_KIND_STRING || (field->flags & KF_FIELD_MAP) == 0));
    memcpy(model + field->offset, &list, sizeof list);
    memcpy(model + field->count_offset, &count, sizeof count);
}

/* Puts something from the input into a field of a parameter struct, or leaves it out. */
static void fill(input *in, const kf_field *field, char *model)
{
    char *value = model + field->offset;
    unsigned choice = byte(in);
    int64_t number = (int64_t)(int8_t)byte(in) * (INT64_C(1) << (choice & 31));
    if (choice == 0 && (field->flags & KF_FIELD_PLAIN) == 0)
        return;
    if ((field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0) {
        fill_many(in, field, model, choice % 4);
        return;
    }
    bool plain = (field->flags & KF_FIELD_PLAIN) != 0;
    int constant = (int)(choice % 5);
    const char *string;
    kf_bool truth = KF_BOOL((choice & 1) != 0);
    kf_int32 small = KF_INT32((int32_t)number);
    kf_int64 large = KF_INT64(number);
    kf_double ratio = KF_DOUBLE((double)number / 3);
    switch (field->kind) {
    case KF_KIND_STRING:
        string = text(in);
        memcpy(value, &string, sizeof string);
        break;
    case KF_KIND_ENUM:
        memcpy(value, &constant, sizeof constant);
        break;
    case KF_KIND_BOOL:
        memcpy(value, plain ? (void *)&truth.value : (void *)&truth, plain ? sizeof truth.value : sizeof truth);
        break;
    case KF_KIND_INT32:
        memcpy(value, plain ? (void *)&small.value : (void *)&small, plain ? sizeof small.value : sizeof small);
        break;
    case KF_KIND_INT64:
        memcpy(value, plain ? (void *)&large.value : (void *)&large, plain ? sizeof large.value : sizeof large);
        break;
    case KF_KIND_DOUBLE:
        memcpy(value, plain ? (void *)&ratio.value : (void *)&ratio, plain ? sizeof ratio.value : sizeof ratio);
        break;
    default:
        break;
    }
}

static size_t count_of(const char *text, char c)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == c;
    return count;
}

static void *filled(input *in, const kf_type *type)
{
    char *model = type == NULL ? NULL : calloc(1, type->size);
    for (size_t i = 0; model != NULL && i < type->field_count; i++)
        fill(in, &type->fields[i], model);
    return model;
}

/* How many pieces of a query belong to a parameter. */
static size_t pieces_of(const kf_field *field, const kf_parameter *style, const char *model)
{
    size_t count = 1;
    if (style->location != KF_IN_QUERY)
        return 0;
    if ((field->flags & (KF_FIELD_ARRAY | KF_FIELD_MAP)) != 0 &&
        (style->explode || style->style == KF_STYLE_DEEP_OBJECT))
        memcpy(&count, model + field->count_offset, sizeof count);
    return count;
}

static void check_url(const char *url, const kf_operation *operation, const char *parameters, size_t more)
{
    size_t pieces = more;
    const char *query = strchr(url, '?');
    size_t path = query == NULL ? strlen(url) : (size_t)(query - url);
    MUST(strncmp(url, BASE, strlen(BASE)) == 0);
    for (const char *c = url; *c != '\0'; c++)
        MUST(*c > 0x20 && *c < 0x7F && strchr("#\"<>\\^`{|}", *c) == NULL);
    size_t slashes = 0;
    for (size_t i = strlen(BASE); i < path; i++)
        slashes += url[i] == '/';
    MUST(slashes == count_of(operation->path, '/'));
    for (const char *at = url + strlen(BASE); at < url + path; at += strcspn(at + 1, "/?") + 1) {
        size_t length = strcspn(at + 1, "/?");
        MUST(!(length == 1 && at[1] == '.') && !(length == 2 && at[1] == '.' && at[2] == '.') && length > 0);
    }
    for (size_t i = 0; operation->parameters != NULL && parameters != NULL && i < operation->parameters->field_count;
         i++)
        pieces += pieces_of(&operation->parameters->fields[i], &operation->styles[i], parameters);
    MUST(query == NULL || (count_of(query + 1, '?') == 0 && count_of(query, '&') + 1 <= pieces));
    CURLU *parsed = curl_url();
    char *host = NULL;
    MUST(curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK);
    MUST(curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK && strcmp(host, "api.example.com") == 0);
    curl_free(host);
    curl_url_cleanup(parsed);
}

/* One of the operations of all services. */
static const kf_operation *operation_of(size_t index)
{
    size_t services, count = 0;
    const kf_service *const *all = kf_services(&services);
    for (size_t i = 0; i < services; i++)
        count += all[i]->operation_count;
    index %= count;
    while (index >= (*all)->operation_count)
        index -= (*all++)->operation_count;
    return &(*all)->operations[index];
}

static void any_operation(input *in, const kf_base_url *base)
{
    const kf_operation *operation = operation_of(byte(in));
    char *path = filled(in, operation->path_parameters);
    char *parameters = filled(in, operation->parameters);
    bool with_pair = byte(in) % 2 == 1;
    kf_pair pair = {text(in), text(in)};
    kf_pairs query = {&pair, 1};
    kf_url_values values = {path, parameters, byte(in) % 2 == 1 ? text(in) : NULL, with_pair ? &query : NULL};
    kf_buffer url = {0};
    kf_error error = {0};
    /* What the scope's tenant or the pair adds is one piece each. */
    if (kf_url_build(base, operation, &values, &url, &error) == KF_OK)
        check_url(url.data, operation, parameters, (values.tenant != NULL) + with_pair);
    else
        MUST(error.message[0] != '\0');
    kf_buffer_free(&url);
    free(path);
    free(parameters);
}

/* One text, list or map in every place and style. */
static void any_style(input *in)
{
    struct {
        const char *one;
        kf_string_list many;
        const kf_string_entry *map;
        size_t map_count;
    } model = {text(in), {NULL, 0}, NULL, 0};
    const char *items[] = {text(in), text(in)};
    kf_string_entry entries[] = {{text(in), text(in)}, {text(in), text(in)}};
    model.many = (kf_string_list){items, byte(in) % 3};
    model.map = entries;
    model.map_count = byte(in) % 3;
#define AT(member) (uint16_t)((const char *)&model.member - (const char *)&model)
    const kf_field fields[] = {
        {"name", NULL, AT(one), 0, 0, KF_KIND_STRING, 4},
        {"name", NULL, AT(many.items), AT(many.count), KF_FIELD_ARRAY, KF_KIND_STRING, 4},
        {"name", NULL, AT(map), AT(map_count), KF_FIELD_MAP, KF_KIND_STRING, 4},
    };
    kf_parameter style = {0};
    style.location = (uint8_t)(KF_IN_PATH + byte(in) % 4);
    style.style = (uint8_t)(KF_STYLE_FORM + byte(in) % 8);
    style.explode = byte(in) % 2 == 1;
    style.allow_reserved = style.location == KF_IN_QUERY && byte(in) % 2 == 1;
    unsigned which = byte(in) % 3;
    size_t most = which == 0 ? 1 : which == 1 ? model.many.count : model.map_count;
    kf_buffer buffer = {0};
    kf_error error = {0};
    bool wrote = false;
    kf_status status = kf_parameter_write(&fields[which], &style, &model, NULL, '?', &wrote, &buffer, &error);
    const char *written = buffer.data != NULL ? buffer.data : "";
    MUST(status == KF_OK || error.message[0] != '\0');
    if (status == KF_OK && wrote) {
        MUST(strlen(written) == buffer.length && strpbrk(written, "\r\n") == NULL);
        if (style.location == KF_IN_PATH)
            MUST(strpbrk(written, "/#") == NULL);
        if (style.location == KF_IN_QUERY)
            MUST(strpbrk(written, "# ") == NULL && count_of(written, '&') < most + 1);
        if (style.location == KF_IN_HEADER)
            MUST(kf_header_value_valid(written));
    }
    kf_buffer_free(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static kf_base_url *base;
    input in = {data, data + size, {NULL}, 0};
    if (base == NULL)
        MUST(kf_base_url_new(BASE, false, &base, NULL) == KF_OK);
    if (byte(&in) % 2 == 0)
        any_operation(&in, base);
    else
        any_style(&in);
    for (size_t i = 0; i < in.count; i++)
        free(in.texts[i]);
    return 0;
}
