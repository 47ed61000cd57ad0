/* XML by libxml2's events: its own tree would be one more place in which a failed allocation loses something. */
#include "core/arena.h"
#include "core/buffer.h"
#include "core/fail.h"
#include "wire/node.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/threads.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define KF_XSI_URI "http://www.w3.org/2001/XMLSchema-instance"
#define KF_XS_URI "http://www.w3.org/2001/XMLSchema"
#define KF_XML_SPACE " \t\r\n"
#define KF_XML_MANY 1000 /* Attributes of an element; namespaces that are declared for it. */

#if LIBXML_VERSION >= 21200
typedef const xmlError kf_xml_error;
#else
typedef xmlError kf_xml_error;
#endif

/* A prefix that stands for XML Schema's types, as in xsi:type="xsd:string". */
typedef struct kf_xml_prefix {
    struct kf_xml_prefix *above;
    const char *text;
    int depth;
    bool of_types;
} kf_xml_prefix;

typedef struct kf_xml_source {
    const char *next; /* Of the text, what libxml2 has not read. */
    const char *end;
    xmlParserCtxtPtr parser;
    kf_scratch *scratch;
    kf_node *root;
    kf_node *open;
    kf_buffer text; /* Of the innermost element, since its last child. */
    kf_xml_prefix *prefixes;
    int depth;
    int max_depth;
    bool ended;
    bool raised; /* libxml2 has reported something. */
    kf_status status;
    int line;
    char problem[160];
} kf_xml_source;

static void kf_xml_note(kf_xml_source *source, kf_status status, const char *problem)
{
    if (source->status != KF_OK)
        return;
    source->status = status;
    source->line = xmlSAX2GetLineNumber(source->parser);
    kf_copy_text(source->problem, sizeof source->problem, problem, strlen(problem));
}

static void kf_xml_stop(kf_xml_source *source, kf_status status, const char *problem)
{
    kf_xml_note(source, status, problem);
    xmlStopParser(source->parser);
}

static void kf_xml_no_memory(kf_xml_source *source)
{
    kf_xml_stop(source, KF_ERROR_MEMORY, "memory ran out");
}

static bool kf_xml_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\0' || strchr(KF_XML_SPACE, text[i]) == NULL)
            return false;
    }
    return true;
}

/* "prefix:local", or one of them; a copy. */
static bool kf_xml_copy(kf_xml_source *source, const char *prefix, const char *text, size_t length, kf_slice *copy)
{
    size_t before = prefix == NULL ? 0 : strlen(prefix) + 1;
    copy->length = before + length;
    copy->text = kf_scratch_alloc(source->scratch, copy->length + 1);
    if (copy->text == NULL) {
        kf_xml_no_memory(source);
        return false;
    }
    if (prefix != NULL) {
        memcpy(copy->text, prefix, before - 1);
        copy->text[before - 1] = ':';
    }
    memcpy(copy->text + before, text, length);
    copy->text[copy->length] = '\0';
    return true;
}

/* Whatever a document calls it, here it is "xsi". */
static const char *kf_xml_prefix_of(const char *prefix, const char *uri)
{
    return uri != NULL && strcmp(uri, KF_XSI_URI) == 0 ? "xsi" : prefix;
}

static bool kf_xml_declare(kf_xml_source *source, int count, const xmlChar **namespaces)
{
    for (int i = 0; i < count; i++) {
        if (namespaces[2 * i] == NULL)
            continue;
        kf_xml_prefix *prefix = kf_scratch_alloc(source->scratch, sizeof *prefix);
        if (prefix == NULL) {
            kf_xml_no_memory(source);
            return false;
        }
        *prefix = (kf_xml_prefix){source->prefixes, (const char *)namespaces[2 * i], source->depth, false};
        prefix->of_types = namespaces[2 * i + 1] != NULL && strcmp((const char *)namespaces[2 * i + 1], KF_XS_URI) == 0;
        source->prefixes = prefix;
    }
    return true;
}

/* The value of xsi:type with the usual prefix. */
static bool kf_xml_type_text(kf_xml_source *source, const char *value, size_t length, kf_slice *text)
{
    const char *colon = memchr(value, ':', length);
    const kf_xml_prefix *prefix = colon == NULL ? NULL : source->prefixes;
    const kf_slice name = {(char *)(uintptr_t)value, colon == NULL ? 0 : (size_t)(colon - value)};
    while (prefix != NULL && !kf_slice_is(&name, prefix->text))
        prefix = prefix->above;
    if (prefix == NULL || !prefix->of_types)
        return kf_xml_copy(source, NULL, value, length, text);
    return kf_xml_copy(source, "xs", colon + 1, length - name.length - 1, text);
}

