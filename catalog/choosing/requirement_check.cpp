#include "catalog/choosing/requirement_check.h"

#include "catalog/choosing/machine_terms.h"

namespace firstlight {

namespace {

/// The tree of one variant on one computer.
class Checking {
public:
    Checking(const Variant &variant, const Machine &machine, const Accelerator *only)
        : m_variant(variant)
        , m_machine(machine)
        , m_only(only)
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
            if (negated) // what is only to be absent need not be usable
                return {checkAbsent(requirement.children, m_machine), nullptr};
            const bool inUse = m_variant.accelerated;
            DeviceFinding found = checkDevice(requirement.children, m_variant.devices, inUse, m_machine,
                                              inUse ? m_only : nullptr);
            return {std::move(found.obstacles), found.device};
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
            RequirementFinding found = check(child, negated);
            append(all.obstacles, std::move(found.obstacles));
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
            const bool nearer = negated
                                    ? truthRank(found.obstacles) < truthRank(best.obstacles)
                                    : rankOf(verdictOf(found.obstacles)) < rankOf(verdictOf(best.obstacles));
            if (first || nearer)
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
    const Accelerator *m_only;
};

} // namespace

RequirementFinding checkRequirement(const Variant &variant, const Machine &machine, const Accelerator *only)
{
    return Checking(variant, machine, only).check(variant.requires_, false);
}

} // namespace firstlight
