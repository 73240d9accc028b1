#pragma once

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QList>
#include <QProcess>
#include <QStandardPaths>
#include <QString>

/// Runs faulty_server.py for one test; ends with it.
class FaultyServer {
public:
    explicit FaultyServer(const QString &folder, const QString &unixSocket = {})
        : m_folder(folder)
    {
        QStringList arguments{QStringLiteral(FIRSTLIGHT_TESTS_DIR "/transfer/faulty_server.py"), folder};
        if (!unixSocket.isEmpty())
            arguments << unixSocket;
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QStringLiteral("python3"), arguments);
        if (m_process.waitForStarted() && m_process.waitForReadyRead())
            m_port = m_process.readLine().trimmed();
    }
    ~FaultyServer()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

    bool isRunning() const { return !m_port.isEmpty(); }
    std::string port() const { return m_port.toStdString(); }
    std::string url(const std::string &path) const { return "http://127.0.0.1:" + port() + "/" + path; }

    /// What was asked so far.
    QList<QJsonObject> requests() const
    {
        QList<QJsonObject> list;
        QFile log(m_folder + QStringLiteral("/requests.log"));
        if (!log.open(QIODevice::ReadOnly))
            return list;
        for (const QByteArray &line : log.readAll().split('\n')) {
            if (!line.isEmpty())
                list << QJsonDocument::fromJson(line).object();
        }
        return list;
    }
    QString header(int request, const char *name) const
    {
        return requests().value(request)[QLatin1String("headers")].toObject()[QLatin1String(name)].toString();
    }
    /// The Range header of each request, empty where there was none.
    QStringList ranges() const
    {
        QStringList list;
        for (const QJsonObject &request : requests())
            list << request[QLatin1String("headers")].toObject()[QLatin1String("range")].toString();
        return list;
    }
    void forgetRequests() const { QFile::remove(m_folder + QStringLiteral("/requests.log")); }

private:
    QString m_folder;
    QProcess m_process;
    QByteArray m_port;
};

#define START_SERVER(name, ...)                                                                              \
    if (QStandardPaths::findExecutable(QStringLiteral("python3")).isEmpty())                                 \
        QSKIP("python3 is not installed, which runs the test server");                                       \
    FaultyServer name(__VA_ARGS__);                                                                          \
    QVERIFY2(name.isRunning(), "the test server did not start")
