#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace firstlight {

/// What the steps of a launch have made so far: undone in reverse order by the destructor, unless keep() was
/// called.
class UndoList {
public:
    UndoList() = default;
    UndoList(const UndoList &) = delete;
    UndoList &operator=(const UndoList &) = delete;
    ~UndoList()
    {
        for (; !m_steps.empty(); m_steps.pop_back())
            m_steps.back()();
    }

    /// \a undo must not fail loudly: it runs while another error is on its way.
    void add(std::function<void()> undo) { m_steps.push_back(std::move(undo)); }
    /// All went well: nothing is undone.
    void keep() { m_steps.clear(); }

private:
    std::vector<std::function<void()>> m_steps;
};

} // namespace firstlight
