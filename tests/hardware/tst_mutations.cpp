#include "core/process.h"
#include "crafted_machine.h"
#include "full_machine.h"
#include "hardware/machine_diff.h"
#include "hardware/machine_json.h"
#include "hardware/probe.h"
#include "hardware/recorder.h"
#include "mutations.h"

#include <csignal>
#include <ctime>
#include <functional>
#include <memory>
#include <sys/time.h>
#include <sys/wait.h>

using namespace firstlight;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr int slower = 15;
#else
constexpr int slower = 1;
#endif

// Text that a probe would take over if it read the file, in any place: as /proc/cpuinfo, as a number, a name.
constexpr const char *outsideWord = "canarytext";
constexpr const char *outsideNumber = "727272727";

/// Ends the program with a message if one probe takes two seconds.
class Watchdog {
public:
    explicit Watchdog(const std::string &what)
    {
        s_what = what;
        std::signal(SIGALRM, bark);
        set(2 * slower);
    }
    Watchdog(const Watchdog &) = delete;
    Watchdog &operator=(const Watchdog &) = delete;
    ~Watchdog() { set(0); }

private:
    static void set(int seconds)
    {
        const itimerval timer{.it_interval = {}, .it_value = {.tv_sec = seconds, .tv_usec = 0}};
        setitimer(ITIMER_REAL, &timer, nullptr);
    }
    static void bark(int)
    {
        constexpr std::string_view text = "FAIL!  : a probe hangs: ";
        (void)!::write(STDERR_FILENO, text.data(), text.size());
        (void)!::write(STDERR_FILENO, s_what.data(), s_what.size());
        (void)!::write(STDERR_FILENO, "\n", 1);
        _exit(1);
    }
    static inline std::string s_what;
};

double cpuMilliseconds()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// The pointer of the first number 0 or false in \a b that \a a did not have; empty if none.
std::string inventedZero(const Machine &a, const Machine &b)
{
    const auto isZero = [](const json &value) {
        return value.is_number() ? value == 0 : value.is_boolean() && !value.get<bool>();
    };
    for (const MachineDifference &each : difference(a, b)) {
        // Without the link there is no driver; that the link was lost cannot be seen.
        if (!each.b || each.pointer.ends_with("/driverBound") || (each.a && isZero(*each.a)))
            continue;
        if (isZero(*each.b))
            return each.pointer + " was " + (each.a ? each.a->dump() : "absent");
        if (!each.b->is_structured())
            continue;
        const json leaves = each.b->flatten();
        for (const auto &[pointer, value] : leaves.items()) {
            if (isZero(value) && !pointer.ends_with("/number") && !pointer.ends_with("/driverBound"))
                return each.pointer + pointer;
        }
    }
    return {};
}

struct Base {
    std::string name;
    fs::path root;
    std::map<std::string, std::vector<std::string>> places; ///< what the probe reads, by its shape
    Machine machine;
};

/// "cpu12/cache/index3" → "cpu#/cache/index#": thousands of like files count as one when a place is drawn.
std::string shapeOf(const std::string &path)
{
    std::string shape;
    for (const char letter : path) {
        const bool digit = letter >= '0' && letter <= '9';
        if (!digit)
            shape += letter;
        else if (!shape.ends_with('#'))
            shape += '#';
    }
    return shape;
}

ProbeOptions optionsFor(const fs::path &root, Recorder *recorder = nullptr)
{
    ProbeOptions options;
    options.root = root;
    options.recorder = recorder;
    return options;
}

/// Empty if all that must hold of any root holds; else what does not.
std::string faultOf(const Result<Machine> &machine, const fs::path &root)
{
    if (!machine)
        return machine.error().code == "machine-root-unreadable" ? "" : "error " + machine.error().code;
    const auto again = probe(optionsFor(root));
    if (!again || !(*again == *machine))
        return "the second probe differs";
    const std::string text = toJson(*machine).dump();
    const auto read = machineFromJson(json::parse(text));
    if (!read || !(*read == *machine) || toJson(*read).dump() != text)
        return "the profile does not round-trip";
    if (text.find(outsideWord) != std::string::npos || text.find(outsideNumber) != std::string::npos)
        return "a file outside of the root was read";
    return {};
}

} // namespace

