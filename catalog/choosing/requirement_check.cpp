#include "catalog/choosing/requirement_check.h"

#include "catalog/choosing/machine_terms.h"

namespace firstlight {

namespace {

/// The tree of one variant on one computer.
class Checking {
public:
    Checking(const Variant &variant, const Machine &machine)
        : m_variant(variant)
        , m_machine(machine)
    {
    }

    RequirementFinding check(const Requirement &requirement, bool negated) const
    {
        switch (requirement.kind) {
        case Requirement::Kind::All:
            return checkAll(requirement, negated);
        case Requirement::Kind::Any:
            return checkAny(requirement, negated);
        case Requirement::Kind::Not:
            return checkNot(requirement.children.front(), negated);
        case Requirement::Kind::Device: {
            // What is only to be absent need not be usable.
            const bool inUse = m_variant.accelerated && !negated;
            const DeviceFinding found
                = checkDevice(requirement.children, m_variant.devices, inUse, m_machine);
            return {found.obstacles, negated ? nullptr : found.device};
        }
        case Requirement::Kind::Term:
            break;
        }
        return {checkMachineTerm(requirement.term, m_machine), nullptr};
    }

private:
    RequirementFinding checkAll(const Requirement &requirement, bool negated) const
    {
        RequirementFinding all;
        for (const Requirement &child : requirement.children) {
            const RequirementFinding found = check(child, negated);
            append(all.obstacles, found.obstacles);
            all.device = all.device ? all.device : found.device;
        }
        return all;
    }

    /// The child that comes nearest speaks for all; among equals the author's first.
    RequirementFinding checkAny(const Requirement &requirement, bool negated) const
    {
        RequirementFinding best;
        bool first = true;
        for (const Requirement &child : requirement.children) {
            RequirementFinding found = check(child, negated);
            if (first || rankOf(verdictOf(found.obstacles)) < rankOf(verdictOf(best.obstacles)))
                best = std::move(found);
            first = false;
        }
        return best;
    }

    RequirementFinding checkNot(const Requirement &child, bool negated) const
    {
        const RequirementFinding found = check(child, !negated);
        if (isYes(found.obstacles))
            return {{forbidden(child)}, nullptr};
        return {isUnknown(found.obstacles) ? found.obstacles : Obstacles{}, nullptr};
    }

    Obstacle forbidden(const Requirement &requirement) const
    {
        const Requirement *leading = &requirement;
        bool aboutDevice = false;
        while (leading->kind != Requirement::Kind::Term) {
            aboutDevice = aboutDevice || leading->kind == Requirement::Kind::Device;
            leading = &leading->children.front();
        }
        std::string found;
        for (const std::string &value : leading->term.values)
            found += (found.empty() ? "" : ", ") + value;
        return forbiddenBy(leading->term, aboutDevice, found);
    }

    const Variant &m_variant;
    const Machine &m_machine;
};

} // namespace

RequirementFinding checkRequirement(const Variant &variant, const Machine &machine)
{
    return Checking(variant, machine).check(variant.requires_, false);
}

} // namespace firstlight
