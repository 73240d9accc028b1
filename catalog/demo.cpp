#include "catalog/demo.h"

namespace firstlight {

const Interface &interfaceOf(const Demo &demo, const Variant &variant)
{
    return variant.interface ? *variant.interface : demo.interface;
}

const Readiness &readinessOf(const Demo &demo, const Variant &variant)
{
    return variant.ready ? *variant.ready : demo.ready;
}

} // namespace firstlight
