#pragma once

#include "catalog/choice.h"

#include <memory>
#include <vector>

namespace firstlight {

struct Supply;

/// Judges demos on one computer. What every variant asks of the computer alike is found out once, here, so
/// that a whole catalog is judged in microseconds a variant.
class Chooser {
public:
    /// \a machine must outlive this.
    explicit Chooser(const Machine &machine, ChoiceOptions options = {});
    ~Chooser();

    /// As the free choose(). May be called from several threads.
    Result<Choice> choose(const Demo &demo) const;

    /// choose() of each of \a demos, in their order; a large catalog on several threads.
    std::vector<Result<Choice>> chooseAll(const std::vector<Demo> &demos) const;

private:
    ChoiceOptions m_options;
    std::unique_ptr<const Supply> m_supply;
};

} // namespace firstlight
