#pragma once

#include "core/result.h"

#include <curl/curl.h>

namespace firstlight {

/// The functions of libcurl that Firstlight calls, bound when bytes move for the first time. Linking libcurl would
/// cost each `firstlight list` 30 shared libraries and 8 ms.
struct CurlFunctions {
    decltype(&::curl_global_init) globalInit;
    decltype(&::curl_easy_init) easyInit;
    decltype(&::curl_easy_cleanup) easyCleanup;
    decltype(&::curl_easy_reset) easyReset;
    CURLcode (*easySetopt)(CURL *, CURLoption, ...);
    CURLcode (*easyGetinfo)(CURL *, CURLINFO, ...);
    decltype(&::curl_easy_perform) easyPerform;
    decltype(&::curl_easy_strerror) easyStrerror;
    decltype(&::curl_slist_append) slistAppend;
    decltype(&::curl_slist_free_all) slistFreeAll;
};

/// Opens libcurl.so.4 (once per process, thread-safe). Error "library-missing" {library, package}.
Result<const CurlFunctions *> openCurl();

}
