#pragma once

#include "catalog/catalog.h"
#include "catalog/choice.h"
#include "cli/terminal.h"
#include "core/directories.h"
#include "hardware/machine.h"
#include "hardware/probe.h"
#include "runners/engine.h"
#include "runners/plan/launch_plan.h"
#include "transfer/store.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace firstlight {

/// What was said on the command line.
struct Options {
    bool json = false;
    bool verbose = false;
    std::vector<std::string> catalogs; ///< further ones, the last wins
    std::string machine;               ///< a recorded computer instead of this one
    std::string demo;
    std::string variant;
    std::string model;
    std::optional<int> context;
    std::optional<int> gpuLayers;
    int port = 0;        ///< 0: a free one
    bool agree = false;  ///< of `run`: to what the demo asks the person to agree to
    bool measure = true; ///< of `run`: ask it once for a little, to know its speed here
    bool why = false;
    bool follow = false;
    bool openBrowser = false;
    bool quick = false;                ///< of `machine`: try and measure nothing
    bool schema = false;               ///< of `machine`: its JSON Schema
    std::string recordInto;            ///< of `machine`: a folder for a recording
    std::vector<std::string> compared; ///< of `machine`: two recordings
    bool all = false;
    std::string format = "text"; ///< of `plan`
    std::vector<std::string> words; ///< of `try`: what to ask
    std::string input;              ///< of `try`: a file with it; "-": standard input
    std::string output;             ///< of `try`: where the answer goes; "-": standard output
    bool licences = false;          ///< of `show`: of everything inside
    bool sbom = false;              ///< of `show`: the bill of materials of an image of ours
};

/// What every verb about one demo finds out first, in this order.
struct Chosen {
    Catalog catalog;
    Demo demo;
    Machine machine;
    Choice choice;
};

/// One run of the command line: what it was asked, where things are, and how to speak. Everything is made
/// from it on demand, so that `firstlight version` reads nothing.
class Session {
public:
    Session(Options options, std::stop_token stop);

    const Options &options() const { return m_options; }
    const Directories &directories() const { return m_directories; }
    Language language() const { return m_language; }
    const Terminal &out() const { return m_out; }
    std::stop_token stopToken() const { return m_stop; }

    /// How the running computer is to be probed: where things are kept; nothing is tried or measured.
    ProbeOptions probeOptions() const;
    /// This computer, or the recorded one of --machine. \a trials as in ProbeOptions.
    Result<Machine> machine(bool trials = false) const;
    /// The same, probed as \a options say.
    Result<Machine> machine(const ProbeOptions &options) const;
    /// The catalog that came with this program, of this computer, of this person, and those of --catalog.
    std::vector<CatalogSource> catalogSources() const;
    Result<Catalog> catalog() const;
    Store store() const;
    /// What the person asked for on the command line, and what earlier runs on \a computer showed.
    ChoiceOptions wishes(const Machine &computer) const;
    /// Where runs on this computer are remembered.
    std::filesystem::path experienceFile() const;
    /// The demo that was asked for, judged on the machine with the person's wishes. \a trials as in
    /// machine().
    Result<Chosen> choose(bool trials = false) const;
    /// \a variant is one of \a chosen's choice.
    Result<LaunchPlan> plan(const Chosen &chosen, const VariantChoice &variant) const;
    /// The engine that runs containers here; workarounds are told with --verbose.
    Result<std::unique_ptr<Engine>> engine(const Machine &machine, Store &store) const;

    /// English or Chinese, by the person's locale.
    std::string say(const Phrase &phrase) const { return std::string(phrase.in(m_language)); }
    /// Tells of an error (as a JSON line with --json) and returns its exit code.
    int report(const Error &error) const;

private:
    Options m_options;
    Directories m_directories;
    Language m_language;
    Terminal m_out;
    Terminal m_err;
    std::stop_token m_stop;
};

/// The error "nothing-runs" {demo, reason, fix}: why the best variant of a demo does not run here.
Error nothingRuns(const Choice &choice, Language language);

/// 0 ok, 1 failed, 2 usage, 3 nothing can run here, 4 cancelled, 5 damaged catalog.
int exitCode(ErrorKind kind);

} // namespace firstlight
