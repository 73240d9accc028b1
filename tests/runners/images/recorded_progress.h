#pragma once

#include "core/progress.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace firstlight {

/// Keeps every update, and may look at each.
class RecordedProgress final : public Progress {
public:
    void update(const ProgressUpdate &update) override
    {
        updates.push_back(update);
        if (onUpdate)
            onUpdate(update);
    }

    bool hasPhase(const std::string &phase) const
    {
        return std::any_of(updates.begin(), updates.end(),
                           [&](const ProgressUpdate &update) { return update.phase == phase; });
    }

    /// The last update of \a phase.
    ProgressUpdate last(const std::string &phase) const
    {
        ProgressUpdate found;
        for (const ProgressUpdate &update : updates) {
            if (update.phase == phase)
                found = update;
        }
        return found;
    }

    std::vector<ProgressUpdate> updates;
    std::function<void(const ProgressUpdate &)> onUpdate;
};

} // namespace firstlight
