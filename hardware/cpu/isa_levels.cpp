#include "hardware/cpu/isa_levels.h"

#include "hardware/text.h"

namespace firstlight {

void climb(std::span<const IsaLevel> ladder, Cpu &cpu)
{
    if (!cpu.flags)
        return;
    for (const IsaLevel &level : ladder) {
        std::set<std::string> missing;
        for (const std::string_view flag : words(level.needs)) {
            if (std::string name(flag); !cpu.flags->contains(name))
                missing.insert(std::move(name));
        }
        if (!missing.empty()) {
            cpu.nextIsaLevel = level.name;
            cpu.missingForNextIsaLevel = std::move(missing);
            return;
        }
        cpu.isaLevel = level.name;
    }
}

} // namespace firstlight
