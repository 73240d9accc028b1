#include "catalog/maintaining/linting/rules.h"

namespace firstlight {

void lintImages(const LintedDemo &linted, LintFindings &findings)
{
    for (std::size_t index = 0; index < linted.demo.variants.size(); ++index) {
        const Variant &variant = linted.demo.variants[index];
        if (variant.unlocked)
            findings.push_back(findingIn(linted, Severity::Warning, "image-unlocked",
                                         {"variants", index, "image"}, {{"image", variant.image}}));
        if (!variant.resources.overheadBytes)
            findings.push_back(
                findingIn(linted, Severity::Info, "overhead-missing", {"variants", index, "resources"}));
    }
}

} // namespace firstlight