/* xsi:nil="true", or another value. */
static bool kf_xml_is_true(const char *value, size_t length)
{
    for (; length > 0 && strchr(KF_XML_SPACE, value[length - 1]) != NULL; length--) {
    }
    for (; length > 0 && strchr(KF_XML_SPACE, *value) != NULL; length--)
        value++;
    return (length == 1 && *value == '1') || (length == 4 && memcmp(value, "true", 4) == 0);
}

static bool kf_xml_attribute(kf_xml_source *source, kf_node *element, const xmlChar **attribute)
{
    const char *local = (const char *)attribute[0];
    const char *prefix = kf_xml_prefix_of((const char *)attribute[1], (const char *)attribute[2]);
    const char *value = (const char *)attribute[3];
    size_t length = (size_t)(attribute[4] - attribute[3]);
    bool instance = prefix != NULL && strcmp(prefix, "xsi") == 0;
    if (instance && strcmp(local, "nil") == 0) {
        element->nil = kf_xml_is_true(value, length);
        return true;
    }
    kf_node *node = kf_node_add(source->scratch, element, KF_NODE_ATTRIBUTE);
    if (node == NULL) {
        kf_xml_no_memory(source);
        return false;
    }
    if (!kf_xml_copy(source, prefix, local, strlen(local), &node->name))
        return false;
    return instance && strcmp(local, "type") == 0 ? kf_xml_type_text(source, value, length, &node->text)
                                                  : kf_xml_copy(source, NULL, value, length, &node->text);
}

/* The text so far becomes a child for the time being. */
static bool kf_xml_keep_text(kf_xml_source *source)
{
    kf_buffer *text = &source->text;
    if (source->open != NULL && !kf_xml_blank(text->data, text->length)) {
        kf_node *piece = kf_node_add(source->scratch, source->open, KF_NODE_STRING);
        if (piece == NULL) {
            kf_xml_no_memory(source);
            return false;
        }
        if (!kf_xml_copy(source, NULL, text->data, text->length, &piece->text))
            return false;
    }
    text->length = 0;
    return true;
}

static const char kf_xml_too_many[] = "too many attributes or namespaces";

static void kf_xml_start(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                         int namespace_count, const xmlChar **namespaces, int attribute_count, int defaulted_count,
                         const xmlChar **attributes)
{
    kf_xml_source *source = user;
    (void)defaulted_count;
    if (source->status != KF_OK || !kf_xml_keep_text(source))
        return;
    if (source->depth >= source->max_depth) {
        kf_xml_stop(source, KF_ERROR_LIMIT, "nested too deep");
        return;
    }
    if (attribute_count > KF_XML_MANY || source->parser->nsNr > 2 * KF_XML_MANY) {
        kf_xml_stop(source, KF_ERROR_LIMIT, kf_xml_too_many);
        return;
    }
    source->depth++;
    kf_node *node = kf_node_add(source->scratch, source->open, KF_NODE_ELEMENT);
    if (node == NULL) {
        kf_xml_no_memory(source);
        return;
    }
    if (source->open == NULL)
        source->root = node;
    const char *name = (const char *)local;
    const char *usual = kf_xml_prefix_of((const char *)prefix, (const char *)uri);
    if (!kf_xml_copy(source, usual, name, strlen(name), &node->name) ||
        !kf_xml_declare(source, namespace_count, namespaces))
        return;
    source->open = node;
    for (int i = 0; i < attribute_count; i++) {
        if (!kf_xml_attribute(source, node, attributes + (size_t)i * 5))
            return;
    }
}

/* All pieces of text in one, and no longer among the children. */
static bool kf_xml_join(kf_xml_source *source, kf_node *element)
{
    size_t length = 0;
    for (const kf_node *node = element->first; node != NULL; node = node->next)
        length += node->kind == KF_NODE_STRING ? node->text.length : 0;
    char *text = kf_scratch_alloc(source->scratch, length + 1);
    if (text == NULL) {
        kf_xml_no_memory(source);
        return false;
    }
    element->text = (kf_slice){text, length};
    kf_node **link = &element->first;
    kf_node *last = NULL;
    for (kf_node *node = element->first; node != NULL; node = node->next) {
        if (node->kind == KF_NODE_STRING) {
            memcpy(text, node->text.text, node->text.length);
            text += node->text.length;
            continue;
        }
        *link = last = node;
        link = &node->next;
    }
    *link = NULL;
    *text = '\0';
    element->last = last;
    return true;
}

typedef struct kf_xml_child {
    kf_node *node;
    size_t index;
} kf_xml_child;

static bool kf_xml_same_name(const kf_node *a, const kf_node *b)
{
    return a->name.length == b->name.length && memcmp(a->name.text, b->name.text, a->name.length) == 0;
}

