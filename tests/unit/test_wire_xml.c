/* XML by the tables: what is read, what is refused, what is written. */
#include "wire_support.h"

static void test_members(void **state)
{
    (void)state;
    reads(&job_type,
          "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
          "<job id=\"9007199254740993\">\n  <job-name> a &lt; b </job-name>\n  <state>RED</state><mark>1</mark>\n"
          "  <is-done>true</is-done><ratio>0.50</ratio><created-on>2026-11-21T09:13:06.172Z</created-on>\n"
          "  <blob>aGVs\n bG8=</blob></job>",
          "{\"id\":9007199254740993,\"name\":\" a < b \",\"state\":\"RED\",\"mark\":1,\"done\":true,\"ratio\":0.50,"
          "\"created\":\"2026-11-21T09:13:06.172Z\",\"blob\":\"aGVsbG8=\"}");
    job_reads("<ratio> +.5 </ratio><is-done> 0 </is-done><state>\nGREEN </state><mark>true</mark>",
              "\"ratio\":0.5,\"done\":false,\"state\":\"GREEN\",\"mark\":true");
    reads(&job_type, "<job id=' 007 '><ratio>-00.e1</ratio></job>", "{\"id\":7,\"ratio\":-0e1}");
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *json;
    } numbers[] = {{"5", "5"},     {"+5", "5"},        {"-5", "-5"},          {"-0", "-0"},
                   {"000", "0"},   {"007", "7"},       {".5", "0.5"},         {"5.", "5"},
                   {"1E2", "1E2"}, {"1e+05", "1e+05"}, {"-.5e-1", "-0.5e-1"}, {"\t12\n", "12"}};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        char element[64];
        char member[64];
        (void)snprintf(element, sizeof element, "<ratio>%s</ratio>", numbers[i].text);
        (void)snprintf(member, sizeof member, "\"ratio\":%s", numbers[i].json);
        job_reads(element, member);
    }
    static const char *const wrong[] = {"x", "1x", "--1", "+", ".", "1e", "1e+", "1 2", "0x10", "INF", "NaN", "true"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char xml[100];
        (void)snprintf(xml, sizeof xml, "<job id='1'><child id='2'><ratio>%s</ratio></child></job>", wrong[i]);
        refuses_xml(&job_type, xml, strlen(xml), KF_ERROR_DECODE, "job.child.ratio: expected a number");
    }
}

static void test_arrays(void **state)
{
    (void)state;
    job_reads("<tag>a</tag><job-name>n</job-name><tag>b</tag><tag/>", "\"tags\":[\"a\",\"b\",\"\"],\"name\":\"n\"");
    job_reads("<marks><mark>1</mark><mark/><mark>3</mark></marks>", "\"marks\":[1,null,3]");
    job_reads("<marks/>", "\"marks\":[]");
    job_reads("<marks> 5 </marks>", "\"marks\":[5]");
    job_reads("<marks><mark>1</mark></marks><marks><other>2</other></marks>", "\"marks\":[1,2]");
    job_reads("<people><person><name>a</name></person><person age='1'/></people>",
              "\"people\":[{\"name\":\"a\"},{\"age\":1}]");
    job_reads("<lines><lines>x</lines></lines>", "\"lines\":[\"x\"]");
    job_reads("<param-map><entry key='k' class-name='c'><value>v</value></entry></param-map>",
              "\"params\":[{\"key\":\"k\",\"class_name\":\"c\",\"value\":{\"text\":\"v\"}}]");
    job_reads("<param-map><entry><key>k</key></entry></param-map>", "\"params\":[{\"key\":\"k\"}]");
    reads(&job_list_type, "<job-list><job id='1'/><job id='2'/></job-list>", "[{\"id\":1},{\"id\":2}]");
    reads(&job_list_type, "<job-list/>", "[]");
}

