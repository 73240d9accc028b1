#pragma once

#include "faulty_server.h"

#include <QDir>
#include <QHash>
#include <QTemporaryDir>
#include <filesystem>
#include <fstream>
#include <memory>

/// A served folder, with the client configuration of this computer kept out for as long as it lives.
struct RegistryPlace {
    QTemporaryDir folder;

    RegistryPlace()
    {
        for (char **entry = environ; *entry; ++entry) {
            const QByteArray name = QByteArray(*entry).split('=').first();
            m_before[name] = qgetenv(name);
        }
        for (auto at = m_before.cbegin(); at != m_before.cend(); ++at) {
            const QByteArray name = at.key().toLower();
            if (name.startsWith("pip_") || name.startsWith("npm_config_") || name.startsWith("xdg_")
                || name == "virtual_env" || name == "requests_ca_bundle")
                qunsetenv(at.key());
        }
        qputenv("HOME", folder.filePath("home").toLocal8Bit());
        qputenv("PIP_CONFIG_FILE", "/dev/null");
        qputenv("npm_config_globalconfig", "/dev/null");
    }
    ~RegistryPlace()
    {
        QList<QByteArray> now;
        for (char **entry = environ; *entry; ++entry)
            now << QByteArray(*entry).split('=').first();
        for (const QByteArray &name : now) {
            if (!m_before.contains(name))
                qunsetenv(name);
        }
        for (auto at = m_before.cbegin(); at != m_before.cend(); ++at)
            qputenv(at.key(), at.value());
    }

    void write(const QString &path, const std::string &text) const
    {
        const std::filesystem::path file = folder.filePath(path).toStdString();
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
    }
    /// A program of our own in bin/, found first in PATH.
    void writeProgram(const QString &name, const std::string &script) const
    {
        write("bin/" + name, script);
        QFile(folder.filePath("bin/" + name)).setPermissions(QFile::ReadOwner | QFile::ExeOwner);
        qputenv("PATH", folder.filePath("bin").toLocal8Bit() + ":/usr/bin:/bin");
    }

private:
    QHash<QByteArray, QByteArray> m_before;
};