static int kf_xml_compare(const void *first, const void *second)
{
    const kf_xml_child *a = first;
    const kf_xml_child *b = second;
    int order = strcmp(a->node->name.text, b->node->name.text);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Links those of the same name, in their order. */
static bool kf_xml_link(kf_xml_source *source, kf_node *element)
{
    size_t count = 0;
    for (kf_node *node = element->first; node != NULL; node = node->next)
        count++;
    if (count < 2)
        return true;
    kf_scratch_mark mark = kf_scratch_here(source->scratch);
    kf_xml_child *children = kf_scratch_alloc(source->scratch, count * sizeof *children);
    if (children == NULL) {
        kf_xml_no_memory(source);
        return false;
    }
    count = 0;
    for (kf_node *node = element->first; node != NULL; node = node->next, count++)
        children[count] = (kf_xml_child){node, count};
    qsort(children, count, sizeof *children, kf_xml_compare);
    for (size_t i = 1; i < count; i++) {
        if (kf_xml_same_name(children[i - 1].node, children[i].node)) {
            children[i - 1].node->alike = children[i].node;
            children[i].node->repeats = true;
        }
    }
    kf_scratch_release(source->scratch, mark);
    return true;
}

static void kf_xml_end(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    kf_xml_source *source = user;
    kf_node *node = source->open;
    (void)local;
    (void)prefix;
    (void)uri;
    if (source->status != KF_OK)
        return;
    if (node->last == NULL || node->last->kind == KF_NODE_ATTRIBUTE) {
        const char *text = source->text.data != NULL ? source->text.data : "";
        if (!kf_xml_copy(source, NULL, text, source->text.length, &node->text))
            return;
        source->text.length = 0;
    } else if (!kf_xml_keep_text(source) || !kf_xml_join(source, node)) {
        return;
    }
    if (!kf_xml_link(source, node))
        return;
    source->depth--;
    while (source->prefixes != NULL && source->prefixes->depth > source->depth)
        source->prefixes = source->prefixes->above;
    source->open = node->up;
}

static void kf_xml_text(void *user, const xmlChar *text, int length)
{
    kf_xml_source *source = user;
    if (source->status == KF_OK && !kf_buffer_append(&source->text, (const char *)text, (size_t)length))
        kf_xml_no_memory(source);
}

static void kf_xml_doctype(void *user, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
    (void)name;
    (void)public_id;
    (void)system_id;
    kf_xml_stop(user, KF_ERROR_DECODE, "a document type declaration is not accepted");
}

static void kf_xml_finish(void *user)
{
    kf_xml_source *source = user;
    source->ended = true;
}

/* The first of its complaints that matters. */
static void kf_xml_complaint(void *user, kf_xml_error *error)
{
    kf_xml_source *source = user;
    source->raised = true;
    if (source->status != KF_OK || error->level < XML_ERR_ERROR)
        return;
    if (error->code == XML_ERR_NO_MEMORY) {
        source->status = KF_ERROR_MEMORY;
        return;
    }
    if (error->domain == XML_FROM_NAMESPACE || error->message == NULL)
        return;
    source->status = KF_ERROR_DECODE;
    source->line = error->line;
    if (!source->scratch->secret) /* The message may repeat what came. */
        kf_copy_text(source->problem, sizeof source->problem, error->message, strcspn(error->message, "\n"));
}

static void kf_xml_init(void)
{
    xmlInitParser();
}

/* Once for the process, without a clean-up: the program may use libxml2 too. */
static bool kf_xml_ready(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, kf_xml_init);
#if LIBXML_VERSION < 21200
    /* libxml2 makes a state for each thread at its first use, and crashes when it cannot. Memory that this thread has
     * just given back is there for it. */
    if (!xmlIsMainThread()) {
        void *volatile room = malloc(sizeof(xmlGlobalState));
        free(room);
        return room != NULL && xmlGetGlobalState() != NULL;
    }
#endif
    return true;
}

/* libxml2 compares each attribute with all before it, and each prefix with all that are declared. While it reads an
 * element its tables show how many there are, five and two places for each; they grow by doubling. */
static bool kf_xml_is_excessive(const xmlParserCtxt *parser)
{
    return parser->maxatts / 5 > 4 * KF_XML_MANY || parser->nsNr / 2 > 4 * KF_XML_MANY;
}

static int kf_xml_read(void *user, char *target, int room)
{
    kf_xml_source *source = user;
    size_t length = (size_t)(source->end - source->next);
    if (kf_xml_is_excessive(source->parser)) {
        kf_xml_note(source, KF_ERROR_LIMIT, kf_xml_too_many); /* The parser must not be stopped while it reads. */
        return 0;
    }
    if (length > (size_t)room)
        length = (size_t)room;
    memcpy(target, source->next, length);
    source->next += length;
    return (int)length;
}

