#include "core/files.h"
#include "runners/asking/sample.h"

#include <QtTest>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace firstlight;

namespace {

/// Answers each request on 127.0.0.1 with the same bytes, and keeps what was asked last.
class Server {
public:
    explicit Server(std::string answer)
        : m_answer(std::move(answer))
        , m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        auto *general = static_cast<sockaddr *>(static_cast<void *>(&address));
        socklen_t length = sizeof address;
        if (::bind(m_socket.get(), general, length) != 0 || ::listen(m_socket.get(), 8) != 0
            || ::getsockname(m_socket.get(), general, &length) != 0)
            qFatal("no port");
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { serve(); });
    }
    ~Server()
    {
        ::shutdown(m_socket.get(), SHUT_RDWR);
        m_thread.join();
    }

    RunningDemo demo() const { return {.demo = "d", .hostPort = m_port}; }
    std::string asked; ///< request line, headers and body; read it when the answer is there

private:
    void serve()
    {
        while (true) {
            const FileDescriptor client(::accept(m_socket.get(), nullptr, nullptr));
            if (!client.isOpen())
                return;
            asked.clear();
            char buffer[4096];
            while (!isWhole(asked)) {
                const ssize_t count = ::recv(client.get(), buffer, sizeof buffer, 0);
                if (count <= 0)
                    break;
                asked.append(buffer, static_cast<std::size_t>(count));
            }
            [[maybe_unused]] const ssize_t sent
                = ::send(client.get(), m_answer.data(), m_answer.size(), MSG_NOSIGNAL);
        }
    }

    static bool isWhole(const std::string &request)
    {
        const std::size_t end = request.find("\r\n\r\n");
        const std::size_t length = request.find("Content-Length: ");
        if (end == std::string::npos)
            return false;
        return length == std::string::npos || request.size() >= end + 4 + std::stoul(request.substr(length + 16));
    }

    std::string m_answer;
    FileDescriptor m_socket;
    int m_port = 0;
    std::thread m_thread;
};

std::string http(const std::string &body, const std::string &headers = {}, const std::string &status = "200 OK")
{
    return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"
           + headers + "\r\n" + body;
}

Result<Reply> asked(const Server &server, const std::string &api, const std::string &content)
{
    return ask(server.demo(), api, {.content = content}, std::chrono::seconds(10), {});
}

} // namespace

