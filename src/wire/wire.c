#include "wire/wire.h"

#include "core/fail.h"
#include "model/layout.h"
#include "wire/convert.h"

#include <stdlib.h>
#include <strings.h>

static size_t kf_space_before(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && text[at] != '\0' && strchr(" \t\r\n", text[at]) != NULL)
        at++;
    return at;
}

bool kf_wire_is_xml(const char *text, size_t length)
{
    static const char *const marks[] = {"\xFE\xFF", "\xFF\xFE", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < 2; i++) {
        if (length >= 2 && memcmp(text, marks[i], 2) == 0)
            return true;
    }
    if (length >= 3 && memcmp(text, marks[2], 3) == 0) {
        text += 3;
        length -= 3;
    }
    size_t space = kf_space_before(text, length);
    return space < length && text[space] == '<';
}

bool kf_media_is_xml(const char *media)
{
    size_t length = media == NULL ? 0 : strcspn(media, "; \t");
    return length >= 4 && strncasecmp(media + length - 3, "xml", 3) == 0 && strchr("/+", media[length - 4]) != NULL;
}

/* Whether a document's element may stand for the type. Where neither the type nor one that it can be has a name in XML,
 * none may: what comes for it is the page of a proxy or of a login. */
static bool kf_is_root(const kf_type *type, const kf_node *root)
{
    const kf_wire *wire = kf_wire_of(type);
    bool many = type->discriminator != NULL || (type->flags & (KF_TYPE_UNION | KF_TYPE_BY_STATUS)) != 0;
    if (strcasecmp(root->name.text, "html") == 0)
        return false;
    if ((many && wire->root == NULL && wire->aliases == NULL) || kf_wire_is_called(type, root, &root->name) ||
        kf_wire_variant_called(type, root, &root->name) != NULL)
        return true;
    const kf_field *named = kf_wire_flagged(type, KF_WIRE_BY_NAME);
    return named != NULL && kf_wire_variant_called(named->ref, root, &root->name) != NULL;
}

static kf_status kf_wire_convert(const kf_type *type, kf_node *root, kf_scratch *scratch, int http_status,
                                 kf_buffer *json, kf_error *error)
{
    kf_convert convert = {.scratch = scratch, .http_status = http_status};
    kf_writer_init(&convert.writer, json, false);
    kf_convert_root(&convert, type, root);
    if (json->failed)
        return kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    if (convert.not_utf8)
        return kf_fail(error, KF_ERROR_DECODE, "%s: a text is not valid UTF-8", kf_type_short_name(type));
    return KF_OK;
}

static kf_scratch kf_wire_scratch(const kf_type *type, const kf_wire_options *options)
{
    size_t most = options->max_bytes > 0 ? options->max_bytes : (size_t)256 << 20;
    return (kf_scratch){.most = most, .secret = kf_type_is_secret(type)};
}

static kf_status kf_wire_end(const kf_type *type, kf_scratch *scratch, kf_status status, kf_error *error)
{
    if (status != KF_OK && scratch->full)
        status = kf_fail(error, KF_ERROR_LIMIT, "%s: too many values", kf_type_short_name(type));
    kf_scratch_free(scratch);
    return status;
}

kf_status kf_wire_from_json(const kf_type *type, char *text, size_t length, const kf_wire_options *options,
                            kf_buffer *json, kf_error *error)
{
    kf_scratch scratch = kf_wire_scratch(type, options);
    kf_node *root;
    kf_status status = kf_node_read_json(text, length, options->max_depth, &scratch, &root);
    if (status == KF_OK)
        status = kf_wire_convert(type, root, &scratch, options->http_status, json, error);
    else if (status == KF_ERROR_MEMORY)
        kf_fail(error, status, "memory ran out");
    return kf_wire_end(type, &scratch, status, error);
}

/* What a proxy or a login answers, and what is seldom well-formed. */
static bool kf_is_web_page(const char *text, size_t length)
{
    static const char *const begins[] = {"<!doctype html", "<html"};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        size_t begin = strlen(begins[i]);
        if (length > begin && strncasecmp(text, begins[i], begin) == 0 && strchr(" \t\r\n>", text[begin]) != NULL)
            return true;
    }
    return false;
}

kf_status kf_wire_from_xml(const kf_type *type, const char *text, size_t length, const kf_wire_options *options,
                           kf_buffer *json, kf_error *error)
{
    kf_scratch scratch = kf_wire_scratch(type, options);
    const char *what = kf_type_short_name(type);
    kf_node *root;
    size_t space = kf_space_before(text, length); /* Which XML does not allow before its declaration. */
    if (kf_is_web_page(text + space, length - space))
        return kf_fail(error, KF_ERROR_DECODE, "%s: expected XML or JSON, found a web page", what);
    kf_status status = kf_node_read_xml(text + space, length - space, options->max_depth, what, &scratch, &root, error);
    if (status == KF_OK && !kf_is_root(type, root)) {
        const kf_wire *wire = kf_wire_of(type);
        const char *expected = wire->root != NULL ? wire->root : wire->aliases != NULL ? wire->aliases[0] : NULL;
        status = kf_fail(error, KF_ERROR_DECODE, "%s: expected %s%.80s%s, found <%.80s>", what,
                         expected != NULL ? "the element <" : "JSON", expected != NULL ? expected : "",
                         expected != NULL ? ">" : "", root->name.text);
    }
    if (status == KF_OK)
        status = kf_wire_convert(type, root, &scratch, options->http_status, json, error);
    return kf_wire_end(type, &scratch, status, error);
}

bool kf_wire_any_xml(const char *text, size_t length, kf_buffer *json)
{
    kf_scratch scratch = {.secret = json->secret};
    kf_convert convert = {.scratch = &scratch};
    kf_node *root = NULL;
    size_t space = kf_space_before(text, length);
    kf_writer_init(&convert.writer, json, false);
    bool good = kf_wire_is_xml(text, length) &&
                kf_node_read_xml(text + space, length - space, 0, "", &scratch, &root, NULL) == KF_OK &&
                strcasecmp(root->name.text, "html") != 0;
    if (good)
        kf_convert_generic(&convert, root);
    kf_scratch_free(&scratch);
    return good && !json->failed && !convert.not_utf8;
}