/* libxml2 looks at the text through a window of some kilobytes, the only copy of it that is not wiped. Its limits do
 * not fit ours: the depth is counted above, and the whole text has its limit before it comes here. XML_PARSE_NOENT
 * gives an attribute's "&amp;" as what it means; other entities there are none. */
static void kf_xml_parse(kf_xml_source *source)
{
    xmlParserCtxtPtr parser = source->parser;
    *parser->sax = (xmlSAXHandler){.initialized = XML_SAX2_MAGIC,
                                   .startElementNs = kf_xml_start,
                                   .endElementNs = kf_xml_end,
                                   .characters = kf_xml_text,
                                   .ignorableWhitespace = kf_xml_text,
                                   .cdataBlock = kf_xml_text,
                                   .internalSubset = kf_xml_doctype,
                                   .endDocument = kf_xml_finish,
                                   .serror = kf_xml_complaint};
    parser->userData = source;
    /* Where libxml2 cannot keep a namespace's name it goes on without; these it has then. */
    if (xmlDictLookup(parser->dict, BAD_CAST KF_XSI_URI, -1) == NULL ||
        xmlDictLookup(parser->dict, BAD_CAST KF_XS_URI, -1) == NULL)
        kf_xml_no_memory(source);
    else
        xmlCtxtReadIO(parser, kf_xml_read, NULL, source, NULL, NULL,
                      XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_HUGE);
    /* After the root element libxml2 takes U+0000 for the end. */
    if (source->ended && parser->input != NULL && *parser->input->cur == '\0' &&
        (parser->input->cur < parser->input->end || source->next < source->end))
        kf_xml_note(source, KF_ERROR_DECODE, "U+0000, which XML cannot hold");
}

/* ".a.b": where the reading stopped, the innermost part in any case. */
static void kf_xml_path(const kf_node *open, char *path, size_t size)
{
    size_t at = size - 1;
    path[at] = '\0';
    for (const kf_node *node = open; node != NULL && node->up != NULL && node->name.length + 2 <= at; node = node->up) {
        at -= node->name.length;
        memcpy(path + at, node->name.text, node->name.length);
        path[--at] = '.';
    }
    memmove(path, path + at, size - at);
}

static kf_status kf_xml_outcome(kf_xml_source *source, const char *what, kf_error *error)
{
    const xmlParserCtxt *parser = source->parser;
    /* A failed allocation ends the parsing without an event, and leaves what came before well formed. */
    bool whole =
        parser->wellFormed && !parser->disableSAX && source->ended && source->open == NULL && source->root != NULL;
    if (source->status == KF_OK && whole)
        return KF_OK;
    if (source->status == KF_OK)
        source->status = source->ended && parser->errNo != XML_ERR_NO_MEMORY ? KF_ERROR_DECODE : KF_ERROR_MEMORY;
    if (source->status == KF_ERROR_MEMORY)
        return kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    char path[256];
    kf_xml_path(source->open, path, sizeof path);
    const char *problem = *source->problem != '\0' ? source->problem : "not a whole XML document";
    return kf_fail(error, source->status, "%s%s: %s (line %d)", what, path, problem, source->line);
}

kf_status kf_node_read_xml(const char *text, size_t length, int max_depth, const char *what, kf_scratch *scratch,
                           kf_node **root, kf_error *error)
{
    kf_xml_source source = {.next = text, .end = text + length, .scratch = scratch, .text.secret = scratch->secret};
    source.max_depth = max_depth <= 0 ? KF_DEPTH_DEFAULT : max_depth > KF_DEPTH_MOST ? KF_DEPTH_MOST : max_depth;
    *root = NULL;
    if (!kf_xml_ready())
        return kf_fail(error, KF_ERROR_MEMORY, "memory ran out");
    /* Without a parser's context libxml2 complains to this thread's handler, at first to standard error. */
    xmlStructuredErrorFunc handler = xmlStructuredError;
    void *handler_user = xmlStructuredErrorContext;
    xmlSetStructuredErrorFunc(&source, kf_xml_complaint);
    kf_status status = KF_ERROR_MEMORY;
    source.parser = xmlNewParserCtxt();
    if (source.parser != NULL) {
        kf_xml_parse(&source);
        status = kf_xml_outcome(&source, what, error);
        xmlFreeParserCtxt(source.parser);
    } else {
        kf_fail(error, status, "memory ran out");
    }
    xmlSetStructuredErrorFunc(handler_user, handler);
    if (source.raised || status != KF_OK)
        xmlResetLastError();
    kf_buffer_free(&source.text);
    if (status == KF_OK)
        *root = source.root;
    return status;
}
