#pragma once

#include "core/result.h"
#include "transfer/http.h"

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace firstlight {

/// HOST/REPOSITORY:TAG or HOST/REPOSITORY@DIGEST, taken apart.
struct ImageName {
    std::string host;
    std::string repository;
    std::string reference = "latest"; ///< tag or digest

    std::string text() const { return host + "/" + repository; }
    bool operator==(const ImageName &) const = default;
};

/// "oci:…", "docker://…" or the bare name with its host. Error "image-name-invalid" {found} (kind BadInput).
Result<ImageName> parseImageName(const std::string &text);

/// URL below /v2/ of the image's registry. docker.io is a name for registry-1.docker.io; registries on
/// loopback are asked over http.
std::string registryUrl(const ImageName &name, const std::string &path);

/// Where a registry gives the token that it asks for, of its WWW-Authenticate header; empty: nothing known.
std::string tokenUrlOf(const std::string &challenge);

/// Sends \a request and, where the registry asks for a token that it gives to everybody, again with that.
/// Adds what kinds of manifests are taken. A status is an answer; errors of HttpClient.
Result<HttpResponse> sendToRegistry(HttpClient &client, HttpRequest request, std::stop_token stop);

/// What a registry tells about an image.
struct RegistryImage {
    ImageName name;
    std::string digest;                         ///< of the index, or of the only manifest
    std::vector<std::string> architectures;     ///< as OCI spells them: amd64, arm64
    std::optional<std::uint64_t> downloadBytes; ///< of the first architecture's layers, as they are sent
    std::vector<std::string> entrypoint;
    std::vector<std::string> command;
    std::vector<std::string> environment;
    std::vector<int> ports;
    std::vector<std::string> volumes;
    std::string user;
    std::map<std::string, std::string> labels;
};

/// Asks for index, manifest and configuration. Errors of HttpClient, "registry-refused" {host, status},
/// "registry-strange" {host}.
Result<RegistryImage> askRegistry(const ImageName &name, std::stop_token stop);

/// A catalog entry for the image, by digest. It loads as it is; what the registry does not tell is left out,
/// and the comment at the top names it.
std::string draftEntryFor(const RegistryImage &image);

} // namespace firstlight
