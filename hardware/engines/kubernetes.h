#pragma once

#include "hardware/root.h"

#include <string>
#include <vector>

namespace firstlight {

/// Names of the contexts in the files that KUBECONFIG lists, else in ~/.kube/config, in their order and each
/// once. No cluster is contacted; keys and addresses in the files are not looked at.
std::vector<std::string> readKubernetesContexts(const Root &root);

} // namespace firstlight
