#pragma once

#include "core/error.h"

#include <vector>

namespace firstlight {

/// While one of these lives, the readers of catalog files on this thread go on after a fault, so that who
/// looks after a file hears of everything at once. What they return is the first fault, as ever.
class FaultCollection {
public:
    FaultCollection();
    FaultCollection(const FaultCollection &) = delete;
    FaultCollection &operator=(const FaultCollection &) = delete;
    ~FaultCollection();

    /// In the order in which they were met, each once.
    std::vector<Error> take();

    /// Notes \a fault. False if nobody collects: then the reading ends here.
    static bool note(const Error &fault);

private:
    std::vector<Error> m_faults;
    FaultCollection *m_outer;
};

} // namespace firstlight