static void test_elements_named_by_variants(void **state)
{
    (void)state;
    job_reads("<opened index='0'><who>a</who></opened><tag>t</tag><closed><why>w</why></closed><reopened/>",
              "\"events\":[{\"kind\":\"opened\",\"index\":0,\"who\":\"a\"},{\"kind\":\"closed\",\"reason\":\"w\"},"
              "{\"kind\":\"reopened\"}],\"tags\":[\"t\"]");
    job_reads("<opened-event/>", "\"events\":[{\"kind\":\"opened\"}]");
    job_reads("<broken index='1'/>", "\"broken\":{\"index\":\"1\"}");
    reads(&diary_type, "<diary><day><opened/><closed/></day></diary>",
          "{\"events\":[{\"kind\":\"opened\"},{\"kind\":\"closed\"}]}");
    reads(&diary_type, "<diary><day/></diary>", "{\"events\":[]}");
    reads(&diary_type, "<diary><day><merged index='1'/><x><kind>opened</kind></x></day></diary>",
          "{\"events\":[{\"kind\":\"merged\",\"index\":1},{\"kind\":\"opened\"}]}");
    job_reads("<closed xsi:nil='true' index='1'/>", "\"events\":[{\"kind\":\"closed\",\"index\":1}]");
    /* A document that is one of the elements. */
    reads(&history_type, "<closed index='3'/>", "{\"events\":[{\"kind\":\"closed\",\"index\":3}]}");
    reads(&history_type, "<history page='1'><closed/></history>", "{\"page\":1,\"events\":[{\"kind\":\"closed\"}]}");
    /* Or a variant on its own. */
    reads(&event_type, "<opened-event><who>a</who></opened-event>", "{\"kind\":\"opened\",\"who\":\"a\"}");
    reads(&event_type, "<event><reason>r</reason></event>", "{\"kind\":\"closed\",\"reason\":\"r\"}");
    reads(&event_type, "<event><kind>closed</kind><who>x</who></event>", "{\"kind\":\"closed\",\"who\":\"x\"}");
    reads(&event_type, "<event><kind>opened-event</kind></event>", "{\"kind\":\"opened\"}");
    reads(&event_type, "<event><kind>new</kind><reason>r</reason></event>", "{\"kind\":\"new\",\"reason\":\"r\"}");
}

static void test_text_of_an_element(void **state)
{
    (void)state;
    job_reads("<cost xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:q='http://www.w3.org/2001/XMLSchema'"
              " i:type='q:long'>5</cost>",
              "\"cost\":{\"type\":\"xs:long\",\"text\":\"5\"}");
    job_reads("<cost " XSI " xsi:type='own:thing' xmlns:own='urn:x'/>",
              "\"cost\":{\"type\":\"own:thing\",\"text\":\"\"}");
    job_reads("<cost xsi:type='xs:int'>1</cost>", "\"cost\":{\"type\":\"xs:int\",\"text\":\"1\"}");
    job_reads("<cost>a<b/>c</cost>", "\"cost\":{\"b\":\"\",\"text\":\"ac\"}");
    job_reads("<cost>\n <b/>\n</cost>", "\"cost\":{\"b\":\"\"}");
    job_reads("<owner>text<name>n</name></owner>", "\"owner\":{\"name\":\"n\",\"#text\":\"text\"}");
}

static void test_null_and_empty(void **state)
{
    (void)state;
    job_reads("<job-name/><ratio/><is-done></is-done><state/><owner/>", "\"name\":\"\",\"owner\":{}");
    reads(&job_type,
          "<job " XSI " id='1'><job-name xsi:nil='true'/><ratio xsi:nil='1'/><owner xsi:nil=' true '/>"
          "<people xsi:nil='true'/><cost xsi:nil='false'/><marks><mark xsi:nil='true'/></marks></job>",
          "{\"id\":1,\"name\":null,\"ratio\":null,\"owner\":null,\"people\":null,"
          "\"cost\":{\"text\":\"\"},\"marks\":[null]}");
}

