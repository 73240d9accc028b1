#pragma once

#include "core/files.h"

#include <QTest>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

/// Where tests put many small files: in memory where that is offered, since a disk takes seconds for them.
inline std::filesystem::path scratchParent()
{
    return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path();
}

/// A recorded computer that a test writes itself, in a folder that goes away with it.
class CraftedRoot {
public:
    CraftedRoot()
        : m_folder(firstlight::TemporaryDirectory::make(scratchParent(), "firstlight-root-").value())
    {
    }

    const std::filesystem::path &path() const { return m_folder.path(); }

    CraftedRoot &file(const std::string &name, const std::string &content)
    {
        // Not writeFileAtomically(): thousands of synced files would take minutes.
        std::filesystem::create_directories((path() / name).parent_path());
        std::ofstream stream(path() / name, std::ios::binary | std::ios::trunc);
        if (!stream.write(content.data(), static_cast<std::streamsize>(content.size())).flush())
            qFatal("cannot write a crafted root");
        return *this;
    }

    CraftedRoot &link(const std::string &name, const std::string &target)
    {
        std::filesystem::create_directories((path() / name).parent_path());
        std::filesystem::create_symlink(target, path() / name);
        return *this;
    }

    /// A PCI function with its class, ids and, unless empty, driver.
    CraftedRoot &pci(const std::string &address, const std::string &deviceClass, const std::string &vendor,
                     const std::string &device, const std::string &driver = {})
    {
        const std::string folder = "sys/bus/pci/devices/" + address + "/";
        file(folder + "class", deviceClass + "\n")
            .file(folder + "vendor", vendor + "\n")
            .file(folder + "device", device + "\n");
        return driver.empty() ? *this : link(folder + "driver", "../../../../bus/pci/drivers/" + driver);
    }

private:
    firstlight::TemporaryDirectory m_folder;
};

/// The recordings beside the repository; not there in every checkout.
inline std::filesystem::path sharedMachines()
{
    return std::filesystem::path(FIRSTLIGHT_SOURCE_DIR) / "../shared/machines";
}

inline std::filesystem::path ownMachines()
{
    return std::filesystem::path(FIRSTLIGHT_TESTS_DIR) / "machines";
}
