#include "catalog/reading/demo_reader.h"
#include "catalog/reading/recipe_reader.h"
#include "catalog/reading/yaml_value.h"
#include "core/files.h"

#include <chrono>
#include <fmt/format.h>
#include <iostream>

/// Parses catalog files inside one process, once for each line of its input, and prints a JSON object a time;
/// tests/bench/parse shows it beside its peer.
///     bench_parse FILE…

using namespace firstlight;
using Clock = std::chrono::steady_clock;

namespace {

struct File {
    std::string name;
    std::string text;
};

int valuesIn(const YamlValue &value)
{
    int count = 1;
    for (const YamlValue &item : value.items)
        count += valuesIn(item);
    for (const YamlEntry &entry : value.entries)
        count += valuesIn(entry.key) + valuesIn(entry.value);
    return count;
}

double milliseconds(Clock::time_point begin)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

bool isReadable(const File &file)
{
    if (file.name.ends_with("recipe.yaml"))
        return readRecipeText(file.text, file.name).has_value();
    return readDemo(file.text, file.name).has_value();
}

/// Time of text to checked demos and recipes, then of text to plain trees alone: so the first round's first
/// number is what a process pays that has read nothing yet.
std::string measure(const std::vector<File> &files)
{
    auto begin = Clock::now();
    std::size_t readable = 0;
    for (const File &file : files)
        readable += isReadable(file) ? 1 : 0;
    const double readMs = milliseconds(begin);

    begin = Clock::now();
    std::vector<Result<YamlValue>> trees;
    for (const File &file : files)
        trees.push_back(readYaml(file.text, file.name));
    const double treeMs = milliseconds(begin);

    int values = 0;
    for (const Result<YamlValue> &tree : trees)
        values += tree ? valuesIn(*tree) : 0;
    return fmt::format(R"({{"readMs": {}, "treeMs": {}, "values": {}, "readable": {}}})", readMs, treeMs,
                       values, readable);
}

} // namespace

int main(int argc, char **argv)
{
    std::vector<File> files;
    for (int i = 1; i < argc; ++i) {
        const Result<std::string> text = readFile(argv[i], yamlLimitBytes);
        if (!text) {
            fmt::print(stderr, "cannot read {}\n", argv[i]);
            return 1;
        }
        files.push_back({argv[i], *text});
    }
    for (std::string line; std::getline(std::cin, line);)
        std::cout << measure(files) << std::endl;
    return 0;
}
