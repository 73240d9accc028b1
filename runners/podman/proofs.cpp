#include "runners/podman/proofs.h"

#include "runners/podman/container_settings.h"
#include "runners/podman/json_fields.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>

namespace firstlight {

namespace {

using nlohmann::json;

constexpr std::size_t longestLine = 4096;

std::optional<std::string> firstMatch(const std::regex &pattern, const std::vector<std::string> &log)
{
    std::smatch match;
    for (const std::string &whole : log) {
        const std::string line = whole.substr(0, longestLine);
        if (std::regex_search(line, match, pattern))
            return match.size() > 1 ? match[1].str() : match[0].str();
    }
    return std::nullopt;
}

bool fits(const std::string &found, const std::string &expected)
{
    if (expected.empty() || found == expected)
        return true;
    return std::regex_match(found, std::regex(expected));
}

/// The catalog's checks refuse bad patterns; a plan from elsewhere may still hold one, and std::regex throws.
ProofResult proofFromLog(const ProofNeed &need, const std::vector<std::string> &log)
try {
    const std::optional<std::string> found = firstMatch(std::regex(need.logPattern), log);
    // An expectation may fit even an empty text; a log that does not tell proves nothing all the same.
    const bool kept = found ? fits(*found, need.expected) : need.expected.empty();
    return {need.what, found.value_or(""), need.expected, kept};
} catch (const std::regex_error &) {
    return {need.what, "", need.expected, need.expected.empty()};
}

ProofResult compared(std::string what, std::string found, std::string expected)
{
    const bool kept = found == expected;
    return {std::move(what), std::move(found), std::move(expected), kept};
}

std::string text(std::optional<std::int64_t> number)
{
    return number && *number != 0 ? std::to_string(*number) : std::string();
}

void addLimits(const LaunchPlan &plan, const json &host, std::vector<ProofResult> &proofs)
{
    if (plan.limits.memoryBytes)
        proofs.push_back(compared("memory-limit", text(numberAt(host, "/Memory")),
                                  std::to_string(*plan.limits.memoryBytes)));
    if (plan.limits.cpus) {
        const auto wanted = std::max<std::int64_t>(1000, std::llround(*plan.limits.cpus * double(cpuPeriod)));
        proofs.push_back(compared("cpu-limit", text(numberAt(host, "/CpuQuota")), std::to_string(wanted)));
    }
    if (plan.limits.cpuset)
        proofs.push_back(compared("cpuset", textAt(host, "/CpusetCpus"), formatCpuList(*plan.limits.cpuset)));
    proofs.push_back(
        compared("process-limit", text(numberAt(host, "/PidsLimit")), std::to_string(plan.limits.processes)));
}

/// The value behind "Name:" in /proc/PID/status.
std::string statusField(const std::string &status, const std::string &name)
{
    const auto at = status.find("\n" + name + ":");
    if (at == std::string::npos)
        return {};
    const auto start = status.find_first_not_of(" \t", at + name.size() + 2);
    return start == std::string::npos ? std::string()
                                      : status.substr(start, status.find('\n', start) - start);
}

bool contains(const json &inspected, const char *pointer, const std::string &word)
{
    const json::json_pointer place(pointer);
    if (!inspected.contains(place) || !inspected.at(place).is_array())
        return false;
    for (const json &entry : inspected.at(place)) {
        if (entry.is_string() && entry.get<std::string>().find(word) != std::string::npos)
            return true;
    }
    return false;
}

void addHardening(const LaunchPlan &plan, const json &inspected, const std::string &status,
                  std::vector<ProofResult> &proofs)
{
    if (plan.security.readOnlyRoot)
        proofs.push_back(compared("read-only-root",
                                  trueAt(inspected, "/HostConfig/ReadonlyRootfs") ? "yes" : "no", "yes"));
    if (plan.security.noNewPrivileges) {
        const bool told = contains(inspected, "/HostConfig/SecurityOpt", "no-new-privileges");
        const bool set = status.empty() ? told : statusField(status, "NoNewPrivs") == "1";
        proofs.push_back(compared("no-new-privileges", set ? "yes" : "no", "yes"));
    }
    if (plan.publication.throughSocket) {
        const std::string mode = textAt(inspected, "/HostConfig/NetworkMode");
        proofs.push_back(compared("network", mode, "none"));
    }
    bool addsCapabilities = false;
    for (const std::string &permission : plan.security.permissions)
        addsCapabilities = addsCapabilities || permission.starts_with("capability:");
    if (plan.security.dropAllCapabilities && !addsCapabilities && !status.empty()) {
        const std::string effective = statusField(status, "CapEff");
        const bool none = !effective.empty() && effective.find_first_not_of('0') == std::string::npos;
        proofs.push_back(compared("capabilities", none ? "none" : effective, "none"));
    }
}

} // namespace

std::vector<ProofResult> proofsFromLog(const std::vector<ProofNeed> &needs,
                                       const std::vector<std::string> &log)
{
    std::vector<ProofResult> proofs;
    for (const ProofNeed &need : needs)
        proofs.push_back(proofFromLog(need, log));
    return proofs;
}

std::vector<ProofResult> proofsOfSettings(const LaunchPlan &plan, const json &inspected,
                                          const std::string &processStatus)
{
    std::vector<ProofResult> proofs;
    const json host = inspected.contains("HostConfig") ? inspected["HostConfig"] : json::object();
    addLimits(plan, host, proofs);
    addHardening(plan, inspected, processStatus, proofs);
    return proofs;
}

} // namespace firstlight
