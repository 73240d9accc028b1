#include "catalog/choosing/inclusion.h"

#include "catalog/choosing/comparing.h"

#include <algorithm>
#include <string_view>

namespace firstlight {

namespace {

/// The parts of a conjunction. `any` and `not` stay whole: they imply only their like.
void collectParts(const Requirement &requirement, std::vector<const Requirement *> &parts)
{
    if (requirement.kind != Requirement::Kind::All) {
        parts.push_back(&requirement);
        return;
    }
    for (const Requirement &child : requirement.children)
        collectParts(child, parts);
}

bool deviceImplies(const Requirement &stronger, const Requirement &weaker)
{
    return std::all_of(weaker.children.begin(), weaker.children.end(), [&](const Requirement &needed) {
        return std::any_of(stronger.children.begin(), stronger.children.end(),
                           [&](const Requirement &given) { return implies(given.term, needed.term, true); });
    });
}

bool partImplies(const Requirement &stronger, const Requirement &weaker)
{
    if (stronger.kind != weaker.kind)
        return false;
    if (stronger.kind == Requirement::Kind::Term)
        return implies(stronger.term, weaker.term, false);
    if (stronger.kind == Requirement::Kind::Device)
        return deviceImplies(stronger, weaker);
    return sameWords(stronger, weaker);
}

/// FNV-1a: the texts are words of a few letters.
void mix(std::uint64_t &hash, std::string_view text)
{
    for (const char letter : text)
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
}

void mix(std::uint64_t &hash, std::size_t number)
{
    hash = (hash ^ (number + 1)) * 0x100000001b3;
}

void mix(std::uint64_t &hash, const Requirement &requirement)
{
    mix(hash, static_cast<std::size_t>(requirement.kind));
    mix(hash, requirement.term.key);
    mix(hash, static_cast<std::size_t>(requirement.term.comparison));
    for (const std::string &value : requirement.term.values) {
        mix(hash, value);
        mix(hash, value.size());
    }
    for (const Requirement &child : requirement.children)
        mix(hash, child);
    mix(hash, requirement.children.size());
}

std::uint64_t topicOf(std::string_view key, Requirement::Kind kind)
{
    // The first two letters and the length tell all keys apart that there are.
    const std::size_t letters = key.size() < 2 ? 0 : static_cast<std::size_t>(key[0]) * 7 + static_cast<std::size_t>(key[1]);
    constexpr std::size_t bits = 64;
    return std::uint64_t{1} << ((letters + key.size() * 5 + static_cast<std::size_t>(kind) * 23) % bits);
}

/// As implies() compares: terms about the same key, and what names instructions tells the architecture.
std::uint64_t topicsOf(const Requirement &part)
{
    std::uint64_t topics = topicOf(part.term.key, part.kind);
    if (part.kind == Requirement::Kind::Term && part.term.key == "isa")
        topics |= topicOf("arch", part.kind);
    if (part.kind == Requirement::Kind::Device) {
        for (const Requirement &child : part.children)
            topics |= topicOf(child.term.key, part.kind);
    }
    return topics;
}

} // namespace

Conjunction::Conjunction(const Requirement &requirement)
{
    collectParts(requirement, m_parts);
    for (const Requirement *part : m_parts)
        m_topics |= topicsOf(*part);
}

bool Conjunction::implies(const Conjunction &weaker) const
{
    return touches(weaker.m_topics)
           && std::all_of(weaker.m_parts.begin(), weaker.m_parts.end(), [&](const Requirement *needed) {
                  return std::any_of(m_parts.begin(), m_parts.end(), [&](const Requirement *given) {
                      return partImplies(*given, *needed);
                  });
              });
}

bool implies(const Requirement &stronger, const Requirement &weaker)
{
    return Conjunction(stronger).implies(Conjunction(weaker));
}

bool sameWords(const Requirement &a, const Requirement &b)
{
    return a.kind == b.kind && a.term == b.term
           && std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                         sameWords);
}

std::uint64_t hashOf(const Requirement &requirement)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    mix(hash, requirement);
    return hash;
}

} // namespace firstlight
