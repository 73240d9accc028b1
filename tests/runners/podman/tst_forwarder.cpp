#include "runners/podman/forwarder.h"

#include "forwarder_launch.h"

#include <QTest>

#include <csignal>
#include <future>
#include <map>
#include <random>
#include <vector>

using namespace firstlight;
using namespace firstlight::sockets;
namespace fs = std::filesystem;

/// Bytes through the forwarder, between real clients and a demo that is played by the test.
class TestForwarder : public QObject {
    Q_OBJECT

private slots:
    void bytesGoBothWays();
    void theClientMayEndFirst();
    void theDemoMayEndFirst();
    void tenMegabytesBothWaysAtOnce();
    void manyConnectionsAtOnce();
    void clientsWaitForTheirTurnInAFullQueue();
    void moreClientsThanDescriptors_data();
    void moreClientsThanDescriptors();
    void waitingClientsLeaveRoomForTheOneWhoseTurnItIs();
    void slowReaderHoldsUpOnlyItself();
    void connectionThatOneSideLeftCostsNoTime();
    void lastWordsOfTheDemoArrive();
    void lastWordsOfManyArrive();
};

namespace {

/// Bytes that no shifted or doubled piece would look like.
std::string randomBytes(std::size_t count, unsigned seed)
{
    std::mt19937_64 random(seed);
    std::string bytes(count, '\0');
    for (char &byte : bytes)
        byte = static_cast<char>(random());
    return bytes;
}

constexpr std::size_t tenMegabytes = 10u << 20;

/// Processor time that \a process has used, in clock ticks.
long ticksOf(pid_t process)
{
    const std::string text = *readFile("/proc/" + std::to_string(process) + "/stat");
    const QStringList fields = QString::fromStdString(text.substr(text.rfind(')') + 2)).split(' ');
    return fields[11].toLong() + fields[12].toLong();
}

} // namespace

void TestForwarder::bytesGoBothWays()
{
    ForwardedLaunch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    QVERIFY(sendAll(client, "GET / HTTP/1.1\r\n\r\n"));
    const FileDescriptor served = acceptFrom(demo);
    QCOMPARE(receive(served, 18), std::string("GET / HTTP/1.1\r\n\r\n"));
    // Answers come piece by piece while the connection stays, as a chat's words do.
    for (const std::string &word :
         std::vector<std::string>{"one", "two", "three", std::string("\0\xff\r\n", 4)}) {
        QVERIFY(sendAll(served, word));
        QCOMPARE(receive(client, word.size()), word);
    }
    QVERIFY(sendAll(client, "again"));
    QCOMPARE(receive(served, 5), std::string("again"));
}

void TestForwarder::theClientMayEndFirst()
{
    ForwardedLaunch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    QVERIFY(sendAll(client, "question"));
    ::shutdown(client.get(), SHUT_WR);
    const FileDescriptor served = acceptFrom(demo);
    QCOMPARE(receiveAll(served), std::optional<std::string>("question"));
    QVERIFY(sendAll(served, "answer"));
    QCOMPARE(receive(client, 6), std::string("answer"));
    QVERIFY(sendAll(served, ", and more"));
    ::shutdown(served.get(), SHUT_WR);
    QCOMPARE(receiveAll(client), std::optional<std::string>(", and more"));
}

void TestForwarder::theDemoMayEndFirst()
{
    ForwardedLaunch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    const FileDescriptor served = acceptFrom(demo);
    QVERIFY(sendAll(served, "greeting"));
    ::shutdown(served.get(), SHUT_WR);
    QCOMPARE(receiveAll(client), std::optional<std::string>("greeting"));
    QVERIFY(sendAll(client, "still "));
    QCOMPARE(receive(served, 6), std::string("still "));
    QVERIFY(sendAll(client, "here"));
    ::shutdown(client.get(), SHUT_WR);
    QCOMPARE(receiveAll(served), std::optional<std::string>("here"));
}

void TestForwarder::tenMegabytesBothWaysAtOnce()
{
    ForwardedLaunch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    const FileDescriptor served = acceptFrom(demo);
    const std::string up = randomBytes(tenMegabytes, 1);
    const std::string down = randomBytes(tenMegabytes, 2);
    const auto sender = [](const FileDescriptor &socket, const std::string &bytes) {
        return std::async(std::launch::async, [&] {
            const bool sent = sendAll(socket, bytes);
            ::shutdown(socket.get(), SHUT_WR);
            return sent;
        });
    };
    auto upwards = sender(client, up);
    auto downwards = sender(served, down);
    auto arrived = std::async(std::launch::async, [&] { return receiveAll(served); });
    QVERIFY(receiveAll(client) == down);
    QVERIFY(arrived.get() == up);
    QVERIFY(upwards.get());
    QVERIFY(downwards.get());
}

