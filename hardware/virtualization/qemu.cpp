#include "hardware/virtualization/qemu.h"

#include "hardware/engines/packages.h"
#include "hardware/questions.h"

#include <array>
#include <unistd.h>
#include <vector>

namespace firstlight {

namespace {

struct Names {
    const char *architecture; ///< uname -m
    const char *program;
    std::array<const char *, 3> packages; ///< Debian's, then those of Arch and Alpine where they differ
};

// QEMU's own program names; packages as packages.debian.org, archlinux.org/packages and pkgs.alpinelinux.org
// list them.
constexpr std::array table{
    Names{"x86_64", "qemu-system-x86_64", {"qemu-system-x86", "qemu-system-x86_64", nullptr}},
    Names{"i686", "qemu-system-i386", {"qemu-system-x86", "qemu-system-i386", nullptr}},
    Names{"aarch64", "qemu-system-aarch64", {"qemu-system-arm", "qemu-system-aarch64", nullptr}},
    Names{"armv7l", "qemu-system-arm", {"qemu-system-arm", nullptr, nullptr}},
    Names{"riscv64", "qemu-system-riscv64", {"qemu-system-riscv", "qemu-system-riscv64", "qemu-system-misc"}},
    Names{"loongarch64",
          "qemu-system-loongarch64",
          {"qemu-system-misc", "qemu-system-loongarch64", "qemu-system-loongarch"}},
    Names{"ppc64le", "qemu-system-ppc64", {"qemu-system-ppc", "qemu-system-ppc64", nullptr}},
    Names{"ppc64", "qemu-system-ppc64", {"qemu-system-ppc", "qemu-system-ppc64", nullptr}},
    Names{"s390x", "qemu-system-s390x", {"qemu-system-s390x", "qemu-system-misc", nullptr}},
};

// Red Hat's distributions have one QEMU, outside of PATH.
constexpr const char *redHatPath = "/usr/libexec/qemu-kvm";

const Names *namesOf(const std::string &architecture)
{
    for (const Names &names : table) {
        if (architecture == names.architecture)
            return &names;
    }
    return nullptr;
}

std::optional<std::string> findVersion(const Root &root, const std::string &path, const Names &names,
                                       SlowFacts &facts)
{
    const std::string key = "version of " + fileIdentity(path);
    if (auto remembered = facts.find(key))
        return remembered;
    for (const char *package : names.packages) {
        auto version = package ? packageVersion(root, path, package) : std::nullopt;
        if (version) {
            facts.keep(key, *version);
            return version;
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<Qemu> readQemu(const Root &root, const std::string &architecture, SlowFacts &facts)
{
    const Names *names = namesOf(architecture);
    if (!names)
        return std::nullopt;
    auto path = programPath(root, names->program);
    if (!path)
        path = root.answer("program qemu-kvm", []() -> std::optional<std::string> {
            return access(redHatPath, X_OK) == 0 ? std::optional<std::string>(redHatPath) : std::nullopt;
        });
    if (!path)
        return std::nullopt;
    return Qemu{.path = *path, .version = root.answer("version of " + *path, [&] {
                    return findVersion(root, *path, *names, facts);
                })};
}

} // namespace firstlight
