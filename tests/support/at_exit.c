/* Gives back what libcurl keeps for the whole process. The library never does that, because the host may be using
 * libcurl too; without it, a leak checker would have to overlook everything that is still reachable. */
#include <curl/curl.h>

static void __attribute__((destructor)) give_back(void)
{
    curl_global_cleanup();
}
