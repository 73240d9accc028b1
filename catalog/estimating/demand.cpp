#include "catalog/estimating/demand.h"

#include <string_view>

namespace firstlight {

namespace {

struct Bits {
    std::string_view quantisation;
    double bits;
};

/// llama.cpp's tools/quantize/README.md (Llama 3.1 8B); whole types by their width.
constexpr Bits bitsTable[] = {
    {"Q2_K", 3.16},   {"Q3_K_M", 4.0},  {"Q4_0", 4.66},  {"Q4_1", 5.12},  {"Q4_K_S", 4.67},
    {"Q4_K_M", 4.89}, {"Q5_0", 5.59},   {"Q5_1", 6.06},  {"Q5_K_M", 5.7}, {"Q6_K", 6.56},
    {"Q8_0", 8.5},    {"IQ4_XS", 4.46}, {"MXFP4", 4.66}, {"INT4", 4.5},   {"INT8", 8.1},
    {"F16", 16},      {"BF16", 16},     {"F32", 32},     {"FP8", 8},
};

} // namespace

std::optional<double> bitsPerWeight(const std::string &quantisation)
{
    for (const Bits &each : bitsTable) {
        if (each.quantisation == quantisation)
            return each.bits;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> weightBytesOf(const Model &model)
{
    if (model.file.sizeBytes)
        return model.file.sizeBytes;
    const std::optional<double> bits = bitsPerWeight(model.quantisation);
    if (!bits || !model.parameters)
        return std::nullopt;
    return static_cast<std::uint64_t>(static_cast<double>(*model.parameters) * *bits / 8);
}

Demand demandOf(const Variant &variant, const Model *model, std::optional<int> context)
{
    Demand demand;
    demand.overhead.add(variant.resources.overheadBytes);
    demand.disk.add(variant.resources.imageBytes);
    if (!variant.recipe.empty())
        demand.disk.add(variant.resources.buildBytes);
    demand.disk.known += variant.resources.temporaryBytes.value_or(0);
    if (!model)
        return demand;
    const std::optional<std::uint64_t> weights = weightBytesOf(*model);
    demand.weights.add(weights);
    demand.weightsComputed = !model->file.sizeBytes;
    for (const auto &[part, file] : model->furtherFiles)
        demand.weights.known += file.sizeBytes.value_or(0);
    if (model->delivery != Delivery::Image) {
        demand.disk.add(weights);
        for (const auto &[part, file] : model->furtherFiles)
            demand.disk.known += file.sizeBytes.value_or(0);
    }
    if (context && model->kvBytesPerToken)
        demand.kvCache.add(*model->kvBytesPerToken * static_cast<std::uint64_t>(*context));
    else if (context || model->kvBytesPerToken)
        demand.kvCache.add(std::nullopt);
    return demand;
}

} // namespace firstlight
