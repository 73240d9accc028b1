// Stands in for the header that llama.cpp generates around its own web page:
// no page is built in, the server serves the one that `--path` names.
#pragma once

#include <array>
#include <cstddef>
#include <string>

struct llama_ui_asset {
    std::string           name;
    const unsigned char * data;
    std::size_t           size;
    std::string           etag;
    std::string           type;
};

inline const llama_ui_asset * llama_ui_find_asset(const std::string &) { return nullptr; }
inline bool llama_ui_use_gzip() { return false; }
inline std::array<llama_ui_asset, 0> llama_ui_get_assets() { return {}; }
