#include "catalog/maintaining/linting/rules.h"

#include <algorithm>
#include <set>

namespace firstlight {

namespace {

/// With a socket nobody comes through a network, and what Firstlight fetches or the image holds needs none.
bool needsNetwork(const Demo &demo, const Variant &variant)
{
    return !interfaceOf(demo, variant).socket
           || std::any_of(variant.models.begin(), variant.models.end(), [&](const std::string &id) {
                  return demo.models.at(id).delivery == Delivery::Engine;
              });
}

} // namespace

void lintPermissions(const LintedDemo &linted, LintFindings &findings)
{
    const Demo &demo = linted.demo;
    for (std::size_t index = 0; index < demo.variants.size(); ++index) {
        const Variant &variant = demo.variants[index];
        std::set<std::string> seen;
        for (std::size_t number = 0; number < variant.permissions.size(); ++number) {
            const std::string &permission = variant.permissions[number];
            const auto add = [&](Severity severity, const std::string &rule) {
                findings.push_back(findingIn(linted, severity, rule,
                                             {"variants", index, "permissions", number},
                                             {{"permission", permission}}));
            };
            if (!seen.insert(permission).second)
                add(Severity::Warning, "permission-twice");
            if (permission == "network" && !needsNetwork(demo, variant))
                add(Severity::Warning, "permission-unneeded");
            if (permission.starts_with("capability:"))
                add(Severity::Info, "permission-strong");
        }
    }
}

} // namespace firstlight
