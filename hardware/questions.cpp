#include "hardware/questions.h"

#include "core/process.h"

#include <cstdlib>
#include <limits>
#include <unistd.h>

namespace firstlight {

std::optional<std::string> programPath(const Root &root, const std::string &name)
{
    return root.answer("program " + name, [&] { return findProgram(name); });
}

std::optional<unsigned> userId(const Root &root)
{
    const auto id = answeredNumber(root, "user id", [] { return std::optional<std::uint64_t>(geteuid()); });
    if (!id || *id > std::numeric_limits<unsigned>::max())
        return std::nullopt;
    return static_cast<unsigned>(*id);
}

std::optional<std::string> pathFromEnvironment(const char *name)
{
    const char *value = std::getenv(name);
    return value && *value == '/' ? std::optional<std::string>(value) : std::nullopt;
}

} // namespace firstlight