static void test_unknown_is_kept(void **state)
{
    (void)state;
    reads(&job_type,
          "<job id='1' color='red' x:mood='m' xmlns:x='urn:x'><deep at='1'><b>x</b><b/><c>1</c> t<d/>u </deep>"
          "<seen/>mixed<seen>2</seen><x:y>z</x:y></job>",
          "{\"id\":1,\"color\":\"red\",\"x:mood\":\"m\","
          "\"deep\":{\"at\":\"1\",\"b\":[\"x\",\"\"],\"c\":\"1\",\"d\":\"\",\"#text\":\" tu \"},"
          "\"seen\":[\"\",\"2\"],\"x:y\":\"z\",\"#text\":\"mixed\"}");
    job_reads("<data><a>1</a><a>2</a></data>", "\"data\":{\"a\":[\"1\",\"2\"]}");
    job_reads("<data>a</data><tag/><data><b/></data>", "\"data\":[\"a\",{\"b\":\"\"}],\"tags\":[\"\"]");
    job_reads("<attributes>x<tag/></attributes>", "\"attributes\":{\"#text\":\"x\"},\"tags\":[\"\"]");
    job_reads("<body>a<attributes>b<x/></attributes></body>",
              "\"body\":{\"attributes\":{\"x\":\"\",\"#text\":\"b\"},\"#text\":\"a\"}");
    job_reads("<body>a</body><body><tag>b</tag></body>", "\"body\":[\"a\",{\"tag\":\"b\"}]");
    job_reads("<data>text</data>", "\"data\":\"text\"");
    job_reads("<card a='1' id='2'><b>3</b></card>", "\"card\":{\"a\":\"1\",\"id\":\"2\",\"b\":\"3\"}");
    job_reads("<labels><a>1</a><b/></labels>", "\"labels\":{\"a\":\"1\",\"b\":\"\"}");
    /* Several names of one member: the usual one counts, and the other is not lost. */
    job_reads("<title>t</title><job-name>n</job-name>", "\"title\":\"t\",\"name\":\"n\"");
    job_reads("<attributes><tag>a</tag><opened/></attributes><opened/><tag>b</tag><closed/><tag>c</tag>",
              "\"attributes\":{\"tag\":\"a\",\"opened\":\"\"},\"events\":[{\"kind\":\"opened\"},{\"kind\":\"closed\"}],"
              "\"tags\":[\"b\",\"c\"]");
    refuses_xml(&job_type, "<job><job-name>a</job-name><job-name>b</job-name></job>", 55, KF_ERROR_DECODE,
                "job.name: the member came twice");
}

static void test_names_with_prefixes(void **state)
{
    (void)state;
    reads(&job_type, "<n:job-response xmlns:n='urn:x' id='1'><n:job-name>a</n:job-name></n:job-response>",
          "{\"id\":1,\"name\":\"a\"}");
    reads(&job_type, "<job xmlns='urn:x' id='1'><is-done>1</is-done></job>", "{\"id\":1,\"done\":true}");
    reads(&job_type, "<job id='1'><done>1</done><title>t</title></job>", "{\"id\":1,\"done\":true,\"name\":\"t\"}");
    reads(&job_type, "<job><id>1</id></job>", "{\"id\":1}");
}

static void test_alternatives(void **state)
{
    (void)state;
    job_reads("<either>text</either>", "\"either\":\"text\"");
    reads(&either_type, "<person><name>n</name></person>", "{\"name\":\"n\"}");
    reads(&either_type, "<badge><id>n</id></badge>", "{\"id\":\"n\"}");
    reads(&either_type, "<whatever><a>n</a></whatever>", "{\"a\":\"n\"}");
    job_reads("<either><age>5</age></either>", "\"either\":{\"age\":5}");
    job_reads("<either><id>5</id><b>c</b></either>", "\"either\":{\"id\":\"5\",\"b\":\"c\"}");
}

static void test_forms_of_text(void **state)
{
    (void)state;
    job_reads("<job-name><![CDATA[<a> & ]]]]><![CDATA[>]]>&#x41;&#66;&quot;&apos;&gt;</job-name>",
              "\"name\":\"<a> & ]]>AB\\\"'>\"");
    reads(&job_type, "<job id='1' a='&amp;&#38;&lt;&gt;&quot;&apos;&#65;' b='\n\t&#10;'/>",
          "{\"id\":1,\"a\":\"&&<>\\\"'A\",\"b\":\"  \\n\"}");
    job_reads("<!-- c --><job-name>a<!-- - -->b<?pi x?>c</job-name><?pi?>", "\"name\":\"abc\"");
    job_reads("<job-name>a\r\nb\rc&#13;</job-name>", "\"name\":\"a\\nb\\nc\\r\"");
    reads(&job_type, " \r\n\t<job id='1'/>\n", "{\"id\":1}");
    reads(&job_type, "\xEF\xBB\xBF<job id='1'><job-name>\xE6\x9D\xB1\xF0\x9F\x98\x80</job-name></job>",
          "{\"id\":1,\"name\":\"\xE6\x9D\xB1\xF0\x9F\x98\x80\"}");
    reads(&job_type,
          "<?xml version='1.0' encoding='ISO-8859-1'?><job id='1'><job-name a='\xE9'>Zo\xEB</job-name></job>",
          "{\"id\":1,\"name\":\"Zo\xC3\xAB\"}");
    reads(&job_type, "<?xml version='1.0' encoding='windows-1252'?><job id='1'><job-name>\x80</job-name></job>",
          "{\"id\":1,\"name\":\"\xE2\x82\xAC\"}");
    static const char text[] = "<job id='1'><job-name>\xE9</job-name></job>";
    for (int big = 0; big < 2; big++) {
        char wide[200] = {big ? '\xFE' : '\xFF', big ? '\xFF' : '\xFE'};
        for (size_t i = 0; i < sizeof text - 1; i++)
            wide[2 + 2 * i + (size_t)big] = text[i];
        reads_bytes(&job_type, wide, 2 * sizeof text, "{\"id\":1,\"name\":\"\xC3\xA9\"}");
    }
}

