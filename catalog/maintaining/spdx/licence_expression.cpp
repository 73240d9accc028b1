#include "catalog/maintaining/spdx/licence_expression.h"

#include "catalog/maintaining/spdx/licence_list.h"

#include <algorithm>
#include <span>

namespace firstlight {

namespace {

using Kind = LicenceFault::Kind;

struct Word {
    std::string_view text; ///< empty: the end
    std::size_t at = 0;
};

std::vector<Word> wordsOf(std::string_view expression)
{
    std::vector<Word> words;
    std::size_t at = 0;
    while (at < expression.size()) {
        const std::size_t begin = at;
        if (expression[at] == ' ' || expression[at] == '\t' || expression[at] == '\n') {
            ++at;
            continue;
        }
        if (expression[at] == '(' || expression[at] == ')')
            ++at;
        else
            at = std::min(expression.find_first_of(" \t\n()", at), expression.size());
        words.push_back({expression.substr(begin, at - begin), begin});
    }
    words.push_back({{}, expression.size()});
    return words;
}

bool isIn(std::string_view word, std::span<const std::string_view> sorted)
{
    return std::binary_search(sorted.begin(), sorted.end(), word);
}

bool isIdString(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z')
               || (letter >= 'A' && letter <= 'Z') || letter == '-' || letter == '.';
    });
}

/// LicenseRef-Name, or DocumentRef-Name:LicenseRef-Name.
bool isReference(std::string_view word)
{
    constexpr std::string_view document = "DocumentRef-";
    constexpr std::string_view licence = "LicenseRef-";
    if (word.starts_with(document)) {
        const std::size_t colon = word.find(':');
        if (colon == std::string_view::npos
            || !isIdString(word.substr(document.size(), colon - document.size())))
            return false;
        word.remove_prefix(colon + 1);
    }
    return word.starts_with(licence) && isIdString(word.substr(licence.size()));
}

/// GPL-3.0 and its kin became two each; which one is meant only the author knows.
std::string replacementOf(const std::string &deprecated)
{
    return isIn(deprecated + "-only", spdxLicences()) ? deprecated + "-only, " + deprecated + "-or-later"
                                                      : nearestSpdxLicence(deprecated);
}

bool isOperator(std::string_view word, std::string_view upper, std::string_view lower)
{
    return word == upper || word == lower;
}

class Checking {
public:
    explicit Checking(std::string_view expression)
        : m_words(wordsOf(expression))
    {
    }

    std::vector<LicenceFault> check()
    {
        if (expression() && !here().text.empty())
            refuse("AND, OR");
        return std::move(m_faults);
    }

private:
    const Word &here() const { return m_words[m_at]; }

    bool refuse(const char *needed)
    {
        m_faults.push_back({Kind::Syntax, std::string(here().text), needed, {}, here().at});
        return false;
    }

    /// False: what follows cannot be told apart any more.
    bool expression()
    {
        if (!part())
            return false;
        while (isOperator(here().text, "AND", "and") || isOperator(here().text, "OR", "or")) {
            ++m_at;
            if (!part())
                return false;
        }
        return true;
    }

    bool part()
    {
        if (here().text == "(") {
            ++m_at;
            if (!expression())
                return false;
            if (here().text != ")")
                return refuse(")");
            ++m_at;
            return true;
        }
        if (!licence())
            return false;
        if (!isOperator(here().text, "WITH", "with"))
            return true;
        ++m_at;
        return exception();
    }

    bool isName() const
    {
        const std::string_view word = here().text;
        return !word.empty() && word != ")" && word != "(" && !isOperator(word, "AND", "and")
               && !isOperator(word, "OR", "or") && !isOperator(word, "WITH", "with");
    }

    bool licence()
    {
        if (!isName())
            return refuse("licence");
        const Word word = m_words[m_at++];
        std::string_view id = word.text;
        if (id.ends_with('+'))
            id.remove_suffix(1);
        if (isReference(word.text) || isIn(id, spdxLicences()))
            return true;
        if (isIn(id, spdxDeprecatedLicences()))
            m_faults.push_back(
                {Kind::Deprecated, std::string(word.text), {}, replacementOf(std::string(id)), word.at});
        else
            m_faults.push_back({Kind::Unknown, std::string(word.text), "licence",
                                nearestSpdxLicence(std::string(id)), word.at});
        return true;
    }

    bool exception()
    {
        if (!isName())
            return refuse("exception");
        const Word word = m_words[m_at++];
        if (!isIn(word.text, spdxExceptions()) && !word.text.starts_with("AdditionRef-"))
            m_faults.push_back({Kind::Unknown, std::string(word.text), "exception",
                                nearestSpdxException(std::string(word.text)), word.at});
        return true;
    }

    std::vector<Word> m_words;
    std::size_t m_at = 0;
    std::vector<LicenceFault> m_faults;
};

} // namespace

std::vector<LicenceFault> checkLicence(std::string_view expression)
{
    return Checking(expression).check();
}

} // namespace firstlight
