#pragma once

#include "catalog/demo.h"
#include "hardware/machine.h"

#include <random>
#include <string>
#include <vector>

/// Random computers and demos for the invariants of the choice: whatever fields the real ones have, in any
/// mixture, known or not. The same seed gives the same.
class Generator {
public:
    explicit Generator(unsigned seed)
        : m_random(seed)
    {
    }

    bool chance(int percent) { return between(1, 100) <= percent; }
    int between(int least, int most) { return std::uniform_int_distribution<int>(least, most)(m_random); }
    std::mt19937 &random() { return m_random; }

    template <typename T> const T &oneOf(const std::vector<T> &values)
    {
        return values[static_cast<std::size_t>(between(0, static_cast<int>(values.size()) - 1))];
    }
    template <typename T> std::vector<T> someOf(std::vector<T> values, int most)
    {
        std::shuffle(values.begin(), values.end(), m_random);
        values.resize(static_cast<std::size_t>(between(1, std::min(most, static_cast<int>(values.size())))));
        return values;
    }

    firstlight::Machine machine();
    firstlight::Accelerator accelerator();
    /// \a withNot: requirements may also forbid something.
    firstlight::Demo demo(int variants, bool withNot);

private:
    firstlight::Requirement term(const std::string &key, firstlight::Comparison comparison,
                                 std::vector<std::string> values);
    firstlight::Requirement machineTerm();
    firstlight::Requirement deviceTerm();
    firstlight::Requirement deviceRequirement();
    firstlight::Requirement requirement(int depth, bool withNot);
    firstlight::Model model(const std::string &id);
    firstlight::Variant variant(const std::string &id, const firstlight::Demo &demo, bool withNot);

    std::mt19937 m_random;
    int m_devices = 0; ///< each has an address of its own
};