void TestForwarder::manyConnectionsAtOnce()
{
    ForwardedLaunch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    constexpr std::size_t count = 200;
    std::vector<FileDescriptor> clients;
    std::vector<FileDescriptor> served;
    for (std::size_t number = 0; number < count; ++number) {
        clients.push_back(launch.client());
        QVERIFY(sendAll(clients.back(), QByteArray::number(qulonglong(1000 + number)).toStdString()));
    }
    // All are open before the first is answered, and the last is answered first.
    std::map<std::string, const FileDescriptor *> byQuestion;
    for (std::size_t number = 0; number < count; ++number)
        served.push_back(acceptFrom(demo));
    for (const FileDescriptor &each : served)
        byQuestion[receive(each, 4)] = &each;
    QCOMPARE(byQuestion.size(), count);
    for (auto entry = byQuestion.rbegin(); entry != byQuestion.rend(); ++entry)
        QVERIFY(sendAll(*entry->second, "answer to " + entry->first));
    for (std::size_t number = 0; number < count; ++number)
        QCOMPARE(receive(clients[number], 14), "answer to " + std::to_string(1000 + number));
}

void TestForwarder::clientsWaitForTheirTurnInAFullQueue()
{
    ForwardedLaunch launch;
    const FileDescriptor demo = listenAt(launch.socket(), 0);
    constexpr int count = 20;
    std::vector<FileDescriptor> clients;
    for (int number = 0; number < count; ++number) {
        clients.push_back(launch.client());
        QVERIFY(sendAll(clients.back(), "?"));
    }
    for (int number = 0; number < count; ++number) {
        const FileDescriptor served = acceptFrom(demo);
        QCOMPARE(receive(served, 1), std::string("?"));
        QVERIFY(sendAll(served, "!"));
    }
    for (const FileDescriptor &client : clients)
        QCOMPARE(receiveAll(client), std::optional<std::string>("!"));
}

void TestForwarder::moreClientsThanDescriptors_data()
{
    QTest::addColumn<uint>("descriptors");
    // A connection takes two: the last one is left over, or none is.
    QTest::newRow("even") << 32u;
    QTest::newRow("odd") << 33u;
}

void TestForwarder::moreClientsThanDescriptors()
{
    QFETCH(uint, descriptors);
    ForwardedLaunch launch(descriptors);
    FileDescriptor demo = listenAt(launch.socket());
    std::vector<FileDescriptor> clients;
    for (int number = 0; number < 100; ++number) {
        clients.push_back(launch.client());
        QVERIFY(sendAll(clients.back(), "?"));
    }
    // Those that have no place yet are neither turned away nor waited for in a busy loop.
    QTest::qSleep(200);
    const long before = ticksOf(launch.process->id());
    QTest::qSleep(500);
    QVERIFY(ticksOf(launch.process->id()) - before < 20);
    for (FileDescriptor &client : clients) {
        const FileDescriptor served = acceptFrom(demo);
        QVERIFY2(served.isOpen(), "a client was never served");
        QCOMPARE(receive(served, 1), std::string("?"));
        QVERIFY(sendAll(served, "!"));
        QCOMPARE(receive(client, 1), std::string("!"));
        client.reset();
    }
}

void TestForwarder::waitingClientsLeaveRoomForTheOneWhoseTurnItIs()
{
    ForwardedLaunch launch(32);
    const FileDescriptor demo = listenAt(launch.socket(), 0);
    std::vector<FileDescriptor> clients;
    for (int number = 0; number < 100; ++number) {
        clients.push_back(launch.client());
        QVERIFY(sendAll(clients.back(), "?"));
    }
    QTest::qSleep(200); // the demo is busy
    for (FileDescriptor &client : clients) {
        const FileDescriptor served = acceptFrom(demo);
        QVERIFY2(served.isOpen(), "a client was never served");
        QCOMPARE(receive(served, 1), std::string("?"));
        QVERIFY(sendAll(served, "!"));
        QCOMPARE(receive(client, 1), std::string("!"));
        client.reset();
    }
}

