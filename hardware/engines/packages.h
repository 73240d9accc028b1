#pragma once

#include "hardware/root.h"

#include <optional>
#include <string>
#include <string_view>

namespace firstlight {

/// The upstream version of the installed package \a package ("4.3.1"), by the databases of dpkg, pacman and
/// apk, in a fraction of the time that the program takes to tell it. Only for a \a programPath in a folder
/// that packages install to; nullopt elsewhere, and on a computer with another package manager. For the
/// running computer: ask inside an answer.
std::optional<std::string> packageVersion(const Root &root, const std::string &programPath,
                                          std::string_view package);

/// 4.3.1 of "1:4.3.1+ds1-8+deb12u1": without epoch, repacking and the distribution's revision; nullopt if it
/// does not start with a digit.
std::optional<std::string> upstreamVersion(std::string_view version);

/// The version field of one package of the text of dpkg's `status`, if it is installed.
std::optional<std::string> dpkgVersion(std::string_view status, std::string_view package);
/// The same of the text of apk's `installed`.
std::optional<std::string> apkVersion(std::string_view installed, std::string_view package);

} // namespace firstlight
