#include "hardware/engines/kubernetes.h"

#include "hardware/engines/named_list.h"
#include "hardware/questions.h"

#include <algorithm>
#include <cstdlib>

namespace firstlight {

namespace {

constexpr std::size_t limitBytes = 16u << 20;

std::vector<std::string> configFiles()
{
    std::vector<std::string> files;
    if (const char *listed = std::getenv("KUBECONFIG"); listed && *listed) {
        for (const std::string_view path : split(listed, ':')) {
            if (path.starts_with('/'))
                files.emplace_back(path);
        }
    } else if (const auto home = pathFromEnvironment("HOME")) {
        files.push_back(*home + "/.kube/config");
    }
    return files;
}

std::vector<std::string> askContexts(const Root &root)
{
    std::vector<std::string> contexts;
    for (const std::string &file : configFiles()) {
        const auto text = root.read(file.substr(1), limitBytes);
        for (std::string &name : text ? namesInList(*text, "contexts") : std::vector<std::string>()) {
            const bool known = std::ranges::find(contexts, name) != contexts.end();
            if (!known && name.find('\n') == std::string::npos)
                contexts.push_back(std::move(name));
        }
    }
    return contexts;
}

} // namespace

std::vector<std::string> readKubernetesContexts(const Root &root)
{
    return answeredLines(root, "kubernetes contexts", [&] { return askContexts(root); });
}

} // namespace firstlight
