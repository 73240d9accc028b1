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
        for (const auto &entry : fs::directory_iterator(ownMachines() / "archspec", none)) {
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

    std::string faultOfMutant(const Base &base, const std::string &what, bool lossOnly)
    {
        const Watchdog watchdog(base.name + what);
        const double begin = cpuMilliseconds();
        const auto machine = probe(optionsFor(base.root));
        const double taken = cpuMilliseconds() - begin;
        if (taken > 50)
            qWarning("SLOW %.1f %s", taken, (base.name + what).c_str());
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
        // Names of the kernel's own, so that a folder that was followed shows.
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
};

QTEST_APPLESS_MAIN(TestMutations)
#include "tst_mutations.moc"
