#include "catalog/reading/fault_collection.h"

#include <algorithm>
#include <utility>

namespace firstlight {

namespace {

thread_local FaultCollection *collecting = nullptr;

} // namespace

FaultCollection::FaultCollection()
    : m_outer(std::exchange(collecting, this))
{
}

FaultCollection::~FaultCollection()
{
    collecting = m_outer;
}

std::vector<Error> FaultCollection::take()
{
    return std::exchange(m_faults, {});
}

bool FaultCollection::note(const Error &fault)
{
    if (!collecting)
        return false;
    // A fault comes by once for every map and list around it.
    std::vector<Error> &faults = collecting->m_faults;
    if (std::find(faults.begin(), faults.end(), fault) == faults.end())
        faults.push_back(fault);
    return true;
}

} // namespace firstlight
