#include "hardware/memory/bandwidth_sample.h"

#include "hardware/memory/read_kernel.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace firstlight {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t chunkBytes = 1u << 20; // between two looks at the clock
constexpr int passesLimit = 24;
// Threads leave a barrier one after the other; they start to read together this much later.
constexpr std::chrono::microseconds startDelay{100};

std::uint64_t perSecond(std::size_t bytes, Clock::duration taken)
{
    const double seconds = std::chrono::duration<double>(taken).count();
    return seconds > 0 ? static_cast<std::uint64_t>(static_cast<double>(bytes) / seconds) : 0;
}

/// Zeroed pages, not yet there. Move-only.
class Pages {
public:
    explicit Pages(std::size_t bytes)
        : m_bytes(bytes)
    {
        void *mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mapped == MAP_FAILED)
            return;
        m_data = static_cast<char *>(mapped);
        madvise(m_data, bytes, MADV_HUGEPAGE); // fewer faults; where it is refused, small pages do
    }
    Pages(Pages &&other) noexcept
        : m_data(std::exchange(other.m_data, nullptr))
        , m_bytes(other.m_bytes)
    {
    }
    Pages &operator=(Pages &&) = delete;
    ~Pages()
    {
        if (m_data)
            munmap(m_data, m_bytes);
    }

    char *data() const { return m_data; }
    std::size_t bytes() const { return m_bytes; }

private:
    char *m_data = nullptr;
    std::size_t m_bytes;
};

struct Worker {
    std::size_t node; // index into the plan
    int cpu;
    Pages pages;
    std::size_t touchedBytes = 0;
    std::size_t passBytes = 0; // read in the pass now
    Clock::time_point passEnd;
};

/// From here on the kernel's choice of memory is the node that this thread runs on, whatever numactl said.
void settleOn(int cpu)
{
    const auto count = static_cast<std::size_t>(cpu) + 1;
    if (cpu_set_t *set = CPU_ALLOC(count)) {
        CPU_ZERO_S(CPU_ALLOC_SIZE(count), set);
        CPU_SET_S(static_cast<std::size_t>(cpu), CPU_ALLOC_SIZE(count), set);
        sched_setaffinity(0, CPU_ALLOC_SIZE(count), set);
        CPU_FREE(set);
    }
    syscall(SYS_set_mempolicy, 0 /* MPOL_DEFAULT */, nullptr, 0);
}

class Measurement {
public:
    Measurement(const BandwidthPlan &plan, std::stop_token stop)
        : m_plan(plan)
        , m_stop(std::move(stop))
        , m_begin(Clock::now())
        , m_nodesOne(plan.nodes.size())
        , m_nodesAll(plan.nodes.size())
    {
        for (std::size_t node = 0; node < plan.nodes.size(); ++node) {
            for (const int cpu : plan.nodes[node].cpus)
                m_workers.push_back({node, cpu, Pages(plan.bytesPerThread), 0, 0, {}});
        }
    }

    std::optional<BandwidthSample> run()
    {
        const bool refused
            = std::ranges::any_of(m_workers, [](const Worker &worker) { return !worker.pages.data(); });
        if (refused || m_workers.empty() || !runThreads() || !m_enough || m_stop.stop_requested())
            return std::nullopt;
        return result();
    }

private:
    struct Decide {
        Measurement *measurement;
        void operator()() noexcept { measurement->decide(); }
    };
    using Barrier = std::barrier<Decide>;

    Clock::time_point after(int percent) const { return m_begin + m_plan.budget * percent / 100; }

    bool goesOn(Clock::time_point until) const { return !m_stop.stop_requested() && Clock::now() < until; }

    bool runThreads()
    {
        enum { Wait, Go, Leave };
        std::atomic<int> gate(Wait);
        Barrier barrier(static_cast<std::ptrdiff_t>(m_workers.size()), Decide{this});
        std::vector<std::jthread> threads;
        int verdict = Go;
        try {
            for (Worker &worker : m_workers) {
                threads.emplace_back([this, &worker, &barrier, &gate] {
                    gate.wait(Wait);
                    if (gate == Go)
                        work(worker, barrier);
                });
            }
        } catch (const std::system_error &) { // a limit of processes
            verdict = Leave;
        }
        gate = verdict;
        gate.notify_all();
        return verdict == Go;
    }

    void work(Worker &worker, Barrier &barrier)
    {
        settleOn(worker.cpu);
        touch(worker);
        barrier.arrive_and_wait();
        if (!m_enough)
            return;
        const bool leads = &worker == &m_workers.front() || (&worker - 1)->node != worker.node;
        if (leads)
            readAlone(worker.node);
        barrier.arrive_and_wait();
        while (m_more) {
            dropFromCaches(worker.pages.data(), worker.touchedBytes);
            barrier.arrive_and_wait();
            while (Clock::now() < m_passStart) { }
            worker.passBytes = read(worker, after(95));
            worker.passEnd = Clock::now();
            barrier.arrive_and_wait();
        }
    }

