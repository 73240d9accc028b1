#include "cli/browser.h"

#include "core/process.h"

#include <cstdlib>

namespace firstlight {

bool hasDisplay()
{
    for (const char *variable : {"WAYLAND_DISPLAY", "DISPLAY", "WSL_DISTRO_NAME"}) {
        if (const char *value = std::getenv(variable); value && *value)
            return true;
    }
    return false;
}

bool openInBrowser(const std::string &address)
{
    if (!hasDisplay())
        return false;
    for (const char *program : {"xdg-open", "gio", "wslview", "sensible-browser"}) {
        if (!findProgram(program))
            continue;
        ProcessSpec spec{.program = program, .arguments = {address}};
        if (std::string(program) == "gio")
            spec.arguments = {"open", address};
        return startDetached(spec, "").has_value();
    }
    return false;
}

} // namespace firstlight
