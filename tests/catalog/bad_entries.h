#pragma once

#include <string>
#include <vector>

/// One change of data/full.yaml that makes it wrong, and what must be said about it.
struct BadEntry {
    const char *name;
    const char *find; ///< the first occurrence is replaced
    const char *replace;
    const char *code;
    int line;
    int column;
    const char *field;
    const char *nearest;
    bool schemaSeesIt; ///< what the JSON Schema cannot say is left to the loader
};

inline const std::vector<BadEntry> &badEntries()
{
    static const std::vector<BadEntry> entries = {
        {"unknown field", "kind: llm", "knid: llm", "catalog-field-unknown", 4, 1, "knid", "kind", true},
        {"unknown field after Chinese", "zh_CN: 完整 }", "zh_CN: 完整, fr: Plein }", "catalog-field-unknown",
         5, 30, "name.fr", "", true},
        {"unknown field of a variant", "model_writable", "modelwritable", "catalog-field-unknown", 36, 5,
         "variants[0].modelwritable", "model_writable", true},
        {"missing field", "kind: llm\n", "", "catalog-field-missing", 2, 1, "kind", "", true},
        {"missing in a flow map", "en: Hello, ", "", "catalog-field-missing", 10, 5, "try[0].en", "", true},
        {"missing image", "    build: some-recipe\n", "", "catalog-field-missing", 33, 5, "variants[0].image",
         "", true},
        {"missing sources", "    sources: [ modelscope://a/b@main/large.safetensors ]\n", "",
         "catalog-field-missing", 26, 5, "models.large.sources", "", true},
        {"nothing", "kind: llm", "kind:", "catalog-type", 4, 1, "kind", "", true},
        {"number for text", "en: Full", "en: 5", "catalog-type", 5, 13, "name.en", "", true},
        {"boolean for text", "en: Full", "en: true", "catalog-type", 5, 13, "name.en", "", true},
        {"text for list", "models: [ large, small.q4 ]", "models: large", "catalog-type", 35, 13,
         "variants[0].models", "", true},
        {"list for map", "{ en: Full, zh_CN: 完整 }", "[ Full ]", "catalog-type", 5, 7, "name", "", true},
        {"text for boolean", "model_writable: true", "model_writable: yes", "catalog-type", 36, 21,
         "variants[0].model_writable", "", true},
        {"text for integer", "port: 9000", "port: \"9000\"", "catalog-type", 30, 45, "interface.port", "",
         true},
        {"fraction for integer", "weight: -3", "weight: -3.5", "catalog-type", 49, 13, "variants[0].weight",
         "", true},
        {"root is a list", "schema: firstlight/1\n", "- schema\n", "catalog-syntax", 3, 1, "", "", true},
        {"schema of another version", "firstlight/1", "firstlight/2", "catalog-value", 2, 9, "schema",
         "firstlight/1", true},
        {"kind", "kind: llm", "kind: lmm", "catalog-value", 4, 7, "kind", "llm", true},
        {"id", "id: built", "id: Built", "catalog-value", 33, 9, "variants[0].id", "", true},
        {"id with a dot", "id: built", "id: b.uilt", "catalog-value", 33, 9, "variants[0].id", "", true},
        {"id is not the file's name", "id: full", "id: other", "catalog-value", 3, 5, "id", "", false},
        {"empty text", "en: Full", "en: \"\"", "catalog-value", 5, 13, "name.en", "", true},
        {"blank text", "en: Full", "en: \"  \"", "catalog-value", 5, 13, "name.en", "", true},
        {"format", "format: gguf", "format: ggufs", "catalog-value", 16, 13, "models.small.q4.format", "gguf",
         true},
        {"size", "size: 94 MiB", "size: 94 Mib", "catalog-value", 21, 11, "models.small.q4.size", "", true},
        {"negative size", "size: 94 MiB", "size: -5", "catalog-value", 21, 11, "models.small.q4.size", "",
         true},
        {"count", "parameters: 135 M", "parameters: many", "catalog-value", 17, 17,
         "models.small.q4.parameters", "", true},
        {"duration", "within: 2 min", "within: 2 minutes", "catalog-value", 31, 33, "ready.within", "", true},
        {"short sha256", "sha256: b179", "sha256: b17", "catalog-value", 22, 13, "models.small.q4.sha256", "",
         true},
        {"upper-case sha256", "sha256: b179", "sha256: B179", "catalog-value", 22, 13,
         "models.small.q4.sha256", "", true},
        {"source", "hf://a/b@main/model.gguf", "hf://a/b/model.gguf", "catalog-value", 23, 51,
         "models.small.q4.sources[1]", "", true},
        {"no sources", "[ modelscope://a/b@main/large.safetensors ]", "[]", "catalog-value", 29, 14,
         "models.large.sources", "", true},
        {"project", "https://example.org/full", "http://example.org", "catalog-value", 12, 10, "project", "",
         true},
        {"web path", "web: /chat", "web: chat", "catalog-value", 30, 19, "interface.web", "", true},
        {"port", "port: 9000", "port: 65536", "catalog-value", 30, 45, "interface.port", "", true},
        {"unknown field at the end", "requires: {}\n", "requires: {}\nready2: {}\n", "catalog-field-unknown",
         63, 1, "ready2", "ready", true},
        {"build and image", "build: some-recipe", "build: some-recipe\n    image: a/b:c", "catalog-value", 35,
         12, "variants[0].image", "", true},
        {"tag without unlocked", "    unlocked: true\n", "", "catalog-field-missing", 59, 5,
         "variants[2].unlocked", "", true},
        {"tag that says it is locked", "unlocked: true", "unlocked: false", "catalog-value", 61, 15,
         "variants[2].unlocked", "", true},
        {"digest that says it is unlocked", "accelerated: true", "unlocked: true", "catalog-value", 52, 15,
         "variants[1].unlocked", "", true},
        {"recipe that says it is unlocked", "model_writable: true", "unlocked: true", "catalog-value", 36, 15,
         "variants[0].unlocked", "", true},
        {"image", "localhost:5000/a/b:latest", "a b", "catalog-value", 60, 12, "variants[2].image", "", true},
        {"architecture", "arch: x86_64", "arch: x86-64", "catalog-value", 38, 20,
         "variants[0].requires.all[0].arch", "x86_64", true},
        {"instruction set level", "isa: x86-64-v3", "isa: x86-64-v5", "catalog-value", 38, 33,
         "variants[0].requires.all[1].isa", "x86-64-v1", true},
        {"level with a comparison", "isa: x86-64-v3", "isa: \">= x86-64-v3\"", "catalog-value", 38, 33,
         "variants[0].requires.all[1].isa", "", true},
        {"exact memory", "memory: \">= 2 GiB\"", "memory: 2 GiB", "catalog-value", 40, 15,
         "variants[0].requires.memory", "", true},
        {"strictly more memory", "memory: \">= 2 GiB\"", "memory: \"> 2 GiB\"", "catalog-value", 40, 15,
         "variants[0].requires.memory", "", true},
        {"unknown term", "flags: [", "flag: [", "catalog-field-unknown", 39, 7, "variants[0].requires.flag",
         "flags", true},
        {"vendor", "vendor: nvidia", "vendor: nvdia", "catalog-value", 55, 29,
         "variants[1].requires.any[0].device.vendor", "nvidia", true},
        {"device key", "driver: \">=550\"", "drivers: \">=550\"", "catalog-field-unknown", 55, 83,
         "variants[1].requires.any[0].device.drivers", "driver", true},
        {"driver that is a word", "driver: \">=550\"", "driver: \">=new\"", "catalog-value", 55, 91,
         "variants[1].requires.any[0].device.driver", "", true},
        {"empty any", "all: [ arch: x86_64, isa: x86-64-v3 ]", "any: []", "catalog-value", 38, 12,
         "variants[0].requires.any", "", true},
        {"empty device", "{ vendor: [ amd, intel ], compute: [ gfx1100, gfx1101 ] }", "{}", "catalog-value",
         57, 19, "variants[1].requires.any[1].device", "", true},
        {"tuning rule", "threads: fast-cores", "threads: all-cores", "catalog-value", 42, 22,
         "variants[0].tune.threads", "fast-cores", true},
        {"contexts that do not ascend", "[ 2048, 4096 ]", "[ 4096, 2048 ]", "catalog-value", 42, 43,
         "variants[0].tune.context", "", false},
        {"device path", "/dev/kfd", "/proc/kfd", "catalog-value", 46, 16, "variants[0].devices[0]", "", true},
        {"exception", "[ network,", "[ netwrk,", "catalog-value", 47, 19, "variants[0].exceptions[0]", "",
         true},
        {"variable name", "DEBUG: 0", "DE-BUG: 0", "catalog-value", 45, 39, "variants[0].env.DE-BUG", "",
         true},
        {"regular expression", "'offloaded ([0-9]+) 层'", "'offloaded ([0-9+) 层'", "catalog-value", 48, 33,
         "variants[0].proofs[0].log", "", false},
        {"pattern without a group", "'offloaded ([0-9]+) 层'", "'offloaded'", "catalog-value", 48, 33,
         "variants[0].proofs[0].log", "", false},
        {"expectation", "expect: \"[1-9]\"", "expect: \"[1-9\"", "catalog-value", 48, 65,
         "variants[0].proofs[0].expect", "", false},
        {"model that is not there", "[ large, small.q4 ]", "[ large, smal.q4 ]", "catalog-reference", 35, 22,
         "variants[0].models[1]", "small.q4", false},
        {"placeholder that is not there", "\"{threads}\"", "\"{treads}\"", "catalog-reference", 44, 32,
         "variants[0].args[3]", "{threads}", false},
        {"placeholder without its tuning", "threads: fast-cores, ", "", "catalog-reference", 44, 32,
         "variants[0].args[3]", "", false},
        {"placeholder in the environment", "{listen}:{port}", "{listen}:{prt}", "catalog-reference", 45, 20,
         "variants[0].env.LISTEN", "{port}", false},
        {"field twice", "kind: llm", "kind: llm\nkind: llm", "catalog-field-twice", 5, 1, "kind", "", false},
        {"variant twice", "id: pulled", "id: built", "catalog-field-twice", 50, 9, "variants[1].id", "",
         false},
        {"model twice", "[ large, small.q4 ]", "[ large, large ]", "catalog-field-twice", 35, 22,
         "variants[0].models[1]", "", true},
        {"tab", "kind: llm", "\tkind: llm", "catalog-syntax", 4, 1, "", "", false},
        {"open quote", "en: Full", "en: \"Full", "catalog-syntax", 0, 0, "", "", false},
        {"own type", "kind: llm", "kind: !mine llm", "catalog-syntax", 4, 7, "", "", false},
        {"second document", "kind: llm", "---\nkind: llm", "catalog-syntax", 4, 1, "", "", false},
        {"alias that contains itself", "project: https://example.org/full", "project: &a [ *a ]",
         "catalog-syntax", 12, 15, "", "", false},
        {"unknown alias", "project: https://example.org/full", "project: *b", "catalog-syntax", 12, 10, "",
         "", false},
        {"end of transmission", "kind: llm", "kind: llm \x04", "catalog-syntax", 4, 11, "", "", false},
        {"not UTF-8", "en: Full", "en: F\xffll", "catalog-syntax", 5, 14, "", "", false},
    };
    return entries;
}

/// \a text with the change of \a entry; empty if what it looks for is not there.
inline std::string spoiled(std::string text, const BadEntry &entry)
{
    const std::size_t at = text.find(entry.find);
    return at == std::string::npos ? std::string()
                                   : text.replace(at, std::string(entry.find).size(), entry.replace);
}
