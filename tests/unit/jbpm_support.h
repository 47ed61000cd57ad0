/* A client for jBPM without a server, and bodies of 6.0.1 and 6.4.0. To be included once, behind cmocka.h. */
#ifndef JBPM_SUPPORT_H
#define JBPM_SUPPORT_H

#include "fake_transport.h"
#include "kuflow/services/jbpm_client.h"
#include "kuflow/services/jbpm_variable.h"

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
#define TYPE_XML "Content-Type: application/xml\n"
#define RESPONSE(status, error)                                                                                        \
    XML "\n<response>\n    <status>" status "</status>\n    <url>/kie-wb/rest/x</url>\n" error                         \
        "    <stackTrace>org.jboss.resteasy.spi.UnauthorizedException: PermissionDeniedException\n"                    \
        "\tat org.kie.services.remote.rest.Bean.run(Bean.java:1)\n</stackTrace>\n</response>\n"
#define ERROR(words) "    <error>" words "</error>\n"
#define EXCEPTION(status, message)                                                                                     \
    XML "\n<exception>\n    <status>" status "</status>\n    <url>http://h/kie-wb/rest/x</url>\n" message "</"         \
        "exception>"
#define MESSAGE(words) "    <message>" words "</message>\n"

static fake_transport f;

static kf_client *client_for(const char *base_url, bool prefer_json)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client = NULL;
    kf_error error;
    options.base_url = base_url;
    options.username = "krisv";
    options.password = "secret";
    options.allow_http = true;
    options.prefer_json = prefer_json;
    options.max_attempts = 1;
    options.transport = &f.transport;
    if (jbpm_client_new(&options, &client, &error) != KF_OK)
        fail_msg("%s", error.message);
    return client;
}

#endif