/* Whatever is cut off is missed, and nothing is taken for the whole. */
static void test_cut_anywhere(void **state)
{
    (void)state;
    static const char text[] = "<?xml version='1.0'?><job id='1'><!-- c --><job-name>a&amp;<![CDATA[b]]></job-name>"
                               "<x:y xmlns:x='urn:x'>z</x:y></job>";
    for (size_t i = 0; i + 1 < sizeof text; i++)
        refuses_xml(&job_type, text, i, KF_ERROR_DECODE, "job");
    refuses_xml(&job_type, "<job id='1'><people><person>", 28, KF_ERROR_DECODE, "job.people.person: ");
    reads(&job_type, text, "{\"id\":1,\"name\":\"a&b\",\"x:y\":\"z\"}");
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"<!DOCTYPE job [<!ENTITY a 'x'><!ENTITY b '&a;&a;&a;'>]><job>&b;</job>", "a document type declaration"},
        {"<!DOCTYPE job SYSTEM 'file:///etc/passwd'><job/>", "a document type declaration"},
        {"<!DOCTYPE html><html/>", "job: expected XML or JSON, found a web page"},
        {"<job>&other;</job>", "not defined"},
        {"<job><a></job>", "job.a: Opening and ending tag mismatch"},
        {"<job/><job/>", "Extra content"},
        {"<job/>x", "Extra content"},
        {"x<job/>", "job: "},
        {"<job a='1' a='2'/>", "redefined"},
        {"<job>\x01</job>", "job: "},
        {"<job>\xFF</job>", "job: "},
        {"<job>\xC0\x80</job>", "job: "},
        {"<job>&#0;</job>", "job: "},
        {"<job>&#xD800;</job>", "job: "},
        {"<task/>", "job: expected the element <job>, found <task>"},
        {" <HTML lang='en'><br></html>", "job: expected XML or JSON, found a web page"},
        {"<html5/>", "expected the element <job>, found <html5>"},
        {"<?xml version='1.0' encoding='no-such-thing'?><job/>", "job: "},
        {"{\"id\":1}", "job: "},
        {"", "job: Document is empty"},
        {"<job id='x'/>", "job.id: expected a number, found a string"},
        {"<job><is-done>yes</is-done></job>", "job.done: expected true or false, found a string"},
        {"<job><job-name><b/></job-name></job>", "job.name: expected a string, found an object"},
        {"<job><marks><mark>1</mark><mark>x</mark></marks></job>", "job.marks[1]: expected a number, found a string"},
        {"<job><blob>!</blob></job>", "job.blob: expected base64"},
        {"<job><blob>\\n</blob></job>", "job.blob: expected base64"},
        {"<job><blob>aGVs\\\\tbG8=</blob></job>", "job.blob: expected base64"},
        {"<job><mark>5</mark><mark>5</mark></job>", "job.mark: the member came twice"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        refuses_xml(&job_type, cases[i].text, strlen(cases[i].text), KF_ERROR_DECODE, cases[i].message);
    refuses_xml(&job_type, "<job>a\0b</job>", 14, KF_ERROR_DECODE, "job: ");
    refuses_xml(&job_type, "<job id='1'/>\0", 14, KF_ERROR_DECODE, "job: U+0000");
    refuses_xml(&job_type, "<job id='1'/>\0<x/>", 18, KF_ERROR_DECODE, "job: U+0000");
    refuses_xml(&thing_type, "<thing/>", 8, KF_ERROR_ARGUMENT, "has no form in XML");
    refuses_xml(NULL, "<thing/>", 8, KF_ERROR_ARGUMENT, "an argument is NULL");
    assert_int_equal(kf_model_decode_xml(&job_type, "<job/>", 6, NULL, NULL), KF_ERROR_ARGUMENT);
    /* As JSON it is neither. */
    refuses(&thing_type, "<thing/>", KF_ERROR_DECODE, "thing: ");
}

