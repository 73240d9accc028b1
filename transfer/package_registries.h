#pragma once

#include "core/result.h"

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace firstlight {

/// A file on a package registry, resolved to where this host gets it.
struct ResolvedFile {
    std::vector<std::string>
        urls;         ///< same bytes, tried in order; may hold credentials and may be file:// URLs
    std::string file; ///< its name
    std::optional<std::string> sha256; ///< as the registry states it
    std::map<std::string, std::string>
        headers;                ///< credentials of the client configuration, only for `credentialHost`
    std::string credentialHost; ///< host[:port] that `headers` may be sent to
    std::string caFile;         ///< certificate bundle of the client configuration; empty: the default
    std::string extraCaFile;    ///< certificates accepted besides those; empty: none
    std::optional<std::string>
        proxy; ///< of the client configuration; nullopt: from the environment; empty: none
    std::vector<std::string> trustedHosts; ///< hosts whose certificate that configuration says not to check
};

/// Errors of all three, with the fact "registry" (pypi, npm or debian): "registry-client-missing" {client}
/// where nothing is configured and the client that knows its own default is not installed;
/// "registry-not-configured"; "registry-unreachable" {host}; "registry-answer" {host} (not what a registry
/// says; detail); "package-unknown" {package}; "package-ambiguous" {package, found}; "library-missing";
/// "cancelled".

/// pypi:NAME@VERSION through pip's own configuration: index-url, extra-index-url, find-links, cert, trusted
/// hosts from PIP_* variables and pip.conf; without any of these the index that pip itself names. Simple API,
/// JSON or HTML.
Result<ResolvedFile> resolvePypi(const std::string &name, const std::string &version, const std::string &file,
                                 std::stop_token stop = {});

/// npm:NAME@VERSION through npm's configuration: registry, scoped registries, _authToken, cafile from
/// NPM_CONFIG_* variables and .npmrc files; without these the registry that npm itself names.
Result<ResolvedFile> resolveNpm(const std::string &name, const std::string &version,
                                std::stop_token stop = {});

/// debian:POOL/PATH.deb on the mirrors of the host's apt sources.
Result<ResolvedFile> resolveDebian(const std::string &poolPath, std::stop_token stop = {});

} // namespace firstlight
