#include "catalog/maintaining/linting/lint_input.h"

#include <algorithm>

namespace firstlight {

namespace {

/// The entry of a map or item of a list, with where it is best pointed at.
struct Found {
    const YamlValue *value;
    SourcePosition position;
};

std::optional<Found> stepInto(const YamlValue &value, const YamlStep &step)
{
    if (const auto *index = std::get_if<std::size_t>(&step)) {
        if (*index >= value.items.size())
            return std::nullopt;
        return Found{&value.items[*index], value.items[*index].position};
    }
    const auto entry = std::find_if(value.entries.begin(), value.entries.end(), [&](const YamlEntry &each) {
        return each.key.text == std::get<std::string>(step);
    });
    if (entry == value.entries.end())
        return std::nullopt;
    const bool scalar = entry->value.kind == YamlValue::Kind::Scalar;
    return Found{&entry->value, scalar ? entry->value.position : entry->key.position};
}

std::string subjectOf(const Demo &demo, const std::vector<YamlStep> &steps)
{
    if (steps.size() < 2)
        return demo.id;
    const auto *index = std::get_if<std::size_t>(&steps[1]);
    if (index)
        return *index < demo.variants.size() && steps[0] == YamlStep("variants")
                   ? demo.id + "/" + demo.variants[*index].id
                   : demo.id;
    return steps[0] == YamlStep("models") ? demo.id + "/" + std::get<std::string>(steps[1]) : demo.id;
}

} // namespace

SourcePosition positionOf(const YamlValue &document, const std::vector<YamlStep> &steps)
{
    Found here{&document, document.position};
    for (const YamlStep &step : steps) {
        const std::optional<Found> next = stepInto(*here.value, step);
        if (!next)
            break;
        here = *next;
    }
    return here.position;
}

LintFinding findingIn(const LintedDemo &linted, Severity severity, const std::string &rule,
                      const std::vector<YamlStep> &steps, Facts facts)
{
    const SourcePosition position = positionOf(linted.document, steps);
    return {.severity = severity,
            .rule = rule,
            .file = linted.demo.file,
            .line = std::max(position.line, 1),
            .column = std::max(position.column, 1),
            .subject = subjectOf(linted.demo, steps),
            .facts = std::move(facts)};
}

} // namespace firstlight