    void touch(Worker &worker) const
    {
        constexpr std::size_t pageBytes = 4096; // no kernel has smaller ones
        for (std::size_t at = 0; at < worker.pages.bytes() && goesOn(after(45)); at += chunkBytes) {
            for (std::size_t page = 0; page < chunkBytes; page += pageBytes)
                worker.pages.data()[at + page] = 1;
            worker.touchedBytes = at + chunkBytes;
        }
    }

    std::size_t read(const Worker &worker, Clock::time_point until) const
    {
        std::size_t bytes = 0;
        while (bytes < worker.touchedBytes && goesOn(until)) {
            loadAll(worker.pages.data() + bytes, chunkBytes);
            bytes += chunkBytes;
        }
        return bytes;
    }

    /// Passes over the parts of the node's threads in turn.
    void readAlone(std::size_t node)
    {
        const auto until = after(70);
        const auto first = std::ranges::find(m_workers, node, &Worker::node);
        auto worker = first;
        for (int pass = 0; pass < passesLimit && goesOn(until); ++pass) {
            dropFromCaches(worker->pages.data(), worker->touchedBytes);
            const auto begin = Clock::now();
            const std::size_t bytes = read(*worker, until);
            m_nodesOne[node] = std::max(m_nodesOne[node], perSecond(bytes, Clock::now() - begin));
            ++worker;
            if (worker == m_workers.end() || worker->node != node)
                worker = first;
        }
    }

    /// Runs in one thread while all others wait at the barrier.
    void decide() noexcept
    {
        switch (m_step) {
        case Step::Touched:
            m_enough = hasEnough();
            m_step = Step::ReadAlone;
            return;
        case Step::ReadAlone:
        case Step::PassEnded:
            if (m_step == Step::PassEnded)
                countPass();
            m_more = m_workers.size() > 1 && m_passes < passesLimit && goesOn(after(90));
            m_step = Step::PassReady;
            return;
        case Step::PassReady:
            m_passStart = Clock::now() + startDelay;
            m_step = Step::PassEnded;
            return;
        }
    }

    bool hasEnough() const
    {
        std::vector<std::size_t> touched(m_plan.nodes.size());
        for (const Worker &worker : m_workers)
            touched[worker.node] += worker.touchedBytes;
        return std::ranges::all_of(touched,
                                   [&](std::size_t bytes) { return bytes >= m_plan.leastNodeBytes; });
    }

    void countPass()
    {
        ++m_passes;
        std::size_t allBytes = 0;
        Clock::time_point allEnd = m_passStart;
        for (std::size_t node = 0; node < m_plan.nodes.size(); ++node) {
            std::size_t bytes = 0;
            Clock::time_point end = m_passStart;
            for (const Worker &worker : m_workers) {
                if (worker.node != node)
                    continue;
                bytes += worker.passBytes;
                end = std::max(end, worker.passEnd);
            }
            m_nodesAll[node] = std::max(m_nodesAll[node], perSecond(bytes, end - m_passStart));
            allBytes += bytes;
            allEnd = std::max(allEnd, end);
        }
        m_all = std::max(m_all, perSecond(allBytes, allEnd - m_passStart));
    }

    std::optional<BandwidthSample> result() const
    {
        BandwidthSample sample;
        const bool single = m_workers.size() == 1; // then nobody had to be waited for
        for (std::size_t node = 0; node < m_plan.nodes.size(); ++node) {
            const std::uint64_t one = m_nodesOne[node];
            if (one == 0)
                return std::nullopt;
            sample.nodes[m_plan.nodes[node].number] = {one, std::max(one, m_nodesAll[node])};
            sample.disturbed = sample.disturbed || (!single && m_nodesAll[node] < one);
        }
        const std::uint64_t best = *std::ranges::max_element(m_nodesOne);
        sample.all = {best, std::max(best, m_all)};
        return sample;
    }

    enum class Step { Touched, ReadAlone, PassReady, PassEnded };

    const BandwidthPlan &m_plan;
    std::stop_token m_stop;
    Clock::time_point m_begin;
    std::vector<Worker> m_workers;         // in the order of the plan's nodes
    std::vector<std::uint64_t> m_nodesOne; // each written by one thread alone
    std::vector<std::uint64_t> m_nodesAll;
    std::uint64_t m_all = 0;
    Step m_step = Step::Touched;
    bool m_enough = false;
    bool m_more = false;
    int m_passes = 0;
    Clock::time_point m_passStart;
};

} // namespace

std::optional<BandwidthSample> measureBandwidth(const BandwidthPlan &plan, std::stop_token stop)
{
    return Measurement(plan, std::move(stop)).run();
}

} // namespace firstlight
