// sha256.c compiled as C++ under its C name, so that no C compiler has to be fetched.
extern "C" {
#include "sha256/sha256.c"
}
