#include "catalog/maintaining/spdx.h"

#include "core/nearest.h"

#include <algorithm>
#include <utility>

namespace firstlight {

namespace {

const std::vector<std::string> &ids()
{
    static const std::vector<std::string> all = [] {
        std::vector<std::string> words;
        const std::string_view text = spdxIds();
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find(' ', begin), text.size());
            if (end > begin)
                words.emplace_back(text.substr(begin, end - begin));
            begin = end + 1;
        }
        std::sort(words.begin(), words.end());
        return words;
    }();
    return all;
}

bool isIdString(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')
               || (letter >= '0' && letter <= '9') || letter == '.' || letter == '-';
    });
}

std::vector<std::string> wordsOf(const std::string &expression)
{
    std::vector<std::string> words;
    std::string word;
    const auto end = [&] {
        if (!word.empty())
            words.push_back(std::exchange(word, {}));
    };
    for (const char letter : expression) {
        if (letter == ' ' || letter == '\t') {
            end();
        } else if (letter == '(' || letter == ')') {
            end();
            words.emplace_back(1, letter);
        } else {
            word += letter;
        }
    }
    end();
    return words;
}

/// By descent: or → and → with → simple.
class Expression {
public:
    explicit Expression(std::vector<std::string> words)
        : m_words(std::move(words))
    {
    }

    std::optional<LicenceFault> fault()
    {
        readOr();
        if (!m_fault && m_at < m_words.size())
            m_fault = LicenceFault{m_words[m_at], {}};
        return m_fault;
    }

private:
    bool take(const std::string &word)
    {
        if (m_fault || m_at >= m_words.size() || m_words[m_at] != word)
            return false;
        ++m_at;
        return true;
    }

    void readOr()
    {
        do
            readAnd();
        while (take("OR"));
    }

    void readAnd()
    {
        do
            readWith();
        while (take("AND"));
    }

    void readWith()
    {
        readSimple();
        if (!take("WITH"))
            return;
        if (m_at >= m_words.size() || !isIdString(m_words[m_at]))
            m_fault = LicenceFault{m_at < m_words.size() ? m_words[m_at] : "", {}};
        else
            ++m_at;
    }

    void readSimple()
    {
        if (m_fault)
            return;
        if (take("(")) {
            readOr();
            if (!m_fault && !take(")"))
                m_fault = LicenceFault{};
            return;
        }
        if (m_at >= m_words.size()) {
            m_fault = LicenceFault{};
            return;
        }
        const std::string &word = m_words[m_at];
        std::string id = word;
        if (id.ends_with('+'))
            id.pop_back();
        constexpr std::string_view reference = "LicenseRef-";
        const bool known
            = std::binary_search(ids().begin(), ids().end(), id)
              || (word.starts_with(reference) && isIdString(std::string_view(word).substr(reference.size())));
        if (known)
            ++m_at;
        else
            m_fault = LicenceFault{word, nearest(id, ids())};
    }

    std::vector<std::string> m_words;
    std::size_t m_at = 0;
    std::optional<LicenceFault> m_fault;
};

} // namespace

std::optional<LicenceFault> faultOfLicence(const std::string &expression)
{
    return Expression(wordsOf(expression)).fault();
}

} // namespace firstlight