static char *nested(size_t depth)
{
    char *text = malloc(depth * 15 + 1);
    size_t length = 0;
    assert_non_null(text);
    for (size_t i = 0; i < depth; i++)
        length += (size_t)sprintf(text + length, i == 0 ? "<job>" : "<child>");
    for (size_t i = depth; i > 0; i--)
        length += (size_t)sprintf(text + length, i == 1 ? "</job>" : "</child>");
    return text;
}

static void test_depth(void **state)
{
    (void)state;
    void *model = NULL;
    kf_error error;
    char *text = nested(512);
    assert_int_equal(kf_model_decode_xml(&job_type, text, strlen(text), &model, &error), KF_OK);
    kf_model_free(model);
    free(text);
    text = nested(513);
    refuses_xml(&job_type, text, strlen(text), KF_ERROR_LIMIT, ".child.child: nested too deep");
    free(text);
    text = malloc(1000001);
    assert_non_null(text);
    for (size_t i = 0; i < 1000000; i += 5)
        memcpy(text + i, i == 0 ? "<job>" : "<abc>", 5);
    refuses_xml(&job_type, text, 1000000, KF_ERROR_LIMIT, "nested too deep");
    free(text);
}

/* libxml2 compares each attribute of an element with all others, and looks for a prefix among all declarations. */
static void test_very_many_attributes(void **state)
{
    (void)state;
    static const char *const forms[] = {" a%d=''", " xmlns:a%d='u'"};
    static const int counts[] = {1000, 1001, 60000};
    char *text = malloc(60000 * 20);
    void *model = NULL;
    kf_error error;
    assert_non_null(text);
    for (size_t form = 0; form < COUNT(forms); form++) {
        for (size_t i = 0; i < COUNT(counts); i++) {
            size_t length = (size_t)sprintf(text, form == 0 ? "<job id='1'><child" : "<job id='1'><child id='2'");
            for (int k = form == 0 ? 1 : 0; k < counts[i]; k++)
                length += (size_t)sprintf(text + length, forms[form], k);
            strcpy(text + length, form == 0 ? " id='2'/></job>" : "/></job>");
            if (counts[i] > 1000) {
                refuses_xml(&job_type, text, strlen(text), KF_ERROR_LIMIT, "too many attributes or namespaces");
                continue;
            }
            assert_int_equal(kf_model_decode_xml(&job_type, text, strlen(text), &model, &error), KF_OK);
            kf_model_free(model);
        }
    }
    free(text);
}

/* More than libxml2 takes by itself in one text, and very many members that nobody knows. */
static void test_large(void **state)
{
    (void)state;
    const size_t size = (size_t)11 << 20;
    char *text = malloc(size + 100);
    void *model = NULL;
    kf_error error;
    assert_non_null(text);
    size_t length = (size_t)sprintf(text, "<job id='1'><job-name>");
    memset(text + length, 'x', size);
    strcpy(text + length + size, "</job-name></job>");
    assert_int_equal(kf_model_decode_xml(&job_type, text, strlen(text), &model, &error), KF_OK);
    assert_int_equal(strlen(((job *)model)->name), size);
    kf_model_free(model);
    length = (size_t)sprintf(text, "<job id='1'>");
    for (int i = 0; i < 20000; i++)
        length += (size_t)sprintf(text + length, "<n%d/><same/>", i);
    strcpy(text + length, "</job>");
    assert_int_equal(kf_model_decode_xml(&job_type, text, strlen(text), &model, &error), KF_OK);
    assert_int_equal(((job *)model)->extra.count, 20001);
    kf_model_free(model);
    free(text);
}

