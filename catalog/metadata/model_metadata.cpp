#include "catalog/metadata/model_metadata.h"

#include "catalog/metadata/formats.h"
#include "core/files.h"
#include "transfer/http.h"
#include "transfer/source.h"
#include "transfer/url.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace firstlight {

namespace {

constexpr std::size_t firstBytes = 1u << 20; // settings and a small vocabulary
constexpr std::size_t mostBytes = 64u << 20; // vocabularies of a quarter million words take about 10 MiB

bool isAddress(const std::string &text)
{
    const std::string scheme = schemeOf(text);
    return scheme == "https" || scheme == "http" || scheme == "hf" || scheme == "modelscope";
}

Result<std::string> headOfFile(const std::string &path, std::size_t count)
{
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file.isOpen())
        return fail(systemError("open", path, errno));
    std::string bytes(count, '\0');
    std::size_t filled = 0;
    while (filled < count) {
        const auto got = ::read(file.get(), bytes.data() + filled, count - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(systemError("read", path, errno));
        if (got == 0)
            break;
        filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
}

Result<std::string> headOfAddress(const std::string &address, std::size_t count, std::stop_token stop)
{
    const auto source = parseSource(address);
    if (!source)
        return fail(source.error());
    const auto resolved = resolveSource(*source, {}, stop);
    if (!resolved)
        return fail(resolved.error());
    std::string bytes;
    bool served = true;
    HttpRequest request;
    request.url = resolved->urls.front();
    request.headers = resolved->headers; // for this very host; HttpClient sends them to no other
    request.headers["Range"] = "bytes=0-" + std::to_string(count - 1);
    request.headers["Accept-Encoding"] = "identity";
    request.stallTimeout = std::chrono::seconds(30);
    request.onHeaders = [&](long status, const std::map<std::string, std::string> &) {
        constexpr long whole = 200; // a server that knows no ranges: what comes first is taken
        constexpr long part = 206;
        served = status == whole || status == part;
        return served;
    };
    request.onBody = [&](std::string_view piece) {
        bytes += piece.substr(0, count - bytes.size());
        return bytes.size() < count;
    };
    const auto response = HttpClient().send(request, std::move(stop));
    if (!response)
        return fail(response.error());
    if (!served)
        return fail(
            Error{.code = "hub-refused",
                  .facts = {{"status", std::to_string(response->status)}, {"host", hostOf(request.url)}}});
    return bytes;
}

} // namespace

Result<ModelMetadata> readModelMetadata(std::string_view bytes)
{
    constexpr std::string_view magic = "GGUF";
    if (bytes.substr(0, magic.size()) == magic)
        return readGguf(bytes);
    // A safetensors file begins with the length of its header and then the header, a JSON object.
    constexpr std::size_t lengthBytes = 8;
    if (bytes.size() > lengthBytes && bytes[lengthBytes] == '{')
        return readSafetensors(bytes);
    if (bytes.size() <= lengthBytes)
        return fail(incompleteMetadata());
    return fail(Error{.code = "metadata-unknown", .facts = {}, .kind = ErrorKind::BadInput});
}

Result<std::string> readHead(const std::string &fileOrAddress, std::size_t count, std::stop_token stop)
{
    if (count == 0)
        return std::string();
    return isAddress(fileOrAddress) ? headOfAddress(fileOrAddress, count, std::move(stop))
                                    : headOfFile(fileOrAddress, count);
}

Result<ModelMetadata> modelMetadataAt(const std::string &fileOrAddress, std::stop_token stop)
{
    for (std::size_t count = firstBytes;; count = std::min(count * 4, mostBytes)) {
        const auto bytes = readHead(fileOrAddress, count, stop);
        if (!bytes)
            return fail(bytes.error());
        auto metadata = readModelMetadata(*bytes);
        const bool wantsMore
            = metadata ? !metadata->complete : metadata.error().code == "metadata-incomplete";
        if (!wantsMore || bytes->size() < count || count == mostBytes)
            return metadata;
    }
}

} // namespace firstlight
