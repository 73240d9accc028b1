#include "runners/podman/container_image.h"

#include "core/files.h"
#include "runners/podman/image_reference.h"
#include "runners/podman/json_fields.h"
#include "runners/podman/pull_progress.h"
#include "transfer/http.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

/// The digests that unlocked tags were resolved to, {"reference": "sha256:…"}.
class UnlockedImages {
public:
    explicit UnlockedImages(const Directories &directories)
        : m_path(directories.state / "unlocked-images.json")
    {
    }

    std::string digestOf(const std::string &reference) const
    {
        const json all = read();
        const auto found = all.find(reference);
        return found != all.end() && found->is_string() ? found->get<std::string>() : std::string();
    }

    Result<void> remember(const std::string &reference, const std::string &digest) const
    {
        const auto lock = FileLock::wait(m_path.string() + ".lock");
        if (!lock)
            return fail(lock.error());
        json all = read();
        all[reference] = digest;
        return writeFileAtomically(m_path, all.dump(2) + "\n");
    }

private:
    json read() const
    {
        const auto text = readFile(m_path);
        json all = text ? json::parse(*text, nullptr, false) : json::object();
        return all.is_object() ? all : json::object();
    }

    fs::path m_path;
};

bool containsAny(const std::string &words, std::initializer_list<const char *> phrases)
{
    return std::any_of(phrases.begin(), phrases.end(),
                       [&](const char *phrase) { return words.find(phrase) != std::string::npos; });
}

std::string failureIn(const json &object)
{
    const std::string detail = textAt(object, "/errorDetail/message");
    return detail.empty() ? textAt(object, "/error") : detail;
}

/// Only the Docker-compatible pull tells bytes; podman's own is silent between start and end.
Result<void> pull(const ImageReference &image, Libpod &podman, Progress &progress, std::stop_token stop)
{
    PullProgress meter(progress, image.exact());
    std::string failure;
    const std::string path = "/v1.41/images/create?fromImage=" + urlEncode(image.repository)
                             + "&tag=" + urlEncode(image.digest.empty() ? image.tag : image.digest);
    const auto streamed = podman.stream(
        "POST", path, {},
        [&](const json &object) {
            if (std::string words = failureIn(object); !words.empty())
                failure = std::move(words);
            meter.add(object);
            return true;
        },
        stop);
    if (!streamed && streamed.error().kind == ErrorKind::Cancelled)
        return streamed;
    // Podman 5 refuses with a status before it streams, 4.3 with an object in the stream.
    if (!streamed && streamed.error().code.starts_with("podman-"))
        return fail(wrap(pullError(image.exact(), streamed.error().detail), streamed.error()));
    if (!streamed)
        return streamed;
    if (!failure.empty())
        return fail(pullError(image.exact(), failure));
    meter.finish();
    return {};
}

Result<ContainerImage> presentOrPulled(const ImageReference &image, Libpod &podman, Progress &progress,
                                       std::stop_token stop)
{
    auto present = inspectImage(image.exact(), podman, stop);
    if (present || present.error().code != "podman-missing-object")
        return present;
    if (image.host() == "localhost")
        return fail(
            Error{.code = "image-unknown", .facts = {{"image", image.exact()}}, .kind = ErrorKind::BadInput});
    if (auto pulled = pull(image, podman, progress, stop); !pulled)
        return fail(pulled.error());
    return inspectImage(image.exact(), podman, stop);
}

} // namespace

ImageReference parseImageReference(const std::string &text)
{
    ImageReference reference;
    const auto at = text.find('@');
    reference.repository = text.substr(0, at);
    if (at != std::string::npos)
        reference.digest = text.substr(at + 1);
    // A colon before the last slash belongs to the registry's port.
    const auto slash = reference.repository.rfind('/');
    const auto colon = reference.repository.find(':', slash == std::string::npos ? 0 : slash);
    if (colon != std::string::npos) {
        reference.tag = reference.repository.substr(colon + 1);
        reference.repository.resize(colon);
    }
    if (reference.tag.empty() && reference.digest.empty())
        reference.tag = "latest";
    return reference;
}

Error pullError(const std::string &image, const std::string &words)
{
    const std::string host = parseImageReference(image).host();
    if (containsAny(words, {"manifest unknown", "name unknown", "repository name not known",
                            "not found: manifest", "requested access to the resource is denied"}))
        return {.code = "image-unknown", .facts = {{"image", image}}, .detail = words};
    if (containsAny(words, {"connection refused", "no such host", "i/o timeout", "network is unreachable",
                            "no route to host", "TLS handshake timeout", "server misbehaving",
                            "Temporary failure in name resolution", "connection reset by peer"}))
        return {.code = "registry-unreachable", .facts = {{"image", image}, {"host", host}}, .detail = words};
    return {.code = "image-pull-failed", .facts = {{"image", image}, {"host", host}}, .detail = words};
}

Result<ContainerImage> inspectImage(const std::string &reference, Libpod &podman, std::stop_token stop)
{
    auto image = podman.get("/images/" + urlEncode(reference) + "/json", stop);
    if (!image)
        return fail(image.error());
    return ContainerImage{textAt(*image, "/Id"), textAt(*image, "/Digest")};
}

Result<ContainerImage> ensureRegistryImage(const ImageNeed &need, Libpod &podman,
                                           const Directories &directories, Progress &progress,
                                           std::stop_token stop)
{
    ImageReference wanted = parseImageReference(need.reference);
    // What was built here has no registry that could keep an older one.
    if (!wanted.digest.empty() || !need.unlocked || wanted.host() == "localhost")
        return presentOrPulled(wanted, podman, progress, stop);
    const UnlockedImages unlocked(directories);
    if (std::string digest = unlocked.digestOf(need.reference); !digest.empty()) {
        ImageReference remembered = wanted;
        remembered.digest = std::move(digest);
        auto image = presentOrPulled(remembered, podman, progress, stop);
        if (image || image.error().code != "image-unknown")
            return image;
    }
    auto image = presentOrPulled(wanted, podman, progress, stop);
    if (!image || image->digest.empty())
        return image;
    if (auto remembered = unlocked.remember(need.reference, image->digest); !remembered)
        return fail(remembered.error());
    return image;
}

} // namespace firstlight