class TestAsk : public QObject {
    Q_OBJECT

private slots:
    void everyInterface_data()
    {
        QTest::addColumn<QByteArray>("api");
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("unit");
        QTest::addColumn<double>("pace");
        const auto row = [](const char *api, const std::string &answer, const char *path, const char *content,
                            WorkUnit unit, double pace) {
            QTest::newRow(api) << QByteArray(api) << QByteArray::fromStdString(answer) << QByteArray(path)
                               << QByteArray(content) << static_cast<int>(unit) << pace;
        };
        row("openai",
            http(R"({"choices":[{"message":{"content":"Hello."}}],"timings":{"predicted_per_second":50.5}})"),
            "/v1/chat/completions", "Hello.", WorkUnit::Token, 50.5);
        row("speech", http("RIFFwave", "X-Audio-Seconds: 3.0\r\nX-Compute-Seconds: 0.5\r\n"), "/api/speak",
            "RIFFwave", WorkUnit::AudioSecond, 6);
        row("transcription", http(R"({"text":"Good morning","audioSeconds":4,"computeSeconds":2})"),
            "/api/transcribe", "Good morning", WorkUnit::AudioSecond, 2);
        row("singing", http("RIFFsong", "X-Audio-Seconds: 1\r\nX-Compute-Seconds: 4\r\n"), "/api/sing",
            "RIFFsong", WorkUnit::AudioSecond, 0.25);
        row("upscale", http("\x89PNG…", "X-Compute-Seconds: 0.25\r\n"), "/api/upscale", "\x89PNG…",
            WorkUnit::Picture, 4);
        row("talk", http("RIFFanswer", "X-Audio-Seconds: 2\r\nX-Compute-Seconds: 1\r\n"), "/api/talk", "RIFFanswer",
            WorkUnit::AudioSecond, 2);
        row("ocr", http(R"({"text":"第一","computeSeconds":0.5})"), "/api/read", "第一", WorkUnit::Picture, 2);
    }
    void everyInterface()
    {
        QFETCH(QByteArray, api);
        QFETCH(QByteArray, answer);
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, content);
        QFETCH(int, unit);
        QFETCH(double, pace);
        QVERIFY(apiNamed(api.toStdString()));
        const Server server(answer.toStdString());
        const auto reply = asked(server, api.toStdString(), "something");
        QVERIFY2(reply, reply ? "" : reply.error().code.c_str());
        QVERIFY(server.asked.starts_with("POST " + path.toStdString() + " "));
        QVERIFY(server.asked.find("something") != std::string::npos);
        QCOMPARE(reply->content, content.toStdString());
        QCOMPARE(static_cast<int>(*reply->unit), unit);
        QCOMPARE(*reply->unitsPerSecond, pace);
    }

    /// What says no pace, or one that cannot be, has none; the answer is still one.
    void noPace()
    {
        const Server silent(http("RIFF"));
        QVERIFY(!asked(silent, "speech", "x")->unit);
        const Server wrong(http("RIFF", "X-Audio-Seconds: 3\r\nX-Compute-Seconds: none\r\n"));
        QVERIFY(!asked(wrong, "speech", "x")->unit);
        const Server few(http(R"({"choices":[{"message":{"content":"Yes"}}],"usage":{"completion_tokens":2}})"));
        QCOMPARE(asked(few, "openai", "x")->content, std::string("Yes"));
        QVERIFY(!asked(few, "openai", "x")->unit);
    }

    void refusals()
    {
        const Server server(http(R"({"error":{"code":"empty","message":"There is no text to read."}})", {},
                                 "400 Bad Request"));
        const auto reply = asked(server, "speech", "");
        QCOMPARE(reply.error().code, std::string("demo-refused"));
        QCOMPARE(reply.error().facts.at("said"), std::string("There is no text to read."));
        QVERIFY(reply.error().kind == ErrorKind::BadInput);
        const Server broken(http("oh", {}, "500 Internal Server Error"));
        QVERIFY(asked(broken, "speech", "x").error().kind == ErrorKind::Failed);
        QCOMPARE(asked(broken, "speech", "x").error().facts.at("said"), std::string("oh"));
    }

    void unclearAnswers_data()
    {
        QTest::addColumn<QByteArray>("api");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("no JSON") << QByteArray("openai") << QByteArray("<html>");
        QTest::newRow("no choice") << QByteArray("openai") << QByteArray(R"({"choices":[]})");
        QTest::newRow("no text") << QByteArray("transcription") << QByteArray(R"({"text":7})");
        QTest::newRow("no sound") << QByteArray("speech") << QByteArray("{}");
        QTest::newRow("no picture") << QByteArray("upscale") << QByteArray("RIFF");
        QTest::newRow("nothing") << QByteArray("ocr") << QByteArray();
    }
    void unclearAnswers()
    {
        QFETCH(QByteArray, api);
        QFETCH(QByteArray, body);
        const Server server(http(body.toStdString()));
        QCOMPARE(asked(server, api.toStdString(), "x").error().code, std::string("demo-answer-unclear"));
    }

    void onlyItsPageSpeaks()
    {
        QVERIFY(!apiNamed("gradio"));
        const auto reply = ask({.demo = "d", .hostPort = 1}, "gradio", {}, std::chrono::seconds(1), {});
        QCOMPARE(reply.error().code, std::string("demo-cannot-be-asked"));
    }

    void nobodyAnswers()
    {
        const auto reply = ask({.demo = "d", .hostPort = 1}, "speech", {}, std::chrono::seconds(1), {});
        QCOMPARE(reply.error().code, std::string("network-unreachable"));
    }

    void samples()
    {
        for (const char *api : {"openai", "speech", "singing", "upscale", "ocr"})
            QVERIFY2(!sampleQuestion({}, *apiNamed(api), {})->content.empty(), api);
        QVERIFY(!sampleQuestion({.hostPort = 1}, *apiNamed("transcription"), {})); // it would bring its own
        const Server server(http("RIFF"));
        QCOMPARE(sampleQuestion(server.demo(), *apiNamed("transcription"), {})->content, std::string("RIFF"));
        QVERIFY(server.asked.starts_with("GET /sample.wav "));
    }
};

QTEST_GUILESS_MAIN(TestAsk)
#include "tst_ask.moc"
