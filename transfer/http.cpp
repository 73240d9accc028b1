#include "transfer/http.h"

#include "core/files.h"
#include "transfer/curl_door.h"
#include "transfer/curl_options.h"
#include "transfer/http_exchange.h"
#include "transfer/url.h"

#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <pthread.h>

namespace firstlight {

namespace {

/// Keeps SIGPIPE from this thread while it lives: OpenSSL writes to sockets that the other side may have
/// closed, and changing the disposition would reach into other threads.
class PipeSignalBlock {
public:
    PipeSignalBlock()
    {
        sigset_t pending;
        ::sigemptyset(&m_pipe);
        ::sigaddset(&m_pipe, SIGPIPE);
        ::sigpending(&pending);
        m_wasPending = ::sigismember(&pending, SIGPIPE) == 1;
        ::pthread_sigmask(SIG_BLOCK, &m_pipe, &m_before);
    }
    PipeSignalBlock(const PipeSignalBlock &) = delete;
    PipeSignalBlock &operator=(const PipeSignalBlock &) = delete;
    ~PipeSignalBlock()
    {
        const timespec none{};
        if (!m_wasPending)
            ::sigtimedwait(&m_pipe, nullptr, &none);
        ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }

private:
    sigset_t m_pipe{};
    sigset_t m_before{};
    bool m_wasPending = false;
};

Error networkError(const CurlFunctions &curl, CURL *easy, CURLcode code, const HttpRequest &request,
                   const char *words)
{
    Error error{.code = "network-failed",
                .facts = {{"host", request.unixSocket.empty() ? hostOf(request.url) : request.unixSocket}},
                .detail = *words ? words : curl.easyStrerror(code)};
    curl_off_t connected = 0;
    curl.easyGetinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
        error.code = "network-unreachable";
        break;
    case CURLE_OPERATION_TIMEDOUT:
        error.code = connected > 0 ? "network-stalled" : "network-unreachable";
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
        error.code = "network-certificate";
        break;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        error = {.code = "url-invalid",
                 .facts = {{"url", withoutCredentials(request.url)}},
                 .kind = ErrorKind::BadInput};
        break;
    default:
        break;
    }
    return error;
}

} // namespace

struct HttpClient::State {
    const CurlFunctions *curl = nullptr;
    CURLM *multi = nullptr;
    CURL *easy = nullptr;

    State() = default;
    State(const State &) = delete;
    State &operator=(const State &) = delete;
    ~State()
    {
        if (!curl)
            return;
        const PipeSignalBlock noSignal;
        curl->easyCleanup(easy);
        curl->multiCleanup(multi);
    }

    Result<void> open();
    Result<CURLcode> perform(std::stop_token stop);
    CURLcode drive(std::stop_token stop);
};

Result<void> HttpClient::State::open()
{
    if (curl)
        return {};
    auto functions = openCurl();
    if (!functions)
        return fail(functions.error());
    curl = *functions;
    multi = curl->multiInit();
    easy = curl->easyInit();
    if (multi && easy)
        return {};
    return fail({.code = "network-failed",
                 .facts = {{"host", ""}},
                 .detail = curl->easyStrerror(CURLE_OUT_OF_MEMORY)});
}

/// Runs the transfer that was added, until it ends or \a stop is requested.
CURLcode HttpClient::State::drive(std::stop_token stop)
{
    int running = 1;
    while (!stop.stop_requested()) {
        if (curl->multiPerform(multi, &running) != CURLM_OK)
            return CURLE_FAILED_INIT;
        int left = 0;
        while (CURLMsg *message = curl->multiInfoRead(multi, &left)) {
            if (message->msg == CURLMSG_DONE)
                return message->data.result;
        }
        if (running == 0)
            return CURLE_FAILED_INIT;
        // A stop wakes this up at once.
        curl->multiPoll(multi, nullptr, 0, 1000, nullptr);
    }
    return CURLE_ABORTED_BY_CALLBACK;
}

Result<CURLcode> HttpClient::State::perform(std::stop_token stop)
{
    const PipeSignalBlock noSignal;
    const std::stop_callback wake(stop, [this] { curl->multiWakeup(multi); });
    if (curl->multiAddHandle(multi, easy) != CURLM_OK)
        return CURLE_FAILED_INIT;
    const CURLcode code = drive(stop);
    curl->multiRemoveHandle(multi, easy);
    if (stop.stop_requested() && code == CURLE_ABORTED_BY_CALLBACK)
        return fail(cancelled());
    return code;
}

HttpClient::HttpClient()
    : m_state(std::make_unique<State>())
{
}
HttpClient::HttpClient(HttpClient &&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpRequest &request, std::stop_token stop)
{
    if (stop.stop_requested())
        return fail(cancelled());
    if (auto opened = m_state->open(); !opened)
        return fail(opened.error());
    const std::string scheme = schemeOf(request.url);
    if (scheme != "http" && scheme != "https")
        return fail({.code = "url-invalid",
                     .facts = {{"url", withoutCredentials(request.url)}},
                     .kind = ErrorKind::BadInput});
    HttpExchange exchange(request);
    if (!request.bodyFile.empty()) {
        if (auto opened = exchange.openBodyFile(); !opened)
            return fail(opened.error());
    }
    CurlOptions options(*m_state->curl, m_state->easy);
    options.apply(request, exchange);
    auto code = m_state->perform(stop);
    exchange.rethrow();
    if (!code)
        return fail(code.error());
    if (exchange.failure())
        return fail(*exchange.failure());
    if (*code != CURLE_OK && !exchange.endedByCaller())
        return fail(networkError(*m_state->curl, m_state->easy, *code, request, options.errorText()));
    char *effective = nullptr;
    m_state->curl->easyGetinfo(m_state->easy, CURLINFO_EFFECTIVE_URL, &effective);
    return exchange.takeResponse(effective ? effective : request.url);
}

} // namespace firstlight
