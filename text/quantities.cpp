#include "text/quantities.h"

#include <array>
#include <fmt/format.h>

namespace firstlight {

std::string inBytes(std::uint64_t bytes)
{
    constexpr std::array units{"B", "kB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return unit > 0 && value < 9.95 ? fmt::format("{:.1f} {}", value, units[unit]) : fmt::format("{:.0f} {}", value, units[unit]);
}

std::string inDuration(std::chrono::seconds seconds, Language language)
{
    const bool chinese = language == Language::Chinese;
    const auto total = seconds.count();
    if (total < 60)
        return fmt::format("{}{}", total, chinese ? " 秒" : " s");
    if (total < 3600)
        return fmt::format("{}{}", (total + 30) / 60, chinese ? " 分钟" : " min");
    return fmt::format("{}{}{}{}", total / 3600, chinese ? " 小时 " : " h ", total % 3600 / 60, chinese ? " 分钟" : " min");
}

} // namespace firstlight
