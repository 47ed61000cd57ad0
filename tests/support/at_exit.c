/* Gives back what libcurl keeps for the whole process. The library never does that, because the host may be using
 * libcurl too; without it, a leak checker would have to overlook everything that is still reachable. libxml2 does it by
 * itself, but for the state of the program's first thread when another one used it before that. */
#include <curl/curl.h>
#include <libxml/parser.h>

static void __attribute__((constructor)) begin(void)
{
    xmlInitParser();
}

static void __attribute__((destructor)) give_back(void)
{
    curl_global_cleanup();
}
