#include "cli/catalog_verbs.h"
#include "cli/commands.h"
#include "core/json_lines.h"
#include "core/nearest.h"
#include "hardware/accelerators/nvml_reader.h"
#include "runners/podman/forwarder.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <functional>
#include <pthread.h>
#include <thread>

namespace firstlight {

namespace {

using Verb = std::function<int(const Session &)>;

/// Turns SIGINT and SIGTERM into a stop request. The signals are blocked in every thread and taken by one
/// that waits for them, so that nothing runs inside a signal handler. A second signal ends the process at
/// once.
class SignalStop {
public:
    SignalStop()
    {
        ::sigemptyset(&m_signals);
        for (const int number : {SIGINT, SIGTERM, SIGHUP})
            ::sigaddset(&m_signals, number);
        ::pthread_sigmask(SIG_BLOCK, &m_signals, nullptr);
        ::signal(SIGPIPE, SIG_IGN);
        std::thread([signals = m_signals, source = m_source]() mutable {
            int number = 0;
            ::sigwait(&signals, &number);
            source.request_stop();
            ::sigwait(&signals, &number);
            ::_exit(128 + number);
        }).detach();
    }

    std::stop_token token() const { return m_source.get_token(); }

private:
    sigset_t m_signals{};
    std::stop_source m_source;
};

/// One verb of the command line with the options that it understands.
CLI::App *addVerb(CLI::App &app, Verb &verb, Options &options, const std::string &name,
                  const std::string &help, const std::string &examples, Verb action)
{
    CLI::App *command = app.add_subcommand(name, help);
    command->add_flag("--json", options.json, "Answer in JSON");
    command->fallthrough(); // --catalog, wherever it stands
    command->footer("Examples:\n" + examples);
    command->callback([&verb, action] { verb = action; });
    return command;
}

void addDemo(CLI::App *command, Options &options, bool required = true)
{
    auto *demo = command->add_option("demo", options.demo, "A demo, as `firstlight list` names it");
    if (required)
        demo->required();
}

void addMachine(CLI::App *command, Options &options)
{
    command->add_option("--machine,--root", options.machine,
                        "A recorded computer instead of this one: a JSON profile, a folder with proc/ and "
                        "sys/, or a cpuinfo file");
}

void addChoice(CLI::App *command, Options &options)
{
    command->add_option("--variant", options.variant, "Take this variant");
    command->add_option("--model", options.model, "Take this model");
    command->add_option("--context", options.context, "Tokens of context")->check(CLI::Range(256, 1 << 20));
    command
        ->add_option("--gpu-layers", options.gpuLayers, "Layers on the GPU, where a variant can divide them")
        ->check(CLI::Range(0, 1000));
}

void describeVerbs(CLI::App &app, Verb &verb, Options &options)
{
    auto *machine
        = addVerb(app, verb, options, "machine", "Show this computer",
                  "  firstlight machine\n  firstlight machine --json > my-computer.json\n"
                  "  firstlight machine --record my-computer\n  firstlight machine --diff before.json "
                  "after.json",
                  showMachine);
    addMachine(machine, options);
    auto *root = machine->get_option("--root");
    machine->add_flag("--quick", options.quick, "Try and measure nothing; show what is known from before");
    machine->add_option("--record", options.recordInto,
                        "Write a recording that --root shows elsewhere, without serial "
                        "numbers and host names, into this new folder");
    machine->add_option("--diff", options.compared, "Show where two recorded computers differ")
        ->expected(2)
        ->type_name("A B")
        ->excludes(root);
    machine->add_flag("--schema", options.schema, "Show the JSON Schema of --json");
    addMachine(
        addVerb(app, verb, options, "list", "Show what runs well here", "  firstlight list", listDemos),
        options);
    auto *show = addVerb(app, verb, options, "show", "Show one demo",
                         "  firstlight show chat\n  firstlight show sing --licences\n  firstlight show speak --sbom > "
                         "speak.cdx.json",
                         showDemo);
    addDemo(show, options);
    auto *licences = show->add_flag("--licences", options.licences, "The licences and authors of everything inside");
    show->add_flag("--sbom", options.sbom, "The bill of materials of an image that is built here (CycloneDX 1.5)")
        ->excludes(licences);
    show->add_option("--variant", options.variant, "Of this variant");

    auto *choice
        = addVerb(app, verb, options, "choose", "Show every variant of a demo with its verdict and reason",
                  "  firstlight choose chat\n  firstlight choose chat --why\n  firstlight choose chat "
                  "--machine their-computer.json",
                  chooseVariant);
    addDemo(choice, options, false);
    choice->add_flag("--all", options.all, "Every demo");
    addMachine(choice, options);
    addChoice(choice, options);
    choice->add_flag("--why", options.why, "Show the arithmetic and the remedies");

    auto *plan = addVerb(app, verb, options, "plan", "Show everything about a launch, and do nothing",
                         "  firstlight plan chat\n  firstlight plan chat --format podman", showPlan);
    addDemo(plan, options);
    addMachine(plan, options);
    addChoice(plan, options);
    plan->add_option("--port", options.port, "Port on 127.0.0.1")->check(CLI::Range(1, 65535));
    plan->add_option("--format", options.format, "text, json or podman")
        ->check(CLI::IsMember({"text", "json", "podman"}));

    auto *run = addVerb(app, verb, options, "run", "Start a demo and wait until it answers",
                        "  firstlight run chat\n  firstlight run chat --open", runDemo);
    addDemo(run, options);
    addChoice(run, options);
    run->add_option("--port", options.port, "Port on 127.0.0.1")->check(CLI::Range(1, 65535));
    run->add_flag("--open", options.openBrowser, "Open it in the browser");
    run->add_flag("--agree", options.agree,
                  "Agree to what the demo asks for, such as using only your own voice");
    run->add_flag("--measure,!--no-measure", options.measure,
                  "Ask it for a little once it answers, to know its speed here");
    run->add_flag("--verbose", options.verbose, "Tell how this computer was helped to run containers");

    auto *ps = addVerb(app, verb, options, "ps", "Show what runs", "  firstlight ps", listRunning);
    ps->add_flag("--verbose", options.verbose);
    auto *logs = addVerb(app, verb, options, "logs", "Show what a demo has printed",
                         "  firstlight logs chat\n  firstlight logs chat --follow", showLogs);
    addDemo(logs, options);
    logs->add_flag("-f,--follow", options.follow, "Wait for more");
    addDemo(addVerb(app, verb, options, "open", "Open a running demo in the browser",
                    "  firstlight open chat", openDemo),
            options);
    auto *attempt = addVerb(app, verb, options, "try", "Ask a running demo for something, without its page",
                            "  firstlight try chat Why is the sky blue?\n  firstlight try speak Good morning -o "
                            "morning.wav\n  firstlight try listen -i morning.wav\n  firstlight try upscale -i "
                            "photo.jpg -o large.png",
                            tryDemo);
    addDemo(attempt, options);
    attempt->add_option("words", options.words, "What to ask; without it and --input a small sample");
    attempt->add_option("-i,--input", options.input, "A file with what to ask; - is standard input");
    attempt->add_option("-o,--output", options.output, "A file for the answer; - is standard output");
    auto *stop = addVerb(app, verb, options, "stop", "Stop a demo",
                         "  firstlight stop chat\n  firstlight stop --all", stopDemo);
    addDemo(stop, options, false);
    stop->add_flag("--all", options.all, "Stop every demo");
    describeCatalogVerbs(app, verb, options);
    addVerb(app, verb, options, "version", "Show the version", "  firstlight version", showVersion);
}

/// The hidden verb that a launch starts: joins a port to the socket of a demo until the demo ends.
int forward(int argc, char **argv)
{
    const auto options = parseForwarderArguments({argv + 2, argv + argc});
    return options ? runForwarder(*options) : Session({}, {}).report(options.error());
}

/// "Did you mean": CLI11 only says that an argument was not expected.
int reportUsage(const CLI::App &app, const CLI::ParseError &error, int argc, char **argv)
{
    std::vector<std::string> verbs;
    for (const CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
        verbs.push_back(command->get_name());
    const std::string first = argc > 1 ? argv[1] : "";
    const bool unknownVerb = !first.empty() && first.front() != '-'
                             && std::find(verbs.begin(), verbs.end(), first) == verbs.end();
    const Session session({.json = std::find(argv, argv + argc, std::string_view("--json")) != argv + argc},
                          {});
    Error usage{.code = "usage", .facts = {}, .kind = ErrorKind::BadInput, .detail = error.what()};
    if (unknownVerb)
        usage = {.code = "verb-unknown",
                 .facts = {{"verb", first}, {"nearest", nearest(first, verbs)}},
                 .kind = ErrorKind::BadInput};
    else if (!first.empty() && first.front() != '-')
        usage.facts["verb"] = first;
    return session.report(usage);
}

} // namespace

} // namespace firstlight

int main(int argc, char **argv)
{
    using namespace firstlight;
    if (argc > 1 && std::string_view(argv[1]) == "forward")
        return forward(argc, argv);
    if (argc > 1 && std::string_view(argv[1]) == "read-nvml") // hidden: for the probe alone
        return printNvmlFacts();

    Options options;
    Verb verb = showWelcome;
    CLI::App app("Firstlight starts AI demos that fit this computer.", "firstlight");
    app.require_subcommand(0, 1);
    app.set_version_flag("--version", "firstlight " FIRSTLIGHT_VERSION);
    app.get_formatter()->column_width(28);
    app.add_option(
           "--catalog", options.catalogs,
           "A further catalog: a folder with demos/, or one demo's file. Its demos win over others of "
           "the same name")
        ->take_all();
    describeVerbs(app, verb, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success &success) {
        return app.exit(success); // --help and --version
    } catch (const CLI::ParseError &error) {
        return reportUsage(app, error, argc, argv);
    }
    if (app.got_subcommand("version"))
        return verb(Session(options, {}));
    const SignalStop signals;
    return verb(Session(options, signals.token()));
}
