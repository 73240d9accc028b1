#include "runners/images/input_fetch.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <thread>

namespace firstlight {

namespace {

/// Most inputs are small: with one connection the waiting for each answer would be most of the time.
constexpr std::size_t connections = 4;
constexpr auto reportInterval = std::chrono::milliseconds(100);

/// What the workers have done so far; guarded by its mutex.
struct FetchState {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::uint64_t> done; ///< bytes of each file
    std::string subject;
    std::size_t workersLeft = 0;
    std::optional<Error> error;
};

/// Passes one file's progress on to the state.
class OneFile final : public Progress {
public:
    OneFile(FetchState &state, std::size_t file)
        : m_state(state)
        , m_file(file)
    {
    }

    void update(const ProgressUpdate &update) override
    {
        if (update.unit != ProgressUnit::Bytes)
            return;
        const std::lock_guard lock(m_state.mutex);
        m_state.done[m_file] = update.done;
        m_state.subject = update.subject;
    }

private:
    FetchState &m_state;
    std::size_t m_file;
};

class InputFetch {
public:
    InputFetch(const std::vector<WantedFile> &files, Store &store)
        : m_files(files)
        , m_store(store)
    {
        m_state.done.resize(files.size());
    }

    Result<void> run(ProgressMeter meter, const std::stop_token &stop);

private:
    void work();
    void fetchOne(std::size_t file);
    void reportUntilDone(ProgressMeter &meter);

    const std::vector<WantedFile> &m_files;
    Store &m_store;
    std::atomic<std::size_t> m_next = 0;
    std::stop_source m_stop;
    FetchState m_state;
};

void InputFetch::fetchOne(std::size_t file)
{
    OneFile progress(m_state, file);
    auto path = m_store.fetch(m_files[file], progress, m_stop.get_token());
    const std::lock_guard lock(m_state.mutex);
    if (path) {
        m_state.done[file] = m_files[file].sizeBytes.value_or(m_state.done[file]);
        return;
    }
    // The others end as cancelled because of the first; that is not what happened.
    if (!m_state.error)
        m_state.error = path.error();
    m_stop.request_stop();
}

void InputFetch::work()
{
    for (std::size_t file = m_next++; file < m_files.size() && !m_stop.stop_requested(); file = m_next++)
        fetchOne(file);
    const std::lock_guard lock(m_state.mutex);
    --m_state.workersLeft;
    m_state.changed.notify_one();
}

void InputFetch::reportUntilDone(ProgressMeter &meter)
{
    std::unique_lock lock(m_state.mutex);
    while (m_state.workersLeft > 0) {
        m_state.changed.wait_for(lock, reportInterval);
        const std::uint64_t done
            = std::accumulate(m_state.done.begin(), m_state.done.end(), std::uint64_t{0});
        const std::string subject = m_state.subject;
        lock.unlock();
        if (!subject.empty())
            meter.setSubject(subject);
        meter.advanceTo(done);
        lock.lock();
    }
}

Result<void> InputFetch::run(ProgressMeter meter, const std::stop_token &stop)
{
    const std::stop_callback passOn(stop, [this] { m_stop.request_stop(); });
    const std::size_t count = std::min(connections, m_files.size());
    m_state.workersLeft = count;
    std::vector<std::jthread> workers;
    for (std::size_t worker = 0; worker < count; ++worker)
        workers.emplace_back([this] { work(); });
    reportUntilDone(meter);
    workers.clear();
    if (stop.stop_requested())
        return fail(cancelled());
    if (m_state.error)
        return fail(*m_state.error);
    meter.finish();
    return {};
}

} // namespace

std::vector<WantedFile> missingInputs(const Recipe &recipe, const Store &store)
{
    std::vector<WantedFile> files;
    std::set<std::string> seen;
    const auto want = [&](const WantedFile &file) {
        const bool again = file.sha256 && !seen.insert(*file.sha256).second;
        if (!again && !store.find(file))
            files.push_back(file);
    };
    for (const RecipeInput &input : recipe.inputs) {
        if (input.rootfsTar.empty())
            want(input.file);
        std::for_each(input.debs.begin(), input.debs.end(), want);
    }
    std::stable_sort(files.begin(), files.end(), [](const WantedFile &left, const WantedFile &right) {
        return left.sizeBytes.value_or(0) > right.sizeBytes.value_or(0);
    });
    return files;
}

Result<void> fetchInputs(const std::string &recipe, const std::vector<WantedFile> &files, Store &store,
                         Progress &progress, std::stop_token stop)
{
    if (files.empty())
        return {};
    std::optional<std::uint64_t> total = 0;
    for (const WantedFile &file : files)
        total = total && file.sizeBytes ? std::optional(*total + *file.sizeBytes) : std::nullopt;
    return InputFetch(files, store)
        .run(ProgressMeter(progress, "download", recipe, ProgressUnit::Bytes, total), stop);
}

} // namespace firstlight
