#pragma once

#include "core/result.h"

#include <curl/curl.h>

namespace firstlight {

/// The functions of libcurl that Firstlight calls, bound when bytes move for the first time. Linking libcurl
/// would cost each `firstlight list` 30 shared libraries and 8 ms.
struct CurlFunctions {
    decltype(&::curl_global_init) globalInit;
    decltype(&::curl_easy_init) easyInit;
    decltype(&::curl_easy_cleanup) easyCleanup;
    decltype(&::curl_easy_reset) easyReset;
    CURLcode (*easySetopt)(CURL *, CURLoption, ...);
    CURLcode (*easyGetinfo)(CURL *, CURLINFO, ...);
    decltype(&::curl_easy_strerror) easyStrerror;
    decltype(&::curl_multi_init) multiInit;
    decltype(&::curl_multi_cleanup) multiCleanup;
    decltype(&::curl_multi_add_handle) multiAddHandle;
    decltype(&::curl_multi_remove_handle) multiRemoveHandle;
    decltype(&::curl_multi_perform) multiPerform;
    decltype(&::curl_multi_poll) multiPoll;
    decltype(&::curl_multi_wakeup) multiWakeup;
    decltype(&::curl_multi_info_read) multiInfoRead;
    decltype(&::curl_multi_strerror) multiStrerror;
    decltype(&::curl_slist_append) slistAppend;
    decltype(&::curl_slist_free_all) slistFreeAll;
    decltype(&::curl_url) url;
    decltype(&::curl_url_cleanup) urlCleanup;
    decltype(&::curl_url_set) urlSet;
    decltype(&::curl_url_get) urlGet;
    decltype(&::curl_free) release;
};

/// Opens libcurl.so.4 (once per process, thread-safe). Error "library-missing" {library, package}.
Result<const CurlFunctions *> openCurl();

} // namespace firstlight