static void test_written(void **state)
{
    (void)state;
    writes(&job_type, "{\"id\":1}", "<job id=\"1\"/>");
    writes(
        &job_type,
        "{\"id\":-5,\"name\":\"a<&>\\\"'\\r\\n\\t]]>\",\"state\":\"GREEN\",\"mark\":true,\"done\":false,\"ratio\":0.1,"
        "\"created\":\"2026-11-21T09:13:06.172Z\",\"blob\":\"aGVsbG8=\",\"tags\":[\"a\",\"\"],\"marks\":[1,2],"
        "\"owner\":{\"name\":\"o\"},\"people\":[{\"age\":3},{}],\"lines\":[\"x\"]}",
        "<job id=\"-5\"><job-name>a&lt;&amp;&gt;\"'&#13;\n\t]]&gt;</job-name><state>GREEN</state><mark>true</mark>"
        "<is-done>false</is-done><ratio>0.1</ratio><created-on>2026-11-21T09:13:06.172Z</created-on>"
        "<blob>aGVsbG8=</blob><tag>a</tag><tag/><marks><mark>1</mark><mark>2</mark></marks>"
        "<owner><name>o</name></owner><people><person><age>3</age></person><person/></people>"
        "<lines><lines>x</lines></lines></job>");
    writes(&job_type,
           "{\"id\":1,\"params\":[{\"key\":\"a\\\"\\n<\",\"value\":{\"type\":\"xs:string\",\"text\":\"v\"}}],"
           "\"labels\":{\"a\":\"1\",\"b\":\"\"},\"cost\":{\"type\":\"xs:long\",\"text\":\"\"}}",
           "<job " XSI " " XS
           " id=\"1\"><param-map><entry key=\"a&quot;&#10;&lt;\"><value xsi:type=\"xs:string\">v</value>"
           "</entry></param-map><labels><a>1</a><b/></labels><cost xsi:type=\"xs:long\"/></job>");
    writes(&job_type,
           "{\"id\":1,\"events\":[{\"kind\":\"reopened\",\"index\":1,\"who\":\"w\",\"at\":\"t\"},"
           "{\"kind\":\"closed\",\"reason\":\"r\"}],\"card\":{\"id\":\"i\",\"more\":\"m\"}}",
           "<job id=\"1\"><reopened index=\"1\"><who>w</who><opened-at>t</opened-at></reopened>"
           "<closed><reason>r</reason></closed><card><id>i</id><more>m</more></card></job>");
    writes(&job_type, "{\"id\":1,\"name\":null,\"owner\":null,\"marks\":[1,null],\"people\":null}",
           "<job " XSI " id=\"1\"><job-name xsi:nil=\"true\"/><owner xsi:nil=\"true\"/><marks><mark>1</mark>"
           "<mark xsi:nil=\"true\"/></marks><people xsi:nil=\"true\"/></job>");
}

static void test_roots_written(void **state)
{
    (void)state;
    writes(&job_list_type, "[{\"id\":1},{\"id\":2}]", "<job-list><job id=\"1\"/><job id=\"2\"/></job-list>");
    writes(&job_list_type, "[]", "<job-list/>");
    writes(&diary_type, "{\"events\":[{\"kind\":\"closed\"}]}", "<diary><day><closed/></day></diary>");
    writes(&event_type, "{\"kind\":\"opened\",\"who\":\"w\"}",
           "<opened-event><kind>opened</kind><who>w</who></opened-event>");
}

/* What no table knows becomes elements, and is the same when it is read again. */
static void test_unknown_written(void **state)
{
    (void)state;
    writes(
        &job_type,
        "{\"id\":1,\"data\":{\"a\":[\"1\",\"2\"],\"b\":{\"c\":\"\"},\"#text\":\"t\"},\"new\":\"n\",\"#text\":\"own\"}",
        "<job id=\"1\"><data><a>1</a><a>2</a><b><c/></b>t</data><new>n</new>own</job>");
    writes(&job_type, "{\"id\":1,\"data\":{\"xsi:type\":\"xs:int\",\"#text\":\"0\"}}",
           "<job " XSI " " XS " id=\"1\"><data xsi:type=\"xs:int\">0</data></job>");
    void *model = decoded(&job_type, "{\"id\":1,\"data\":[1,[2,3],{\"a\":true},null,[]]}");
    char *text = NULL;
    assert_int_equal(kf_model_encode_xml(&job_type, model, &text, NULL), KF_OK);
    assert_string_equal(text, XML_HEAD "<job " XSI " id=\"1\"><data>1</data><data><item>2</item><item>3</item></data>"
                                       "<data><a>true</a></data><data xsi:nil=\"true\"/><data/></job>");
    kf_free(text);
    kf_model_free(model);
}

