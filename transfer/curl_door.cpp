#include "transfer/curl_door.h"

#include "core/shared_library.h"

namespace firstlight {

namespace {

Result<CurlFunctions> bindCurl()
{
    // The GnuTLS build has the same interface under another name; some systems carry only that one.
    auto library = SharedLibrary::open({"libcurl.so.4", "libcurl-gnutls.so.4"}, "libcurl4");
    if (!library)
        return fail(library.error());
    CurlFunctions functions{};
    library->bind(functions.globalInit, "curl_global_init");
    library->bind(functions.easyInit, "curl_easy_init");
    library->bind(functions.easyCleanup, "curl_easy_cleanup");
    library->bind(functions.easyReset, "curl_easy_reset");
    library->bind(functions.easySetopt, "curl_easy_setopt");
    library->bind(functions.easyGetinfo, "curl_easy_getinfo");
    library->bind(functions.easyStrerror, "curl_easy_strerror");
    library->bind(functions.multiInit, "curl_multi_init");
    library->bind(functions.multiCleanup, "curl_multi_cleanup");
    library->bind(functions.multiAddHandle, "curl_multi_add_handle");
    library->bind(functions.multiRemoveHandle, "curl_multi_remove_handle");
    library->bind(functions.multiPerform, "curl_multi_perform");
    library->bind(functions.multiPoll, "curl_multi_poll");
    library->bind(functions.multiWakeup, "curl_multi_wakeup");
    library->bind(functions.multiInfoRead, "curl_multi_info_read");
    library->bind(functions.multiStrerror, "curl_multi_strerror");
    library->bind(functions.slistAppend, "curl_slist_append");
    library->bind(functions.slistFreeAll, "curl_slist_free_all");
    library->bind(functions.url, "curl_url");
    library->bind(functions.urlCleanup, "curl_url_cleanup");
    library->bind(functions.urlSet, "curl_url_set");
    library->bind(functions.urlGet, "curl_url_get");
    library->bind(functions.release, "curl_free");
    if (auto bound = library->check(); !bound)
        return fail(bound.error());
    if (const CURLcode code = functions.globalInit(CURL_GLOBAL_DEFAULT); code != CURLE_OK)
        return fail({.code = "library-missing",
                     .facts = {{"library", "libcurl.so.4"}, {"package", "libcurl4"}},
                     .detail = functions.easyStrerror(code)});
    return functions;
}

} // namespace

Result<const CurlFunctions *> openCurl()
{
    // Written once and constant from then on; the language makes the initialisation thread-safe.
    static const Result<CurlFunctions> curl = bindCurl();
    if (!curl)
        return fail(curl.error());
    return &*curl;
}

} // namespace firstlight