void TestForwarder::slowReaderHoldsUpOnlyItself()
{
    ForwardedLaunch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor slow = launch.client();
    const FileDescriptor slowServed = acceptFrom(demo);
    const std::string bytes = randomBytes(tenMegabytes, 3);
    auto sent = std::async(std::launch::async, [&] {
        const bool all = sendAll(slowServed, bytes);
        ::shutdown(slowServed.get(), SHUT_WR);
        return all;
    });
    // The pipe of the slow one fills up meanwhile.
    for (int number = 0; number < 50; ++number) {
        const FileDescriptor quick = launch.client();
        const FileDescriptor served = acceptFrom(demo);
        QVERIFY(sendAll(quick, "?"));
        QCOMPARE(receive(served, 1), std::string("?"));
        QVERIFY(sendAll(served, "!"));
        QCOMPARE(receive(quick, 1), std::string("!"));
    }
    // Nor is the other direction of the same connection held up.
    QVERIFY(sendAll(slow, "stop?"));
    QCOMPARE(receive(slowServed, 5), std::string("stop?"));
    QVERIFY2(sent.wait_for(std::chrono::seconds(0)) != std::future_status::ready,
             "nothing was held up at all");
    QVERIFY(receiveAll(slow) == bytes);
    QVERIFY(sent.get());
}

void TestForwarder::connectionThatOneSideLeftCostsNoTime()
{
    ForwardedLaunch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    // The demo hangs up, the client stays; the client hangs up, the demo stays; the demo hangs up behind
    // bytes that nobody takes; nobody does anything.
    const FileDescriptor first = launch.client();
    acceptFrom(demo);
    FileDescriptor second = launch.client();
    const FileDescriptor secondServed = acceptFrom(demo);
    ::shutdown(second.get(), SHUT_WR);
    const FileDescriptor third = launch.client();
    {
        const FileDescriptor served = acceptFrom(demo);
        ::fcntl(served.get(), F_SETFL, O_NONBLOCK);
        const std::string bytes = randomBytes(65536, 4);
        for (int full = 0; full < 20;) {
            if (::send(served.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0)
                full = 0;
            else if (++full < 20)
                QTest::qSleep(10);
        }
    }
    const FileDescriptor fourth = launch.client();
    const FileDescriptor fourthServed = acceptFrom(demo);
    QVERIFY(turnedAway(first));
    QTest::qSleep(200);
    const long before = ticksOf(launch.process->id());
    QTest::qSleep(1000);
    const long used = ticksOf(launch.process->id()) - before;
    QVERIFY2(used < 20, (std::to_string(used) + " ticks in one second of nothing").c_str());
}

void TestForwarder::lastWordsOfTheDemoArrive()
{
    ForwardedLaunch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    const std::string words = randomBytes(100000, 5);
    {
        const FileDescriptor served = acceptFrom(demo);
        QVERIFY(sendAll(served, words));
        launch.container.endWithoutWaiting();
    }
    QCOMPARE(launch.process->wait(), 0);
    QVERIFY(receiveAll(client) == words);
}

void TestForwarder::lastWordsOfManyArrive()
{
    ForwardedLaunch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    std::vector<FileDescriptor> clients;
    std::vector<FileDescriptor> served;
    for (int number = 0; number < 150; ++number) {
        clients.push_back(launch.client());
        served.push_back(acceptFrom(demo));
        QVERIFY(sendAll(clients.back(), "?"));
        QCOMPARE(receive(served.back(), 1), std::string("?"));
    }
    // The forwarder hears of the end and of all the words at once, the end first.
    ::kill(launch.process->id(), SIGSTOP);
    const std::string status = "/proc/" + std::to_string(launch.process->id()) + "/status";
    QTRY_VERIFY(readFile(status)->find("State:\tT") != std::string::npos);
    launch.container.endWithoutWaiting();
    QTRY_VERIFY(readFile("/proc/" + std::to_string(launch.container.id()) + "/status")->find("State:\tZ")
                != std::string::npos);
    for (const FileDescriptor &each : served)
        QVERIFY(sendAll(each, "goodbye"));
    served.clear();
    ::kill(launch.process->id(), SIGCONT);
    QCOMPARE(launch.process->wait(), 0);
    for (const FileDescriptor &client : clients)
        QCOMPARE(receiveAll(client), std::optional<std::string>("goodbye"));
}

int main(int count, char **arguments)
{
    return runTestOrForwarder<TestForwarder>(count, arguments);
}

#include "tst_forwarder.moc"