static void cannot_write(const kf_type *type, const void *model, kf_status status, const char *message)
{
    char *text = (char *)&text;
    kf_error error;
    assert_int_equal(kf_model_encode_xml(type, model, &text, &error), status);
    assert_null(text);
    assert_int_equal(error.status, status);
    if (strstr(error.message, message) == NULL)
        fail_msg("expected: %s\nfound:    %s", message, error.message);
}

static void test_not_written(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *message;
    } cases[] = {
        {"{\"id\":1,\"owner\":{\"name\":\"\\u0001\"}}", "job.owner.name: a text with a character that XML cannot hold"},
        {"{\"id\":1,\"people\":[{},{\"name\":\"\\uffff\"}]}", "job.people[1].name: a text with a character"},
        {"{\"id\":1,\"tags\":[\"\\u000b\"]}", "job.tags[0]: a text with a character"},
        {"{\"id\":1,\"data\":\"a\\u0000\"}", "job.data: a text with U+0000"},
        {"{\"id\":1,\"data\":{\"a b\":1}}", "job.data.a b: the name cannot be that of an element"},
        {"{\"id\":1,\"1\":1}", "job.1: the name cannot be that of an element"},
        {"{\"id\":1,\"x:y\":1}", "job.x:y: the name cannot be that of an element"},
        {"{\"id\":1,\"labels\":{\"xs:a\":\"\"}}", "job.labels.xs:a: the name cannot be that of an element"},
        {"{\"id\":1,\"xsi:a:b\":1}", "the name cannot be that of an attribute"},
        {"{\"id\":1,\"labels\":{\"\":\"\"}}", "job.labels.: the name cannot be that of an element"},
        {"{\"id\":1,\"labels\":{\"a/>\":\"\"}}", "the name cannot be that of an element"},
        {"{\"id\":1,\"events\":[{\"index\":1}]}", "job.events[0]: the element has no name"},
        {"{\"id\":1,\"events\":[{\"kind\":\"a b\"}]}", "job.events[0]: the name cannot be that of an element"},
        {"{\"id\":1,\"cost\":{\"#text\":\"a\"}}", "job.cost.#text: it is none of the type's members, but in XML has"},
        {"{\"id\":1,\"title\":\"a\",\"job-name\":\"b\"}", "job.job-name: it is none of the type's members"},
        {"{\"id\":1,\"closed\":{}}", "job.closed: it is none of the type's members"},
        {"{\"id\":1,\"x\":{\"xsi:nil\":\"true\"}}", "job.x.xsi:nil: the name cannot be that of an element"},
        {"{\"id\":1,\"#text\":{\"a\":1}}", "an element's text is an object or array"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        void *model = decoded(&job_type, cases[i].json);
        cannot_write(&job_type, model, KF_ERROR_ENCODE, cases[i].message);
        kf_model_free(model);
    }
    const job unset = {0};
    cannot_write(&job_type, &unset, KF_ERROR_ENCODE, "job.id: the member is required and not set");
    cannot_write(&amount_type, &(amount){0}, KF_ERROR_ARGUMENT, "amount is never the root of an XML document");
    cannot_write(&part_type, &(part){.id = "x"}, KF_ERROR_ARGUMENT, "part is never the root");
    cannot_write(NULL, &unset, KF_ERROR_ARGUMENT, "an argument is NULL");
    cannot_write(&job_type, NULL, KF_ERROR_ARGUMENT, "an argument is NULL");
    assert_int_equal(kf_model_encode_xml(&job_type, &unset, NULL, NULL), KF_ERROR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_elements_named_by_variants),
        cmocka_unit_test(test_text_of_an_element),
        cmocka_unit_test(test_null_and_empty),
        cmocka_unit_test(test_unknown_is_kept),
        cmocka_unit_test(test_names_with_prefixes),
        cmocka_unit_test(test_alternatives),
        cmocka_unit_test(test_forms_of_text),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_very_many_attributes),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_roots_written),
        cmocka_unit_test(test_unknown_written),
        cmocka_unit_test(test_not_written),
    };
    return cmocka_run_group_tests(tests, setup_wire, free_wire);
}
