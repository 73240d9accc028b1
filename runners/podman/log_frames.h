#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace firstlight {

/// Takes apart podman's log stream: frames of [stream 1|2][0 0 0][length, big endian 32 bit][payload], in
/// pieces of any size. A line that the log driver cut into several frames is put together again.
class LogFrames {
public:
    /// \a onLine gets each line without its newline.
    explicit LogFrames(std::function<void(const std::string &line)> onLine)
        : m_onLine(std::move(onLine))
    {
    }

    void add(std::string_view bytes);
    /// Gives what has no newline yet.
    void finish();

private:
    void give(int stream, std::string_view payload);

    std::function<void(const std::string &)> m_onLine;
    std::string m_bytes;
    std::map<int, std::string> m_unfinished;
};

} // namespace firstlight
