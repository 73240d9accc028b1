#include "text/ranking_text.h"

namespace firstlight {

namespace {

/// In the order of RankingKey.
constexpr Phrase keyTexts[] = {
    {"nearer to running here", "在这里更接近可以运行"},
    {"on the accelerator rather than the processor", "使用加速器而不是处理器"},
    {"predicted to be faster", "预测更快"},
    {"asks for more, so it is made for fewer computers like this one", "要求更多，更针对这样的电脑"},
    {"less is in its way", "障碍更少"},
    {"known by digest or built here, rather than a tag", "由摘要锁定或在本机构建，而不是标签"},
    {"its author prefers it (weight)", "作者更推荐（weight）"},
    {"needs less memory", "需要的内存更少"},
    {"equal in everything; by name", "其余完全相同，按名称排列"},
};

/// In the order of Placement.
constexpr Phrase placementTexts[] = {
    {"accelerator", "加速器"},
    {"partly on the accelerator", "部分使用加速器"},
    {"processor", "处理器"},
};

} // namespace

std::string describe(RankingKey key, Language language)
{
    static_assert(std::size(keyTexts) == static_cast<std::size_t>(RankingKey::Id) + 1);
    return std::string(keyTexts[static_cast<std::size_t>(key)].in(language));
}

std::string describe(Placement placement, Language language)
{
    static_assert(std::size(placementTexts) == static_cast<std::size_t>(Placement::Cpu) + 1);
    return std::string(placementTexts[static_cast<std::size_t>(placement)].in(language));
}

} // namespace firstlight