class TestMutations : public QObject {
    Q_OBJECT

    TemporaryDirectory m_scratch = TemporaryDirectory::make(scratchParent(), "firstlight-mutations-").value();
    std::vector<std::unique_ptr<CraftedRoot>> m_crafted;
    std::vector<Base> m_bases;
    double m_slowestMs = 0;
    std::string m_slowest;

    fs::path outside() const { return m_scratch.path() / "outside"; }
    fs::path stash() const { return m_scratch.path() / "stash"; }

    void addBase(const std::string &name, const fs::path &root)
    {
        Recorder recorder;
        const auto machine = probe(optionsFor(root, &recorder));
        QVERIFY2(machine, name.c_str());
        Base base{.name = name, .root = root, .places = {}, .machine = *machine};
        std::set<std::string> places = recorder.places();
        for (const char *more : {"etc/os-release", "dev", "firstlight.json", "usr/share/misc/pci.ids"})
            places.insert(more);
        for (const std::string &place : places)
            base.places[shapeOf(place)].push_back(place);
        m_bases.push_back(std::move(base));
    }

    void addArchives(const char *group, const std::string &suffix)
    {
        std::error_code none;
        for (const auto &entry : fs::directory_iterator(sharedMachines() / group, none)) {
            const std::string name = entry.path().filename();
            if (entry.is_directory()) {
                const fs::path folder = m_scratch.path() / "own" / name;
                fs::create_directories(folder.parent_path());
                fs::copy(entry.path(), folder, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
                addBase(name, folder);
            }
            if (!name.ends_with(suffix))
                continue;
            const fs::path folder = m_scratch.path() / group / name;
            fs::create_directories(folder);
            if (!runChecked({.program = "tar", .arguments = {"-xf", entry.path(), "-C", folder}}))
                continue; // no bzip2 here
            const bool isRoot = fs::exists(folder / "proc") || fs::exists(folder / "sys");
            addBase(name, isRoot ? folder : fs::directory_iterator(folder)->path());
        }
    }

    void addFolders()
    {
        constexpr auto asTheyAre = fs::copy_options::recursive | fs::copy_options::copy_symlinks;
        std::error_code none;
        for (const auto &entry : fs::directory_iterator(sharedMachines() / "roots", none)) {
            const fs::path folder = m_scratch.path() / "roots" / entry.path().filename();
            fs::create_directories(folder);
            fs::copy(entry.path() / "machine-root", folder, asTheyAre);
            addBase(entry.path().filename(), folder);
        }
        for (const auto &entry : fs::directory_iterator(sharedMachines() / "kfd", none)) {
            const fs::path folder = m_scratch.path() / "kfd" / entry.path().filename();
            fs::create_directories(folder / "sys/class/kfd/kfd");
            fs::copy(entry.path(), folder / "sys/class/kfd/kfd/topology", asTheyAre);
            addBase(entry.path().filename(), folder);
        }
    }

    void addTexts()
    {
        std::error_code none;
        for (const auto &entry : fs::directory_iterator(ownMachines(), none)) {
            const std::string name = entry.path().filename();
            if (!name.starts_with("linux") && !name.starts_with("bgq"))
                continue;
            const fs::path folder = m_scratch.path() / "texts" / name;
            fs::create_directories(folder / "proc");
            fs::copy(entry.path(), folder / "proc/cpuinfo");
            addBase(name, folder);
        }
    }

    /// Draws a damage and a place for it; its name if there was something to damage.
    std::optional<std::string> damageOnce(const Base &base, RootMutator &root, TextMutator &mutator,
                                          Damage damage)
    {
        auto shape = base.places.begin();
        std::advance(shape, static_cast<std::ptrdiff_t>(mutator.below(base.places.size())));
        fs::path place = mutator.oneOf(shape->second);
        // Sometimes a folder on the way to it.
        if (losesAll(damage) && mutator.below(6) == 0) {
            for (std::size_t up = 1 + mutator.below(4); up > 0 && place.has_parent_path(); --up)
                place = place.parent_path();
        }
        if (!root.damage(place, damage, mutator))
            return std::nullopt;
        return " " + std::to_string(static_cast<int>(damage)) + ":" + place.string();
    }

    /// Damages \a base in one to four ways. Empty \a what: it has nothing to damage in the ways drawn.
    void damageSome(const Base &base, RootMutator &root, TextMutator &mutator, std::string &what,
                    bool &lossOnly)
    {
        lossOnly = true;
        const std::size_t wanted = mutator.below(10) < 7 ? 1 : 2 + mutator.below(3);
        std::size_t done = 0;
        for (int attempt = 0; attempt < 60 && done < wanted; ++attempt) {
            const auto damage
                = static_cast<Damage>(mutator.below(static_cast<std::size_t>(Damage::Repeated) + 1));
            if (damage == Damage::Denied && geteuid() == 0)
                continue; // root may read all; deniedFilesAreUnknown() asks as somebody else
            if (const auto name = damageOnce(base, root, mutator, damage)) {
                lossOnly = lossOnly && losesAll(damage);
                what += *name;
                ++done;
            }
        }
    }

    /// Runs \a check in a process of an unprivileged user, if this one is root; true if it returned true.
    static bool asNobody(const std::function<bool()> &check)
    {
        constexpr uid_t nobody = 65534;
        const pid_t child = fork();
        if (child == 0) {
            if (geteuid() == 0
                && (setresgid(nobody, nobody, nobody) != 0 || setresuid(nobody, nobody, nobody) != 0))
                _exit(2);
            _exit(check() ? 0 : 1);
        }
        int status = 0;
        return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

    std::string faultOfMutant(const Base &base, const std::string &what, bool lossOnly)
    {
        const Watchdog watchdog(base.name + what);
        const double begin = cpuMilliseconds();
        const auto machine = probe(optionsFor(base.root));
        const double taken = cpuMilliseconds() - begin;
        if (taken > m_slowestMs) {
            m_slowestMs = taken;
            m_slowest = base.name + what;
        }
        std::string fault = faultOf(machine, base.root);
        if (fault.empty() && lossOnly && machine) {
            if (const std::string zero = inventedZero(base.machine, *machine); !zero.empty())
                fault = "became 0 when a file was lost: " + zero;
        }
        return fault;
    }

private Q_SLOTS:
    void initTestCase()
    {
        fs::create_directories(stash());
        CraftedRoot *made = m_crafted.emplace_back(std::make_unique<CraftedRoot>()).get();
        craftMachine(*made);
        addBase("crafted", made->path());
        addArchives("lscpu", ".tar.gz");
        addArchives("hwloc", ".tar.bz2");
        addFolders();
        addTexts();
        std::ofstream(outside()) << outsideNumber << "\nprocessor : 0\nvendor_id : " << outsideWord
                                 << "\ncpu family : 6\nmodel name : " << outsideWord
                                 << "\nflags : fpu tsc lm " << outsideWord << "\nID=" << outsideWord
                                 << "\nMemTotal: " << outsideNumber << " kB\nModel: " << outsideWord << "\n";
    }

    void basesAreGood()
    {
        QVERIFY(m_bases.size() >= 15);
        for (const Base &base : m_bases) {
            const Watchdog watchdog(base.name);
            const std::string fault = faultOf(base.machine, base.root);
            QVERIFY2(fault.empty(), (base.name + ": " + fault).c_str());
            QVERIFY2(!base.machine.cpu.architecture.empty() || base.machine.accelerators, base.name.c_str());
        }
    }

    void mutantsAreHarmless()
    {
        TextMutator mutator(20'260'825);
        const std::size_t each = 2400 / m_bases.size() + 1;
        std::size_t count = 0;
        for (const Base &base : m_bases) {
            RootMutator root(base.root, stash(), outside());
            for (std::size_t i = 0; i < each; ++i) {
                std::string what;
                bool lossOnly = false;
                damageSome(base, root, mutator, what, lossOnly);
                QVERIFY2(!what.empty(), base.name.c_str());
                const std::string fault = faultOfMutant(base, what, lossOnly);
                QVERIFY2(fault.empty(), (base.name + what + ": " + fault).c_str());
                root.restore();
                ++count;
            }
            QVERIFY2(probe(optionsFor(base.root)).value() == base.machine,
                     "the mutator did not put all back");
        }
        QVERIFY(count >= 2000);
        qInfo("%zu mutants of %zu machines; slowest probe %.1f ms: %s", count, m_bases.size(), m_slowestMs,
              m_slowest.c_str());
    }

    /// Root may read everything, so that this asks as somebody who may not.
    void deniedFilesAreUnknown()
    {
        fs::permissions(m_scratch.path(), fs::perms(0755));
        TextMutator mutator(7);
        for (const Base &base : m_bases) {
            fs::permissions(base.root, fs::perms(0755));
            if (!asNobody([&] { return probe(optionsFor(base.root)).value_or(Machine()) == base.machine; }))
                continue; // its archive has files of its own that only their owner may read
            RootMutator root(base.root, stash(), outside());
            for (int i = 0; i < 8; ++i) {
                const auto what = damageOnce(base, root, mutator, Damage::Denied);
                const bool good = !what || asNobody([&] { return faultOfMutant(base, *what, true).empty(); });
                QVERIFY2(good, (base.name + what.value_or("")).c_str());
                root.restore();
            }
        }
    }

    void lostFilesMakeTheirValuesUnknown_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QStringList>("pointers");
        const std::pair<const char *, QStringList> rows[]{
            {"proc/meminfo", {"/memory/totalBytes", "/memory/swapBytes"}},
            {"proc/cpuinfo",
             {"/cpu/flags", "/cpu/isaLevel", "/cpu/model", "/cpu/vendor", "/cpu/family", "/cpu/stepping"}},
            {"proc/sys/kernel/osrelease", {"/kernel"}},
            {"etc/os-release", {"/osId", "/osVersion", "/osName"}},
            {"proc/self/mountinfo", {"/memory/limitBytes", "/cpu/quotaCpus"}},
            {"sys/fs/cgroup/user.slice/job.scope/memory.max", {"/memory/limitBytes"}},
            {"sys/fs/cgroup/user.slice/job.scope/cpu.max", {"/cpu/quotaCpus"}},
            {"sys/bus/pci/devices/0000:03:00.0/tile0/physical_vram_size_bytes",
             {"/accelerators/2/memoryBytes"}},
            {"proc/driver/nvidia/version", {"/accelerators/3/driverVersion"}},
            {"sys/class/kfd/kfd/topology/nodes/1/properties", {"/accelerators/4/compute"}},
        };
        for (const auto &[file, pointers] : rows)
            QTest::newRow(file) << file << pointers;
    }

    void lostFilesMakeTheirValuesUnknown()
    {
        QFETCH(QString, file);
        QFETCH(QStringList, pointers);
        const Base &base = m_bases.front();
        RootMutator root(base.root, stash(), outside());
        TextMutator mutator(1);
        const json before = toJson(base.machine);
        for (const Damage damage : {Damage::Missing, Damage::Empty, Damage::HighNoise, Damage::Sparse,
                                    Damage::LoopOfLinks, Damage::LinkOut, Damage::AbsoluteLinkOut,
                                    Damage::MagicLinkOut, Damage::Pipe, Damage::FolderInPlace}) {
            if (damage == Damage::HighNoise && file.endsWith("osrelease"))
                continue; // any text is a name
            QVERIFY(root.damage(file.toStdString(), damage, mutator));
            const json after = toJson(probe(optionsFor(base.root)).value());
            root.restore();
            for (const QString &pointer : pointers) {
                const json::json_pointer place(pointer.toStdString());
                const std::string which
                    = pointer.toStdString() + " by damage " + std::to_string(static_cast<int>(damage));
                QVERIFY2(!before.at(place).is_null(), which.c_str());
                QVERIFY2(after.at(place).is_null(), which.c_str());
            }
        }
    }

    void hugeTextsDoNotHoldUs()
    {
        CraftedRoot folder;
        std::string distinct = "vendor_id : x\ncpu family : 6\n";
        for (int i = 0; distinct.size() < (11u << 20); ++i)
            distinct += "processor : " + std::to_string(i) + "\nflags : fpu f" + std::to_string(i) + "\n";
        std::string mounts;
        const std::string longPath(60'000, 'a');
        while (mounts.size() < (3u << 20))
            mounts += "30 24 0:26 / /" + longPath + " rw - cgroup x rw,cpu,cpuset,memory\n";
        std::string deepGroup = "0::";
        while (deepGroup.size() < 60'000)
            deepGroup += "/a";
        folder.file("proc/cpuinfo", distinct)
            .file("proc/self/mountinfo", mounts)
            .file("proc/self/cgroup", deepGroup)
            .file("firstlight.json", std::string(1'000'000, '['))
            .file("etc/cdi/deep.json", std::string(1'000'000, '['))
            .file("etc/cdi/long.json", R"({"kind":"a.org/b","devices":)" + std::string(900'000, '['))
            .file("sys/devices/system/cpu/online", "0-65535\n");
        const Watchdog watchdog("huge texts");
        const double begin = cpuMilliseconds();
        const auto machine = probe(optionsFor(folder.path()));
        qInfo("%.1f ms", cpuMilliseconds() - begin);
        QVERIFY(machine);
        QCOMPARE(machine->cpu.flags.value(), std::set<std::string>{"fpu"});
    }

    /// By the system calls: whatever a probe opens lies below the root.
    void nothingOutsideIsOpened()
    {
        const auto strace = findProgram("strace");
        if (!strace)
            QSKIP("strace is not installed");
        const Base &base = m_bases.front();
        RootMutator root(base.root, stash(), outside());
        TextMutator mutator(1);
        for (const char *file : {"proc/cpuinfo", "sys/devices/system/cpu/online", "etc/cdi", "sys/class/kfd"})
            QVERIFY(root.damage(file, Damage::AbsoluteLinkOut, mutator));
        for (const char *file : {"proc/meminfo", "etc/os-release", "sys/bus/pci/devices/0000:c3:00.0"})
            QVERIFY(root.damage(file, Damage::LinkOut, mutator));
        QVERIFY(root.damage("proc/self", Damage::MagicLinkOut, mutator));
        const auto traced
            = runProcess({.program = *strace,
                          .arguments = {"-f", "-y", "-e", "trace=open,openat,openat2,readlink,readlinkat",
                                        fs::read_symlink("/proc/self/exe"), "--probe", base.root}});
        if (!traced || traced->exitCode != 0)
            QSKIP("strace may not trace here");
        const QString folder = QString::fromStdString(fs::canonical(base.root));
        bool begun = false;
        int opened = 0;
        for (const QString &line : QString::fromStdString(traced->errorOutput).split('\n')) {
            const QString result = line.section(" = ", -1);
            if (!begun || !line.contains(" = ") || line.contains(" = -1 ")) {
                begun = begun || (line.contains('"' + folder + '"') && result.contains(folder));
                continue;
            }
            ++opened;
            QVERIFY2(line.contains("readlink") ? line.contains('<' + folder) : result.contains('<' + folder),
                     qPrintable(line));
        }
        QVERIFY(begun);
        QVERIFY(opened > 20);
    }
};

int main(int argc, char **argv)
{
    if (argc == 3 && std::string_view(argv[1]) == "--probe")
        return probe(optionsFor(argv[2])) ? 0 : 1;
    TestMutations test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_mutations.moc"
