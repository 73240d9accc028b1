#include "hardware/accelerators/vendor.h"

namespace firstlight {

// Vendor ids of pci.ids. These make nothing else of the display and accelerator classes, so the class tells
// what a device is; names of their device files are not public enough to be relied on.
std::span<const AcceleratorVendor> classOnlyAccelerators()
{
    static constexpr std::array vendors{
        AcceleratorVendor{0x0731, "jingjia", gpuByClass, describeKernelNodes},
        AcceleratorVendor{0x1010, "imagination", gpuByClass, describeKernelNodes},
        AcceleratorVendor{0x1d17, "zhaoxin", gpuByClass, describeKernelNodes},
        AcceleratorVendor{0x4c54, "lisuan", gpuByClass, describeKernelNodes},
        AcceleratorVendor{0x6766, "glenfly", gpuByClass, describeKernelNodes},
        AcceleratorVendor{0x1d95, "graphcore", npuByClass, describeKernelNodes},
        AcceleratorVendor{0x1de0, "groq", npuByClass, describeKernelNodes},
        AcceleratorVendor{0x1e30, "sophgo", npuByClass, describeKernelNodes},
        AcceleratorVendor{0x1ec6, "vastai", npuByClass, describeKernelNodes},
        AcceleratorVendor{0x1ed2, "furiosa", npuByClass, describeKernelNodes},
        AcceleratorVendor{0x1eff, "rebellions", npuByClass, describeKernelNodes},
        AcceleratorVendor{0x1f1c, "sophgo", npuByClass, describeKernelNodes},
        AcceleratorVendor{0x1f82, "d-matrix", npuByClass, describeKernelNodes},
        AcceleratorVendor{0x1f9d, "axelera", npuByClass, describeKernelNodes},
        AcceleratorVendor{0x1fe9, "memryx", npuByClass, describeKernelNodes},
        AcceleratorVendor{0x1ff4, "deepx", npuByClass, describeKernelNodes},
        AcceleratorVendor{0x209f, "mobilint", npuByClass, describeKernelNodes},
    };
    return vendors;
}

} // namespace firstlight
