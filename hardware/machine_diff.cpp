#include "hardware/machine_diff.h"

#include "hardware/machine_json.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string_view>

namespace firstlight {

namespace {

using nlohmann::json;

/// The fields that tell one item of a list from another, by the list's name.
struct Identity {
    std::string_view list;
    std::array<const char *, 2> fields;
};

constexpr std::array identities{
    Identity{"accelerators", {"address", nullptr}},
    Identity{"caches", {"level", "kind"}},
    Identity{"cdi", {"kind", nullptr}},
    Identity{"coreTypes", {"kind", nullptr}},
    Identity{"hugePages", {"pageBytes", nullptr}},
    Identity{"nodes", {"path", nullptr}},
    Identity{"numaNodes", {"number", nullptr}},
    Identity{"runtimes", {"name", nullptr}},
    Identity{"storage", {"path", nullptr}},
    Identity{"uris", {"uri", nullptr}},
};

/// Lists of CPU lists and of distances: their items have no meaning without the others.
constexpr std::array wholeLists{"cores", "packages", "dies", "sharedBy", "distances"};

std::string textOf(const json &value)
{
    return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string escaped(std::string_view token)
{
    std::string text;
    for (const char letter : token) {
        if (letter == '~')
            text += "~0";
        else if (letter == '/')
            text += "~1";
        else
            text += letter;
    }
    return text;
}

/// What each item of \a items is called in a pointer.
std::vector<std::string> namesOf(const json &items, const Identity *identity)
{
    std::vector<std::string> names;
    std::map<std::string, int> count;
    for (const json &item : items) {
        std::string name = identity ? textOf(item[identity->fields[0]]) : std::to_string(names.size());
        if (identity && identity->fields[1])
            name += '-' + textOf(item[identity->fields[1]]);
        const int number = ++count[name];
        names.push_back(number == 1 ? name : name + '#' + std::to_string(number));
    }
    return names;
}

class Comparison {
public:
    std::vector<MachineDifference> take()
    {
        std::ranges::sort(m_found, {}, &MachineDifference::pointer);
        return std::move(m_found);
    }

    void compare(const std::string &pointer, std::string_view name, const json &a, const json &b)
    {
        if (a == b && a.type() == b.type())
            return;
        if (a.is_object() && b.is_object())
            compareFields(pointer, a, b);
        else if (!a.is_array() || !b.is_array() || std::ranges::find(wholeLists, name) != wholeLists.end())
            m_found.push_back({pointer, a, b});
        else if (isOfObjects(a) && isOfObjects(b))
            compareItems(pointer, name, a, b);
        else
            compareWords(pointer, a, b);
    }

private:
    static bool isOfObjects(const json &list)
    {
        return std::ranges::all_of(list, [](const json &item) { return item.is_object(); });
    }

    // Both have the same fields: those of one struct.
    void compareFields(const std::string &pointer, const json &a, const json &b)
    {
        for (const auto &[name, value] : a.items())
            compare(pointer + '/' + escaped(name), name, value, b[name]);
    }

    void compareItems(const std::string &pointer, std::string_view name, const json &a, const json &b)
    {
        const auto *known = std::ranges::find(identities, name, &Identity::list);
        const Identity *identity = known == identities.end() ? nullptr : known;
        const auto namesOfA = namesOf(a, identity);
        const auto namesOfB = namesOf(b, identity);
        std::vector<std::string> common;
        for (std::size_t i = 0; i < namesOfA.size(); ++i) {
            const std::string place = pointer + '/' + escaped(namesOfA[i]);
            const auto other = std::ranges::find(namesOfB, namesOfA[i]);
            if (other == namesOfB.end()) {
                m_found.push_back({place, a[i], std::nullopt});
                continue;
            }
            common.push_back(namesOfA[i]);
            compare(place, {}, a[i], b[static_cast<std::size_t>(other - namesOfB.begin())]);
        }
        std::vector<std::string> commonByB;
        for (std::size_t i = 0; i < namesOfB.size(); ++i) {
            if (std::ranges::find(common, namesOfB[i]) == common.end())
                m_found.push_back({pointer + '/' + escaped(namesOfB[i]), std::nullopt, b[i]});
            else
                commonByB.push_back(namesOfB[i]);
        }
        if (common != commonByB)
            m_found.push_back({pointer, namesOfA, namesOfB});
    }

    void compareWords(const std::string &pointer, const json &a, const json &b)
    {
        const auto without = [](const json &list, const json &other) {
            std::vector<json> sorted(other.begin(), other.end());
            std::ranges::sort(sorted);
            json left = json::array();
            for (const json &item : list) {
                if (!std::ranges::binary_search(sorted, item))
                    left.push_back(item);
            }
            return left;
        };
        json removed = without(a, b);
        json added = without(b, a);
        if (removed.empty() && added.empty())
            m_found.push_back({pointer, a, b}); // the order, or how often
        else
            m_found.push_back({pointer, std::move(removed), std::move(added)});
    }

    std::vector<MachineDifference> m_found;
};

} // namespace

std::vector<MachineDifference> difference(const Machine &a, const Machine &b)
{
    Comparison comparison;
    comparison.compare("", "", toJson(a), toJson(b));
    return comparison.take();
}

} // namespace firstlight
