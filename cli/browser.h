#pragma once

#include <string>

namespace firstlight {

/// Whether a browser window could appear: a Wayland or X11 display, or Windows below WSL.
bool hasDisplay();

/// Opens \a address in the person's browser. False if there is no display or no program that opens addresses.
bool openInBrowser(const std::string &address);

} // namespace firstlight
