#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firstlight {

/// The text of /proc/cpuinfo, taken apart. Views point into the text that was parsed, which must outlive
/// this.
struct CpuInfo {
    using Fields = std::vector<std::pair<std::string_view, std::string_view>>;
    struct Processor {
        int number = 0;
        Fields fields;
    };

    Fields common; ///< what stands before the first or outside of any processor's stanza
    std::vector<Processor> processors;

    /// The field of the first processor, else of the common part; an empty value counts as missing.
    std::optional<std::string_view> first(std::string_view key) const;
    static std::optional<std::string_view> find(const Fields &fields, std::string_view key);
};

/// Any text is taken; lines that are not "key : value" are skipped.
CpuInfo parseCpuInfo(std::string_view text);

/// What every processor that has the field \a key names, taken apart by \a take; nullopt if none has it.
std::optional<std::set<std::string>>
commonFlags(const CpuInfo &info, std::string_view key,
            const std::function<std::set<std::string>(std::string_view)> &take);
/// The same for a field of words between blanks.
std::optional<std::set<std::string>> commonFlags(const CpuInfo &info, std::string_view key);

bool hasAll(const std::set<std::string> &flags, std::initializer_list<const char *> needed);

} // namespace firstlight
